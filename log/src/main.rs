//! Records every sample in a file.

use std::process::ExitCode;

fn main() -> ExitCode {
    stage::process::program::stage("log", |options: wandler_log::Options, host| {
        let input = host.samples();
        wandler_log::run(&options, host.around(input))
    })
}
