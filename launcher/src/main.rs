//! Wires conv, tee, log, stat and report together, and looks after them.

use std::process::ExitCode;

use stage::process::message::StandardError;
use stage::process::program;
use wandler_launcher::Options;
use wandler_launcher::invocation::Invocation;

fn main() -> ExitCode {
    match Invocation::of(std::env::args_os()) {
        Invocation::Stage(alone) => program::become_another(alone.name(), || alone.execute()),
        Invocation::Launcher(words) => program::run_with("launcher", words, |options: Options| {
            wandler_launcher::run(&options, StandardError::of("launcher"))
        }),
    }
}
