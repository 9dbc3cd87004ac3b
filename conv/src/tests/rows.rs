//! Rows from every kind of source, over a clock that is set by hand.

use std::time::Duration;

use clap::Parser;
use stage::fake::{Chunks, FakeClock};
use stage::format::columns::Columns;
use stage::format::sample::Sample;
use stage::process::ledger::{Entry, Table};
use stage::process::quantity::rate;

use crate::reading::{NoReading, Place, Reading};
use crate::source::choice::Choice;
use crate::source::clocked::Converter;
use crate::source::clocked_rows::ClockedRows;
use crate::source::format::Format;
use crate::source::layout::Layout;
use crate::source::stream::Stream;
use crate::ticks::Sampling;
use crate::*;

/// A converter that takes its time, and whose every third reading fails.
struct Slow(FakeClock, Duration, i64);

impl Converter for Slow {
    fn read(&mut self) -> Reading<'static> {
        self.0.advance(self.1);
        self.2 += 1;
        let raw = match self.2 % 3 {
            0 => Err(NoReading::Failed("no answer".to_owned())),
            _ => Ok(Sample::new(self.2, 0).unwrap()),
        };
        Reading { place: Place { what: "reading", number: 1 }, raw }
    }
}

/// What is written, the messages, and the account.
type Seen = (String, Vec<String>, Entry);

/// What becomes of converters' rows of `columns`.
fn pumped(mut source: impl Source, columns: &Columns) -> Seen {
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let mut sender = Sender::new(&mut output, None, &mut messages);
    let mut processing = Processing::new(Settings::default());
    begin(columns, &mut processing, &mut sender).unwrap();
    pump(&mut source, &mut processing, &mut sender).unwrap();
    let entry = sender.close();
    (String::from_utf8(output).unwrap(), messages, entry)
}

/// Rows of two slow converters at 1 Hz, for 3 s.
fn clocked(names: &str, sampling: Sampling) -> Seen {
    let clock = FakeClock::new();
    let slow = |first| Slow(clock.clone(), Duration::from_millis(100), first);
    let columns = Columns::named(names.split(',')).unwrap();
    let (pair, timed) = (vec![slow(0), slow(11)], columns.have_time());
    let (second, long) = (rate("1").unwrap(), Some(Duration::from_secs(3)));
    let source = ClockedRows::new(pair, timed, "reading", clock.clone(), second, long, sampling);
    pumped(source, &columns)
}

fn table(rows: u64, rejected: u64, missing: u64) -> Entry {
    let table = Some(Table { channels: 2, missing });
    Entry::Conv { sent: rows, rejected, missed: 0, table }
}

#[test]
fn converters_asked_together_make_rows_and_one_that_fails_an_empty_field() {
    let (output, messages, entry) = clocked("a,b", Sampling::Single);
    assert_eq!(output, "a\tb\n1\t\n2\t13\n\t14\n");
    assert_eq!(messages, ["reading 1: b: no answer", "reading 3: a: no answer"]);
    assert_eq!(entry, table(3, 2, 0));
}

#[test]
fn a_row_has_the_time_of_its_first_reading_or_of_its_tick() {
    let expected = "time\ta\tb\n\
        2001-09-09T01:46:40.000000Z\t1\t\n\
        2001-09-09T01:46:41.000000Z\t2\t13\n\
        2001-09-09T01:46:42.000000Z\t\t14\n";
    for sampling in [Sampling::Single, Sampling::Batched] {
        assert_eq!(clocked("time,a,b", sampling).0, expected, "{sampling:?}");
    }
}

#[test]
fn a_tick_that_is_kept_late_has_its_own_time_in_a_simulation_only() {
    let stamps = |sampling| {
        let clock = FakeClock::new();
        // Each reading takes a period and a half.
        let slow = vec![Slow(clock.clone(), Duration::from_millis(15), 0)];
        let (rate, long) = (rate("100").unwrap(), Some(Duration::from_millis(35)));
        let source = ClockedRows::new(slow, true, "reading", clock.clone(), rate, long, sampling);
        let output = pumped(source, &Columns::TIMED).0;
        let times = output.lines().skip(1).map(|row| row[20..23].to_owned());
        times.collect::<Vec<_>>()
    };
    assert_eq!(stamps(Sampling::Batched), ["000", "010", "030"]);
    assert_eq!(stamps(Sampling::Single), ["000", "015", "030"]);
}

