//! How a process ended, the words for it, and what it used.

use std::fmt;
use std::time::Duration;

use nix::sys::signal::Signal;
use stage::process::exit::Status;

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProcessEnding {
    /// It exited with this status.
    Exited(i32),
    /// A signal killed it.
    Killed(i32),
    /// It could not be started; the text is the message.
    NotStarted(String),
    /// It was not started because another could not be.
    NotTried,
    /// It was killed and did not end: it hangs in the kernel.
    Abandoned,
}

impl ProcessEnding {
    /// Reads the status that `wait` gives.
    pub fn from_status(status: i32) -> ProcessEnding {
        if libc::WIFSIGNALED(status) {
            ProcessEnding::Killed(libc::WTERMSIG(status))
        } else {
            ProcessEnding::Exited(libc::WEXITSTATUS(status))
        }
    }

    /// Whether the process did its work, even if some input was rejected.
    pub(crate) fn is_clean(&self) -> bool {
        matches!(self, ProcessEnding::Exited(status)
            if *status == Status::Done as i32 || *status == Status::Rejected as i32)
    }
}

/// A sentence's end: `stat was killed by SIGKILL`.
impl fmt::Display for ProcessEnding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProcessEnding::Exited(0) => write!(formatter, "ended"),
            ProcessEnding::Exited(status) => write!(formatter, "ended with status {status}"),
            ProcessEnding::Killed(number) => match Signal::try_from(*number) {
                Ok(Signal::SIGSYS) => write!(
                    formatter,
                    "was killed by SIGSYS: it made a system call that it had given up"
                ),
                Ok(signal) => write!(formatter, "was killed by {signal}"),
                Err(_) => write!(formatter, "was killed by signal {number}"),
            },
            ProcessEnding::NotStarted(_) | ProcessEnding::NotTried => {
                write!(formatter, "was not started")
            }
            ProcessEnding::Abandoned => write!(formatter, "cannot be killed"),
        }
    }
}

/// What a process used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResourceUse {
    /// Processor time, user and system.
    pub cpu: Duration,
    /// Peak resident memory, in KiB.
    pub peak_kib: u64,
}
