//! `stat` over rows: several channels, their names, and times.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use wandler_tests::run::{Finished, Program};

/// Runs `stat` with these options on text.
fn stat(words: &str, text: &str) -> Finished {
    // Only the last records, as of a file.
    let words = format!("{words} --every 1000000");
    Program::new("stat").words(&words).input(text).finish()
}

/// The fields of each record, in short: `-` where it has no such field.
fn fields(finished: &Finished, names: &[&str]) -> Vec<String> {
    let short = |line: &str| {
        let record: BTreeMap<String, Value> = serde_json::from_str(line).unwrap();
        let field = |name: &&str| match record.get(*name) {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => "-".to_owned(),
        };
        names.iter().map(field).collect::<Vec<_>>().join(" ")
    };
    finished.stdout.lines().map(short).collect()
}

const COUNTS: [&str; 5] = ["channel", "n", "missing", "rejected", "sum"];

const T: [&str; 3] =
    ["2026-11-25T18:26:05.597310Z", "2026-11-25T19:26:06.1+01:00", "2026-11-25T18:26:07Z"];

#[test]
fn each_channel_has_a_record_of_its_own() {
    let text = "temp [°C]\thum\n21.5\t48\n22\t\n12abc\t50\n1\t2\t3\n";
    let finished = stat("", text).exits(3);
    assert_eq!(fields(&finished, &COUNTS), ["temp [°C] 2 0 2 43.5", "hum 2 1 1 98"]);
    assert!(
        finished.stdout.starts_with(
            "{\"channel\":\"temp [°C]\",\"n\":2,\"missing\":0,\"rejected\":2,\"last\":22,"
        ),
        "{finished}"
    );
    finished.says(&[
        "stat: line 4: column 1: not a number: \"12abc\"",
        "stat: line 5: 3 columns instead of 2: \"1\\t2\\t3\"",
    ]);
}

#[test]
fn a_missing_sample_is_no_rejection() {
    let finished = stat("", "a\tb\n1\t\n\t2\n\t\n").exits(0).says(&[""; 0]);
    assert_eq!(fields(&finished, &COUNTS), ["a 1 2 0 1", "b 1 2 0 2"]);
}

#[test]
fn times_give_the_extent_of_the_samples() {
    let [a, b, c] = T;
    let names = ["channel", "n", "missing", "start", "end"];
    let timed = format!("{c}\t3\n{a}\t1\n{b}\t\n");
    let ends = "2026-11-25T18:26:05.59731Z 2026-11-25T18:26:07Z";
    assert_eq!(fields(&stat("", &timed).exits(0), &names), [format!("- 2 1 {ends}")]);
    let table = format!("time\tx\ty\n{a}\t1\t\n{b}\t2\t\n");
    let ends = "2026-11-25T18:26:05.59731Z 2026-11-25T18:26:06.1Z";
    let expected = [format!("x 2 0 {ends}"), "y 0 2 null null".to_owned()];
    assert_eq!(fields(&stat("", &table).exits(0), &names), expected);
    let unix = "time\tvalue\n-1.5\t7\n0\t8\n";
    let ends = "1969-12-31T23:59:58.5Z 1970-01-01T00:00:00Z";
    assert_eq!(fields(&stat("", unix).exits(0), &names), [format!("- 2 0 {ends}")]);
}

#[test]
fn without_a_header_channels_are_numbered_or_named_by_the_user() {
    let text = "1\t10\n2\t20\n";
    assert_eq!(fields(&stat("", text).exits(0), &COUNTS), ["1 2 0 0 3", "2 2 0 0 30"]);
    let named = ["a 2 0 0 3", "b 2 0 0 30"];
    assert_eq!(fields(&stat("--names a,b", text).exits(0), &COUNTS), named);
    assert_eq!(fields(&stat("--names a,b", &format!("x\ty\n{text}")).exits(0), &COUNTS), named);
    let single = stat("--names temp", "1\n2\n").exits(0);
    assert_eq!(fields(&single, &COUNTS), ["temp 2 0 0 3"]);
    let unix = stat("--names time,value", "1700000000.5\t7\n").exits(0);
    assert_eq!(fields(&unix, &["channel", "n", "start"]), ["- 1 2023-11-14T22:13:20.5Z"]);
    let nothing = stat("--names a,b", "").exits(0);
    assert_eq!(fields(&nothing, &COUNTS), ["a 0 0 0 null", "b 0 0 0 null"]);
}

