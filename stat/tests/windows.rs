//! Windows by the stream's own time.

use std::time::Duration;

use clap::Parser;
use proptest::prelude::*;
use serde_json::Value;
use stage::fake::{Chunks, FakeClock};
use stage::process::surroundings::Surroundings;
use stage::stream::input::Input;
use wandler_stat::files::only;

/// The records in short, and the messages, of `stat WORDS`.
fn run(words: &str, input: impl Input, clock: &FakeClock) -> (Vec<String>, Vec<String>) {
    let (records, messages) = records(words, input, clock);
    (records.lines().map(in_short).collect(), messages)
}

/// The records and the messages.
fn records(words: &str, input: impl Input, clock: &FakeClock) -> (String, Vec<String>) {
    let words = format!("stat {words}");
    let options = wandler_stat::Options::try_parse_from(words.split_whitespace()).unwrap();
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let around = Surroundings::new(only(input), &mut output, clock, &mut messages);
    let ended = wandler_stat::run(&options, around);
    assert!(ended.result.is_ok(), "{:?}", ended.result);
    (String::from_utf8(output).unwrap(), messages)
}

/// Start and end without the date, then what was counted: `0:00:00-0:10:00 n 2 sum 3`.
fn in_short(line: &str) -> String {
    let record: Value = serde_json::from_str(line).unwrap();
    let time = |name: &str| match record[name].as_str() {
        Some(text) => text[11..].trim_end_matches('Z').to_owned(),
        None => "-".to_owned(),
    };
    let channel = record["channel"].as_str().map(|name| format!("{name} ")).unwrap_or_default();
    let end = if record["final"] == true { " final" } else { "" };
    let (n, sum) = (&record["n"], &record["sum"]);
    format!("{channel}{}-{} n {n} sum {sum}{end}", time("start"), time("end"))
}

fn text(rows: &[(&str, &str)]) -> String {
    rows.iter().map(|(time, rest)| format!("2026-01-01T{time}Z\t{rest}\n")).collect()
}

#[test]
fn each_record_has_the_bounds_of_its_window() {
    let rows =
        text(&[("00:00:03", "1"), ("00:00:09.999", "2"), ("00:00:10", "3"), ("00:05:00", "4")]);
    for size in [1, 30, 1000] {
        let input = Chunks::of(rows.as_bytes(), size);
        let (records, messages) = run("--window 10s", input, &FakeClock::new());
        assert_eq!(
            records,
            [
                "00:00:00-00:00:10 n 2 sum 3",
                "00:00:10-00:00:20 n 1 sum 3",
                "00:05:00-00:05:10 n 1 sum 4 final",
            ]
        );
        assert!(messages.is_empty(), "{messages:?}");
    }
}

#[test]
fn a_row_of_a_window_that_is_closed_is_late() {
    let rows = text(&[("00:00:03", "1"), ("00:00:12", "2"), ("00:00:09", "3"), ("00:00:13", "4")]);
    let (records, messages) = run("--window 10s", rows.as_bytes(), &FakeClock::new());
    assert_eq!(records, ["00:00:00-00:00:10 n 1 sum 1", "00:00:10-00:00:20 n 2 sum 6 final"]);
    let line = "line 3: late: its window ended at 2026-01-01T00:00:10Z, and the newest row is of \
                2026-01-01T00:00:12Z";
    assert_eq!(messages, [format!("{line}: \"2026-01-01T00:00:09Z\\t3\"")]);
}

#[test]
fn late_rows_find_their_window_open() {
    let rows = text(&[
        ("00:00:03", "1\t"),
        ("00:00:12", "2\t5"),
        ("00:00:09", "3\t6"),
        ("00:00:13", "4\t"),
        ("00:00:18", "5\t"),
        ("00:00:19", "6\t"),
    ]);
    let text = format!("time\ta\tb\n{rows}");
    let (records, messages) = run("--window 10s --late 8s", text.as_bytes(), &FakeClock::new());
    assert_eq!(
        records,
        [
            "a 00:00:00-00:00:10 n 2 sum 4",
            "b 00:00:00-00:00:10 n 1 sum 6",
            "a 00:00:10-00:00:20 n 4 sum 17 final",
            "b 00:00:10-00:00:20 n 1 sum 5 final",
        ]
    );
    assert!(messages.is_empty(), "{messages:?}");
}

#[test]
fn a_stream_may_gain_and_lose_its_times() {
    let rows = text(&[("00:00:03", "1"), ("00:00:13", "2")]);
    let stream = format!("5\n6\ntime\tvalue\n{rows}a\tb\n7\t8\n");
    let (records, _) = run("--window 10s", stream.as_bytes(), &FakeClock::new());
    assert_eq!(
        records,
        [
            "--- n 2 sum 11",
            "00:00:00-00:00:10 n 1 sum 1",
            "00:00:10-00:00:20 n 1 sum 2",
            "a --- n 1 sum 7 final",
            "b --- n 1 sum 8 final",
        ]
    );
}

/// The clock's time of day at its start is 2001-09-09 01:46:40.
fn live(rows: &[(u64, &str)], words: &str) -> Vec<String> {
    let clock = FakeClock::new();
    let script: Vec<(Duration, String)> = rows
        .iter()
        .map(|(at, row)| (Duration::from_secs(*at), format!("2001-09-09T01:{row}\n")))
        .collect();
    let script: Vec<(Duration, &str)> =
        script.iter().map(|(at, row)| (*at, row.as_str())).collect();
    let input = Chunks::timed(&clock, &script);
    run(words, input, &clock).0
}

