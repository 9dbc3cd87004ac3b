//! What can go wrong with the file that is recorded in, and which errors are final.

use std::fmt;
use std::io;
use std::io::ErrorKind::{QuotaExceeded, StorageFull};
use std::path::Path;

use nix::errno::Errno;
use stage::format::columns::MAX_COLUMNS;
use stage::process::message::quoted_path;
use stage::stream::output::reader_is_gone;
use thiserror::Error;

/// Why the file does not take what it is given.
#[derive(Debug, Error)]
pub enum Error {
    /// An attempt on it failed.
    #[error("cannot {attempt} {name}")]
    Failed {
        /// What was tried.
        attempt: Attempt,
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
    /// It holds rows of other columns than the stream.
    #[error(
        "cannot record {stream} in {name}, which holds {there}: name another FILE, or begin this one \
         anew with --truncate"
    )]
    Columns {
        /// The file, quoted.
        name: String,
        /// What the stream has.
        stream: String,
        /// What the file has.
        there: String,
    },
    /// The stream has times already.
    #[error("cannot put times in front of rows that have some already: leave --timestamps out")]
    Timed,
    /// The stream has as many columns as there can be.
    #[error(
        "cannot put times in front of rows of {MAX_COLUMNS} columns, the most that there can be"
    )]
    NoColumnLeft,
    /// Another process has locked it.
    #[error("cannot lock {name}: another log is writing it")]
    Locked {
        /// The file, quoted.
        name: String,
    },
}

/// What is tried with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
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
    /// Finding the old files beside it.
    List,
    /// Finding out whether it is there, and what it is.
    Examine,
}

impl fmt::Display for Attempt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Attempt::Open => "open",
            Attempt::Lock => "lock",
            Attempt::SyncDirectory => "sync the directory of",
            Attempt::Truncate => "truncate",
            Attempt::SetAside => "set aside the torn end of",
            Attempt::Write => "write",
            Attempt::Sync => "sync",
            Attempt::Cut => "cut off the last, half a line of",
            Attempt::Rotate => "rotate",
            Attempt::Read => "read",
            Attempt::Remove => "remove",
            Attempt::List => "list the directory of",
            Attempt::Examine => "look at",
        })
    }
}

impl Attempt {
    /// The error that this failed for the file at `path`.
    pub(crate) fn failed(self, path: &Path) -> impl FnOnce(io::Error) -> Error {
        let name = quoted_path(path);
        move |source| Error::Failed { attempt: self, name, source }
    }
}

/// The cause where there is a FIFO, a device or a directory, and only a file will do.
pub(crate) fn not_regular() -> io::Error {
    io::Error::other("it is not a regular file")
}

impl Error {
    /// Whether trying again is useless, or worse. After a failed sync the kernel may have dropped
    /// what it could not write, so that a second sync would succeed without the data. And where a
    /// FIFO's reader is gone, nobody wants the rest.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Error::Failed { attempt: Attempt::Sync | Attempt::SyncDirectory, .. } => true,
            Error::Failed { attempt: Attempt::Write, source, .. } => reader_is_gone(source),
            _ => false,
        }
    }

    /// Whether what was written may not be on the disk.
    pub(crate) fn is_of_sync(&self) -> bool {
        matches!(self, Error::Failed { attempt: Attempt::Sync, .. })
    }

    /// Whether the disk is full: room can be made.
    pub(crate) fn is_full(&self) -> bool {
        let (Error::Failed { source, .. } | Error::Rename { source, .. }) = self else {
            return false;
        };
        matches!(source.kind(), StorageFull | QuotaExceeded)
    }

    /// Whether the file system does not have what was tried, rather than that it failed.
    pub(crate) fn is_lack(&self) -> bool {
        let Error::Failed { attempt, source, .. } = self else { return false };
        let is_optional = matches!(attempt, Attempt::Sync | Attempt::SyncDirectory | Attempt::Lock);
        let errno = source.raw_os_error().map(Errno::from_raw);
        is_optional && errno.is_some_and(|errno| LACKING.contains(&errno))
    }
}

/// What file systems answer that have no locks, or cannot sync a directory (CIFS, NFS without its lock
/// service, some of FUSE), and kernels that do not know a call.
const LACKING: [Errno; 4] = [Errno::EINVAL, Errno::ENOSYS, Errno::EOPNOTSUPP, Errno::ENOLCK];

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(attempt: Attempt, kind: io::ErrorKind) -> Error {
        attempt.failed(Path::new("run.log"))(kind.into())
    }

    #[test]
    fn a_failed_sync_and_a_reader_that_is_gone_are_final() {
        use io::ErrorKind::{BrokenPipe, StorageFull};
        assert!(failed(Attempt::Sync, StorageFull).is_final());
        assert!(failed(Attempt::SyncDirectory, StorageFull).is_final());
        assert!(failed(Attempt::Write, BrokenPipe).is_final());
        for attempt in [Attempt::Write, Attempt::Open, Attempt::Remove] {
            assert!(!failed(attempt, StorageFull).is_final());
        }
    }

    #[test]
    fn what_a_file_system_does_not_have_is_no_failure() {
        let failed = |attempt: Attempt, errno| attempt.failed(Path::new("run.log"))(errno);
        for errno in LACKING {
            for attempt in [Attempt::Sync, Attempt::SyncDirectory, Attempt::Lock] {
                assert!(failed(attempt, errno.into()).is_lack(), "{attempt}: {errno}");
            }
            assert!(!failed(Attempt::Write, errno.into()).is_lack(), "{errno}");
        }
        assert!(!failed(Attempt::Sync, Errno::EIO.into()).is_lack());
    }
}
