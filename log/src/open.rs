//! Opening the file to record in.
//!
//! In this order, so that nothing is lost and nothing is written that another `log` owns:
//!
//! 1. open the file, creating it if need be, without truncating it and without waiting for
//!    the reader of a FIFO;
//! 2. lock it; one that is locked already is another `log`'s, and is left alone;
//! 3. see that it still has its name: another `log` may have rotated it between 1 and 2; then
//!    begin again;
//! 4. sync its directory, so that its name survives a crash: it may be new, and even if it is
//!    not, whoever made it may not have come to this step;
//! 5. truncate it if asked to, else set aside a torn last line ([`crate::torn`]).
//!
//! What is not a regular file (a FIFO, a terminal, `/dev/null`) is written to as it is:
//! no lock, no syncing.
//!
//! A symbolic link is followed, and told of if it leads to a file; but not where a rotation makes a
//! new file.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use stage::process::message::{Messages, quoted_path};

use crate::directory::Directory;
use crate::error::{Action, Error, not_regular};
use crate::torn;

/// Who may read a new file, less the umask: everybody; and nobody but its owner may write it.
pub const MODE: u32 = 0o644;

/// A file that is ready to be recorded in.
#[derive(Debug)]
pub struct Opened {
    /// The file, to append to.
    pub file: File,
    /// Bytes in it; `None` if it is not a regular file.
    pub length: Option<u64>,
}

/// Opens `path`; see the module's head for the order.
pub fn open(path: &Path, truncate: bool, messages: &mut dyn Messages) -> Result<Opened, Error> {
    let (file, is_regular) = open_and_lock(path, OFlag::empty())?;
    if !is_regular {
        return Ok(Opened { file, length: None });
    }
    // Only now: a link may have led nowhere before.
    let target = real_path(path)?;
    let length = if truncate {
        Directory::of_target(path)?.sync()?;
        file.set_len(0).map_err(Action::Truncate.failed(path))?;
        0
    } else {
        make_ready(&file, path, messages)?
    };
    if target != path {
        let [name, target] = [path, &target].map(quoted_path);
        messages.tell(&format!("{name} is a symbolic link: recording in {target}"));
    }
    Ok(Opened { file, length: Some(length) })
}

/// Makes the file that comes after one that was rotated away; with it, the bytes in it: another `log`
/// may have been there first. What lies at `path` must be a regular file, and not a link to one.
pub fn open_next(path: &Path, messages: &mut dyn Messages) -> Result<(File, u64), Error> {
    let (file, is_regular) = open_and_lock(path, OFlag::O_NOFOLLOW)?;
    if !is_regular {
        return Err(Action::Open.failed(path)(not_regular()));
    }
    let length = make_ready(&file, path, messages)?;
    Ok((file, length))
}

/// Steps 4 and 5, without truncating; the bytes in the file.
fn make_ready(file: &File, path: &Path, messages: &mut dyn Messages) -> Result<u64, Error> {
    Directory::of_target(path)?.sync()?;
    torn::set_aside(file, path, messages)
}

/// Steps 1 to 3; and whether it is a regular file, without which there is only step 1.
fn open_and_lock(path: &Path, flags: OFlag) -> Result<(File, bool), Error> {
    loop {
        let file = open_unlocked(path, flags).map_err(Action::Open.failed(path))?;
        let metadata = file.metadata().map_err(Action::Open.failed(path))?;
        if !metadata.is_file() {
            return Ok((file, false));
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Locked { name: quoted_path(path) }),
            Err(TryLockError::Error(source)) => return Err(Action::Lock.failed(path)(source)),
        }
        if lies_at(&metadata, path)? {
            return Ok((file, true));
        }
    }
}

/// Whether the file with this metadata is the one that `path` leads to.
pub fn lies_at(metadata: &Metadata, path: &Path) -> Result<bool, Error> {
    match fs::metadata(path) {
        Ok(there) => Ok((metadata.dev(), metadata.ino()) == (there.dev(), there.ino())),
        Err(error) if leads_nowhere(&error) => Ok(false),
        Err(error) => Err(Action::Examine.failed(path)(error)),
    }
}

/// Whether there is nothing at a name that cannot be looked at.
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
        // Read as well, to find a torn end; but a FIFO's writer must not be its own reader.
        .read(fs::metadata(path).map_or(true, |metadata| metadata.is_file()))
        .custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY | flags).bits())
        .open(path)?;
    fcntl(&file, FcntlArg::F_SETFL(OFlag::O_APPEND))?;
    Ok(file)
}

/// Where a symbolic link leads to, at last; or `path` itself, if it is none.
pub fn real_path(path: &Path) -> Result<PathBuf, Error> {
    match is_link(path) {
        true => path.canonicalize().map_err(Action::Open.failed(path)),
        false => Ok(path.to_owned()),
    }
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|it| it.file_type().is_symlink())
}
