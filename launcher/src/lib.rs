//! Wires conv, tee, log, stat and report together, and looks after them.
//!
//! | module | owns |
//! |---|---|
//! | [`invocation`] | what the command line asks for: the pipeline, or a single stage |
//! | `options` | the command line; [`words`] the stages' options in it, [`calls`] the arguments that each stage gets |
//! | `programs` | where the stages' programs are, and which are missing |
//! | [`process`] | the five processes, in the pipeline's order |
//! | `link` | which process writes to which |
//! | `wiring` | the transports between them: which process gets which end |
//! | `side` | what the launcher keeps of them: ledgers, and copies of the reading ends, to see and to drain |
//! | [`transport`] | **what a transport is made of** |
//! | `gates` | the start of the stages: all begin, or none |
//! | `handed_on` | descriptors that the command line names for a stage |
//! | `spawn` | forking and executing: **the order of spawning** |
//! | `children` | the children that were forked, until they are reaped |
//! | [`fan_out`] | the work of `tee`, the one child that executes no program |
//! | `supervise` | what to do when: a pure function of state and event, and **what is said when a process ends** |
//! | `message_router` | where messages go while there is a live view, and **restoring the terminal after it** |
//! | `non_blocking` | non-blocking output: a hung reader must not hold up the supervisor |
//! | `watch` | the loop that turns signals into events, and actions into signals |
//! | `suspension` | Ctrl-Z while `report` draws: the launcher stops after it |
//! | [`ending`] | how a process ended, and what it used |
//! | `account` | samples sent, recorded and counted: settled or not |
//! | `verdict` | the rules of the launcher's exit status |
//! | `table` | `-v` |
//! | [`shell`], `dry_run` | `--print`: the command, and whether it could begin |
//! | [`kernel`] | the few system calls that need `unsafe` |
//!
//! The launcher has a single thread until all are forked, and receives signals through a descriptor: it can fork without
//! regard to locks, and can tell Ctrl-C from SIGTERM, which `ctrlc` cannot.

mod account;
pub mod calls;
mod children;
mod dry_run;
pub mod ending;
pub mod fan_out;
mod gates;
mod handed_on;
pub mod invocation;
pub mod kernel;
mod link;
mod message_router;
mod non_blocking;
mod options;
pub mod process;
mod programs;
pub mod shell;
mod side;
mod spawn;
mod supervise;
mod suspension;
mod table;
pub mod transport;
mod verdict;
mod watch;
mod wiring;
pub mod words;

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use stage::process::called::Called;
use stage::process::exit::Status;
use stage::process::message::{Messages, StandardError, quoted_path};
use stage::process::sandbox;
use stage::stream::output::{Unwritable, deliver};
use stage::stream::terminal::can_be_drawn_on;
use thiserror::Error;

use crate::account::Account;
use crate::calls::Calls;
use crate::handed_on::HandedOn;
use crate::message_router::MessageRouter;
pub use crate::options::Options;
use crate::supervise::Supervisor;
use crate::watch::Watch;
use crate::wiring::Wiring;

/// Why there was no pipeline to supervise.
#[derive(Debug, Error)]
pub enum Error {
    /// The launcher does not know its own directory, and so not the stages'.
    #[error("cannot find the stages' directory")]
    Directory(#[source] io::Error),
    /// Some stages are not there.
    #[error("cannot find {0} beside the launcher, in {1}{hint}", hint = programs::NOT_INSTALLED)]
    Stages(String, String),
    /// The processes could not be connected.
    #[error(transparent)]
    Wiring(#[from] wiring::Error),
    /// There is no pipe for the stages' messages.
    #[error("cannot make a pipe for messages")]
    MessagePipe(#[source] io::Error),
    /// Signals or children could not be watched.
    #[error("cannot watch the stages")]
    Watch(#[source] io::Error),
    /// The shell form could not be written.
    #[error(transparent)]
    Print(#[from] Unwritable),
}

/// Runs the pipeline to its end, or prints its shell form.
pub fn run(options: &Options, own: StandardError) -> Result<Status, Error> {
    let directory = programs::directory().map_err(Error::Directory)?;
    let missing = programs::missing_in(&directory);
    if !missing.is_empty() {
        return Err(Error::Stages(missing.join(", "), quoted_path(&directory)));
    }
    let calls = options.calls().called_by(Called::now("launcher")).for_stat();
    if options.print {
        return print(&directory, options, &calls.for_report(false), own);
    }
    let handed_on = HandedOn::take_over(&calls);
    let mut watch = Watch::begin().map_err(Error::Watch)?;
    let is_live = !options.quiet && can_be_drawn_on(io::stdout()) && calls.wants_live();
    watch.hear_suspension(is_live).map_err(Error::Watch)?;
    let mut messages = MessageRouter::new(own, is_live).map_err(Error::MessagePipe)?;
    let (wiring, mut side) = Wiring::new(options.via, !options.quiet, &messages)?;
    let calls = calls.for_report(is_live);
    let spawned = spawn::all(wiring, handed_on, &directory, &calls, &watch);
    if options.verbose {
        table::wiring(&spawned, &side, &mut messages);
        table::sandbox(&calls, sandbox::obstacle(), sandbox::landlock(), &mut messages);
    }
    let mut supervisor = Supervisor::new(options.wishes());
    let usage =
        watch.run(spawned, &mut side, &mut supervisor, &mut messages).map_err(Error::Watch)?;
    messages.pass_on();
    if let Some(status) = supervisor.called_off() {
        watch.let_speak(&mut messages, Some(options.grace)).map_err(Error::Watch)?;
        return Ok(status);
    }
    if options.verbose {
        table::endings(supervisor.endings(), &usage, &mut messages);
    }
    let account = Account::settle(side.entries());
    messages.tell(&account.to_string());
    let patience = supervisor.is_stopping().then_some(options.grace);
    watch.let_speak(&mut messages, patience).map_err(Error::Watch)?;
    Ok(verdict::status(supervisor.endings(), &account))
}

fn print(
    directory: &Path,
    options: &Options,
    calls: &Calls,
    mut own: StandardError,
) -> Result<Status, Error> {
    if !dry_run::could_begin(calls, &mut own) {
        return Ok(Status::Usage);
    }
    let command = shell::command(directory, options.via, !options.quiet, calls);
    let _ = deliver(&mut io::stdout(), command.as_bytes()).1?;
    Ok(Status::Done)
}
