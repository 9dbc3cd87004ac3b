//! Numbers in machine words: nearly all that converters deliver, before and after conversion.
//!
//! A [`Fixed`] is mantissa × 10^−places with at most 35 of each, so it never needs an allocation, and
//! its canonical text never needs an exponent. What does not fit is left to [`Decimal`].

mod print;

pub use print::ROOM;

use super::{Decimal, Mantissa, SMALL_DIGITS};

/// Digits, and decimal places, at most: nearly those of a product of two numbers of [`SMALL_DIGITS`].
/// Without its last 16 digits, such a number fits a word.
pub const MAX_DIGITS: u32 = 2 * SMALL_DIGITS - 1;

/// A mantissa whose upper word is below this, and at least its negative, has at most [`MAX_DIGITS`]
/// digits. (A few mantissas with that many digits lie beyond.)
const LIMIT: i64 = (10u128.pow(MAX_DIGITS) >> 64) as i64;

/// The powers of ten that fit a word.
const POWERS: [i64; SMALL_DIGITS as usize + 1] = {
    let mut powers = [1; SMALL_DIGITS as usize + 1];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = 10 * powers[at - 1];
        at += 1;
    }
    powers
};

/// 10^`exponent`, if that fits a word. (Its double does, too.)
#[inline]
pub fn power(exponent: usize) -> Option<i64> {
    POWERS.get(exponent).copied()
}

/// An exact decimal number of at most [`MAX_DIGITS`] digits and places: mantissa × 10^−places.
#[derive(Clone, Copy, Debug)]
pub struct Fixed {
    mantissa: i128,
    places: u16,
}

impl Fixed {
    /// `mantissa` × 10^−`places`.
    #[inline]
    pub fn new(mantissa: i128, places: u16) -> Option<Fixed> {
        let fits = (-LIMIT..LIMIT).contains(&((mantissa >> 64) as i64));
        (fits && u32::from(places) <= MAX_DIGITS).then_some(Fixed { mantissa, places })
    }

    /// The same number as `decimal`, if its mantissa is a machine word.
    #[inline]
    pub fn of(decimal: &Decimal) -> Option<Fixed> {
        let mantissa = decimal.small_mantissa()?.into();
        (u32::from(decimal.places) <= MAX_DIGITS)
            .then_some(Fixed { mantissa, places: decimal.places })
    }

    /// The digits, with their sign.
    pub fn mantissa(self) -> i128 {
        self.mantissa
    }

    /// How many of the mantissa's digits are behind the point.
    pub fn places(self) -> u16 {
        self.places
    }
}

impl From<Fixed> for Decimal {
    fn from(fixed: Fixed) -> Decimal {
        Decimal { mantissa: Mantissa::from_wide(fixed.mantissa), places: fixed.places }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_does_not_fit_is_left_to_decimals() {
        let most = i128::from(LIMIT) << 64;
        assert!(most < 10i128.pow(MAX_DIGITS));
        for (mantissa, places, fits) in [
            (most - 1, 35, true),
            (-most, 0, true),
            (most, 0, false),
            (-most - 1, 0, false),
            (i128::MIN, 0, false),
            (0, 36, false),
        ] {
            assert_eq!(Fixed::new(mantissa, places).is_some(), fits, "{mantissa} {places}");
        }
        assert!(Fixed::of(&"1234567890123456789".parse().unwrap()).is_none());
        assert!(Fixed::of(&Decimal::new(1, 36)).is_none());
    }

    proptest! {
        #[test]
        fn it_is_the_same_number(mantissa in any::<i64>(), places in 0u16..40) {
            let decimal = Decimal::new(mantissa, places);
            if let Some(fixed) = Fixed::of(&decimal) {
                prop_assert_eq!(Decimal::from(fixed), decimal);
            }
        }
    }
}
