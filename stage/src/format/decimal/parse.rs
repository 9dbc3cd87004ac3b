//! Reading a decimal number from text: optional sign, digits with an optional point,
//! optional exponent.
//!
//! Numbers of up to 18 digits without an exponent, which is nearly all of them, are read in
//! one pass; anything else goes through [`ScannedNumber`], which holds the digits before it
//! decides on their size. An exponent never makes it allocate more than the number's own
//! digits and the zeros that the size [`NumberLimits`] allow.

use std::str::FromStr;

use num_bigint::{BigInt, Sign};
use thiserror::Error;

use super::{Decimal, MAX_PLACES, Mantissa, SMALL_DIGITS};

/// How large a number may be.
#[derive(Clone, Copy, Debug)]
struct NumberLimits {
    /// Digits before the point.
    integer_digits: i64,
    /// Digits behind it.
    places: i64,
    /// Whether it must be finite as a double.
    finite: bool,
}

/// The largest double, 1.8e308, has 309 digits before the point.
const SAMPLE: NumberLimits =
    NumberLimits { integer_digits: 309, places: MAX_PLACES as i64, finite: true };

/// A sum of 2^64 samples has 20 digits more than one sample.
const COMPUTED: NumberLimits =
    NumberLimits { integer_digits: 309 + 20, places: MAX_PLACES as i64, finite: false };

/// Why text is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParseError {
    /// It does not have the form of a decimal number.
    #[error("not a number")]
    NotANumber,
    /// It lies beyond the finite doubles.
    #[error("too large for a double")]
    NotFinite,
    /// It needs more than 400 decimal places.
    #[error("more than {MAX_PLACES} decimal places")]
    TooManyPlaces,
}

impl Decimal {
    /// Reads a number that fills the whole of `text`, within the limits of a sample.
    pub(crate) fn parse(text: &[u8]) -> Result<Decimal, ParseError> {
        parse_within(SAMPLE, text)
    }

    /// Reads a number that was computed from samples, such as a sum, and may be larger than one.
    pub(crate) fn parse_computed(text: &[u8]) -> Result<Decimal, ParseError> {
        parse_within(COMPUTED, text)
    }
}

/// As on a command line: nothing but the number, within the limits of a sample.
impl FromStr for Decimal {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Decimal, ParseError> {
        Decimal::parse(text.as_bytes())
    }
}

fn parse_within(limits: NumberLimits, text: &[u8]) -> Result<Decimal, ParseError> {
    match parse_short(text) {
        Some(decimal) => Ok(decimal),
        None => ScannedNumber::scan(text).ok_or(ParseError::NotANumber)?.into_decimal(limits),
    }
}

/// The common case: up to 18 digits, no exponent. `None` means "not that", not "malformed".
fn parse_short(text: &[u8]) -> Option<Decimal> {
    let (negative, unsigned) = split_sign(text);
    // One more than the digits, for the point; 19 digits fit 64 bits all the same.
    if unsigned.len() > SMALL_DIGITS as usize + 1 {
        return None;
    }
    let mut magnitude = 0u64;
    let mut digits = 0u32;
    let mut digits_before_point = None;
    for &byte in unsigned {
        match byte {
            b'0'..=b'9' => {
                magnitude = magnitude * 10 + u64::from(byte - b'0');
                digits += 1;
            }
            b'.' if digits_before_point.is_none() => digits_before_point = Some(digits),
            _ => return None,
        }
    }
    if digits == 0 || digits > SMALL_DIGITS {
        return None;
    }
    let places = digits - digits_before_point.unwrap_or(digits);
    let magnitude = magnitude as i64;
    let signed = if negative { -magnitude } else { magnitude };
    Some(Decimal { mantissa: Mantissa::Small(signed), places: places as u16 })
}

fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// A number as it was written: ± digits × 10^−places, the digits without leading zeros.
struct ScannedNumber {
    negative: bool,
    digits: Vec<u8>,
    places: i64,
}

impl ScannedNumber {
    fn scan(text: &[u8]) -> Option<ScannedNumber> {
        let (negative, unsigned) = split_sign(text);
        let exponent_at = unsigned.iter().position(|byte| matches!(byte, b'e' | b'E'));
        let (number, exponent) = match exponent_at {
            Some(at) => (&unsigned[..at], scan_exponent(&unsigned[at + 1..])?),
            None => (unsigned, 0),
        };
        let (before, behind) = match number.iter().position(|&byte| byte == b'.') {
            Some(at) => (&number[..at], &number[at + 1..]),
            None => (number, &[][..]),
        };
        let mut all = before.iter().chain(behind).peekable();
        all.peek()?;
        if !all.clone().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(ScannedNumber {
            negative,
            digits: all.skip_while(|&&byte| byte == b'0').copied().collect(),
            places: (behind.len() as i64).saturating_sub(exponent),
        })
    }

