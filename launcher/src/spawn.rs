//! Forking and executing.
//!
//! The order:
//!
//! 1. what the launcher inherited is closed, but the standard streams; the stop signals are
//!    blocked ([`Watch`]), and stay so across `exec`: one that comes before a stage can handle
//!    it stays pending until it can (both in [`crate::run`]);
//! 2. every channel is made, close-on-exec from birth ([`Wiring`]);
//! 3. for each process, in [`ORDER`]: fork; the parent drops the ends it handed out,
//!    so that later children do not inherit them;
//! 4. in the child: ask to be stopped if the launcher dies, and leave if it already has; put
//!    the ends in the standard streams' places; let the ledger, alone, survive `exec`;
//!    execute, or, as `tee`, go to work;
//! 5. a child that cannot execute sends the reason back through a pipe that `exec` closes;
//! 6. the parent reads all of those pipes. Only then does it know what was started.
//!
//! What cannot be started is told, and counts as ended: the supervisor stops the rest in order.

use std::ffi::{CString, NulError, OsString};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::{ForkResult, Pid, dup2_stdin, dup2_stdout, execve, getpid, getppid, pipe2};
use stage::ledger::{self, Ledger};
use stage::message::{Messages, StandardError, chain, quoted_path};
use stage::program::{self, Surroundings};

use crate::Spawned;
use crate::ending::Ending;
use crate::fan_out;
use crate::kernel;
use crate::options::Options;
use crate::process::{ByProcess, Process};
use crate::watch::Watch;
use crate::wiring::{Ends, Wiring};

/// Writers before readers, as a shell starts them; nothing depends on it.
const ORDER: [Process; 5] =
    [Process::Conv, Process::Tee, Process::Log, Process::Stat, Process::Report];

/// The exit status of a child that could not execute its program, as in a shell.
const NOT_EXECUTED: i32 = 127;

/// Starts every process; see the module's head for the order.
pub fn all(
    mut wiring: Wiring,
    directory: &Path,
    options: &Options,
    watch: &Watch,
    messages: StandardError,
) -> Spawned {
    let mut forked: ByProcess<Option<Forked>> = ByProcess::default();
    let mut failed = None;
    for process in ORDER {
        // What is not taken is dropped with the wiring, so that the others see its end.
        let Some(ends) = wiring.ends[process].take_if(|_| failed.is_none()) else { continue };
        let result = Program::of(process, directory, options, &ends)
            .and_then(|program| fork(process, ends, program, watch, messages));
        match result {
            Ok(child) => forked[process] = Some(child),
            Err(error) => failed = Some((process, error)),
        }
    }
    drop(wiring);
    let children = ByProcess::from_fn(|process| match (forked[process].take(), &failed) {
        (Some(child), _) => child.await_exec(process, directory),
        (None, Some((culprit, error))) if *culprit == process => {
            Err(Ending::NotStarted(format!("cannot start {process}: {}", chain(error))))
        }
        (None, _) => Err(Ending::NotTried),
    });
    Spawned { children }
}

/// What a child is to execute, put together before the fork.
enum Program {
    /// The launcher's own code.
    FanOut,
    /// A stage's executable, its arguments and its environment.
    Stage { path: CString, arguments: Vec<CString>, environment: Vec<CString> },
}

impl Program {
    fn of(
        process: Process,
        directory: &Path,
        options: &Options,
        ends: &Ends,
    ) -> io::Result<Program> {
        if process == Process::Tee {
            return Ok(Program::FanOut);
        }
        let path = c_string(directory.join(process.name()))?;
        let words = options.words(process).iter().map(OsString::from);
        let arguments = std::iter::once(OsString::from(process.name())).chain(words);
        let ledger = (ledger::VARIABLE.into(), ends.ledger.as_raw_fd().to_string().into());
        let environment = std::env::vars_os()
            .filter(|(name, _)| name != ledger::VARIABLE)
            .chain([ledger])
            .map(|(mut variable, value): (OsString, OsString)| {
                variable.push("=");
                variable.push(value);
                variable
            });
        Ok(Program::Stage {
            path,
            arguments: arguments.map(c_string).collect::<Result<_, _>>()?,
            environment: environment.map(c_string).collect::<Result<_, _>>()?,
        })
    }
}

