//! Records every sample in a file.

use std::process::ExitCode;

fn main() -> ExitCode {
    stage::process::program::stage("log", |options: wandler_log::Options, around| {
        let (input, output, mut timer) = (around.input(), around.output(), around.stop.clone());
        wandler_log::run(&options, input, output, &mut timer, &mut around.messages)
    })
}
