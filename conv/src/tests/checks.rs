//! Checks that remember, over rows of streams: what waits, what is missing, what ends them.

use std::io::{self, Read};
use std::time::{Duration, Instant, SystemTime};

use clap::Parser;
use nix::errno::Errno;
use stage::fake::FakeClock;
use stage::process::clock::{Clock, Wake};
use stage::process::ledger::Table;
use stage::stream::input::Input;

use super::rows::of_stream;
use crate::source::stream::Stream;
use crate::*;

/// Fails behind these lines.
struct Failing(&'static [u8]);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.is_empty() {
            true => Err(Errno::EIO.into()),
            false => self.0.read(buffer),
        }
    }
}

impl Input for Failing {
    fn wait(&mut self, _: Option<Instant>) -> io::Result<Wake> {
        Ok(Wake::Ready)
    }
}

/// What is written of this text, and the messages.
fn checked(options: &str, text: &str) -> (String, Vec<String>) {
    let (output, messages, _) = of_stream(options, &FakeClock::new(), &[(0, text)]);
    (output, messages)
}

#[test]
fn a_whole_row_waits_and_the_last_one_is_sent_at_the_end() {
    let text = "a\tb\n1\t10\n9\t11\n1\t30\n1\t12\n";
    let (output, messages) = checked("--spike 5", text);
    assert_eq!(output, "a\tb\n1\t10\n\t11\n1\t\n1\t12\n");
    assert_eq!(
        messages,
        ["line 3: a: spike between 1 and 1: 9", "line 4: b: spike between 11 and 12: 30"]
    );
    let (output, messages) = checked("--spike a=5", text);
    assert_eq!(output, "a\tb\n1\t10\n\t11\n1\t30\n1\t12\n");
    assert_eq!(messages.len(), 1, "{messages:?}");
}

#[test]
fn readings_of_one_channel_are_rejected_in_their_order() {
    let words = [0f32, 20.0, f32::NAN].map(f32::to_le_bytes).concat();
    for (form, input, elapsed) in [
        ("", &b"0\n20\nx\n"[..], "1 reading"),
        ("--columns v", b"t,v\n1,0\n2,20\n3,x\n", "1 reading"),
        ("--format labels", b"v:0\nv:20\nv:x\n", "1 reading"),
        ("--columns v --time t", b"t,v\n1,0\n2,20\n3,x\n", "1s"),
        ("--format f32le", &words, "1 reading"),
    ] {
        let words = ["conv", "--from=-", "--spike=3", "--step=5"].into_iter();
        let options = Options::try_parse_from(words.chain(form.split_whitespace())).unwrap();
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let mut sender = Sender::new(&mut output, None, &mut messages);
        let stream = Stream::whole(input, "x", options.layout(), FakeClock::new());
        convert_stream(stream, Processing::new(options.settings()), &mut sender).unwrap();
        sender.close();
        let [step, no_number] = &messages[..] else { panic!("{form}: {messages:?}") };
        let expected = format!(": step from 0 within {elapsed}: 20");
        assert!(step.ends_with(&expected), "{form}: {messages:?}");
        assert!(no_number.contains("not a number"), "{form}: {messages:?}");
    }
}

#[test]
fn what_waits_is_sent_before_other_columns_begin() {
    let (output, messages) = checked("--spike 1", "a\tb\n1\t1\n9\t9\nb\tc\n1\t1\n5\t9\n5\t1\n");
    assert_eq!(output, "a\tb\n1\t1\n9\t9\nb\tc\n\t1\n5\t\n5\t1\n");
    let expected = ["line 5: b: spike between 9 and 5: 1", "line 6: c: spike between 1 and 1: 9"];
    assert_eq!(messages, expected, "b goes on");
}

#[test]
fn a_channel_goes_on_beside_new_ones() {
    let text = "t:5\nt:5\nt:5 h:1\nh:2 t:5\nt:20\nt:5 x:5 h:1\n";
    let (_, messages) = checked("--format labels --flat t=2 --step 10", text);
    let expected = [
        "line 3: another channel: \"h\"",
        "line 3: t: flat for 2 readings: 5",
        "line 4: t: flat for 2 readings: 5",
        "line 5: t: step from 5 within 1 reading: 20",
        "line 6: another channel: \"x\"",
        "line 6: t: flat for 2 readings: 5",
    ];
    assert_eq!(messages, expected);
    // What a header leaves out is forgotten, whatever stands in its place.
    let (_, messages) = checked("--flat 1", "a\tb\n1\t2\nb\tc\n2\t1\na\tb\n1\t3\n");
    assert_eq!(messages, ["line 4: b: flat for 1 reading: 2"]);
}

#[test]
fn what_waits_is_sent_even_if_the_stream_cannot_be_read_on() {
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let mut sender = Sender::new(&mut output, None, &mut messages);
    let options = Options::try_parse_from(["conv", "--from=-", "--spike=1"]).unwrap();
    let stream = Stream::whole(Failing(b"1\n2\n"), "x", options.layout(), FakeClock::new());
    convert_stream(stream, Processing::new(options.settings()), &mut sender).unwrap_err();
    sender.close();
    assert_eq!(output, b"1\n2\n");
}

