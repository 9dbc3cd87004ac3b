//! `--check`: reading what was recorded, and reporting which lines are not samples, what each channel
//! has, and from when to when it goes.

mod tally;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use stage::format::row::{Field, Line, NotARow, Rows};
use stage::process::clock::Timer;
use stage::process::exit::Status;
use stage::process::message::{Messages, plain_path, quoted, quoted_path};
use stage::process::progress::Progress;
use stage::stream::lines::{Block, Lines, each_line};
use stage::stream::output::{Delivery, deliver};
use stage::stream::rejects::Rejects;

use self::tally::Tally;
use crate::error::Attempt;
use crate::recorded::{RecordedFile, go_on, in_order, left_out};

/// Checks `files`, and writes what each holds, and what all do, to `output`.
pub(crate) fn run(
    files: &[PathBuf],
    mut output: impl Write,
    timer: &mut impl Timer,
    messages: &mut dyn Messages,
    progress: &Progress,
) -> Result<Status, crate::Error> {
    let mut inspection = Inspection { messages, timer, progress, rejects: Rejects::default() };
    let mut all = Tally::default();
    let ordered = in_order(files)?;
    let lengths = ordered.iter().filter_map(|path| path.metadata().ok());
    progress.expect(lengths.map(|it| it.len()).sum());
    let mut seen = BTreeSet::new();
    for path in files.iter().filter(|path| seen.insert(*path)) {
        for notice in left_out::notices(path, &ordered) {
            inspection.messages.tell(&notice);
        }
    }
    let mut print = |text: String| deliver(&mut output, text.as_bytes()).1;
    let mut delivery = Delivery::Taken;
    for path in &ordered {
        let of_this = inspection.file(path)?;
        all.add_all(&of_this);
        delivery = print(of_this.lines(&plain_path(path)))?;
        if delivery == Delivery::ReaderGone {
            break;
        }
    }
    if ordered.len() > 1 && delivery == Delivery::Taken {
        let _ = print(all.lines(&format!("{} files", ordered.len())))?;
    }
    inspection.rejects.sum_up(inspection.messages, "lines");
    Ok(if inspection.rejects.count() == 0 { Status::Done } else { Status::Rejected })
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
    /// Checks one file; returns what it holds.
    fn file(&mut self, path: &Path) -> Result<Tally, crate::Error> {
        let name = quoted_path(path);
        let recorded = RecordedFile::open(path, self.progress)?;
        if let Some(framed) = recorded.framed() {
            self.messages.tell(&format!("{name}: {framed}"));
        }
        let mut lines = Lines::new(recorded);
        let (mut tally, mut number) = (Tally::default(), 0);
        let mut rows = Rows::recorded();
        loop {
            go_on(self.timer)?;
            match lines.next(None).map_err(Attempt::Read.failed(path))? {
                Block::Lines(block) => {
                    for line in each_line(block) {
                        number += 1;
                        let judged = self.judge(line, &mut rows, &mut tally, &name, number);
                        judged.unwrap_or_else(|why| self.reject(&name, number, &why));
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
        Ok(tally)
    }

    /// Adds a line to the tally, or says why it is not a row; fields that are not samples are rejected
    /// alone.
    fn judge(
        &mut self,
        line: &[u8],
        rows: &mut Rows,
        tally: &mut Tally,
        name: &str,
        number: u64,
    ) -> Result<(), String> {
        let Line::Row { time } = rows.read(line).map_err(|why| why.of(line))? else {
            return Ok(());
        };
        if let Some(columns) = rows.columns() {
            tally.add(columns, time, rows.fields())?;
        }
        for (at, field) in rows.fields().iter().enumerate() {
            if let Field::Rejected(why) = field {
                self.reject(name, number, &rows.reason(at, *why, line));
            }
        }
        Ok(())
    }

    fn reject(&mut self, name: &str, number: u64, why: &str) {
        self.rejects.add(self.messages, || format!("{name}: line {number}: {why}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::fake::FakeClock;
    use std::{fs, io};

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
        let expected = "FILE.2: 3 samples\nFILE.1: 2 samples\nFILE: 1 sample\n3 files: 6 samples\n";
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
        let expected = "FILE.3: 1 sample\nFILE.1: 1 sample\nFILE: 1 sample\n3 files: 3 samples\n";
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
    fn old_files_with_a_time_in_their_names_are_read_in_the_order_of_time() {
        let times = [
            "20261125T170000Z",
            "20261125T180000Z",
            "20261125T180000Z0009",
            "20261125T180000Z0010",
        ];
        let ends = times.map(|time| format!(".{time}"));
        let texts: Vec<_> = ends.iter().map(|end| (end.as_str(), "1\n")).collect();
        let zipped = [(".20261124T170000Z.gz", ""), (".20261125T17Z", "no")];
        let all = [&[("", "1\n")][..], &texts, &zipped].concat();
        let (status, output, reported) = checked(&all, &[""]);
        let expected: String =
            times.iter().map(|time| format!("FILE.{time}: 1 sample\n")).collect();
        let expected = format!("{expected}FILE: 1 sample\n5 files: 5 samples\n");
        assert_eq!((status, output), (Status::Done, expected));
        assert_eq!(reported, ["\"FILE.20261124T170000Z.gz\" is not read: it is compressed"]);
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
    fn no_name_reaches_the_terminal_as_it_is() {
        let (end, shown) = (".\x1b[2J\u{9b}31m\n", r"\u{1b}[2J\u{9b}31m\n");
        let text = "1\na\x1b[2Jb\tc\n";
        let (_, output, reported) = checked(&[(end, text)], &[end]);
        assert_eq!(output, format!("FILE.{shown}: 1 sample\n"));
        let why = format!("\"FILE.{shown}\": line 2: ");
        assert!(reported.len() == 1 && reported[0].starts_with(&why), "{reported:?}");
        assert!(!reported[0].contains(char::is_control), "{reported:?}");
    }

    #[test]
    fn arrival_times_may_stand_in_front() {
        let text = "1700000000.000050\t57\n2023-11-14T22:13:20.000050Z\t58\nx\t1y\n";
        let (_, output, reported) = checked(&[("", text)], &[""]);
        let span = "from 2023-11-14T22:13:20.00005Z to 2023-11-14T22:13:20.00005Z";
        assert_eq!((output, reported.len()), (format!("FILE: 2 samples, {span}\n"), 1));
    }

    #[test]
    fn each_channel_has_its_samples_and_missing_ones_and_all_have_a_time_span() {
        let at = |second: u32| format!("2023-11-14T22:13:{second}Z");
        let old = format!("{}\t1\t\n{}\t2\t3\n", at(21), at(20));
        let new =
            format!("time\ttemp [°C]\thum\n{}\t1x\t\n{}\t4\n{}\t5\t6\n", at(30), at(31), at(32));
        let texts = [(".2", "7\n8\n"), (".1", &*old), ("", &*new)];
        let (status, output, reported) = checked(&texts, &[""]);
        assert_eq!(status, Status::Rejected);
        assert_eq!(
            output,
            "FILE.2: 2 samples\n\
             FILE.1: 2 rows of 2 channels, from 2023-11-14T22:13:20Z to 2023-11-14T22:13:21Z\n\
             FILE.1: 1: 2 samples, 0 missing\n\
             FILE.1: 2: 1 sample, 1 missing\n\
             FILE: 2 rows of 2 channels, from 2023-11-14T22:13:30Z to 2023-11-14T22:13:32Z\n\
             FILE: temp [°C]: 1 sample, 0 missing\n\
             FILE: hum: 1 sample, 1 missing\n\
             3 files: 6 rows of 5 channels, from 2023-11-14T22:13:20Z to 2023-11-14T22:13:32Z\n\
             3 files: without a name: 2 samples, 0 missing\n\
             3 files: 1: 2 samples, 0 missing\n\
             3 files: 2: 1 sample, 1 missing\n\
             3 files: temp [°C]: 1 sample, 0 missing\n\
             3 files: hum: 1 sample, 1 missing\n"
        );
        assert_eq!(
            reported,
            [
                "\"FILE\": line 2: column 2: not a number: \"1x\"",
                "\"FILE\": line 3: 2 columns instead of 3: \"2023-11-14T22:13:31Z\\t4\"",
            ]
        );
        let (_, output, _) = checked(&[("", &format!("time\tvalue\n{}\t\n", at(20)))], &[""]);
        let span = "from 2023-11-14T22:13:20Z to 2023-11-14T22:13:20Z";
        assert_eq!(output, format!("FILE: 0 samples, 1 missing, {span}\n"));
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
