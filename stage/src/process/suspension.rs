//! Being suspended by Ctrl-Z, where a stage draws on its terminal: it clears its drawing away first, and
//! draws anew when it is continued.
//!
//! SIGTSTP would stop the process in the middle of whatever it does. So
//!
//! 1. it is blocked, and so is SIGCONT, before there is another thread, and both are read from a
//!    descriptor, which is made while that may be done; (SIGCONT continues a process even if it is
//!    blocked;)
//! 2. the stage [looks](Suspension::look), a few times a second, whether one has come;
//! 3. having cleared its drawing away, it [stops](Suspension::stop): lets SIGTSTP in, whose effect is the
//!    usual one, so that the shell sees what it expects.
//!
//! Where a stage only has to know afterwards that it was stopped, it listens for SIGCONT alone
//! (`Continuation`): SIGTSTP stops it at once, wherever it is.
//!
//! A SIGTSTP that is ignored stays ignored. The launcher of such a stage does the same, and stops after it:
//! a shell that sees it stopped takes the terminal at once.

use std::os::fd::{AsFd, BorrowedFd};

use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal, raise};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use super::kernel;

/// What has happened since the last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Nothing.
    Nothing,
    /// The stage is to stop.
    Stop,
    /// It was stopped in another way, and continued: others may have written to the terminal.
    Redraw,
}

/// Takes these signals from a descriptor from now on, in this thread and those that it starts.
fn hear(signals: &[Signal]) -> Result<SignalFd, Errno> {
    let heard = SigSet::from_iter(signals.iter().copied());
    heard.thread_block()?;
    SignalFd::with_flags(&heard, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
}

/// Listens for being continued.
#[derive(Debug)]
pub(crate) struct Continuation {
    signals: SignalFd,
}

impl Continuation {
    /// Begins to listen: before there is another thread.
    pub(crate) fn prepare() -> Result<Continuation, Errno> {
        Ok(Continuation { signals: hear(&[Signal::SIGCONT])? })
    }

    /// Whether the process was continued since the last look.
    pub(crate) fn has_come(&self) -> bool {
        matches!(self.signals.read_signal(), Ok(Some(_)))
    }
}

/// Listens for these signals.
#[derive(Debug)]
pub struct Suspension {
    signals: SignalFd,
}

impl Suspension {
    /// Begins to listen; `None` where SIGTSTP is ignored.
    pub fn prepare() -> Result<Option<Suspension>, Errno> {
        if kernel::is_ignored(Signal::SIGTSTP)? {
            return Ok(None);
        }
        Ok(Some(Suspension { signals: hear(&[Signal::SIGTSTP, Signal::SIGCONT])? }))
    }

    /// What has been asked for since the last look.
    pub fn look(&self) -> Request {
        let mut request = Request::Nothing;
        // They come by their numbers, and each discards the other: there is one at most.
        while let Ok(Some(signal)) = self.signals.read_signal() {
            request = match signal.ssi_signo == Signal::SIGTSTP as u32 {
                true => Request::Stop,
                false => Request::Redraw,
            };
        }
        request
    }

    /// Stops the process, as SIGTSTP does, until it is continued. (A process whose shell is gone is not
    /// stopped.)
    pub fn stop(&self) {
        let stop = SigSet::from(Signal::SIGTSTP);
        // Where one of these fails, the process goes on.
        let _ = raise(Signal::SIGTSTP);
        let _ = stop.thread_unblock();
        let _ = stop.thread_block();
        self.look();
    }
}

impl AsFd for Suspension {
    /// What is readable when a signal has come.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.signals.as_fd()
    }
}
