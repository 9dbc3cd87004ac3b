//! Plain numbers, many at a time: up to 8 characters, an optional sign `-`, digits, and at most one
//! point among them. Converters send little else.
//!
//! The reference is [`stage::format::row`]: whatever is taken here has the same value there, and
//! what is not taken here is left to it. So [`scan`] may stop at any line, and stops at the first
//! that is not plain.
//!
//! 64 bytes at a time are compared with a line feed and with the digits, in vector registers (by
//! the crate `wide`, which works without them where there are none):
//!
//! - If there is nothing else, and no line is longer than three digits, the values of all lines are
//!   also computed in vector registers, and counted one after the other: 1.5 ns a line; the
//!   reference takes 45.
//! - Integers of four digits become a number in six operations on a word of 32 bits: 2.5 ns.
//! - Other lines are parsed in a word of 64 bits: 9 ns.

mod number;

use memchr::memchr;
use wide::{u8x16, u16x16};

use self::number::{number, word};
use crate::tally::{LANES, NOTHING, Tables, Tally};

/// Bytes examined together.
const CHUNK: usize = 64;

/// Lines that a chunk has at most, not counting empty ones.
const CHUNK_LINES: u64 = CHUNK as u64 / 2;

/// What was taken from the start of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scanned {
    /// Bytes of whole lines.
    pub bytes: usize,
    /// Lines, each a sample.
    pub lines: u64,
    /// Where the last of them begins.
    pub last: usize,
}

/// Counts the plain numbers at the start of `block` in `tally`, but at most `most` of them. A last
/// line without a line feed is not taken.
pub(crate) fn scan(block: &[u8], most: u64, tally: &mut Tally) -> Scanned {
    let tally = tally.tables();
    let mut scanned = Scanned::default();
    let mut values = [NOTHING; CHUNK + 16];
    while scanned.lines < most {
        let before = scanned.lines;
        if most - before >= CHUNK_LINES
            && let Some(chunk) = block[scanned.bytes..].first_chunk()
        {
            let masks = Masks::of(chunk);
            // The digits of a line are read as four bytes, even if it is shorter.
            let window = scanned.bytes.checked_sub(4).and_then(|from| block[from..].first_chunk());
            if let Some(window) = window
                && tally.has_only_integers()
                && masks.has_only_digits()
            {
                let line_feeds = masks.line_feeds;
                if line_feeds != 0 && three_digits(window, line_feeds, &mut values) {
                    take_values(&values, line_feeds, tally, &mut scanned);
                } else {
                    scan_integers(window, masks.line_feeds, tally, &mut scanned);
                }
            } else {
                scan_lines(block, masks.line_feeds, tally, &mut scanned);
            }
        }
        // Near the end of the block, or the last line that may be taken.
        if scanned.lines == before && !scan_line(block, tally, &mut scanned) {
            break;
        }
    }
    scanned
}

/// Where a chunk has line feeds and digits: bit i stands for byte i.
struct Masks {
    line_feeds: u64,
    digits: u64,
}

impl Masks {
    #[inline]
    fn of(chunk: &[u8; CHUNK]) -> Masks {
        let mut masks = Masks { line_feeds: 0, digits: 0 };
        for (at, bytes) in chunk.as_chunks().0.iter().enumerate() {
            let bytes = u8x16::new(*bytes);
            let line_feeds = bytes.simd_eq(u8x16::splat(b'\n'));
            let values = bytes - u8x16::splat(b'0');
            let digits = values.min(u8x16::splat(9)).simd_eq(values);
            masks.line_feeds |= u64::from(line_feeds.to_bitmask()) << (16 * at);
            masks.digits |= u64::from(digits.to_bitmask()) << (16 * at);
        }
        masks
    }

    /// Whether there is nothing but digits and line feeds up to the last line feed.
    fn has_only_digits(&self) -> bool {
        let whole = u64::MAX.checked_shr(self.line_feeds.leading_zeros()).unwrap_or(0);
        (self.line_feeds | self.digits) & whole == whole
    }
}

/// Values at the places of a chunk's line feeds, followed by some that are not counted.
type Values = [u16; CHUNK + 16];

