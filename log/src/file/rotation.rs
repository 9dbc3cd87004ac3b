//! Rotation: the file gets an old file's name, and a new one takes its place.
//!
//! In this order. The process may be killed after any step, and the power may fail: no line is lost,
//! and the old files, and then `FILE`, hold the lines in their order. After a step that failed, the
//! rotation begins again, or, once the file has its new name, goes on with 1 and 5; whatever is written
//! meanwhile goes into the same file.
//!
//! 1. sync the file, so that what is closed is on the disk;
//! 2. by number ([`numbers`]): remove the oldest files, from the greatest number down, that are more
//!    than are to be kept; then rename `FILE.i` to `FILE.i+1`, the greatest number first, up to the first
//!    number that is free, or over the last file that is to be kept. The directory is synced after each:
//!    if a later rename were on the disk and an earlier one not, it would have replaced a file that is
//!    still needed;
//! 3. rename `FILE` to its old name, `FILE.1` or one by time ([`times`]), and sync the directory;
//! 4. by time: remove the oldest files that are more than are to be kept;
//! 5. make and lock the new `FILE` ([`super::open`]), and sync the directory.
//!
//! By time, this is one rename; by number, one for each old file. A name is not taken if a file has it
//! already. Files are known by their names alone: whatever lies at such a name is renamed, and in the
//! end removed. A symbolic link is renamed itself, and not followed.

pub(crate) mod numbers;
pub(crate) mod times;

use std::fs::{self, File};
use std::io;
use std::io::ErrorKind::InvalidFilename;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::ValueEnum;
use stage::process::message::quoted_path;

use self::numbers::{make_room, numbered, rotated_numbers};
use self::times::{Stamp, next_name, old_files, remove_oldest};
use super::directory::{remove, rename};
use super::identity::Known;
use super::open::{Opened, open_next, real_path};
use crate::error::{Attempt, Error};
use crate::notice::Notice;

/// How old files are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Naming {
    /// FILE.1, the newest, and up: each is renamed at every rotation
    Number,
    /// By when it begins, such as run.20261125T180000Z.log: never renamed again
    Time,
}

/// Which old files are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keeping {
    pub(crate) naming: Naming,
    /// How many.
    pub(crate) keep: u64,
}

/// A rotation, and how far it has come.
#[derive(Debug, Default)]
pub(super) enum Rotation {
    /// The file still has its name: nothing is done, or steps 1 to 3 in part.
    #[default]
    FreesName,
    /// The file has given this name away, which is no link's; 1 and 5 are left.
    OpensNext(PathBuf),
}

impl Rotation {
    /// Whether the file has given its name away.
    pub(super) fn has_freed_name(&self) -> bool {
        matches!(self, Rotation::OpensNext(_))
    }

    /// Rotates a file, which has the name `name` and begins at `begun`; returns the new one. After an
    /// error it may be called again, even if the file was written to since.
    pub(super) fn advance(
        &mut self,
        known: Known<'_>,
        name: &Path,
        keeping: Keeping,
        begun: SystemTime,
    ) -> Result<Opened, Error> {
        let path = match self {
            // Since the last attempt somebody may have moved the file, and the link that leads to it.
            Rotation::FreesName => real_path(name)?,
            Rotation::OpensNext(path) if !known.lies_at(path)? => {
                sync(known.file, path)?;
                return open_next(path, known.file);
            }
            // Somebody has given the file its name back.
            Rotation::OpensNext(path) => std::mem::take(path),
        };
        *self = Rotation::FreesName;
        in_place(known, &path)?;
        sync(known.file, &path)?;
        let notice = keeping.free_name(known, &path, begun)?;
        *self = Rotation::OpensNext(path.clone());
        let mut opened = open_next(&path, known.file)?;
        opened.notices.extend(notice);
        Ok(opened)
    }
}

impl Keeping {
    /// Steps 2 to 4; returns what there is to report.
    fn free_name(
        self,
        known: Known<'_>,
        path: &Path,
        begun: SystemTime,
    ) -> Result<Option<Notice>, Error> {
        match self.naming {
            Naming::Number => {
                make_room(path, self.keep)?;
                give_name_away(known, path, &numbered(path, 1), self.keep == 1)?;
                Ok(None)
            }
            Naming::Time => {
                give_name_away(known, path, &next_name(path, begun)?, false)?;
                Ok(remove_oldest(path, self.keep))
            }
        }
    }

    /// The names that rotations rename, remove or take, as far as they can be known: those of the old
    /// files, and then those that are free, from the least number up.
    pub(crate) fn names(self, path: &Path) -> Vec<PathBuf> {
        // Where these cannot be known, the rotation will report why.
        let path = real_path(path).unwrap_or_else(|_| path.to_owned());
        match self.naming {
            Naming::Number => rotated_numbers(&path, self.keep),
            Naming::Time => {
                let files = old_files(&path).unwrap_or_default().into_iter();
                files.filter(|file| !file.is_compressed).map(|file| file.path).collect()
            }
        }
    }

    /// Fails if an old file could never have its name.
    pub(super) fn can_name(self, path: &Path) -> Result<(), Error> {
        let path = real_path(path)?;
        let longest = match self.naming {
            Naming::Number => numbered(&path, self.keep),
            Naming::Time => Stamp::longest().name(&path),
        };
        match fs::symlink_metadata(&longest) {
            Err(source) if source.kind() == InvalidFilename => {
                let [name, to] = [&path, &longest].map(|it| quoted_path(it));
                Err(Error::Rename { name, to, source })
            }
            // Anything else may change.
            _ => Ok(()),
        }
    }
}

/// Step 1, where the file system can sync; where it cannot, the recorder reports that.
fn sync(file: &File, path: &Path) -> Result<(), Error> {
    match file.sync_data().map_err(Attempt::Sync.failed(path)) {
        Err(error) if error.is_lack() => Ok(()),
        result => result,
    }
}

/// Step 3. A file that somebody else has put in place of this one meanwhile is not renamed: the renames
/// before may have taken their time.
fn give_name_away(
    known: Known<'_>,
    path: &Path,
    new_path: &Path,
    may_replace: bool,
) -> Result<(), Error> {
    in_place(known, path)?;
    rename(path, new_path, may_replace)?;
    if !known.was_renamed_to(new_path)? {
        return Err(moved(path));
    }
    if known.lies_at(path)? {
        // Both were names of the same file, and then a rename changes nothing.
        remove(path)?;
    }
    Ok(())
}

/// Fails unless the file lies at `path`.
fn in_place(known: Known<'_>, path: &Path) -> Result<(), Error> {
    if known.lies_at(path)? { Ok(()) } else { Err(moved(path)) }
}

fn moved(path: &Path) -> Error {
    Attempt::Rotate.failed(path)(io::Error::other("somebody has moved or removed it"))
}

#[cfg(test)]
mod tests;
