//! Shows running statistics as they come.
//!
//! | module | owns |
//! |---|---|
//! | [`options`] | the command line |
//! | [`format`](mod@format) | which formats there are: **a new one is added there**; [`plain`], [`csv`], [`openmetrics`] are some |
//! | `by_conv` | what `conv` rejects, added to every record |
//! | [`newest`] | which record is judged, drawn and kept |
//! | `view` | how records are shown: as lines, or by the live view on its terminal |
//! | [`live`] | the live view; [`terminal`] what it may do there |
//! | [`others`] | what other stages say while the live view is on |
//! | [`svg`] | a picture; [`replaced`] how it and the OpenMetrics file are written |
//! | [`condition`] | `--fail-if` |
//! | [`Error`] | why a report ends early |
//! | [`digits`] | what digits a figure has where people read it; [`number`] how it is written there |
//!
//! Records come in as lines and go out as soon as they are read: those that arrived together
//! in one write, so that a flood of them is no slower than it has to be.

#![forbid(unsafe_code)]

mod by_conv;
pub mod condition;
pub mod csv;
pub mod digits;
mod error;
pub mod format;
mod labels;
pub mod live;
pub mod newest;
pub mod number;
pub mod openmetrics;
pub mod options;
pub mod others;
pub mod plain;
pub mod replaced;
pub mod svg;
pub mod terminal;
mod view;

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use stage::format::record::{MAX_RECORD, Record, reason};
use stage::format::sample::parse_line;
use stage::process::clock::Clock;
use stage::process::exit::Status;
use stage::process::ledger::Entry;
use stage::process::message::{Messages, quoted};
use stage::process::program::Ended;
use stage::process::rejections::Rejections;
use stage::stream::input::Input;
use stage::stream::lines::{Block, Lines, each_line};
use stage::stream::output::{reader_is_gone, write_counting};
use stage::stream::rejects::Rejects;

use crate::by_conv::ByConv;
use crate::condition::Watched;
pub use crate::error::Error;
use crate::newest::Newest;
use crate::openmetrics::Form;
pub use crate::options::Options;
use crate::replaced::replace;
use crate::svg::Picture;
use crate::terminal::Terminal;
use crate::view::View;

/// Where a report goes, besides its output.
pub struct Surroundings<'a> {
    /// Standard output, if it is a terminal that can be drawn on.
    pub terminal: Option<Terminal>,
    /// Whether standard error is a terminal, which then is the same one.
    pub messages_are_shown: bool,
    /// The time.
    pub clock: &'a dyn Clock,
    /// What `conv` rejects, if that is counted.
    pub rejections: Option<Rejections>,
    /// Standard error.
    pub messages: &'a mut dyn Messages,
}

/// Shows the records of `input` to its end, or until the reader of `output` goes away.
pub fn run(
    options: &Options,
    input: impl Input,
    output: impl Write,
    around: Surroundings<'_>,
) -> Ended<Error> {
    let Surroundings { terminal, messages_are_shown, clock, rejections, messages } = around;
    let view = match View::new(options, terminal, messages_are_shown, clock.now()) {
        Ok(view) => view,
        Err(error) => {
            let entry = Entry::Report { shown: 0, reader_gone: false };
            return Ended { entry, result: Err(error.into()) };
        }
    };
    let mut report = Report {
        output,
        view,
        clock,
        messages,
        by_conv: ByConv::new(rejections),
        newest: Newest::default(),
        is_kept: true,
        text: Vec::new(),
        lines: 0,
        accepted: 0,
        shown: 0,
        rejects: Rejects::default(),
        reader_gone: false,
        watched: Watched::new(&options.fail_if),
        textfile: options.textfile.clone(),
        picture: options.svg.as_deref().map(|path| Picture::new(path, clock.now())),
    };
    let mut lines = Lines::of_up_to(MAX_RECORD, input);
    let result = report.show(&mut lines);
    if let Some(cut) = lines.cut_off() {
        // A record that is too long has its number already.
        let number = report.lines + u64::from(!cut.start.is_empty());
        report.messages.tell(&format!("line {number}: {cut}"));
    }
    report.close(result)
}

struct Report<'a, W> {
    output: W,
    view: View,
    clock: &'a dyn Clock,
    messages: &'a mut dyn Messages,
    by_conv: ByConv,
    newest: Newest,
    /// Whether the textfile has the newest record.
    is_kept: bool,
    /// What is not written yet.
    text: Vec<u8>,
    lines: u64,
    /// Records that were not rejected.
    accepted: u64,
    /// Records shown.
    shown: u64,
    rejects: Rejects,
    reader_gone: bool,
    watched: Watched,
    /// Where the newest record is kept as OpenMetrics.
    textfile: Option<PathBuf>,
    picture: Option<Picture>,
}

