use super::*;
use stage::fake::FakeClock;
use std::fs;

/// What is printed of files with these texts, whose names are `FILE` and the end given; the status; and
/// what was reported.
fn printed(texts: &[(&str, &str)], range: Range) -> (String, Status, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let path = |end: &str| dir.path().join(format!("FILE{end}"));
    texts.iter().for_each(|(end, text)| fs::write(path(end), text).unwrap());
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let status = run(&path(""), range, &mut output, &mut FakeClock::new(), &mut messages).unwrap();
    let here = format!("{}/", dir.path().display());
    let messages = messages.iter().map(|it| it.replace(&here, "")).collect();
    (String::from_utf8(output).unwrap(), status, messages)
}

fn range(since: &str, until: &str) -> Range {
    let time = |text: &str| Time::parse(text.as_bytes());
    Range { since: time(since), until: time(until) }
}

const NONE: [&str; 0] = [];

#[test]
fn the_files_of_a_rotation_are_printed_with_one_header() {
    let texts = [
        (".2", "a\tb\n1\t2\n"),
        (".1", "a\tb\n3\t\nx\n"),
        ("", "a\tb\n5\t6\nc\td\n7\t8\na\tb\n9\t9\n"),
    ];
    let (text, status, messages) = printed(&texts, Range::default());
    assert_eq!(text, "a\tb\n1\t2\n3\t\nx\n5\t6\nc\td\n7\t8\na\tb\n9\t9\n");
    assert_eq!((status, messages), (Status::Done, NONE.map(String::from).to_vec()));
}

#[test]
fn anything_else_is_printed_as_it_is_but_for_a_torn_end() {
    let long = "7".repeat(600_000);
    let text = format!("1\r\n\nno\n{long}\n2\n3");
    let (printed, status, messages) = printed(&[("", &text)], Range::default());
    assert_eq!(printed, text[..text.len() - 1]);
    let torn = "\"FILE\": line 6: torn, without a line feed: \"3\"";
    assert_eq!((status, messages), (Status::Rejected, vec![torn.to_owned()]));
}

#[test]
fn a_torn_end_of_any_length_does_not_run_into_the_next_file() {
    let long = "7".repeat(1_000_000);
    let (text, status, messages) =
        printed(&[(".1", &*format!("1\n{long}")), ("", "4\n")], Range::default());
    let lines: Vec<_> = text.lines().collect();
    assert_eq!((lines[0], lines[lines.len() - 1], text.ends_with("\n4\n")), ("1", "4", true));
    let torn = "\"FILE.1\": line 2: torn, without a line feed: 1000000 bytes";
    assert_eq!((status, messages), (Status::Rejected, vec![torn.to_owned()]));
}

#[test]
fn a_range_of_times_has_its_start_and_not_its_end() {
    let row = |second: u32| format!("2023-11-14T22:13:{second}Z\t{second}\n");
    let rows = |seconds: std::ops::Range<u32>| seconds.map(row).collect::<String>();
    let old = rows(10..20);
    let new = format!("time\tvalue\n{}", rows(20..30));
    let of = |since, until| printed(&[(".1", &*old), ("", &*new)], range(since, until)).0;
    assert_eq!(of("2023-11-14T22:13:28Z", ""), format!("time\tvalue\n{}", rows(28..30)));
    let both = of("2023-11-14T23:13:18+01:00", "2023-11-14T22:13:22Z");
    assert_eq!(both, format!("{}time\tvalue\n{}", rows(18..20), rows(20..22)));
    let unix = "time\tvalue\n1700000000.5\t1\n1700000001\t2\n";
    let (text, ..) = printed(&[("", unix)], range("", "2023-11-14T22:13:21Z"));
    assert_eq!(text, "time\tvalue\n1700000000.5\t1\n");
}

#[test]
fn what_has_no_time_is_in_no_range_and_is_reported() {
    let long = "7".repeat(600_000);
    let text = format!("57\n2023-11-14T22:13:20Z\t1\n{long}\n2023-11-14T22:13:21Z\t2\nx\n");
    let (text, status, messages) = printed(&[("", &text)], range("2023-11-14T22:13:20Z", ""));
    assert_eq!(text, "2023-11-14T22:13:20Z\t1\n2023-11-14T22:13:21Z\t2\n");
    assert_eq!(status, Status::Rejected);
    assert_eq!(
        messages,
        [
            "\"FILE\": line 1: no time in front: \"57\"",
            "\"FILE\": line 3: longer than 65536 bytes",
            "\"FILE\": line 5: not a number: \"x\"",
        ]
    );
}

#[test]
fn a_long_line_that_is_torn_is_in_no_range_and_is_reported_once() {
    let row = "2023-11-14T22:13:20Z\t1\n";
    let text = format!("{row}{}", "7".repeat(1_200_000));
    let (text, status, messages) = printed(&[("", &text)], range("2023-11-14T22:13:20Z", ""));
    assert_eq!((text.as_str(), status), (row, Status::Rejected));
    assert_eq!(messages, ["\"FILE\": line 2: longer than 65536 bytes"]);
}