#[test]
fn any_first_line_is_a_header_if_the_user_says_so() {
    let text = "a.b\t12\n1\t2\n";
    assert_eq!(fields(&stat("--header", text).exits(0), &COUNTS), ["a_b 1 0 0 1", "ch_12 1 0 0 2"]);
    assert_eq!(fields(&stat("--header", "temp\n7\n").exits(0), &COUNTS), ["temp 1 0 0 7"]);
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a"), "temp\n7\n").unwrap();
    fs::write(dir.path().join("b"), "hum\n8\n").unwrap();
    let both = Program::new("stat").words("--header a b").dir(&dir).finish().exits(0);
    assert_eq!(fields(&both, &COUNTS), ["temp 1 0 0 7", "hum 1 0 0 8"]);
}

#[test]
fn columns_are_chosen_by_name_and_number_in_the_order_given() {
    let text = "time\ttemp [°C]\thum\tp\n0\t1\t2\tx\n1\t3\t\t5\n";
    let finished = stat("--columns hum,temp", text).exits(0).says(&[""; 0]);
    assert_eq!(fields(&finished, &COUNTS), ["hum 1 1 0 2", "temp [°C] 2 0 0 4"]);
    let finished = stat("--columns 3,1", text).exits(3);
    assert_eq!(fields(&finished, &COUNTS), ["p 1 0 1 5", "temp [°C] 2 0 0 4"]);
    finished.says(&["stat: line 2: column 4: not a number: \"x\""]);
}

#[test]
fn a_channel_that_does_not_exist_is_an_error_that_names_those_that_do() {
    for (words, text, told) in [
        ("--columns p", "a\tb\n1\t2\n", "channel \"p\": the channels are a, b"),
        ("--columns 3", "1\t2\n", "channel 3: the channels are 1, 2"),
        ("--columns a", "7\n", "channel \"a\": the only channel has no name"),
        ("--columns c --names a,b", "", "channel \"c\": the channels are a, b"),
    ] {
        let finished = stat(words, text).exits(1).writes("");
        finished.says(&[format!("stat: cannot count {told}")]);
    }
    let twice = stat("--columns b,2", "a\tb\n1\t2\n").exits(1);
    twice.says(&["stat: cannot count channel 2 twice: it is b, too"]);
    for (words, told) in [
        ("--columns a,a", "the channel \"a\" is asked for twice"),
        (
            "--columns 0",
            "invalid value '0' for '--columns <NAME|N,…>': expected a channel's name, or its number \
             from 1 to 1000",
        ),
        (
            "--names a,2b",
            "invalid value 'a,2b' for '--names <NAME,…>': a name begins with a letter: \"2b\"",
        ),
        (
            "--names a,a",
            "invalid value 'a,a' for '--names <NAME,…>': two columns cannot have the same name: a",
        ),
    ] {
        stat(words, "").exits(2).says(&[format!("stat: {told}; try 'stat --help'")]);
    }
}

#[test]
fn another_header_begins_a_part_whose_columns_belong_to_the_channels_of_their_names() {
    let text = "a\tb\n1\t2\na\tb\nx!\t\t\nb\tc\n3\t4\n5\t6\n7\n";
    let finished = stat("", text).exits(3);
    assert_eq!(fields(&finished, &COUNTS), ["a 1 0 1 1", "b 3 0 2 10", "c 2 0 1 10"]);
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("part.1"), "a\tb\n1\t2\n").unwrap();
    fs::write(dir.path().join("part.2"), "3\t4\n").unwrap();
    fs::write(dir.path().join("other"), "5\n").unwrap();
    let split = Program::new("stat").words("part.1 part.2 other").dir(&dir).finish().exits(0);
    assert_eq!(fields(&split, &COUNTS), ["a 2 0 0 4", "b 2 0 0 6", "- 1 - 0 5"]);
    let later = Program::new("stat").words("--columns a part.1 other").dir(&dir).finish().exits(0);
    assert_eq!(fields(&later, &COUNTS), ["a 1 0 0 1"]);
}

