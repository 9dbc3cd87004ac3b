//! Shows running statistics as they come.

use std::process::ExitCode;

use wandler_report::terminal::Terminal;
use wandler_report::{Options, Surroundings};

fn main() -> ExitCode {
    stage::program::stage("report", |options: Options, around| {
        let (input, output, clock) = (around.input(), around.output(), around.stop.clone());
        let terminal = Terminal::of_standard_output();
        let messages = &mut around.messages;
        wandler_report::run(
            &options,
            input,
            output,
            Surroundings { terminal, clock: &clock, messages },
        )
    })
}
