//! Shows running statistics as they come.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use wandler_report::display::Display;
use wandler_report::{Options, Viewer};

fn main() -> ExitCode {
    stage::process::program::stage("report", |options: Options, host| {
        let input = host.input();
        let viewer = Viewer {
            display: Display::of_standard_output(host.suspension.take()),
            messages_are_shown: io::stderr().is_terminal(),
        };
        wandler_report::run(&options, host.around(input), viewer)
    })
}
