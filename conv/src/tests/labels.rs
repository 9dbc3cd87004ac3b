//! Lines with labels that are like the ones before, which have a fast way of their own.

use clap::Parser;
use proptest::prelude::*;
use stage::fake::{Chunks, FakeClock};
use stage::process::ledger::{Entry, Table};

use crate::source::stream::Stream;
use crate::*;

/// What is sent of `text`, what is said of it, and the account.
fn taken(options: &str, text: &str) -> (String, Vec<String>, Entry) {
    let words = ["conv", "--from", "-"].into_iter().chain(options.split_whitespace());
    let options = Options::try_parse_from(words).unwrap();
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let mut sender = Sender::new(&mut output, None, &mut messages);
    let input = Chunks::of(text.as_bytes(), 1000);
    let stream = Stream::whole(input, "x", options.layout(), FakeClock::new());
    let _ = convert_stream(stream, Processing::new(options.settings()), &mut sender);
    let entry = sender.close();
    (String::from_utf8(output).unwrap(), messages, entry)
}

/// A message without the numbers of lines in it.
fn without_places(message: &str) -> String {
    let parts = message.split("line ");
    parts.map(|part| part.trim_start_matches(|it: char| it.is_ascii_digit())).collect()
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => "-?(0|[1-9][0-9]{0,5})(\\.[0-9]{1,3})?",
        1 => "(x|NA|007|1\\.|\\.5|1e3|1.5e|\\+5|-|1-2|1.2.3|1,5|1: 5|\"7\"|null|[0-9]{30,40})?",
    ]
}

/// Lines of one form, with any numbers.
fn alike() -> impl Strategy<Value = Vec<String>> {
    let forms = proptest::sample::select(vec![
        "a:#,b:#",
        "a:#,b1:#",
        "a: # b=#",
        "b=#;a=# s",
        "a:#",
        "a:#,a:#",
        "a:#,c:#,b:#",
        "a:# id:x b:#",
        "a:#.,#",
        "time:# a:#",
        "{\"a\":#,\"b\":#}",
        "{\"\\u0061\":#,\"b\":#}",
        "{\"id\":\"x\",\"a\":#,\"n\":{\"a\":7},\"b\":# }",
        "{\"time\":#,\"a\":#}",
    ]);
    let values = proptest::collection::vec((value(), value()), 1..12);
    (forms, values).prop_map(|(form, values)| {
        let line = |(one, two): &(String, String)| form.replacen('#', one, 1).replacen('#', two, 2);
        values.iter().map(line).collect()
    })
}

const OPTIONS: [&str; 11] = [
    "",
    "--columns a",
    "--columns b,a",
    "--columns a,b1",
    "--names q,r",
    "--decimal ,",
    "--stamp",
    "--comment a:2",
    "--comment {\"a\":1",
    "--columns a --spike 100 --plausible ..1000",
    "--columns b --offset -1 --scale 0.5 --plausible ..1000",
];

/// What becomes of `lines`, each of which may be like the one before; and of the same lines, between which
/// stands an empty one, which is no row, and which none is like.
fn near_and_apart(options: &str, lines: &[String]) -> [(String, Vec<String>, Entry); 2] {
    ["\n", "\n\n"].map(|between| {
        let (output, messages, entry) = taken(options, &lines.join(between));
        (output, messages.iter().map(|it| without_places(it)).collect(), entry)
    })
}

proptest! {
    #[test]
    fn lines_give_the_same_whatever_the_one_before_was_like(
        lines in proptest::collection::vec(alike(), 0..20),
        format in proptest::sample::select(vec!["labels", "json"]),
        options in proptest::sample::select(OPTIONS.to_vec()),
    ) {
        let options = format!("--format {format} --missing NA,4 {options}");
        let [near, apart] = near_and_apart(&options, &lines.concat());
        prop_assert_eq!(near, apart);
    }
}

#[test]
fn rejections_have_the_same_order_whatever_way_rows_go() {
    let rows = vec!["a:1".to_owned(); 20];
    let lines = [rows.clone(), vec!["a:150".to_owned(), "a:2000".to_owned()], rows].concat();
    let options = "--format labels --spike 1000 --step 100 --plausible ..1000";
    let [near, apart] = near_and_apart(options, &lines);
    assert_eq!(near.1.len(), 2, "{near:?}");
    assert_eq!(near, apart);
}

#[test]
fn lines_are_numbered_whatever_way_they_go() {
    let line = |number: u64| match number {
        700 => "a:1,b:x\n".to_owned(),
        800 => "b:2,a:1\n".to_owned(),
        900 => "\n".to_owned(),
        950 => "a:1,b:nothing\n".to_owned(),
        number => format!("a:{number},b:2.50\n"),
    };
    let text: String = (1..=1000).map(line).collect();
    let (output, messages, entry) = taken("--format labels --plausible a=..999", &text);
    let rows = output.lines().skip(1);
    let expected = (1..=1000).filter(|number| *number != 900).map(|number| match number {
        700 | 950 => "1\t".to_owned(),
        800 => "1\t2".to_owned(),
        1000 => "\t2.5".to_owned(),
        number => format!("{number}\t2.5"),
    });
    assert!(rows.eq(expected), "{output}");
    assert_eq!(
        messages,
        [
            "line 700: b: not a number: \"x\"",
            "line 950: b: not a number: \"nothing\"",
            "line 1000: a: outside ..999: 1000",
        ]
    );
    let table = Some(Table { channels: 2, missing: 0 });
    assert_eq!(entry, Entry::Conv { sent: 999, rejected: 3, missed: 0, table });
}

#[test]
fn a_comment_is_no_row_even_if_only_its_numbers_are_others() {
    let rows = "a:1,b:2\n".repeat(20);
    let text = format!("{rows}a:21,b:3\n{rows}");
    for (comment, rows) in [("a:", 0), ("a:2", 40), ("a", 0), ("a:21,", 40), ("a:211", 41)] {
        let (output, ..) = taken(&format!("--format labels --comment {comment}"), &text);
        assert_eq!(output.lines().skip(1).count(), rows, "{comment}");
    }
}
