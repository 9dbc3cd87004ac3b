//! The canonical text of a number in machine words, without loops over its characters: digits are
//! made eight at a time, as the characters of a word, and the point is put between them by shifts.

use super::{Fixed, power};

/// Bytes of the longest text, 38, and those that are overwritten behind it.
pub const ROOM: usize = 80;

/// 10^8 and 10^16: up to these, all digits fit one register of characters.
const EIGHT: u64 = 100_000_000;
const SIXTEEN: u64 = EIGHT * EIGHT;

/// Eight zeros, as characters.
const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);

/// Characters of the longest number's digits, with zeros in front.
const DIGITS: usize = 40;

impl Fixed {
    /// Writes the canonical text to the start of `room`, and returns its length. (Always a part of its
    /// callers: with several of them, the compiler would call it for each sample.)
    #[inline(always)]
    pub fn print(self, room: &mut [u8; ROOM]) -> usize {
        let magnitude = self.mantissa.unsigned_abs();
        let places = usize::from(self.places);
        if magnitude == 0 {
            room[0] = b'0';
            return 1;
        }
        // Overwritten unless the number is negative.
        room[0] = b'-';
        let start = usize::from(self.mantissa < 0);
        // Fewer places than digits, so that a digit before the point is in the register, too.
        let length = match u64::try_from(magnitude) {
            Ok(magnitude @ ..EIGHT) if places < 8 => {
                print_register(characters(magnitude), places, start, room)
            }
            Ok(magnitude @ ..SIXTEEN) if places < 16 => {
                print_register(sixteen(magnitude), places, start, room)
            }
            Ok(magnitude) if (1..=16).contains(&places) => match parts_at(magnitude, places) {
                (whole @ ..SIXTEEN, fraction) => print_parts(whole, fraction, places, start, room),
                _ => print_long(magnitude.into(), places, start, room),
            },
            _ => print_long(magnitude, places, start, room),
        };
        start + length
    }
}

/// Characters of digits in a register, the first one in the lowest byte.
trait Register: Copy {
    /// How many there are.
    const LENGTH: usize;
    /// How many zeros there are in front.
    fn leading(self) -> usize;
    /// How many zeros there are at the end.
    fn trailing(self) -> usize;
    /// Writes them from `first` on to `room[at..]`, and fills up behind them.
    fn put(self, first: usize, room: &mut [u8; ROOM], at: usize);
}

macro_rules! register {
    ($word:ty, $zeros:expr) => {
        impl Register for $word {
            const LENGTH: usize = size_of::<$word>();

            #[inline]
            fn leading(self) -> usize {
                (self ^ $zeros).trailing_zeros() as usize / 8
            }

            #[inline]
            fn trailing(self) -> usize {
                (self ^ $zeros).leading_zeros() as usize / 8
            }

            #[inline]
            fn put(self, first: usize, room: &mut [u8; ROOM], at: usize) {
                if let Some(place) = room[at..].first_chunk_mut() {
                    *place = (self >> (8 * first)).to_le_bytes();
                }
            }
        }
    };
}

register!(u64, ZEROS);
register!(u128, ZEROS as u128 | (ZEROS as u128) << 64);

/// Writes a number, not zero, whose digits are in a register, to `room` from `start` on; returns its
/// length.
#[inline]
fn print_register<R: Register>(
    digits: R,
    places: usize,
    start: usize,
    room: &mut [u8; ROOM],
) -> usize {
    let point = R::LENGTH - places;
    let first = digits.leading().min(point - 1);
    let before = point - first;
    digits.put(first, room, start);
    if places == 0 {
        return before;
    }
    room[start + before] = b'.';
    digits.put(point, room, start + before + 1);
    before + with_point(places, digits.trailing())
}

/// The number before the point, and that of the digits behind it.
#[inline(always)]
fn parts_at(magnitude: u64, places: usize) -> (u64, u64) {
    let unit = power(places).map_or(1, i64::cast_unsigned);
    (magnitude / unit, magnitude % unit)
}

/// Writes a number of these parts, each of at most sixteen digits, to `room` from `start` on; returns its
/// length.
fn print_parts(
    whole: u64,
    fraction: u64,
    places: usize,
    start: usize,
    room: &mut [u8; ROOM],
) -> usize {
    let digits = sixteen(whole);
    let first = digits.leading().min(15);
    digits.put(first, room, start);
    let before = 16 - first;
    room[start + before] = b'.';
    let digits = sixteen(fraction);
    digits.put(16 - places, room, start + before + 1);
    before + with_point(places, digits.trailing())
}

/// The sixteen digits of a number below 10^16 as characters.
#[inline]
fn sixteen(number: u64) -> u128 {
    let (high, low) = (characters(number / EIGHT), characters(number % EIGHT));
    u128::from(high) | u128::from(low) << 64
}

/// How many bytes the point and the digits behind it take without the `zeros` at their end: none if no digit is
/// left. A value and not a branch, since nobody can predict it.
#[inline]
fn with_point(places: usize, zeros: usize) -> usize {
    match places.saturating_sub(zeros) {
        0 => 0,
        behind => 1 + behind,
    }
}

