//! Headers: where they stand in the files, what they keep out, and that they are not counted.

use super::*;
use proptest::prelude::*;

/// What `log` makes of `input` on a disk that holds `before`: the files, the oldest first; what was passed
/// on; how many rows were recorded; and what went wrong.
fn recorded(
    words: &str,
    before: &str,
    input: &str,
) -> (Vec<String>, String, u64, Result<(), String>) {
    let disk = FakeFile { bytes: before.into(), ..FakeFile::new(&FakeClock::new()) };
    let mut passed = Vec::new();
    let (disk, _, result, [rows, _]) = log_on(disk, words, input.as_bytes(), &mut passed);
    let files = disk.old.iter().chain([&disk.bytes]);
    let files = files.map(|bytes| String::from_utf8(bytes.clone()).unwrap()).collect();
    (files, String::from_utf8(passed).unwrap(), rows, result)
}

#[test]
fn each_file_begins_with_the_streams_header_which_is_passed_on_and_not_counted() {
    let input = "a\tb\n1\t2\n3\t4\n5\t6";
    let (files, passed, rows, result) = recorded("--rotate 12 --pass", "", input);
    assert_eq!(files, ["a\tb\n1\t2\n3\t4\n", "a\tb\n5\t6\n"]);
    assert_eq!((passed.as_str(), rows, result), (input, 3, Ok(())));
    let (files, ..) = recorded("--rotate 2", "", input);
    let expected = ["a\tb\n1\t2\n", "a\tb\n3\t4\n", "a\tb\n5\t6\n"];
    assert_eq!(files, expected, "the header alone is longer than a file");
    let (files, _, rows, _) = recorded("", "", "a\tb\n");
    assert_eq!((files, rows), (vec![String::new()], 0), "no row has come");
}

#[test]
fn a_file_of_the_same_columns_is_gone_on_with_and_gets_no_second_header() {
    let input = "a\tb\n3\t4\n5\t6\n";
    for before in ["a\tb\n1\t2\n", "a\tb\n", "1\t2\n", "what is this?\n"] {
        let (files, _, rows, result) = recorded("", before, input);
        assert_eq!((files, rows, result), (vec![format!("{before}3\t4\n5\t6\n")], 2, Ok(())));
    }
    let (files, ..) = recorded("--rotate 8", "1\t2\n", input);
    assert_eq!(files, ["1\t2\n3\t4\n", "a\tb\n5\t6\n"], "the next one has it");
}

#[test]
fn a_file_that_has_come_to_other_columns_gets_the_header_again() {
    let parts = "a\tb\n1\t2\nb\ta\n3\t4\n";
    for (before, input, header) in [
        (parts, "a\tb\n5\t6\n", "a\tb\n"),
        (parts, "b\ta\n5\t6\n", ""),
        (parts, "5\t6\n", ""),
        ("a\tb\n1\t2\na\tb\tc\n1\t2\t3\n", "a\tb\n5\t6\n", "a\tb\n"),
        ("1\t2\nb\ta\n3\t4\n", "a\tb\n5\t6\n", "a\tb\n"),
    ] {
        let (files, passed, rows, result) = recorded("--pass", before, input);
        assert_eq!((files, result), (vec![format!("{before}{header}5\t6\n")], Ok(())));
        assert_eq!((passed.as_str(), rows), (input, 1));
    }
    let before = "time\tvalue\n1.5\t1\ntime\ta\tb\n1.5\t1\t2\n";
    let (files, ..) = recorded("--timestamps unix", before, "7\n");
    assert_eq!(files, [format!("{before}time\tvalue\n1000000000.000000\t7\n")]);
    let (files, ..) = recorded("", parts, "a\tb\n");
    assert_eq!(files, [parts], "no row has come");
    let (files, ..) = recorded("", parts, "a\tb\nc\td\n5\t6\n");
    assert_eq!(files, [format!("{parts}c\td\n5\t6\n")]);
    let (files, ..) = recorded("--rotate 23", parts, "a\tb\n5\t6\n");
    assert_eq!(files, [parts, "a\tb\n5\t6\n"], "there is no room for both");
    let (files, ..) = recorded("--rotate 24", parts, "a\tb\n5\t6\n7\t8\n");
    assert_eq!(files, [&*format!("{parts}a\tb\n5\t6\n"), "a\tb\n7\t8\n"]);
}

#[test]
fn a_file_of_other_columns_is_left_alone() {
    for (words, before, input) in [
        ("", "7\n", "a\tb\n1\t2\n"),
        ("", "a\tb\n1\t2\n", "1\n"),
        ("", "a\tb\n", "b\ta\n1\t2\n"),
        ("", "a\tb\n1\t2\nb\ta\n", "c\td\n1\t2\n"),
        ("", "a\tb\n1\t2\na\tb\tc\n", "1\t2\n"),
        ("", "7\na\tb\n1\t2\n", "1\n"),
        ("--timestamps iso", "7\n", "1\n"),
        ("--timestamps iso", "time\tvalue\n1700000000.5\t1\n", "1\n"),
        ("--timestamps unix", "time\ta\tb\n", "a\tc\n1\t2\n"),
    ] {
        let (files, passed, rows, result) = recorded(&format!("--pass {words}"), before, input);
        assert_eq!((files, passed.as_str(), rows), (vec![before.to_owned()], "", 0), "{before:?}");
        let why = result.unwrap_err();
        let end = ": name another FILE, or begin this one anew with --truncate";
        assert!(why.starts_with("cannot record ") && why.ends_with(end), "{why}");
    }
}

