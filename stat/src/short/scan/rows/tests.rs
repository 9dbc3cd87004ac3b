use super::*;
use crate::short::decimal;
use crate::short::scan::stamps::Span;
use crate::short::scan::tests::line;
use proptest::prelude::*;
use stage::format::columns;
use stage::format::decimal::Decimal;
use stage::format::row::{Field, Line, Rows};
use stage::format::time::Time;
use std::ops::Range;

/// Some rows, and perhaps others.
#[derive(Clone, Debug)]
pub(in crate::short::scan) struct Table {
    pub text: String,
    pub has_time: bool,
    /// Which of its columns are wanted.
    pub wanted: Vec<bool>,
}

/// For each column that is wanted its numbers, and how many cells were empty.
type Found = Vec<Option<(Vec<Decimal>, u64)>>;

impl Table {
    /// What the reference reads from the rows that were scanned.
    #[track_caller]
    pub(in crate::short::scan) fn expected(
        &self,
        from: usize,
        scanned: Scanned,
    ) -> (Found, Option<Span>) {
        let taken = &self.text[from..from + scanned.bytes];
        let lines: Vec<&str> = taken.split_inclusive('\n').collect();
        assert_eq!(lines.len() as u64, scanned.lines);
        assert_eq!(&taken[scanned.last..], lines.last().copied().unwrap_or_default());
        let columns = columns::Columns::numbered(self.has_time, self.wanted.len());
        let mut rows = Rows::named(columns);
        let found = |is_wanted: &bool| is_wanted.then(|| (Vec::new(), 0));
        let mut found: Found = self.wanted.iter().map(found).collect();
        let mut times = Vec::new();
        for line in lines {
            match rows.read(line.as_bytes()) {
                Ok(Line::Row { time }) => times.extend(time),
                other => panic!("{line:?}: {other:?}"),
            }
            for (found, field) in found.iter_mut().zip(rows.fields()) {
                match (found, field) {
                    (None, _) => {}
                    (Some((numbers, _)), Field::Sample(sample)) => {
                        numbers.push(sample.clone().into_decimal().normalized());
                    }
                    (Some((_, missing)), Field::Missing) => *missing += 1,
                    (_, other) => panic!("{line:?}: {other:?}"),
                }
            }
        }
        let ends: Option<(&Time, &Time)> = times.iter().min().zip(times.iter().max());
        let is_ascending = times.is_sorted();
        (
            found,
            ends.map(|(oldest, newest)| Span { oldest: *oldest, newest: *newest, is_ascending }),
        )
    }
}

/// Tables of which most cells are like these.
pub(in crate::short::scan) fn table(
    cell: &'static str,
    rows: Range<usize>,
) -> impl Strategy<Value = Table> {
    let cell = prop_oneof![60 => cell, 1 => line(), 1 => "[0-9a-z\t\r ]{0,70}"];
    let row = (0u32..4000, proptest::collection::vec(cell, 9), 0u32..100);
    let rows = proptest::collection::vec(row, rows);
    let wanted = proptest::collection::vec(prop_oneof![9 => Just(true), 1 => Just(false)], 1..9);
    (rows, wanted, any::<bool>()).prop_map(|(rows, wanted, has_time)| {
        let has_time = has_time || wanted.len() == 1;
        let mut millis = 0;
        let line = |(step, cells, other): (u32, Vec<String>, u32)| {
            // Sometimes a row too wide or too narrow, or a time that goes back.
            let width = wanted.len() + usize::from(other == 0) - usize::from(other == 1);
            millis = if other == 2 { step } else { millis + step };
            let time = format!(
                "2026-11-25T18:{:02}:{:02}.{:03}Z",
                millis / 60_000,
                millis / 1000 % 60,
                millis % 1000
            );
            let time = has_time.then_some(time).into_iter();
            time.chain(cells.into_iter().take(width)).collect::<Vec<_>>().join("\t") + "\n"
        };
        Table { text: rows.into_iter().map(line).collect(), has_time, wanted }
    })
}

/// Compares with the reference, in units of 10^−scale, column by column.
#[track_caller]
fn agrees(table: &Table, from: usize, most: u64, scales: &[u16]) -> Scanned {
    let (mut columns, mut stamps) = (Columns::new(table.wanted.len()), Stamps::default());
    let scales: Vec<u16> = scales.iter().copied().cycle().take(table.wanted.len()).collect();
    let wanted = table.wanted.iter().zip(&scales).enumerate().filter(|(_, (it, _))| **it);
    columns.clear(wanted.map(|(at, (_, scale))| (at, *scale)));
    let own = table.has_time.then_some(&mut stamps);
    let lines = Lines { block: table.text.as_bytes(), from, most };
    let scanned = scan(lines, own, &mut columns);
    let found = |(at, is_wanted): (usize, &bool)| {
        let Read { numbers, reach, missing, .. } = columns.get(at);
        assert!(numbers.iter().all(|number| number.unsigned_abs() <= reach));
        let numbers = numbers.iter().map(|it| decimal(*it, scales[at])).collect();
        is_wanted.then_some((numbers, missing))
    };
    let found: Found = table.wanted.iter().enumerate().map(found).collect();
    assert_eq!((found, stamps.take()), table.expected(from, scanned));
    scanned
}

