//! What the first header of a table may look like, and which columns it names.

use wandler_tests::account::{closing, closing_table};
use wandler_tests::run::{Finished, Program};

fn conv(options: &str, text: &str) -> Finished {
    Program::new("conv").words("--from -").words(options).input(text).finish()
}

#[test]
fn a_header_between_blanks_is_one_above_a_row_of_its_width() {
    for text in ["temp hum\n1 2\n", "temp\thum\n1\t2\n", "taken at noon\ntemp hum\n1 2\n"] {
        for options in ["--columns all", "--columns 1,2", "--comment #"] {
            conv(options, text).exits(0).writes("temp\thum\n1\t2\n");
        }
    }
    conv("--delimiter blanks", "temp hum\n1 2\n")
        .exits(0)
        .writes("temp\thum\n1\t2\n")
        .says(&[closing_table(1, 2, 0, 0)]);
    conv("--columns 1", "temp hum\n1 2\n").exits(0).writes("1\n").says(&[closing(1, 0)]);
    conv("--time 1", "t hum\n1 2\n").exits(0).writes("time\thum\n1970-01-01T00:00:01.000000Z\t2\n");
    let told = "conv: line 2: the table begins here; 1 line before it passed over";
    let prose = conv("--delimiter blanks", "taken at noon\n1 2\n3 4\n").exits(0);
    prose.writes("ch1\tch2\n1\t2\n3\t4\n").says(&[told, &closing_table(2, 2, 0, 0)]);
}

#[test]
fn names_that_need_to_be_made_fit_may_look_like_numbers_or_none() {
    for (header, made, names) in [
        ("Na,K", "\"Na\" as Na_", "Na_\tK"),
        ("1st,b", "\"1st\" as ch_1st", "ch_1st\tb"),
        ("%,b", "\"%\" as ch1", "ch1\tb"),
        ("temp,-", "\"-\" as ch2", "temp\tch2"),
    ] {
        let made = format!("conv: line 2: names made fit: {made}");
        let finished = conv("--columns all", &format!("{header}\n1,2\n{header}\n3,4\n")).exits(0);
        finished
            .writes(&format!("{names}\n1\t2\n3\t4\n"))
            .says(&[&made, &closing_table(2, 2, 0, 0)]);
    }
    // Rows of errors are none.
    for (first, options) in [("1st,NA", ""), ("00:30,2nd", ""), ("x,NA", "--missing NA")] {
        let text = format!("{first}\n1,2\n");
        let finished = conv(&format!("--delimiter , {options}"), &text);
        assert!(finished.stdout.starts_with("ch1\tch2\n"), "{first}: {finished}");
        assert!(finished.stdout.ends_with("1\t2\n"), "{first}: {finished}");
    }
}

#[test]
fn a_delimiter_at_the_end_of_the_header_or_of_the_rows_makes_no_column() {
    for text in ["a,b\n1,2,\n3,4,\n", "a,b,\n1,2\n3,4\n", "a,b,\n\nV,A\n1,2\n3,4\n"] {
        conv("--columns all", text).exits(0).writes("a\tb\n1\t2\n3\t4\n");
        conv("--columns b", text).exits(0).writes("2\n4\n");
    }
    conv("--columns all --names x,y", "a,b,\n1,2,\n").exits(0).writes("x\ty\n1\t2\n");
    // Something stands in it, or nothing shows that it is none.
    conv("--columns all", "a,b,\n1,2,3\n").exits(0).writes("a\tb\tch3\n1\t2\t3\n");
    conv("--columns all", "a,b,\n").exits(0).writes("a\tb\tch3\n");
    let told = ["conv: line 3: 3 columns instead of 2: \"3,4,5\"", &closing_table(1, 2, 1, 0)];
    conv("--columns all", "a,b\n1,2\n3,4,5\n").exits(3).says(&told);
    // It may be one too many that stands before it.
    let told = ["conv: line 3: 3 columns instead of 2: \"3,4,\"", &closing_table(1, 2, 1, 0)];
    conv("--columns all", "a,b\n1,2\n3,4,\n").exits(3).says(&told);
    // A scope's second line has numbers, so that it may as well be a row.
    let scope = "X,CH1,Start,Increment,\nSequence,Volt,-1e-3,2e-6\n0,1.2e-2,,\n";
    let told = ["conv: line 2: column 2: not a number: \"Volt\"", &closing(1, 1)];
    conv("--columns CH1", scope).exits(3).writes("0.012\n").says(&told);
}

#[test]
fn a_name_that_two_columns_have_is_not_taken_for_one() {
    let why = "cannot take columns of standard input: several columns are called \"a\": 1, 3";
    conv("--columns a", "a,b,a\n1,2,3\n").exits(1).writes("").says(&[format!("conv: {why}")]);
    conv("--columns 3", "a,b,a\n1,2,3\n").exits(0).writes("3\n");
    conv("--columns a_2", "a,b,a\n1,2,3\n").exits(0).writes("3\n");
}

#[test]
fn a_message_names_some_of_many_columns_and_says_where_the_search_ended() {
    let names: Vec<String> = (1..=1000).map(|number| format!("c{number}")).collect();
    let rows = format!("{}\n{}\n", names.join(","), ["1"; 1000].join(","));
    let finished = conv("--columns x", &rows).exits(1).writes("");
    let begins = finished.stderr.contains("no column \"x\"; the header has \"c1\", ");
    assert!(begins && finished.stderr.ends_with("\"c50\", and 950 more\n"), "{finished}");
    let why = "nothing names them in 1001 lines (only 1000 lines are searched: see --skip)";
    let told = format!("conv: cannot take columns of standard input: {why}");
    let text = format!("{}a,b\n1,2\n", "no table, yet;\n".repeat(1001));
    let messages = format!("{}1 2\n", "not yet ready\n".repeat(1100));
    conv("--columns 2", &messages).exits(3).writes("2\n").mentions(&closing(1, 100));
    conv("--columns 9x", &"\n".repeat(1100)).exits(1).writes("").says(&[told]);
    let finished = conv("--columns a", &text).exits(1);
    assert!(finished.stderr.contains("(only 1000 lines are searched: see --skip)"), "{finished}");
}
