//! The place of a number's first digit, and rounding: to the nearest multiple of a power of ten, or
//! down to a multiple of a round number.

use num_bigint::BigInt;
use num_integer::Integer;

use super::{Decimal, Mantissa, SMALL_DIGITS, power_of_ten};

impl Decimal {
    /// The greatest multiple of `factor` × 10^`exponent` that is not above this number, without
    /// useless zeros. `factor` is 1, 2 or 5.
    pub fn floor_to(&self, factor: u8, exponent: i32) -> Decimal {
        // Digits behind the last one that counts.
        let shift = i32::from(self.places) + exponent;
        if shift < 0 {
            // A multiple of 10^(exponent + 1), and so of all that `factor` can make.
            return self.normalized();
        }
        let shift = shift as u32;
        match &self.mantissa {
            // 5 × 10^17 fits, and so does the difference.
            Mantissa::Small(mantissa) if shift < SMALL_DIGITS => {
                let unit = i64::from(factor) * 10i64.pow(shift);
                let floor = mantissa - mantissa.rem_euclid(unit);
                Decimal::new(floor, self.places).normalized()
            }
            // Far nearer to zero than a unit.
            Mantissa::Small(0..) if shift > SMALL_DIGITS => Decimal::ZERO,
            Mantissa::Small(_) if shift > SMALL_DIGITS => -Decimal::power(factor, exponent),
            mantissa => {
                let unit = power_of_ten(shift) * factor;
                let floor = mantissa.to_big().div_floor(&unit) * unit;
                Decimal::from_big(floor, self.places).normalized()
            }
        }
    }

    /// The nearest multiple of 10^`exponent`; ties go away from zero, so that a number and its negative
    /// have the same digits.
    pub fn round_to(&self, exponent: i32) -> Decimal {
        if i32::from(self.places) + exponent <= 0 {
            return self.normalized();
        }
        match self.is_negative() {
            true => -(-self).round_to(exponent),
            false => (&Decimal::power(5, exponent - 1) + self).floor_to(1, exponent),
        }
    }

    /// Half of this number.
    pub fn halved(&self) -> Decimal {
        (self * &Decimal::new(5, 1)).normalized()
    }

    /// `factor` × 10^`exponent`.
    pub fn power(factor: u8, exponent: i32) -> Decimal {
        match u32::try_from(exponent) {
            Ok(exponent) => Decimal::from_big(power_of_ten(exponent) * factor, 0),
            Err(_) => Decimal::from_big(BigInt::from(factor), exponent.unsigned_abs() as u16),
        }
    }

    /// The exponent of the first digit: 10^e ≤ |self| < 10^(e+1); `None` for zero.
    pub fn magnitude(&self) -> Option<i32> {
        let digits = match &self.mantissa {
            Mantissa::Small(0) => return None,
            Mantissa::Small(mantissa) => mantissa.unsigned_abs().ilog10() as i32,
            Mantissa::Big(mantissa) => mantissa.magnitude().to_string().len() as i32 - 1,
        };
        Some(digits - i32::from(self.places))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_are_rounded_down_below_zero_as_well() {
        for (number, factor, exponent, floor) in [
            ("101325.0085", 2, -3, "101325.008"),
            ("-101325.0085", 2, -3, "-101325.01"),
            ("17", 5, 0, "15"),
            ("17", 1, 1, "10"),
            ("17", 2, 1, "0"),
            ("-1", 2, 1, "-20"),
            ("-1", 1, 30, "-1e30"),
            ("1.5", 2, -1, "1.4"),
            ("1.5", 2, -2, "1.5"),
            ("1e300", 5, -300, "1e300"),
            ("0", 2, 5, "0"),
        ] {
            assert_eq!(decimal(number).floor_to(factor, exponent), decimal(floor), "{number}");
        }
    }

    #[test]
    fn numbers_are_rounded_to_the_nearest_and_halved() {
        for (number, exponent, rounded) in [
            ("52.8333", -2, "52.83"),
            ("52.835", -2, "52.84"),
            ("-52.835", -2, "-52.84"),
            ("9.99", -1, "10"),
            ("1234", 2, "1200"),
            ("1250", 2, "1300"),
            ("-49", 2, "0"),
            ("0.3", 20, "0"),
            ("7", -3, "7"),
            ("1.0000000000000000000000005", -24, "1.000000000000000000000001"),
            ("-123456789012345678901234567890", 20, "-123456789000000000000000000000"),
            ("1.7e308", 300, "1.7e308"),
        ] {
            let shown = decimal(number).round_to(exponent).to_string();
            assert_eq!(shown, rounded, "{number} to {exponent}");
        }
        assert_eq!(decimal("-3").halved(), decimal("-1.5"));
    }

    #[test]
    fn a_magnitude_is_the_first_digits_exponent() {
        for (number, magnitude) in
            [("0", None), ("1", Some(0)), ("-99.9", Some(1)), ("0.001", Some(-3))]
        {
            assert_eq!(decimal(number).magnitude(), magnitude, "{number}");
        }
        assert_eq!(decimal("7e300").magnitude(), Some(300));
        assert_eq!(Decimal::power(2, -3), decimal("0.002"));
        assert_eq!(Decimal::power(5, 2), decimal("500"));
    }

    proptest! {
        #[test]
        fn words_and_big_integers_are_rounded_alike_and_to_the_nearest(
            mantissa in -999_999_999_999_999_999i64..=999_999_999_999_999_999,
            places in 0u16..25, exponent in -25i32..25,
        ) {
            let short = Decimal::new(mantissa, places);
            // The same number, with enough trailing zeros to need a big integer.
            let long = Decimal::from_big(power_of_ten(30) * mantissa, places + 30);
            let rounded = short.round_to(exponent);
            prop_assert_eq!(&rounded, &long.round_to(exponent));
            let off = &rounded - &short;
            let off = if off.is_negative() { -off } else { off };
            prop_assert!(off <= Decimal::power(5, exponent - 1));
        }

        #[test]
        fn what_is_rounded_down_is_less_than_a_unit_away_and_a_multiple(
            number in "-?[0-9]{1,25}(\\.[0-9]{0,25})?",
            factor in proptest::sample::select(vec![1u8, 2, 5]),
            exponent in -30i32..30,
        ) {
            let number = decimal(&number);
            let floor = number.floor_to(factor, exponent);
            let rest = &number - &floor;
            prop_assert!(!rest.is_negative() && rest < Decimal::power(factor, exponent));
            prop_assert_eq!(floor.floor_to(factor, exponent), floor.clone());
            let places = floor.places().max(exponent.min(0).unsigned_abs() as u16);
            let unit = Decimal::power(factor, exponent).mantissa_at(places);
            prop_assert_eq!(floor.mantissa_at(places) % unit, BigInt::ZERO);
        }
    }
}
