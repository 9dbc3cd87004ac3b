//! Shows running statistics as they come.
//!
//! | module | owns |
//! |---|---|
//! | [`options`] | the command line |
//! | [`format`](mod@format) | what a record looks like: **a new report format is added there** |
//!
//! Records come in as lines and go out as soon as they are read: those that arrived together
//! in one write, so that a flood of them is no slower than it has to be.

#![forbid(unsafe_code)]

pub mod format;
pub mod options;

use std::io::{self, Write};

use memchr::memchr_iter;
use stage::exit::Status;
use stage::input::Input;
use stage::ledger::Entry;
use stage::lines::{Block, Lines, each_line};
use stage::message::{Messages, quoted};
use stage::output::{reader_is_gone, write_counting};
use stage::program::Ended;
use stage::record::{MAX_RECORD, Record, reason};
use stage::rejects::Rejects;
use thiserror::Error;

use crate::format::Format;
pub use crate::options::Options;

/// Why the report ended early.
#[derive(Debug, Error)]
pub enum Error {
    /// The records could not be read.
    #[error("cannot read standard input")]
    Read(#[source] io::Error),
    /// The report could not be written.
    #[error("cannot write standard output")]
    Write(#[source] io::Error),
}

/// Shows the records of `input` to its end, or until the reader of `output` goes away.
pub fn run(
    options: &Options,
    input: impl Input,
    output: impl Write,
    messages: &mut dyn Messages,
) -> Ended<Error> {
    let mut report = Report {
        output,
        format: options.format,
        text: Vec::new(),
        lines: 0,
        shown: 0,
        rejects: Rejects::default(),
        reader_gone: false,
        messages,
    };
    let result = report.show(Lines::of_up_to(MAX_RECORD, input));
    report.close(result)
}

struct Report<'a, W> {
    output: W,
    format: Format,
    /// What is not written yet.
    text: Vec<u8>,
    lines: u64,
    shown: u64,
    rejects: Rejects,
    reader_gone: bool,
    messages: &'a mut dyn Messages,
}

impl<W: Write> Report<'_, W> {
    fn show(&mut self, mut lines: Lines<impl Input>) -> Result<(), Error> {
        while !self.reader_gone {
            match lines.next(None).map_err(Error::Read)? {
                Block::Lines(block) => each_line(block).for_each(|line| self.take(line)),
                Block::TooLong(start) => self.take(start),
                Block::Deadline => {}
                Block::End => break,
            }
            self.flush()?;
        }
        Ok(())
    }

    fn take(&mut self, line: &[u8]) {
        self.lines += 1;
        if line.len() > MAX_RECORD {
            return self.reject(line, &format!("longer than {MAX_RECORD} bytes"));
        }
        match Record::parse(line) {
            Ok(record) => self.format.print(&record, line, &mut self.text),
            Err(error) => self.reject(line, &reason(&error)),
        }
    }

    fn reject(&mut self, line: &[u8], reason: &str) {
        let number = self.lines;
        self.rejects.add(self.messages, || {
            format!("line {number}: not a record: {reason}: {}", quoted(line))
        });
    }

    fn flush(&mut self) -> Result<(), Error> {
        let (written, result) = write_counting(&mut self.output, &self.text);
        // Each record is shown on a line of its own.
        self.shown += memchr_iter(b'\n', &self.text[..written]).count() as u64;
        self.text.clear();
        match result {
            Err(error) if reader_is_gone(&error) => {
                self.reader_gone = true;
                Ok(())
            }
            result => result.map_err(Error::Write),
        }
    }

    fn close(self, result: Result<(), Error>) -> Ended<Error> {
        self.rejects.sum_up(self.messages, "lines");
        let entry = Entry::Report { shown: self.shown, reader_gone: self.reader_gone };
        Ended { entry, result: result.map(|()| Status::of_rejected(self.rejects.count())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use stage::fake::Chunks;

    const FIRST: &str =
        r#"{"n":1,"rejected":0,"last":57,"sum":57,"mean":57,"sd":null,"min":57,"max":57}"#;
    const LAST: &str = r#"{"n":3,"rejected":1,"last":2.50,"sum":158.5,"mean":52.833333333333336,"sd":48.91915098777,"min":2.5,"max":99,"p50":57,"p99.9":99,"quantiles":"approximate","skew":null,"rms":81.123456789,"final":true}"#;

    fn report(words: &str, input: &str) -> (String, Vec<String>, Ended<Error>) {
        let options =
            Options::try_parse_from(format!("report {words}").split_whitespace()).unwrap();
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let ended = run(&options, input.as_bytes(), &mut output, &mut messages);
        (String::from_utf8(output).unwrap(), messages, ended)
    }

    #[test]
    fn plain_is_one_line_a_record() {
        let (output, messages, ended) = report("", &format!("{FIRST}\n{LAST}\n"));
        assert_eq!(
            output,
            "n 1  sum 57  mean 57  sd -  min 57  max 57  last 57\n\
             n 3  sum 158.5  mean 52.8333  sd 48.9192  min 2.5  max 99  p50 57  p99.9 99  \
             quantiles approximate  skew -  rms 81.1235  last 2.5  rejected 1\n"
        );
        assert!(messages.is_empty());
        assert_eq!(ended.result.unwrap(), Status::Done);
        assert_eq!(ended.entry, Entry::Report { shown: 2, reader_gone: false });
    }

    #[test]
    fn a_record_that_is_too_long_is_so_however_it_arrives() {
        let long = format!("{FIRST}{}\n{FIRST}\n", " ".repeat(MAX_RECORD));
        let options = Options::try_parse_from(["report"]).unwrap();
        for size in [100_000, 100_000_000] {
            let (mut output, mut messages) = (Vec::new(), Vec::new());
            run(&options, Chunks::of(long.as_bytes(), size), &mut output, &mut messages);
            assert_eq!(output.iter().filter(|&&byte| byte == b'\n').count(), 1);
            assert!(messages[0].starts_with("line 1: not a record: longer than 67108864 bytes: "));
        }
    }

    #[test]
    fn a_window_says_which_samples_it_covers() {
        let window = FIRST.replace("\"last\"", "\"from\":4,\"to\":4,\"last\"");
        let empty = window.replace("\"from\":4,\"to\":4", "\"from\":null,\"to\":null");
        let (output, _, _) = report("", &format!("{window}\n{empty}\n"));
        assert_eq!(
            output,
            "from 4  to 4  n 1  sum 57  mean 57  sd -  min 57  max 57  last 57\n\
             from -  to -  n 1  sum 57  mean 57  sd -  min 57  max 57  last 57\n"
        );
    }

    #[test]
    fn json_hands_on_the_records_as_they_are() {
        let input = format!("{FIRST}\n{LAST}");
        assert_eq!(report("--format json", &input).0, format!("{input}\n"));
    }

    #[test]
    fn what_is_no_record_is_told_and_skipped() {
        let wrong = FIRST.replace("\"sum\":57,", "");
        let (output, messages, ended) = report("", &format!("{wrong}\n1\n\n{FIRST}\n"));
        assert_eq!(output.lines().count(), 1);
        assert_eq!(
            messages,
            [
                format!("line 1: not a record: missing field `sum`: {}", quoted(wrong.as_bytes())),
                "line 2: not a record: invalid type: integer `1`, expected an object: \"1\""
                    .to_owned(),
                "line 3: not a record: it ends too early: \"\"".to_owned(),
            ]
        );
        assert_eq!(ended.result.unwrap(), Status::Rejected);
    }
}
