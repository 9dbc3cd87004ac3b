//! Names by time: `run.20261125T180000Z.log` is the old file of `run.log` that begins at that time, and
//! keeps this name for good.
//!
//! No name is taken that is, or was: if it exists, even compressed, or if a newer one does since the
//! clock was set back, the newest name is taken once more, with a number behind the time:
//! `run.20261125T180000Z0001.log`. So the names tell the order in which the files were written, also to
//! whoever sorts them as text, like a shell: a digit sorts behind the point, and a hyphen would not. (Beyond
//! 9,999 names of one time, only `log` knows it.)

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;

use crate::error::{Attempt, Error};
use crate::file::directory::remove;
use crate::notice::{Notice, Promise};

/// How the names of compressed files end.
pub(crate) const COMPRESSED: [&str; 7] = ["gz", "xz", "zst", "bz2", "lz4", "lzma", "Z"];

/// Digits of the number behind a time, at least.
const DIGITS: usize = 4;

/// How a time is written, and what that looks like: digits are zeros here.
const FORM: &str = "%Y%m%dT%H%M%SZ";
const SHAPE: &[u8] = b"00000000T000000Z";

/// What tells one old file from the others; in the order in which they were written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamp {
    /// In the form above, whose order is that of time.
    time: String,
    /// How many older ones have the same time.
    number: u64,
}

/// An old file.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OldFile {
    pub(crate) stamp: Stamp,
    pub(crate) is_compressed: bool,
    pub(crate) path: PathBuf,
}

impl Stamp {
    /// That of a file that begins at `time`.
    pub(super) fn of(time: SystemTime) -> Stamp {
        // A clock beyond the year 9999 is wrong anyway.
        let time = Timestamp::try_from(time).unwrap_or(Timestamp::MAX);
        Stamp { time: time.strftime(FORM).to_string(), number: 0 }
    }

    /// One that takes as many bytes as any.
    pub(super) fn longest() -> Stamp {
        Stamp { number: 1, ..Stamp::of(SystemTime::UNIX_EPOCH) }
    }

    /// The next one after this, which is the newest there is.
    fn next(self, next: Stamp) -> Stamp {
        match self.time < next.time {
            true => next,
            false => Stamp { number: self.number + 1, ..self },
        }
    }

    /// The name that the old file of `path` gets.
    pub(super) fn name(&self, path: &Path) -> PathBuf {
        let (stem, extension) = parts(path);
        let mut name = stem.to_owned();
        name.push(format!(".{}", self.time));
        if self.number > 0 {
            name.push(format!("{:0DIGITS$}", self.number));
        }
        if let Some(extension) = extension {
            name.push(".");
            name.push(extension);
        }
        path.with_file_name(name)
    }
}

/// What stands before the time in the names of old files, and what behind it.
fn parts(path: &Path) -> (&OsStr, Option<&OsStr>) {
    (path.file_stem().unwrap_or_default(), path.extension())
}

/// The old files of `path`, the oldest first.
pub(crate) fn old_files(path: &Path) -> Result<Vec<OldFile>, Error> {
    let failed = || Attempt::List.failed(path);
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let mut files = Vec::new();
    for entry in fs::read_dir(parent.unwrap_or(Path::new("."))).map_err(failed())? {
        let name = entry.map_err(failed())?.file_name();
        if let Some((stamp, is_compressed)) = stamp_in(name.as_bytes(), path) {
            files.push(OldFile { stamp, is_compressed, path: path.with_file_name(name) });
        }
    }
    files.sort();
    Ok(files)
}

/// The stamp in the name of an old file of `path`, and whether it is compressed.
fn stamp_in(name: &[u8], path: &Path) -> Option<(Stamp, bool)> {
    let (stem, extension) = parts(path);
    let rest = name.strip_prefix(stem.as_bytes())?.strip_prefix(b".")?;
    let (time, rest) = rest.split_at_checked(SHAPE.len())?;
    let shape = |&byte: &u8| if byte.is_ascii_digit() { b'0' } else { byte };
    if !time.iter().map(shape).eq(SHAPE.iter().copied()) {
        return None;
    }
    let end = rest.iter().position(|&byte| byte == b'.').unwrap_or(rest.len());
    let (number, rest) = rest.split_at(end);
    let rest = match extension {
        Some(extension) => rest.strip_prefix(b".")?.strip_prefix(extension.as_bytes())?,
        None => rest,
    };
    let is_compressed = match rest {
        b"" => false,
        _ => COMPRESSED.iter().any(|ending| rest.strip_prefix(b".") == Some(ending.as_bytes())),
    };
    let number = number_in(number)?;
    let time = String::from_utf8(time.to_vec()).ok()?;
    (rest.is_empty() || is_compressed).then_some((Stamp { time, number }, is_compressed))
}

/// The number behind a time, in the form in which it is written.
fn number_in(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return Some(0);
    }
    let digits = std::str::from_utf8(text).ok()?;
    let is_written_so = |number: &u64| *number > 0 && format!("{number:0DIGITS$}") == digits;
    digits.parse().ok().filter(is_written_so)
}

/// The name for the old file of `path` that begins at `begun`.
pub(super) fn next_name(path: &Path, begun: SystemTime) -> Result<PathBuf, Error> {
    let (newest, next) = (old_files(path)?.pop(), Stamp::of(begun));
    let next = newest.map_or(next.clone(), |newest| newest.stamp.next(next));
    Ok(next.name(path))
}

/// Removes the oldest files that are more than are to be kept, but for compressed ones, which are
/// somebody else's by now. One that cannot be removed is no reason to record nothing.
pub(super) fn remove_oldest(path: &Path, keep: u64) -> Option<Notice> {
    let removed = old_files(path).and_then(|files| {
        let plain: Vec<_> = files.into_iter().filter(|file| !file.is_compressed).collect();
        let kept = usize::try_from(keep).unwrap_or(usize::MAX);
        let old = plain.len().saturating_sub(kept);
        plain[..old].iter().try_for_each(|file| remove(&file.path))
    });
    removed.err().map(|error| Notice::lacking(&error, Promise::Keep))
}

#[cfg(test)]
mod tests;
