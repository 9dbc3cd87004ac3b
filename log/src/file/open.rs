//! Opening the file to record in.
//!
//! The order below loses nothing, and writes nothing that another `log` owns:
//!
//! 1. open the file, creating it if need be, without truncating it and without waiting for
//!    the reader of a FIFO;
//! 2. lock it ([`super::lock`]); one that is locked already is another `log`'s, and is left alone;
//! 3. see that it still has its name: another `log` may have rotated it between 1 and 2; then
//!    begin again;
//! 4. sync its directory, so that its name survives a crash: it may be new, and even if it is
//!    not, the `log` that made it may not have come to this step;
//! 5. truncate it if asked to, else set aside a torn last line ([`super::torn`]).
//!
//! Where the file system has no locks, cannot sync a directory, or cannot tell files apart
//! ([`super::identity`]), the file is recorded in all the same, and the promise that does not hold there
//! is reported.
//!
//! What is not a regular file (a FIFO, a terminal, `/dev/null`) is written to as it is:
//! no lock, no syncing.
//!
//! A symbolic link is followed, and reported if it leads to a file; but not where a rotation makes a
//! new file. Nor does that one go on in a file that somebody else has put at the name in the meantime,
//! as anybody may in a directory like /tmp.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use stage::process::message::quoted_path;

use super::directory::Directory;
use super::identity::{Identity, Known};
use super::lock::{Locked, try_lock};
use super::torn::set_aside;
use super::{Begun, MODE};
use crate::error::{Attempt, Error, not_regular};
use crate::notice::{Notice, Promise};

/// How often a file is opened before it is believed that its inode number is another one each time: far
/// more often than another `log` could rotate it away just then.
const ATTEMPTS: u32 = 10;

/// A file that is ready to be recorded in.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The file, to append to.
    pub(super) file: File,
    /// How it is known again.
    pub(super) identity: Identity,
    /// Bytes in it; `None` if it is not a regular file.
    pub(super) length: Option<u64>,
    /// When it was last written to.
    written: Option<SystemTime>,
    /// What there is to report.
    pub(super) notices: Vec<Notice>,
}

/// Which files will do.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    /// Any that the name leads to, or a new one.
    Any,
    /// A new one; or one that a `log` of this user made first, but nobody else.
    NextOf(u32),
}

/// Opens `path`; see the module's head for the order.
pub(crate) fn open(path: &Path, truncate: bool) -> Result<Opened, Error> {
    let mut opened = open_and_lock(path, Wanted::Any)?;
    if opened.length.is_none() {
        return Ok(opened);
    }
    // Only now: a link may have led nowhere before.
    let target = real_path(path)?;
    if truncate {
        opened.notices.extend(Directory::of_target(path)?.sync()?);
        opened.file.set_len(0).map_err(Attempt::Truncate.failed(path))?;
        opened.length = Some(0);
    } else {
        opened.make_ready(path)?;
    }
    if target != path {
        let [name, target] = [path, &target].map(quoted_path);
        opened.notices.push(Notice::Link { name, target });
    }
    Ok(opened)
}

/// Makes the file that comes after one that was rotated away. (It need not be empty: another `log` of
/// the same user may have been there first.) What lies at `path` must be a regular file, and not a link
/// to one.
pub(super) fn open_next(path: &Path, before: &File) -> Result<Opened, Error> {
    let owner = before.metadata().map_err(Attempt::Examine.failed(path))?.uid();
    let mut opened = open_and_lock(path, Wanted::NextOf(owner))?;
    if opened.length.is_none() {
        return Err(Attempt::Open.failed(path)(not_regular()));
    }
    opened.make_ready(path)?;
    Ok(opened)
}

impl Opened {
    /// The file, how it is known again, and what recording begins with.
    pub(super) fn begun(self) -> (File, Identity, Begun) {
        let length = self.length.unwrap_or(0);
        let written = self.written.filter(|_| length > 0);
        (self.file, self.identity, Begun { length, written, notices: self.notices })
    }

    /// Steps 4 and 5, without truncating.
    fn make_ready(&mut self, path: &Path) -> Result<(), Error> {
        self.notices.extend(Directory::of_target(path)?.sync()?);
        let Begun { length, notices, .. } = set_aside(&self.file, path)?;
        self.length = Some(length);
        self.notices.extend(notices);
        Ok(())
    }
}

/// Steps 1 to 3. For what is not a regular file there is only step 1.
fn open_and_lock(path: &Path, wanted: Wanted) -> Result<Opened, Error> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let file = open_unlocked(path, wanted).map_err(Attempt::Open.failed(path))?;
        let metadata = file.metadata().map_err(Attempt::Open.failed(path))?;
        let identity = Identity::Number;
        let written = metadata.modified().ok();
        let mut opened = Opened { file, identity, length: None, written, notices: Vec::new() };
        if !metadata.is_file() {
            return Ok(opened);
        }
        opened.length = Some(metadata.len());
        opened.notices.extend(lock(&opened.file, path)?);
        if attempts > ATTEMPTS {
            opened.identity = Identity::Name;
            let reason = io::Error::other("its inode number is another one each time");
            let error = Attempt::Examine.failed(path)(reason);
            opened.notices.push(Notice::lacking(&error, Promise::Followed));
        }
        if (Known { file: &opened.file, identity: opened.identity }).lies_at(path)? {
            return Ok(opened);
        }
    }
}

/// Locks a file; returns what there is to report, if it cannot be locked and is recorded in all the
/// same.
fn lock(file: &File, path: &Path) -> Result<Option<Notice>, Error> {
    let error = match try_lock(file).map_err(Attempt::Lock.failed(path)) {
        Ok(Locked::Yes) => return Ok(None),
        Ok(Locked::ByAnother) => return Err(Error::Locked { name: quoted_path(path) }),
        Ok(Locked::ByAReader) => {
            Attempt::Lock.failed(path)(io::Error::other("somebody who reads it has locked it"))
        }
        Err(error) if error.is_lack() => error,
        Err(error) => return Err(error),
    };
    Ok(Some(Notice::lacking(&error, Promise::Alone)))
}

fn open_unlocked(path: &Path, wanted: Wanted) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    // Reading as well finds a torn end; but a FIFO's writer must not be its own reader.
    let reads = fs::metadata(path).map_or(true, |metadata| metadata.is_file());
    options.append(true).mode(MODE).read(reads).custom_flags(flags.bits());
    let file = match wanted {
        Wanted::Any => options.create(true).open(path)?,
        Wanted::NextOf(owner) => {
            options.custom_flags((flags | OFlag::O_NOFOLLOW).bits());
            match options.clone().create_new(true).open(path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    only_of(owner, options.open(path)?)?
                }
                opened => opened?,
            }
        }
    };
    fcntl(&file, FcntlArg::F_SETFL(OFlag::O_APPEND))?;
    Ok(file)
}

/// The file, if it is `owner`'s, and has this one name: another of theirs may have been linked there.
fn only_of(owner: u32, file: File) -> io::Result<File> {
    let metadata = file.metadata()?;
    match metadata.uid() == owner && metadata.nlink() <= 1 {
        true => Ok(file),
        false => Err(io::Error::other("somebody else has put a file in its place")),
    }
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
