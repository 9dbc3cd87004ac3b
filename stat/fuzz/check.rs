//! What holds for any input: nothing panics; its records, messages and outcome are the same however it
//! is cut into chunks; and the record of each channel is that of its column alone. Used by the fuzzer and by a property test.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Parser;
use stage::fake::{Chunks, FakeClock};
use stage::format::record::Record;
use stage::format::row::{Field, Line, Rows};
use stage::process::surroundings::Surroundings;
use stage::stream::input::Input;
use stage::stream::lines::each_line;
use wandler_stat::files::only;

/// Figures to ask for, one for each bit of the first byte.
const FIGURES: [&str; 3] = ["--more", "--histogram=40", "--quantiles=0,33.3,100"];

/// Further options, for the bits that follow. (Records come by the number of samples: records by time
/// would depend on how the input is cut.)
const OPTIONS: [&str; 5] = ["--strict", "--state", "--first=7", "--window=2", "--course=3"];

/// What came out of a run: records, messages, and the failure or the status.
#[derive(Debug, PartialEq)]
struct Outcome {
    records: String,
    messages: Vec<String>,
    result: Result<String, String>,
}

fn run(options: &wandler_stat::Options, input: impl Input, clock: &FakeClock) -> Outcome {
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let ended = wandler_stat::run(
        options,
        Surroundings::new(only(input), &mut output, clock, &mut messages),
    );
    let records = String::from_utf8(output).expect("records are text");
    for record in records.lines() {
        Record::parse(record.as_bytes()).unwrap_or_else(|error| panic!("{error}: {record}"));
    }
    let result = ended
        .result
        .map(|status| format!("{status:?}"))
        .map_err(|error| stage::process::message::chain(&error));
    Outcome { records, messages, result }
}

/// Tries `data`: its first byte chooses options, the second the size of chunks, the third where the
/// input is split into two parts; the rest is the input.
pub(crate) fn check(data: &[u8]) {
    let [choice, size, cut, input @ ..] = data else { return };
    let figures = chosen(&FIGURES, *choice);
    let mut words = [figures.clone(), chosen(&OPTIONS, choice >> FIGURES.len())].concat();
    if !words.contains(&"--window=2") {
        words.push("--every=3");
    }
    check_chunking(&parse(&words), usize::from(*size) + 1, input);
    check_fast_path(&words, input);
    // A part of a table that has lost its header has other channels.
    if !input.contains(&b'\t') {
        check_merging(&figures, *cut, input);
    }
    check_columns(&figures, input);
    check_as_records(&[&figures[..], &["--merge", "--state"]].concat(), input);
    check_as_records(&["--merge", "--state", "--course=2"], input);
}

fn chosen<'a>(words: &[&'a str], bits: u8) -> Vec<&'a str> {
    let chosen = words.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
    chosen.map(|(_, word)| *word).collect()
}

fn parse(words: &[&str]) -> wandler_stat::Options {
    let words = [&["stat"], words].concat();
    wandler_stat::Options::try_parse_from(words).expect("these options go together")
}

fn check_chunking(options: &wandler_stat::Options, size: usize, input: &[u8]) {
    let clock = FakeClock::new();
    let chunked = run(options, Chunks::of(input, size), &clock);
    assert_eq!(chunked, run(options, input, &clock), "in chunks");
}

/// Records are the same with `--more`, with which plain numbers are not counted in tables.
fn check_fast_path(words: &[&str], input: &[u8]) {
    let words: Vec<&str> =
        words.iter().copied().filter(|word| !["--more", "--state"].contains(word)).collect();
    let fast = run(&parse(&words), input, &FakeClock::new());
    let slow = run(&parse(&[&words[..], &["--more"]].concat()), input, &FakeClock::new());
    for (fast, slow) in fast.records.lines().zip(slow.records.lines()) {
        let end = slow.find(",\"var\"").expect("--more tells the variance");
        assert!(fast.starts_with(&slow[..end]), "{fast} is not {slow}");
    }
    assert_eq!(fast.records.lines().count(), slow.records.lines().count());
    assert_eq!((fast.messages, fast.result), (slow.messages, slow.result));
}

