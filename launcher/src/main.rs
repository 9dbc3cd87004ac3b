//! Wires conv, tee, log, stat and report together, and looks after them.

use std::process::ExitCode;

use stage::process::message::StandardError;

fn main() -> ExitCode {
    stage::process::program::run("launcher", |options: wandler_launcher::Options| {
        wandler_launcher::run(&options, StandardError::of("launcher"))
    })
}
