//! Exact running statistics of a stream of samples.
//!
//! | module | owns |
//! |---|---|
//! | [`options`] | the command line |
//! | [`schedule`] | when a record is due |
//! | [`accumulator`] | the exact sums, and the record made from them: **a new field of the record is computed there** |
//! | [`nearest`] | the one rounding, from an exact ratio to the nearest double |

#![forbid(unsafe_code)]

pub mod accumulator;
pub mod nearest;
pub mod options;
pub mod schedule;

use std::io::{self, Write};

use stage::clock::Clock;
use stage::exit::Status;
use stage::input::Input;
use stage::ledger::Entry;
use stage::lines::{Block, Lines, each_line};
use stage::message::Messages;
use stage::output::reader_is_gone;
use stage::program::Ended;
use stage::rejects::Rejects;
use stage::sample::{NotASample, parse_line};
use stage::size::BLOCK;
use thiserror::Error;

use crate::accumulator::Accumulator;
pub use crate::options::Options;
use crate::schedule::Schedule;

/// Why the statistics ended early.
#[derive(Debug, Error)]
pub enum Error {
    /// The samples could not be read.
    #[error("cannot read standard input")]
    Read(#[source] io::Error),
    /// A record could not be written.
    #[error("cannot write standard output")]
    Write(#[source] io::Error),
    /// A record could not be put into JSON.
    #[error("cannot make a record")]
    Record(#[from] serde_json::Error),
    /// With `--strict`: a line was not a sample.
    #[error("line {line}: {reason}")]
    Strict {
        /// Which line, from 1.
        line: u64,
        /// Why, with the line's start.
        reason: String,
    },
}

/// Counts `input` to its end, or until the reader of `output` goes away.
pub fn run(
    options: &Options,
    input: impl Input,
    output: impl Write,
    clock: &impl Clock,
    messages: &mut dyn Messages,
) -> Ended<Error> {
    let mut statistics = Statistics {
        output,
        records: Vec::new(),
        accumulator: Accumulator::default(),
        schedule: Schedule::new(options.every),
        rejects: Rejects::default(),
        strict: options.strict,
        lines: 0,
        reader_gone: false,
        messages,
    };
    let counted = statistics.count(Lines::new(input), clock);
    // Also after a failure: the records up to there were due.
    let flushed = statistics.flush();
    statistics.close(counted.and(flushed))
}

struct Statistics<'a, W> {
    output: W,
    /// Records that are not written yet.
    records: Vec<u8>,
    accumulator: Accumulator,
    schedule: Schedule,
    rejects: Rejects,
    strict: bool,
    lines: u64,
    reader_gone: bool,
    messages: &'a mut dyn Messages,
}

impl<W: Write> Statistics<'_, W> {
    fn count(&mut self, mut lines: Lines<impl Input>, clock: &impl Clock) -> Result<(), Error> {
        while !self.reader_gone {
            match lines.next(self.schedule.deadline()).map_err(Error::Read)? {
                Block::Lines(block) => {
                    for line in each_line(block) {
                        self.take(line)?;
                    }
                }
                Block::TooLong(start) => self.reject(NotASample::TooLong, start)?,
                Block::Deadline => {}
                Block::End => {
                    return self.record(true);
                }
            }
            if self.schedule.is_due(clock.now()) {
                self.record(false)?;
            }
            self.flush()?;
        }
        Ok(())
    }

    fn take(&mut self, line: &[u8]) -> Result<(), Error> {
        match parse_line(line) {
            Ok(sample) => {
                self.lines += 1;
                self.accumulator.add(sample);
                if self.schedule.count() { self.record(false) } else { Ok(()) }
            }
            Err(reason) => self.reject(reason, line),
        }
    }

    fn reject(&mut self, reason: NotASample, line: &[u8]) -> Result<(), Error> {
        self.lines += 1;
        let number = self.lines;
        if self.strict {
            return Err(Error::Strict { line: number, reason: reason.of(line) });
        }
        self.rejects.add(self.messages, || format!("line {number}: {}", reason.of(line)));
        Ok(())
    }

    fn record(&mut self, is_final: bool) -> Result<(), Error> {
        let record = self.accumulator.record(self.rejects.count(), is_final);
        record.print(&mut self.records)?;
        if self.records.len() >= BLOCK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Error> {
        match self.output.write_all(&self.records) {
            Err(error) if reader_is_gone(&error) => self.reader_gone = true,
            result => result.map_err(Error::Write)?,
        }
        self.records.clear();
        Ok(())
    }

    fn close(self, result: Result<(), Error>) -> Ended<Error> {
        self.rejects.sum_up(self.messages, "lines");
        let rejected = self.rejects.count();
        let entry = Entry::Stat {
            counted: self.accumulator.count(),
            rejected,
            reader_gone: self.reader_gone,
        };
        Ended { entry, result: result.map(|()| Status::of_rejected(rejected)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use proptest::prelude::*;
    use stage::fake::{Chunks, FakeClock};
    use std::time::Duration;

    /// The records, the messages, and how it ended.
    fn run_on(
        words: &str,
        input: impl Input,
        clock: &FakeClock,
    ) -> (String, Vec<String>, Ended<Error>) {
        let options = Options::try_parse_from(format!("stat {words}").split_whitespace()).unwrap();
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let ended = run(&options, input, &mut output, clock, &mut messages);
        (String::from_utf8(output).unwrap(), messages, ended)
    }

    fn counts(records: &str) -> Vec<u64> {
        let n = |line: &str| stage::record::Record::parse(line.as_bytes()).unwrap().n;
        records.lines().map(n).collect()
    }

    #[test]
    fn the_last_record_covers_everything_and_says_so() {
        let (records, messages, ended) = run_on("", &b"1\n2\n4\n"[..], &FakeClock::new());
        let last = records.lines().last().unwrap();
        assert_eq!(
            last,
            "{\"n\":3,\"rejected\":0,\"last\":4,\"sum\":7,\"mean\":2.3333333333333335,\
             \"sd\":1.5275252316519468,\"min\":1,\"max\":4,\"final\":true}"
        );
        assert!(messages.is_empty());
        assert_eq!(ended.result.unwrap(), Status::Done);
        assert_eq!(ended.entry, Entry::Stat { counted: 3, rejected: 0, reader_gone: false });
    }

    #[test]
    fn an_empty_input_gives_one_record_of_nulls() {
        let (records, _, _) = run_on("", &b""[..], &FakeClock::new());
        assert_eq!(
            records,
            "{\"n\":0,\"rejected\":0,\"last\":null,\"sum\":null,\"mean\":null,\"sd\":null,\
             \"min\":null,\"max\":null,\"final\":true}\n"
        );
    }

    #[test]
    fn rejected_lines_are_told_counted_and_make_the_status() {
        let (records, messages, ended) = run_on("", &b"1\n12abc\n\n3"[..], &FakeClock::new());
        assert!(records.ends_with("\"min\":1,\"max\":3,\"final\":true}\n"), "{records}");
        assert_eq!(messages, ["line 2: not a number: \"12abc\"", "line 3: empty"]);
        assert_eq!(ended.result.unwrap(), Status::Rejected);
        assert_eq!(ended.entry, Entry::Stat { counted: 2, rejected: 2, reader_gone: false });
    }

    #[test]
    fn strict_stops_at_the_first() {
        let (records, messages, ended) =
            run_on("--strict", &b"1\n12abc\n3\n"[..], &FakeClock::new());
        assert_eq!(records, "");
        assert!(messages.is_empty());
        assert_eq!(ended.result.unwrap_err().to_string(), "line 2: not a number: \"12abc\"");
        assert_eq!(ended.entry, Entry::Stat { counted: 1, rejected: 0, reader_gone: false });
    }

    #[test]
    fn strict_shows_what_was_due_before() {
        for size in [1, 100] {
            let input = Chunks::of(b"1\n2\nx\n3\n", size);
            let (records, _, _) = run_on("--strict --every 1", input, &FakeClock::new());
            assert_eq!(counts(&records), [1, 2]);
        }
    }

    #[test]
    fn every_n_gives_exactly_one_record_every_n_samples() {
        let input = Chunks::of(b"1\n2\nx\n3\n4\n5\n", 3);
        let (records, _, _) = run_on("--every 2", input, &FakeClock::new());
        assert_eq!(counts(&records), [2, 4, 5]);
    }

    #[test]
    fn a_slow_stream_shows_each_sample_and_a_fast_one_ten_a_second() {
        let ms = Duration::from_millis;
        let clock = FakeClock::new();
        let input = Chunks::timed(
            &clock,
            &[
                (ms(0), "1\n"),
                (ms(800), "2\n"),
                (ms(1600), "3\n"),
                // From here on too fast: the next record is due at 1700 ms.
                (ms(1610), "4\n"),
                (ms(1620), "5\n"),
                (ms(1900), "6\n"),
            ],
        );
        let (records, _, _) = run_on("", input, &clock);
        assert_eq!(counts(&records), [1, 2, 3, 5, 6, 6]);
    }

    #[test]
    fn a_reader_that_leaves_is_a_normal_end() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let options = Options::try_parse_from(["stat"]).unwrap();
        let mut messages = Vec::new();
        let ended = run(&options, &b"1\n"[..], Gone, &FakeClock::new(), &mut messages);
        assert_eq!(ended.result.unwrap(), Status::Done);
        assert_eq!(ended.entry, Entry::Stat { counted: 1, rejected: 0, reader_gone: true });
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_last_record(
            text in "([0-9]{1,3}(\\.[0-9])?\r?\n|x\n){0,20}", size in 1usize..20,
        ) {
            let last = |input: &mut dyn FnMut() -> (String, Vec<String>, Ended<Error>)| {
                let (records, messages, ended) = input();
                (records.lines().last().unwrap().to_owned(), messages, ended.entry)
            };
            let clock = FakeClock::new();
            prop_assert_eq!(
                last(&mut || run_on("", Chunks::of(text.as_bytes(), size), &clock)),
                last(&mut || run_on("", text.as_bytes(), &clock))
            );
        }
    }
}
