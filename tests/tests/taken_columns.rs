//! The columns that `conv` takes of a table: which they are, what they are called, and what is said of one
//! that is not there.

use wandler_tests::account::{closing, closing_table};
use wandler_tests::converted::of_text;
use wandler_tests::run::Program;

#[test]
fn a_table_is_passed_on_or_columns_are_taken_of_it() {
    let table = "temp [°C]\thum\n21.50\t48\n\t+7\n22\tx\n1\n";
    let width = "conv: line 5: 1 column instead of 2: \"1\"";
    let field = "conv: line 4: column 2: not a number: \"x\"";
    of_text("", table).exits(3).writes("temp [°C]\thum\n21.5\t48\n\t7\n22\t\n").says(&[
        field,
        width,
        &closing_table(3, 2, 2, 1),
    ]);
    of_text("--columns hum", table).exits(3).writes("48\n7\n").says(&[
        field,
        width,
        &closing(2, 2),
    ]);
    of_text("--columns 1", table)
        .exits(3)
        .writes("21.5\n22\n")
        .says(&[width, &closing_table(2, 1, 1, 1)]);
    of_text("--columns hum,temp --names h,t --scale t=2", table)
        .exits(3)
        .writes("h\tt\n48\t43\n7\t\n\t44\n");
    of_text("--columns all", "1\t2\n3\t4\n").exits(0).writes("ch1\tch2\n1\t2\n3\t4\n");
    of_text("--columns 3,1", "1\tx\t2\n").exits(0).writes("ch3\tch1\n2\t1\n");
    of_text("--names a,b", "\t\n1\t\n").exits(0).writes("a\tb\n\t\n1\t\n");
}

#[test]
fn columns_that_do_not_exist_are_an_error_that_names_those_that_do() {
    let table = "a\tb c\n1\t2\n";
    for (words, why) in [
        ("--columns x", "no column \"x\"; the header has \"a\", \"b c\""),
        ("--columns 3", "there is no column 3 of 2: \"a\", \"b c\""),
        ("--time t", "no column \"t\"; the header has \"a\", \"b c\""),
        ("--names x", "--names has 1 name for 2 channels"),
        ("--columns a,1", "column 1, \"a\", is taken twice"),
    ] {
        let finished = of_text(words, table).exits(1).writes("");
        finished.says(&[format!("conv: cannot take columns of standard input: {why}")]);
    }
    let why = "nothing names \"a\", since the first row is no header: \"1\\t2\"";
    of_text("--columns a", "1\t2\n")
        .exits(1)
        .says(&[format!("conv: cannot take columns of standard input: {why}")]);
    of_text("--scale c=2", table)
        .exits(1)
        .says(&["conv: --scale is given for a channel \"c\", but there are a, b c"]);
    of_text("--scale c=2", "1\n").exits(1).says(&[
        "conv: --scale is given for a channel \"c\", but the only one has no name (--names gives it one)",
    ]);
}

#[test]
fn foreign_names_are_made_fit_and_that_is_reported_once() {
    let table = "Temp.1\tHum,2\thum\thum\n1\t2\t3\t4\nTemp.1\tHum,2\thum\thum\n5\t6\t7\t8\n";
    let told =
        "conv: line 1: names made fit: \"Temp.1\" as Temp_1, \"Hum,2\" as Hum_2, \"hum\" as hum_2";
    of_text("", table)
        .exits(0)
        .writes("Temp_1\tHum_2\thum\thum_2\n1\t2\t3\t4\n5\t6\t7\t8\n")
        .says(&[told, &closing_table(2, 4, 0, 0)]);
    of_text("--columns Temp.1", table).exits(0).writes("1\n5\n").says(&[closing(2, 0)]);
    of_text("--columns hum_2,Hum_2 --names x,y", table)
        .exits(0)
        .writes("x\ty\n4\t2\n8\t6\n")
        .says(&[closing_table(2, 2, 0, 0)]);
}

