//! One number, from words of eight digits.

use super::Span;
use super::window::{FRONT, Masks, Window};
use crate::short::{MULTIPLIABLE, POWERS};

/// Digits in a word.
const WORD: usize = 8;

/// 10^[`WORD`].
const WORD_POWER: u64 = 100_000_000;

/// The most digits that are read before the point, and behind it.
const MOST_WHOLE: usize = 2 * WORD;
const MOST_PLACES: usize = 18;

/// A number as it was written: `magnitude` × 10^−`places`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub magnitude: u64,
    pub places: u16,
    pub is_negative: bool,
}

/// The integer on a line, if that is one of up to [`MOST_WHOLE`] digits.
#[inline(always)]
pub(super) fn integer(window: &Window, masks: &Masks, line: Span) -> Option<Number> {
    let sign = masks.signs >> line.start & 1;
    let digits = line.end - line.start - sign as usize;
    if masks.others & line.bits() != sign << line.start || digits.wrapping_sub(1) >= MOST_WHOLE {
        return None;
    }
    let end = FRONT + line.end;
    let mut magnitude = digits_before(window, end, digits.min(WORD));
    if digits > WORD {
        magnitude += WORD_POWER * digits_before(window, end - WORD, digits - WORD);
    }
    Some(Number { magnitude, places: 0, is_negative: sign != 0 })
}

/// The number on a line, if it has up to [`MOST_WHOLE`] digits before the point, and up to
/// [`MOST_PLACES`] behind it, or no point.
#[inline(always)]
pub(super) fn number(window: &Window, masks: &Masks, line: Span) -> Option<Number> {
    let sign = masks.signs >> line.start & 1;
    let points = masks.points & line.bits();
    let point = (points | 1 << line.end).trailing_zeros() as usize;
    let places = (line.end - point).saturating_sub(1);
    // A line that begins with a point has no digits before it, even if a sign stands there. (Then it
    // is no sign, and the next condition does not hold.)
    let whole = (point - line.start).wrapping_sub(sign as usize);
    let is_known = masks.others & line.bits() == points | sign << line.start
        && points & points.wrapping_sub(1) == 0
        && whole <= MOST_WHOLE
        && places <= MOST_PLACES
        && whole + places > 0;
    if !is_known {
        return None;
    }
    let (point, end) = (FRONT + point, FRONT + line.end);
    if whole + places <= WORD {
        let magnitude = digits_around(window, end, whole, places, points != 0);
        return Some(Number { magnitude, places: places as u16, is_negative: sign != 0 });
    }
    let mut front = digits_before(window, point, whole.min(WORD));
    if whole > WORD {
        front += WORD_POWER * digits_before(window, point - WORD, whole - WORD);
    }
    let mut behind = digits_before(window, end, places.min(WORD));
    if places > WORD {
        let middle = digits_before(window, end - WORD, (places - WORD).min(WORD));
        let first = digits_before(window, end - 2 * WORD, places.saturating_sub(2 * WORD));
        behind += WORD_POWER * (middle + WORD_POWER * first);
    }
    if whole + places > MOST_PLACES && front > MULTIPLIABLE[places] {
        return None;
    }
    let magnitude = front * POWERS[places] + behind;
    Some(Number { magnitude, places: places as u16, is_negative: sign != 0 })
}

/// The number of the up to eight digits that end before `end`.
#[inline(always)]
fn digits_before(window: &Window, end: usize, digits: usize) -> u64 {
    eight_digits(word(window, end) & LAST[digits % LAST.len()])
}

/// The number of the up to eight digits that end before `end`: `whole` of them, a point if there is
/// one, and `places` more. The point is left out by taking what is in front of it from one byte
/// earlier; so that there is one word to multiply, and not two.
#[inline(always)]
fn digits_around(window: &Window, end: usize, whole: usize, places: usize, has_point: bool) -> u64 {
    let behind = LAST[places % LAST.len()];
    let front = LAST[(whole + places) % LAST.len()] ^ behind;
    let earlier = end - usize::from(has_point);
    eight_digits(word(window, end) & behind | word(window, earlier) & front)
}

