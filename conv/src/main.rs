//! An A/D converter, real or simulated, becomes a stream of samples.

use std::process::ExitCode;

fn main() -> ExitCode {
    stage::program::stage("conv", |options: wandler_conv::Options, around| {
        let output = around.output();
        let output = around.held.insert(output);
        wandler_conv::run(&options, around.stop.clone(), &mut around.messages, output)
    })
}
