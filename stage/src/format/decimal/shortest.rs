//! The shortest decimal that reads back as the same float.
//!
//! The crate `zmij` finds it in a fifth of the time that the standard library takes. Where two
//! decimals are equally short and equally near (the float lies just between them), it gives the even
//! one, and the standard library the greater one. Readings have always become the greater one, so then
//! the standard library is asked.

use zmij::Buffer;

use super::fixed::Fixed;
use super::{Decimal, Mantissa, power_of_ten};

/// Bits of a double's significand behind the point, and the exponent of the last of them minus the one
/// that is stored.
const SIGNIFICAND_BITS: u32 = f64::MANTISSA_DIGITS - 1;
const LAST_BIT: i32 = f64::MIN_EXP - f64::MANTISSA_DIGITS as i32 - 1;

impl Decimal {
    /// The shortest decimal that reads back as the same double; `None` for NaN and infinities.
    pub fn shortest(double: f64) -> Option<Decimal> {
        let found = Shortest::of_double(double)?.unless_in_the_middle(double);
        Some(found.map_or_else(|| from_scientific(&format!("{double:e}")), Shortest::into_decimal))
    }

    /// The shortest decimal that reads back as the same single-precision number; `None` for
    /// NaN and infinities.
    pub fn shortest_f32(single: f32) -> Option<Decimal> {
        let found = Shortest::of_single(single)?.unless_in_the_middle(single.into());
        Some(found.map_or_else(|| from_scientific(&format!("{single:e}")), Shortest::into_decimal))
    }
}

impl Fixed {
    /// The same as [`Decimal::shortest`] in machine words; `None` as well if it may not fit them, or if the float
    /// lies exactly between two decimals. Then only [`Decimal::shortest`] tells.
    pub fn shortest(double: f64) -> Option<Fixed> {
        // At most 17 digits.
        let found = Fixed::is_sure_to_fit(double, 1e-19).then(|| Shortest::of_double(double))??;
        found.unless_in_the_middle(double)?.into_fixed()
    }

    /// The same as [`Decimal::shortest_f32`] in machine words; `None` as well if it may not fit them, or if the
    /// float lies exactly between two decimals. Then only [`Decimal::shortest_f32`] tells.
    pub fn shortest_f32(single: f32) -> Option<Fixed> {
        let double = single.into();
        // At most 9 digits.
        let found = Fixed::is_sure_to_fit(double, 1e-27).then(|| Shortest::of_single(single))??;
        found.unless_in_the_middle(double)?.into_fixed()
    }

    /// Whether a float's shortest decimal is sure to fit; `least` depends on how many digits it may have.
    /// (Farther out, only a few with fewer digits would.)
    fn is_sure_to_fit(float: f64, least: f64) -> bool {
        float == 0.0 || (least..1e34).contains(&float.abs())
    }
}

/// A shortest decimal, mantissa × 10^−places.
#[derive(Clone, Copy)]
struct Shortest {
    mantissa: i64,
    places: i32,
}

impl Shortest {
    fn of_double(double: f64) -> Option<Shortest> {
        double.is_finite().then(|| Shortest::read(Buffer::new().format_finite(double)))
    }

    fn of_single(single: f32) -> Option<Shortest> {
        single.is_finite().then(|| Shortest::read(Buffer::new().format_finite(single)))
    }

    /// Reads what `zmij` wrote: at most 17 digits, with a point, an exponent, or both.
    fn read(text: &str) -> Shortest {
        let text = text.strip_suffix(".0").unwrap_or(text);
        let (mut magnitude, mut places, mut exponent) = (0, 0, 0);
        let mut is_behind = false;
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'0'..=b'9' => {
                    magnitude = 10 * magnitude + i64::from(byte - b'0');
                    places += i32::from(is_behind);
                }
                b'.' => is_behind = true,
                b'e' => {
                    exponent = text[at + 1..].parse().unwrap_or(0);
                    break;
                }
                _minus => {}
            }
        }
        let mantissa = if text.starts_with('-') { -magnitude } else { magnitude };
        Shortest { mantissa, places: places - exponent }
    }

    /// The number, unless `exact` has just one more digit: then that is a 5.
    fn unless_in_the_middle(self, exact: f64) -> Option<Shortest> {
        (self.places + 1 != places_of(exact)).then_some(self)
    }

    fn into_fixed(self) -> Option<Fixed> {
        match u16::try_from(self.places) {
            Ok(places) => Fixed::new(self.mantissa.into(), places),
            Err(_) => {
                let power = 10i128.checked_pow(self.places.unsigned_abs())?;
                Fixed::new(power.checked_mul(self.mantissa.into())?, 0)
            }
        }
    }

    fn into_decimal(self) -> Decimal {
        let Shortest { mantissa, places } = self;
        let long = || power_of_ten(places.unsigned_abs()) * mantissa;
        match u16::try_from(places) {
            Ok(places) => Decimal { mantissa: Mantissa::Small(mantissa), places },
            Err(_) => self.into_fixed().map_or_else(|| Decimal::from_big(long(), 0), Decimal::from),
        }
    }
}

