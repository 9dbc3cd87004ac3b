//! Forking and executing.
//!
//! The order:
//!
//! 1. what the launcher inherited is closed, except the standard streams and what the command line
//!    names ([`HandedOn`]); the stop signals are blocked ([`Watch`]), and stay so across `exec`: one
//!    that comes before a stage can handle it stays pending until it can (both in [`crate::run`]);
//! 2. every transport is made, close-on-exec from birth and without a name ([`Wiring`]);
//! 3. for each process, in [`Process::START_ORDER`]: fork; the parent drops the ends it handed out, so that
//!    later children do not inherit them;
//! 4. in the child (`Child::begin`): make sure that SIGTERM is not ignored; ask for it in case the
//!    launcher dies, and leave if it already has; put the ends in the standard streams' places; let the
//!    ledger, the gate, the count of rejections that `conv` and `report` share, the others' messages
//!    for `report`, and what the command line names survive `exec`; close all else at once, since a
//!    program that hangs before it is executed must hold nothing open whose end others wait for; execute,
//!    or, as `tee`, start work;
//! 5. a child that cannot execute sends the reason back through a pipe that `exec` closes, and ends;
//! 6. the parent does not wait for that: a program on a file system that hangs would make it deaf to
//!    signals. It reads the pipe once it has reaped the child ([`crate::children`]);
//! 7. each stage reads its command line. A stage whose command line is wrong reports it and ends; the
//!    others announce what they will read and write, and wait at their gates
//!    ([`stage::process::start`]);
//! 8. once all wait, and none would read or write what another writes, the gates are opened
//!    ([`crate::gates`]). Until then no stage has read or written anything, and only `conv` has opened
//!    its input.
//!
//! What cannot be started is reported, and counts as ended: the supervisor calls the start off.

mod child;

use std::io;
use std::path::Path;

use nix::fcntl::OFlag;
use nix::unistd::{ForkResult, getpid, pipe2};
use stage::process::message::chain;

use crate::calls::Calls;
use crate::children::{self, Children, Spawned};
use crate::ending::ProcessEnding;
use crate::handed_on::HandedOn;
use crate::kernel;
use crate::process::{ByProcess, Process};
use crate::spawn::child::{Child, Inherited};
use crate::watch::Watch;
use crate::wiring::Wiring;

/// Starts every process; see the module's head for the order.
pub(crate) fn all(
    mut wiring: Wiring,
    handed_on: HandedOn,
    directory: &Path,
    calls: &Calls,
    watch: &Watch,
) -> Spawned {
    let (mut children, mut failed) = (Children::default(), None);
    let inherited = Inherited::now();
    for process in Process::START_ORDER {
        // What is not handed out is dropped with the wiring, so that the other processes see its end.
        let Some(ends) = wiring.ends[process].take_if(|_| failed.is_none()) else { continue };
        let result = Child::new(process, ends, &handed_on, &inherited, directory, calls)
            .and_then(|child| fork(child, process, directory, watch));
        match result {
            Ok(child) => children.add(process, child),
            Err(error) => failed = Some((process, error)),
        }
    }
    drop((wiring, handed_on));
    let not_forked = ByProcess::from_fn(|process| match (children.pid(process), &failed) {
        (Some(_), _) => None,
        (None, Some((culprit, error))) if *culprit == process => {
            Some(ProcessEnding::NotStarted(format!("cannot start {process}: {}", chain(error))))
        }
        (None, _) => Some(ProcessEnding::NotTried),
    });
    Spawned { children, not_forked }
}

fn fork(
    child: Child<'_>,
    process: Process,
    directory: &Path,
    watch: &Watch,
) -> io::Result<children::Child> {
    let (exec_error, to_parent) = pipe2(OFlag::O_CLOEXEC)?;
    let launcher = getpid();
    #[allow(unsafe_code, reason = "only here is it known that there is no other thread")]
    // SAFETY: the launcher has a single thread until all are forked.
    match unsafe { kernel::fork() }? {
        ForkResult::Parent { child: pid } => {
            Ok(children::Child::new(pid, directory.join(process.name()), exec_error))
        }
        ForkResult::Child => child.begin(launcher, watch, to_parent.into()),
    }
}
