use super::*;
use crate::fake::Chunks;
use crate::stream::lines::{Block, Lines, each_line};
use proptest::prelude::*;

/// What each line is, in short: a sample, with `@` if it has a time; the header as `#`; or why not.
fn read_by(rows: &mut Rows, line: &[u8]) -> String {
    match rows.read(line) {
        Ok(Line::Row(Row { time: None, sample })) => sample.to_string(),
        Ok(Line::Row(Row { time: Some(_), sample })) => format!("@{sample}"),
        Ok(Line::Header) => "#".to_owned(),
        Err(why) => why.of(line),
    }
}

fn read(text: &str) -> Vec<String> {
    let mut rows = Rows::new();
    text.lines().map(|line| read_by(&mut rows, line.as_bytes())).collect()
}

const ISO: &str = "2023-11-14T22:13:20.000050Z";
const UNIX: &str = "1700000000.000050";
const HINT: &str = "a time stands in front, as log --timestamps puts it (cut -f 2 takes it off)";

#[test]
fn blanks_and_line_ends_around_a_number_are_ignored() {
    for line in ["57", "57\n", "57\r\n", " \t57\t \r\n", "57 "] {
        assert_eq!(read_by(&mut Rows::new(), line.as_bytes()), "57", "{line:?}");
    }
}