/// The eight bytes that end before `end`.
#[inline(always)]
fn word(window: &Window, end: usize) -> u64 {
    let bytes = window.get(end - WORD..).and_then(|bytes| bytes.first_chunk());
    bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// By number of digits: the nibbles of the last ones, which are the uppermost of a word.
const LAST: [u64; 2 * WORD] = {
    let mut masks = [0; 2 * WORD];
    let mut digits = 1;
    while digits <= WORD {
        masks[digits] = 0x0f0f_0f0f_0f0f_0f0f << (8 * (WORD - digits));
        digits += 1;
    }
    masks
};

/// The number of eight digits, the first one in the lowest byte.
#[inline(always)]
pub(super) fn eight_digits(digits: u64) -> u64 {
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let odd = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(100 + (1_000_000 << 32));
    let even = (pairs >> 16 & 0x0000_00ff_0000_00ff).wrapping_mul(1 + (10_000 << 32));
    odd.wrapping_add(even) >> 32
}

/// The same for a line that may end with a carriage return, and may have an exponent as C and Python
/// print it: with a sign and two digits.
#[inline(always)]
pub(super) fn with_exponent(window: &Window, masks: &Masks, line: Span) -> Option<Number> {
    let end = line.end - usize::from(window[FRONT + line.end - 1] == b'\r');
    let tail = window[FRONT + end - EXPONENT..].first_chunk();
    let [e, sign, digits @ ..] = *tail.unwrap_or(&[0; EXPONENT]);
    let has_exponent = end - line.start > EXPONENT
        && e | 0x20 == b'e'
        && matches!(sign, b'+' | b'-')
        && digits.iter().all(u8::is_ascii_digit);
    if !has_exponent {
        return number(window, masks, Span { end, ..line });
    }
    let number = number(window, masks, Span { end: end - EXPONENT, ..line })?;
    let [tens, units] = digits.map(|digit| i16::from(digit - b'0'));
    let exponent = 10 * tens + units;
    number.times_power_of_ten(if sign == b'-' { -exponent } else { exponent })
}

/// Bytes of `e+00`.
const EXPONENT: usize = 4;

/// The number on a line that ends with a carriage return, or has an exponent of up to three digits.
#[inline(never)]
pub(super) fn unusual(window: &Window, masks: &Masks, line: Span) -> Option<Number> {
    let text = &window[FRONT + line.start..FRONT + line.end];
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let end = line.start + text.len();
    let from = text.len().saturating_sub(LONGEST_EXPONENT);
    let Some(at) = text[from..].iter().position(|byte| matches!(byte, b'e' | b'E')) else {
        return (end < line.end).then(|| number(window, masks, Span { end, ..line }))?;
    };
    let line = Span { end: line.start + from + at, ..line };
    let exponent = exponent(&text[from + at + 1..])?;
    number(window, masks, line)?.times_power_of_ten(exponent)
}

/// `e-308`.
const LONGEST_EXPONENT: usize = 5;

/// An exponent: an optional sign, and digits.
fn exponent(text: &[u8]) -> Option<i16> {
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let magnitude = digits.iter().fold(0, |sum, digit| 10 * sum + i16::from(digit - b'0'));
    Some(if is_negative { -magnitude } else { magnitude })
}

/// The number with this magnitude.
#[inline(always)]
pub(super) fn signed(magnitude: u64, is_negative: bool) -> i64 {
    let sign = i64::from(is_negative);
    (magnitude as i64 ^ -sign) + sign
}

impl Number {
    /// Its magnitude in units of 10^−`scale`, if it is short in these.
    #[inline(always)]
    pub(super) fn in_units(self, scale: u16) -> Option<u64> {
        let shift = usize::from(scale.wrapping_sub(self.places)) % MULTIPLIABLE.len();
        if self.places > scale || self.magnitude > MULTIPLIABLE[shift] {
            return None;
        }
        Some(self.magnitude * POWERS[shift])
    }

    /// The number × 10^`exponent`, if that is short.
    #[inline(always)]
    fn times_power_of_ten(self, exponent: i16) -> Option<Number> {
        let places = self.places as i16 - exponent;
        match u16::try_from(places) {
            Ok(places) => Some(Number { places, ..self }),
            Err(_) => {
                let magnitude = crate::short::scaled(self.magnitude, places.unsigned_abs())?;
                Some(Number { magnitude, places: 0, ..self })
            }
        }
    }
}
