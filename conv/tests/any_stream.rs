//! No stream of bytes makes conv panic, and no result depends on how it is cut into chunks. (The
//! fuzzers in `fuzz` run the same checks; here they run on nearly right lines, on any words, and on
//! the fuzzers' corpus.)

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

#[path = "../fuzz/check.rs"]
mod check;

use proptest::prelude::*;

fn nearly_a_line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[-+]?[0-9]{0,3}\\.?[0-9]{0,3}([eE][-+]?[0-9]{0,3})?".prop_map(String::into_bytes),
        "[ \t]{0,2}-?[0-9]{1,30}[ \t]{0,2}\r?".prop_map(String::into_bytes),
        "(NaN|inf|0x1f|1_000|12abc|1 2|#.*|\u{feff}1|١)".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..20),
    ]
}

/// Mostly as a sample is printed, or as an instrument prints it.
fn mostly_canonical() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        9 => "-?(0|[1-9][0-9]{0,11})(\\.[0-9]{0,9}[1-9])?".prop_map(String::into_bytes),
        9 => "-?[0-9]{1,4}\\.[0-9]{2}".prop_map(String::into_bytes),
        3 => "-?[0-9]{1,19}\\.?[0-9]{0,19}".prop_map(String::into_bytes),
        1 => nearly_a_line(),
    ]
}

/// Mostly a row of a table, or its header.
fn nearly_a_row() -> impl Strategy<Value = Vec<u8>> {
    let field = prop_oneof![
        6 => "-?[0-9]{1,4}(\\.[0-9]{1,3})?",
        2 => "[ ]?",
        1 => "(x|NaN|1e3|\\+7| 5 )",
    ];
    let time = prop_oneof![
        5 => Just("2023-11-14T22:13:20.5Z".to_owned()),
        1 => "1700000000(\\.[0-9]{1,9})?",
        1 => Just("later".to_owned()),
    ];
    let fields =
        |width| proptest::collection::vec(field.clone(), width).prop_map(|it| it.join("\t"));
    prop_oneof![
        8 => fields(2..3),
        4 => fields(3..4),
        1 => fields(1..9),
        4 => (time, fields(1..3)).prop_map(|(time, fields)| format!("{time}\t{fields}")),
        1 => "(a\tb|b\ta|a\tb\tc|time\tvalue|time\ta|time\ta\tb|A.1\tB,2|A.1\tB,2\tB,2)",
    ]
    .prop_map(String::into_bytes)
}

/// Mostly a chunk of WAV.
fn nearly_a_chunk() -> impl Strategy<Value = Vec<u8>> {
    let format = (0usize..6, 1u16..4, 1u16..9).prop_map(|(coding, channels, bytes)| {
        let coding = [1u16, 1, 3, 3, 7, 0xfffe][coding];
        let frame = channels * bytes;
        let numbers = [coding, channels, 8000, 0, 0, 0, frame, 8 * bytes, 22, 0, 0, 0, 1, 0];
        numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>()
    });
    let contents = proptest::collection::vec(any::<u8>(), 0..40);
    let chunk = |kind: &[u8], size: usize, contents: &[u8]| {
        [kind, &(size as u32).to_le_bytes(), contents].concat()
    };
    prop_oneof![
        4 => format.prop_map(move |format| chunk(b"fmt ", format.len(), &format)),
        3 => (0usize..60, contents.clone()).prop_map(move |(size, it)| chunk(b"data", size, &it)),
        1 => contents.clone().prop_map(move |it| chunk(b"ds64", it.len(), &it)),
        1 => contents.clone().prop_map(move |it| chunk(b"LIST", it.len(), &it)),
        1 => contents,
    ]
}

