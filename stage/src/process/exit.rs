//! The exit statuses, the same for every program.

use std::process::ExitCode;

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Status {
    /// Done, even if by Ctrl-C, once everything in flight was handled.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// The command line was wrong.
    Usage = 2,
    /// Done, but some input was rejected.
    Rejected = 3,
}

impl Status {
    /// [`Status::Done`] if nothing was rejected.
    pub fn of_rejected(count: u64) -> Status {
        if count == 0 { Status::Done } else { Status::Rejected }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(status as u8)
    }
}

/// The statuses, for the end of every `--help`.
pub const HELP: &str = "\
Exit status: 0 done, also after Ctrl-C; 1 failed, or a standard stream was closed; 2 wrong usage; \
3 done, but some input was rejected.";