#[test]
fn no_reading_that_may_take_long_begins_after_a_stop() {
    let run = |stop, sampling| {
        let clock = FakeClock::stopping_at(Duration::from_millis(stop));
        // Each reading takes a period and a half.
        let slow = |first| Slow(clock.clone(), Duration::from_millis(15), first);
        let pair = vec![slow(0), slow(12)];
        let rate = rate("100").unwrap();
        let source = ClockedRows::new(pair, false, "reading", clock.clone(), rate, None, sampling);
        pumped(source, &Columns::named(["a", "b"]).unwrap())
    };
    // The stop comes during the first row's first reading, or its second.
    let (output, _, entry) = run(10, Sampling::Single);
    assert_eq!((output.as_str(), entry), ("a\tb\n1\t\n", missed_table(1, 1, 1)));
    let (output, _, entry) = run(20, Sampling::Single);
    assert_eq!((output.as_str(), entry), ("a\tb\n1\t13\n", missed_table(1, 0, 3)));
    // A simulated sample takes no time.
    let (output, _, _) = run(10, Sampling::Batched);
    assert!(output.starts_with("a\tb\n1\t13\n"), "{output}");
}

fn missed_table(rows: u64, missing: u64, missed: u64) -> Entry {
    let table = Some(Table { channels: 2, missing });
    Entry::Conv { sent: rows, rejected: 0, missed, table }
}

/// What becomes of a stream, read in chunks at these times, in milliseconds.
pub(super) fn of_stream(options: &str, clock: &FakeClock, script: &[(u64, &str)]) -> Seen {
    let script: Vec<_> =
        script.iter().map(|(ms, text)| (Duration::from_millis(*ms), *text)).collect();
    let words = ["conv", "--from", "-"].into_iter().chain(options.split_whitespace());
    let options = Options::try_parse_from(words).unwrap();
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let mut sender = Sender::new(&mut output, options.count, &mut messages);
    let input = Chunks::timed(clock, &script);
    let stream = Stream::whole(input, "x", options.layout(), clock.clone());
    convert_stream(stream, Processing::new(options.settings()), &mut sender).unwrap();
    let entry = sender.close();
    (String::from_utf8(output).unwrap(), messages, entry)
}

#[test]
fn a_line_has_the_time_at_which_it_began_to_arrive_and_words_the_one_at_which_they_came() {
    let script = [(0, "1.25"), (500, "2\n3\n"), (1500, "x\n"), (2000, "4\t\n")];
    let (output, messages, _) = of_stream("--stamp", &FakeClock::new(), &script);
    let expected = "time\tvalue\n\
        2001-09-09T01:46:40.000000Z\t1.252\n\
        2001-09-09T01:46:40.500000Z\t3\n\
        2001-09-09T01:46:42.000000Z\t4\n";
    assert_eq!(output, expected);
    assert_eq!(messages, ["line 3: not a number: \"x\""]);
    let script = [(0, "a"), (250, "bc"), (1000, "d")];
    let words = "--format u8 --channels 2 --columns 2,1 --stamp --names b,a";
    let (output, ..) = of_stream(words, &FakeClock::new(), &script);
    let expected = "time\tb\ta\n\
        2001-09-09T01:46:40.250000Z\t98\t97\n\
        2001-09-09T01:46:41.000000Z\t100\t99\n";
    assert_eq!(output, expected);
}

#[test]
fn a_row_is_converted_and_checked_channel_by_channel() {
    let options = "--scale 2 --scale b=0.5 --offset a=1 --plausible b=0..10";
    let text = "a\tb\tc\n1\t2\t3\n4\t40\t\n1e300\t1e-300\t-0\n";
    let (output, messages, entry) = of_stream(options, &FakeClock::new(), &[(0, text)]);
    let long = format!("2{}2", "0".repeat(299));
    assert_eq!(output.lines().next(), Some("a\tb\tc"));
    assert_eq!(output.lines().nth(1), Some("4\t1\t6"));
    assert_eq!(output.lines().nth(2), Some("10\t\t"));
    let last = output.lines().nth(3).unwrap();
    assert!(last.ends_with("\t5e-301\t0") && !last.starts_with(&long), "{last}");
    assert_eq!(messages, ["line 3: b: outside 0..10: 20"]);
    let table = Some(Table { channels: 3, missing: 1 });
    assert_eq!(entry, Entry::Conv { sent: 3, rejected: 1, missed: 0, table });
}

