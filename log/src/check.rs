//! `--check`: reading what was recorded, and reporting which lines are not samples.
//!
//! The old files of a rotation are read with the file that they belong to, in the order in which they
//! were written: `FILE.n` down to `FILE.1`, then `FILE`. A file that is named twice, by itself and as
//! part of a rotation, is read once. `left_out` names what lies beside them and is not read.

mod left_out;

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Instant;

use nix::fcntl::OFlag;
use stage::format::single::{Line, NotARow, Rows};
use stage::process::clock::{Timer, Wake};
use stage::process::exit::Status;
use stage::process::message::{Messages, quoted, quoted_path};
use stage::process::progress::Progress;
use stage::stream::ending::Ending;
use stage::stream::framing::{self, Framed};
use stage::stream::input::Input;
use stage::stream::lines::{Block, Lines, each_line};
use stage::stream::output::{Delivery, deliver};
use stage::stream::rejects::Rejects;

use crate::error::{Attempt, Error, not_regular};
use crate::file::rotation::{numbered, old_numbers};

/// Checks `files`, and writes a line for each, and one for all, to `output`.
pub(crate) fn run(
    files: &[PathBuf],
    mut output: impl Write,
    timer: &mut impl Timer,
    messages: &mut dyn Messages,
    progress: &Progress,
) -> Result<Status, crate::Error> {
    let mut inspection = Inspection { messages, timer, progress, rejects: Rejects::default() };
    let mut samples = 0;
    let ordered = in_order(files)?;
    let lengths = ordered.iter().filter_map(|path| path.metadata().ok());
    progress.expect(lengths.map(|it| it.len()).sum());
    let mut seen = HashSet::new();
    for path in files.iter().filter(|path| seen.insert(*path)) {
        for notice in left_out::notices(path, &ordered) {
            inspection.messages.tell(&notice);
        }
    }
    let mut print = |text: String| deliver(&mut output, text.as_bytes()).1;
    let mut delivery = Delivery::Taken;
    for path in &ordered {
        let of_this = inspection.file(path)?;
        samples += of_this;
        delivery = print(format!("{}: {of_this} samples\n", path.display()))?;
        if delivery == Delivery::ReaderGone {
            break;
        }
    }
    if ordered.len() > 1 && delivery == Delivery::Taken {
        let number = ordered.len();
        let _ = print(format!("{number} files: {samples} samples\n"))?;
    }
    inspection.rejects.sum_up(inspection.messages, "lines");
    Ok(if inspection.rejects.count() == 0 { Status::Done } else { Status::Rejected })
}

/// The files that are to be read, in their order, each once.
fn in_order(files: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let rotations = files.iter().map(|path| Ok((old_files(path)?, path)));
    let rotations: Vec<_> = rotations.collect::<Result<_, Error>>()?;
    let old: HashSet<&PathBuf> = rotations.iter().flat_map(|(old, _)| old).collect();
    let mut seen = HashSet::new();
    let of_newest = rotations.iter().filter(|(_, newest)| !old.contains(newest));
    let ordered = of_newest.flat_map(|(old, newest)| old.iter().chain([*newest]));
    Ok(ordered.filter(|path| seen.insert(*path)).cloned().collect())
}

/// The old files of a rotation, the oldest first.
fn old_files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let numbers = old_numbers(path)?;
    Ok(numbers.into_iter().rev().map(|number| numbered(path, number)).collect())
}

/// A check under way.
struct Inspection<'a, T> {
    messages: &'a mut dyn Messages,
    timer: &'a mut T,
    progress: &'a Progress,
    /// Lines of all files that are not samples.
    rejects: Rejects,
}

impl<T: Timer> Inspection<'_, T> {
    /// Checks one file; returns how many samples it holds.
    fn file(&mut self, path: &Path) -> Result<u64, crate::Error> {
        let name = quoted_path(path);
        let recorded = RecordedFile::open(path, self.progress)?;
        if let Some(framed) = recorded.framed() {
            self.messages.tell(&format!("{name}: {framed}"));
        }
        let mut lines = Lines::new(recorded);
        let (mut samples, mut number) = (0, 0);
        let mut rows = Rows::recorded();
        loop {
            if self.timer.wait_until(self.timer.now()).map_err(crate::Error::Wait)? == Wake::Stop {
                return Err(crate::Error::Stopped);
            }
            match lines.next(None).map_err(Attempt::Read.failed(path))? {
                Block::Lines(block) => {
                    for line in each_line(block) {
                        number += 1;
                        match rows.read(line) {
                            Ok(Line::Row(_)) => samples += 1,
                            Ok(Line::Header) => {}
                            Err(why) => self.reject(&name, number, &why.of(line)),
                        }
                    }
                }
                Block::TooLong(start) => {
                    number += 1;
                    self.reject(&name, number, &NotARow::TooLong.of(start));
                }
                Block::Deadline => {}
                Block::End => break,
            }
        }
        if let Some(cut) = lines.cut_off().filter(|cut| !cut.start.is_empty()) {
            let why = format!("torn, without a line feed: {}", quoted(cut.start));
            self.reject(&name, number + 1, &why);
        }
        Ok(samples)
    }

    fn reject(&mut self, name: &str, number: u64, why: &str) {
        self.rejects.add(self.messages, || format!("{name}: line {number}: {why}"));
    }
}

/// A recorded file, which is always ready.
struct RecordedFile {
    file: File,
    progress: Progress,
}

