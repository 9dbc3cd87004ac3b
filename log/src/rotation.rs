//! Rotation: the file gets the name `FILE.1`, and a new one takes its place.
//!
//! In this order. It may be killed after any step, and the power may fail: no line is lost, and
//! the files from `FILE.n` down to `FILE.1`, and then `FILE`, hold the lines in their order. After a
//! step that failed, it begins again, or, once the file has its new name, goes on with 4; meanwhile
//! nothing is written.
//!
//! 1. sync the file, so that what is closed is on the disk;
//! 2. remove the oldest files, from the greatest number down, that are more than are to be kept;
//! 3. rename `FILE.i` to `FILE.i+1`, the greatest number first, up to the first number that is
//!    free, or over the last file that is to be kept; then `FILE` to `FILE.1`. The directory is
//!    synced after each: if a later rename were on the disk and an earlier one not, it would have
//!    replaced a file that is still needed;
//! 4. open and lock the new `FILE` ([`crate::open`]), and sync the directory.
//!
//! What was killed between two renames leaves one number free, which the next rotation fills, and
//! which a reader passes over. A name is looked at before it is taken; a file that somebody else makes
//! in the instant in between is replaced. Files are told by their names alone: whatever lies at such a
//! name is renamed, or at last removed. A symbolic link is renamed itself, and not followed.

use std::fs::{self, File};
use std::io;
use std::io::ErrorKind::{AlreadyExists, InvalidFilename, NotFound};
use std::path::{Path, PathBuf};

use stage::process::message::{Messages, quoted_path};

use crate::directory::Directory;
use crate::error::{Action, Error};
use crate::open::{lies_at, open_next};

/// A rotation that has begun.
#[derive(Debug)]
pub struct Rotation {
    /// Where the file lies, behind any link.
    path: PathBuf,
    has_freed_name: bool,
}

impl Rotation {
    /// Of the file at `path`, which is no link. Nothing has been done yet.
    pub fn begin(path: PathBuf) -> Rotation {
        Rotation { path, has_freed_name: false }
    }

    /// Whether the file has given its name away, for the next one: only step 4 is left.
    pub fn has_freed_name(&self) -> bool {
        self.has_freed_name
    }

    /// Rotates `file`, and keeps so many old ones; gives the new file, and the bytes in it. After an
    /// error it may be called again.
    pub fn advance(
        &mut self,
        file: &File,
        keep: u64,
        messages: &mut dyn Messages,
    ) -> Result<(File, u64), Error> {
        // Or somebody has given it its name back.
        if !self.has_freed_name || has_name(file, &self.path)? {
            self.has_freed_name = false;
            in_place(file, &self.path)?;
            file.sync_data().map_err(Action::Sync.failed(&self.path))?;
            self.make_room(keep)?;
            give_name_away(file, &self.path, keep)?;
            self.has_freed_name = true;
        }
        open_next(&self.path, messages)
    }

    /// Step 2, and step 3 for the old files: afterwards `FILE.1` is free, unless it is to be replaced,
    /// or somebody else has meddled. What is there is looked at anew at each attempt.
    fn make_room(&self, keep: u64) -> Result<(), Error> {
        let mut numbers = old_numbers(&self.path)?;
        while let Some(number) = numbers.pop_if(|number| *number > keep) {
            remove(&numbered(&self.path, number))?;
        }
        for number in (2..=first_free(&numbers).min(keep)).rev() {
            let [from, to] = [number - 1, number].map(|number| numbered(&self.path, number));
            match rename(&from, &to, number == keep) {
                // One that somebody else has moved or removed needs no other name.
                Err(Error::Rename { source, .. }) if source.kind() == NotFound => {}
                result => result?,
            }
        }
        Ok(())
    }
}

/// The end of step 3. A file that somebody else has put in place of `file` is not renamed; the renames
/// before may have taken their time.
fn give_name_away(file: &File, path: &Path, keep: u64) -> Result<(), Error> {
    let new_path = numbered(path, 1);
    in_place(file, path)?;
    rename(path, &new_path, keep == 1)?;
    in_place(file, &new_path)?;
    if has_name(file, path)? {
        // Both were names of one and the same file, which a rename leaves as they are.
        remove(path)?;
    }
    Ok(())
}

fn has_name(file: &File, path: &Path) -> Result<bool, Error> {
    lies_at(&file.metadata().map_err(Action::Examine.failed(path))?, path)
}

/// That `file` lies at `path`.
fn in_place(file: &File, path: &Path) -> Result<(), Error> {
    match has_name(file, path)? {
        true => Ok(()),
        false => {
            let reason = io::Error::other("somebody has moved or removed it");
            Err(Action::Rotate.failed(path)(reason))
        }
    }
}

