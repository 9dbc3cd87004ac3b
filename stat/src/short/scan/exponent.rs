//! Numbers with exponents that all have the same shape, as C and Python print them: `1.234567e-03`.
//!
//! The first line shows where the point, the exponent and the line's end are. Each one that follows is
//! compared with that in two words of eight bytes, without looking for anything; the first that has
//! another shape is left. Only a sign in front may be there or not.

use super::number::{eight_digits, signed};
use super::{Batch, Lines, Scanned};
use crate::short::{BATCH, scaled};

/// Bytes of a word.
const WORD: usize = 8;

/// Bytes of `e+00` with the line feed.
const TAIL: usize = 5;

/// Bytes that are read of a line with a sign.
const LONGEST: usize = 1 + 2 * WORD;

/// Added to a byte, these reach its uppermost bit if it is above 9, or not 0.
const ABOVE_NINE: u8 = 0x7f - 9;
const NOT_ZERO: u8 = 0x7f;

/// The uppermost bit of each byte.
const TOPS: u64 = 0x8080_8080_8080_8080;

/// What the lines have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    /// Bytes before the exponent, without a sign.
    mantissa: usize,
    /// These, and those from the exponent to the line feed.
    front: Expected,
    tail: Expected,
    /// The bytes in front of the point, and those behind it, or all if there is none.
    before: u64,
    behind: u64,
    /// Digits behind the point.
    places: usize,
}

/// A word in which digits stand at the same places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Expected {
    /// The bytes: `0` for each digit, so that what a word differs by is the digit's value.
    bytes: u64,
    /// Added to what a word differs by, this reaches [`TOPS`] where it must not differ like that.
    limits: u64,
    /// The uppermost bits of the bytes that are compared.
    tops: u64,
}

impl Expected {
    /// That of the first bytes of a word that are those of `text`, which is not longer.
    fn like(text: &[u8]) -> Expected {
        let (mut bytes, mut limits) = ([0; WORD], [0; WORD]);
        for ((byte, limit), like) in bytes.iter_mut().zip(&mut limits).zip(text) {
            (*byte, *limit) = match like {
                b'0'..=b'9' => (b'0', ABOVE_NINE),
                other => (*other, NOT_ZERO),
            };
        }
        let tops = TOPS & up_to(text.len());
        Expected { bytes: u64::from_le_bytes(bytes), limits: u64::from_le_bytes(limits), tops }
    }

    /// Whether a word that differs by these bits has digits and everything else where they should be.
    #[inline(always)]
    fn agrees(&self, difference: u64) -> bool {
        // A byte that carries into the next one has its own uppermost bit set.
        (difference.wrapping_add(self.limits) | difference) & self.tops == 0
    }
}

/// The first bytes of a word.
fn up_to(bytes: usize) -> u64 {
    u64::MAX.checked_shr(8 * (WORD - bytes) as u32).unwrap_or(0)
}

impl Shape {
    /// The shape of the first of these lines, if its digits and its point are at most a word, and its
    /// exponent is a sign and two digits.
    fn of(lines: &[u8]) -> Option<Shape> {
        let line = lines.strip_prefix(b"-").unwrap_or(lines);
        let mantissa = line.iter().take(WORD + 1).position(|byte| matches!(byte, b'e' | b'E'))?;
        let (front, tail) = (&line[..mantissa], line.get(mantissa..mantissa + TAIL)?);
        let point = front.iter().position(|byte| *byte == b'.');
        let before = point.unwrap_or(0);
        let behind = point.map_or(0, |point| point + 1);
        let has_digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
        let is_one = before + mantissa > behind
            && has_digits(&front[..before])
            && has_digits(&front[behind..])
            && matches!(tail, [_, b'+' | b'-', tens, units, b'\n'] if has_digits(&[*tens, *units]));
        // Of both signs, it stands for `+`.
        let tail = [tail[0], b'+', tail[2], tail[3], tail[4]];
        is_one.then(|| Shape {
            mantissa,
            front: Expected::like(front),
            tail: Expected::like(&tail),
            before: up_to(before),
            behind: up_to(mantissa) & !up_to(behind),
            places: if point.is_some() { mantissa - behind } else { 0 },
        })
    }

    /// The number on a line of this shape at the start of `text`, of up to eight digits, and the power of
    /// ten that it is multiplied by; `None` if it has another.
    #[inline(always)]
    fn read(&self, text: &[u8]) -> Option<(u64, i64)> {
        let front = word(text, 0) ^ self.front.bytes;
        let tail = word(text, self.mantissa.min(WORD));
        // This bit is set in `+`, and not in `-`; these differ in it and the one above.
        let is_negative = !tail >> 9 & 1;
        let tail = tail ^ self.tail.bytes ^ ((is_negative * u64::from(b'+' ^ b'-')) << 8);
        if !(self.front.agrees(front) && self.tail.agrees(tail)) {
            return None;
        }
        // The point is left out, and the digits end with the word.
        let digits = (front & self.before) << 8 | front & self.behind;
        let digits = digits << (8 * (WORD - self.mantissa) as u32 % u64::BITS);
        let exponent = signed(10 * (tail >> 16 & 0xff) + (tail >> 24 & 0xff), is_negative == 1);
        Some((eight_digits(digits), exponent - self.places as i64))
    }
}

