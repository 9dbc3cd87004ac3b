//! Exact fractions of decimal numbers, such as 5/1023, for what is applied to every reading.
//!
//! Nothing is rounded but a [`Fraction::value`] that is no finite decimal.

use std::fmt;
use std::ops::{Add, Mul, Sub};
use std::str::FromStr;

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use stage::format::decimal::{Decimal, ParseError};
use stage::process::quantity;

/// Significant digits of a value that is no finite decimal: as many as it takes to name any double.
pub(crate) const DIGITS: u32 = 17;

/// numerator / divisor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fraction {
    numerator: Decimal,
    /// Above zero, without a factor in common with ten or with the numerator's digits: so it is 1 if the
    /// fraction is a finite decimal.
    divisor: BigInt,
}

impl Fraction {
    /// `numerator` / `divisor`; `None` if that is zero.
    pub(crate) fn new(numerator: &Decimal, divisor: &Decimal) -> Option<Fraction> {
        let units = divisor.mantissa().to_big();
        let shifted = numerator * &Decimal::power(1, divisor.places().into());
        match units.sign() {
            Sign::NoSign => None,
            Sign::Plus => Some(Fraction::reduced(shifted, units)),
            Sign::Minus => Some(Fraction::reduced(-shifted, -units)),
        }
    }

    /// The same for a divisor above zero.
    fn reduced(numerator: Decimal, mut divisor: BigInt) -> Fraction {
        let twos = divisor.trailing_zeros().unwrap_or(0);
        divisor >>= twos;
        let mut fives = 0;
        while divisor.is_multiple_of(&BigInt::from(5)) {
            (divisor, fives) = (divisor / 5, fives + 1);
        }
        // 1 / (2^a 5^b) is 5^a 2^b / 10^(a + b).
        let factor = BigInt::from(5).pow(twos as u32) << fives;
        let numerator = &numerator * &Decimal::from_big(factor, (twos + fives) as u16);
        let units = numerator.mantissa().to_big();
        let common = units.gcd(&divisor);
        let numerator = Decimal::from_big(units / &common, numerator.places()).normalized();
        Fraction { numerator, divisor: divisor / common }
    }

    /// This divided by `other`; `None` if that is zero.
    pub(crate) fn over(&self, other: &Fraction) -> Option<Fraction> {
        let numerator = times(&self.numerator, &other.divisor);
        Fraction::new(&numerator, &times(&other.numerator, &self.divisor))
    }

    /// The numerator.
    pub(crate) fn numerator(&self) -> &Decimal {
        &self.numerator
    }

    /// The divisor, which is 1 if the fraction is a finite decimal.
    pub(crate) fn divisor(&self) -> &BigInt {
        &self.divisor
    }

    /// The number; if it is no finite decimal, the nearest one of `DIGITS` significant digits.
    pub fn value(&self) -> Decimal {
        quotient(self.numerator.clone(), &self.divisor)
    }
}

impl From<Decimal> for Fraction {
    fn from(decimal: Decimal) -> Fraction {
        Fraction { numerator: decimal.normalized(), divisor: BigInt::from(1) }
    }
}

/// As it may be written on a command line.
impl fmt::Display for Fraction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.numerator.fmt(formatter)?;
        match self.divisor == BigInt::from(1) {
            true => Ok(()),
            false => write!(formatter, "/{}", self.divisor),
        }
    }
}

/// As on a command line: a number or a fraction, `0.001` or `5/1023`.
impl FromStr for Fraction {
    type Err = String;

    fn from_str(text: &str) -> Result<Fraction, String> {
        let decimal = |part: &str| match quantity::decimal(part) {
            // A comma that should be a point is the likelier mistake.
            Err(_)
                if part.parse::<Decimal>() == Err(ParseError::NotANumber)
                    && !part.contains(',') =>
            {
                Err("expected a number or a fraction, such as 0.5 or 5/60".to_owned())
            }
            decimal => decimal,
        };
        let Some((numerator, divisor)) = text.split_once('/') else {
            return decimal(text).map(Fraction::from);
        };
        let (numerator, divisor) = (decimal(numerator)?, decimal(divisor)?);
        Fraction::new(&numerator, &divisor).ok_or_else(|| "cannot divide by zero".to_owned())
    }
}

/// `numerator` / `divisor`, which is above zero and has no factor in common with ten: exact if that is
/// a finite decimal, otherwise the nearest number of [`DIGITS`] significant digits.
pub(crate) fn quotient(numerator: Decimal, divisor: &BigInt) -> Decimal {
    if *divisor == BigInt::from(1) {
        return numerator;
    }
    let units = numerator.mantissa().to_big();
    let (quotient, rest) = units.div_rem(divisor);
    if rest == BigInt::ZERO {
        // Only then: what does not divide the digits does not divide them times a power of ten.
        return Decimal::from_big(quotient, numerator.places());
    }
    let (digits, shift) = rounded(units.magnitude().clone().into(), divisor);
    let digits = if units.sign() == Sign::Minus { -digits } else { digits };
    let places = i32::from(numerator.places()) + shift;
    Decimal::from_big(digits, 0) * Decimal::power(1, -places)
}

/// The first [`DIGITS`] digits of `magnitude` / `divisor`, rounded, in units of 10^−shift; and that
/// shift. (There is no tie: half a unit would be a finite decimal.)
fn rounded(magnitude: BigInt, divisor: &BigInt) -> (BigInt, i32) {
    let length = |number: &BigInt| number.to_string().len() as i32;
    // With this shift the quotient has as many digits as are wanted, or one less.
    let mut shift = DIGITS as i32 - 1 - (length(&magnitude) - length(divisor));
    let power = |exponent: i32| BigInt::from(10).pow(exponent.max(0).unsigned_abs());
    if &magnitude * power(shift) < divisor * power(DIGITS as i32 - 1) * power(-shift) {
        shift += 1;
    }
    let (dividend, divisor) = (magnitude * power(shift), divisor * power(-shift));
    ((dividend * 2 + &divisor) / (divisor * 2), shift)
}