/// The numbers of the old files, in order: from 1 on, with at most one missing, which is what a
/// rotation that was killed leaves. (A name such as `FILE.20260101` is somebody else's.)
pub fn old_numbers(path: &Path) -> Result<Vec<u64>, Error> {
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

/// Whether a file has this name. One that cannot be looked at is not one that is not there: a rename
/// would replace it.
fn exists(path: &Path) -> Result<bool, Error> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        // No file can have a name that is too long.
        Err(error) if matches!(error.kind(), NotFound | InvalidFilename) => Ok(false),
        Err(error) => Err(Action::Examine.failed(path)(error)),
    }
}

fn first_free(numbers: &[u64]) -> u64 {
    (1..)
        .zip(numbers)
        .find(|(free, number)| free != *number)
        .map_or(1 + numbers.len() as u64, |it| it.0)
}

/// `FILE.number`; with 0, the file itself.
pub fn numbered(path: &Path, number: u64) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    if number > 0 {
        name.push(format!(".{number}"));
    }
    name.into()
}

/// A file that somebody else has removed or renamed needs neither.
fn remove(path: &Path) -> Result<(), Error> {
    let directory = Directory::of(path)?;
    match fs::remove_file(path) {
        Err(error) if error.kind() == NotFound => {}
        result => result.map_err(Action::Remove.failed(path))?,
    }
    directory.sync()
}