fn c_string(text: impl Into<OsString>) -> Result<CString, NulError> {
    CString::new(text.into().into_vec())
}

/// A child that has been forked, and may or may not have executed its program yet.
struct Forked {
    pid: Pid,
    /// Brings an error number, or an end of file once the program is executed.
    exec_error: OwnedFd,
}

fn fork(
    process: Process,
    ends: Ends,
    program: Program,
    watch: &Watch,
    messages: StandardError,
) -> io::Result<Forked> {
    let (exec_error, to_parent) = pipe2(OFlag::O_CLOEXEC)?;
    let launcher = getpid();
    match kernel::fork()? {
        ForkResult::Parent { child } => Ok(Forked { pid: child, exec_error }),
        ForkResult::Child => {
            let mut to_parent = Some(io::PipeWriter::from(to_parent));
            let status = match become_child(
                process,
                ends,
                program,
                launcher,
                watch,
                messages,
                &mut to_parent,
            ) {
                Ok(status) => status,
                Err(error) => {
                    let number = error.raw_os_error().unwrap_or(Errno::EIO as i32);
                    let _ = to_parent.map(|mut pipe| pipe.write_all(&number.to_ne_bytes()));
                    NOT_EXECUTED
                }
            };
            std::process::exit(status)
        }
    }
}

/// Step 4 of the order; returns the exit status of `tee`, or why there is no program.
fn become_child(
    process: Process,
    ends: Ends,
    program: Program,
    launcher: Pid,
    watch: &Watch,
    messages: StandardError,
    to_parent: &mut Option<io::PipeWriter>,
) -> io::Result<i32> {
    set_pdeathsig(Signal::SIGTERM)?;
    if getppid() != launcher {
        return Ok(0);
    }
    watch.leave_to_child()?;
    if let Some(input) = ends.input {
        dup2_stdin(input)?;
    }
    if let Some(output) = ends.output {
        dup2_stdout(output)?;
    }
    match program {
        Program::Stage { path, arguments, environment } => {
            fcntl(&ends.ledger, FcntlArg::F_SETFD(FdFlag::empty()))?;
            match execve(&path, &arguments, &environment)? {}
        }
        Program::FanOut => {
            let Some(second_output) = ends.second_output else { return Ok(0) };
            drop(to_parent.take());
            kernel::close_all_but(&[second_output.as_fd(), ends.ledger.as_fd()]);
            proctitle::set_title(process.name());
            Ok(tee(Ledger::new(ends.ledger), second_output, messages))
        }
    }
}

fn tee(ledger: Ledger, second_output: OwnedFd, mut messages: StandardError) -> i32 {
    let work = |around: &mut Surroundings| {
        fan_out::run(around.input(), [&io::stdout(), &second_output], &around.stop)
    };
    match program::run_stage_with(Some(ledger), &mut messages, work) {
        Ok(status) => status as i32,
        Err(error) => {
            messages.tell(&chain(&error));
            stage::exit::Status::Failed as i32
        }
    }
}

impl Forked {
    /// Waits until the program is executed, or could not be.
    fn await_exec(self, process: Process, directory: &Path) -> Result<Pid, Ending> {
        let mut number = [0; 4];
        match io::PipeReader::from(self.exec_error).read_exact(&mut number) {
            // An end of file: `exec` closed the other end.
            Err(_) => Ok(self.pid),
            Ok(()) => {
                let reason = Errno::from_raw(i32::from_ne_bytes(number)).desc();
                let path = quoted_path(&directory.join(process.name()));
                Err(Ending::NotStarted(format!("cannot execute {path}: {reason}")))
            }
        }
    }
}
