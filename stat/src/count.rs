//! Counting a stream: samples in, records out.

use std::io::Write;
use std::time::{Instant, SystemTime};

use stage::format::record::Window;
use stage::format::row::{NotARow, Rows};
use stage::process::clock::Clock;
use stage::process::exit::Status;
use stage::process::ledger::Entry;
use stage::process::message::Messages;
use stage::process::program::Ended;
use stage::stream::ending::Ending;
use stage::stream::framing::Unframed;
use stage::stream::input::Input;
use stage::stream::lines::{Block, Lines, each_line};
use stage::stream::output::{Delivery, deliver};
use stage::stream::rejects::Rejects;
use stage::stream::size::BLOCK;

use crate::accumulator::Accumulator;
use crate::accumulator::record::Wanted;
use crate::course::Course;
use crate::files::{NamedInput, Position};
use crate::options::Options;
use crate::plain::Scanned;
use crate::schedule::Schedule;
use crate::sequence::RunPlace;
use crate::state::State;
use crate::state::origin::Origin;
use crate::windows::Before;
use crate::{Error, print};

/// The most lines that are taken one by one before plain numbers are looked for again: looking
/// costs about as much as taking one.
const MAX_PATIENCE: usize = 64;

/// Fewer bytes, or samples before the next record, are not worth the tables of plain numbers, which
/// are looked through for each record. (Tests and fuzzers have no time for so many.)
const FEW_BYTES: usize = if cfg!(any(test, fuzzing)) { 1 } else { 2048 };
const FEW_SAMPLES: u64 = if cfg!(any(test, fuzzing)) { 1 } else { 1024 };

/// Fewer plain numbers in a row are not worth looking for.
const FEW_PLAIN: u64 = 16;

/// Counts `inputs`, one after another, or until the reader of `output` goes away.
pub fn run<I: Input>(
    options: &Options,
    inputs: impl Iterator<Item = Result<NamedInput<I>, Error>>,
    output: impl Write,
    clock: &impl Clock,
    messages: &mut dyn Messages,
) -> Ended<Error> {
    let first = options.first.unwrap_or(1);
    let course = options.course.map(|most| Course::new(most.into(), first));
    let mut count = Count {
        options,
        wanted: options.wanted(),
        output,
        records: Vec::new(),
        accumulator: Accumulator::new(options.more).with_course(course),
        schedule: options.schedule(),
        before: Before::default(),
        clock,
        now: None,
        began: nanoseconds(clock.start_of_process()),
        rejects: Rejects::default(),
        place: Position::default(),
        rows: Rows::new(),
        reader_gone: false,
        messages,
    };
    let counted = count.read_all(inputs);
    // Even after a failure: these records were already due.
    let flushed = count.flush();
    count.close(counted.and(flushed))
}

struct Count<'a, W> {
    options: &'a Options,
    wanted: Wanted,
    output: W,
    /// Records that are not written yet.
    records: Vec<u8>,
    /// Of all samples, or of the window's.
    accumulator: Accumulator,
    schedule: Schedule,
    /// What was in the windows before.
    before: Before,
    clock: &'a dyn Clock,
    /// When the newest lines arrived.
    now: Option<Instant>,
    /// Since when the samples in the accumulator have been counted, in nanoseconds since 1970.
    began: u64,
    rejects: Rejects,
    place: Position,
    /// What the lines of the input are.
    rows: Rows,
    reader_gone: bool,
    messages: &'a mut dyn Messages,
}