#[test]
fn an_option_for_a_channel_needs_it_among_the_first_columns_and_not_among_later_ones() {
    let text = "a\tb\n1\t2\nb\tc\n20\t10\nc\ta\n3\t4\n";
    for (options, first, last) in [
        ("--scale a=2", "2", "8"),
        ("--plausible a=0..2", "1", ""),
        ("--missing a=4", "1", ""),
        ("--spike a=1", "1", "4"),
    ] {
        let (output, ..) = of_stream(options, &FakeClock::new(), &[(0, text)]);
        let expected = format!("a\tb\n{first}\t2\nb\tc\n20\t10\nc\ta\n3\t{last}\n");
        assert_eq!(output, expected, "{options}");
    }
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let mut sender = Sender::new(&mut output, None, &mut messages);
    let options = Options::try_parse_from(["conv", "--from=-", "--scale=c=2"]).unwrap();
    let stream = Stream::whole(text.as_bytes(), "x", options.layout(), FakeClock::new());
    let refused = convert_stream(stream, Processing::new(options.settings()), &mut sender);
    let why = "--scale is given for a channel \"c\", but there are a, b";
    assert_eq!(refused.unwrap_err().to_string(), why);
    sender.close();
    assert_eq!(output, b"");
}

#[test]
fn a_headers_line_is_not_counted_as_sent_even_if_it_is_all_that_went_out() {
    /// Takes this many bytes; then the reader is gone.
    struct Leaving(usize);
    impl Write for Leaving {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let count = bytes.len().min(self.0);
            self.0 -= count;
            if count == 0 { Err(std::io::ErrorKind::BrokenPipe.into()) } else { Ok(count) }
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let text = b"a\tb\n1\t2\n3\t4\n5\t6\n";
    for (bytes, sent) in [(4, 0), (7, 0), (8, 1), (15, 2)] {
        let mut messages = Vec::new();
        let mut sender = Sender::new(Leaving(bytes), None, &mut messages);
        let layout = Layout { choice: Choice::default(), ..Layout::of(Format::Text) };
        let stream = Stream::whole(&text[..], "x", layout, FakeClock::new());
        convert_stream(stream, Processing::new(Settings::default()), &mut sender).unwrap();
        assert_eq!(sender.close(), table(sent, 0, 0), "{bytes} bytes");
    }
}

#[test]
fn a_row_of_words_keeps_what_stands_around_a_reading_that_gives_no_sample() {
    let stream = |options: &str, readings: &[u8]| {
        let words: String = readings.iter().flat_map(|it| [char::from(*it), '\0', '\0']).collect();
        of_stream(&format!("--format s24le {options}"), &FakeClock::new(), &[(0, &words)])
    };
    let (output, messages, entry) = stream(
        "--channels 3 --columns all --missing 85 --plausible ch2=..50",
        &[1, 2, 3, 1, 85, 3, 85, 2, 3, 1, 60, 3, 1, 2, 85],
    );
    assert_eq!(output, "ch1\tch2\tch3\n1\t2\t3\n1\t\t3\n\t2\t3\n1\t\t3\n1\t2\t\n");
    assert_eq!(messages, ["word 4: ch2: outside ..50: 60"]);
    let table = Some(Table { channels: 3, missing: 3 });
    assert_eq!(entry, Entry::Conv { sent: 5, rejected: 1, missed: 0, table });
    let (output, messages, entry) = stream("--missing 85 --scale 0.5", &[1, 85, 3]);
    assert_eq!((output.as_str(), messages), ("0.5\n1.5\n", vec![]));
    let table = Some(Table { channels: 1, missing: 1 });
    assert_eq!(entry, Entry::Conv { sent: 2, rejected: 0, missed: 0, table });
}