/// Mostly a line of text as other programs write it.
fn nearly_foreign() -> impl Strategy<Value = Vec<u8>> {
    let field = prop_oneof![
        6 => "-?[0-9]{1,4}([.,][0-9]{1,3})?",
        2 => "[ ]?",
        2 => "\"[0-9,; \"]{0,4}\"?",
        1 => "(x|NA|1e3|°C|2023-10-29 02:30:00|2023-11-14_22:13|1700000000000)",
    ];
    let header = "(a|b|c|when|\"a b\"|#)";
    let line = |field: BoxedStrategy<String>| {
        let separator = prop_oneof![Just("\t"), Just(","), Just(";"), Just(" "), Just("  ")];
        (proptest::collection::vec(field, 1..5), separator).prop_map(|(it, by)| it.join(by))
    };
    let label = "[abc][:=] ?-?[0-9x]{1,3}";
    let json = "\\{(\"[abc]\":(-?[0-9]{1,3}|null|\"5\"|x))?(,\"[abc]\":1e[0-9]{1,2})?\\}?";
    prop_oneof![3 => line(label.boxed()), 3 => json, 8 => line(field.boxed()), 2 => line(header.boxed()), 1 => "A .*"]
        .prop_map(String::into_bytes)
}

proptest! {
    #[test]
    fn nearly_right_foreign_text(
        head in any::<[u8; 4]>(), lines in proptest::collection::vec(nearly_foreign(), 0..20),
    ) {
        check::tables(&[&head[..], &lines.join(&b'\n')].concat());
    }

    #[test]
    fn nearly_right_tables(
        head in any::<[u8; 4]>(), lines in proptest::collection::vec(nearly_a_row(), 0..30),
    ) {
        check::tables(&[&head[..], &lines.join(&b'\n')].concat());
    }

    #[test]
    fn nearly_right_tables_as_a_whole(
        head in any::<[u8; 3]>(), lines in proptest::collection::vec(nearly_a_row(), 0..30),
    ) {
        check::text(&[&head[..], &lines.join(&b'\n')].concat());
    }

    #[test]
    fn mostly_canonical_lines(
        head in any::<[u8; 3]>(), lines in proptest::collection::vec(mostly_canonical(), 0..300),
    ) {
        check::text(&[&head[..], &lines.join(&b'\n')].concat());
    }

    #[test]
    fn nearly_right_lines(
        head in any::<[u8; 3]>(), lines in proptest::collection::vec(nearly_a_line(), 0..30),
    ) {
        check::text(&[&head[..], &lines.join(&b'\n')].concat());
    }

    #[test]
    fn any_words(data in proptest::collection::vec(any::<u8>(), 0..300)) {
        check::words(&data);
    }

    #[test]
    fn nearly_right_wav(
        head in any::<[u8; 4]>(), chunks in proptest::collection::vec(nearly_a_chunk(), 0..6),
    ) {
        check::wav(&[&head[..], b"RIFF\0\x01\0\0WAVE", &chunks.concat()].concat());
    }

    #[test]
    fn rows_of_foreign_text(data in proptest::collection::vec(any::<u8>(), 0..300)) {
        check::foreign(&data);
    }

    #[test]
    fn scans_of_any_elements(data in proptest::collection::vec(any::<u8>(), 0..300)) {
        check::scans(&data);
    }

    #[test]
    fn sound_of_every_coding(data in proptest::collection::vec(any::<u8>(), 0..100)) {
        check::sound(&data);
    }

    #[test]
    fn few_words_that_come_again(
        head in any::<[u8; 4]>(), words in proptest::collection::vec(0u8..3, 0..5000),
    ) {
        check::words(&[&head[..], &words].concat());
    }
}

#[test]
fn the_fuzzers_corpus() {
    each_of("foreign", check::foreign);
    each_of("scans", check::scans);
    each_of("sound", check::sound);
    each_of("text", check::text);
    each_of("tables", check::tables);
    each_of("words", check::words);
    each_of("wav", check::wav);
}

fn each_of(target: &str, check: fn(&[u8])) {
    let corpus = format!("{}/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let mut inputs = 0;
    for entry in std::fs::read_dir(&corpus).unwrap() {
        check(&std::fs::read(entry.unwrap().path()).unwrap());
        inputs += 1;
    }
    assert!(inputs > 0, "{corpus} is empty");
}