/// For each of the chunk's `line_feeds`, puts the value of the one to three digits before it into
/// `values` at the line feed's place; other places hold nothing meaningful. Returns `false` if a line
/// is empty or longer.
#[inline]
fn three_digits(window: &[u8; CHUNK + 4], line_feeds: u64, values: &mut Values) -> bool {
    let mut wrong = 0;
    for (at, values) in values.as_chunks_mut::<16>().0.iter_mut().take(CHUNK / 16).enumerate() {
        // The digits this many bytes before each place, and where there is a digit.
        let before = |bytes: usize| {
            let from = 16 * at + 4 - bytes;
            let text = window[from..].first_chunk().map_or(u8x16::ZERO, |it| u8x16::new(*it));
            let digits = text - u8x16::splat(b'0');
            (digits, digits.min(u8x16::splat(9)).simd_eq(digits))
        };
        let ((units, one), (tens, two), (hundreds, three), (_, four)) =
            (before(1), before(2), before(3), before(4));
        let two = one & two;
        let three = two & three;
        let tens = tens & two;
        let twice = tens + tens;
        let low = units + twice + (twice + twice) + (twice + twice);
        let high = u16x16::from(hundreds & three);
        *values = (u16x16::from(low) + high * u16x16::splat(100)).to_array();
        wrong |= u64::from((!one | (three & four)).to_bitmask()) << (16 * at);
    }
    wrong & line_feeds == 0
}

/// Takes the lines of a chunk, at least one, whose values are known.
#[inline]
fn take_values(values: &Values, line_feeds: u64, tally: &mut Tables, scanned: &mut Scanned) {
    let lines = line_feeds.count_ones() as usize;
    let mut rest = line_feeds;
    // Always as many at a time as there are lanes, so that the processor predicts the end of the
    // loop. The excess comes from behind the chunk, and is not counted.
    for _ in 0..lines.div_ceil(LANES) {
        for lane in 0..LANES {
            tally.count_integer(values[rest.trailing_zeros() as usize].into(), lane);
            rest &= rest.wrapping_sub(1);
        }
    }
    let last = CHUNK - 1 - line_feeds.leading_zeros() as usize;
    let earlier = line_feeds ^ 1 << last;
    let start = CHUNK - earlier.leading_zeros() as usize;
    scanned.add(last + 1, start, lines);
}

/// Takes integers of up to four digits from a chunk that begins with a line and has only digits up to
/// its last line feed; `window` has four more bytes in front. Stops at a line that is longer, or
/// empty.
#[inline]
fn scan_integers(
    window: &[u8; CHUNK + 4],
    mut line_feeds: u64,
    tally: &mut Tables,
    scanned: &mut Scanned,
) {
    let (mut start, mut last, mut lines) = (0, 0, 0);
    while line_feeds != 0 {
        let end = line_feeds.trailing_zeros() as usize % CHUNK;
        line_feeds &= line_feeds - 1;
        let length = end - start;
        if !(1..=4).contains(&length) {
            break;
        }
        let Some(four) = window[end..].first_chunk() else { break };
        let digits = u32::from_le_bytes(*four) & 0x0f0f_0f0f << (32 - 8 * length);
        let pairs = (digits * 10 + (digits >> 8)) & 0x00ff_00ff;
        let value = (pairs * 100 + (pairs >> 16)) & 0xffff;
        tally.count_integer(value, lines);
        (last, start) = (start, end + 1);
        lines += 1;
    }
    scanned.add(start, last, lines);
}

/// Takes the lines that end in the next chunk, up to one that is not plain.
#[inline]
fn scan_lines(block: &[u8], mut line_feeds: u64, tally: &mut Tables, scanned: &mut Scanned) {
    let begin = scanned.bytes;
    let (mut start, mut last, mut lines) = (0, 0, 0);
    while line_feeds != 0 {
        let end = line_feeds.trailing_zeros() as usize;
        line_feeds &= line_feeds - 1;
        let text = word(block, begin + start, begin + end);
        let Some((mantissa, places)) = text.and_then(|text| number(text, end - start)) else {
            break;
        };
        if !tally.count(mantissa, places) {
            break;
        }
        (last, start) = (start, end + 1);
        lines += 1;
    }
    scanned.add(start, last, lines);
}

/// Takes one line; `false` if it is not plain.
fn scan_line(block: &[u8], tally: &mut Tables, scanned: &mut Scanned) -> bool {
    let start = scanned.bytes;
    let Some(length) = memchr(b'\n', &block[start..]) else { return false };
    let text = word(block, start, start + length);
    let number = text.and_then(|text| number(text, length));
    let counted = number.is_some_and(|(mantissa, places)| tally.count(mantissa, places));
    if counted {
        scanned.add(length + 1, 0, 1);
    }
    counted
}

