//! What can go wrong with the file that is recorded in, and which of it is final.

use std::fmt;
use std::io;
use std::path::Path;

use stage::process::message::quoted_path;
use stage::stream::output::reader_is_gone;
use thiserror::Error;

/// Why the file does not take what it is given.
#[derive(Debug, Error)]
pub enum Error {
    /// Something that was tried with it failed.
    #[error("cannot {action} {name}")]
    Failed {
        /// What was tried.
        action: Action,
        /// The file, quoted.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// It could not be renamed.
    #[error("cannot rename {name} to {to}")]
    Rename {
        /// The file, quoted.
        name: String,
        /// Its new name, quoted.
        to: String,
        /// Why.
        source: io::Error,
    },
    /// Another process has locked it.
    #[error("cannot lock {name}: another log is writing it")]
    Locked {
        /// The file, quoted.
        name: String,
    },
}

/// What is done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Opening or creating it.
    Open,
    /// Locking it.
    Lock,
    /// Making its name survive a crash.
    SyncDirectory,
    /// Truncating it, at the start.
    Truncate,
    /// Setting aside its torn last line.
    SetAside,
    /// Writing it.
    Write,
    /// Making what was written survive a crash.
    Sync,
    /// Cutting off half a line.
    Cut,
    /// Rotating it.
    Rotate,
    /// Reading what was recorded.
    Read,
    /// Removing it.
    Remove,
    /// Seeing whether it is there, and what it is.
    Examine,
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Action::Open => "open",
            Action::Lock => "lock",
            Action::SyncDirectory => "sync the directory of",
            Action::Truncate => "truncate",
            Action::SetAside => "set aside the torn end of",
            Action::Write => "write",
            Action::Sync => "sync",
            Action::Cut => "cut off the last, half a line of",
            Action::Rotate => "rotate",
            Action::Read => "read",
            Action::Remove => "remove",
            Action::Examine => "look at",
        })
    }
}

impl Action {
    /// The error that this failed for the file at `path`.
    pub fn failed(self, path: &Path) -> impl FnOnce(io::Error) -> Error {
        let name = quoted_path(path);
        move |source| Error::Failed { action: self, name, source }
    }
}

/// What there is to say of a FIFO, a device or a directory where only a file will do.
pub fn not_regular() -> io::Error {
    io::Error::other("it is not a regular file")
}

impl Error {
    /// Whether trying again is useless, or worse. After a failed sync the kernel may have dropped
    /// what it could not write, so that a second sync would succeed without the data. And a FIFO's
    /// reader that is gone does not want the rest.
    pub fn is_final(&self) -> bool {
        match self {
            Error::Failed { action: Action::Sync | Action::SyncDirectory, .. } => true,
            Error::Failed { action: Action::Write, source, .. } => reader_is_gone(source),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(action: Action, kind: io::ErrorKind) -> Error {
        action.failed(Path::new("run.log"))(kind.into())
    }

    #[test]
    fn a_failed_sync_and_a_reader_that_is_gone_are_final() {
        use io::ErrorKind::{BrokenPipe, StorageFull};
        assert!(failed(Action::Sync, StorageFull).is_final());
        assert!(failed(Action::SyncDirectory, StorageFull).is_final());
        assert!(failed(Action::Write, BrokenPipe).is_final());
        for action in [Action::Write, Action::Open, Action::Remove] {
            assert!(!failed(action, StorageFull).is_final());
        }
    }
}
