//! The records of each channel are those of the classic stream of that column alone: for any table,
//! however it is cut into chunks, and wherever headers stand or are lost.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Parser;
use proptest::prelude::*;
use serde_json::value::RawValue;
use stage::fake::{Chunks, FakeClock};
use stage::process::surroundings::Surroundings;
use wandler_stat::files::only;

/// The records of `stat WORDS`, read in chunks of this size.
fn records(words: &str, text: &str, size: usize) -> Vec<Record> {
    let output = run(words, Chunks::of(text.as_bytes(), size), &FakeClock::new());
    output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What `stat WORDS` writes.
fn run(words: &str, input: Chunks, clock: &FakeClock) -> String {
    let words = format!("stat {words}");
    let options = wandler_stat::Options::try_parse_from(words.split_whitespace()).unwrap();
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let around = Surroundings::new(only(input), &mut output, clock, &mut messages);
    let ended = wandler_stat::run(&options, around);
    assert!(ended.result.is_ok(), "{:?}", ended.result);
    String::from_utf8(output).unwrap()
}

/// A record's fields as text, by their names.
type Record = BTreeMap<String, Box<RawValue>>;

/// All fields but those that only rows have.
fn figures(record: &Record) -> Vec<(&str, &str)> {
    let own = ["channel", "missing", "start", "end"];
    let fields = record.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    fields.map(|(name, value)| (name.as_str(), value.get())).collect()
}

fn channel_of(record: &Record) -> String {
    record.get("channel").map_or_else(String::new, |it| it.get().trim_matches('"').to_owned())
}

/// Some rows with the same columns.
#[derive(Clone, Debug)]
struct Part {
    /// The columns' names; in a stream that has lost its header, only their number matters.
    names: Vec<String>,
    has_time: bool,
    lines: Vec<Row>,
}

/// A line behind the header.
#[derive(Clone, Debug)]
enum Row {
    /// What stands in each column; one too many or too few are cut off or filled up.
    Cells(Vec<String>),
    /// Something that is rejected whole.
    Junk(String),
    /// The header once more.
    Header,
}

impl Part {
    fn header(&self) -> String {
        let time = self.has_time.then(|| "time".to_owned());
        time.into_iter().chain(self.names.clone()).collect::<Vec<_>>().join("\t")
    }

    fn cells(&self, cells: &[String]) -> Vec<String> {
        cells.iter().take(self.names.len()).cloned().collect()
    }

    /// The part as text, without its header.
    fn rows(&self, has_header: bool) -> String {
        let line = |(second, row): (usize, &Row)| match row {
            Row::Cells(cells) => {
                let time = format!("2026-01-01T00:{:02}:{:02}Z", second / 60, second % 60);
                let time = self.has_time.then_some(time);
                time.into_iter().chain(self.cells(cells)).collect::<Vec<_>>().join("\t")
            }
            Row::Junk(junk) => junk.clone(),
            Row::Header if has_header => self.header(),
            Row::Header => "?".to_owned(),
        };
        self.lines.iter().enumerate().map(|it| line(it) + "\n").collect()
    }

    /// The classic stream of the column at an index, and how many samples it lacks.
    fn column(&self, at: usize, has_header: bool) -> (String, u64) {
        let (mut text, mut missing) = (String::new(), 0);
        for row in &self.lines {
            match row {
                Row::Cells(cells) if cells[at].is_empty() => missing += 1,
                Row::Cells(cells) => text += &format!("{}\n", cells[at]),
                Row::Junk(_) => text += "?\n",
                Row::Header if has_header => {}
                Row::Header => text += "?\n",
            }
        }
        (text, missing)
    }
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "-?[0-9]{1,3}(\\.[0-9]{1,3})?",
        2 => Just(String::new()),
        1 => "[0-9][a-z!]",
        1 => "-?[0-9]{15,22}(\\.[0-9]{1,9})?",
        1 => "[1-9]e-?[0-9]{1,2}",
    ]
}

fn row() -> impl Strategy<Value = Row> {
    prop_oneof![
        9 => proptest::collection::vec(cell(), 3).prop_map(Row::Cells),
        1 => "(\\?|[0-9]\t[0-9]\t[0-9]\t[0-9]\t[0-9]|12abc)".prop_map(Row::Junk),
        1 => Just(Row::Header),
    ]
}

/// A row of which each cell is a number.
fn whole_row() -> impl Strategy<Value = Row> {
    proptest::collection::vec("-?[0-9]{1,3}(\\.[0-9])?", 3).prop_map(Row::Cells)
}

fn part(row: impl Strategy<Value = Row>) -> impl Strategy<Value = Part> {
    let names = proptest::sample::subsequence(vec!["a", "b [V]", "c", "d"], 2..=3).prop_shuffle();
    (names, any::<bool>(), proptest::collection::vec(row, 1..40)).prop_map(
        |(names, has_time, lines)| Part {
            names: names.into_iter().map(str::to_owned).collect(),
            has_time,
            lines,
        },
    )
}

