//! What the first header of a table may look like, and which columns it names.

use wandler_tests::run::{Finished, Program};

fn conv(options: &str, text: &str) -> Finished {
    Program::new("conv").words("--from -").words(options).input(text).finish()
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
    conv("--columns 9x", &"\n".repeat(1100)).exits(1).writes("").says(&[told]);
    let finished = conv("--columns a", &text).exits(1);
    assert!(finished.stderr.contains("(only 1000 lines are searched: see --skip)"), "{finished}");
}