#[test]
fn the_order_of_files_does_not_matter_if_one_lacks_a_channel() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("both", "time\ttemp\tpress\n0\t1\t2\n1\t3\t4\n"),
        ("temp", "time\ttemp\n2\t5\n3\t6\n4\t?\n"),
        ("bare", "7\n8\n"),
    ] {
        fs::write(dir.path().join(name), text).unwrap();
    }
    let run = |words: &str| Program::new("stat").words(words).dir(&dir).finish();
    let names = ["channel", "n", "sum"];
    for files in ["both temp", "temp both", "bare temp both", "temp bare both"] {
        let press = run(&format!("--columns press {files}")).exits(0).says(&[""; 0]);
        assert_eq!(fields(&press, &names), ["press 2 6"], "{files}");
        let both = run(&format!("--columns press,temp {files}")).exits(3);
        assert_eq!(fields(&both, &names), ["press 2 6", "temp 4 15"], "{files}");
    }
    for files in ["both temp", "temp both", "bare temp both"] {
        let windows = run(&format!("--columns press --window 1min {files}")).exits(0);
        assert_eq!(fields(&windows, &names), ["press 2 6"], "{files}");
    }
    // A name that is wrong is noticed by the last file at the latest.
    let why = "stat: cannot count channel \"pres\": the channels are temp, press";
    run("--columns pres temp both").exits(1).writes("").says(&[why]);
    fs::write(dir.path().join("empty"), "").unwrap();
    let why = "stat: cannot count channel \"press\": the only channel is temp";
    run("--columns press temp empty").exits(1).writes("").says(&[why]);
}

#[test]
fn what_is_rejected_before_the_first_row_counts_for_every_channel() {
    let finished = stat("", "?!\n\na\tb\n1\t2\n").exits(3);
    assert_eq!(fields(&finished, &COUNTS), ["a 1 0 2 1", "b 1 0 2 2"]);
}

#[test]
fn two_columns_of_one_name_are_no_header() {
    let finished = stat("", "a\ta\n1\t2\n").exits(3);
    assert_eq!(fields(&finished, &COUNTS), ["1 1 0 1 1", "2 1 0 1 2"]);
    finished.says(&["stat: line 1: not a number: \"a\\ta\""]);
}

#[test]
fn records_come_every_n_rows_whatever_is_missing() {
    let text = "a\tb\n1\t\n2\t\n3\t5\n\t6\n5\t7\n";
    let every = Program::new("stat").words("--every 2").input(text).finish().exits(0);
    let names = ["channel", "n", "missing"];
    let expected = ["a 2 0", "b 0 2", "a 3 1", "b 2 2", "a 4 1", "b 3 2"];
    assert_eq!(fields(&every, &names), expected);
    let windows = Program::new("stat").words("--window 2").input(text).finish().exits(0);
    let names = ["channel", "from", "to", "n", "missing"];
    assert_eq!(
        fields(&windows, &names),
        ["a 1 2 2 0", "b null null 0 2", "a 3 3 1 1", "b 1 2 2 0", "a 4 4 1 0", "b 3 3 1 0"]
    );
}

#[test]
fn strict_stops_at_a_field_that_is_not_a_number() {
    let finished = stat("--strict", "a\tb\n1\t\n2\tx\n").exits(1).writes("");
    finished.says(&["stat: line 3: column 2: not a number: \"x\""]);
}

