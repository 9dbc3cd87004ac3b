//! The file that is recorded in, under its name: rotating it, seeing what somebody else did to it, and
//! opening the next one.
//!
//! | module | owns |
//! |---|---|
//! | [`storage`] | the open file below the name: writing, syncing, cutting |
//! | [`open`] | opening a file: lock, truncation, the directory's entry |
//! | [`columns`] | which columns a file shows |
//! | [`lock`] | keeping a second `log` away |
//! | [`identity`] | whether a file is the one at a name |
//! | [`torn`] | setting aside the torn line that a crash left |
//! | [`rotation`] | **the order of a rotation** |
//! | [`directory`] | putting a directory's entries on the disk |

pub(crate) mod columns;
mod directory;
mod identity;
mod lock;
pub(crate) mod open;
pub(crate) mod rotation;
pub(crate) mod storage;
mod torn;

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::SystemTime;

use stage::process::message::quoted_path;

use self::columns::Shown;
use self::identity::{Identity, Known, leads_nowhere};
use self::open::open;
use self::rotation::{Keeping, Rotation};
use self::storage::{OpenFile, Storage};
use self::torn::set_aside;
use crate::error::{Attempt, Error, not_regular};
use crate::notice::{Fate, LostName, Notice};

/// The mode of a new file, less the umask: everybody may read it, and only its owner write it.
const MODE: u32 = 0o644;

/// Storage with a name, which may be taken from it.
pub(crate) trait Named: Storage {
    /// The name, quoted.
    fn name(&self) -> String;
    /// The columns of its rows, as far as it shows them.
    fn columns(&self) -> Result<Shown, Error>;
    /// Whether somebody else can take the name away.
    fn can_lose_name(&self) -> bool;
    /// Looks at the file and its name; `None` where there is nothing to see: it is not a file on a disk,
    /// or neither answers.
    fn look(&self) -> Option<Found>;
    /// Sets aside what was written from `begun` on, on the disk, and begins a new file. After an error, what is written
    /// still goes to the file that was to be set aside, until it is called again, or [`Named::reopen`].
    fn rotate(&mut self, begun: SystemTime) -> Result<Begun, Error>;
    /// Whether a rotation has begun and not ended.
    fn is_rotating(&self) -> bool;
    /// Goes on in the file that has the name now, which may be the same one if it did not answer.
    fn reopen(&mut self) -> Result<Begun, Error>;
    /// Sets aside half a line that somebody left at the end.
    fn mend(&mut self) -> Result<Begun, Error>;
}

/// A file in which recording begins, or goes on.
#[derive(Debug)]
pub(crate) struct Begun {
    /// Bytes in it, all of them whole lines.
    pub(crate) length: u64,
    /// When it was last written to, if there is anything in it.
    pub(crate) written: Option<SystemTime>,
    /// What there is to report.
    pub(crate) notices: Vec<Notice>,
}

/// What a look at a file shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Bytes in it; 0 if it does not answer.
    pub(crate) length: u64,
    /// What became of it, if its name does not lead to it any more.
    pub(crate) lost: Option<LostName>,
}

/// The file that is recorded in. The path of its storage is the name as it was given, which may be a
/// symbolic link's.
#[derive(Debug)]
pub(crate) struct LogFile {
    storage: OpenFile,
    identity: Identity,
    /// Which old files are kept, if it is rotated.
    keeping: Option<Keeping>,
    /// A rotation that has begun and not ended, since a step of it failed.
    rotation: Option<Rotation>,
}

impl LogFile {
    /// Opens the file at `path`, truncated or to append to. If it is rotated, `keeping` says which old
    /// files are kept.
    pub(crate) fn open(
        path: &Path,
        truncate: bool,
        keeping: Option<Keeping>,
    ) -> Result<(LogFile, Begun), Error> {
        keeping.map_or(Ok(()), |keeping| keeping.can_name(path))?;
        let (storage, identity, begun) = open_fitting(path, truncate, keeping.is_some())?;
        Ok((LogFile { storage, identity, keeping, rotation: None }, begun))
    }

