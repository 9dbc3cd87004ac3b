//! Headers behind the first, as in files that were put together, and what looks like one.

use wandler_tests::account::{closing, closing_table};
use wandler_tests::run::{Finished, Program};

fn conv(options: &str, text: &str) -> Finished {
    Program::new("conv").words("--from -").words(options).input(text).finish()
}

fn units(number: u32, line: &str) -> String {
    format!("conv: line {number}: passed over as a line of units: {line:?}")
}

#[test]
fn a_header_right_behind_another_one_is_no_line_of_units() {
    for (options, text, rows) in [
        ("--columns a", "a,b\nb,a\n3,4\n", "4\n"),
        ("--columns a", "a;b\nb;a\n3;4\n", "4\n"),
        ("--columns a", "a\tb\nb\ta\n3\t4\n", "4\n"),
        ("--columns a", "a,b\n1,2\nb,a\na,b\n3,4\n", "1\n3\n"),
        ("--columns a --time t", "t,a\na,t\n3,4\n", "time\ta\n1970-01-01T00:00:04.000000Z\t3\n"),
        ("--columns a", "a,b\na,b,c\n1,2,3\n", "1\n"),
    ] {
        let count = rows.lines().filter(|line| !line.starts_with("time")).count();
        conv(options, text).exits(0).writes(rows).says(&[closing(count, 0)]);
    }
    conv("--columns all", "a,b\nb,a\n3,4\n").exits(0).writes("a\tb\nb\ta\n3\t4\n");
}

#[test]
fn units_may_be_called_like_a_column_at_its_place() {
    let text = "t,V\ns,V\n0,1.5\nt,V\ns,V\n1,2.5\n";
    let told = [units(2, "s,V"), units(5, "s,V"), closing(2, 0)];
    conv("--columns V", text).exits(0).writes("1.5\n2.5\n").says(&told);
}

#[test]
fn a_line_with_a_number_or_a_date_is_no_line_of_units() {
    let why = |line: u32, column: u32| {
        format!("conv: line {line}: column {column}: not a number: \"ERR\"")
    };
    let told = [why(2, 1), why(3, 1), closing(1, 2)];
    conv("--columns a", "a,b,c\nERR,1,2\nERR,3,4\n5,6,7\n").exits(3).writes("5\n").says(&told);
    for date in ["2025-01-01", "1/2/2025", "01.02.2025 12:00"] {
        let text = format!("date,a,b\n{date},ERR,ERR\n{date},1,2\n");
        let told = [why(2, 2), why(2, 3), closing_table(2, 2, 2, 0)];
        conv("--columns a,b", &text).exits(3).writes("a\tb\n\t\n1\t2\n").says(&told);
    }
    let told = [units(2, "1/min,m/s^2"), closing(1, 0)];
    conv("--columns a", "n,a\n1/min,m/s^2\n3,4\n").exits(0).writes("4\n").says(&told);
}

#[test]
fn a_comment_may_be_another_header() {
    for (text, rows) in [
        ("# hum,temp\n1,2\n# temp,hum\n3,4\n", "1\n4\n"),
        ("# hum,temp\n1,2\n# p,temp,hum\n3,4,5\n", "1\n5\n"),
        // No row of it follows.
        ("# hum,temp\n1,2\n# p,temp,hum\n3,4\n", "1\n3\n"),
        ("# hum,temp\n1,2\n# temp,see below\n3,4\n", "1\n3\n"),
        ("# hum temp\n1 2\n# temp hum\n3 4\n", "1\n4\n"),
        ("# hum temp\n1 2\n# cleaned hum\n3 4\n", "1\n3\n"),
    ] {
        let finished = conv("--columns hum --comment #", text).exits(0).writes(rows);
        finished.says(&[closing(2, 0)]);
    }
}

#[test]
fn columns_that_are_not_named_follow_another_header_too() {
    let text = "a,b\n1,2\nb,a\n3,4\n";
    conv("--columns all --scale a=100", text)
        .exits(0)
        .writes("a\tb\n100\t2\nb\ta\n3\t400\n")
        .says(&[closing_table(2, 2, 0, 0)]);
    for options in ["--columns 1,2", "--delimiter ,"] {
        conv(options, text).exits(0).writes("a\tb\n1\t2\nb\ta\n3\t4\n");
    }
    // Of names that have to be made fit, those of the last header are known.
    conv("--columns all", "a.1,b.1\n1,2\nb.1,a.1\n3,4\n")
        .exits(0)
        .writes("a_1\tb_1\n1\t2\nb_1\ta_1\n3\t4\n");
    let other =
        "conv: line 3: another header, of other columns: \"c,d\" (if it is a row, see --missing)";
    conv("--columns all", "a,b\n1,2\nc,d\n3,4\n")
        .exits(0)
        .writes("a\tb\n1\t2\nc\td\n3\t4\n")
        .says(&[other, &closing_table(2, 2, 0, 0)]);
    // One that was there before is no line of units below it.
    conv("--columns all", "a,b\n1,2\nc,d\na,b\n3,4\n")
        .exits(0)
        .writes("a\tb\n1\t2\nc\td\na\tb\n3\t4\n")
        .says(&[other, &closing_table(2, 2, 0, 0)]);
}

#[test]
fn a_channel_that_another_header_lacks_is_missing() {
    let told = |line: &str| {
        let what = "another header, which lacks the columns asked for";
        format!("conv: line 3: {what}: {line} (if it is a row, see --missing)")
    };
    for (text, line) in [
        ("hum,temp\n1,2\nother,x\n3,4\n", "\"other,x\""),
        ("hum\ttemp\n1\t2\nother\tx\n3\t4\n", "\"other\\tx\""),
    ] {
        let told = [told(line), closing_table(1, 1, 0, 1)];
        conv("--columns hum", text).exits(0).writes("1\n").says(&told);
    }
}

#[test]
fn rows_of_words_are_no_headers() {
    let rejected = |text: &str| {
        let both = [1, 2].map(|column| {
            let word = text.split([',', ' ']).nth(column - 1).unwrap();
            format!("conv: line 3: column {column}: not a number: {word:?}")
        });
        [both[0].clone(), both[1].clone(), closing_table(3, 2, 2, 0)]
    };
    for line in ["ERR,ERR", "nan,x", "1st,2nd", "#,a"] {
        let text = format!("a,b\n1,2\n{line}\n3,4\n");
        let finished = conv("--columns all", &text).exits(3).writes("a\tb\n1\t2\n\t\n3\t4\n");
        finished.says(&rejected(line));
    }
    let blanks = conv("--delimiter blanks --columns 1,2", "1 2\n3 4\nsensor failed\n").exits(3);
    blanks.writes("ch1\tch2\n1\t2\n3\t4\n\t\n");
    // No header went before.
    conv("--delimiter ,", "1,2\n3,4\nsensor,failed\n").exits(3).says(&rejected("sensor,failed"));
    let missing = "--columns all --missing off,on";
    conv(missing, "a,b\n1,2\noff,on\n3,4\n").exits(0).writes("a\tb\n1\t2\n\t\n3\t4\n");
}