fn three_columns(text: &str) -> Table {
    Table { text: text.to_owned(), has_time: false, wanted: vec![true, false, true] }
}

#[test]
fn what_programs_write_is_taken_to_the_last_row() {
    for rows in [
        "1013.25\t?\t-9.806650\n",
        "\t\t\n5\t\t\n\t\t5.25\n",
        "1.234560e+01\t-9.87E-2\t5e0\r\n1\t2\t\r\n\t\t\r\n",
        "1\tany text that is not longer than a chunk, which nobody wants\t1\n",
    ] {
        let table = three_columns(&rows.repeat(100));
        assert_eq!(agrees(&table, 0, u64::MAX, &[9]).bytes, table.text.len(), "{rows:?}");
    }
    let rows = "2026-11-25T18:26:05.597Z\t1.5\t\t-3\n2026-11-25T18:26:05.598Z\t\t7\t\n";
    let table = Table { text: rows.repeat(100), has_time: true, wanted: vec![true, true, true] };
    assert_eq!(agrees(&table, 0, u64::MAX, &[1, 0, 0]).bytes, table.text.len());
}

#[test]
fn it_stops_at_the_first_row_of_another_kind() {
    let rest = "1\tx\t2.5\n".repeat(10);
    for other in [
        "",
        "1",
        "1\t2",
        "1\t2\t3\t4",
        "1\t2\tx",
        "a\tb\tc",
        "1\r\t2\t3",
        "1\t2\t3\r\r",
        "1\t2\t 3",
        "1\t2\t2.55",
        "1\t2\t\r\r",
        "1.5\t2\t3",
        "+1\t2\t3",
        "1\t2\t3e999",
        "1\t2\t0x1f",
        "\t\tnan",
    ] {
        let table = three_columns(&format!("{rest}{other}\n{rest}"));
        assert_eq!(agrees(&table, 0, u64::MAX, &[0, 0, 1]).bytes, rest.len(), "{other:?}");
    }
    let long = format!("{rest}1\t{}\t2\n", "x".repeat(70));
    assert_eq!(agrees(&three_columns(&long), 0, u64::MAX, &[1]).bytes, rest.len());
}

#[test]
fn no_more_rows_are_taken_than_wanted() {
    let table = three_columns(&"5\t6\t7\n".repeat(2000));
    for most in [0, 1, 2, 9, 10, 11, 63, 64, 65, 1023, 1024, 1025] {
        let taken = agrees(&table, 0, most, &[0]).lines;
        assert_eq!(taken, most.min(BATCH as u64), "{most}");
    }
    let mut many = Columns::new(1000);
    many.clear((0..1000).map(|column| (column, 0)));
    assert!(many.numbers.len() <= MOST_NUMBERS);
}

#[test]
fn a_last_row_without_a_line_feed_is_left() {
    assert_eq!(agrees(&three_columns("1\t2\t3\n4\t5\t6"), 0, 9, &[0]).bytes, 6);
    assert_eq!(agrees(&three_columns(""), 0, 9, &[0]), Scanned::default());
}

proptest! {
    #[test]
    fn whatever_is_taken_is_what_the_reference_reads(
        table in table("|[0-9]{1,3}|-?[0-9]{1,7}|-?[0-9]{1,3}\\.[0-9]{1,3}", 0..60),
        most in prop_oneof![Just(u64::MAX), 0u64..50], begin in 0usize..5,
        scales in proptest::collection::vec(0u16..=9, 9),
    ) {
        let from = table.text.split_inclusive('\n').take(begin).map(str::len).sum();
        agrees(&table, from, most, &scales);
    }

    #[test]
    fn bytes_of_any_kind_do_no_harm(
        bytes in proptest::collection::vec(
            prop_oneof![Just(b'\n'), Just(b'\t'), b'-'..=b'9', any::<u8>()], 0..300,
        ),
        width in 1usize..5,
    ) {
        let mut columns = Columns::new(width);
        columns.clear((0..width).map(|column| (column, 0)));
        let mut stamps = Stamps::default();
        let own = (width == 1).then_some(&mut stamps);
        let scanned = scan(Lines { block: &bytes, from: 0, most: u64::MAX }, own, &mut columns);
        assert!(scanned.bytes <= bytes.len());
    }
}
