//! Rows of short numbers are taken many at a time, all others one by one. A blank in front of a field
//! makes no difference to its value, but is nothing that is taken many at a time: so with blanks and
//! without, records, rejected fields, line numbers and status are the same.

use clap::Parser;
use proptest::prelude::*;
use stage::fake::{Chunks, FakeClock};
use stage::process::surroundings::Surroundings;
use wandler_stat::files::only;

/// Records, messages and status of `stat WORDS`, read in chunks of this size.
fn outcome(words: &str, text: &str, size: usize) -> (String, Vec<String>, String) {
    let words = format!("stat {words}");
    let options = wandler_stat::Options::try_parse_from(words.split_whitespace()).unwrap();
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let clock = FakeClock::new();
    let input = only(Chunks::of(text.as_bytes(), size));
    let ended =
        wandler_stat::run(&options, Surroundings::new(input, &mut output, &clock, &mut messages));
    // What is rejected is quoted with its blanks.
    let unquoted = |message: &String| message.split(": \"").next().map(str::to_owned);
    let messages = messages.iter().filter_map(unquoted).collect();
    (String::from_utf8(output).unwrap(), messages, format!("{:?}", ended.result))
}

/// A row: its time's distance from the one before, its fields, and a number that is seldom small.
type Row = (u32, Vec<String>, u32);

/// Rows of this many fields, or of some other number; sometimes their times go back.
fn table(rows: &[Row], width: usize, has_time: bool, blank: &str) -> String {
    let mut millis = 0;
    let mut lines = vec![];
    for (step, fields, other) in rows {
        let width = width + usize::from(*other == 0) - usize::from(*other == 1 && width > 1);
        millis = if *other == 2 { *step } else { millis + step };
        let (minutes, seconds) = (millis / 60_000 % 60, millis / 1000 % 60);
        let time = format!("2026-11-25T18:{minutes:02}:{seconds:02}.{:03}Z", millis % 1000);
        let fields = fields.iter().take(width).map(|field| format!("{blank}{field}"));
        let fields = has_time.then_some(time).into_iter().chain(fields);
        lines.push(fields.collect::<Vec<_>>().join("\t") + if *other == 3 { "\r\n" } else { "\n" });
    }
    lines.concat()
}

fn row(field: &'static str) -> impl Strategy<Value = Row> {
    let field = prop_oneof![
        100 => field,
        1 => "-?[0-9]{1,9}(\\.[0-9]{1,9})?",
        1 => "[0-9]{0,2}[a-z!]{1,2}",
    ];
    (0u32..3000, proptest::collection::vec(field, 7), 0u32..300)
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let rows = |field| proptest::collection::vec(row(field), 20..300);
    prop_oneof![
        rows("[0-9]{1,3}"),
        rows("[0-9]{0,4}"),
        rows("-?[0-9]{1,2}\\.[0-9]{1,2}"),
        rows("|[0-9]{1,3}|-?[0-9]{1,5}|[0-9]\\.[0-9]{1,3}"),
    ]
}

const WAYS: [&str; 10] = [
    "--every 1000000",
    "--every 40",
    "--window 70 --histogram 10",
    "--window 30s",
    "--window 1s",
    "--window 60s --late 10s",
    "--every 1000000 --more",
    "--every 50 --course 5",
    "--every 1000000 --columns 2,1",
    "--every 1000000 --names a,b,c",
];

proptest! {
    #[test]
    fn rows_taken_many_at_a_time_give_what_they_give_one_by_one(
        rows in rows(), width in 1usize..6, has_time in any::<bool>(), has_header in any::<bool>(),
        way in 0usize..WAYS.len(), size in prop_oneof![Just(1 << 16), 200usize..3000],
    ) {
        let has_time = has_time || width == 1;
        let header = match has_header {
            true => format!("{}a\tb\tc\td\te", if has_time { "time\t" } else { "" }),
            false => String::new(),
        };
        let header: Vec<&str> = header.split('\t').take(width + usize::from(has_time)).collect();
        let header = if has_header { header.join("\t") + "\n" } else { String::new() };
        let [fast, slow] = ["", " "].map(|blank| {
            outcome(WAYS[way], &(header.clone() + &table(&rows, width, has_time, blank)), size)
        });
        for (fast, slow) in fast.0.lines().zip(slow.0.lines()) {
            prop_assert_eq!(fast, slow, "{}", WAYS[way]);
        }
        prop_assert_eq!(fast, slow, "{}", WAYS[way]);
    }
}
