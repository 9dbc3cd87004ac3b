//! Integers of up to four digits, which are counted as they are read.
//!
//! What the lines of a chunk are is seen in the bits of its line feeds. The values of all its lines are
//! computed in vector registers, at every place as if a line ended there, and counted one after the
//! other. This is compiled twice: `avx2` has the same for processors with vectors of 32 bytes.

#[cfg(target_arch = "x86_64")]
mod avx2;
pub(crate) mod cells;

use memchr::memrchr;
use wide::{u8x16, u16x16};

use self::cells::Counters;
use super::stamps::Stamps;
use super::window::{self, CHUNK, FRONT, Masks, Window};
use super::{Lines, Scanned};
use crate::short::BATCH;
use crate::short::integers::{Integers, LANES, NOTHING};

/// No integer is greater.
pub(crate) const REACH: u64 = 9_999;

/// Lines that are certainly long enough to stand in front of a chunk, if none is empty.
const FRONT_LINES: u64 = FRONT as u64 / 2;

/// Places that are written to when integers are read: as many as there are, and what follows the last one.
pub(super) const ROOM: usize = BATCH + LANES;

/// Of the first lines of a block, those that stand in front of others, and must be read in another way;
/// otherwise all lines.
pub(crate) fn in_front(lines: Lines<'_>) -> Lines<'_> {
    if lines.from == 0 { lines.at_most(FRONT_LINES) } else { lines }
}

/// Counts the integers on lines. May stop at any line.
pub(crate) fn count(lines: Lines<'_>, integers: &mut Integers) -> Scanned {
    each(lines, |value, turn, _| integers.count(value, turn))
}

/// Reads the same integers into `numbers`, from their beginning on; there must be [`ROOM`] for all.
pub(super) fn read(lines: Lines<'_>, numbers: &mut [i64]) -> Scanned {
    each(lines, |value, turn, before| {
        if let Some(number) = numbers.get_mut(before + turn) {
            *number = value.into();
        }
    })
}

/// Passes the value of each of the same integers to `put`, with how many came before it in its chunk, and
/// before this chunk. Fewer values than there are [`LANES`] follow a chunk's last one, which mean nothing.
#[inline(always)]
fn each(lines: Lines<'_>, put: impl FnMut(u16, usize, usize)) -> Scanned {
    #[cfg(target_arch = "x86_64")]
    let put = match avx2::each(lines, put) {
        Ok(scanned) => return scanned,
        Err(put) => put,
    };
    each_anywhere(lines, put)
}

/// The same on any processor.
fn each_anywhere(lines: Lines<'_>, put: impl FnMut(u16, usize, usize)) -> Scanned {
    each_by(lines, put, window::masks, compute::<false>)
}

/// Counts the small integers of rows; `stamps` are their times if they have any. May stop at any row.
pub(crate) fn count_rows(
    lines: Lines<'_>,
    mut stamps: Option<&mut Stamps>,
    counters: &mut Counters<'_>,
) -> Scanned {
    #[cfg(target_arch = "x86_64")]
    if let Some(it) = avx2::count_rows(lines, stamps.as_deref_mut(), counters) {
        return it;
    }
    cells::count_anywhere(lines, stamps, counters)
}

/// The same as [`each`], given how the masks of a window and the values of its lines are computed.
#[inline(always)]
fn each_by(
    Lines { block, from, most }: Lines<'_>,
    mut put: impl FnMut(u16, usize, usize),
    masks: impl Fn(&Window) -> Masks,
    compute: impl Fn(&Window, &mut Values),
) -> Scanned {
    // (The first lines of a block have no bytes in front.)
    let text = from.checked_sub(FRONT).and_then(|front| block.get(front..)).unwrap_or_default();
    let (mut rest, mut lines) = (text, 0);
    let mut values = Values::default();
    while lines < most {
        let Some(window) = rest.first_chunk() else { break };
        let masks = masks(window).of_lines(most - lines);
        if !are_small(&masks) {
            break;
        }
        compute(window, &mut values);
        put_values(&values, masks.line_feeds, |value, turn| put(value, turn, lines as usize));
        lines += u64::from(masks.line_feeds.count_ones());
        rest = &rest[CHUNK - masks.line_feeds.leading_zeros() as usize..];
    }
    let bytes = text.len() - rest.len();
    let earlier = &block[from..from + bytes.saturating_sub(1)];
    Scanned { bytes, lines, last: memrchr(b'\n', earlier).map_or(0, |at| at + 1) }
}

/// Whether lines end in a chunk, and all of them have one to four digits and nothing else.
#[inline(always)]
pub(super) fn are_small(masks: &Masks) -> bool {
    let line_feeds = masks.line_feeds;
    let starts = line_feeds << 1 | 1;
    let two = starts | starts << 1;
    let four = two | two << 2;
    let are_empty_or_long = line_feeds & (starts | !(four << 1));
    line_feeds != 0 && are_empty_or_long | masks.others & masks.whole() == 0
}

/// At the places of a chunk's line feeds the values of the lines that end there, at the others nothing
/// meaningful. Those behind the chunk are not counted.
#[repr(align(32))]
struct Values([u16; CHUNK + 16]);

impl Default for Values {
    #[inline(always)]
    fn default() -> Values {
        Values([NOTHING; CHUNK + 16])
    }
}

/// Computes the values of the lines that end in a chunk, if they are small; or those of the `CELLS` of
/// rows, of which empty ones are [`MISSING`].
#[inline]
fn compute<const CELLS: bool>(window: &Window, values: &mut Values) {
    let tenfold = |digits: u8x16| {
        let twice = digits + digits;
        twice + (twice + twice) + (twice + twice)
    };
    for (at, values) in values.0.as_chunks_mut::<16>().0.iter_mut().take(CHUNK / 16).enumerate() {
        // The bytes that stand this far before each place. A line feed has the digit 0.
        let before = |bytes: usize| {
            let from = FRONT + 16 * at - bytes;
            window[from..].first_chunk().map_or(u8x16::ZERO, |it| u8x16::new(*it))
        };
        let digits = |text: u8x16| text.saturating_sub(u8x16::splat(b'0'));
        let is_end = |text: u8x16| match CELLS {
            true => text.min(u8x16::splat(b'0' - 1)).simd_eq(text),
            false => text.simd_eq(u8x16::splat(b'\n')),
        };
        let (one, two, three, four) = (before(1), before(2), before(3), before(4));
        // What stands before a line feed belongs to the line before.
        let is_short = is_end(two);
        let is_shorter_than_four = is_short | is_end(three);
        let mut low = digits(one) + tenfold(digits(two));
        let mut high = (digits(three) & !is_short) + tenfold(digits(four) & !is_shorter_than_four);
        if CELLS {
            (low, high) = (low | is_end(one), high | is_end(one));
        }
        *values = (u16x16::from(low) + u16x16::from(high) * u16x16::splat(100)).to_array();
    }
}

/// Passes the values of a chunk's lines to `put`.
#[inline(always)]
fn put_values(values: &Values, line_feeds: u64, mut put: impl FnMut(u16, usize)) {
    let lines = line_feeds.count_ones() as usize;
    let mut rest = line_feeds;
    // Always as many at a time as there are lanes, so that the processor predicts the end of the
    // loop. The excess comes from behind the chunk, and is not counted.
    for first in (0..lines).step_by(LANES) {
        for lane in 0..LANES {
            put(values.0[rest.trailing_zeros() as usize], first + lane);
            rest &= rest.wrapping_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::short::decimal;
    use crate::short::scan::tests::{expected, line};
    use proptest::prelude::*;
    use stage::format::decimal::Decimal;

    #[track_caller]
    fn agrees(block: &[u8], from: usize, most: u64) -> Scanned {
        let lines = Lines { block, from, most };
        let scanned = count_once(lines, count);
        assert_eq!(count_once(lines, count_anywhere), scanned, "on any processor");
        let mut numbers = [0; ROOM];
        let read = read(lines.at_most(BATCH as u64), &mut numbers);
        let mut read: Vec<_> =
            numbers[..read.lines as usize].iter().map(|it| decimal(*it, 0)).collect();
        read.sort_unstable();
        assert_eq!(read, scanned.1, "read one by one");
        let (scanned, values) = scanned;
        let mut expected = expected(block, from, scanned);
        expected.sort_unstable();
        assert_eq!(values, expected);
        scanned
    }

    fn count_anywhere(lines: Lines<'_>, integers: &mut Integers) -> Scanned {
        each_anywhere(lines, |value, turn, _| integers.count(value, turn))
    }

    type Count = fn(Lines<'_>, &mut Integers) -> Scanned;

    /// What was counted, and the values in ascending order.
    fn count_once(lines: Lines<'_>, count: Count) -> (Scanned, Vec<Decimal>) {
        let mut integers = Integers::default();
        let scanned = count(lines, &mut integers);
        integers.note(scanned.lines);
        let mut values = Vec::new();
        integers.drain(|value, count| {
            values.extend(std::iter::repeat_n(decimal(value, 0), count as usize));
        });
        (scanned, values)
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
