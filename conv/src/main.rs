//! An A/D converter, real or simulated, becomes a stream of samples.

use std::process::ExitCode;

fn main() -> ExitCode {
    let open = wandler_conv::open;
    stage::process::program::stage_that_opens("conv", open, |options, opened, around| {
        // The launcher is to know that conv ends before anybody reads the end of the stream.
        let output = around.output();
        let output = around.held.insert(output);
        let (stop, rejections) = (around.stop.clone(), around.rejections.take());
        wandler_conv::run(&options, opened, stop, &mut around.messages, output, rejections)
    })
}