impl<W: Write> Report<'_, W> {
    fn show(&mut self, lines: &mut Lines<impl Input>) -> Result<(), Error> {
        while !self.reader_gone {
            self.draw()?;
            let next = lines.next(self.deadline()).map_err(Error::Read)?;
            // Rejections were counted before the samples of the records that have come.
            self.look_for_rejections();
            match next {
                Block::Lines(block) => each_line(block).try_for_each(|line| self.take(line))?,
                Block::TooLong(start) => self.take(start)?,
                Block::Deadline => {}
                Block::End => break,
            }
            self.flush()?;
            self.keep()?;
        }
        Ok(())
    }

    fn deadline(&self) -> Option<Instant> {
        let now = self.clock.now();
        let frame = match &self.view {
            View::Lines(_) if self.shows_nothing_between_records() => None,
            View::Lines(_) => self.by_conv.next_look(now),
            View::Live(on) => Some(on.deadline(now)),
        };
        let picture = self.picture.as_ref().and_then(Picture::next);
        [frame, picture].into_iter().flatten().min()
    }

    /// Whether rejections are to be seen with the next record only.
    fn shows_nothing_between_records(&self) -> bool {
        self.watched.is_empty() && self.textfile.is_none() && self.picture.is_none()
    }

    /// Shows what `conv` has rejected, even if no record comes.
    fn look_for_rejections(&mut self) {
        let count = self.by_conv.look();
        if count > 0 {
            self.newest.reject(count);
            self.show_newest();
        }
    }

    fn take(&mut self, line: &[u8]) -> Result<(), Error> {
        self.lines += 1;
        if line.len() > MAX_RECORD {
            self.reject(line, &format!("not a record: longer than {MAX_RECORD} bytes"));
            return Ok(());
        }
        let mut record = match Record::parse(line) {
            Ok(record) => record,
            Err(error) => {
                self.reject(
                    line,
                    &match parse_line(line) {
                        Ok(_) => "a sample, not a record (put stat before report)".to_owned(),
                        Err(_) => format!("not a record: {}", reason(&error)),
                    },
                );
                return Ok(());
            }
        };
        record.rejected = record.rejected.saturating_add(self.by_conv.total);
        if let Err(why) = self.watched.check(&record) {
            if self.accepted == 0 {
                return Err(Error::Condition(why));
            }
            self.reject(line, &why);
            return Ok(());
        }
        if let View::Lines(lines) = &mut self.view
            && let Err(why) = lines.print(&record, line, self.by_conv.total > 0, &mut self.text)
        {
            self.reject(line, &why);
            return Ok(());
        }
        self.accepted += 1;
        self.accept(record);
        Ok(())
    }

    /// Everything that is made of a record besides its line.
    fn accept(&mut self, record: Record) {
        self.newest.take(record);
        self.show_newest();
        if let View::Live(_) = &self.view {
            self.shown += 1;
        }
    }

    /// The same of the newest record, which has changed.
    fn show_newest(&mut self) {
        let now = self.clock.now();
        let Some(newest) = self.newest.record() else { return };
        self.watched.look(newest, self.view.voice(self.messages));
        if let Some(picture) = &mut self.picture {
            picture.take(newest, self.newest.samples);
        }
        self.is_kept = false;
        if let View::Live(on) = &mut self.view {
            on.live.take(newest.clone(), self.newest.samples, now);
        }
    }

    fn reject(&mut self, line: &[u8], reason: &str) {
        let number = self.lines;
        let voice = self.view.voice(self.messages);
        self.rejects.add(voice, || format!("line {number}: {reason}: {}", quoted(line)));
    }

    /// Keeps the newest record in the textfile.
    fn keep(&mut self) -> Result<(), Error> {
        let newest = self.newest.record().filter(|_| !self.is_kept);
        if let (Some(path), Some(record)) = (&self.textfile, newest) {
            replace(path, &openmetrics::text(record, self.newest.samples, Form::Textfile))
                .map_err(|source| Error::file(path, source))?;
            self.is_kept = true;
        }
        Ok(())
    }

    /// Draws what is due.
    fn draw(&mut self) -> Result<(), Error> {
        let now = self.clock.now();
        if let View::Live(on) = &mut self.view {
            on.draw_if_due(now, &mut self.text);
        }
        if let Some(picture) = &mut self.picture {
            picture.draw_if_due(now).map_err(|source| Error::file(&picture.path, source))?;
        }
        self.flush()
    }

    fn flush(&mut self) -> Result<(), Error> {
        let (written, result) = write_counting(&mut self.output, &self.text);
        if let View::Lines(lines) = &self.view {
            self.shown += lines.records_in(&self.text[..written]);
        }
        self.text.clear();
        match result {
            Err(error) if reader_is_gone(&error) => {
                self.reader_gone = true;
                Ok(())
            }
            result => result.map_err(Error::Write),
        }
    }

    /// Shows what comes last. Whatever went wrong before, the terminal is left in order.
    fn finish(&mut self) -> Result<(), Error> {
        let now = self.clock.now();
        match &mut self.view {
            View::Lines(lines) => lines.finish(&self.newest, &mut self.text),
            View::Live(on) => on.finish(now, &mut self.text),
        }
        self.flush()
    }

    /// Whether nothing came that conditions could be checked for.
    fn has_nothing_to_check(&self) -> bool {
        self.accepted == 0 && !self.watched.is_empty() && !self.reader_gone
    }

    fn close(mut self, result: Result<(), Error>) -> Ended<Error> {
        let finished = if self.reader_gone { Ok(()) } else { self.finish() };
        let drawn = self.picture.as_ref().map_or(Ok(()), |picture| {
            picture.draw().map_err(|source| Error::file(&picture.path, source))
        });
        let checked = match self.has_nothing_to_check() {
            true => Err(Error::Condition("conditions: no record has come".to_owned())),
            false => Ok(()),
        };
        self.rejects.sum_up(self.messages, "lines");
        let entry = Entry::Report { shown: self.shown, reader_gone: self.reader_gone };
        let status = if self.watched.any_holds() {
            Status::Failed
        } else {
            Status::of_rejected(self.rejects.count())
        };
        Ended { entry, result: result.and(finished).and(drawn).and(checked).map(|()| status) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use stage::fake::{Chunks, FakeClock};
    use stage::process::rejections;

    const FIRST: &str =
        r#"{"n":1,"rejected":0,"last":57,"sum":57,"mean":57,"sd":null,"min":57,"max":57}"#;
    const LAST: &str = r#"{"n":3,"rejected":1,"last":2.50,"sum":158.5,"mean":52.833333333333336,"sd":48.91915098777,"min":2.5,"max":99,"p50":57,"p99.9":99,"quantiles":"approximate","skew":null,"rms":81.123456789,"final":true}"#;

    fn report(words: &str, input: &str) -> (String, Vec<String>, Ended<Error>) {
        report_beside(None, words, input)
    }

    fn report_beside(
        rejections: Option<Rejections>,
        words: &str,
        input: &str,
    ) -> (String, Vec<String>, Ended<Error>) {
        let options =
            Options::try_parse_from(format!("report {words}").split_whitespace()).unwrap();
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let around = Surroundings {
            terminal: None,
            messages_are_shown: false,
            clock: &FakeClock::new(),
            rejections,
            messages: &mut messages,
        };
        let ended = run(&options, input.as_bytes(), &mut output, around);
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
            let around = Surroundings {
                terminal: None,
                messages_are_shown: false,
                clock: &FakeClock::new(),
                rejections: None,
                messages: &mut messages,
            };
            run(&options, Chunks::of(long.as_bytes(), size), &mut output, around);
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
            "from 4  to 4  n in window 1  sum 57  mean 57  sd -  min 57  max 57  last 57\n\
             from -  to -  n in window 1  sum 57  mean 57  sd -  min 57  max 57  last 57\n"
        );
    }

    #[test]
    fn json_hands_on_the_records_as_they_are() {
        let input = format!("{FIRST}\n{LAST}");
        assert_eq!(report("--format json", &input).0, format!("{input}\n"));
    }

    #[test]
    fn every_format_adds_what_conv_rejects() {
        let added = |words: &str| {
            let [conv, report] = rejections::create().unwrap().map(Rejections::new);
            conv.add(40);
            report_beside(Some(report), words, &format!("{LAST}\n"))
        };
        let (json, _, _) = added("--format json");
        assert_eq!(json, format!("{LAST}\n").replace("\"rejected\":1", "\"rejected\":41"));
        assert!(added("").0.ends_with("  last 2.5  rejected 41\n"));
        assert!(added("--format csv").0.contains("\r\n3,41,2.5"));
        let (metrics, _, _) = added("--format openmetrics");
        assert!(metrics.contains("\nwandler_rejected_lines_total 41\n"), "{metrics}");
        let (_, messages, ended) = added("--fail-if rejected>40");
        assert_eq!(messages.last().unwrap(), "rejected>40 now holds: rejected is 41 (n 3)");
        assert_eq!(ended.result.unwrap(), Status::Failed);
    }

    #[test]
    fn rejections_without_any_record_are_judged_and_shown_as_well() {
        let [conv, report] = rejections::create().unwrap().map(Rejections::new);
        conv.add(3);
        let (metrics, messages, _) =
            report_beside(Some(report), "--format openmetrics --fail-if rejected>0", "");
        assert!(metrics.contains("\nwandler_rejected_lines_total 3\n"), "{metrics}");
        assert_eq!(messages, ["rejected>0 now holds: rejected is 3 (n 0)"]);
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
                "line 2: a sample, not a record (put stat before report): \"1\"".to_owned(),
                "line 3: not a record: it ends too early: \"\"".to_owned(),
            ]
        );
        assert_eq!(ended.result.unwrap(), Status::Rejected);
    }
}
