//! Rows with times, as `log --timestamps` records them, over `stat` and `conv`: from files and piped in.

use std::fs;

use wandler_tests::account::{closing, closing_table};
use wandler_tests::run::{Finished, Program};

const HEADER: &str = "time\tvalue\n";
const ISO: [&str; 3] =
    ["2026-11-25T18:26:05.597310Z", "2026-11-25T19:26:06.1+01:00", "2016-12-31T23:59:60Z"];
const UNIX: [&str; 3] = ["1764095165.597310", "1764095166.100000", "1764095167"];

/// Rows of 57, -3.25 and 1e3 with these times.
fn rows(times: [&str; 3]) -> String {
    let [a, b, c] = times;
    format!("{a}\t57\n{b}\t-3.25\n{c}\t1e3\n")
}

/// Runs a program on text, as a file of this option and piped in; the results must be the same except
/// for the file's name in messages.
fn both(program: &str, option: &str, text: &str) -> Finished {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("rows.log"), text).unwrap();
    let from_file = Program::new(program).words(option).words("rows.log").dir(&dir).finish();
    let piped = Program::new(program).words(option).words("-").input(text).finish();
    let same = (piped.code(), last(&piped), piped.stderr.clone())
        == (from_file.code(), last(&from_file), from_file.stderr.replace("\"rows.log\": ", ""));
    assert!(same, "from a file:\n{from_file}\npiped in:\n{piped}");
    piped
}

/// The last record, or all samples.
fn last(finished: &Finished) -> String {
    let is_record = finished.stdout.contains('{');
    let last = finished.stdout.lines().last().filter(|_| is_record);
    last.map_or_else(|| finished.stdout.clone(), str::to_owned)
}

/// A record's figures, which do not depend on the times.
fn figures(record: &str) -> &str {
    record.split_once("\"last\":").unwrap_or_default().1
}

/// The record of 57, -3.25 and 1000.
fn record() -> String {
    last(&Program::new("stat").input("57\n-3.25\n1000\n").finish().exits(0))
}

#[test]
fn rows_with_times_are_counted_and_converted_like_their_samples() {
    let crlf = |text: String| text.replace('\n', "\r\n");
    let without_end = |text: String| text.trim_end().to_owned();
    for text in [
        rows(ISO),
        HEADER.to_owned() + &rows(ISO),
        HEADER.to_owned() + &rows(UNIX),
        crlf(HEADER.to_owned() + &rows(ISO)),
        without_end(rows(ISO)),
        rows(ISO).replace('\t', " \t "),
    ] {
        let finished = both("stat", "", &text).exits(0).says(&[""; 0]);
        assert_eq!(figures(&last(&finished)), figures(&record()), "{text:?}");
        let finished = both("conv", "--from", &text).exits(0).writes("57\n-3.25\n1000\n");
        finished.says(&[closing(3, 0)]);
    }
}

#[test]
fn what_log_records_with_times_goes_on_to_a_report() {
    for form in ["iso", "unix"] {
        let script = format!(
            "seq 3 | log --timestamps {form} run.log
             stat < run.log | report | sed 's/^start .*Z  n/n/'
             stat run.log | report | sed 's/^start .*Z  n/n/'
             cat run.log run.log | conv --from - | stat | report | tail -n 1
             conv --from run.log --scale 2
             log --check run.log | cut -d , -f 1"
        );
        let dir = tempfile::tempdir().unwrap();
        let finished = Program::bash(&script).dir(&dir).finish().exits(0);
        let three = "n 3  sum 6  mean 2  sd 1  min 1  max 3  p50 2  p90 3  p99 3  last 3\n";
        let six = "n 6  sum 12  mean 2  sd 0.894427  min 1  max 3  p50 2  p90 3  p99 3  last 3\n";
        let expected = format!("{three}{three}{six}2\n4\n6\nrun.log: 3 samples\n");
        finished.writes(&expected).says(&[closing(6, 0), closing(3, 0)]);
    }
}

#[test]
fn the_header_once_more_is_neither_counted_nor_rejected() {
    let text = format!("{HEADER}{}{HEADER}{}\t7\n", rows(ISO), ISO[0]);
    let stat = both("stat", "", &text).exits(0).says(&[""; 0]);
    assert!(last(&stat).starts_with("{\"n\":4,\"missing\":0,\"rejected\":0,"), "{stat}");
    both("conv", "--from", &text).exits(0).writes("57\n-3.25\n1000\n7\n").says(&[closing(4, 0)]);
    let stat = both("stat", "", HEADER).exits(0).says(&["stat: no samples came"]);
    let nothing = "{\"n\":0,\"missing\":0,\"rejected\":0,\"start\":null,\"end\":null,";
    assert!(last(&stat).starts_with(nothing), "{stat}");
}

#[test]
fn the_first_row_decides_and_later_ones_of_another_shape_are_rejected() {
    let hint = "a time stands in front, as log --timestamps puts it (cut -f 2 takes it off)";
    let (iso, unix) = (ISO[0], UNIX[0]);
    let width = |line, found, expected| {
        let plural = if found == 1 { "" } else { "s" };
        format!("line {line}: {found} column{plural} instead of {expected}: ")
    };
    for (text, sent, told, account) in [
        (
            format!("57\n{iso}\t58\n"),
            "57\n",
            format!("line 2: {hint}: \"{iso}\\t58\""),
            closing(1, 1),
        ),
        (format!("{iso}\t57\n58\n"), "57\n", width(2, 1, 2) + "\"58\"", closing(1, 1)),
        (
            format!("{unix}\t57\n58\n"),
            "ch1\tch2\n1764095165.59731\t57\n",
            width(2, 1, 2) + "\"58\"",
            closing_table(1, 2, 1, 0),
        ),
        (
            format!("{HEADER}{unix}\t57\n{iso}\t58\n"),
            "57\n",
            format!("line 3: not a time in Unix seconds in front: \"{iso}\\t58\""),
            closing(1, 1),
        ),
        (
            format!("{iso}\t57\n{iso}\tx\n"),
            "57\n",
            "line 2: not a number: \"x\"".to_owned(),
            closing(1, 1),
        ),
        (format!("57\n{HEADER}58\n"), "57\n", width(3, 1, 2) + "\"58\"", closing(1, 1)),
        (
            "temp\thum\n57\n".to_owned(),
            "temp\thum\n",
            width(2, 1, 2) + "\"57\"",
            closing_table(0, 2, 1, 0),
        ),
        ("57\n1\t2\n".to_owned(), "57\n", width(2, 2, 1) + "\"1\\t2\"", closing(1, 1)),
    ] {
        let conv = both("conv", "--from", &text).exits(3).writes(sent);
        conv.says(&[format!("conv: {told}"), account]);
    }
    let missing = both("conv", "--from", &format!("{iso}\t57\n{iso}\t\n")).exits(0);
    missing.writes("57\n").says(&[closing_table(1, 1, 0, 1)]);
}

#[test]
fn each_file_says_for_itself_whether_it_has_times() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("iso.log"), rows(ISO)).unwrap();
    fs::write(dir.path().join("plain.log"), "7\n").unwrap();
    fs::write(dir.path().join("unix.log"), HEADER.to_owned() + &rows(UNIX)).unwrap();
    let stat = Program::new("stat").words("iso.log plain.log unix.log").dir(&dir).finish().exits(0);
    assert!(stat.stdout.starts_with("{\"n\":7,\"missing\":0,\"rejected\":0,"), "{stat}");
}
