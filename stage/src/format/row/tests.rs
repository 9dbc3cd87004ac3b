use super::*;
use crate::fake::Chunks;
use crate::stream::lines::{Block, Lines, each_line};
use proptest::prelude::*;
use std::time::{Duration, SystemTime};

/// What each line is, in short: its fields with `|` between them, `-` a missing one, a rejected one
/// with its reason, `@` in front if there is a time; a header as `#` and its columns; or why not.
fn read_by(rows: &mut Rows, line: &[u8]) -> String {
    let time = match rows.read(line) {
        Ok(Line::Row { time }) => {
            if time.is_some() {
                "@"
            } else {
                ""
            }
        }
        Ok(Line::Header) => return format!("#{}", called(rows)),
        Err(why) => return why.of(line),
    };
    let field = |(index, field): (usize, &Field)| match field {
        Field::Sample(sample) => sample.to_string(),
        Field::Missing => "-".to_owned(),
        Field::Rejected(why) => rows.reason(index, *why, line),
    };
    let fields: Vec<String> = rows.fields().iter().enumerate().map(field).collect();
    format!("{time}{}", fields.join("|"))
}

fn called(rows: &Rows) -> String {
    let columns = rows.columns().unwrap();
    let labels = (0..columns.count()).map(|index| columns.label(index).unwrap_or_default());
    let time = columns.have_time().then(|| "time".to_owned());
    time.into_iter().chain(labels).collect::<Vec<_>>().join(",")
}

fn read_as(mut rows: Rows, text: &str) -> Vec<String> {
    text.lines().map(|line| read_by(&mut rows, line.as_bytes())).collect()
}

