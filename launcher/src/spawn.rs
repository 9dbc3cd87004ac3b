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
//!    for `report`, and what the command line names survive `exec`, and nothing else; execute, or, as
//!    `tee`, close what is not its own and start work;
//! 5. a child that cannot execute sends the reason back through a pipe that `exec` closes;
//! 6. the parent reads all of those pipes. Only then does it know what was started;
//! 7. each stage reads its command line. A stage whose command line is wrong reports it and ends; the
//!    others announce what they will read and write, and wait at their gates
//!    ([`stage::process::start`]);
//! 8. once all wait, and none would read or write what another writes, the gates are opened
//!    ([`crate::gates`]). Until then no stage has read or written anything, and only `conv` has opened
//!    its input.
//!
//! What cannot be started is reported, and counts as ended: the supervisor calls the start off.

mod child;

use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, getpid, pipe2};
use stage::process::message::{chain, quoted_path};

use crate::Spawned;
use crate::calls::Calls;
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
    let mut forked: ByProcess<Option<Forked>> = ByProcess::default();
    let mut failed = None;
    let inherited = Inherited::now();
    for process in Process::START_ORDER {
        // What is not handed out is dropped with the wiring, so that the other processes see its end.
        let Some(ends) = wiring.ends[process].take_if(|_| failed.is_none()) else { continue };
        let result = Child::new(process, ends, &handed_on, &inherited, directory, calls)
            .and_then(|child| fork(child, watch));
        match result {
            Ok(child) => forked[process] = Some(child),
            Err(error) => failed = Some((process, error)),
        }
    }
    drop((wiring, handed_on));
    let children = ByProcess::from_fn(|process| match (forked[process].take(), &failed) {
        (Some(child), _) => child.await_exec(process, directory),
        (None, Some((culprit, error))) if *culprit == process => {
            Err(ProcessEnding::NotStarted(format!("cannot start {process}: {}", chain(error))))
        }
        (None, _) => Err(ProcessEnding::NotTried),
    });
    Spawned { children }
}

/// A forked child, which may not have executed its program yet.
struct Forked {
    pid: Pid,
    /// Brings an error number, or an end of file once the program is executed.
    exec_error: OwnedFd,
}

fn fork(child: Child<'_>, watch: &Watch) -> io::Result<Forked> {
    let (exec_error, to_parent) = pipe2(OFlag::O_CLOEXEC)?;
    let launcher = getpid();
    match kernel::fork()? {
        ForkResult::Parent { child: pid } => Ok(Forked { pid, exec_error }),
        ForkResult::Child => child.begin(launcher, watch, to_parent.into()),
    }
}

impl Forked {
    /// Waits until the program is executed, or cannot be.
    fn await_exec(self, process: Process, directory: &Path) -> Result<Pid, ProcessEnding> {
        let mut number = [0; 4];
        match io::PipeReader::from(self.exec_error).read_exact(&mut number) {
            // An end of file: `exec` closed the other end.
            Err(_) => Ok(self.pid),
            Ok(()) => {
                // Reaped now, so that its descriptors are closed by the time its end is reported.
                let _ = waitpid(self.pid, None);
                let reason = Errno::from_raw(i32::from_ne_bytes(number)).desc();
                let path = quoted_path(&directory.join(process.name()));
                Err(ProcessEnding::NotStarted(format!("cannot execute {path}: {reason}")))
            }
        }
    }
}