impl Add for &Fraction {
    type Output = Fraction;

    fn add(self, other: &Fraction) -> Fraction {
        let cross = |one: &Fraction, other: &Fraction| times(&one.numerator, &other.divisor);
        let numerator = &cross(self, other) + &cross(other, self);
        Fraction::reduced(numerator, &self.divisor * &other.divisor)
    }
}

impl Sub for &Fraction {
    type Output = Fraction;

    fn sub(self, other: &Fraction) -> Fraction {
        self + &Fraction { numerator: -&other.numerator, divisor: other.divisor.clone() }
    }
}

impl Mul for &Fraction {
    type Output = Fraction;

    fn mul(self, other: &Fraction) -> Fraction {
        Fraction::reduced(&self.numerator * &other.numerator, &self.divisor * &other.divisor)
    }
}

/// A decimal times an integer.
pub(crate) fn times(decimal: &Decimal, factor: &BigInt) -> Decimal {
    decimal * &Decimal::from_big(factor.clone(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Fraction {
        text.parse().unwrap()
    }

    #[test]
    fn a_finite_decimal_is_exact_and_anything_else_has_17_digits() {
        for (text, value) in [
            ("9/5", "1.8"),
            ("1/-8", "-0.125"),
            ("0/7", "0"),
            ("2.5/0.005", "500"),
            ("3/3e-300", "1e300"),
            ("160/9", "17.777777777777778"),
            ("-5/1023", "-0.0048875855327468231"),
            ("1/3", "0.33333333333333333"),
            ("2/3", "0.66666666666666667"),
            ("1e30/3", "333333333333333330000000000000"),
            ("29999999999999999999/3e-30", "1e49"),
            ("1/7e200", "1.4285714285714286e-201"),
            ("22/7", "3.1428571428571429"),
            ("299999999999999999/3", "100000000000000000"),
        ] {
            let expected: Decimal = value.parse().unwrap();
            assert_eq!(of(text).value().to_string(), expected.to_string(), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_or_fraction_is_refused() {
        let expected = "expected a number or a fraction, such as 0.5 or 5/60";
        for (text, why) in [
            ("0.5/s", expected),
            ("1,5", "expected a number such as 1.5"),
            ("1/0", "cannot divide by zero"),
            ("1/-0.00", "cannot divide by zero"),
            ("1/", expected),
            ("/3", expected),
            ("1/2/3", expected),
            ("1 /3", expected),
            ("1e999/3", "too large for a double"),
        ] {
            assert_eq!(text.parse::<Fraction>().unwrap_err(), why, "{text}");
        }
    }

    fn any_fraction() -> impl Strategy<Value = (i64, i64, u16)> {
        (any::<i64>(), any::<i64>(), 0u32..60, 0u32..60, 0u16..9).prop_map(
            |(numerator, divisor, cut, by, places)| {
                (numerator >> cut, (divisor >> by).max(1), places)
            },
        )
    }

    proptest! {
        #[test]
        fn arithmetic_agrees_with_integers(one in any_fraction(), other in any_fraction()) {
            let make = |(numerator, divisor, places)| {
                Fraction::new(&Decimal::new(numerator, places), &Decimal::new(divisor, 0)).unwrap()
            };
            // The same with a common divisor of all.
            let units = |(numerator, divisor, places): (i64, i64, u16)| {
                let divisor = BigInt::from(divisor) * BigInt::from(10).pow(places.into());
                (BigInt::from(numerator), divisor)
            };
            let ((a, b), (c, d)) = (units(one), units(other));
            let is = |fraction: Fraction, numerator: BigInt, divisor: BigInt| {
                let whole = |integer| Decimal::from_big(integer, 0);
                fraction == Fraction::new(&whole(numerator), &whole(divisor)).unwrap()
            };
            let (x, y) = (make(one), make(other));
            prop_assert!(is(&x + &y, &a * &d + &c * &b, &b * &d));
            prop_assert!(is(&x - &y, &a * &d - &c * &b, &b * &d));
            prop_assert!(is(&x * &y, &a * &c, &b * &d));
            if a != BigInt::ZERO {
                prop_assert_eq!(&y.over(&x).unwrap() * &x, y);
            }
        }

        #[test]
        fn a_rounded_value_is_at_most_half_a_digit_off(fraction in any_fraction()) {
            let (numerator, divisor, places) = fraction;
            let (numerator, divisor) = (Decimal::new(numerator, places), Decimal::new(divisor, 0));
            let value = Fraction::new(&numerator, &divisor).unwrap().value();
            let off = &value * &divisor - &numerator;
            let off = if off.is_negative() { -off } else { off };
            let Some(magnitude) = value.magnitude() else { return Ok(()) };
            prop_assert!(off <= Decimal::power(5, magnitude - DIGITS as i32) * &divisor);
        }

        #[test]
        fn what_is_printed_is_read(fraction in any_fraction()) {
            let (numerator, divisor, places) = fraction;
            let divisor = Decimal::new(divisor, 0);
            let fraction = Fraction::new(&Decimal::new(numerator, places), &divisor).unwrap();
            prop_assert_eq!(of(&fraction.to_string()), fraction);
        }
    }
}
