//! Wires conv, tee, log, stat and report together, and looks after them.

use std::process::ExitCode;

use stage::process::message::StandardError;
use stage::process::program;
use wandler_launcher::Options;
use wandler_launcher::asked::Asked;

fn main() -> ExitCode {
    match Asked::by(std::env::args_os()) {
        Asked::Stage(alone) => program::become_another(alone.name(), || alone.execute()),
        Asked::Launcher(words) => program::run_with("launcher", words, |options: Options| {
            wandler_launcher::run(&options, StandardError::of("launcher"))
        }),
    }
}
