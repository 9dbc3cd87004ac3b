use super::*;
use crate::short::decimal;
use proptest::prelude::*;
use stage::format::decimal::Decimal;
use stage::format::row::single;

/// The samples that were scanned, as the reference reads them.
pub(super) fn expected(block: &[u8], from: usize, scanned: Scanned) -> Vec<Decimal> {
    let taken = &block[from..from + scanned.bytes];
    let lines: Vec<&[u8]> = taken.split_inclusive(|&byte| byte == b'\n').collect();
    assert_eq!(lines.len() as u64, scanned.lines);
    let last = lines.last().copied().unwrap_or_default();
    assert_eq!(&taken[scanned.last..], last, "the last line");
    let read = |line: &&[u8]| single(line).unwrap().into_decimal().normalized();
    lines.iter().map(read).collect()
}

/// Compares with the reference, in units of 10^−`scale`.
#[track_caller]
fn agrees_at(block: &[u8], from: usize, most: u64, scale: u16) -> Scanned {
    let mut numbers = Numbers::default();
    let scanned = scan(Lines { block, from, most }, scale, &mut numbers);
    let values: Vec<_> = numbers.as_slice().iter().map(|it| decimal(*it, scale)).collect();
    assert_eq!(values, expected(block, from, scanned));
    let farthest = numbers.as_slice().iter().map(|number| number.unsigned_abs()).max();
    let (farthest, reach) = (farthest.unwrap_or(0), numbers.reach());
    assert!(farthest <= reach && reach / 2 <= farthest, "{farthest} {reach}");
    scanned
}

/// The longest scan of any scale.
#[track_caller]
fn agrees(block: &[u8], most: u64) -> Scanned {
    let scans = [0, 1, 2, 3, 6, 9, 17, 18].map(|scale| agrees_at(block, 0, most, scale));
    scans.into_iter().max_by_key(|scanned| scanned.bytes).unwrap()
}

#[test]
fn what_programs_write_is_taken_to_the_last_line() {
    for lines in [
        "0\n100\n57\n7\n9999\n",
        "-12.345\n32.767\n.5\n-.5\n1.\n-0\n007\n",
        "1013.25\n16777215\n-9.806650\n48.1371540\n",
        "1700000000.123456\n1700000001.5\n",
        "1.234560e+01\n-9.87E-2\n5e0\n1e3\n12\r\n-1.5\r\n",
        "1.234560E+01\r\n-9e-02\n12.5e+00\n3\n",
    ] {
        let block = lines.repeat(20);
        assert_eq!(agrees(block.as_bytes(), u64::MAX).bytes, block.len(), "{lines}");
    }
    let floats = "0.8444218515250481\n0.12345678901234567\n-0.012345678901234567\n";
    assert_eq!(agrees_at(floats.as_bytes(), 0, 9, 18).lines, 3);
}

#[test]
fn it_stops_at_the_first_line_that_is_not_short() {
    let rest = "1\n22\n333\n".repeat(30);
    let others = [
        "",
        "-",
        ".",
        "-.",
        ".-5",
        "1.2.3",
        "--1",
        "1-",
        "1-2",
        "+1",
        "1e",
        "e2",
        "1e+",
        "1e2e3",
        "e+10",
        ".e+10",
        "1e*10",
        "1e+1x",
        "1.5+e10",
        "1e00002",
        "-e1",
        "1.e",
        "e",
        " 1",
        "1 ",
        "1\r\r",
        "\r",
        "1\re2",
        "12a",
        "x",
        "1,5",
        "12345678901234567",
        "9000000000000000001",
        "0.1234567890123456789",
        "10.000000000000000001",
        "1e300",
        "\u{7f}",
        "é",
        "1\0",
        "/",
        ":",
        "0x1f",
        &"1".repeat(100),
    ];
    for other in others {
        let block = format!("{rest}{other}\n{rest}");
        assert_eq!(agrees(block.as_bytes(), u64::MAX).bytes, rest.len(), "{other:?}");
    }
}

#[test]
fn numbers_that_are_too_great_or_too_fine_for_the_unit_are_left() {
    assert_eq!(agrees_at(b"1\n0.5\n1.5\n", 0, 9, 0).lines, 1);
    assert_eq!(agrees_at(b"9\n9.0\n9.1\n", 0, 9, 18).lines, 2);
    assert_eq!(agrees_at(b"90000\n-90000\n90001\n", 0, 9, 14).lines, 2);
}

#[test]
fn no_more_are_taken_than_wanted() {
    let block = "5\n".repeat(2000);
    for most in [0, 1, 31, 32, 33, 999, 1023, 1024, 1025] {
        let scanned = agrees(block.as_bytes(), most);
        assert_eq!(scanned.lines, most.min(BATCH as u64));
    }
}

#[test]
fn a_last_line_without_a_line_feed_is_left() {
    assert_eq!(agrees(b"1\n2", u64::MAX).bytes, 2);
    assert_eq!(agrees(b"", u64::MAX), Scanned::default());
}

pub(super) fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        10 => "[0-9]{1,3}",
        4 => "-?[0-9]{1,10}",
        5 => "-?[0-9]{0,4}\\.?[0-9]{0,4}",
        3 => "-?[0-9]{0,11}\\.?[0-9]{0,19}",
        2 => "-?[0-9]\\.[0-9]{0,9}[eE][-+]?[0-9]{1,3}",
        1 => "[-+0-9. ex\r]{0,9}",
    ]
}

proptest! {
    #[test]
    fn whatever_is_taken_is_what_the_reference_reads(
        lines in proptest::collection::vec(line(), 0..100),
        most in prop_oneof![Just(u64::MAX), 0u64..100], begin in 0usize..5,
    ) {
        let block = lines.join("\n");
        agrees(block.as_bytes(), most);
        let begins = lines.iter().take(begin).map(|line| line.len() + 1).sum::<usize>();
        agrees_at(block.as_bytes(), begins.min(block.len()), most, 4);
    }

    #[test]
    fn bytes_of_any_kind_do_no_harm(
        bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), b'-'..=b'9', any::<u8>()], 0..300),
    ) {
        agrees(&bytes, u64::MAX);
    }
}
