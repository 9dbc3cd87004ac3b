//! Rotation: the file gets the name `FILE.1`, and a new one takes its place.
//!
//! In this order. The process may be killed after any step, and the power may fail: no line is lost,
//! and the files from `FILE.n` down to `FILE.1`, and then `FILE`, hold the lines in their order. After
//! a step that failed, the rotation begins again, or, once the file has its new name, goes on with 1
//! and 4; whatever is written meanwhile goes into the same file.
//!
//! 1. sync the file, so that what is closed is on the disk;
//! 2. remove the oldest files, from the greatest number down, that are more than are to be kept;
//! 3. rename `FILE.i` to `FILE.i+1`, the greatest number first, up to the first number that is
//!    free, or over the last file that is to be kept; then `FILE` to `FILE.1`. The directory is
//!    synced after each: if a later rename were on the disk and an earlier one not, it would have
//!    replaced a file that is still needed;
//! 4. make and lock the new `FILE` ([`super::open`]), and sync the directory.
//!
//! A process killed between two renames leaves one number free. The next rotation fills it, and a
//! reader passes over it. A name is looked at before it is taken; a file that somebody else makes in
//! the instant in between is replaced. Files are known by their names alone: whatever lies at such a
//! name is renamed, and in the end removed. A symbolic link is renamed itself, and not followed.

use std::fs::{self, File};
use std::io;
use std::io::ErrorKind::{AlreadyExists, InvalidFilename, NotFound};
use std::path::{Path, PathBuf};

use stage::process::message::quoted_path;

use super::directory::Directory;
use super::identity::Known;
use super::open::{Opened, open_next, real_path};
use crate::error::{Attempt, Error};

/// A rotation, and how far it has come.
#[derive(Debug, Default)]
pub(super) enum Rotation {
    /// The file still has its name: nothing is done, or steps 1 to 3 in part.
    #[default]
    FreesName,
    /// The file has given this name away, which is no link's; step 4 is left.
    OpensNext(PathBuf),
}

impl Rotation {
    /// Whether the file has given its name away.
    pub(super) fn has_freed_name(&self) -> bool {
        matches!(self, Rotation::OpensNext(_))
    }

    /// Rotates a file, which has the name `name`, and keeps `keep` old files; returns the new one.
    /// After an error it may be called again, even if the file was written to since.
    pub(super) fn advance(
        &mut self,
        known: Known<'_>,
        name: &Path,
        keep: u64,
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
        make_room(&path, keep)?;
        give_name_away(known, &path, keep)?;
        *self = Rotation::OpensNext(path.clone());
        open_next(&path, known.file)
    }
}

/// Step 1, where the file system can sync; where it cannot, the recorder reports that.
fn sync(file: &File, path: &Path) -> Result<(), Error> {
    match file.sync_data().map_err(Attempt::Sync.failed(path)) {
        Err(error) if error.is_lack() => Ok(()),
        result => result,
    }
}

/// Step 2, and step 3 for the old files: afterwards `FILE.1` is free, unless it is to be replaced,
/// or somebody else has meddled. What is there is looked at anew at each attempt.
fn make_room(path: &Path, keep: u64) -> Result<(), Error> {
    let mut numbers = old_numbers(path)?;
    while let Some(number) = numbers.pop_if(|number| *number > keep) {
        remove(&numbered(path, number))?;
    }
    for number in (2..=first_free(&numbers).min(keep)).rev() {
        let [from, to] = [number - 1, number].map(|number| numbered(path, number));
        match rename(&from, &to, number == keep) {
            // One that somebody else has moved or removed needs no other name.
            Err(Error::Rename { source, .. }) if source.kind() == NotFound => {}
            result => result?,
        }
    }
    Ok(())
}

/// The end of step 3. A file that somebody else has put in place of this one meanwhile is not renamed:
/// the renames before may have taken their time.
fn give_name_away(known: Known<'_>, path: &Path, keep: u64) -> Result<(), Error> {
    let new_path = numbered(path, 1);
    in_place(known, path)?;
    rename(path, &new_path, keep == 1)?;
    if !known.was_renamed_to(&new_path)? {
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

/// Fails if the last of the old files could never have its name.
pub(super) fn can_name(path: &Path, keep: u64) -> Result<(), Error> {
    let path = real_path(path)?;
    let last = numbered(&path, keep);
    match fs::symlink_metadata(&last) {
        Err(source) if source.kind() == InvalidFilename => {
            let [name, to] = [&path, &last].map(|it| quoted_path(it));
            Err(Error::Rename { name, to, source })
        }
        // Anything else may change.
        _ => Ok(()),
    }
}

/// Free names that are kept from the other stages, however many files are to be kept.
const MOST_FREE: usize = 100;

/// The names that rotations which keep `keep` old files rename, remove or take: those of the old files,
/// and then those that are free, from the least number up.
pub(crate) fn rotated_names(path: &Path, keep: u64) -> Vec<PathBuf> {
    // Where these cannot be known, the rotation will report why.
    let path = real_path(path).unwrap_or_else(|_| path.to_owned());
    let old = old_numbers(&path).unwrap_or_default();
    let free = (1..=keep).filter(|number| old.binary_search(number).is_err()).take(MOST_FREE);
    old.iter().copied().chain(free).map(|number| numbered(&path, number)).collect()
}

/// The numbers of the old files, in order: from 1 on, with at most one missing, which is what a
/// rotation that was killed leaves. (A name such as `FILE.20260101` is somebody else's.)
pub(crate) fn old_numbers(path: &Path) -> Result<Vec<u64>, Error> {
    let mut numbers = Vec::new();
    let mut missing = 0;
    for number in 1.. {
        match exists(&numbered(path, number))? {
            true => numbers.push(number),
            false if missing == 1 => break,
            false => missing += 1,
        }
    }
    Ok(numbers)
}

/// Whether a file has this name. A file that cannot be looked at may well be there, and a rename would
/// replace it: that is an error.
fn exists(path: &Path) -> Result<bool, Error> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        // No file can have a name that is too long.
        Err(error) if matches!(error.kind(), NotFound | InvalidFilename) => Ok(false),
        Err(error) => Err(Attempt::Examine.failed(path)(error)),
    }
}

fn first_free(numbers: &[u64]) -> u64 {
    (1..)
        .zip(numbers)
        .find(|(free, number)| free != *number)
        .map_or(1 + numbers.len() as u64, |it| it.0)
}

/// `FILE.number`; with 0, the file itself.
pub(crate) fn numbered(path: &Path, number: u64) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    if number > 0 {
        name.push(format!(".{number}"));
    }
    name.into()
}

/// Removes a file, unless somebody else has removed or renamed it.
fn remove(path: &Path) -> Result<(), Error> {
    let directory = Directory::of(path)?;
    match fs::remove_file(path) {
        Err(error) if error.kind() == NotFound => {}
        result => result.map_err(Attempt::Remove.failed(path))?,
    }
    directory.sync().map(drop)
}

/// Renames `from`. A file that has the new name already is replaced only if `may_replace`: it need not
/// be the one that was seen there, if somebody has moved files, or the directory, meanwhile.
fn rename(from: &Path, to: &Path, may_replace: bool) -> Result<(), Error> {
    let directory = Directory::of(to)?;
    let renamed = match !may_replace && exists(to)? {
        true => Err(AlreadyExists.into()),
        false => fs::rename(from, to),
    };
    let [name, new_name] = [from, to].map(quoted_path);
    renamed.map_err(|source| Error::Rename { name, to: new_name, source })?;
    // That it cannot be synced was reported when the file was opened.
    directory.sync().map(drop)
}

#[cfg(test)]
mod tests;