impl Scanned {
    /// Adds `lines` lines of `bytes` bytes in all, the last of which begins at `last`.
    fn add(&mut self, bytes: usize, last: usize, lines: usize) {
        if lines > 0 {
            self.last = self.bytes + last;
            self.bytes += bytes;
            self.lines += lines as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stage::format::decimal::Decimal;
    use stage::format::row::{Line, Rows};
    use std::collections::BTreeMap;

    /// What a tally for numbers with this many places has counted of `block`, in order of value, and
    /// what was scanned.
    fn scanned(block: &[u8], most: u64, places: u16) -> (Vec<(Decimal, u64)>, Scanned) {
        let mut tally = Tally::default();
        tally.refine(places);
        let scanned = scan(block, most, &mut tally);
        let mut counts = BTreeMap::new();
        tally.drain(|value, count| *counts.entry(value).or_default() += count);
        (counts.into_iter().collect(), scanned)
    }

    /// The same by the reference, of the lines that were scanned.
    fn expected(block: &[u8], scanned: Scanned) -> Vec<(Decimal, u64)> {
        let lines = block[..scanned.bytes].split_inclusive(|&byte| byte == b'\n');
        let mut rows = Rows::new();
        let mut values: Vec<Decimal> = lines
            .map(|line| match rows.read(line) {
                Ok(Line::Row(row)) => row.sample.into_decimal(),
                other => unreachable!("{other:?}"),
            })
            .collect();
        assert_eq!(values.len() as u64, scanned.lines);
        values.sort_unstable();
        let groups = values.chunk_by(|a, b| a == b);
        groups.map(|group| (group[0].clone(), group.len() as u64)).collect()
    }

    /// Compares with the reference, for every number of places; gives the longest scan.
    #[track_caller]
    fn agrees(block: &[u8], most: u64) -> Scanned {
        let of_places = |places| {
            let (counts, scanned) = scanned(block, most, places);
            assert_eq!(counts, expected(block, scanned));
            let mut lines = block[..scanned.bytes].split_inclusive(|&byte| byte == b'\n');
            let last = lines.next_back().unwrap_or_default();
            assert_eq!(&block[scanned.last..scanned.bytes], last);
            scanned
        };
        (0..=4).map(of_places).max_by_key(|scanned| scanned.bytes).unwrap()
    }

    #[test]
    fn what_converters_send_is_taken_to_the_last_line() {
        for lines in ["0\n100\n57\n7\n9999\n", "-12.345\n32.767\n.5\n-.5\n1.\n-0\n007\n"] {
            let block = lines.repeat(100);
            assert_eq!(agrees(block.as_bytes(), u64::MAX).bytes, block.len(), "{lines}");
        }
    }

    #[test]
    fn it_stops_at_the_first_line_that_is_not_plain() {
        let rest = "1\n22\n333\n".repeat(30);
        let others = [
            "",
            "-",
            ".",
            "-.",
            "1.2.3",
            "--1",
            "1-",
            "+1",
            "1e2",
            " 1",
            "1 ",
            "1\r",
            "12a",
            "x",
            "1,5",
            "123456789",
            "99999",
            "-40000",
            "\u{7f}",
            "é",
            "1\0",
            "/",
            ":",
            "0x1f",
        ];
        for other in others {
            let block = format!("{rest}{other}\n{rest}");
            assert_eq!(agrees(block.as_bytes(), u64::MAX).bytes, rest.len(), "{other:?}");
        }
    }

    #[test]
    fn no_more_are_taken_than_wanted() {
        let block = "5\n".repeat(1000);
        for most in [0, 1, 31, 32, 33, 999, 1000, 1001] {
            assert_eq!(agrees(block.as_bytes(), most).lines, most.min(1000));
        }
    }

    #[test]
    fn a_last_line_without_a_line_feed_is_left() {
        assert_eq!(agrees(b"1\n2", u64::MAX).bytes, 2);
        assert_eq!(agrees(b"", u64::MAX), Scanned::default());
    }

    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            10 => "[0-9]{1,3}",
            2 => "[0-9]{1,6}",
            5 => "-?[0-9]{0,4}\\.?[0-9]{0,4}",
            1 => "[-+0-9. ex\r]{0,9}",
        ]
    }

    proptest! {
        #[test]
        fn whatever_is_taken_is_what_the_reference_reads(
            lines in proptest::collection::vec(line(), 0..100), most in prop_oneof![Just(u64::MAX), 0u64..100],
        ) {
            agrees(lines.join("\n").as_bytes(), most);
        }

        #[test]
        fn bytes_of_any_kind_do_no_harm(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), b'-'..=b'9', any::<u8>()], 0..300),
        ) {
            agrees(&bytes, u64::MAX);
        }
    }
}
