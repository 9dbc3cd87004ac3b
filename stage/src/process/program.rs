//! The frame of every `main`: title, standard streams, arguments, a stage's start, and at the end the
//! ledger, the message and the exit status. The only place that reports a fatal error.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use nix::errno::Errno;
use nix::sys::signal::Signal;
use thiserror::Error;

use crate::process::called::Called;
use crate::process::command_line::{CommandLine, NoOptions, StageOptions, parse};
use crate::process::exit::Status;
use crate::process::helpers::Helpers;
use crate::process::inherited;
use crate::process::kernel::{self, Standard, closed_at_start};
use crate::process::ledger::{self, Entry, Ledger};
use crate::process::message::{Messages, StandardError, chain, unwritten};
use crate::process::progress::{Above, Progress};
use crate::process::rejections::Rejections;
use crate::process::sandbox::Sandbox;
use crate::process::start::{self, AwaitingStart, Gate, Ready};
use crate::process::stop::{self, Stop};
use crate::process::surroundings::Host;
use crate::process::suspension::Suspension;
use crate::stream::files::UsedFile;
use crate::stream::output;
use crate::stream::terminal::{self, can_be_drawn_on};

/// How a stage ended: what it did, for the ledger, and whether that went well.
#[derive(Debug)]
pub struct Ended<E> {
    /// What it did, even if it failed.
    pub entry: Entry,
    /// How it went.
    pub result: Result<Status, E>,
}

/// What can go wrong before a program starts its own work.
#[derive(Debug, Error)]
enum Error {
    #[error("cannot use standard {0}: it is closed")]
    Closed(&'static str),
    #[error("cannot start {0} threads")]
    Threads(usize, #[source] io::Error),
    #[error("cannot give up files")]
    Files(#[source] io::Error),
    #[error("cannot give up system calls")]
    Calls(#[source] io::Error),
    #[error("cannot listen for a suspension")]
    Suspension(#[source] Errno),
    #[error(transparent)]
    Stop(#[from] stop::Error),
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    #[error(transparent)]
    Inherited(#[from] inherited::Error),
    #[error("cannot {verb} {name}: it is {stream} as well")]
    OwnTail { verb: &'static str, name: String, stream: &'static str },
}

/// Runs a program: reads its command line and calls `body`.
pub fn run<O: CommandLine, E: StdError + 'static>(
    program: &'static str,
    body: impl FnOnce(O) -> Result<Status, E>,
) -> ExitCode {
    run_with(program, std::env::args_os().collect(), body)
}

/// Like [`run`], with `words` as the command line, the program's name first.
pub fn run_with<O: CommandLine, E: StdError + 'static>(
    program: &'static str,
    words: Vec<OsString>,
    body: impl FnOnce(O) -> Result<Status, E>,
) -> ExitCode {
    with_options(program, words, |options| tell_failure(program, body(options))).into()
}

/// Lets `execute` replace this process with another of the programs. (Standard streams that were closed
/// at the start are checked here: the other program would not find them closed.)
pub fn become_another<E: StdError + 'static>(
    other: &'static str,
    execute: impl FnOnce() -> Result<Infallible, E>,
) -> ExitCode {
    framed(other, || tell_failure(other, execute().map(|never| match never {}))).into()
}

/// Runs a stage: like [`run`], with stop requests, a ledger, and only the system calls and files that it
/// needs.
pub fn stage<O: StageOptions, E: StdError + 'static>(
    program: &'static str,
    body: impl FnOnce(O, &mut Host) -> Ended<E>,
) -> ExitCode {
    stage_that_opens(program, |_| Ok(()), |options, (), host| body(options, host))
}

/// Like [`stage`], for a stage that can `open` its input before any stage begins, so that no other has
/// emptied a file if that fails.
pub fn stage_that_opens<O: StageOptions, I, E: StdError + 'static>(
    program: &'static str,
    open: impl FnOnce(&O) -> Result<I, Ended<E>>,
    body: impl FnOnce(O, I, &mut Host) -> Ended<E>,
) -> ExitCode {
    with_options(program, std::env::args_os().collect(), |options: O| {
        tell_failure(program, stage_with(program, options, open, body))
    })
    .into()
}

/// Runs a stage that has these options, from what it inherits to the report of how it ended.
fn stage_with<O: StageOptions, I, E: StdError + 'static>(
    program: &'static str,
    options: O,
    open: impl FnOnce(&O) -> Result<I, Ended<E>>,
    body: impl FnOnce(O, I, &mut Host) -> Ended<E>,
) -> Result<Status, Error> {
    let (ledger, gate) = (Ledger::from_environment()?, Gate::from_environment()?);
    let rejections = Rejections::from_environment()?;
    let ready = Ready::with(&options);
    // In a pipeline the launcher checks all stages, and its own streams.
    if gate.is_none() {
        spare_own_tail(&ready)?;
    }
    let opened = match open(&options) {
        Ok(opened) => opened,
        Err(ended) => return Ok(conclude(program, ledger.as_ref(), &Stop::on_signals()?, ended)),
    };
    let awaiting = gate.map(|gate| gate.announce(&ready));
    let (sandbox, helpers) = (options.sandbox(), options.helpers());
    let draws = options.draws() && can_be_drawn_on(io::stdout());
    let host = Host { rejections, ..enter(program, ledger.as_ref(), &sandbox, helpers, draws)? };
    if !awaiting.is_none_or(AwaitingStart::may_begin) {
        return Ok(Status::Failed);
    }
    Ok(work(program, ledger, host, |host| body(options, opened, host)))
}

/// Checks that no file is both read and written, and that no written file is also a standard stream.
fn spare_own_tail(ready: &Ready) -> Result<(), Error> {
    for written in &ready.writes {
        if let Some(stream) = written.standard_stream() {
            return Err(Error::OwnTail { verb: "write", name: written.name.clone(), stream });
        }
    }
    let input = (!ready.ignores_input).then(UsedFile::standard_input).flatten();
    match ready.reads.iter().chain(&input).find(|read| read.is_standard_output()) {
        Some(read) => {
            let stream = "standard output";
            Err(Error::OwnTail { verb: "read", name: read.name.clone(), stream })
        }
        None => Ok(()),
    }
}

/// Runs a stage without a command line, such as the launcher's fan-out: gives `body` its host within
/// `sandbox`, reports its failure, and writes its entry into `ledger`.
pub fn run_stage<E: StdError + 'static>(
    program: &'static str,
    ledger: Option<Ledger>,
    sandbox: &Sandbox,
    body: impl FnOnce(&mut Host) -> Ended<E>,
) -> Status {
    match enter(program, ledger.as_ref(), sandbox, 0, false) {
        Ok(host) => work(program, ledger, host, body),
        Err(error) => tell_failure(program, Err(error)),
    }
}

