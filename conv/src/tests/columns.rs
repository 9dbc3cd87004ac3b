//! Columns of many, which have a fast way of their own.

use clap::Parser;
use proptest::prelude::*;
use stage::fake::{Chunks, FakeClock};
use stage::process::ledger::Entry;

use crate::source::stream::Stream;
use crate::*;

/// What is sent of these columns of `text`, the messages, and the account.
fn taken(options: &str, text: &[u8], size: usize) -> (String, Vec<String>, Entry) {
    let words = ["conv", "--from", "-"].into_iter().chain(options.split(' '));
    let options = Options::try_parse_from(words).unwrap();
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let mut sender = Sender::new(&mut output, options.count, &mut messages);
    let stream = Stream::whole(Chunks::of(text, size), "x", options.layout(), FakeClock::new());
    let _ = convert_stream(stream, Processing::new(options.settings()), &mut sender);
    let entry = sender.close();
    (String::from_utf8(output).unwrap(), messages, entry)
}

fn row() -> impl Strategy<Value = String> {
    let field = prop_oneof![
        20 => "-?(0|[1-9][0-9]{0,5})(\\.[0-9]{0,3})?",
        2 => " ?[0-9]{1,3} ?",
        1 => "(x|NA|#|#5|\"7\"|\"1,5\"|1e3|\\+5)?",
    ];
    prop_oneof![
        30 => proptest::collection::vec(field, 4).prop_map(|fields| fields.join(",")),
        1 => "(#[ -~]{0,20}|a,b,c,d|b,a,d,c|[0-9],[0-9]|1,2,3,4,|message|)",
    ]
}

/// A row whose first field is quoted, unless it has quotes or begins a comment.
fn quoted(row: &str) -> String {
    let (first, rest) = row.split_at(row.find(',').unwrap_or(row.len()));
    match first.starts_with('#') || first.contains('"') || row.is_empty() {
        true => row.to_owned(),
        false => format!("\"{first}\"{rest}"),
    }
}

/// What is quoted goes the long way, and is the same.
fn assert_same_quoted(
    options: &str,
    text: &str,
    end: &str,
    size: usize,
) -> Result<(), TestCaseError> {
    let (output, messages, entry) = taken(options, text.as_bytes(), size);
    let quoted: Vec<String> = text.split(end).map(quoted).collect();
    let (long, reported, account) = taken(options, quoted.join(end).as_bytes(), size);
    let bare = |messages: Vec<String>| messages.join("\n").replace("\\\"", "");
    prop_assert_eq!((output, bare(messages), entry), (long, bare(reported), account));
    Ok(())
}

proptest! {
    #[test]
    fn a_column_alone_is_the_same_as_among_others(
        rows in proptest::collection::vec(row(), 0..200),
        end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        size in prop_oneof![1usize..50, Just(10_000)],
        column in 1usize..=4,
    ) {
        let text = format!("1,2,3,4{end}{}", rows.join(end));
        let dialect = "--delimiter , --comment # --missing NA --names";
        // The header of other columns than the first ones begins another part.
        let text = text.replace("a,b,c,d", "#").replace("b,a,d,c", "#");
        let alone = format!("{dialect} a --columns {column}");
        let (alone, ..) = taken(&alone, text.as_bytes(), size);
        let (all, ..) = taken(&format!("{dialect} a,b,c,d --columns all"), text.as_bytes(), size);
        let cut = all.lines().skip(1).filter_map(|row| row.split('\t').nth(column - 1));
        let cut: String = cut.filter(|it| !it.is_empty()).map(|it| format!("{it}\n")).collect();
        prop_assert_eq!(&alone, &cut);
        assert_same_quoted(&format!("{dialect} a --columns {column}"), &text, end, size)?;
    }

    #[test]
    fn rows_of_several_columns_are_the_same_as_quoted_ones(
        rows in proptest::collection::vec(row(), 0..200),
        end in prop_oneof![Just("\n"), Just("\r\n")],
        size in prop_oneof![1usize..50, Just(10_000)],
        columns in proptest::sample::select(vec!["1", "2,4", "4,1", "3,1,2", "1,2,3,4"]),
        done in proptest::sample::select(vec![
            "",
            " --offset -20 --scale 0.5 --plausible -10..400",
            " --scale ch1=3 --plausible ch1=0..900",
            " --scale 5/1023 --missing 7,ch1=8",
            " --spike 1000 --plausible -1e5..1e5",
            " --flat 2",
            " --step 5000 --missing 0",
            " --count 30",
            " --count 30 --scale 1e18",
        ]),
        header in proptest::sample::select(vec!["", "a,b,c,d", "\u{b5},b.c,1d,d"]),
    ) {
        let text = [header].into_iter().filter(|it| !it.is_empty()).chain(rows.iter().map(String::as_str));
        let text = text.collect::<Vec<_>>().join(end) + end;
        let channel = columns.split(',').next().unwrap_or_default();
        let done = match header.split(',').nth(channel.parse::<usize>().unwrap() - 1) {
            Some(name) if !header.is_empty() => done.replace("ch1", name),
            _ => done.replace("ch1", &format!("ch{channel}")),
        };
        let options = format!("--delimiter , --comment # --missing NA --columns {columns}{done}");
        assert_same_quoted(&options, &text, end, size)?;
    }
}

#[test]
fn the_first_rows_say_what_those_are_that_follow() {
    // Each line comes by itself.
    let taken = |columns: &str, text: &str| {
        let (output, messages, _) = taken(&format!("--columns {columns}"), text.as_bytes(), 1);
        (output, messages)
    };
    let rows = "1,2\n3,4\n5,6\n7,8\n9,10\n";
    let (output, messages) = taken("a,b", &format!("a,b\n{rows}b,a\nx\n11,12\n13,14,\n"));
    assert_eq!(output, format!("a\tb\n{}12\t11\n", rows.replace(',', "\t")));
    let expected =
        ["line 8: 1 column instead of 2: \"x\"", "line 10: 3 columns instead of 2: \"13,14,\""];
    assert_eq!(messages[..2], expected);
    // Behind a first row with words, only one of words could be units.
    let (output, messages) = taken("2", "0 x,1\n0,2\n0,3\n0,4\n0,5\n0,6\n0,x\n0,7\n");
    assert_eq!(output, "1\n2\n3\n4\n5\n6\n7\n");
    assert_eq!(messages, ["line 7: column 2: not a number: \"x\""]);
}
