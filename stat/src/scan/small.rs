//! Integers of up to four digits, which are counted as they are read.
//!
//! - If no line of a chunk is longer than three digits, the values of all lines are computed in
//!   vector registers, and counted one after the other.
//! - Integers of four digits become a number in six operations on a word of 32 bits.

use wide::{u8x16, u16x16};

use super::Scanned;
use super::window::{CHUNK, FRONT, Masks, Window};
use crate::tally::integers::{Integers, LANES, NOTHING};

/// Lines that a chunk has at least if they are at most three digits long, and at most four.
const LINES_OF_THREE: u32 = CHUNK as u32 / 4;
const LINES_OF_FOUR: u32 = CHUNK as u32 / 5;

/// No integer is greater.
pub(crate) const REACH: u64 = 9_999;

/// Lines that a chunk has at most, not counting empty ones.
pub(super) const CHUNK_LINES: usize = CHUNK / 2;

/// Counts the integers from the place `from` of `block` on, where a line begins, but at most `most` of
/// them. May stop at any line.
pub(crate) fn count(block: &[u8], from: usize, most: u64, integers: &mut Integers) -> Scanned {
    let mut scanned = Scanned::default();
    while most - scanned.lines >= CHUNK_LINES as u64 {
        // (The first lines of a block have no bytes in front.)
        let front = (from + scanned.bytes).checked_sub(FRONT);
        let Some(window) = front.and_then(|front| block[front..].first_chunk()) else { break };
        let masks = window[FRONT..].first_chunk().map_or(Masks::default(), Masks::of);
        let taken = take(window, &masks, |value, turn| integers.count(value, turn));
        if taken.lines == 0 {
            break;
        }
        scanned.append(taken);
    }
    scanned
}

/// Passes each integer of the lines that end in a chunk, and how many came before it, to `put`; none if
/// the chunk has other lines, too. May stop at any line; up to three more integers follow the last one,
/// which mean nothing.
#[inline(always)]
pub(super) fn take(window: &Window, masks: &Masks, put: impl FnMut(u32, usize)) -> Scanned {
    let line_feeds = masks.line_feeds;
    let whole = u64::MAX.checked_shr(line_feeds.leading_zeros()).unwrap_or(0);
    let lines = line_feeds.count_ones();
    if masks.others & whole != 0 || lines < LINES_OF_FOUR {
        return Scanned::default();
    }
    let mut values = [NOTHING; CHUNK + 16];
    if lines >= LINES_OF_THREE && three_digits(window, line_feeds, &mut values) {
        take_values(&values, line_feeds, put)
    } else {
        take_integers(window, line_feeds, put)
    }
}

/// Values at the places of a chunk's line feeds, followed by some that are not counted.
type Values = [u16; CHUNK + 16];

/// For each of the chunk's `line_feeds`, puts the value of the one to three digits before it into
/// `values` at the line feed's place; other places hold nothing meaningful. Returns `false` if a line
/// is empty or longer.
#[inline]
fn three_digits(window: &Window, line_feeds: u64, values: &mut Values) -> bool {
    let mut wrong = 0;
    for (at, values) in values.as_chunks_mut::<16>().0.iter_mut().take(CHUNK / 16).enumerate() {
        // The digits this many bytes before each place, and where there is a digit.
        let before = |bytes: usize| {
            let from = FRONT + 16 * at - bytes;
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
fn take_values(values: &Values, line_feeds: u64, mut put: impl FnMut(u32, usize)) -> Scanned {
    let lines = line_feeds.count_ones() as usize;
    let mut rest = line_feeds;
    // Always as many at a time as there are lanes, so that the processor predicts the end of the
    // loop. The excess comes from behind the chunk, and is not counted.
    for first in (0..lines).step_by(LANES) {
        for lane in 0..LANES {
            put(values[rest.trailing_zeros() as usize].into(), first + lane);
            rest &= rest.wrapping_sub(1);
        }
    }
    let last = CHUNK - 1 - line_feeds.leading_zeros() as usize;
    let earlier = line_feeds ^ 1 << last;
    let start = CHUNK - earlier.leading_zeros() as usize;
    Scanned { bytes: last + 1, lines: lines as u64, last: start }
}

/// Takes integers of up to four digits from a chunk that begins with a line and has only digits up to
/// its last line feed. Stops at a line that is longer, or empty.
#[inline]
fn take_integers(window: &Window, mut line_feeds: u64, mut put: impl FnMut(u32, usize)) -> Scanned {
    let (mut start, mut last, mut lines) = (0, 0, 0);
    while line_feeds != 0 {
        let end = line_feeds.trailing_zeros() as usize % CHUNK;
        line_feeds &= line_feeds - 1;
        let length = end - start;
        if !(1..=4).contains(&length) {
            break;
        }
        let Some(four) = window[FRONT + end - 4..].first_chunk() else { break };
        let digits = u32::from_le_bytes(*four) & 0x0f0f_0f0f << (32 - 8 * length);
        let pairs = (digits * 10 + (digits >> 8)) & 0x00ff_00ff;
        let value = (pairs * 100 + (pairs >> 16)) & 0xffff;
        put(value, lines);
        (last, start) = (start, end + 1);
        lines += 1;
    }
    Scanned { bytes: start, lines: lines as u64, last }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::tests::{expected, line};
    use crate::short::decimal;
    use proptest::prelude::*;

    #[track_caller]
    fn agrees(block: &[u8], from: usize, most: u64) -> Scanned {
        let mut integers = Integers::default();
        let scanned = count(block, from, most, &mut integers);
        integers.note();
        let mut values = Vec::new();
        integers.drain(|value, count| {
            values.extend(std::iter::repeat_n(decimal(value, 0), count as usize));
        });
        let mut expected = expected(block, from, scanned);
        expected.sort_unstable();
        assert_eq!(values, expected);
        scanned
    }

    #[test]
    fn small_integers_are_counted_nearly_to_the_end_of_a_block() {
        for lines in ["0\n100\n57\n7\n", "0\n100\n9999\n4095\n12\n", "1234\n"] {
            let block = lines.repeat(100);
            assert!(
                agrees(block.as_bytes(), 20 * lines.len(), u64::MAX).bytes > block.len() * 3 / 5
            );
        }
    }

    #[test]
    fn others_are_left() {
        let rest = "1\n22\n333\n".repeat(30);
        for other in ["", "-1", "1.5", "12345", "x", "1\r", "+1", " 1", "/", ":", "\u{7f}", "é"] {
            let block = format!("{rest}{other}\n{rest}");
            assert!(agrees(block.as_bytes(), 27, u64::MAX).bytes <= rest.len() - 27, "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_counted_is_what_the_reference_reads(
            lines in proptest::collection::vec(prop_oneof![30 => "[0-9]{1,4}", 1 => line()], 30..200),
            most in prop_oneof![Just(u64::MAX), 0u64..100], small in any::<bool>(),
        ) {
            let lines: Vec<_> = match small {
                true => lines.iter().map(|line| &line[..line.len().min(3)]).collect(),
                false => lines.iter().map(String::as_str).collect(),
            };
            let block = format!("{}{}\n", "5\n".repeat(12), lines.join("\n"));
            agrees(block.as_bytes(), 24, most);
        }
    }
}