/// The stream that some parts make, and that of each channel alone, with how many samples it lacks.
fn streams(parts: &[Part], is_headless: bool) -> (String, BTreeMap<String, (String, u64)>) {
    let (mut text, mut channels) = (String::new(), BTreeMap::new());
    for (number, part) in parts.iter().enumerate() {
        let has_header = number > 0 || !is_headless;
        if has_header {
            text += &format!("{}\n", part.header());
        }
        text += &part.rows(has_header);
        for (at, name) in part.names.iter().enumerate() {
            let name = if has_header { name.clone() } else { (at + 1).to_string() };
            let (own, missing) = part.column(at, has_header);
            let (all, count): &mut (String, u64) = channels.entry(name).or_default();
            *all += &own;
            *count += missing;
        }
    }
    (text, channels)
}

/// Whether the records of each channel of the stream are those of its column alone.
fn check(words: &str, parts: &[Part], is_headless: bool, size: usize) {
    let (text, channels) = streams(parts, is_headless);
    let mut records_of: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for record in records(words, &text, size) {
        records_of.entry(channel_of(&record)).or_default().push(record);
    }
    for (name, (column, missing)) in &channels {
        let alone = records(words, column, 4096);
        let found = records_of.remove(name).unwrap_or_default();
        assert_eq!(found.len(), alone.len(), "records of {name:?} in\n{text}");
        for (found, expected) in found.iter().zip(&alone) {
            assert_eq!(figures(found), figures(expected), "{name:?} in\n{text}");
        }
        let last = found.last().map(|record| record["missing"].get().to_owned());
        assert_eq!(last, Some(missing.to_string()), "{name:?} in\n{text}");
    }
    assert!(records_of.is_empty(), "{records_of:?} of\n{text}");
}

#[test]
fn a_record_from_before_the_first_row_is_covered_by_those_of_the_channels() {
    let clock = FakeClock::new();
    let script = [(Duration::ZERO, "?\n"), (Duration::from_secs(1), "a\tb\n1\t2\n")];
    let output = run("--state", Chunks::timed(&clock, &script), &clock);
    let channels: Vec<String> =
        output.lines().map(|line| channel_of(&serde_json::from_str(line).unwrap())).collect();
    assert_eq!(channels, ["", "a", "b", "a", "b"]);
    let merged = records("--merge", &output, 4096);
    let rejected: Vec<String> =
        merged.iter().map(|it| channel_of(it) + " " + it["rejected"].get()).collect();
    assert_eq!(rejected, ["a 1", "b 1"]);
}

proptest! {
    #[test]
    fn each_channel_has_the_record_of_its_column_alone(
        first in whole_row(), parts in proptest::collection::vec(part(row()), 1..4),
        is_headless in any::<bool>(), size in 1usize..500,
        words in proptest::sample::select(&["", "--more --histogram 5", "--course 4"][..]),
    ) {
        let mut parts = parts;
        parts[0].lines.insert(0, first);
        check(&format!("--every 100000 {words}"), &parts, is_headless, size);
    }

    #[test]
    fn records_every_few_rows_are_those_of_each_column_alone(
        part in part(whole_row()), is_headless in any::<bool>(), size in 1usize..500,
        words in proptest::sample::select(
            &["--every 3", "--window 4 --first 5", "--window 7 --histogram 4 --course 3"][..]
        ),
    ) {
        check(words, &[part], is_headless, size);
    }

    #[test]
    fn merged_parts_give_the_records_of_the_whole(
        parts in proptest::collection::vec(part(row()), 2..5), order in any::<proptest::sample::Index>(),
    ) {
        let (whole, _) = streams(&parts, false);
        let words = "--every 100000 --more --histogram 5";
        let state = |part: &Part| {
            let (text, _) = streams(std::slice::from_ref(part), false);
            let lines = records(&format!("{words} --state"), &text, 4096);
            lines.iter().map(|line| serde_json::to_string(line).unwrap() + "\n").collect::<String>()
        };
        let mut states: Vec<String> = parts.iter().map(state).collect();
        let middle = order.index(states.len());
        states.rotate_left(middle);
        let merged = records("--merge --more --histogram 5", &states.concat(), 4096);
        let whole = records(words, &whole, 4096);
        // All were counted at the same time of a clock that stands still, so their order is not known.
        let unordered = |record: &Record| {
            let mut record: BTreeMap<_, _> =
                record.iter().map(|(name, value)| (name.clone(), value.get().to_owned())).collect();
            record.remove("last");
            record.remove("autocorrelation");
            record
        };
        let by_channel = |records: &[Record]| -> BTreeMap<_, _> {
            records.iter().map(|record| (channel_of(record), unordered(record))).collect()
        };
        prop_assert_eq!(by_channel(&merged), by_channel(&whole));
    }
}
