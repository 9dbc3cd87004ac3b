//! An A/D converter, real or simulated, becomes a stream of samples.

use std::process::ExitCode;

fn main() -> ExitCode {
    stage::process::program::stage("conv", |options: wandler_conv::Options, around| {
        // The launcher is to know that conv ends before anybody reads the end of the stream.
        let output = around.output();
        let output = around.held.insert(output);
        wandler_conv::run(&options, around.stop.clone(), &mut around.messages, output)
    })
}