#[test]
fn the_ledger_counts_rows() {
    let text = "a\tb\n1\t\n2\tx\n1\t2\t3\n\t\n";
    let script = format!(
        "printf '{}' | WANDLER_LEDGER=3 stat 3>&1 >/dev/null 2>/dev/null; true",
        text.replace('\t', "\\t").replace('\n', "\\n")
    );
    let entry = "{\"stage\":\"stat\",\"counted\":3,\"rejected\":1}\n";
    Program::bash(&script).finish().exits(0).writes(entry);
}

/// Two parts of a table, which lack each other's channels, and the state of each.
fn states(texts: [&str; 2]) -> String {
    texts.map(|text| stat("--state", text).exits(0).stdout).concat()
}

#[test]
fn states_are_merged_for_each_channel_by_its_name() {
    let parts = states(["time\ta\tb\n1\t1\t\n2\t2\t3\n", "time\tb\tc\n0\t4\t5\n9\t\t\n"]);
    let merged = Program::new("stat").words("--merge").input(&*parts).finish().exits(0);
    let names = ["channel", "n", "missing", "sum", "start", "end"];
    let at = |second: u8| format!("1970-01-01T00:00:0{second}Z");
    let [zero, one, two] = [0, 1, 2].map(at);
    assert_eq!(
        fields(&merged, &names),
        [
            format!("a 2 0 3 {one} {two}"),
            format!("b 2 2 7 {zero} {two}"),
            format!("c 1 1 5 {zero} {zero}"),
        ]
    );
    let garbage = Program::bash("printf '?\\n' | stat --state").finish().exits(3).stdout;
    let all = [parts, garbage].concat();
    let merged = Program::new("stat").words("--merge").input(&*all).finish().exits(0);
    assert_eq!(fields(&merged, &["channel", "rejected"]), ["a 1", "b 1", "c 1"]);
}

#[test]
fn the_order_of_merged_parts_decides_that_of_the_records_and_nothing_in_them() {
    let [one, other] =
        ["a\tb\n1\t2\n", "b\ta\n3\t4\n"].map(|text| stat("--state", text).exits(0).stdout);
    let merge = |parts: [&str; 2]| {
        Program::new("stat").words("--merge").input(parts.concat()).finish().exits(0)
    };
    let (forth, back) = (merge([&one, &other]), merge([&other, &one]));
    let names = ["channel", "n", "sum", "last"];
    assert_eq!(fields(&forth, &names), ["a 2 5 4", "b 2 5 3"]);
    assert_eq!(fields(&back, &names), ["b 2 5 3", "a 2 5 4"]);
    let sorted = |finished: &Finished| {
        let mut lines: Vec<String> = finished.stdout.lines().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    assert_eq!(sorted(&forth), sorted(&back), "{forth}{back}");
}

#[test]
fn numbered_channels_are_not_merged_with_named_ones() {
    for (texts, why) in [
        (["a\tb\n1\t2\n", "1\t2\n"], "it has channels with numbers, those before have names"),
        (["1\t2\n", "a\tb\n1\t2\n"], "it has channels with names, those before have numbers"),
    ] {
        let merged = Program::new("stat").words("--merge").input(states(texts)).finish().exits(1);
        let told = format!("stat: cannot merge line 3: {why} (stat --names gives them names)");
        merged.writes("").says(&[told]);
    }
}

/// As many columns as there may be, called so.
fn header(name: &str, count: usize) -> String {
    let names: Vec<String> = (0..count).map(|at| format!("{name}{at}")).collect();
    names.join("\t")
}

#[test]
fn a_header_that_makes_too_many_channels_is_rejected_with_its_rows() {
    let (first, second) = (header("a", 999), header("b", 2));
    let row = vec!["1"; 999].join("\t");
    let text = format!("{first}\n{row}\n{second}\n1\t2\n{first}\n{row}\n");
    let finished = stat("", &text).exits(3);
    let counts = fields(&finished, &COUNTS);
    assert_eq!((counts.len(), counts[998].as_str()), (999, "a998 2 0 2 2"), "{finished}");
    finished.says(&[
        "stat: line 3: more than 1000 channels in all: \"b0\\tb1\"",
        "stat: line 4: more than 1000 channels in all: \"1\\t2\"",
    ]);
}
