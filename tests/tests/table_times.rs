//! The times in a table that `conv` reads: where they are passed on, replaced or refused.

use wandler_tests::account::{closing, closing_table};
use wandler_tests::converted::{of_text, without_stamps};
use wandler_tests::run::{Finished, Program};

#[test]
fn times_of_the_input_are_passed_on_where_they_are_asked_for_or_belong_to_a_table() {
    let (a, b) = ("2023-11-14T22:13:20.500000Z", "2023-11-14T22:13:21.000000Z");
    let recording = "time\tvalue\n1700000000.5\t1\n1700000001\t2\nlater\t3\n";
    let why = "conv: line 4: not a time in Unix seconds in front: \"later\\t3\"";
    of_text("", recording).exits(3).writes("1\n2\n").says(&[why, &closing(2, 1)]);
    for words in ["--time 1", "--time time", "--time 1 --columns value"] {
        let timed = of_text(words, recording).exits(3).says(&[why, &closing(2, 1)]);
        timed.writes(&format!("time\tvalue\n{a}\t1\n{b}\t2\n"));
    }
    let table = "time\ttemp\thum\n2023-11-14T23:13:20.5+01:00\t1\t\n2023-11-14T22:13:21Z\t\t2\n";
    let whole = format!("time\ttemp\thum\n{a}\t1\t\n{b}\t\t2\n");
    of_text("", table).exits(0).writes(&whole).says(&[closing_table(2, 2, 0, 2)]);
    of_text("", &whole).exits(0).writes(&whole);
    of_text("--columns hum", table).exits(0).writes("2\n");
    let hum = of_text("--columns hum --time time", table).exits(0);
    hum.writes(&format!("time\thum\n{a}\t\n{b}\t2\n"));
    let behind = format!("x\twhen\n1\t{a}\n2\t{b}\n");
    of_text("--time when", &behind).exits(0).writes(&format!("time\tx\n{a}\t1\n{b}\t2\n"));
    of_text("--time 2", "1\t1700000000.5\n").exits(0).writes(&format!("time\tvalue\n{a}\t1\n"));
    let stamped = of_text_stamped(table);
    assert_eq!(without_stamps(&stamped, "time\ttemp\thum"), ["1\t", "\t2"]);
}

/// The same with the times of the readings, which differ from run to run.
fn of_text_stamped(text: &str) -> Finished {
    Program::new("conv").words("--from - --stamp").input(text).finish().exits(0)
}

#[test]
fn a_time_is_not_taken_as_a_channel() {
    let table = "time\ta\n2023-11-14T22:13:20Z\t1\n";
    let refused = |words: &str, text: &str, why: &str| {
        let why = format!("conv: cannot take columns of standard input: {why}: see --time");
        of_text(words, text).exits(1).writes("").says(&[why]);
    };
    for words in
        ["--columns time", "--columns a,1", "--columns time --time 1", "--columns 1 --stamp"]
    {
        refused(words, table, "column \"time\" is the time");
    }
    refused("--columns 2,1", "2023-11-14T22:13:20Z\t1\n", "column 1 is the time");
    let why = "a time, which belongs in a first column called time (see conv --time)";
    let why = format!("conv: line 2: column 2: {why}: \"2023");
    let finished = of_text("", "a\ttime\n1\t2023-11-14T22:13:20Z\n").exits(3);
    assert!(
        finished.stderr.lines().nth(1).is_some_and(|line| line.starts_with(&why)),
        "{finished}"
    );
}

#[test]
fn a_column_called_the_time_is_used_where_it_is_and_nowhere_else() {
    let parts = "time\ta\n2023-11-14T22:13:20Z\t1\na\tb\n2\t3\n";
    of_text("--columns a --step 5", parts).exits(0).writes("1\n2\n").says(&[closing(2, 0)]);
}

#[test]
fn a_later_header_without_the_column_of_times_is_judged_as_a_row() {
    let text = "when\ta\n1.5\t1\nx\ta\n2.5\t2\n";
    let why = "conv: line 3: not a time in Unix seconds in front: \"x\\ta\"";
    of_text("--time when", text).exits(3).says(&[why, &closing(2, 1)]);
    let why = "conv: line 3: a header of 3 columns instead of 2 (see --names): \"a\\tb\\tc\"";
    let finished = of_text("--names x,y", "a\tb\n1\t2\na\tb\tc\n3\t4\n").exits(3);
    finished.writes("x\ty\n1\t2\n3\t4\n").says(&[why, &closing_table(2, 2, 1, 0)]);
}

#[test]
fn rows_behind_a_header_that_lacks_the_time_asked_for_are_rejected() {
    let parts = "time\tvalue\n2023-11-14T22:13:20Z\t1\na\tb\n3\t4\n";
    of_text("--columns 2 --time time", parts)
        .exits(3)
        .writes("time\tvalue\n2023-11-14T22:13:20.000000Z\t1\n")
        .says(&[
            "conv: line 4: not a time in ISO 8601 or Unix seconds (see --time-format): \"3\\t4\"",
            &closing(1, 1),
        ]);
}