impl<W: Write> Count<'_, W> {
    fn read_all<I: Input>(
        &mut self,
        inputs: impl Iterator<Item = Result<NamedInput<I>, Error>>,
    ) -> Result<(), Error> {
        for input in inputs {
            let NamedInput { name, input } = input?;
            self.place = Position { file: name, line: 0 };
            self.rows = Rows::new();
            let mut lines = Lines::new(Unframed::new(input, true, "stat"));
            let read = self.read(&mut lines);
            self.report_cut_off(&lines);
            if lines.ending() == Some(Ending::HungUp) {
                // What came before was measured all the same.
                self.finish()?;
            }
            read?;
            if self.reader_gone {
                return Ok(());
            }
            if lines.ending() == Some(Ending::Stopped) {
                self.report_stop();
                break;
            }
        }
        self.finish()
    }

    fn read(&mut self, lines: &mut Lines<impl Input>) -> Result<(), Error> {
        while !self.reader_gone {
            let next = lines.next(self.schedule.deadline());
            match next.map_err(|error| self.place.cannot_read(error))? {
                Block::Lines(block) => {
                    self.now = Some(self.clock.now());
                    self.take_block(block)?;
                }
                Block::TooLong(start) => self.reject(NotARow::TooLong, start)?,
                Block::Deadline => {}
                Block::End => return Ok(()),
            }
            if self.schedule.is_due(self.clock.now()) {
                self.record(false)?;
            }
            self.flush()?;
        }
        Ok(())
    }

    /// Says that a file was not read to its end, since the record does not show it.
    fn report_stop(&mut self) {
        if let Position { file: Some(file), line } = &self.place {
            self.messages
                .tell(&format!("{file}: stopped after line {line}: the rest is not counted"));
        }
    }

    /// Writes the last record, unless it is an empty window that would hide the one before and adds
    /// nothing.
    fn finish(&mut self) -> Result<(), Error> {
        let is_empty = self.options.window.is_some() && self.accumulator.count() == 0;
        let has_others = self.before.samples > 0;
        let has_news = self.rejected_since() > 0 || self.options.course.is_some();
        if is_empty && has_others && !has_news { Ok(()) } else { self.record(true) }
    }

    /// Lines that were rejected in this window.
    fn rejected_since(&self) -> u64 {
        self.rejects.count() - self.before.rejected
    }

    /// Reports what was left without a line end, and is no sample.
    fn report_cut_off(&mut self, lines: &Lines<impl Input>) {
        if let Some(cut) = lines.cut_off() {
            // A line that is too long has its number already.
            self.place.line += u64::from(!cut.start.is_empty());
            self.messages.tell(&format!("{}: {cut}", self.place));
        }
    }

    /// Takes whole lines: plain numbers many at a time, and what lies between them line by line.
    fn take_block(&mut self, block: &[u8]) -> Result<(), Error> {
        let mut rest = block;
        // Lines that are taken one by one before plain numbers are looked for again.
        let mut patience = 1;
        while !rest.is_empty() {
            let room = self.schedule.room().min(self.accumulator.room());
            let is_worth = rest.len() >= FEW_BYTES && room >= FEW_SAMPLES;
            let scanned = if !is_worth || !self.rows.are_classic() {
                Scanned::default()
            } else {
                self.accumulator.add_plain(rest, room, self.run_place())
            };
            rest = &rest[scanned.bytes..];
            self.place.line += scanned.lines;
            if scanned.lines > 0 {
                self.counted(scanned.lines)?;
            }
            patience = match scanned.lines {
                FEW_PLAIN.. => 1,
                _ => (2 * patience).min(MAX_PATIENCE),
            };
            for _ in 0..patience {
                let Some(line) = each_line(rest).next() else { break };
                rest = &rest[(line.len() + 1).min(rest.len())..];
                self.take(line)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, line: &[u8]) -> Result<(), Error> {
        match self.rows.sample(line) {
            Some(Ok(sample)) => {
                self.place.line += 1;
                self.accumulator.add(&sample, self.run_place());
                self.counted(1)
            }
            None => {
                self.place.line += 1;
                Ok(())
            }
            Some(Err(reason)) => self.reject(reason, line),
        }
    }

    /// Takes note of samples that were counted, as many as the schedule has room for.
    fn counted(&mut self, samples: u64) -> Result<(), Error> {
        if let Some(now) = self.now {
            self.schedule.arrived(now);
        }
        if self.schedule.count(samples) { self.record(false) } else { Ok(()) }
    }

    fn reject(&mut self, reason: NotARow, line: &[u8]) -> Result<(), Error> {
        self.place.line += 1;
        let place = &self.place;
        if self.options.strict {
            return Err(Error::Strict { place: place.to_string(), reason: reason.of(line) });
        }
        self.schedule.rejected();
        self.rejects.add(self.messages, || format!("{place}: {}", reason.of(line)));
        Ok(())
    }

    /// The number of the first sample of these.
    fn first(&self) -> u64 {
        self.options.first.unwrap_or(1).saturating_add(self.before.samples)
    }

    /// Where the samples lie in the stream. Until when they are counted is only known later.
    fn run_place(&self) -> RunPlace {
        match self.options.first {
            Some(_) => RunPlace::Number(self.first()),
            None => RunPlace::Time { began: self.began, ended: self.began },
        }
    }

    fn record(&mut self, is_final: bool) -> Result<(), Error> {
        let mut record = self.accumulator.record(&self.wanted, self.before.span.as_ref());
        record.labels = self.options.labels();
        record.rejected = self.rejects.count();
        record.is_final = is_final;
        if is_final {
            record.course = self.course().map(|course| course.told());
        }
        if self.options.window.is_some() {
            record.window = Some(self.window());
        }
        if self.options.state && (is_final || self.options.window.is_some()) {
            record.state = Some(self.state().print()?);
        }
        print(&record, &mut self.records)?;
        if self.options.window.is_some() {
            self.begin_window();
        }
        if self.records.len() >= BLOCK { self.flush() } else { Ok(()) }
    }

    fn window(&self) -> Window {
        match self.accumulator.count() {
            0 => Window { from: None, to: None },
            n => Window { from: Some(self.first()), to: Some(self.first().saturating_add(n - 1)) },
        }
    }

    fn state(&mut self) -> State {
        // Later than the window before, so that there is an order.
        let now = nanoseconds(self.clock.time_of_day()).max(self.began);
        self.accumulator.counted_until(now);
        self.began = now.saturating_add(1);
        let (labels, rejected) = (self.options.labels(), self.rejected_since());
        let origin = Origin { labels, rejected, ..Origin::default() };
        State::new(self.accumulator.parts(), &origin)
    }

    /// The course of the whole stream so far.
    fn course(&mut self) -> Option<Course> {
        let own = self.accumulator.course()?;
        Some(self.before.course_with(own))
    }

    fn begin_window(&mut self) {
        let span = self.options.histogram.and_then(|_| self.accumulator.span());
        self.before.add(self.accumulator.count(), span, self.accumulator.course());
        self.before.rejected = self.rejects.count();
        self.accumulator.clear();
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.reader_gone |= deliver(&mut self.output, &self.records).1? == Delivery::ReaderGone;
        self.records.clear();
        Ok(())
    }

    fn close(self, result: Result<(), Error>) -> Ended<Error> {
        self.rejects.sum_up(self.messages, "lines");
        let rejected = self.rejects.count();
        let counted = self.before.samples + self.accumulator.count();
        let entry = Entry::Stat { counted, rejected, reader_gone: self.reader_gone };
        Ended { entry, result: result.map(|()| Status::of_rejected(rejected)) }
    }
}

/// Nanoseconds since 1970, at most the 2^64 that last until 2554.
fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use proptest::prelude::*;
    use stage::fake::{Chunks, FakeClock, Gone};
    use std::time::Duration;

    /// The records, the messages, and how it ended.
    fn run_on(
        words: &str,
        input: impl Input,
        clock: &FakeClock,
    ) -> (String, Vec<String>, Ended<Error>) {
        let options = Options::try_parse_from(format!("stat {words}").split_whitespace()).unwrap();
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let ended = crate::run(&options, input, &mut output, clock, &mut messages);
        (String::from_utf8(output).unwrap(), messages, ended)
    }

    fn counts(records: &str) -> Vec<u64> {
        let n = |line: &str| stage::format::record::Record::parse(line.as_bytes()).unwrap().n;
        records.lines().map(n).collect()
    }

    #[test]
    fn the_last_record_covers_everything_and_says_so() {
        let (records, messages, ended) = run_on("", &b"1\n2\n4\n"[..], &FakeClock::new());
        let last = records.lines().last().unwrap();
        assert_eq!(
            last,
            "{\"n\":3,\"rejected\":0,\"last\":4,\"sum\":7,\"mean\":2.3333333333333335,\
             \"sd\":1.5275252316519468,\"min\":1,\"max\":4,\"p50\":2,\"p90\":4,\"p99\":4,\
             \"quantiles\":\"exact\",\"final\":true}"
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
             \"min\":null,\"max\":null,\"p50\":null,\"p90\":null,\"p99\":null,\
             \"quantiles\":\"exact\",\"final\":true}\n"
        );
    }

    #[test]
    fn rejected_lines_are_told_counted_and_make_the_status() {
        let (records, messages, ended) = run_on("", &b"1\n12abc\n\n3"[..], &FakeClock::new());
        assert!(records.contains("\"n\":2,\"rejected\":2,"), "{records}");
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

    /// The fields of every record, in short.
    fn fields(records: &str, names: &[&str]) -> Vec<String> {
        let short = |line: &str| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let fields: Vec<String> = names.iter().map(|name| record[name].to_string()).collect();
            fields.join(" ")
        };
        records.lines().map(short).collect()
    }

    #[test]
    fn a_window_covers_the_samples_since_the_one_before() {
        let input = Chunks::of(b"1\n2\nx\n3\n4\n5\n", 3);
        let (records, _, ended) = run_on("--window 2", input, &FakeClock::new());
        assert_eq!(
            fields(&records, &["from", "to", "n", "sum", "max", "rejected", "final"]),
            ["1 2 2 3 2 0 null", "3 4 2 7 4 1 null", "5 5 1 5 5 1 true"]
        );
        assert_eq!(ended.entry, Entry::Stat { counted: 5, rejected: 1, reader_gone: false });
        let (records, _, _) = run_on("--window 1 --first 11", &b"7\n8\n"[..], &FakeClock::new());
        assert_eq!(fields(&records, &["from", "to", "n", "mean"]), ["11 11 1 7", "12 12 1 8"]);
    }

    #[test]
    fn an_empty_last_window_is_told_only_if_it_has_news() {
        let last = |words: &str, input: &str| {
            let (records, _, _) = run_on(words, input.as_bytes(), &FakeClock::new());
            let fields = fields(&records, &["n", "rejected", "course", "final"]);
            (fields.len(), fields.last().unwrap().clone())
        };
        assert_eq!(last("--window 2", "1\n2\n"), (1, "2 0 null null".into()));
        assert_eq!(last("--window 2", "x\n1\n2\n"), (1, "2 1 null null".into()));
        assert_eq!(last("--window 2", "1\n2\nx\n"), (2, "0 1 null true".into()));
        assert_eq!(last("--window 2", ""), (1, "0 0 null true".into()));
        let course = "[[1,1,1,1],[2,2,2,2]]";
        assert_eq!(last("--window 2 --course 2", "1\n2\n"), (2, format!("0 0 {course} true")));
    }

    #[test]
    fn the_course_is_that_of_the_whole_stream_whatever_the_records_cover() {
        let input: String = (0..5000).map(|it| format!("{}\n", it * it % 977)).collect();
        let course = |words: &str, size: usize| {
            let input = Chunks::of(input.as_bytes(), size);
            let (records, _, _) = run_on(words, input, &FakeClock::new());
            let mut lines = records.lines().rev();
            let last = lines.next().unwrap();
            assert!(lines.all(|line| !line.contains("course")), "{words}");
            fields(last, &["course"]).remove(0)
        };
        let expected = course("--course 3", 5000);
        for words in ["--course 3 --every 10", "--course 3 --window 7", "--course 3 --more"] {
            for size in [1, 17, 4096] {
                assert_eq!(course(words, size), expected, "{words} {size}");
            }
        }
        let stretches: Vec<(u64, f64, f64, f64)> = serde_json::from_str(&expected).unwrap();
        let firsts: Vec<u64> = stretches.iter().map(|it| it.0).collect();
        assert_eq!(firsts, [1, 2049, 4097]);
        for (at, (first, min, mean, max)) in stretches.iter().enumerate() {
            let end = firsts.get(at + 1).copied().unwrap_or(5001);
            let values = (*first..end).map(|it| ((it - 1) * (it - 1) % 977) as f64);
            let (sum, n) = (values.clone().sum::<f64>(), (end - first) as f64);
            assert_eq!(*mean, sum / n);
            assert_eq!(*min, values.clone().fold(f64::MAX, f64::min));
            assert_eq!(*max, values.fold(f64::MIN, f64::max));
        }
    }

    #[test]
    fn of_regular_files_only_the_last_record_is_written() {
        let ms = Duration::from_millis;
        let script = [(ms(0), "1\n"), (ms(800), "2\n"), (ms(1600), "3\n")];
        let records = |words: &str| {
            let clock = FakeClock::new();
            let words = format!("stat {words}");
            let options = Options::try_parse_from(words.split_whitespace()).unwrap();
            let (mut output, mut messages) = (Vec::new(), Vec::new());
            let input = Chunks::timed(&clock, &script);
            crate::run(&options.reading(true), input, &mut output, &clock, &mut messages);
            counts(&String::from_utf8(output).unwrap())
        };
        assert_eq!(records(""), [3]);
        assert_eq!(records("--every 100ms"), [1, 2, 3, 3]);
        assert_eq!(records("--window 2"), [2, 1]);
    }

    #[test]
    fn files_are_counted_one_after_another_and_named() {
        let inputs = [("\"a\"", &b"1\n2"[..]), ("\"b\"", b"x\n3\n")];
        let inputs =
            inputs.map(|(name, input)| Ok(NamedInput { name: Some(name.to_owned()), input }));
        let options = Options::try_parse_from(["stat", "--every", "9"]).unwrap();
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let clock = FakeClock::new();
        let inputs = inputs.into_iter();
        let ended = crate::run_all(&options, inputs, &mut output, &clock, &mut messages);
        assert_eq!(counts(&String::from_utf8(output).unwrap()), [3]);
        assert_eq!(messages, ["\"b\": line 1: not a number: \"x\""]);
        assert_eq!(ended.entry, Entry::Stat { counted: 3, rejected: 1, reader_gone: false });
    }

    #[test]
    fn a_window_of_time_ends_with_it() {
        let ms = Duration::from_millis;
        let clock = FakeClock::new();
        let script = [(ms(500), "1\n"), (ms(1200), "2\n"), (ms(1600), "3\n"), (ms(9000), "4\n5\n")];
        let (records, _, _) = run_on("--window 1s", Chunks::timed(&clock, &script), &clock);
        assert_eq!(fields(&records, &["from", "to", "n"]), ["1 2 2", "3 3 1", "4 5 2"]);
    }

    #[test]
    fn windows_begin_with_a_sample_and_not_with_what_was_rejected() {
        let ms = Duration::from_millis;
        let clock = FakeClock::new();
        let script = [(ms(0), "header\n"), (ms(700), "1\n"), (ms(1200), "2\n"), (ms(1800), "3\n")];
        let (records, _, _) = run_on("--window 1s", Chunks::timed(&clock, &script), &clock);
        assert_eq!(fields(&records, &["from", "to"]), ["1 2", "3 3"]);
    }

    #[test]
    fn the_limits_of_a_histogram_stay_from_window_to_window() {
        let input = &b"0\n95\n42\n47\n41\n"[..];
        let (records, _, _) = run_on("--window 2 --histogram 5", input, &FakeClock::new());
        let limits = |at: usize| {
            let record =
                stage::format::record::Record::parse(records.lines().nth(at).unwrap().as_bytes());
            record
                .unwrap()
                .histogram
                .unwrap()
                .iter()
                .map(|bin| bin.low.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(limits(0), ["0", "20", "40", "60", "80"]);
        assert_eq!((limits(1), limits(2)), (limits(0), limits(0)));
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

    /// Records without what only `--more` tells, which is never counted in tables.
    fn without_more(records: &str) -> Vec<String> {
        let short = |line: &str| {
            let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
            let fields = record.as_object_mut().unwrap();
            fields.retain(|name, _| !stage::format::record::MORE.contains(&name.as_str()));
            record.to_string()
        };
        records.lines().map(short).collect()
    }

    #[test]
    fn a_reader_that_leaves_is_a_normal_end() {
        let options = Options::try_parse_from(["stat"]).unwrap();
        let mut messages = Vec::new();
        let ended = crate::run(&options, &b"1\n"[..], Gone, &FakeClock::new(), &mut messages);
        assert_eq!(ended.result.unwrap(), Status::Done);
        assert_eq!(ended.entry, Entry::Stat { counted: 1, rejected: 0, reader_gone: true });
    }

    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            12 => "[0-9]{1,3}",
            3 => "[0-9]{1,6}",
            3 => "-?[0-9]{1,3}\\.[0-9]{1,5}",
            1 => "-?[0-9]{0,12}\\.?[0-9]{0,9}(e-?[0-9])?\r?",
            1 => "[-+0-9. ex]{0,9}",
        ]
    }

    proptest! {
        #[test]
        fn the_fast_path_is_not_to_be_seen(
            lines in proptest::collection::vec(line(), 0..200),
            options in proptest::sample::select(&[
                "", "--every 7", "--every 100", "--window 5 --first 3", "--window 64", "--strict",
                "--histogram 5", "--course 3", "--course 3 --window 64",
            ][..]),
            size in 1usize..2000,
        ) {
            let text = lines.join("\n");
            let input = || Chunks::of(text.as_bytes(), size);
            let fast = run_on(options, input(), &FakeClock::new());
            let slow = run_on(&format!("{options} --more"), input(), &FakeClock::new());
            prop_assert_eq!(without_more(&fast.0), without_more(&slow.0));
            prop_assert_eq!(fast.1, slow.1);
            prop_assert_eq!(fast.2.entry, slow.2.entry);
            prop_assert_eq!(format!("{:?}", fast.2.result), format!("{:?}", slow.2.result));
        }

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
