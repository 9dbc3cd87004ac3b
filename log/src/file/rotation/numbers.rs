//! Names by number: `FILE.1` is the newest of the old files, and each gets the next number at a rotation.
//!
//! A process killed between two renames leaves one number free. The next rotation fills it, and a
//! reader passes over it.

use std::io::ErrorKind::NotFound;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::file::directory::{exists, remove, rename};

/// Step 2: afterwards `FILE.1` is free, unless it is to be replaced,
/// or somebody else has meddled. What is there is looked at anew at each attempt.
pub(super) fn make_room(path: &Path, keep: u64) -> Result<(), Error> {
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

/// Free names that are kept from the other stages, however many files are to be kept.
pub(super) const MOST_FREE: usize = 100;

/// The names that rotations which keep `keep` old files rename, remove or take: those of the old files,
/// and then those that are free, from the least number up.
pub(super) fn rotated_numbers(path: &Path, keep: u64) -> Vec<PathBuf> {
    let old = old_numbers(path).unwrap_or_default();
    let free = (1..=keep).filter(|number| old.binary_search(number).is_err()).take(MOST_FREE);
    old.iter().copied().chain(free).map(|number| numbered(path, number)).collect()
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
