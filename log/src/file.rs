//! Opening the file to record in.
//!
//! In this order, so that nothing is lost and nothing is written that another `log` owns:
//!
//! 1. open the file, creating it if need be, without truncating it and without waiting for
//!    the reader of a FIFO;
//! 2. lock it; one that is locked already is another `log`'s, and is left alone;
//! 3. sync its directory, so that its name survives a crash: it may be new, and even if it is
//!    not, whoever made it may not have come to this step;
//! 4. truncate it if asked to, else set aside a torn last line ([`crate::torn`]).
//!
//! What is not a regular file (a FIFO, a terminal, `/dev/null`) is written to as it is:
//! no lock, no syncing.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use stage::message::{Messages, quoted_path};
use thiserror::Error;

use crate::recorder::Disk;
use crate::torn;

/// The file could not be made ready.
#[derive(Debug, Error)]
pub enum Error {
    /// It could not be opened or created.
    #[error("cannot open {name}")]
    Open {
        /// The file, quoted.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// Another process has locked it.
    #[error("cannot lock {name}: another log is writing it")]
    Locked {
        /// The file, quoted.
        name: String,
    },
    /// It could not be locked.
    #[error("cannot lock {name}")]
    Lock {
        /// The file, quoted.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// Its directory could not be synced.
    #[error("cannot sync the directory of {name}")]
    SyncDirectory {
        /// The file, quoted.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// It could not be truncated.
    #[error("cannot truncate {name}")]
    Truncate {
        /// The file, quoted.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// Its torn last line could not be set aside.
    #[error("cannot set aside the torn end of {name}")]
    SetAside {
        /// The file, quoted.
        name: String,
        /// Why.
        source: io::Error,
    },
}

/// The file that is recorded in.
#[derive(Debug)]
pub struct LogFile {
    file: File,
    /// Whether there is a disk behind it that can be synced.
    is_regular: bool,
}

impl io::Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Disk for LogFile {
    fn sync(&mut self) -> io::Result<()> {
        if self.is_regular { self.file.sync_data() } else { Ok(()) }
    }
}

/// Opens `path` and locks it; see the module's head for the order.
pub fn open(path: &Path, truncate: bool, messages: &mut dyn Messages) -> Result<LogFile, Error> {
    let name = || quoted_path(path);
    let file = open_unlocked(path).map_err(|source| Error::Open { name: name(), source })?;
    let metadata = file.metadata().map_err(|source| Error::Open { name: name(), source })?;
    if !metadata.is_file() {
        return Ok(LogFile { file, is_regular: false });
    }
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(Error::Locked { name: name() }),
        Err(TryLockError::Error(source)) => return Err(Error::Lock { name: name(), source }),
    }
    sync_directory(path).map_err(|source| Error::SyncDirectory { name: name(), source })?;
    if truncate {
        file.set_len(0).map_err(|source| Error::Truncate { name: name(), source })?;
    } else {
        torn::set_aside(&file, path, messages)
            .map_err(|source| Error::SetAside { name: name(), source })?;
    }
    Ok(LogFile { file, is_regular: true })
}

fn open_unlocked(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        // Read as well, to find a torn end; but a FIFO's writer must not be its own reader.
        .read(std::fs::metadata(path).map_or(true, |metadata| metadata.is_file()))
        .custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits())
        .open(path)?;
    fcntl(&file, FcntlArg::F_SETFL(OFlag::O_APPEND))?;
    Ok(file)
}

/// Makes the entries of a file's directory, such as its own name, survive a crash. Of a
/// symbolic link, it is the directory of what it points to that counts.
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    let path = path.canonicalize()?;
    File::open(path.parent().unwrap_or(&path))?.sync_all()
}