/// How many decimal places `double` has if it is written out exactly: as many as binary ones, since
/// 2^−n is 5^n × 10^−n.
fn places_of(double: f64) -> i32 {
    let bits = double.to_bits();
    let fraction = bits & !(u64::MAX << SIGNIFICAND_BITS);
    let stored = (bits >> SIGNIFICAND_BITS & 0x7ff) as i32;
    // Numbers without a leading one have the same unit as the least of those with one.
    let (significand, stored) = match stored {
        0 => (fraction, 1),
        _ => (fraction | 1 << SIGNIFICAND_BITS, stored),
    };
    -(stored + LAST_BIT + significand.trailing_zeros() as i32).min(0)
}

/// Reads what the standard library's `{:e}` wrote, which is always well formed.
fn from_scientific(text: &str) -> Decimal {
    text.parse().unwrap_or(Decimal::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Doubles of every size, and some with few binary places.
    fn double() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<u64>().prop_map(f64::from_bits),
            (any::<i64>(), 0u32..64, 0i32..60)
                .prop_map(|(bits, cut, places)| (bits >> cut) as f64 * 2f64.powi(-places)),
        ]
    }

    #[test]
    fn of_two_that_are_equally_near_it_is_the_greater() {
        let text = |double| Decimal::shortest(double).unwrap().to_string();
        assert_eq!(text(2f64.powi(50) + 0.25), "1125899906842624.3");
        assert_eq!(text(-2f64.powi(50) - 0.75), "-1125899906842624.8");
        assert_eq!(Decimal::shortest_f32(0.25976563).unwrap().to_string(), "0.25976563");
        assert_eq!(places_of(0.25976563f32.into()), 9);
    }

    #[test]
    fn extremes_are_exact() {
        let text = |double| Decimal::shortest(double).unwrap().to_string();
        assert_eq!(text(1e16), "10000000000000000");
        assert_eq!(text(-1e22), "-10000000000000000000000");
        assert_eq!(text(123456789e30), "123456789000000000000000000000000000000");
        assert_eq!(text(-0.0), "0");
        assert_eq!(text(f64::MIN_POSITIVE), "2.2250738585072014e-308");
        assert_eq!((places_of(5e-324), places_of(2e-323)), (1074, 1072));
        assert_eq!((places_of(0.5), places_of(3.0), places_of(f64::MAX)), (1, 0, 0));
    }

    #[test]
    fn what_is_sure_to_fit_is_in_machine_words() {
        for double in [0.0, -0.0, 1e-19, -1e-18, 1e16, -1e22, 9.9e33] {
            let fixed = Fixed::shortest(double);
            assert!(fixed.is_some(), "{double}");
            assert_eq!(fixed.map(Decimal::from), Decimal::shortest(double), "{double}");
        }
        assert!(Fixed::shortest_f32(1.5e-27).is_some());
        for double in [5e-324, f64::MIN_POSITIVE, 1e-36, 1e35, f64::NAN, f64::INFINITY] {
            assert!(Fixed::shortest(double).is_none(), "{double}");
        }
    }

    proptest! {
        #[test]
        fn it_is_what_the_standard_library_finds(double in double()) {
            if let Some(decimal) = Decimal::shortest(double) {
                let expected = from_scientific(&format!("{double:e}"));
                prop_assert_eq!(decimal.to_string(), expected.to_string());
                prop_assert_eq!(decimal.places(), expected.places());
            }
            let single = double as f32;
            if let Some(decimal) = Decimal::shortest_f32(single) {
                let expected = from_scientific(&format!("{single:e}"));
                prop_assert_eq!(decimal.to_string(), expected.to_string());
                prop_assert_eq!(decimal.places(), expected.places());
            }
        }

        #[test]
        fn in_machine_words_it_is_the_same(double in double(), fraction in 0.0..1.0f64) {
            for double in [double, fraction] {
                if let Some(fixed) = Fixed::shortest(double) {
                    prop_assert_eq!(Some(Decimal::from(fixed)), Decimal::shortest(double));
                }
                if let Some(fixed) = Fixed::shortest_f32(double as f32) {
                    prop_assert_eq!(Some(Decimal::from(fixed)), Decimal::shortest_f32(double as f32));
                }
            }
            // Only far smaller ones have too many places, and only ones of few places may lie in the middle.
            prop_assert!(fraction < 1e-9 || places_of(fraction) < 30 || Fixed::shortest(fraction).is_some());
        }

        #[test]
        fn so_it_is_for_any_single(bits in any::<u32>()) {
            let single = f32::from_bits(bits);
            if let Some(decimal) = Decimal::shortest_f32(single) {
                prop_assert_eq!(decimal, from_scientific(&format!("{single:e}")));
            }
        }
    }
}