#[test]
fn headers_in_the_middle_are_recorded_as_they_come_and_new_files_begin_with_the_last() {
    let input = "1\t2\na\tb\n3\t4\na\tb\nc\td\n5\t6\n7\t8\n";
    let (files, _, rows, result) = recorded("--rotate 24", "", input);
    assert_eq!(files, ["1\t2\na\tb\n3\t4\na\tb\nc\td\n5\t6\n", "c\td\n7\t8\n"]);
    assert_eq!((rows, result), (4, Ok(())));
    let input = "1\na\tb\n2\t3\n";
    let (files, _, rows, _) = recorded("", "", input);
    assert_eq!((files, rows), (vec![input.to_owned()], 2), "behind the classic stream");
}

#[test]
fn a_header_with_which_a_file_begins_stands_there_once() {
    for (words, input, expected) in [
        ("", "a\tb\nc\td\n1\t2\n", vec!["c\td\n1\t2\n"]),
        ("--rotate 8", "a\tb\n1\t2\nc\td\n3\t4\n", vec!["a\tb\n1\t2\n", "c\td\n3\t4\n"]),
        ("--rotate 8", "a\tb\n1\t2\na\tb\n3\t4\n", vec!["a\tb\n1\t2\n", "a\tb\n3\t4\n"]),
        ("--rotate 8", "a\tb\n1\t2\nc\td\n", vec!["a\tb\n1\t2\n", ""]),
    ] {
        let (files, passed, rows, result) = recorded(&format!("--pass {words}"), "", input);
        let count = input.matches(|it: char| it.is_ascii_digit()).count() as u64 / 2;
        assert_eq!((files, result), (expected.iter().map(|it| it.to_string()).collect(), Ok(())));
        assert_eq!((passed.as_str(), rows), (input, count));
    }
}

#[test]
fn arrival_times_stand_in_front_of_rows_and_their_name_in_front_of_headers() {
    let input = "a\tb\n1\t2\nc\td\n3\t4\n";
    let (files, passed, rows, _) = recorded("--timestamps unix --pass", "", input);
    let [row, other] = ["1\t2", "3\t4"].map(|row| format!("1000000000.000000\t{row}\n"));
    assert_eq!(files, [format!("time\ta\tb\n{row}time\tc\td\n{other}")]);
    assert_eq!((passed.as_str(), rows), (input, 2));
    let (files, _, rows, _) = recorded("--timestamps unix", "", "7\na\tb\n1\t2\n");
    let first = "time\tvalue\n1000000000.000000\t7\n";
    assert_eq!((files, rows), (vec![format!("{first}time\ta\tb\n{row}")], 2));
    let (files, _, _, result) = recorded("--timestamps iso", "", "time\tvalue\n1\t2\n");
    let why = "cannot put times in front of rows that have some already: leave --timestamps out";
    assert_eq!((files, result), (vec![String::new()], Err(why.to_owned())));
}

#[test]
fn what_is_given_up_is_counted_without_headers() {
    let clock = FakeClock::stopping_at(SECOND * 5);
    let disk = FakeFile { room: 10, ..FakeFile::new(&clock) };
    let input = &b"a\tb\n1\t2\na\tb\n3\t4\n5\t6\n"[..];
    let (disk, _, result, counts) = log_on(disk, "", input, io::sink());
    assert_eq!((disk.bytes.as_slice(), counts), (&b"a\tb\n1\t2\n"[..], [1, 1]));
    assert!(result.unwrap_err().starts_with("cannot record 2 samples: "));
}

#[test]
fn a_line_that_is_cut_off_has_the_number_that_it_has_in_the_stream() {
    let input = Chunks::of(b"a\tb\n1\t2\n3", 99).ended_by(stage::stream::ending::Ending::Stopped);
    let (_, reported, ..) = log_on(FakeFile::new(&FakeClock::new()), "", input, io::sink());
    assert!(reported[0].starts_with("line 3: "), "{reported:?}");
}

proptest! {
    #[test]
    fn any_chunking_of_a_table_gives_the_same_files(
        lines in proptest::collection::vec("(a\tb|c\td|[0-9]\t[0-9]|[a-d]{1,3}|\t|x\t1)", 1..12),
        size in 1usize..9,
        limit in 1u64..30,
        times in prop_oneof![Just(""), Just("--timestamps unix")],
    ) {
        let text = lines.join("\n");
        let words = format!("--rotate {limit} {times}");
        let whole = recorded(&words, "", &text);
        let disk = FakeFile::new(&FakeClock::new());
        let chunks = Chunks::of(text.as_bytes(), size);
        let (disk, _, result, [rows, _]) = log_on(disk, &words, chunks, io::sink());
        let files: Vec<_> = disk.old.iter().chain([&disk.bytes]).map(|it| String::from_utf8_lossy(it)).collect();
        prop_assert_eq!((files, rows, result), (whole.0.iter().map(Into::into).collect(), whole.2, whole.3));
        if times.is_empty() && lines[0].contains('\t') {
            let headers = lines.iter().filter(|it| ["a\tb", "c\td"].contains(&it.as_str())).count();
            prop_assert_eq!(rows as usize, lines.len() - headers);
        }
    }
}
