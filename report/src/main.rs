//! Shows running statistics as they come.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use wandler_report::display::Display;
use wandler_report::{Options, Surroundings};

fn main() -> ExitCode {
    stage::process::program::stage("report", |options: Options, around| {
        let (input, output, clock) = (around.input(), around.output(), around.stop.clone());
        let display = Display::of_standard_output();
        let rejections = around.rejections.take();
        let messages = &mut around.messages;
        let messages_are_shown = io::stderr().is_terminal();
        let around =
            Surroundings { display, messages_are_shown, clock: &clock, rejections, messages };
        wandler_report::run(&options, input, output, around)
    })
}