#[test]
fn a_live_stream_that_falls_silent_closes_its_window() {
    // The row comes 2 s after its own time, so its window, to 01:46:50, closes at 01:46:53.
    let first = (2, "46:40Z\t1");
    let in_time = live(&[first, (12, "46:49Z\t2"), (90, "48:09Z\t3")], "--window 10s");
    let expected = ["01:46:40-01:46:50 n 2 sum 3", "01:48:00-01:48:10 n 1 sum 3 final"];
    assert_eq!(in_time, expected);
    let late = live(&[first, (14, "46:49Z\t2"), (90, "48:09Z\t3")], "--window 10s");
    assert_eq!(late[0], "01:46:40-01:46:50 n 1 sum 1");
    let waited_for = live(&[first, (14, "46:49Z\t2"), (90, "48:09Z\t3")], "--window 10s --late 5s");
    assert_eq!(waited_for, expected);
    // This one is replayed: its times are long past.
    let replayed = live(&[(50, "46:40Z\t1"), (90, "46:49Z\t2")], "--window 10s");
    assert_eq!(replayed, ["01:46:40-01:46:50 n 2 sum 3 final"]);
}

#[test]
fn an_empty_last_window_is_no_record_unless_something_was_rejected() {
    let closed = live(&[(0, "46:40Z\t1"), (60, "46:41Z\t2")], "--window 10s");
    assert_eq!(closed, ["01:46:40-01:46:50 n 1 sum 1", "--- n 0 sum null final"]);
    let nothing = run("--window 10s", &b"time\tvalue\n"[..], &FakeClock::new()).0;
    assert_eq!(nothing, ["--- n 0 sum null final"]);
}

#[test]
fn windows_and_their_states_add_up_to_the_whole() {
    let rows = text(&[("00:00:03", "1"), ("00:00:12", "2"), ("00:00:09", "3"), ("00:00:29", "4")]);
    for late in ["0s", "8s"] {
        let state = |words: &str, input: &str| {
            let words = format!("stat --more {words}");
            let options = wandler_stat::Options::try_parse_from(words.split_whitespace()).unwrap();
            let (mut output, mut messages) = (Vec::new(), Vec::new());
            let clock = FakeClock::new();
            let around =
                Surroundings::new(only(input.as_bytes()), &mut output, &clock, &mut messages);
            wandler_stat::run(&options, around);
            assert!(messages.iter().all(|it| it.contains("late: its window")), "{messages:?}");
            String::from_utf8(output).unwrap()
        };
        let windows = state(&format!("--state --window 10s --late {late}"), &rows);
        let merged = state("--merge", &windows);
        let sum = if late == "0s" { 7 } else { 10 };
        assert!(merged.contains(&format!("\"last\":4,\"sum\":{sum},")), "{merged}");
        let extent = "\"start\":\"2026-01-01T00:00:03Z\",\"end\":\"2026-01-01T00:00:29Z\"";
        assert!(merged.contains(extent), "{merged}");
    }
}

proptest! {
    #[test]
    fn late_rows_make_no_difference_if_they_are_waited_for(
        seconds in proptest::collection::vec(0u32..100, 1..60), size in 1usize..300,
    ) {
        let row = |second: &u32| {
            format!("2026-01-01T00:{:02}:{:02}Z\t{second}\n", second / 60, second % 60)
        };
        let mut sorted = seconds.clone();
        sorted.sort_unstable();
        let [rows, sorted] = [seconds, sorted].map(|it| it.iter().map(row).collect::<String>());
        let input = Chunks::of(rows.as_bytes(), size);
        let (found, messages) = run("--window 10s --late 100s", input, &FakeClock::new());
        prop_assert!(messages.is_empty(), "{messages:?}");
        let (expected, _) = run("--window 10s", sorted.as_bytes(), &FakeClock::new());
        prop_assert_eq!(found, expected);
    }
    #[test]
    fn many_open_windows_with_few_samples_or_more_have_the_records_of_each_alone(
        rows in proptest::collection::vec((0u32..40, number()), 1..900),
        far in 0u32..40, size in 1usize..5000,
    ) {
        // Most samples are in one window, so that it has more than are listed.
        let rows: Vec<(u32, String)> = rows.into_iter().enumerate().map(|(at, (second, number))| {
            (if at % 4 == 0 { second } else { far / 10 * 10 + second % 10 }, number)
        }).collect();
        let mut sorted = rows.clone();
        sorted.sort_by_key(|(second, _)| second / 10);
        let [rows, sorted] = [rows, sorted].map(|rows| rows.iter().map(wide_row).collect::<String>());
        let input = Chunks::of(rows.as_bytes(), size);
        let words = "--more --histogram 5 --quantiles 1,50,90";
        let (found, messages) = records(&format!("{words} --window 10s --late 100s"), input, &FakeClock::new());
        prop_assert!(messages.is_empty(), "{messages:?}");
        let (expected, _) = records(&format!("{words} --window 10s"), sorted.as_bytes(), &FakeClock::new());
        prop_assert_eq!(found, expected);
    }
}

/// Numbers that are short in one unit, and now and then one that is not.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        40 => (-200i32..200).prop_map(|number| number.to_string()),
        40 => (-20_000i32..20_000).prop_map(|number| format!("{:.3}", f64::from(number) / 1000.0)),
        5 => Just(String::new()),
        1 => Just("12345678901234567890.5".to_owned()),
        1 => Just("0.1234567890123456789".to_owned()),
    ]
}

/// A row of so many channels that their windows share memory: the number in turn with a constant.
fn wide_row((second, number): &(u32, String)) -> String {
    let cells = [number, "7", "0.25", number, number].repeat(5).join("\t");
    format!("2026-01-01T00:00:{second:02}Z\t{cells}\n")
}
