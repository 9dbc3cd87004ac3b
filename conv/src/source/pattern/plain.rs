//! Plain numbers: those of JSON, without an exponent.

use wide::u8x16;

/// The longest plain number, in characters: every number up to this length is a sample.
const LONGEST: usize = 32;

/// Characters that are looked at together.
const TOGETHER: usize = 16;

/// The characters of plain numbers, and the slash, which is between them.
const CHARACTERS: std::ops::RangeInclusive<u8> = b'-'..=b'9';

/// How many characters of numbers `text` begins with.
#[inline(always)]
pub(super) fn number_characters(text: &[u8]) -> usize {
    if let Some(bytes) = text.first_chunk::<TOGETHER>() {
        let above = u8x16::new(*bytes) - u8x16::splat(*CHARACTERS.start());
        let highest = u8x16::splat(CHARACTERS.end() - CHARACTERS.start());
        let others = !above.min(highest).simd_eq(above).to_bitmask() as u16;
        if others != 0 {
            return others.trailing_zeros() as usize;
        }
    }
    text.iter().take_while(|byte| CHARACTERS.contains(byte)).count()
}

/// Whether all of `text` is a plain number.
#[inline]
pub(super) fn is_plain(text: &[u8]) -> bool {
    !text.is_empty() && plain_number(text) == text.len()
}

/// The length of the plain number that `text` begins with; 0 if there is none, or if it goes on with a
/// character that numbers have.
#[inline]
pub(super) fn plain_number(text: &[u8]) -> usize {
    let sign = usize::from(text.first() == Some(&b'-'));
    let whole = digits(&text[sign..]);
    let is_zero = text.get(sign) == Some(&b'0');
    if whole == 0 || whole > 1 && is_zero {
        return 0;
    }
    let mut length = sign + whole;
    if text.get(length) == Some(&b'.') {
        let places = digits(&text[length + 1..]);
        if places == 0 {
            return 0;
        }
        length += 1 + places;
    }
    let goes_on = |byte: &u8| CHARACTERS.contains(byte) || matches!(byte, b'+' | b'e' | b'E');
    let is_over = !text.get(length).is_some_and(goes_on);
    if length <= LONGEST && is_over { length } else { 0 }
}

/// How many digits stand here.
#[inline]
fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_numbers_are_those_of_json_without_an_exponent() {
        for (text, length) in [
            ("0", 1),
            ("-0", 2),
            ("21.50", 5),
            ("-1.5,x", 4),
            ("7}", 1),
            ("12345678901234567890", 20),
            ("", 0),
            ("-", 0),
            ("a", 0),
            (".5", 0),
            ("1.", 0),
            ("1.,", 0),
            ("007", 0),
            ("+1", 0),
            ("1e3", 0),
            ("1.5E", 0),
            ("1-2", 0),
            ("1/2", 0),
            ("1.2.3", 0),
            ("-.5", 0),
            ("--1", 0),
            ("123456789012345678901234567890123", 0),
        ] {
            assert_eq!(plain_number(text.as_bytes()), length, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_characters_of_numbers_end_at_the_first_other(
            number in "[-./0-9]{0,40}", other in "([^-./0-9].{0,20})?",
        ) {
            prop_assert_eq!(number_characters((number.clone() + &other).as_bytes()), number.len());
        }

        #[test]
        fn a_plain_number_consists_of_them(text in "[-+./0-9eE,]{0,40}") {
            prop_assert!(plain_number(text.as_bytes()) <= number_characters(text.as_bytes()));
        }
    }
}