/// The same for any number, however long.
fn print_long(magnitude: u128, places: usize, start: usize, room: &mut [u8; ROOM]) -> usize {
    let (high, low) = parts(magnitude);
    let words = [high / SIXTEEN, high / EIGHT % EIGHT, high % EIGHT, low / EIGHT, low % EIGHT];
    // Copied as a whole from anywhere in its first half.
    let mut digits = [b'0'; 2 * DIGITS];
    for (word, place) in words.into_iter().zip(digits.as_chunks_mut().0) {
        *place = characters(word).to_le_bytes();
    }
    let count = high.checked_ilog10().map_or_else(|| low.ilog10() + 1, |last| last + 17) as usize;
    let point = DIGITS - places;
    let first = (DIGITS - count).min(point - 1);
    let before = point - first;
    put(&digits, first, room, start);
    if places == 0 {
        return before;
    }
    room[start + before] = b'.';
    put(&digits, point, room, start + before + 1);
    let zeros = digits[point..DIGITS].iter().rev().take_while(|&&digit| digit == b'0').count();
    if zeros == places { before } else { before + 1 + places - zeros }
}

/// The digits before the last sixteen, and the last sixteen.
fn parts(magnitude: u128) -> (u64, u64) {
    match u64::try_from(magnitude) {
        Ok(short) => (short / SIXTEEN, short % SIXTEEN),
        Err(_) => {
            let high = magnitude / u128::from(SIXTEEN);
            // Faster than a second division.
            (high as u64, (magnitude - high * u128::from(SIXTEEN)) as u64)
        }
    }
}

/// Writes the characters from `first` on to `room[at..]`, and fills up behind them.
fn put(digits: &[u8; 2 * DIGITS], first: usize, room: &mut [u8; ROOM], at: usize) {
    let characters: Option<&[u8; DIGITS]> = digits[first..].first_chunk();
    if let (Some(characters), Some(place)) = (characters, room[at..].first_chunk_mut()) {
        *place = *characters;
    }
}

/// The eight digits of a number below 10^8 as characters, the first one in the lowest byte.
#[inline]
fn characters(number: u64) -> u64 {
    // Two numbers of four digits, four of two, eight of one, each in its own part of the word. The
    // divisions are multiplications: exact for numbers below these powers of ten.
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | (fours - 100 * hundreds) << 16;
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    (tens | (twos - 10 * tens) << 8) | ZEROS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::decimal::Decimal;
    use crate::format::decimal::fixed::LIMIT;
    use crate::format::decimal::print::print_digits;
    use proptest::prelude::*;

    fn printed(fixed: Fixed) -> String {
        let mut room = [b'x'; ROOM];
        let length = fixed.print(&mut room);
        String::from_utf8(room[..length].to_vec()).unwrap()
    }

    /// Printed digit by digit.
    fn expected(fixed: Fixed) -> String {
        let mut text = Vec::new();
        let digits = fixed.mantissa().unsigned_abs().to_string();
        let places = fixed.places().into();
        print_digits(fixed.mantissa() < 0, digits.as_bytes(), places, &mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn all_eight_digits_are_made() {
        for number in (0..100_000_000).step_by(9_973).chain([9_999, 10_000, 99_999_999]) {
            let text = characters(number).to_le_bytes();
            assert_eq!(String::from_utf8_lossy(&text), format!("{number:08}"));
        }
        for number in 0..10_000 {
            assert_eq!(
                String::from_utf8_lossy(&characters(number).to_le_bytes()),
                format!("{number:08}")
            );
        }
    }

    #[test]
    fn the_longest_numbers_have_room() {
        let most = (i128::from(LIMIT) << 64) - 1;
        for (mantissa, places) in [(-most, 35), (-most, 34), (-1, 35), (most, 0), (-most, 1)] {
            let fixed = Fixed::new(mantissa, places).unwrap();
            assert_eq!(printed(fixed), expected(fixed));
            assert!(printed(fixed).len() <= 38);
        }
    }

    proptest! {
        #[test]
        fn the_text_is_that_of_a_decimal(
            mantissa in any::<i128>(), cut in 7u32..127, places in 0u16..=35, zeros in 0u32..20,
        ) {
            let zeros = 10i128.pow(zeros);
            let Some(mantissa) = (mantissa >> cut).checked_mul(zeros) else { return Ok(()) };
            let Some(fixed) = Fixed::new(mantissa, places) else { return Ok(()) };
            prop_assert_eq!(printed(fixed), expected(fixed));
            prop_assert_eq!(printed(fixed), Decimal::from(fixed).to_string());
        }

        #[test]
        fn short_numbers_print_as_long_ones(magnitude in 1u64..SIXTEEN, cut in 0u32..53, places in 0u16..16) {
            let magnitude = (magnitude >> cut).max(1);
            let (mut short, mut long) = ([0; ROOM], [0; ROOM]);
            let length = Fixed::new(magnitude.into(), places).unwrap().print(&mut short);
            prop_assert_eq!(length, print_long(magnitude.into(), places.into(), 0, &mut long));
            prop_assert_eq!(&short[..length], &long[..length]);
        }
    }
}
