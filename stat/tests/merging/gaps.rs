//! Tables in which samples are missing: `--first` numbers rows, and where a channel's own samples lie
//! in the stream turns out only when its parts are merged.

use proptest::prelude::*;
use serde_json::Value;
use stage::fake::FakeClock;
use stage::process::message::chain;
use stage::process::surroundings::Surroundings;
use wandler_stat::files::only;

use super::*;

/// The header of every part of a table.
const HEADER: &str = "a\tb\n";

/// A row that is rejected whole.
const TOO_WIDE: &str = "1\t2\t3";

/// The last record of each channel, or all that have a state; and the messages.
struct Found {
    records: Vec<String>,
    messages: Vec<String>,
}

impl Found {
    /// Those of `stat WORDS`.
    fn of(words: &str, input: &str, clock: &FakeClock) -> Found {
        let words = format!("stat {FIGURES} {words}");
        let options = wandler_stat::Options::try_parse_from(words.split_whitespace()).unwrap();
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let around = Surroundings::new(only(input.as_bytes()), &mut output, clock, &mut messages);
        let failure = wandler_stat::run(&options, around).result.err().map(|error| chain(&error));
        assert_eq!(failure, None, "{words}: {input}");
        let output = String::from_utf8(output).unwrap();
        let is_wanted = |it: &&str| it.contains("\"final\":true") || it.contains("\"state\":");
        let records = output.lines().filter(is_wanted).map(str::to_owned).collect();
        Found { records, messages }
    }

    fn merged(words: &str, states: &str) -> Found {
        Found::of(&format!("--merge {words}"), states, &FakeClock::new())
    }

    /// Those of a table.
    fn counted(words: &str, rows: &[String], clock: &FakeClock) -> Found {
        Found::of(words, &format!("{HEADER}{}", text(rows)), clock)
    }

    fn text(&self) -> String {
        text(&self.records)
    }

    /// Checks that the records are those of the `whole`, but for the courses of channels that are
    /// reported; returns how many these are.
    #[track_caller]
    fn reported_beside(&self, whole: &Found) -> usize {
        assert_eq!(self.records.len(), whole.records.len());
        let pairs = self.records.iter().zip(&whole.records);
        let mut unknown = Vec::new();
        for (found, expected) in pairs.filter(|(found, expected)| found != expected) {
            let [found, mut expected] = [found, expected].map(|it| it.parse::<Value>().unwrap());
            let course = expected.as_object_mut().unwrap().remove("course");
            assert_eq!(found, expected, "the course was {course:?}");
            unknown.push(expected["channel"].as_str().unwrap().to_owned());
        }
        let begin = format!("the course of {} is unknown: ", unknown.join(", "));
        let right = match &self.messages[..] {
            [] => unknown.is_empty(),
            [message] => message.starts_with(&begin),
            _ => false,
        };
        assert!(right, "{unknown:?}: {:?}", self.messages);
        unknown.len()
    }
}

/// A row of two columns, either of which may be missing or no number; or one rejected whole.
fn row() -> impl Strategy<Value = String> {
    let cell = || {
        prop_oneof![
            6 => (-20i32..20).prop_map(|value| value.to_string()),
            2 => "-?[0-9]{1,4}\\.[0-9]{1,3}",
            4 => Just(String::new()),
            1 => Just("x".to_owned()),
        ]
    };
    prop_oneof![
        9 => (cell(), cell()).prop_map(|(a, b)| format!("{a}\t{b}")),
        1 => Just(TOO_WIDE.to_owned()),
    ]
}

/// The rows of a table, and where to cut it.
fn cut_table() -> impl Strategy<Value = (Vec<String>, Vec<usize>)> {
    let cuts = proptest::collection::vec(any::<prop::sample::Index>(), 0..6);
    (proptest::collection::vec(row(), 0..60), cuts).prop_map(|(rows, cuts)| {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(rows.len() + 1)).collect();
        cuts.extend([0, rows.len()]);
        cuts.sort_unstable();
        (rows, cuts)
    })
}

/// The states of each part of a table, in the order of the stream.
fn states((rows, cuts): &(Vec<String>, Vec<usize>), words: &str, numbered: bool) -> Vec<String> {
    let clock = FakeClock::new();
    let part = |cut: &[usize]| {
        clock.advance(Duration::from_secs(3600));
        let rejected = |row: &&String| row.as_str() == TOO_WIDE;
        let number = 1 + cut[0] - rows[..cut[0]].iter().filter(rejected).count();
        let first = if numbered { format!("--first {number}") } else { String::new() };
        Found::counted(&format!("--state {words} {first}"), &rows[cut[0]..cut[1]], &clock).text()
    };
    cuts.windows(2).map(part).collect()
}

