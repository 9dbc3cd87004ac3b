//! Values that stand for no reading: they are missing, and not rejected.

use std::fs;

use wandler_tests::account::{closing, closing_table};
use wandler_tests::run::{Finished, Program};

fn conv(options: &str, input: impl AsRef<[u8]>) -> Finished {
    Program::new("conv").words("--from -").words(options).input(input.as_ref()).finish()
}

#[test]
fn numbers_are_missing_by_value() {
    let thermometer = "21.4375\n85\n21.5\n85.0000\n21.5625\n";
    let read = conv("--missing 85", thermometer).exits(0).writes("21.4375\n21.5\n21.5625\n");
    read.says(&[closing_table(3, 1, 0, 2)]);
    // Before conversion; the value that comes of it is not missing.
    conv("--missing=-1 --scale=-1", "-1\n1\n2\n").exits(0).writes("-1\n-2\n");
    conv("--missing 85 --plausible 0..50", thermometer).exits(0);
    conv("--missing 255 --format u8", b"\x01\xff\x02").exits(0).writes("1\n2\n");
    conv("--missing 255,ch2=1 --format u8 --channels 2 --columns all", b"\x01\xff\x02\x01")
        .exits(0)
        .writes("ch1\tch2\n1\t\n2\t\n")
        .says(&[closing_table(2, 2, 0, 2)]);
}

#[test]
fn words_are_missing_as_they_stand() {
    let text = "1\n\n2\nNA\nN/A\n-\nnull\n3\n";
    conv("--missing ,NA,N/A,-,null", text)
        .exits(0)
        .writes("1\n2\n3\n")
        .says(&[closing_table(3, 1, 0, 5)]);
    conv("--missing na", "NA\nna\n1\n")
        .exits(3)
        .writes("1\n")
        .says(&["conv: line 1: not a number: \"NA\"", &closing_table(1, 1, 1, 1)]);
}

#[test]
fn quotes_around_a_missing_value_are_taken_off_in_a_single_column_too() {
    for (options, text) in [
        ("--columns a --missing NA", "a\n1\n\"NA\"\n2\n"),
        ("--columns a", "a\n1\n\"\"\n2\n"),
        ("--comment # --missing NA", "1\n\"NA\"\n2\n"),
    ] {
        let read = conv(options, text).exits(0).writes("1\n2\n");
        read.says(&[closing_table(2, 1, 0, 1)]);
    }
    let told = ["conv: line 3: not a number: \"\\\"x\\\"\"", &closing(1, 1)];
    conv("--columns a", "a\n1\n\"x\"\n").exits(3).writes("1\n").says(&told);
}

#[test]
fn a_row_of_empty_fields_is_missing_whatever_separates_them() {
    for delimiter in ["\t", ",", ";"] {
        let text = "a|b\n1|2\n|\n3|4\n".replace('|', delimiter);
        let all = conv("--columns all", &text).exits(0).writes("a\tb\n1\t2\n\t\n3\t4\n");
        all.says(&[closing_table(3, 2, 0, 2)]);
        conv("--columns a", &text).exits(0).writes("1\n3\n").says(&[closing_table(2, 1, 0, 1)]);
    }
    conv("--columns all", "a\tb\n1\t2\n\n3\t4\n").exits(0).says(&[closing_table(2, 2, 0, 0)]);
}

#[test]
fn a_file_that_is_polled_may_have_none() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [("a", "NA\n"), ("b", "\n"), ("c", "7\n")] {
        fs::write(dir.path().join(name), text).unwrap();
    }
    let poll = |options: &str| {
        let program = Program::new("conv").words("--period 1ms --count 1").words(options);
        program.dir(&dir).finish()
    };
    poll("--poll a --poll b --poll c --missing ,a=NA")
        .exits(0)
        .writes("a\tb\tc\n\t\t7\n")
        .says(&["conv: 1 row of 3 channels sent, 0 readings rejected, 2 missing, 0 ticks missed"]);
    let alone = poll("--poll a --missing NA --duration 5ms").exits(0).writes("");
    assert!(alone.stderr.contains(", 0 readings rejected, "), "{alone}");
}

#[test]
fn floats_that_are_not_numbers_are_missing_if_that_is_said() {
    let floats = [1f32, f32::NAN, f32::INFINITY, 2.0].map(f32::to_le_bytes).concat();
    conv("--format f32le", &floats).exits(3).writes("1\n2\n");
    conv("--format f32le --missing nan", &floats)
        .exits(3)
        .writes("1\n2\n")
        .says(&["conv: word 3: not a number", &closing_table(2, 1, 1, 1)]);
    conv("--format f32le --channels 2 --columns all --missing ch2=NaN", &floats)
        .exits(3)
        .writes("ch1\tch2\n1\t\n\t2\n")
        .says(&["conv: word 2: ch1: not a number", &closing_table(2, 2, 1, 1)]);
}

#[test]
fn a_row_keeps_the_place_of_what_is_missing() {
    conv("--delimiter , --missing NA,b=85,b=-", "a,b\nNA,85\n-,-\n1, 85.0\n85,1\n")
        .exits(3)
        .writes("a\tb\n\t\n\t\n1\t\n85\t1\n")
        .says(&["conv: line 3: column 1: not a number: \"-\"", &closing_table(4, 2, 1, 4)]);
    let first = conv("--delimiter , --missing NA", "NA,NA\n1,NA\n").exits(0);
    first.writes("ch1\tch2\n\t\n1\t\n");
    let stamped = conv("--missing NA --stamp", "NA\n1\n").exits(0);
    let ends: Vec<&str> =
        stamped.stdout.lines().map(|line| line.split_once('\t').unwrap().1).collect();
    assert_eq!(ends, ["value", "", "1"]);
}

#[test]
fn a_channel_whose_readings_may_be_missing_must_exist() {
    let why = "--missing is given for a channel \"c\", but there are a, b";
    conv("--columns a,b --missing c=1", "a,b\n1,2\n").exits(1).says(&[format!("conv: {why}")]);
    conv("--missing 1", "2\n").exits(0).says(&[closing(1, 0)]);
}