fn read(text: &str) -> Vec<String> {
    read_as(Rows::new(), text)
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
    assert_eq!(told(b"x\ty z!"), r#"not a number: "x\ty z!""#);
    let wide = "1\t".repeat(crate::format::columns::MAX_COLUMNS) + "1";
    assert!(told(wide.as_bytes()).starts_with("more than 1000 columns: \"1\\t1"));
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
fn the_first_row_decides_that_there_is_one_number_a_line() {
    let text = format!("x\n\n57\n58\t\n{ISO}\t59\n{UNIX}\t60\n1\t2\n1\t\t2\n61\n");
    assert_eq!(
        read(&text),
        [
            "not a number: \"x\"".to_owned(),
            "empty".to_owned(),
            "57".to_owned(),
            "58".to_owned(),
            format!("{HINT}: \"{ISO}\\t59\""),
            format!("{HINT}: \"{UNIX}\\t60\""),
            "2 columns instead of 1: \"1\\t2\"".to_owned(),
            "3 columns instead of 1: \"1\\t\\t2\"".to_owned(),
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
                "1 column instead of 2: \"58\"".to_owned(),
                "empty".to_owned(),
                "@-".to_owned(),
                "@not a number: \"x\"".to_owned(),
                format!("3 columns instead of 2: \"{ISO}\\t1\\t2\""),
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
fn the_first_row_decides_how_many_channels_there_are() {
    let text = "a b\t?\n1\t2\t3\n4\t\t\n\t 5 \t\n1\t2\nx\t1e999\t6\n\n\t\t\n7\t8\t9\t\n";
    assert_eq!(
        read(text),
        [
            "not a number: \"a b\\t?\"",
            "1|2|3",
            "4|-|-",
            "-|5|-",
            "2 columns instead of 3: \"1\\t2\"",
            "column 1: not a number: \"x\"|column 2: too large for a double: \"1e999\"|6",
            "empty",
            "-|-|-",
            "4 columns instead of 3: \"7\\t8\\t9\\t\"",
        ]
    );
    assert_eq!(
        read(&format!("{ISO}\t1\t2\n{ISO}\t\tx\n")),
        ["@1|2", "@-|column 3: not a number: \"x\""]
    );
}

#[test]
fn a_header_names_the_columns_and_once_more_is_passed_over() {
    let text = format!(
        "temp [°C]\thum\n1\t2\ntemp [°C]\thum\r\n3\t4\nhum\tp\n5\t6\ntime\thum\n{ISO}\t7\n"
    );
    assert_eq!(
        read(&text),
        ["#temp [°C],hum", "1|2", "#temp [°C],hum", "3|4", "#hum,p", "5|6", "#time,hum", "@7"]
    );
    let text = format!("57\ntime\tvalue\n{ISO}\t2\n");
    assert_eq!(read(&text), ["57", "#time,", "@2"], "files that were put together");
}

#[test]
fn a_part_lasts_as_long_as_the_columns_are_the_same() {
    let mut rows = Rows::new();
    let mut part_after = |line: &str| {
        let _ = rows.read(line.as_bytes());
        rows.part()
    };
    let lines = ["x", "a\tb", "1\t2", "a\tb", "x\ty\tz!", "b\ta", "1\t2", "a\tb", "1"];
    assert_eq!(lines.map(&mut part_after), [0, 1, 1, 1, 1, 2, 2, 3, 3]);
    rows.begin_stream();
    let _ = rows.read(b"1\t2");
    assert_eq!(rows.part(), 4, "another stream, perhaps with the same columns");
}

#[test]
fn a_header_with_a_time_lets_times_be_unix_seconds() {
    let text = format!("time\tvalue\n{UNIX}\t57\n1700000001\t58\n{ISO}\t59\n");
    let wrong = format!("not a time in Unix seconds in front: \"{ISO}\\t59\"");
    assert_eq!(read(&text), ["#time,", "@57", "@58", &wrong]);
    let other = "not a time in front (of another form? see conv --time-format)";
    for count in ["1700000000123", "1.7e9"] {
        let row = format!("{count}\\t1");
        assert_eq!(read(&format!("time\tv\n{count}\t1\n"))[1..], [format!("{other}: \"{row}\"")]);
    }
    assert_eq!(
        read("time\ta\tb\nx\t1\t2\n1.5\t1\t2\n")[1..],
        ["not a time in front: \"x\\t1\\t2\"", "@1|2"]
    );
    let text = format!("{UNIX}\t57\n{UNIX}\t58\n");
    assert_eq!(read(&text), ["1700000000.00005|57", "1700000000.00005|58"], "without one, numbers");
    let text = format!("{ISO}\t1\ntime\tvalue\n{UNIX}\t3\n");
    assert_eq!(read(&text), ["@1", "#time,", "@3"], "another form may follow a header");
}

#[test]
fn a_time_where_the_header_has_none_is_pointed_out() {
    let text = format!("when\ttemp\n{ISO}\t5\n");
    let why = "a time, which belongs in a first column called time (see conv --time)";
    let why = format!("column 1: {why}: \"{ISO}\"|5");
    assert_eq!(read(&text), ["#when,temp", &why]);
}

#[test]
fn names_given_by_the_user_take_precedence_and_fix_the_width() {
    let rows = || Rows::named(Columns::named(["temp", "hum"]).unwrap());
    let labels = |rows: &Rows| called(rows);
    let mut one = rows();
    assert_eq!(read_by(&mut one, b"57\t"), "57|-");
    assert_eq!(labels(&one), "temp,hum");
    assert_eq!(
        read_as(rows(), "a\tb\n1\t2\nx\ty\n3\t4\n"),
        ["#temp,hum", "1|2", "#temp,hum", "3|4"]
    );
    assert_eq!(read_as(rows(), "time\ta\tb\n1\t2\t3\n"), ["#time,temp,hum", "@2|3"]);
    assert_eq!(read_as(rows(), &format!("{ISO}\t2\t3\n")), ["@2|3"]);
    assert_eq!(
        read_as(rows(), "a\tb\tc\n1\t2\t3\n1\t2\n"),
        [
            "a header of 3 columns instead of 2 (see --names): \"a\\tb\\tc\"",
            "3 columns instead of 2: \"1\\t2\\t3\"",
            "1|2",
        ]
    );
    assert_eq!(
        read_as(rows(), &format!("time\ta\tb\tc\n{ISO}\t1\t2\t3\n")),
        [
            "a header of 4 columns instead of 3 (see --names): \"time\\ta\\tb\\tc\"".to_owned(),
            format!("4 columns instead of 3: \"{ISO}\\t1\\t2\\t3\""),
        ]
    );
    let single = || Rows::named(Columns::named(["temp"]).unwrap());
    assert_eq!(read_as(single(), " 57\t\n58\n"), ["57", "58"]);
    assert_eq!(read_as(single(), &format!("{ISO}\t57\n")), ["@57"]);
    let unix = Rows::named(Columns::named(["time", "value"]).unwrap());
    assert_eq!(read_as(unix, &format!("{UNIX}\t57\n")), ["@57"]);
}

#[test]
fn any_first_line_is_a_header_if_the_user_says_so() {
    for (text, expected) in [
        ("a.b\t2\t\n1\t2\t3\n", ["#a_b,ch_2,ch3", "1|2|3"]),
        ("temp\n57\n", ["#temp", "57"]),
        ("12\n57\n", ["#ch_12", "57"]),
        ("time\tvalue\n5\t6\n", ["#time,", "@6"]),
    ] {
        assert_eq!(read_as(Rows::behind_header(), text), expected, "{text}");
    }
}

#[test]
fn a_stream_that_begins_alike_continues_the_one_before() {
    let mut rows = Rows::new();
    let mut told = |line: &str| read_by(&mut rows, line.as_bytes()) + " " + &called(&rows);
    assert_eq!(told("temp\thum"), "#temp,hum temp,hum");
    rows.begin_stream();
    let mut told = |line: &str| read_by(&mut rows, line.as_bytes()) + " " + &called(&rows);
    assert_eq!(told("1\t2"), "1|2 temp,hum");
    rows.begin_stream();
    let mut told = |line: &str| read_by(&mut rows, line.as_bytes()) + " " + &called(&rows);
    assert_eq!(told("1\t2\t3"), "1|2|3 1,2,3");
    rows.begin_stream();
    let mut told = |line: &str| read_by(&mut rows, line.as_bytes()) + " " + &called(&rows);
    assert_eq!(told("57"), "57 ");
}

#[test]
fn what_log_has_recorded_may_change_its_form_from_line_to_line() {
    let mut rows = Rows::recorded();
    let mut told = |line: String| read_by(&mut rows, line.as_bytes());
    assert_eq!(told(format!("{UNIX}\t57")), "@57");
    assert_eq!(told("58".to_owned()), "58");
    assert_eq!(told(format!("{ISO}\t59")), "@59");
    assert_eq!(told("60".to_owned()), "60");
    assert_eq!(told(format!("{UNIX}\tx")), "@not a number: \"x\"");
    assert_eq!(told("1\t2\t3".to_owned()), "1|2|3");
    assert_eq!(told("60".to_owned()), "1 column instead of 3: \"60\"");
}

#[test]
fn behind_a_header_what_log_has_recorded_is_judged_like_any_stream() {
    let lines = ["time\tvalue", "1700000001\t8", "1700000002.25\t", "9", "\t5", "time\tvalue"];
    let read = |mut rows: Rows| lines.map(|line| read_by(&mut rows, line.as_bytes()));
    let recorded = read(Rows::recorded());
    assert_eq!(recorded, read(Rows::new()));
    assert_eq!(recorded[..3], ["#time,", "@8", "@-"]);
    assert!(recorded[3..5].iter().all(|it| !it.starts_with('@')), "{recorded:?}");
}

fn iso(second: u32) -> String {
    let mut text = Vec::new();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(second.into());
    Time::of_clock(time).print(Form::Iso, &mut text);
    String::from_utf8(text).unwrap()
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[0-9]{1,3}",
        4 => "([0-9]{0,3}\t){1,3}[0-9]{0,3}",
        4 => (0..1_700_000_000u32, "[0-9]{0,3}").prop_map(|(second, it)| format!("{}\t{it}", iso(second))),
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
    fn each_column_reads_as_a_stream_of_its_own(
        rows in proptest::collection::vec(("[0-9]{0,2}", "-?[0-9]{1,3}\\.?[0-9]{0,2}", "[x0-9]{1,2}"), 1..20),
        has_time in any::<bool>(),
    ) {
        let row = |(number, (a, b, c)): (usize, &(String, String, String))| {
            let time = if has_time { iso(number as u32) + "\t" } else { String::new() };
            format!("{time}{a}\t{b}\t{c}\n")
        };
        let header = if has_time { "time\ta\tb\tc\n" } else { "a\tb\tc\n" };
        let text: String = rows.iter().enumerate().map(row).collect();
        let mut table = Rows::new();
        table.read(header.as_bytes()).unwrap();
        for (line, (a, b, c)) in text.lines().zip(&rows) {
            prop_assert!(table.read(line.as_bytes()).is_ok(), "{}", line);
            for (field, text) in table.fields().iter().zip([a, b, c]) {
                match field {
                    Field::Sample(sample) => prop_assert_eq!(Ok(sample.clone()), single(text.as_bytes())),
                    Field::Missing => prop_assert_eq!(text.as_str(), ""),
                    Field::Rejected(why) => {
                        prop_assert_eq!(Err(NotARow::Number(*why)), single(text.as_bytes()));
                    }
                }
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(
        lines in proptest::collection::vec(
            proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'\t'), b'0'..=b'9'], 0..60), 0..5,
        ),
    ) {
        for mut rows in [Rows::new(), Rows::recorded(), Rows::behind_header()] {
            lines.iter().for_each(|line| drop(read_by(&mut rows, line)));
        }
    }
}
