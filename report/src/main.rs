//! Shows running statistics as they come.

use std::process::ExitCode;

fn main() -> ExitCode {
    stage::program::stage("report", |options: wandler_report::Options, around| {
        let (input, output) = (around.input(), around.output());
        wandler_report::run(&options, input, output, &mut around.messages)
    })
}