#[test]
fn each_reason_is_given_with_the_start_of_the_line() {
    let told = |line: &[u8]| read_by(&mut Rows::new(), line);
    assert_eq!(told(b"12abc\n"), r#"not a number: "12abc""#);
    assert_eq!(told(b" \r\n"), "empty");
    assert_eq!(told(b"1\r2\n"), r#"not a number: "1\r2""#);
    assert_eq!(told(b"1e999"), r#"too large for a double: "1e999""#);
    assert_eq!(told(b"1e-999"), r#"more than 400 decimal places: "1e-999""#);
    assert_eq!(
        told("0".repeat(MAX_LINE + 1).as_bytes()),
        format!(r#"longer than 65536 bytes: "{}…""#, "0".repeat(40))
    );
}

#[test]
fn a_line_that_is_too_long_is_reported_alike_from_all_of_it_or_its_start() {
    for start in ["", "7"] {
        let line = format!("{start}{}end", " ".repeat(MAX_LINE + 1));
        let (whole, start) = (line.as_bytes(), &line.as_bytes()[..=MAX_LINE]);
        assert_eq!(NotARow::TooLong.of(whole), NotARow::TooLong.of(start));
    }
}

#[test]
fn the_longest_line_that_is_looked_at_is_read() {
    let line = format!("{}7\n", "0".repeat(MAX_LINE - 1));
    assert_eq!(read_by(&mut Rows::new(), line.as_bytes()), "7");
}

#[test]
fn the_first_row_decides_that_there_are_no_times() {
    let text = format!("x\n\n57\n58\t\n{ISO}\t59\n{UNIX}\t60\ntime\tvalue\n1\t2\n61\n");
    assert_eq!(
        read(&text),
        [
            "not a number: \"x\"".to_owned(),
            "empty".to_owned(),
            "57".to_owned(),
            "58".to_owned(),
            format!("{HINT}: \"{ISO}\\t59\""),
            format!("{HINT}: \"{UNIX}\\t60\""),
            "not a number: \"time\\tvalue\"".to_owned(),
            "not a number: \"1\\t2\"".to_owned(),
            "61".to_owned(),
        ]
    );
}

#[test]
fn the_first_row_decides_that_there_are_times() {
    for head in ["", "time\tvalue\n", "x\n"] {
        let text = format!(
            "{head}{ISO}\t57\r\n {ISO} \t -5.7e1 \n58\n\n{ISO}\t\n{ISO}\tx\n{ISO}\t1\t2\n\
             {UNIX}\t59\nT\t1\n2023-02-29T00:00:00Z\t1\n2023-11-15T00:00:00+01:00\t60"
        );
        assert_eq!(
            read(&text)[usize::from(!head.is_empty())..],
            [
                "@57".to_owned(),
                "@-57".to_owned(),
                "no time in front: \"58\"".to_owned(),
                "empty".to_owned(),
                format!("no value behind the time: \"{ISO}\""),
                "not a number: \"x\"".to_owned(),
                format!("several columns (cut -f N takes one out): \"{ISO}\\t1\\t2\""),
                format!("not a time in RFC 3339 in front: \"{UNIX}\\t59\""),
                "not a time in RFC 3339 in front: \"T\\t1\"".to_owned(),
                "not a time in RFC 3339 in front: \"2023-02-29T00:00:00Z\\t1\"".to_owned(),
                "@60".to_owned(),
            ],
            "{head}"
        );
    }
}

#[test]
fn the_header_lets_times_be_unix_seconds() {
    let text = format!("time\tvalue\n{UNIX}\t57\n1700000001\t58\n{ISO}\t59\n");
    let wrong = format!("not a time in Unix seconds in front: \"{ISO}\\t59\"");
    assert_eq!(read(&text), ["#", "@57", "@58", &wrong]);
    assert_eq!(read("time\tvalue\nx\t1\n"), ["#", "not a time in front: \"x\\t1\""]);
    let text = format!("{UNIX}\t57\n{UNIX}\tx\n58\n");
    let told = read(&text);
    assert_eq!(told[0], format!("{HINT}: \"{UNIX}\\t57\""));
    assert_eq!(told[1], format!("not a number: \"{UNIX}\\tx\""));
    assert_eq!(told[2], "58", "Unix seconds without a header decide nothing");
}

#[test]
fn the_header_once_more_is_passed_over_and_another_form_may_follow() {
    let text = format!("{ISO}\t1\ntime\tvalue\n{ISO}\t2\ntime\tvalue\r\n{UNIX}\t3\n");
    assert_eq!(read(&text), ["@1", "#", "@2", "#", "@3"]);
}

#[test]
fn other_columns_are_rejected_until_their_end() {
    let (header, row) = (
        "a header of other columns than time and value (cut -f N takes one out)",
        "a row of other columns than time and value (cut -f N takes one out)",
    );
    let text = format!("{ISO}\t1\ntime\ttemp\n{ISO}\t2\n1\t2\ntime\tvalue\n{ISO}\t3\n");
    assert_eq!(
        read(&text),
        [
            "@1".to_owned(),
            format!("{header}: \"time\\ttemp\""),
            format!("{row}: \"{ISO}\\t2\""),
            format!("{row}: \"1\\t2\""),
            "#".to_owned(),
            "@3".to_owned(),
        ]
    );
    assert_eq!(read("a\tb\n57\n")[1], "57", "the classic stream needs no header");
    assert_eq!(read("1\t2\n"), ["several columns (cut -f N takes one out): \"1\\t2\""]);
}

#[test]
fn what_log_has_recorded_may_change_its_form_from_line_to_line() {
    let mut rows = Rows::recorded();
    let mut told = |line: String| read_by(&mut rows, line.as_bytes());
    assert_eq!(told(format!("{UNIX}\t57")), "@57");
    assert_eq!(told("58".to_owned()), "58");
    assert_eq!(told(format!("{ISO}\t59")), "@59");
    assert_eq!(told("60".to_owned()), "60");
    assert_eq!(told("1\t2".to_owned()), "several columns (cut -f N takes one out): \"1\\t2\"");
    assert_eq!(told(format!("{UNIX}\tx")), "not a number: \"x\"");
}

#[test]
fn behind_a_header_what_log_has_recorded_is_judged_like_any_stream() {
    let lines = ["time\tvalue", "1700000001\t8", "1700000002.25\t", "9", "\t5", "time\tvalue"];
    let read = |mut rows: Rows| lines.map(|line| read_by(&mut rows, line.as_bytes()));
    let recorded = read(Rows::recorded());
    assert_eq!(recorded, read(Rows::new()));
    assert_eq!(recorded[..2], ["#", "@8"]);
    assert!(recorded[2..5].iter().all(|it| !it.starts_with('@')), "{recorded:?}");
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[0-9]{1,3}",
        4 => (0..1_700_000_000u32, "[0-9]{0,3}").prop_map(|(second, value)| {
            let mut text = Vec::new();
            let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(second.into());
            Time::of_clock(time).print(Form::Iso, &mut text);
            format!("{}\t{value}", String::from_utf8(text).unwrap())
        }),
        1 => "1[0-9]{3}\\.[0-9]{6}\t[0-9]{1,3}",
        1 => Just("time\tvalue".to_owned()),
        1 => "[a-z]{1,3}\t[a-z]{1,3}",
        1 => "[-0-9.e\t x]{0,9}",
    ]
}

proptest! {
    #[test]
    fn any_chunking_gives_the_same(
        lines in proptest::collection::vec(line(), 0..30), is_crlf in any::<bool>(), size in 1usize..80,
    ) {
        let text = lines.join(if is_crlf { "\r\n" } else { "\n" });
        let mut chunked = Vec::new();
        let mut rows = Rows::new();
        let mut input = Lines::new(Chunks::of(text.as_bytes(), size));
        while let Block::Lines(block) = input.next(None).unwrap() {
            chunked.extend(each_line(block).map(|line| read_by(&mut rows, line)));
        }
        prop_assert_eq!(chunked, read(&text));
    }

    #[test]
    fn a_row_that_is_printed_reads_as_the_same(
        second in 0..1_700_000_000u32, mantissa in -9999i64..9999, places in 0u16..9,
    ) {
        let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(second.into());
        let time = Time::of_clock(time);
        let sample =
            Sample::try_from(crate::format::decimal::Decimal::new(mantissa, places)).unwrap();
        let mut rows = Rows::new();
        prop_assert_eq!(rows.read(b"time\tvalue"), Ok(Line::Header));
        let mut text = Vec::new();
        time.print(Form::Unix, &mut text);
        text.push(b'\t');
        sample.print(&mut text);
        prop_assert_eq!(rows.read(&text), Ok(Line::Row(Row { time: Some(time), sample })));
    }

    #[test]
    fn no_bytes_make_it_panic(
        lines in proptest::collection::vec(
            proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'\t'), b'0'..=b'9'], 0..60), 0..5,
        ),
    ) {
        let mut rows = Rows::new();
        lines.iter().for_each(|line| drop(read_by(&mut rows, line)));
    }
}