/// Hears stop requests from now on, starts this many helpers, and gives up files and system calls.
fn enter(
    program: &'static str,
    ledger: Option<&Ledger>,
    sandbox: &Sandbox,
    helpers: usize,
    draws: bool,
) -> Result<Host, Error> {
    let launcher = ledger.and_then(Ledger::launcher);
    // The launcher's stages have a report, and what draws shows by itself how far along it is.
    let is_silent = ledger.is_some() || draws;
    let progress = if is_silent { Progress::default() } else { Progress::of(program) };
    kernel::allocate_from_one_arena();
    unwritten::prepare();
    let terminal = terminal::reopened(io::stdout());
    let messages = Above { messages: StandardError::of(program), progress: progress.clone() };
    let suspension = if draws { Suspension::prepare().map_err(Error::Suspension)? } else { None };
    // Before there is another thread, and after all that has to be opened.
    sandbox.give_up_files().map_err(Error::Files)?;
    let stop = Stop::on_signals()?;
    let helpers = Helpers::start(helpers).map_err(|error| Error::Threads(helpers, error))?;
    sandbox.give_up_calls().map_err(Error::Calls)?;
    Ok(Host {
        stop,
        messages,
        progress,
        helpers,
        held: None,
        terminal,
        suspension,
        rejections: None,
        launcher,
    })
}

/// A stage's own work, and the report of how it ended.
fn work<E: StdError + 'static>(
    program: &'static str,
    ledger: Option<Ledger>,
    mut host: Host,
    body: impl FnOnce(&mut Host) -> Ended<E>,
) -> Status {
    let ended = body(&mut host);
    host.progress.clear();
    let status = conclude(program, ledger.as_ref(), &host.stop, ended);
    // Nobody else must wait for the messages.
    drop(host.held.take());
    host.stop.settle_messages(ledger.is_some());
    status
}

/// Reports how a stage ended: to the ledger, or to a person.
fn conclude<E: StdError + 'static>(
    program: &'static str,
    ledger: Option<&Ledger>,
    stop: &Stop,
    Ended { entry, result }: Ended<E>,
) -> Status {
    let failed = result.is_err();
    let status = tell_failure(program, result);
    match (ledger, entry.told()) {
        (Some(ledger), _) => match ledger.write(&entry, stop) {
            Ok(()) => status,
            Err(error) => tell_failure(program, Err(error)),
        },
        // A stage that failed before it did anything has nothing to sum up.
        (None, Some(text)) if !(failed && entry.is_blank()) => {
            StandardError::of(program).tell(&text);
            status
        }
        (None, _) => status,
    }
}

fn tell_failure<E: StdError + 'static>(program: &'static str, result: Result<Status, E>) -> Status {
    result.unwrap_or_else(|error| {
        StandardError::of(program).tell(&chain(&error));
        Status::Failed
    })
}

fn with_options<O: CommandLine>(
    program: &'static str,
    words: Vec<OsString>,
    body: impl FnOnce(O) -> Status,
) -> Status {
    framed(program, || match parse::<O>(words) {
        Ok(options) => body(options),
        Err(NoOptions::Help(text)) if !is_in_a_pipeline() => {
            let (_, delivery) = output::deliver(&mut io::stdout(), text.as_bytes());
            tell_failure(program, delivery.map(|_| Status::Done))
        }
        Err(none) => {
            let called = Called::now(program);
            StandardError::of(program).tell(&none.in_a_pipeline(called.name()));
            Status::Usage
        }
    })
}

/// What comes before all else: the title, and that every standard stream is open.
fn framed(program: &'static str, body: impl FnOnce() -> Status) -> Status {
    proctitle::set_title(program);
    // A file at its size limit is an error to report, not a reason to die. (Rust's runtime ignores
    // SIGPIPE already.)
    let _ = kernel::ignore(Signal::SIGXFSZ);
    if let Some(stream) = closed_at_start().next() {
        let name = match stream {
            Standard::Input => "input",
            Standard::Output => "output",
            Standard::Error => "error",
        };
        return tell_failure(program, Err(Error::Closed(name)));
    }
    let status = body();
    unwritten::settle(is_in_a_pipeline());
    status
}

/// Whether this stage runs in the launcher's pipeline.
fn is_in_a_pipeline() -> bool {
    std::env::var_os(start::VARIABLE).is_some()
}
