use super::*;
use crate::short::decimal;
use crate::short::scan::rows::tests::{Table, table};
use crate::short::scan::small::count_rows;
use crate::short::scan::stamps::Span;
use crate::short::tables::zeros;
use proptest::prelude::*;
use stage::format::decimal::Decimal;

type Count = fn(Lines<'_>, Option<&mut Stamps>, &mut Counters<'_>) -> Scanned;

/// What was counted in each column that is wanted, in ascending order; and the empty cells.
type Counted = Vec<Option<(Vec<Decimal>, u64)>>;

fn count_once(
    table: &Table,
    from: usize,
    most: u64,
    count: Count,
) -> (Scanned, Counted, Option<Span>) {
    let mut columns: Vec<_> = table.wanted.iter().map(|_| Integers::default()).collect();
    let (mut stamps, mut spare) = (Stamps::default(), zeros());
    let wanted = columns.iter_mut().enumerate().filter(|(at, _)| table.wanted[*at]);
    let mut counters = Counters::new(table.wanted.len(), wanted, &mut spare);
    let own = table.has_time.then_some(&mut stamps);
    let lines = Lines { block: table.text.as_bytes(), from, most };
    let scanned = count(lines, own, &mut counters);
    let counted = columns.iter_mut().zip(&table.wanted).map(|(integers, is_wanted)| {
        let missing = integers.take_missing();
        let mut values = Vec::new();
        integers.note(if *is_wanted { scanned.lines - missing } else { 0 });
        integers.drain(|value, count| {
            values.extend(std::iter::repeat_n(decimal(value, 0), count as usize));
        });
        is_wanted.then_some((values, missing))
    });
    (scanned, counted.collect(), stamps.take())
}

#[track_caller]
fn agrees(table: &Table, from: usize, most: u64) -> Scanned {
    let counted = count_once(table, from, most, count_rows);
    let anywhere = count_once(table, from, most, count_anywhere);
    assert_eq!(anywhere, counted, "on any processor");
    let (scanned, counted, span) = counted;
    let (mut expected, expected_span) = table.expected(from, scanned);
    expected.iter_mut().flatten().for_each(|(values, _)| values.sort_unstable());
    assert_eq!((counted, span), (expected, expected_span));
    scanned
}

#[test]
fn small_integers_are_counted_nearly_to_the_end_of_a_block() {
    for (rows, width, has_time) in [
        ("0\t100\t57\t7\n", 4, false),
        ("0\t\n100\t9999\n", 2, false),
        ("\t\t\t\t\t\t\n", 7, false),
        ("2026-11-25T18:26:05.597Z\t57\n", 1, true),
        ("2026-11-25T18:26:05.597Z\t57\t\t1234\n2026-11-25T18:26:06.000Z\t\t12\t3\n", 3, true),
    ] {
        let text = rows.repeat(300);
        let table = Table { text, has_time, wanted: vec![true; width] };
        let from = 24 * rows.len();
        let bytes = agrees(&table, from, u64::MAX).bytes;
        assert!(from + bytes > table.text.len() - 200, "{rows:?}: {bytes}");
    }
    let wide = format!("{}1\n", "1\t12\t123\t1234\t".repeat(15) + "7\t\t8\t");
    let table = Table { text: wide.repeat(99), has_time: false, wanted: vec![true; 64] };
    assert!(agrees(&table, wide.len(), u64::MAX).bytes > table.text.len() - 3 * wide.len());
}

#[test]
fn rows_of_another_kind_are_left_whole() {
    let rest = "1\t22\t333\n".repeat(30);
    for other in [
        "",
        "1\t2",
        "1\t2\t3\t4",
        "1\t2\t-3",
        "1\t2.5\t3",
        "1\t2\t12345",
        "1\t x\t3",
        "1\t2\t3\r",
        "a\tb\tc",
        "1\t2\t/",
        "1\t2\t\u{7f}",
        "1\t2\té",
        "1\t2\t12345678901234567890123456789012345678901234567890123456789012",
    ] {
        let text = format!("{rest}{other}\n{rest}");
        let table = Table { text, has_time: false, wanted: vec![true; 3] };
        let bytes = agrees(&table, 27, u64::MAX).bytes;
        assert!(bytes <= rest.len() - 27 && bytes > rest.len() - 100, "{other:?}: {bytes}");
    }
}

proptest! {
    #[test]
    fn whatever_is_counted_is_what_the_reference_reads(
        table in table("[0-9]{0,4}", 30..200), begin in 12usize..30,
        most in prop_oneof![Just(u64::MAX), 0u64..150],
    ) {
        let lines = table.text.split_inclusive('\n');
        let from = lines.take(begin).map(str::len).sum();
        agrees(&table, from, most);
    }
}