#[test]
fn a_unit_need_not_be_said_unless_it_is_what_distinguishes_channels() {
    let table = "temp (°C)\thum [%]\ta [x]\ta [y]\tHum,2\n21\t48\t1\t2\t49\n";
    of_text("--columns temp", table).exits(0).writes("21\n");
    of_text("--columns hum,temp --scale temp=2", table)
        .exits(0)
        .writes("hum [%]\ttemp (°C)\n48\t42\n");
    of_text("--columns Hum_2", table).exits(0).writes("49\n");
    let list = "\"temp (°C)\", \"hum [%]\", \"a [x]\", \"a [y]\", \"Hum,2\"";
    for (columns, why) in [
        ("a", "several columns are called \"a\": \"a [x]\", \"a [y]\"".to_owned()),
        ("Hum,2", format!("no column \"Hum\"; the header has {list} (Hum_2 stands for \"Hum,2\")")),
    ] {
        let told = format!("conv: cannot take columns of standard input: {why}");
        of_text(&format!("--columns {columns}"), table).exits(1).writes("").says(&[told]);
    }
    let own = table.replace("\tHum,2", "").replace("\t49", "");
    let why = "--scale is given for \"a\", which may be \"a [x]\" or \"a [y]\"";
    of_text("--scale a=2", &own).exits(1).says(&[format!("conv: {why}")]);
    // A whole name comes before one without its unit.
    of_text("--scale temp=2 --missing temp=7", "temp (raw)\ttemp\n7\t8\n9\t7\n")
        .exits(0)
        .writes("temp (raw)\ttemp\n7\t16\n9\t\n");
    let stat = |columns: &str| {
        let stat = Program::new("stat").args(["--columns", columns, "--every", "9"]);
        stat.input(&*own).finish()
    };
    assert!(stat("temp").exits(0).stdout.starts_with("{\"channel\":\"temp (°C)\",\"n\":1,"));
    let why = "cannot count channel \"a\": both \"a [x]\" and \"a [y]\" are called so";
    stat("a").exits(1).writes("").says(&[format!("stat: {why}")]);
}

#[test]
fn a_first_row_that_names_do_not_fit_decides_nothing() {
    let text = "2023-11-14T22:13:20Z\t\n1\t2\n";
    of_text("--names a,b", text).exits(3).writes("a\tb\n1\t2\n").says(&[
        "conv: line 1: 2 columns instead of 3: \"2023-11-14T22:13:20Z\\t\"",
        &closing_table(1, 2, 1, 0),
    ]);
}

#[test]
fn another_header_begins_another_part_and_the_same_one_is_passed_over() {
    let parts = "1\n2\na\tb\n3\t4\na\tb\n5\t6\nb\tc\n7\t8\n";
    let expected = "1\n2\na\tb\n3\t4\n5\t6\nb\tc\n7\t8\n";
    of_text("", parts).exits(0).writes(expected).says(&[closing_table(5, 2, 0, 0)]);
    let missing = "a\tb\n3\t4\nb\tc\n7\t8\n";
    of_text("--columns b,a", missing).exits(0).writes("b\ta\n4\t3\n7\t\n");
}

#[test]
fn columns_taken_by_number_are_sent_as_what_each_header_calls_them() {
    let swapped = "time\ttemp\thum\n0\t20\t50\ntime\thum\ttemp\n1\t51\t21\n";
    of_text("--columns 2,3", swapped).exits(0).writes("temp\thum\n20\t50\nhum\ttemp\n51\t21\n");
    of_text("--columns 2,3 --names x,y", swapped).exits(0).writes("x\ty\n20\t50\n51\t21\n");
    let scaled = of_text("--columns 2,3 --scale temp=10", swapped).exits(0);
    scaled.writes("temp\thum\n200\t50\nhum\ttemp\n51\t210\n");
    // A column that is absent is called as before, but never as one that is there.
    let narrower = "a\tb\tc\n1\t2\t3\nb\tx\n4\t5\n";
    of_text("--columns 3,2", narrower).exits(0).writes("c\tb\n3\t2\nc\tx\n\t5\n");
    of_text("--columns 2,1", "a\tb\n1\t2\ntime\tb\n3\t4\n").exits(0).writes("b\ta\n2\t1\n4\t\n");
    of_text("--columns 3,1", narrower).exits(0).writes("c\ta\n3\t1\nc\tb\n\t4\n");
    of_text("--columns 2,1", "a\tb\n1\t2\nb\tc\td\n3\t4\t5\n")
        .exits(0)
        .writes("b\ta\n2\t1\nc\tb\n4\t3\n");
    of_text("--columns 1,3", "b\tx\tb [V]\n1\t2\t3\nb [V]\ty\n4\t5\n")
        .exits(0)
        .writes("b\tb [V]\n1\t3\nb [V]\tb_2 [V]\n4\t\n");
}

#[test]
fn the_count_is_of_rows_and_headers_are_not_counted() {
    of_text("--count 2", "a\tb\n1\t2\n3\t4\n5\t6\n")
        .exits(0)
        .writes("a\tb\n1\t2\n3\t4\n")
        .says(&[closing_table(2, 2, 0, 0)]);
}
