//! What was recorded: which files there are, in which order, and reading them.
//!
//! The old files of a rotation belong to the file, and are read before it, in the order in which they
//! were written: `FILE.n` down to `FILE.1`, or those with a time in their names, then `FILE`. Where there
//! are both, when each was last written to tells which comes first. A file that is named twice, by itself and
//! as part of a rotation, is read once. `left_out` names what lies beside them and is not read.

pub(crate) mod left_out;

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Instant;

use nix::fcntl::OFlag;
use stage::process::clock::{Timer, Wake};
use stage::process::progress::Progress;
use stage::stream::ending::Ending;
use stage::stream::framing::{self, Framed};
use stage::stream::input::Input;
use stage::stream::regular::Length;

use crate::error::{Attempt, Error, not_regular};
use crate::file::rotation::numbers::{numbered, old_numbers};
use crate::file::rotation::times;

/// The files that are to be read, in their order, each once.
pub(crate) fn in_order(files: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let rotations = files.iter().map(|path| Ok((old_files(path)?, path)));
    let rotations: Vec<_> = rotations.collect::<Result<_, Error>>()?;
    let old: BTreeSet<&PathBuf> = rotations.iter().flat_map(|(old, _)| old).collect();
    let mut seen = BTreeSet::new();
    let of_newest = rotations.iter().filter(|(_, newest)| !old.contains(newest));
    let ordered = of_newest.flat_map(|(old, newest)| old.iter().chain([*newest]));
    Ok(ordered.filter(|path| seen.insert(*path)).cloned().collect())
}

/// The old files of a rotation, the oldest first.
fn old_files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let numbers = old_numbers(path)?;
    let by_number = numbers.into_iter().rev().map(|it| numbered(path, it));
    // A directory that may not be read is reported by `left_out`.
    let by_time = times::old_files(path).unwrap_or_default().into_iter();
    let by_time = by_time.filter(|file| !file.is_compressed).map(|file| file.path);
    Ok(merged(by_number, by_time))
}

/// Both together, each in its order, by when they were last written to.
fn merged(
    one: impl Iterator<Item = PathBuf>,
    other: impl Iterator<Item = PathBuf>,
) -> Vec<PathBuf> {
    let written = |path: &PathBuf| path.metadata().ok()?.modified().ok();
    let (mut one, mut other) = (one.peekable(), other.peekable());
    let mut files = Vec::new();
    while let (Some(here), Some(there)) = (one.peek(), other.peek()) {
        files.extend(if written(here) <= written(there) { one.next() } else { other.next() });
    }
    files.extend(one.chain(other));
    files
}

/// Fails if a stop was requested.
pub(crate) fn go_on(timer: &mut impl Timer) -> Result<(), crate::Error> {
    match timer.wait_until(timer.now()).map_err(crate::Error::Wait)? {
        Wake::Stop => Err(crate::Error::Stopped),
        _ => Ok(()),
    }
}

/// A recorded file, which is always ready.
pub(crate) struct RecordedFile {
    file: File,
    /// How long it was at first.
    length: Length,
    progress: Progress,
}

impl RecordedFile {
    /// Opens it; what is not a regular file might never end, or never begin.
    pub(crate) fn open(path: &Path, progress: &Progress) -> Result<RecordedFile, Error> {
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(OFlag::O_NONBLOCK.bits());
        let file = options.open(path).map_err(Attempt::Open.failed(path))?;
        match file.metadata().map_err(Attempt::Open.failed(path))?.is_file() {
            true => {
                let length = Length::of(&file);
                Ok(RecordedFile { file, length, progress: progress.clone() })
            }
            false => Err(Attempt::Read.failed(path)(not_regular())),
        }
    }

    /// How it is framed, if it is no plain text, whose lines are hardly samples.
    pub(crate) fn framed(&self) -> Option<Framed> {
        let mut start = [0; framing::MOST];
        let length = self.file.read_at(&mut start, 0).ok()?;
        Framed::at_start(&start[..length], "log NEW")
    }
}

impl Input for RecordedFile {
    fn wait(&mut self, _deadline: Option<Instant>) -> io::Result<Wake> {
        Ok(Wake::Ready)
    }

    fn ending(&self) -> Ending {
        Ending::Recorded
    }
}

impl Read for RecordedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        if count == 0 && !buffer.is_empty() {
            self.length.check_at_end(&self.file)?;
        }
        self.progress.advance(count as u64);
        Ok(count)
    }
}
