//! The launcher's fan-out as a program: standard input to standard output and to descriptor 3, all
//! of them pipes, which become as large as the launcher makes them.

use std::fs::OpenOptions;
use std::io;
use std::os::fd::AsFd;
use std::process::ExitCode;

use nix::fcntl::{FcntlArg, fcntl};
use stage::process::message::{Messages, StandardError, chain};
use stage::process::stop::Stop;
use stage::stream::input::{AfterStop, Stoppable};

fn main() -> ExitCode {
    match copy() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            StandardError::of("bench-fan-out").tell(&chain(&*error));
            ExitCode::FAILURE
        }
    }
}

fn copy() -> Result<(), Box<dyn std::error::Error>> {
    let stop = Stop::on_signals()?;
    let second = OpenOptions::new().write(true).open("/dev/fd/3")?;
    let (input, first) = (io::stdin(), io::stdout());
    for pipe in [input.as_fd(), first.as_fd(), second.as_fd()] {
        // A limit on the user's pipes does no harm.
        let _ = fcntl(pipe, FcntlArg::F_SETPIPE_SZ(stage::stream::size::PIPE as i32));
    }
    let after_stop = AfterStop::drain(&input, None);
    let input = Stoppable::new(input, stop.clone(), after_stop);
    wandler_launcher::fan_out::run(input, [&first, &second], &stop).result?;
    Ok(())
}
