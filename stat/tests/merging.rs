//! Any split of a stream into parts, merged in any order and grouping, gives the record of the
//! whole, byte for byte; and so does any chunking of the input.

mod gaps;
mod order;

use std::time::Duration;

use clap::Parser;
use proptest::prelude::*;
use stage::fake::{Chunks, FakeClock};
use stage::process::exit::Status;
use stage::process::surroundings::Surroundings;
use stage::stream::input::Input;
use wandler_stat::files::only;

/// The options that every run is given.
const FIGURES: &str = "--more --histogram 7 --quantiles 10,50,99.9";

/// The records and messages of `stat WORDS`, and its failure if there was one.
fn stat(words: &str, input: impl Input, clock: &FakeClock) -> (String, Option<String>) {
    let words = format!("stat {FIGURES} {words}");
    let options = wandler_stat::Options::try_parse_from(words.split_whitespace()).unwrap();
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let ended = wandler_stat::run(
        &options,
        Surroundings::new(only(input), &mut output, clock, &mut messages),
    );
    let failure = ended.result.err().map(|error| stage::process::message::chain(&error));
    (String::from_utf8(output).unwrap(), failure)
}

fn last_line(words: &str, input: &str, clock: &FakeClock) -> String {
    let (records, failure) = stat(words, input.as_bytes(), clock);
    assert_eq!(failure, None, "{input}");
    records.lines().last().unwrap().to_owned()
}

/// The record of each part, with its state, in the order of the stream.
fn parts(texts: &[String], numbered: bool) -> Vec<String> {
    let clock = FakeClock::new();
    let mut number = 1;
    let part = |text: &String| {
        clock.advance(Duration::from_secs(3600));
        let first = if numbered { format!("--first {number}") } else { String::new() };
        number += text.lines().filter(|line| *line != "x").count();
        last_line(&format!("--state {first}"), text, &clock)
    };
    texts.iter().map(part).collect()
}

fn merged(words: &str, records: &[String]) -> String {
    let input: String = records.iter().map(|record| format!("{record}\n")).collect();
    last_line(&format!("--merge {words}"), &input, &FakeClock::new())
}

fn text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (-20i32..20).prop_map(|value| value.to_string()),
        4 => "-?[0-9]{1,4}\\.[0-9]{1,3}",
        1 => "-?[1-9][0-9]{20,40}(\\.[0-9]{1,40})?",
        1 => "-?[1-9]e-?[0-9]{1,2}",
        1 => Just("1e308".to_owned()),
        1 => Just("-1e-320".to_owned()),
        1 => Just("x".to_owned()),
    ]
}

/// Choices below a limit each, all of them determined by one number: an order, and a grouping.
fn choices(mut random: u64) -> impl FnMut(usize) -> usize {
    move |below| {
        random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (random >> 33) as usize % below
    }
}

proptest! {
    #[test]
    fn parts_in_any_order_and_grouping_give_the_whole(
        lines in proptest::collection::vec(line(), 0..60),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6),
        order in any::<u64>(),
        numbered in any::<bool>(),
    ) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(lines.len() + 1)).collect();
        cuts.extend([0, lines.len()]);
        cuts.sort_unstable();
        let texts: Vec<String> = cuts.windows(2).map(|cut| text(&lines[cut[0]..cut[1]])).collect();
        let mut parts = parts(&texts, numbered);
        let mut choose = choices(order);
        while parts.len() > 1 {
            let size = (2 + choose(2)).min(parts.len());
            let group: Vec<String> =
                (0..size).map(|_| parts.remove(choose(parts.len()))).collect();
            parts.push(merged("--state", &group));
        }
        let whole = text(&lines);
        prop_assert_eq!(merged("", &parts), last_line("", &whole, &FakeClock::new()));
        if numbered {
            prop_assert_eq!(
                merged("--state", &parts),
                last_line("--state --first 1", &whole, &FakeClock::new())
            );
        }
    }

    #[test]
    fn windows_add_up_to_the_whole(
        lines in proptest::collection::vec(line(), 0..60), length in 1usize..9,
    ) {
        let whole = text(&lines);
        let (windows, _) =
            stat(&format!("--state --window {length}"), whole.as_bytes(), &FakeClock::new());
        let windows: Vec<String> = windows.lines().rev().map(str::to_owned).collect();
        prop_assert_eq!(merged("", &windows), last_line("", &whole, &FakeClock::new()));
    }

    #[test]
    fn any_chunking_gives_the_same(lines in proptest::collection::vec(line(), 0..40), size in 1usize..50) {
        let whole = text(&lines);
        let clock = FakeClock::new();
        let every = "--every 3 --state --first 1";
        prop_assert_eq!(
            stat(every, Chunks::of(whole.as_bytes(), size), &clock),
            stat(every, whole.as_bytes(), &clock)
        );
    }
}