proptest! {
    #[test]
    fn tables_with_gaps_in_any_order_and_grouping_give_the_whole(
        table in cut_table(), numbered in any::<bool>(), order in any::<u64>(),
    ) {
        let mut parts = states(&table, "", numbered);
        let mut choose = choices(order);
        while parts.len() > 1 {
            let size = (2 + choose(2)).min(parts.len());
            let group: String = (0..size).map(|_| parts.remove(choose(parts.len()))).collect();
            parts.push(Found::merged("--state", &group).text());
        }
        let whole = Found::counted("", &table.0, &FakeClock::new());
        prop_assert_eq!(Found::merged("", &parts[0]).reported_beside(&whole), 0);
    }

    #[test]
    fn the_course_of_parts_with_gaps_is_that_of_the_whole_or_reported(
        table in cut_table(), at in any::<prop::sample::Index>(), most in 2usize..20,
        more in 0usize..100,
    ) {
        let mut parts = states(&table, &format!("--course {}", most + more), true);
        let words = format!("--course {most}");
        let whole = Found::counted(&words, &table.0, &FakeClock::new());
        let unknown = Found::merged(&words, &parts.concat()).reported_beside(&whole);
        prop_assert!(unknown == 0 || most + more < table.0.len(), "each sample has a stretch");
        parts.rotate_left(at.index(table.1.len() - 1));
        Found::merged(&words, &parts.concat()).reported_beside(&whole);
        parts.reverse();
        Found::merged(&words, &parts.concat()).reported_beside(&whole);
    }

    #[test]
    fn windows_of_a_table_with_gaps_add_up_to_the_whole(
        table in cut_table(), length in 1usize..20, most in 2usize..9, first in 1u64..1000,
    ) {
        let counted = format!("--state --course {most} --first {first}");
        let merged = |words: &str| {
            let states = Found::counted(&format!("{counted} {words}"), &table.0, &FakeClock::new());
            Found::merged(&format!("--state --course {most}"), &states.text())
        };
        let windows = merged(&format!("--window {length}"));
        prop_assert_eq!(windows.reported_beside(&merged("")), 0);
    }
}

#[test]
fn a_gap_moves_the_samples_of_later_parts() {
    let clock = FakeClock::new();
    let rows = ["1\t1", "\t2", "3\t7", "4\t4", "9\t2"].map(str::to_owned);
    let states = |most: u64| {
        let part = |(first, rows): (u64, &[String])| {
            let words = format!("--state --course {most} --first {first}");
            Found::counted(&words, rows, &clock).text()
        };
        [(1, &rows[..2]), (3, &rows[2..])].map(part).concat()
    };
    let whole = Found::counted("--course 2", &rows, &clock);
    let course = "\"course\":[[1,1,2,3],[3,4,6.5,9]]";
    assert!(whole.records[0].contains(course), "{:?}", whole.records);
    assert_eq!(Found::merged("--course 2", &states(3)).reported_beside(&whole), 0);
    let merged = Found::merged("--course 2", &states(2));
    assert_eq!(merged.reported_beside(&whole), 1);
    assert_eq!(
        merged.messages,
        [
            "the course of a is unknown: rows lack samples, so those of later parts have other numbers in \
          the whole, and lie in other stretches (let each part have its column, and --course of at \
          least as many stretches as rows, and merge all parts at once, in their order)"
        ]
    );
    let merged = Found::merged("--state --course 2", &states(2)).text();
    assert_eq!(
        stat("--merge --course 2", merged.as_bytes(), &clock).1.unwrap(),
        "cannot merge line 1: the state has no course: it was made without --course, or merged from \
         parts whose course is unknown"
    );
}

/// What a channel lacks without having a column is known from the other channels.
#[test]
fn a_part_without_a_channel_lies_between_those_with_it() {
    let clock = FakeClock::new();
    let files = ["a\tb\n1\t2\n5\t4\n", "b\tc\n1\t1\n2\t\n3\t4\n", "a\tb\tc\n3\t4\t2\n2\t1\t5\n"];
    let part = |(first, file): (u64, &str)| {
        Found::of(&format!("--state --course 9 --first {first}"), file, &clock).text()
    };
    let [a, b, c] = [(1, files[0]), (3, files[1]), (6, files[2])].map(part);
    let whole = Found::of("--course 9", &files.concat(), &clock);
    let merged = Found::merged("--course 9", &[&*a, &b, &c].concat());
    assert_eq!(merged.reported_beside(&whole), 1, "that of a would have to be pulled apart");
    let both = Found::merged("--state --course 9", &(a + &b));
    let whole = Found::of("", &files.concat(), &clock);
    assert_eq!(Found::merged("", &(both.text() + &c)).reported_beside(&whole), 0);
}

#[test]
fn numbers_that_are_not_those_of_rows_are_refused() {
    let part = |first: u64, rows: [&str; 2]| {
        let words = format!("--state --first {first}");
        Found::counted(&words, &rows.map(str::to_owned), &FakeClock::new()).text()
    };
    assert_eq!(
        failure(&(part(1, ["1\t1", "\t2"]) + &part(2, ["3\t7", "4\t4"]))),
        "cannot merge line 3: its rows 2 to 2 are merged already (--first numbers rows, also those \
         that lack a sample)"
    );
}