/// The eight bytes from a place on.
#[inline(always)]
fn word(text: &[u8], from: usize) -> u64 {
    let bytes = text.get(from..).and_then(|bytes| bytes.first_chunk());
    bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// Takes `lines` as far as they have the same shape as the first, in units of 10^−`scale`. May stop at any
/// line.
#[inline(never)]
pub(super) fn take(lines: Lines<'_>, scale: u16, batch: &mut Batch<'_>) -> Scanned {
    let (mut scanned, text, room) = (Scanned::default(), lines.text(), lines.most as usize);
    let Some(shape) = Shape::of(text) else { return scanned };
    let (mut rest, mut last, mut lines, mut magnitudes) = (text, 0, 0, 0);
    while lines < room {
        let Some(line) = rest.first_chunk::<LONGEST>() else { break };
        let is_negative = line[0] == b'-';
        let sign = usize::from(is_negative);
        let Some((magnitude, exponent)) = shape.read(&line[sign..]) else { break };
        // (What is too fine has no such power.)
        let shift = i64::from(scale) + exponent;
        let Some(magnitude) = scaled(magnitude, shift as u16) else { break };
        batch.numbers[(batch.count + lines) % BATCH] = signed(magnitude, is_negative);
        magnitudes |= magnitude;
        last = rest.len();
        rest = &rest[sign + shape.mantissa.min(WORD) + TAIL..];
        lines += 1;
    }
    batch.count += lines;
    batch.magnitudes |= magnitudes;
    scanned.add(text.len() - rest.len(), text.len() - last, lines);
    scanned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::short::decimal;
    use crate::short::scan::small::ROOM;
    use crate::short::scan::tests::expected;
    use proptest::prelude::*;

    /// Compares what is taken with the reference.
    #[track_caller]
    fn agrees(block: &[u8], from: usize, room: usize, scale: u16) -> Scanned {
        let mut numbers = [0; ROOM];
        let mut batch = Batch { numbers: &mut numbers, count: 0, magnitudes: 0 };
        let scanned = take(Lines { block, from, most: room as u64 }, scale, &mut batch);
        let (count, magnitudes) = (batch.count, batch.magnitudes);
        let values: Vec<_> = numbers[..count].iter().map(|it| decimal(*it, scale)).collect();
        assert_eq!(values, expected(block, from, scanned));
        assert_eq!(magnitudes, numbers[..count].iter().fold(0, |all, it| all | it.unsigned_abs()));
        scanned
    }

    #[test]
    fn lines_of_one_shape_are_taken_to_the_last_word() {
        for lines in [
            "1.234567e+01\n-9.876543e-03\n0.000000e+00\n",
            "1.5E+02\n-0.5E-02\n",
            "5e-03\n7e+00\n",
            "-.1234567e-01\n.7654321e+01\n",
            "1234567.e+00\n-0000000.e-09\n",
            "12345678e+01\n-00000009e-05\n",
        ] {
            let block = lines.repeat(20);
            let scanned = agrees(block.as_bytes(), 0, BATCH, 10);
            assert!(block.len() - scanned.bytes < 2 * LONGEST, "{lines}");
            assert_eq!(agrees(block.as_bytes(), 0, 3, 10).lines, 3);
        }
    }

    #[test]
    fn others_are_left() {
        let rest = "1.25e+01\n-7.50e-03\n".repeat(9);
        for other in [
            "1.25e01",
            "1.25e+001",
            "1.2e+01",
            "1.255e+01",
            "12.5e+01",
            "1.25E+01",
            "1.25e*01",
            "1.25e,01",
            "1.25e)01",
            "1.25e/01",
            "1.25e+0x",
            "1.25e+ 1",
            "1,25e+01",
            "+1.25e+01",
            "--1.25e+01",
            "1.2:e+01",
            "1./5e+01",
            "\u{7f}.25e+01",
            "é25e+01",
            "1.25e+01\r",
            "1.25e+99",
            "1.25e-99",
            "",
            "5",
        ] {
            let block = format!("{rest}{other}\n{rest}");
            assert_eq!(agrees(block.as_bytes(), 0, BATCH, 9).bytes, rest.len(), "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_taken_is_what_the_reference_reads(
            digits in proptest::collection::vec((any::<u32>(), -12i32..13, any::<bool>()), 1..20),
            point in 0usize..9, length in 1usize..9, others in proptest::collection::vec((any::<prop::sample::Index>(), b' '..b'~'), 0..3),
            scale in 0u16..19,
        ) {
            let line = |(digits, exponent, is_negative): &(u32, i32, bool)| {
                let mut text = format!("{:08}", digits % 100_000_000).split_off(8 - length);
                if point < text.len() {
                    text.replace_range(point..=point, ".");
                }
                let sign = if *is_negative { "-" } else { "" };
                format!("{sign}{text}e{}{:02}\n", if *exponent < 0 { '-' } else { '+' }, exponent.abs())
            };
            let mut block = digits.iter().map(line).collect::<String>().into_bytes();
            for (index, byte) in others {
                let at = index.index(block.len());
                block[at] = byte;
            }
            block.extend([b'x'; LONGEST]);
            agrees(&block, 0, BATCH, scale);
        }
    }
}
