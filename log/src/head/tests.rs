use super::*;

const ISO: &str = "2023-11-14T22:13:20Z";

/// What each new file begins with, and whether the first line is a header; or why it is refused.
fn opening(times: Option<Timestamps>, line: &str) -> Result<(String, bool), String> {
    let opening = Head::new(times).begin(line.as_bytes()).map_err(|error| error.to_string())?;
    Ok((String::from_utf8(opening.header).unwrap(), opening.is_header))
}

#[test]
fn every_file_begins_with_the_streams_header_as_it_came() {
    let plain = |line| opening(None, line).unwrap();
    assert_eq!(plain(" a \tb\r\n"), (" a \tb\r\n".to_owned(), true));
    assert_eq!(plain("a\tb"), ("a\tb\n".to_owned(), true));
    for line in ["57\n", "1\t2\n", "x\n", "", &format!("{ISO}\t1\n")] {
        assert_eq!(plain(line), (String::new(), false), "{line:?}");
    }
}

#[test]
fn arrival_times_have_a_header_of_their_own() {
    for times in [Timestamps::Unix, Timestamps::Iso] {
        let of = |line| opening(Some(times), line);
        assert_eq!(of("57\n"), Ok(("time\tvalue\n".to_owned(), false)));
        assert_eq!(of("x\n"), Ok(("time\tvalue\n".to_owned(), false)));
        assert_eq!(of("a\tb [°C]\n"), Ok(("time\ta\tb [°C]\n".to_owned(), true)));
        assert_eq!(of("1\t2\n"), Ok(("time\tch1\tch2\n".to_owned(), false)));
        let refused = "cannot put times in front of rows that have some already: leave \
                       --timestamps out";
        for line in ["time\tvalue\n", "time\ta\tb\n", &format!("{ISO}\t1\n")] {
            assert_eq!(of(line), Err(refused.to_owned()), "{line:?}");
        }
    }
}

#[test]
fn with_arrival_times_there_is_room_for_one_column_less() {
    let header =
        |count: usize| (1..=count).map(|it| format!("c{it}")).collect::<Vec<_>>().join("\t");
    let head = Head::new(Some(Timestamps::Iso));
    let refused = "cannot put times in front of rows of 1000 columns, the most that there can be";
    assert_eq!(opening(head.times, &header(1000)), Err(refused.to_owned()));
    assert_eq!(opening(head.times, &vec!["1"; 1000].join("\t")), Err(refused.to_owned()));
    assert!(opening(head.times, &header(999)).is_ok() && opening(None, &header(1000)).is_ok());
    let parts =
        |line: String| matches!(head.parts(line.as_bytes(), true).next(), Some(Part::Header(_)));
    assert!(parts(header(999)) && !parts(header(1000)));
}

#[test]
fn headers_in_the_middle_are_found_among_anything() {
    let head = Head::new(None);
    let parts = |text: &'static str, begins_line| {
        head.parts(text.as_bytes(), begins_line).collect::<Vec<_>>()
    };
    let text = "1\t2\nnan\t3\na\tb\nc\td\n5\t6\ne\tf";
    let expected = [
        Part::Rows(b"1\t2\nnan\t3\n"),
        Part::Header(b"a\tb\n"),
        Part::Header(b"c\td\n"),
        Part::Rows(b"5\t6\n"),
        Part::Header(b"e\tf"),
    ];
    assert_eq!(parts(text, true), expected);
    assert_eq!(parts("a\tb\n", false), [Part::Rows(b"a\tb\n")], "the rest of a line");
    assert_eq!(parts("", true), []);
    let timed = Head::new(Some(Timestamps::Iso));
    let text = b"a\tb\ntime\ta\n";
    let parts: Vec<_> = timed.parts(text, true).collect();
    assert_eq!(parts, [Part::Header(b"a\tb\n"), Part::Rows(b"time\ta\n")]);
    assert_eq!(timed.recorded(b"a\tb"), b"time\ta\tb\n");
}

#[test]
fn what_does_not_go_together_is_named() {
    let of = |start: &str| Beginning::of_file(start.as_bytes()).unwrap();
    let refusal = |there: &str, stream: &str| {
        other_columns(&of(there), &of(stream), "\"run.log\"".to_owned()).to_string()
    };
    for (there, stream, what) in [
        ("7\n", "time\tvalue\n", "times and samples in \"run.log\", which holds samples alone"),
        ("a\tb\n", "b\ta\n", "the columns b, a in \"run.log\", which holds the columns a, b"),
        (
            "1\t2\t3\n",
            "1\t2\n",
            "2 columns without names in \"run.log\", which holds 3 columns without names",
        ),
        (
            "time\ta\tb\tc\td\te\tf\tg\th\ti\n",
            "1\n",
            "samples alone in \"run.log\", which holds times and the columns a, b, c, d, e, f, g, h, …",
        ),
        (
            "time\tvalue\n1700000000.5\t1\n",
            "time\tvalue\n2023-11-14T22:13:20Z\t1\n",
            "times in RFC 3339 in \"run.log\", which holds times in Unix seconds",
        ),
    ] {
        let expected = format!(
            "cannot record {what}: name another FILE, or begin this one anew with --truncate"
        );
        assert_eq!(refusal(there, stream), expected);
    }
}
