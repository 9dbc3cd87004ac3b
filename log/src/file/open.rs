//! Opening the file to record in.
//!
//! The order below loses nothing, and writes nothing that another `log` owns:
//!
//! 1. open the file, creating it if need be, without truncating it and without waiting for
//!    the reader of a FIFO;
//! 2. lock it; one that is locked already is another `log`'s, and is left alone;
//! 3. see that it still has its name: another `log` may have rotated it between 1 and 2; then
//!    begin again;
//! 4. sync its directory, so that its name survives a crash: it may be new, and even if it is
//!    not, the `log` that made it may not have come to this step;
//! 5. truncate it if asked to, else set aside a torn last line ([`super::torn`]).
//!
//! What is not a regular file (a FIFO, a terminal, `/dev/null`) is written to as it is:
//! no lock, no syncing.
//!
//! A symbolic link is followed, and reported if it leads to a file; but not where a rotation makes a
//! new file.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use stage::process::message::quoted_path;

use super::directory::Directory;
use super::torn::set_aside;
use super::{Begun, MODE};
use crate::error::{Attempt, Error, not_regular};
use crate::notice::Notice;

/// A file that is ready to be recorded in.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The file, to append to.
    pub(super) file: File,
    /// Bytes in it; `None` if it is not a regular file.
    pub(super) length: Option<u64>,
    /// What there is to report.
    pub(super) notices: Vec<Notice>,
}

/// Opens `path`; see the module's head for the order.
pub(crate) fn open(path: &Path, truncate: bool) -> Result<Opened, Error> {
    let (file, is_regular) = open_and_lock(path, OFlag::empty())?;
    if !is_regular {
        return Ok(Opened { file, length: None, notices: Vec::new() });
    }
    // Only now: a link may have led nowhere before.
    let target = real_path(path)?;
    let Begun { length, mut notices } = if truncate {
        Directory::of_target(path)?.sync()?;
        file.set_len(0).map_err(Attempt::Truncate.failed(path))?;
        Begun { length: 0, notices: Vec::new() }
    } else {
        make_ready(&file, path)?
    };
    if target != path {
        let [name, target] = [path, &target].map(quoted_path);
        notices.push(Notice::Link { name, target });
    }
    Ok(Opened { file, length: Some(length), notices })
}

/// Makes the file that comes after one that was rotated away. (It need not be empty: another `log`
/// may have been there first.) What lies at `path` must be a regular file, and not a link to one.
pub(super) fn open_next(path: &Path) -> Result<(File, Begun), Error> {
    let (file, is_regular) = open_and_lock(path, OFlag::O_NOFOLLOW)?;
    if !is_regular {
        return Err(Attempt::Open.failed(path)(not_regular()));
    }
    let begun = make_ready(&file, path)?;
    Ok((file, begun))
}

/// Steps 4 and 5, without truncating.
fn make_ready(file: &File, path: &Path) -> Result<Begun, Error> {
    Directory::of_target(path)?.sync()?;
    set_aside(file, path)
}

/// Steps 1 to 3; also returns whether it is a regular file. For any other there is only step 1.
fn open_and_lock(path: &Path, flags: OFlag) -> Result<(File, bool), Error> {
    loop {
        let file = open_unlocked(path, flags).map_err(Attempt::Open.failed(path))?;
        let metadata = file.metadata().map_err(Attempt::Open.failed(path))?;
        if !metadata.is_file() {
            return Ok((file, false));
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Locked { name: quoted_path(path) }),
            Err(TryLockError::Error(source)) => return Err(Attempt::Lock.failed(path)(source)),
        }
        if lies_at(&metadata, path)? {
            return Ok((file, true));
        }
    }
}

/// Whether the file with this metadata is the one that `path` leads to.
pub(super) fn lies_at(metadata: &Metadata, path: &Path) -> Result<bool, Error> {
    match fs::metadata(path) {
        Ok(there) => Ok((metadata.dev(), metadata.ino()) == (there.dev(), there.ino())),
        Err(error) if leads_nowhere(&error) => Ok(false),
        Err(error) => Err(Attempt::Examine.failed(path)(error)),
    }
}

/// Whether this error, from looking at a name, says that nothing is there.
fn leads_nowhere(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
        || error.kind() == io::ErrorKind::NotADirectory
        || error.raw_os_error() == Some(Errno::ELOOP as i32)
}

fn open_unlocked(path: &Path, flags: OFlag) -> io::Result<File> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(MODE)
        // Reading as well finds a torn end; but a FIFO's writer must not be its own reader.
        .read(fs::metadata(path).map_or(true, |metadata| metadata.is_file()))
        .custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY | flags).bits())
        .open(path)?;
    fcntl(&file, FcntlArg::F_SETFL(OFlag::O_APPEND))?;
    Ok(file)
}

/// Where a symbolic link leads in the end; `path` itself, if it is not a link.
pub(super) fn real_path(path: &Path) -> Result<PathBuf, Error> {
    match is_link(path) {
        true => path.canonicalize().map_err(Attempt::Open.failed(path)),
        false => Ok(path.to_owned()),
    }
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|it| it.file_type().is_symlink())
}