/// More distinct values than are counted, in three parts that have fewer each.
#[test]
fn parts_with_too_many_distinct_values_together_give_the_whole_as_well() {
    let lines: Vec<String> =
        (0..90_000).map(|it| format!("{}.{}", it * 7 % 90_001, it % 10)).collect();
    let texts = [text(&lines[..30_000]), text(&lines[30_000..60_000]), text(&lines[60_000..])];
    let whole = text(&lines);
    for numbered in [false, true] {
        let mut parts = parts(&texts, numbered);
        assert!(parts.iter().all(|part| part.contains("\"quantiles\":\"exact\"")));
        parts.rotate_left(1);
        let both = merged("--state", &parts[..2]);
        let all = [both, parts[2].clone()];
        assert_eq!(merged("", &all), last_line("", &whole, &FakeClock::new()));
        if numbered {
            let expected = last_line("--state --first 1", &whole, &FakeClock::new());
            assert!(expected.contains("\"sketch\":{"));
            assert_eq!(merged("--state", &all), expected);
        }
    }
}

/// How merging `input` fails.
fn failure(input: &str) -> String {
    let (records, failure) = stat("--merge", input.as_bytes(), &FakeClock::new());
    assert_eq!(records, "", "no record is better than a wrong one");
    failure.unwrap()
}

/// The record and the messages of a merge.
fn merged_with_messages(words: &str, input: &str) -> (String, Vec<String>) {
    let words = format!("stat --merge {words}");
    let options = wandler_stat::Options::try_parse_from(words.split_whitespace()).unwrap();
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    wandler_stat::run(
        &options,
        Surroundings::new(only(input.as_bytes()), &mut output, &FakeClock::new(), &mut messages),
    );
    (String::from_utf8(output).unwrap(), messages)
}

#[test]
fn the_whole_output_of_stat_may_be_merged() {
    let clock = FakeClock::new();
    let (records, _) = stat("--state --every 2", &b"1\n2\n3\n4\n5\n"[..], &clock);
    assert_eq!(records.lines().count(), 3);
    let merged = last_line("--merge", &records, &clock);
    assert_eq!(merged, last_line("", "1\n2\n3\n4\n5\n", &clock));
    let cut_off: String = records.lines().take(2).map(|line| format!("{line}\n")).collect();
    let missing = "the last record of its stream, with the state, is missing";
    assert_eq!(failure(&cut_off), format!("cannot merge line 2: {missing}"));
    for other in ["9\n", "1\n2\n3\n3\n3\n", "2\n2\n3\n4\n5\n"] {
        let (other, _) = stat("--state --every 9", other.as_bytes(), &clock);
        let input = cut_off.clone() + &other;
        assert_eq!(failure(&input), format!("cannot merge line 2: {missing}"));
    }
}

#[test]
fn parts_without_samples_give_a_record_but_no_parts_give_none() {
    let clock = FakeClock::new();
    let empty = format!("{0}\n{0}\n", last_line("--state", "", &clock));
    assert_eq!(last_line("--merge", &empty, &clock), last_line("", "", &clock));
    assert_eq!(failure(""), "cannot merge standard input: it has no records");
    assert_eq!(failure("\n"), "cannot merge line 1: not a record: empty");
}

#[test]
fn what_cannot_be_merged_is_an_error_and_not_a_guess() {
    let record = &parts(&["5\n6.5\n".to_owned()], false)[0];
    let at = |line: u64, reason: &str| format!("cannot merge line {line}: {reason}");
    assert_eq!(failure(&format!("{record}\n{record}\n")), at(2, "its samples are merged already"));
    let stateless = last_line("", "5\n", &FakeClock::new());
    assert_eq!(failure(&stateless), at(1, "it carries no state (make it with stat --state)"));
    assert_eq!(
        failure(&record.replace("\"version\":2", "\"version\":3")),
        at(1, "the state has version 3, and this program reads versions 1 and 2")
    );
    assert_eq!(
        failure(&record.replacen("\"n\":2", "\"n\":3", 1)),
        at(1, "the state is damaged: it has another number of samples than its record")
    );
    let numbered = &parts(&["7\n8\n9\n".to_owned()], true)[0];
    let (later, _) = stat("--state --first 3", &b"9\n"[..], &FakeClock::new());
    assert_eq!(
        failure(&format!("{numbered}\n{later}")),
        at(3, "its samples 3 to 3 are merged already")
    );
    assert_eq!(
        failure(&format!("{record}\n{numbered}\n")),
        at(2, "its samples are numbered (--first) and others' are not, or the other way round")
    );
    assert!(
        failure("5\n").starts_with("cannot merge line 1: not a record: "),
        "{}",
        failure("5\n")
    );
    let options = wandler_stat::Options::try_parse_from(["stat", "--state"]).unwrap();
    let mut output = Vec::new();
    wandler_stat::run(
        &options,
        Surroundings::new(only(&b"1\n"[..]), &mut output, &FakeClock::new(), &mut Vec::new()),
    );
    assert_eq!(
        failure(&String::from_utf8(output).unwrap()),
        at(2, "the state was made without --more")
    );
}

