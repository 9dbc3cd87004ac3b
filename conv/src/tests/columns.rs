//! One column of many, which has a fast way of its own.

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
    let mut sender = Sender::new(&mut output, None, &mut messages);
    let stream = Stream::whole(Chunks::of(text, size), "x", options.layout(), FakeClock::new());
    convert_stream(stream, Processing::new(options.settings()), &mut sender).unwrap();
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
        1 => "(#[ -~]{0,20}|a,b,c,d|[0-9],[0-9]|)",
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
        let text = text.replace("a,b,c,d", "#");
        let alone = format!("{dialect} a --columns {column}");
        let (alone, messages, entry) = taken(&alone, text.as_bytes(), size);
        let (all, ..) = taken(&format!("{dialect} a,b,c,d --columns all"), text.as_bytes(), size);
        let cut = all.lines().skip(1).filter_map(|row| row.split('\t').nth(column - 1));
        let cut: String = cut.filter(|it| !it.is_empty()).map(|it| format!("{it}\n")).collect();
        prop_assert_eq!(&alone, &cut);
        // What is quoted goes the long way, and is the same.
        let quoted: Vec<String> = text.split(end).map(quoted).collect();
        let options = format!("{dialect} a --columns {column}");
        let (long, reported, account) = taken(&options, quoted.join(end).as_bytes(), size);
        let bare = |messages: Vec<String>| messages.join("\n").replace("\\\"", "");
        prop_assert_eq!((alone, bare(messages), entry), (long, bare(reported), account));
    }
}