    fn into_decimal(mut self, limits: NumberLimits) -> Result<Decimal, ParseError> {
        if self.digits.is_empty() {
            return Ok(Decimal::ZERO);
        }
        let integer_digits = (self.digits.len() as i64).saturating_sub(self.places);
        if integer_digits > limits.integer_digits {
            return Err(ParseError::NotFinite);
        }
        while self.places > limits.places && self.digits.last() == Some(&b'0') {
            self.digits.pop();
            self.places -= 1;
        }
        if self.places > limits.places {
            return Err(ParseError::TooManyPlaces);
        }
        // Bounded: there are at most `limits.integer_digits` of them.
        while self.places < 0 {
            self.digits.push(b'0');
            self.places += 1;
        }
        let magnitude = BigInt::parse_bytes(&self.digits, 10).ok_or(ParseError::NotANumber)?;
        let sign = if self.negative { Sign::Minus } else { Sign::Plus };
        let mantissa = BigInt::from_biguint(sign, magnitude.into_parts().1);
        let decimal = Decimal::from_big(mantissa, self.places as u16);
        if limits.finite
            && integer_digits == limits.integer_digits
            && decimal.to_f64().is_infinite()
        {
            return Err(ParseError::NotFinite);
        }
        Ok(decimal)
    }
}

/// Sign and digits; beyond the range of `i64` the value saturates, which changes nothing,
/// since such a number is out of every bound.
fn scan_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = split_sign(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let magnitude = digits
        .iter()
        .fold(0i64, |sum, &digit| sum.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    Some(if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn canonical(text: &str) -> Result<String, ParseError> {
        text.parse::<Decimal>().map(|decimal| decimal.to_string())
    }

    #[test]
    fn every_form_of_a_number_is_read() {
        for (text, value) in [
            ("57", "57"),
            ("-3.25", "-3.25"),
            (".5", "0.5"),
            ("1.", "1"),
            ("1e-3", "0.001"),
            ("+7", "7"),
            ("007", "7"),
            ("-0", "0"),
            ("0e99999999999999999999", "0"),
            ("12.5E+1", "125"),
            ("123456789012345678901234.5", "123456789012345678901234.5"),
            ("9999999999999999999", "9999999999999999999"),
            ("0000000000000000000000000000000000000000001", "1"),
        ] {
            assert_eq!(canonical(text).as_deref(), Ok(value), "{text}");
        }
    }

    #[test]
    fn everything_else_is_not_a_number() {
        for text in [
            "",
            "+",
            "-",
            ".",
            "-.",
            "e5",
            "1e",
            "1e+",
            "NaN",
            "inf",
            "0x10",
            "1_000",
            "12abc",
            "1 2",
            "--1",
            "1.2.3",
            "1e5.0",
            "\u{feff}1",
            "# 1",
            "1,5",
            "٣",
        ] {
            assert_eq!(canonical(text), Err(ParseError::NotANumber), "{text:?}");
        }
    }

    #[test]
    fn the_limits_are_those_of_a_finite_double_and_400_places() {
        assert_eq!(canonical("1e308").as_deref(), Ok("1e308"));
        assert_eq!(canonical("1.7976931348623158e308").as_deref(), Ok("1.7976931348623158e308"));
        assert_eq!(canonical("1.7976931348623159e308"), Err(ParseError::NotFinite));
        assert_eq!(canonical("-1e309"), Err(ParseError::NotFinite));
        assert_eq!(canonical("1e99999999999999999999"), Err(ParseError::NotFinite));
        assert_eq!(canonical("1e-400").as_deref(), Ok("1e-400"));
        assert_eq!(canonical("10e-401").as_deref(), Ok("1e-400"));
        assert_eq!(canonical("1e-401"), Err(ParseError::TooManyPlaces));
        assert_eq!(canonical("1e-99999999999999999999"), Err(ParseError::TooManyPlaces));
    }

    proptest! {
        #[test]
        fn the_short_way_and_the_long_way_agree(text in "[-+]?[0-9]{0,20}\\.?[0-9]{0,20}") {
            if let Some(short) = parse_short(text.as_bytes()) {
                let long = ScannedNumber::scan(text.as_bytes()).unwrap().into_decimal(SAMPLE).unwrap();
                prop_assert_eq!(short.to_string(), long.to_string());
            }
        }

        #[test]
        fn a_number_reads_as_the_same_double_as_in_rust(
            text in "-?[0-9]{1,30}(\\.[0-9]{0,30})?(e-?[0-9]{1,2})?",
        ) {
            let decimal = text.parse::<Decimal>().unwrap();
            prop_assert_eq!(decimal.to_f64(), text.parse::<f64>().unwrap() + 0.0);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = Decimal::parse(&bytes);
        }
    }
}