/// What has the new name already is replaced only if it `may_replace` it: it need not be what was seen
/// there at first, if somebody has moved files, or the directory, meanwhile.
fn rename(from: &Path, to: &Path, may_replace: bool) -> Result<(), Error> {
    let directory = Directory::of(to)?;
    let renamed = match !may_replace && exists(to)? {
        true => Err(AlreadyExists.into()),
        false => fs::rename(from, to),
    };
    let [name, new_name] = [from, to].map(quoted_path);
    renamed.map_err(|source| Error::Rename { name, to: new_name, source })?;
    directory.sync()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::OpenOptions;

    /// A directory in which `FILE` and these numbers lie, each with its number in it.
    fn directory(numbers: &[u64]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for &number in numbers.iter().chain(&[0]) {
            let path = numbered(&dir.path().join("run.log"), number);
            fs::write(path, number.to_string()).unwrap();
        }
        dir
    }

    /// Rotates once; the files by name, with what was their number.
    fn rotated(dir: &Path, keep: u64) -> Vec<String> {
        let path = dir.join("run.log");
        let file = OpenOptions::new().append(true).open(&path).unwrap();
        Rotation::begin(path).advance(&file, keep, &mut vec![]).unwrap();
        let mut files: Vec<String> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let text = fs::read_to_string(entry.path()).unwrap();
                format!("{} {text}", entry.file_name().to_str().unwrap())
            })
            .collect();
        files.sort();
        files
    }

    #[test]
    fn each_file_gets_the_next_number_and_the_last_is_dropped() {
        let dir = directory(&[]);
        assert_eq!(rotated(dir.path(), 2), ["run.log ", "run.log.1 0"]);
        assert_eq!(rotated(dir.path(), 2), ["run.log ", "run.log.1 ", "run.log.2 0"]);
        assert_eq!(rotated(dir.path(), 2), ["run.log ", "run.log.1 ", "run.log.2 "]);
        let dir = directory(&[1]);
        assert_eq!(rotated(dir.path(), 1), ["run.log ", "run.log.1 0"]);
    }

    #[test]
    fn a_number_that_is_free_is_filled() {
        let dir = directory(&[1, 3, 4]);
        let filled = ["run.log ", "run.log.1 0", "run.log.2 1", "run.log.3 3", "run.log.4 4"];
        assert_eq!(rotated(dir.path(), 9), filled);
    }

    #[test]
    fn old_files_are_numbered_from_1_with_at_most_one_number_missing() {
        for (numbers, expected) in [
            (&[][..], &[][..]),
            (&[1, 2, 20_260_101], &[1, 2]),
            (&[2, 3], &[2, 3]),
            (&[1, 3, 4, 6], &[1, 3, 4]),
        ] {
            let dir = directory(numbers);
            assert_eq!(old_numbers(&dir.path().join("run.log")).unwrap(), expected);
        }
    }

    #[test]
    fn what_cannot_be_looked_at_may_well_be_there() {
        let dir = directory(&[]);
        let error = old_numbers(&dir.path().join("run.log").join("inside")).unwrap_err();
        assert!(stage::process::message::chain(&error).ends_with("inside.1\": Not a directory"));
        let too_long = dir.path().join("7".repeat(254));
        assert_eq!(old_numbers(&too_long).unwrap(), [0; 0]);
    }

    #[test]
    fn what_is_more_than_is_kept_goes_the_oldest_first() {
        let dir = directory(&[1, 2, 3, 4, 5]);
        assert_eq!(rotated(dir.path(), 2), ["run.log ", "run.log.1 0", "run.log.2 1"]);
    }

    #[test]
    fn what_is_in_the_way_is_an_error_and_the_rotation_goes_on_once_it_is_gone() {
        let dir = directory(&[1]);
        let path = dir.path().join("run.log");
        let file = OpenOptions::new().append(true).open(&path).unwrap();
        // With no more than one to keep, FILE is renamed over it.
        fs::remove_file(numbered(&path, 1)).unwrap();
        fs::create_dir(numbered(&path, 1)).unwrap();
        let mut rotation = Rotation::begin(path.clone());
        let error = rotation.advance(&file, 1, &mut vec![]).unwrap_err();
        let told =
            stage::process::message::chain(&error).replace(dir.path().to_str().unwrap(), ".");
        assert_eq!(told, r#"cannot rename "./run.log" to "./run.log.1": Is a directory"#);
        assert!(!error.is_final());
        fs::remove_dir(numbered(&path, 1)).unwrap();
        rotation.advance(&file, 1, &mut vec![]).unwrap();
        assert_eq!(fs::read(numbered(&path, 1)).unwrap(), b"0");
    }

    #[test]
    fn a_file_that_was_given_its_name_back_is_rotated_again() {
        let dir = directory(&[]);
        let path = dir.path().join("run.log");
        let file = OpenOptions::new().append(true).open(&path).unwrap();
        file.lock().unwrap();
        let mut rotation = Rotation { path: path.clone(), has_freed_name: true };
        rotation.advance(&file, 5, &mut vec![]).unwrap();
        assert_eq!(fs::read(numbered(&path, 1)).unwrap(), b"0");
    }

    #[test]
    fn a_file_that_was_moved_is_not_rotated_and_neither_is_what_has_its_name() {
        let dir = directory(&[]);
        let path = dir.path().join("run.log");
        let file = OpenOptions::new().append(true).open(&path).unwrap();
        fs::rename(&path, dir.path().join("moved")).unwrap();
        fs::write(&path, "another's").unwrap();
        let mut rotation = Rotation::begin(path.clone());
        let error = rotation.advance(&file, 5, &mut vec![]).unwrap_err();
        assert!(
            stage::process::message::chain(&error).ends_with("somebody has moved or removed it")
        );
        assert!(!error.is_final() && fs::read(&path).unwrap() == b"another's");
    }

    #[test]
    fn a_file_that_is_moved_meanwhile_gives_no_name_away_and_neither_does_what_has_its_name() {
        let dir = directory(&[]);
        let path = dir.path().join("run.log");
        let file = OpenOptions::new().append(true).open(&path).unwrap();
        fs::remove_file(&path).unwrap();
        give_name_away(&file, &path, 5).unwrap_err();
        fs::write(&path, "another's").unwrap();
        give_name_away(&file, &path, 5).unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"another's");
        assert!(!exists(&numbered(&path, 1)).unwrap());
    }

    #[test]
    fn an_old_file_that_turns_up_meanwhile_is_replaced_only_if_it_is_the_last_to_be_kept() {
        let dir = directory(&[1]);
        let path = dir.path().join("run.log");
        let file = OpenOptions::new().append(true).open(&path).unwrap();
        let error = give_name_away(&file, &path, 2).unwrap_err();
        assert!(
            !error.is_final() && stage::process::message::chain(&error).ends_with("already exists")
        );
        assert_eq!(fs::read(numbered(&path, 1)).unwrap(), b"1");
        give_name_away(&file, &path, 1).unwrap();
        assert_eq!(fs::read(numbered(&path, 1)).unwrap(), b"0");
    }

    #[test]
    fn of_two_names_of_one_file_the_old_one_is_left() {
        let dir = directory(&[]);
        let path = dir.path().join("run.log");
        fs::hard_link(&path, numbered(&path, 1)).unwrap();
        assert_eq!(rotated(dir.path(), 1), ["run.log ", "run.log.1 0"]);
    }

    #[test]
    fn a_link_in_place_of_a_file_is_renamed_and_not_followed() {
        let dir = directory(&[]);
        let path = dir.path().join("run.log");
        let other = dir.path().join("other");
        fs::write(&other, "other").unwrap();
        std::os::unix::fs::symlink(&other, numbered(&path, 1)).unwrap();
        let file = OpenOptions::new().append(true).open(&path).unwrap();
        Rotation::begin(path.clone()).advance(&file, 5, &mut vec![]).unwrap();
        assert!(numbered(&path, 2).is_symlink());
        assert_eq!(fs::read(&other).unwrap(), b"other");
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        let error = open_next(&path, &mut vec![]).unwrap_err();
        assert!(
            stage::process::message::chain(&error).ends_with("Too many levels of symbolic links")
        );
    }
}
