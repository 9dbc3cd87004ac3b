//! Decimal commas: where they are read, and where one that may be meant is reported.

use wandler_tests::account::{closing, closing_table};
use wandler_tests::converted::of_text_by as conv;

#[test]
fn a_decimal_comma_is_read_where_it_is_said() {
    let text = "Zeit;Wert\r\n0,001;1,25\r\n0,002;1,50\r\n0,003;-0,75\r\n";
    for columns in ["Wert", "2"] {
        conv(&["--columns", columns, "--decimal", ","], text)
            .exits(0)
            .writes("1.25\n1.5\n-0.75\n")
            .says(&[closing(3, 0)]);
    }
    conv(&["--decimal", ","], "1,25\n1.25\n\n3\n-0,50\n")
        .exits(3)
        .writes("1.25\n3\n-0.5\n")
        .says(&["conv: line 2: not a number: \"1.25\"", "conv: line 3: empty", &closing(3, 2)]);
    conv(&["--decimal", ",", "--delimiter", ","], "").exits(2).says(&[
        "conv: a comma is the --decimal sign or the --delimiter, not both; try 'conv --help'",
    ]);
}

#[test]
fn a_comma_that_may_be_the_decimal_sign_is_reported() {
    let notice = "conv: line 1: divided at ',' into fields; add --decimal , if it is the decimal sign, or \
                  else --delimiter ,";
    let doubted = |options: &[&str], text: &str, out: &str| {
        conv(options, text).exits(0).writes(out).says(&[notice, &closing(2, 0)]);
    };
    doubted(&["--columns", "1"], "1,25\n1,5\n", "1\n1\n");
    doubted(&["--columns", "2"], "1,25\n2,30\n", "25\n30\n");
    doubted(&["--columns", "2"], "roof;21,5\nroof;21,6\n", "5\n6\n");
    doubted(&["--columns", "2"], "2026-01-01 10:00;2,5\n2026-01-01 10:01;2,6\n", "5\n6\n");
    doubted(&["--columns", "1"], "21,5;48,2\n21,6;48,3\n", "21\n21\n");
    for options in [&["--delimiter", ","][..], &["--decimal", "."]] {
        let options = [options, &["--columns", "1"]].concat();
        conv(&options, "1,25\n1,5\n").exits(0).writes("1\n1\n").says(&[closing(2, 0)]);
    }
    conv(&["--columns", "1", "--decimal", ","], "1,25\n1,5\n")
        .exits(0)
        .writes("1.25\n1.5\n")
        .says(&[closing(2, 0)]);
    for text in ["a,b\n1,25\n2,30\n", "1.0,25\n2.0,30\n", "1,25,7\n2,30,7\n"] {
        conv(&["--columns", "1"], text).exits(0).writes("1\n2\n").says(&[closing(2, 0)]);
    }
}

#[test]
fn whoever_says_nothing_of_decimal_commas_is_told_what_to_say() {
    let either =
        "add --decimal , if ',' is the decimal sign, or --delimiter , if it separates columns";
    conv(&[], "1,25\n-0,5\n").exits(3).writes("").says(&[
        "conv: line 1: not a number: \"1,25\"",
        &format!("conv: line 1: {either}"),
        "conv: line 2: not a number: \"-0,5\"",
        &closing(0, 2),
    ]);
    conv(&[], "20\n21\n1,2,3\n\n21,5\n22\n22,5\n").exits(3).writes("20\n21\n22\n").says(&[
        "conv: line 3: not a number: \"1,2,3\"",
        "conv: line 4: empty",
        "conv: line 5: not a number: \"21,5\"",
        &format!("conv: line 5: {either}"),
        "conv: line 7: not a number: \"22,5\"",
        &closing(3, 4),
    ]);
    let separated = conv(&[], "21,5;48\n").exits(3);
    separated.says(&[
        "conv: line 1: not a number: \"21,5;48\"",
        &format!("conv: line 1: {either}"),
        &closing(0, 1),
    ]);
}

#[test]
fn a_field_with_a_comma_may_have_a_decimal_one() {
    let told = |options: &[&str], text: &str, column: u8| {
        conv(options, text).exits(3).says(&[
            &format!("conv: line 2: column {column}: not a number: \"21,5\""),
            "conv: line 2: add --decimal , if ',' is the decimal sign",
            &format!("conv: line 3: column {column}: not a number: \"21,6\""),
            &match options {
                [] => closing_table(2, 2, 2, 0),
                _ => closing(0, 2),
            },
        ]);
    };
    told(&[], "a\tb\n1\t21,5\n2\t21,6\n", 2);
    told(&["--columns", "Temp"], "Temp;hum\n21,5;48\n21,6;49\n", 1);
    let quoted = "a,b\n\"21,5\",1\n";
    conv(&["--columns", "a"], quoted)
        .exits(3)
        .says(&["conv: line 2: column 1: not a number: \"21,5\"", &closing(0, 1)]);
}

#[test]
fn unix_seconds_have_the_decimal_sign_of_the_text() {
    for options in [&["--time-format", "unix"][..], &[]] {
        let all = [&["--decimal", ",", "--time", "t"][..], options].concat();
        conv(&all, "t;v\n1700000000,5;1,5\n1700000001;2\n")
            .exits(0)
            .writes("time\tv\n2023-11-14T22:13:20.500000Z\t1.5\n2023-11-14T22:13:21.000000Z\t2\n");
    }
}