impl RecordedFile {
    /// Opens it; what is not a regular file might never end, or never begin.
    fn open(path: &Path, progress: &Progress) -> Result<RecordedFile, Error> {
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(OFlag::O_NONBLOCK.bits());
        let file = options.open(path).map_err(Attempt::Open.failed(path))?;
        match file.metadata().map_err(Attempt::Open.failed(path))?.is_file() {
            true => Ok(RecordedFile { file, progress: progress.clone() }),
            false => Err(Attempt::Read.failed(path)(not_regular())),
        }
    }

    /// How it is framed, if it is no plain text, whose lines are hardly samples.
    fn framed(&self) -> Option<Framed> {
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
        self.progress.advance(count as u64);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::fake::FakeClock;
    use std::fs;

    /// Writes files with these texts, whose names are `FILE` and the end given, and checks those that
    /// are named; returns the status, what was written, and what was reported.
    fn checked(texts: &[(&str, &str)], named: &[&str]) -> (Status, String, Vec<String>) {
        let dir = tempfile::tempdir().unwrap();
        let path = |end: &str| dir.path().join(format!("FILE{end}"));
        texts.iter().for_each(|(end, text)| fs::write(path(end), text).unwrap());
        let files: Vec<PathBuf> = named.iter().map(|end| path(end)).collect();
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let status =
            run(&files, &mut output, &mut FakeClock::new(), &mut messages, &Progress::default())
                .unwrap();
        let here = format!("{}/", dir.path().display());
        let output = String::from_utf8(output).unwrap().replace(&here, "");
        (status, output, messages.iter().map(|it| it.replace(&here, "")).collect())
    }

    #[test]
    fn a_rotation_is_read_in_the_order_in_which_it_was_written() {
        let texts = [("", "6\n"), (".1", "4\n5\n"), (".2", "1\n2\n3\n"), (".5", "no\n")];
        let expected =
            "FILE.2: 3 samples\nFILE.1: 2 samples\nFILE: 1 samples\n3 files: 6 samples\n";
        for named in [&[""][..], &["", ".1", ".2"], &[".2", "", ""]] {
            let (status, output, reported) = checked(&texts, named);
            assert_eq!((status, output.as_str()), (Status::Done, expected));
            let why = "more than one number is missing before it";
            assert_eq!(reported, [format!("\"FILE.5\" is not read: {why}")]);
        }
    }

    #[test]
    fn what_is_not_read_is_reported() {
        let texts = [("", "6\n"), (".1", "5\n"), (".3", "3\n"), (".6", "0\n"), (".7", "0\n")];
        let zipped = [(".8.gz", ""), (".10.gz", ""), (".2.zst", ""), (".torn", ""), (".1.bak", "")];
        let (status, output, reported) = checked(&[&texts[..], &zipped].concat(), &["", "", ".1"]);
        let expected =
            "FILE.3: 1 samples\nFILE.1: 1 samples\nFILE: 1 samples\n3 files: 3 samples\n";
        assert_eq!((status, output.as_str()), (Status::Done, expected));
        assert_eq!(
            reported,
            [
                "\"FILE.2\" is missing",
                "2 files are not read, \"FILE.6\" to \"FILE.7\": more than one number is missing \
                 before them",
                "3 files are not read, \"FILE.2.zst\" to \"FILE.10.gz\": they are compressed",
            ]
        );
        let (_, _, reported) = checked(&[("", "1\n"), (".1.gz", "")], &[""]);
        assert_eq!(reported, ["\"FILE.1.gz\" is not read: it is compressed"]);
        let (_, _, reported) = checked(&[("", "1\n"), (".20261125182605", "")], &[""]);
        let why = "more than one number is missing before it";
        assert_eq!(reported, [format!("\"FILE.20261125182605\" is not read: {why}")], "at once");
        let (_, _, reported) = checked(&[("", "1\n"), (".1", "1\n"), (".7", "1\n")], &["", ".7"]);
        assert_eq!(reported, [""; 0], "what is named is read");
    }

    #[test]
    fn what_is_not_a_sample_is_reported_with_its_file_and_line() {
        let texts = [("", "1\n12abc\n\n3\r\n4 5\n67")];
        let (status, output, reported) = checked(&texts, &[""]);
        assert_eq!((status, output.as_str()), (Status::Rejected, "FILE: 2 samples\n"));
        assert_eq!(
            reported,
            [
                "\"FILE\": line 2: not a number: \"12abc\"",
                "\"FILE\": line 3: empty",
                "\"FILE\": line 5: not a number: \"4 5\"",
                "\"FILE\": line 6: torn, without a line feed: \"67\"",
            ]
        );
    }

    #[test]
    fn arrival_times_may_stand_in_front() {
        let text = "1700000000.000050\t57\n2023-11-14T22:13:20.000050Z\t58\n57\t58\nx\t1\n";
        let (_, output, reported) = checked(&[("", text)], &[""]);
        assert_eq!((output.as_str(), reported.len()), ("FILE: 2 samples\n", 2));
    }

    #[test]
    fn a_file_that_is_not_there_is_an_error() {
        let files = [PathBuf::from("/nowhere/x")];
        let error =
            run(&files, io::sink(), &mut FakeClock::new(), &mut Vec::new(), &Progress::default())
                .unwrap_err();
        let reported = stage::process::message::chain(&error);
        assert_eq!(reported, "cannot open \"/nowhere/x\": No such file or directory");
    }

    #[test]
    fn a_stop_ends_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut clock = FakeClock::stopping_at(std::time::Duration::ZERO);
        let files = [file.path().to_owned()];
        let error =
            run(&files, io::sink(), &mut clock, &mut Vec::new(), &Progress::default()).unwrap_err();
        assert_eq!(stage::process::message::chain(&error), "stopped before the end");
    }
}