#[test]
fn that_the_last_row_cannot_be_written_is_not_hidden_by_a_stream_that_fails_and_may_return() {
    /// An output on a full disk.
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(Errno::ENOSPC.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut messages = Vec::new();
    let mut sender = Sender::new(Full, None, &mut messages);
    let options = Options::try_parse_from(["conv", "--from=-", "--spike=1"]).unwrap();
    let stream = Stream::whole(Failing(b"1\n"), "x", options.layout(), FakeClock::new());
    let error = convert_stream(stream, Processing::new(options.settings()), &mut sender);
    assert!(matches!(error, Err(Error::Write(_))), "{error:?}");
    sender.close();
    assert_eq!(messages, ["cannot read x: Input/output error"]);
}

#[test]
fn beside_a_missing_or_rejected_reading_there_is_no_spike() {
    let (output, messages) = checked("--spike 1", "1\n9\nx\n9\n9\n20\n9\n");
    assert_eq!(output, "1\n9\n9\n9\n9\n");
    assert_eq!(messages, ["line 3: not a number: \"x\"", "line 6: spike between 9 and 9: 20"]);
    let (output, _) = checked("--spike 1 --plausible ..50", "1\n9\n99\n9\n1\n");
    assert_eq!(output, "1\n9\n9\n1\n", "an implausible value is missing");
    let text = "a\tb\n1\t1\n9\t9\n\t1\n1\t2\n";
    assert_eq!(checked("--spike 1", text).0, "a\tb\n1\t1\n9\t\n\t1\n1\t2\n");
    let text = "a\tb\n1\t1\n9\t9\n1\n1\t2\n";
    assert_eq!(checked("--spike 1", text).0, "a\tb\n1\t1\n9\t9\n1\t2\n", "a row that is rejected");
}

#[test]
fn a_spike_is_no_value_that_a_step_is_measured_from() {
    let options = "--spike 3 --step 5 --flat 2";
    let (output, messages) = checked(options, "0\n5\n0\n1\n20\n21\n1\n1\n");
    assert_eq!(output, "0\n0\n1\n1\n");
    let expected = [
        "line 2: spike between 0 and 0: 5",
        "line 5: step from 1 within 1 reading: 20",
        "line 6: step from 1 within 2 readings: 21",
        "line 8: flat for 2 readings: 1",
    ];
    assert_eq!(messages, expected);
}

#[test]
fn times_are_used_even_where_they_are_not_sent() {
    let time = |second: u32| format!("2026-11-25T18:26:{second:02}Z");
    let text = |header: &str| {
        let rows = [(0, 1), (10, 3), (11, 5), (20, 5), (31, 5)];
        let rows = rows.map(|(second, value)| format!("{}\t{value}\n", time(second)));
        header.to_owned() + &rows.concat()
    };
    for header in ["", "time\tvalue\n"] {
        let (output, messages) = checked("--step 0.5 --flat 20s", &text(header));
        assert_eq!(output, "1\n3\n5\n5\n", "{header:?}");
        let first = if header.is_empty() { 3 } else { 4 };
        assert_eq!(messages, [format!("line {first}: step from 3 within 1s: 5")]);
    }
    let (output, messages) = checked("--columns temp --flat temp=20s", &text("time\ttemp\n"));
    assert_eq!(output, "1\n3\n5\n5\n");
    assert_eq!(messages, ["line 6: flat for 20s: 5"]);
    let (output, _) = checked("--columns temp --time time --step 1/5", &text("time\ttemp\n"));
    let sent = [0, 10, 11, 20, 31].map(|second| format!("2026-11-25T18:26:{second:02}.000000Z"));
    let values = ["1", "3", "", "5", "5"];
    let rows: Vec<String> =
        sent.iter().zip(values).map(|(at, it)| format!("{at}\t{it}\n")).collect();
    assert_eq!(output, "time\ttemp\n".to_owned() + &rows.concat());
}

#[test]
fn a_column_that_nobody_asked_for_is_the_time_only_if_it_reads_as_one() {
    let table = |times: [&str; 3]| {
        let rows = times.iter().zip([1, 9, 3]).map(|(time, value)| format!("{time}\t{value}\n"));
        "time\ttemp\n".to_owned() + &rows.collect::<String>()
    };
    let none =
        "line 2: the column called time has no times: checks count readings (--time asks for it)";
    for times in [["12:30:01", "12:30:02", "12:30:13"], ["", "1700000010", "1700000020"]] {
        let (output, messages) = checked("--columns temp --step 1", &table(times));
        assert_eq!(output, "1\n3\n");
        assert_eq!(messages, [none, "line 3: step from 1 within 1 reading: 9"]);
    }
    let (output, messages) =
        checked("--columns temp --step 1", &table(["1700000000", "1700000010", "noon"]));
    assert_eq!(output, "1\n9\n");
    assert_eq!(messages.len(), 1, "{messages:?}");
}

/// A clock that has moved on whenever it is looked at.
struct Moving(FakeClock);

impl Clock for Moving {
    fn now(&self) -> Instant {
        self.0.now()
    }

    fn time_of_day(&self) -> SystemTime {
        self.0.advance(Duration::from_millis(1));
        self.0.time_of_day()
    }
}

#[test]
fn lines_or_words_that_come_together_are_no_steps() {
    for (words, bytes) in [("", &b"1\n5\n9\n0\n"[..]), ("--format u8", b"\x01\x05\x09\x00")] {
        let words = ["conv", "--from=-", "--stamp", "--step=1"].into_iter().chain(words.split(' '));
        let options = Options::try_parse_from(words.filter(|word| !word.is_empty())).unwrap();
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let mut sender = Sender::new(&mut output, None, &mut messages);
        let stream = Stream::whole(bytes, "x", options.layout(), Moving(FakeClock::new()));
        convert_stream(stream, Processing::new(options.settings()), &mut sender).unwrap();
        sender.close();
        let output = String::from_utf8(output).unwrap();
        let values: Vec<&str> = output.lines().filter_map(|row| row.split('\t').nth(1)).collect();
        assert_eq!(values, ["value", "1", "5", "9", "0"], "{messages:?}");
    }
}

#[test]
fn rows_of_one_second_are_compared_with_the_second_before() {
    let row = |(second, value): (u32, u32)| format!("2026-11-25T18:26:{second:02}Z\t{value}\n");
    let rows = [(0, 1), (0, 2), (0, 3), (1, 3), (1, 4), (2, 9), (2, 4)].map(row);
    let (output, messages) = checked("--step 2", &rows.concat());
    assert_eq!(output, "1\n2\n3\n3\n4\n4\n");
    assert_eq!(messages, ["line 6: step from 3 within 1s: 9"]);
}

#[test]
fn a_reading_that_is_missing_needs_no_time() {
    for (form, input) in [
        ("", &b"NA\n"[..]),
        ("--format labels", b"v:NA\n"),
        ("--format f32le", &f32::NAN.to_le_bytes()),
    ] {
        let words = ["conv", "--from=-", "--missing=NA,nan", "--flat=1s"].into_iter();
        let options = Options::try_parse_from(words.chain(form.split_whitespace())).unwrap();
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let mut sender = Sender::new(&mut output, None, &mut messages);
        let stream = Stream::whole(input, "x", options.layout(), FakeClock::new());
        let result = convert_stream(stream, Processing::new(options.settings()), &mut sender);
        assert!(result.is_ok(), "{form}: {result:?}");
        let table = Some(Table { channels: 1, missing: 1 });
        assert_eq!(
            sender.close(),
            Entry::Conv { sent: 0, rejected: 0, missed: 0, table },
            "{form}"
        );
    }
}

#[test]
fn a_stream_without_times_has_no_flat_line_of_a_duration() {
    for text in ["1\n2\n", "a\tb\n1\t1\n"] {
        let options = Options::try_parse_from(["conv", "--from=-", "--flat=1s"]).unwrap();
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let mut sender = Sender::new(&mut output, None, &mut messages);
        let stream = Stream::whole(text.as_bytes(), "x", options.layout(), FakeClock::new());
        let processing = Processing::new(options.settings());
        let error = convert_stream(stream, processing, &mut sender).unwrap_err();
        assert!(matches!(error, Error::NoTimes), "{error}");
        sender.close();
        assert_eq!(output, &text.as_bytes()[..if text.len() > 4 { 4 } else { 0 }]);
    }
}

#[test]
fn the_limit_is_one_of_rows_that_are_sent() {
    let (output, messages, entry) =
        of_stream("--spike 1 --count 2", &FakeClock::new(), &[(0, "1\n9\n1\nx\n7\n7\n")]);
    assert_eq!(output, "1\n1\n");
    assert_eq!(messages, ["line 2: spike between 1 and 1: 9", "line 4: not a number: \"x\""]);
    assert_eq!(entry, Entry::Conv { sent: 2, rejected: 2, missed: 0, table: None });
    let (output, _, entry) =
        of_stream("--spike 1", &FakeClock::new(), &[(0, "a\tb\n1\t\n9\t2\n1\t\n")]);
    assert_eq!(output, "a\tb\n1\t\n\t2\n1\t\n");
    let table = Some(Table { channels: 2, missing: 2 });
    assert_eq!(entry, Entry::Conv { sent: 3, rejected: 1, missed: 0, table });
}

#[test]
fn rejections_are_summed_up_by_check_and_channel() {
    let rows = "1\t1\n9\t1\n1\t9\n9\t1\n1\t1\n99\tx\n1\t1\n";
    let (_, messages) = checked("--spike 2 --plausible a=..50", &("a\tb\n".to_owned() + rows));
    let end: Vec<&str> = messages.iter().rev().take(3).rev().map(String::as_str).collect();
    assert_eq!(
        end,
        [
            "6 readings rejected, the first 5 of them reported above",
            "rejected by --plausible: a 1",
            "rejected by --spike: a 3, b 1",
        ],
        "{messages:#?}"
    );
}