/// Two parts of the input, merged in the wrong order, give the record of the whole.
fn check_merging(figures: &[&str], cut: u8, input: &[u8]) {
    let line_feeds = input.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let ends: Vec<usize> = line_feeds.map(|(at, _)| at + 1).collect();
    let cut = ends.get(usize::from(cut) % ends.len().max(1)).copied().unwrap_or(input.len());
    let clock = FakeClock::new();
    let last = |word: &[&str], input: &[u8]| {
        let outcome = run(&parse(&[figures, word].concat()), input, &clock);
        outcome.records.lines().last().map(str::to_owned)
    };
    let front = last(&["--state"], &input[..cut]);
    clock.advance(Duration::from_secs(1));
    let back = last(&["--state"], &input[cut..]);
    // Input that does not begin like text is refused, and has no record.
    let (Some(front), Some(back), Some(whole)) = (front, back, last(&[], input)) else { return };
    let merged = last(&["--merge"], format!("{back}\n{front}\n").as_bytes());
    assert_eq!(merged, Some(whole), "merged");
}

/// Channels that are compared, at most: each takes a run of its own.
const MOST_COMPARED: usize = 6;

/// Each channel has the record of the classic stream of its column.
fn check_columns(figures: &[&str], input: &[u8]) {
    let words = parse(&[figures, &["--every=1000000"]].concat());
    let whole = run(&words, input, &FakeClock::new());
    let Some(columns) = columns_of(input).filter(|it| it.len() <= MOST_COMPARED) else { return };
    // Input that does not begin like text is refused, and has no record.
    if whole.records.is_empty() {
        return;
    }
    assert_eq!(whole.records.lines().count(), columns.len(), "{whole:?}");
    for record in whole.records.lines() {
        let Record { channel, n, missing, .. } =
            Record::parse(record.as_bytes()).expect("a record");
        let (column, lacking) = columns.get(&channel).expect("a channel of the input");
        let alone = run(&words, column.as_bytes(), &FakeClock::new()).records;
        let of_figures = |record: &str| record.split_once("\"last\":").map(|it| it.1.to_owned());
        assert_eq!(of_figures(record), of_figures(alone.trim_end()), "{channel:?}");
        let alone = Record::parse(alone.trim_end().as_bytes()).expect("a record");
        let rejected = Record::parse(record.as_bytes()).expect("a record").rejected;
        assert_eq!((n, missing.unwrap_or(0), rejected), (alone.n, *lacking, alone.rejected));
    }
}

/// The classic stream of each channel, and how many samples it lacks; `None` without any row or header,
/// or with too many channels to compare.
fn columns_of(input: &[u8]) -> Option<BTreeMap<Option<String>, (String, u64)>> {
    let (mut rows, mut before) = (Rows::new(), String::new());
    let mut columns: BTreeMap<Option<String>, (String, u64)> = BTreeMap::new();
    for line in each_line(input) {
        let read = rows.read(line);
        let Some(current) = rows.columns() else {
            before += "?\n";
            continue;
        };
        for at in 0..current.count().min(MOST_COMPARED + 1) {
            let is_first = columns.is_empty() || rows.part() == 1;
            let new = || (if is_first { before.clone() } else { String::new() }, 0);
            let (text, missing) = columns.entry(current.label(at)).or_insert_with(new);
            match (&read, rows.fields().get(at)) {
                (Ok(Line::Header), _) => {}
                (Ok(Line::Row { .. }), Some(Field::Sample(sample))) => {
                    *text += &format!("{sample}\n")
                }
                (Ok(Line::Row { .. }), Some(Field::Missing)) => *missing += 1,
                _ => *text += "?\n",
            }
        }
    }
    Some(columns).filter(|columns| !columns.is_empty())
}

/// Merging any input gives an error, or a record that can be merged again.
fn check_as_records(words: &[&str], input: &[u8]) {
    let merged = run(&parse(words), input, &FakeClock::new());
    assert_eq!(merged.records.is_empty(), merged.result.is_err(), "{merged:?}");
    if merged.result.is_ok() {
        let again = run(&parse(words), merged.records.as_bytes(), &FakeClock::new());
        assert_eq!(again, merged, "merged again");
    }
}