/// Every character of a state matters.
#[test]
fn a_changed_byte_is_noticed_wherever_it_is() {
    let record = &parts(&["5\n6.5\n-7e30\n".to_owned()], false)[0];
    let begin = record.find("\"state\":").unwrap() + "\"state\":".len();
    for at in begin..record.len() {
        for other in [b'0', b'7', b'"', b',', b' '] {
            let mut changed = record.clone().into_bytes();
            if changed[at] == other {
                continue;
            }
            changed[at] = other;
            let (records, failure) = stat("--merge", &changed[..], &FakeClock::new());
            assert!(failure.is_some(), "{}: {records}", String::from_utf8_lossy(&changed));
        }
    }
}

#[test]
fn a_state_may_be_laid_out_differently() {
    let record = &parts(&["5\n6.5\n".to_owned()], false)[0];
    let spaced = record.replace(':', " : ").replace(',', " , ");
    assert_eq!(merged("", &[spaced]), merged("", std::slice::from_ref(record)));
}

#[test]
fn merging_rejects_no_lines_of_its_own() {
    let record = &parts(&["5\nx\n6\n".to_owned()], false)[0];
    let options = wandler_stat::Options::try_parse_from(["stat", "--merge"]).unwrap();
    let mut output = Vec::new();
    let clock = FakeClock::new();
    let ended = wandler_stat::run(
        &options,
        Surroundings::new(only(record.as_bytes()), &mut output, &clock, &mut Vec::new()),
    );
    assert_eq!(ended.result.unwrap(), Status::Done);
    assert!(String::from_utf8(output).unwrap().contains("\"rejected\":1,"));
}

#[test]
fn parts_with_a_grid_in_any_order_give_the_whole_byte_for_byte() {
    let line = |it: u64| format!("{}.{:03}\n", 101_325 + it * it % 17, it * 7919 % 1000 + it % 7);
    let lines: Vec<String> =
        (0..90_000u64).map(|it| format!("{}{}", it / 1000, line(it))).collect();
    let part = |from: usize, to: usize| {
        let text: String = lines[from..to].concat();
        last_line(&format!("--state --course 50 --first {}", from + 1), &text, &FakeClock::new())
    };
    let whole = part(0, lines.len());
    assert!(whole.contains("\"grid\":{") && whole.contains("\"course\":[["));
    let parts = [part(0, 70_000), part(70_000, 75_000), part(75_000, 90_000)];
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let merge = |parts: &[&str]| {
            let (records, messages) =
                merged_with_messages("--state --course 50", &parts.join("\n"));
            assert!(messages.is_empty(), "{messages:?}");
            records
        };
        let two = merge(&[&parts[order[0]], &parts[order[1]]]);
        let all = merge(&[two.trim_end(), &parts[order[2]]]);
        // The record of the whole, without the fields that only --more and --histogram add.
        let (expected, _) = merged_with_messages("--state --course 50", &whole);
        assert_eq!(all, expected);
    }
}

#[test]
fn a_course_of_several_parts_needs_their_numbers() {
    let clock = FakeClock::new();
    let part = |words: &str| last_line(&format!("--state {words}"), "1\n2\n", &clock) + "\n";
    let failure = |input: &str| {
        let words = ["stat", "--merge", "--course", "5"];
        let options = wandler_stat::Options::try_parse_from(words).unwrap();
        let mut output = Vec::new();
        let ended = wandler_stat::run(
            &options,
            Surroundings::new(only(input.as_bytes()), &mut output, &clock, &mut Vec::new()),
        );
        ended.result.map_err(|error| stage::process::message::chain(&error)).unwrap_err()
    };
    assert_eq!(
        failure(&part("")),
        "cannot merge line 1: the state has no course: it was made without --course, or merged from \
         parts whose course is unknown"
    );
    assert_eq!(
        failure(&[part("--course 5"), part("--course 5")].concat()),
        "cannot merge line 2: the course of several parts needs their samples' numbers (--first)"
    );
}

#[test]
fn merged_parts_keep_the_labels_that_all_of_them_have() {
    let clock = FakeClock::new();
    let part = |site: &str| {
        let words = format!("--state --label site={site} --label unit=V");
        clock.advance(Duration::from_secs(1));
        last_line(&words, "1\n", &clock) + "\n"
    };
    let labels = |words: &str, input: &str| {
        let (record, messages) = merged_with_messages(words, input);
        assert!(messages.is_empty(), "{messages:?}");
        let record: serde_json::Value = serde_json::from_str(&record).unwrap();
        record["labels"].to_string()
    };
    let (roof, cellar) = (part("roof"), part("cellar"));
    assert_eq!(labels("", &roof), "{\"site\":\"roof\",\"unit\":\"V\"}");
    assert_eq!(labels("", &[&*roof, &*cellar].concat()), "{\"unit\":\"V\"}");
    let both = labels("--label site=all", &[&*cellar, &*roof].concat());
    assert_eq!(both, "{\"site\":\"all\",\"unit\":\"V\"}");
}
