use super::*;
use proptest::prelude::*;
use stage::format::decimal::Decimal;
use stage::format::row::single;

/// What is taken of `block`, line by line.
fn taken(block: &[u8]) -> (Vec<String>, Scanned) {
    let mut trimmed = Vec::new();
    let scanned = scan(block, &mut trimmed);
    let text = if trimmed.is_empty() { &block[..scanned.bytes] } else { &trimmed };
    assert!(text.is_empty() || text.ends_with(b"\n"));
    let lines: Vec<String> = lines(text)
        .map(|of_text| {
            let line = String::from_utf8(of_text.bytes().to_vec()).unwrap();
            let characters = of_text.characters().map(|it| it.register().to_le_bytes());
            let expected = format!("{line:\0>8}").into_bytes();
            assert_eq!(characters, expected.try_into().ok(), "{line}");
            match of_text.number() {
                Some(number) => assert_eq!(Decimal::from(number).to_string(), line),
                None => assert!(line.bytes().filter(u8::is_ascii_digit).count() > 18, "{line}"),
            }
            line
        })
        .collect();
    assert_eq!(lines.len() as u64, scanned.lines);
    assert_eq!(text, lines.iter().map(|line| format!("{line}\n")).collect::<String>().as_bytes());
    (lines, scanned)
}

/// Compares with the reference.
#[track_caller]
fn agrees(block: &[u8]) -> Scanned {
    let (lines, scanned) = taken(block);
    let read = block[..scanned.bytes].split_inclusive(|&byte| byte == b'\n');
    let expected: Vec<String> = read.map(|line| single(line).unwrap().to_string()).collect();
    assert_eq!(lines, expected);
    scanned
}

const CANONICAL: [&str; 17] = [
    "0",
    "100",
    "-7",
    "1013.25",
    "0.5",
    "-0.05",
    "16777215",
    "9.80665",
    "1700000000.123456",
    "0.30000000000000004",
    "-123456789.123456789",
    "123456789012345678",
    "1234567890123456789",
    "-0.1234567890123456789",
    "10",
    "1000000000000000000000000000000000000000",
    "-123456789012345678901234567890.12345678",
];

#[test]
fn what_is_canonical_is_taken_to_the_last_line() {
    for line in CANONICAL {
        let block = format!("{line}\n").repeat(100);
        assert_eq!(agrees(block.as_bytes()).bytes, block.len(), "{line}");
    }
    let block = CANONICAL.join("\n") + "\n";
    for start in 0..CANONICAL.len() {
        let block = CANONICAL[start..].join("\n") + "\n" + &block;
        assert_eq!(agrees(block.as_bytes()).bytes, block.len(), "from {start}");
    }
}

#[test]
fn useless_zeros_are_cut_off() {
    let (lines, scanned) = taken(b"23.40\n-0.10\n5.000\n0.0\n100\n100.00\n7\n");
    assert_eq!(lines, ["23.4", "-0.1", "5", "0", "100", "100", "7"]);
    assert_eq!(scanned.lines, 7);
    let long = format!("-0.{}1{}\n", "0".repeat(20), "0".repeat(10));
    assert_eq!(agrees(long.repeat(9).as_bytes()).lines, 9);
}

#[test]
fn it_stops_at_the_first_line_that_is_something_else() {
    let forty = "1234567890123456789012345678901234567890";
    let others = [
        "", "-", ".", "-.", "1.2.3", "--1", "1-", "+1", "1e2", " 1", "1 ", "1\r", "\r", "12a", "x",
        "1,5", "1.", ".5", "-.5", "01", "00", "-01", "-0", "-0.0", "-0.000", "1.-2", "1.2-3",
        "-1-2", "1..2", "é", "1\0", "\0", "/", ":", "0x1f", "00.5", "٣",
    ];
    let others = others.into_iter().map(str::to_owned).chain([
        format!("{forty}1"),
        format!("-{forty}"),
        format!("2.{forty}"),
        "7".repeat(70),
        "7".repeat(63),
        "7".repeat(64),
        format!("1.{}", "0".repeat(64)),
    ]);
    for other in others {
        for lines in 0..25 {
            let head = "1\n22\n33.3\n-4\n".repeat(lines);
            let block = format!("{head}{other}\n{head}");
            assert_eq!(agrees(block.as_bytes()).bytes, head.len(), "{other:?} behind {head:?}");
        }
    }
}

#[test]
fn a_last_line_without_a_line_feed_is_left() {
    assert_eq!(agrees(b"1\n2").bytes, 2);
    assert_eq!(agrees(b"1\n2.50\n2.50").bytes, 7);
    assert_eq!(agrees(b""), Scanned::default());
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        10 => "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{0,20}[1-9])?",
        5 => "-?[0-9]{0,4}\\.?[0-9]{0,4}",
        2 => "-?[0-9]{1,3}\\.[0-9]{0,2}0{1,40}",
        1 => "-?[1-9][0-9]{35,42}",
        1 => "[-+0-9. ex\r]{0,9}",
    ]
}

proptest! {
    #[test]
    fn whatever_is_taken_is_what_the_reference_prints(lines in proptest::collection::vec(line(), 0..40)) {
        agrees((lines.join("\n") + "\n").as_bytes());
    }

    #[test]
    fn what_the_reference_prints_is_taken(
        numbers in proptest::collection::vec((any::<i128>(), 0u32..128, 0u16..40), 0..40),
    ) {
        let printed = |(mantissa, cut, places): (i128, u32, u16)| {
            Decimal::from_big((mantissa.checked_shr(cut).unwrap_or(0)).into(), places).to_string()
        };
        let lines: Vec<String> = numbers.into_iter().map(printed).collect();
        let fits = |line: &&String| line.len() <= 40 && !line.contains('e');
        let first: String = lines.iter().take_while(fits).map(|line| format!("{line}\n")).collect();
        prop_assert_eq!(agrees((lines.join("\n") + "\n").as_bytes()).bytes, first.len());
    }

    #[test]
    fn bytes_of_any_kind_do_no_harm(
        bytes in proptest::collection::vec(
            prop_oneof![2 => Just(b'\n'), 6 => b'-'..=b'9', 1 => any::<u8>()], 0..300,
        ),
    ) {
        agrees(&bytes);
    }
}