    fn path(&self) -> &Path {
        self.storage.path()
    }

    /// What became of the file with this metadata.
    fn lost(&self, own: &Metadata) -> Option<LostName> {
        let is_gone = own.nlink() == 0;
        let fate = if is_gone { Fate::Gone } else { Fate::Moved };
        // A name that was given away is nobody's, and the file is an old one already.
        if self.rotation.as_ref().is_some_and(Rotation::has_freed_name) {
            return is_gone.then(|| LostName { fate, is_replaced: self.path().exists() });
        }
        match self.identity.lies_at(own, self.path()) {
            Ok(true) => None,
            // What may not be looked at may well be in place, and writing it still works.
            Err(_) if !is_gone => None,
            _ => Some(LostName { fate, is_replaced: self.path().exists() }),
        }
    }

    /// What became of the file if it cannot say so itself: the name is followed, unless that does not
    /// answer, either.
    fn silent(&self) -> Option<LostName> {
        let is_replaced = match fs::metadata(self.path()) {
            Ok(_) => true,
            Err(error) if leads_nowhere(&error) => false,
            Err(_) => return None,
        };
        Some(LostName { fate: Fate::Silent, is_replaced })
    }
}

/// Opens `path`, which must be a regular file if it is to be rotated.
fn open_fitting(
    path: &Path,
    truncate: bool,
    rotates: bool,
) -> Result<(OpenFile, Identity, Begun), Error> {
    let opened = open(path, truncate)?;
    let is_regular = opened.length.is_some();
    if rotates && !is_regular {
        return Err(Attempt::Rotate.failed(path)(not_regular()));
    }
    // What is not a regular file was put there by somebody who knows what that means.
    let (file, identity, begun) = opened.begun();
    Ok((OpenFile::new(file, path, is_regular), identity, begun))
}

impl Storage for LogFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        self.storage.write(bytes)
    }

    fn sync(&mut self) -> Result<(), Error> {
        self.storage.sync()
    }

    fn cut(&mut self, length: u64) -> Result<(), Error> {
        self.storage.cut(length)
    }

    fn length(&self) -> Option<u64> {
        self.storage.length()
    }
}

impl Named for LogFile {
    fn name(&self) -> String {
        quoted_path(self.path())
    }

    fn columns(&self) -> Result<Shown, Error> {
        self.storage.columns()
    }

    fn can_lose_name(&self) -> bool {
        self.storage.is_regular()
    }

    fn look(&self) -> Option<Found> {
        if !self.storage.is_regular() {
            return None;
        }
        match self.storage.metadata() {
            Some(own) => Some(Found { length: own.len(), lost: self.lost(&own) }),
            None => self.silent().map(|lost| Found { length: 0, lost: Some(lost) }),
        }
    }

    fn rotate(&mut self, begun: SystemTime) -> Result<Begun, Error> {
        let Some(keeping) = self.keeping else {
            return Err(Attempt::Rotate.failed(self.path())(io::ErrorKind::Unsupported.into()));
        };
        let rotation = self.rotation.get_or_insert_default();
        let known = Known { file: self.storage.file(), identity: self.identity };
        let opened = rotation.advance(known, self.storage.path(), keeping, begun)?;
        let (file, identity, begun) = opened.begun();
        self.storage = OpenFile::new(file, self.storage.path(), true);
        (self.identity, self.rotation) = (identity, None);
        Ok(begun)
    }

    fn is_rotating(&self) -> bool {
        self.rotation.is_some()
    }

    fn reopen(&mut self) -> Result<Begun, Error> {
        if self.storage.metadata().is_none() {
            // It may be the same file, whose lock would then be in the way.
            lock::release(self.storage.file());
        }
        let (storage, identity, begun) = open_fitting(self.path(), false, self.keeping.is_some())?;
        (self.storage, self.identity) = (storage, identity);
        self.rotation = None;
        Ok(begun)
    }

    fn mend(&mut self) -> Result<Begun, Error> {
        set_aside(self.storage.file(), self.path())
    }
}
