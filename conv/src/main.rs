//! An A/D converter, real or simulated, becomes a stream of samples.

use std::process::ExitCode;

fn main() -> ExitCode {
    let open = wandler_conv::open;
    stage::process::program::stage_that_opens("conv", open, |options, opened, host| {
        wandler_conv::run(&options, host.around_holding(opened))
    })
}
