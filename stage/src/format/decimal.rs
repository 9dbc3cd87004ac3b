//! Exact decimal numbers: the one number type of the pipeline.
//!
//! A [`Decimal`] is mantissa × 10^−places. Mantissas of up to 18 digits, which is what
//! converters deliver, live in a machine word; longer ones in a `BigInt`. Arithmetic
//! is exact: a sum or product has as many digits as it needs.
//!
//! `parse` reads text, within the limits of a sample (finite as a double, at most [`MAX_PLACES`]
//! places) or of what is computed from samples; `shortest` reads floats; `print` writes the canonical
//! form. Only `rounding` drops digits, and only from the place that it is given. What is done to
//! millions of numbers a second is done to those in machine words ([`fixed`]).

mod arithmetic;
pub mod fixed;
mod parse;
mod print;
mod rounding;
mod serial;
mod shortest;

pub use parse::ParseError;
pub use print::MAX_PLAIN;

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use num_bigint::{BigInt, Sign};

/// Digits that a machine-word mantissa may have: 10^18 < 2^63, and the product of two
/// such mantissas fits 128 bits.
pub const SMALL_DIGITS: u32 = 18;

/// Decimal places that a sample can have.
pub const MAX_PLACES: u16 = 400;

const SMALL_LIMIT: u64 = 10u64.pow(SMALL_DIGITS);

/// Up to here every integer is a double: 2^53.
const EXACT_INTEGERS: u64 = 1 << 53;

/// The powers of ten that are doubles: 5^22 is the last power of five below 2^53.
pub const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// An exact decimal number: mantissa × 10^−places.
///
/// Compared by value: `1.50` equals `1.5`.
#[derive(Clone, Debug)]
pub struct Decimal {
    mantissa: Mantissa,
    places: u16,
}

/// The digits of a [`Decimal`], with its sign.
#[derive(Clone, Debug)]
pub enum Mantissa {
    /// At most [`SMALL_DIGITS`] digits.
    Small(i64),
    /// More than [`SMALL_DIGITS`] digits.
    Big(Box<BigInt>),
}

impl Mantissa {
    fn from_wide(wide: i128) -> Mantissa {
        match i64::try_from(wide) {
            Ok(small) if small.unsigned_abs() < SMALL_LIMIT => Mantissa::Small(small),
            _ => Mantissa::Big(Box::new(BigInt::from(wide))),
        }
    }

    fn from_big(big: BigInt) -> Mantissa {
        match i64::try_from(&big) {
            Ok(small) if small.unsigned_abs() < SMALL_LIMIT => Mantissa::Small(small),
            _ => Mantissa::Big(Box::new(big)),
        }
    }

    /// The mantissa as a big integer, whatever its size.
    pub fn to_big(&self) -> BigInt {
        match self {
            Mantissa::Small(small) => BigInt::from(*small),
            Mantissa::Big(big) => (**big).clone(),
        }
    }
}

/// 10^`exponent`.
pub fn power_of_ten(exponent: u32) -> BigInt {
    BigInt::from(10u8).pow(exponent)
}

impl Decimal {
    /// Zero.
    pub const ZERO: Decimal = Decimal { mantissa: Mantissa::Small(0), places: 0 };

    /// `mantissa` × 10^−`places`.
    pub fn new(mantissa: i64, places: u16) -> Decimal {
        Decimal { mantissa: Mantissa::from_wide(i128::from(mantissa)), places }
    }

    /// `mantissa` × 10^−`places`, for a mantissa of any size.
    pub fn from_big(mantissa: BigInt, places: u16) -> Decimal {
        Decimal { mantissa: Mantissa::from_big(mantissa), places }
    }

    /// The digits, with their sign.
    pub fn mantissa(&self) -> &Mantissa {
        &self.mantissa
    }

    /// The mantissa, if it has at most [`SMALL_DIGITS`] digits.
    pub fn small_mantissa(&self) -> Option<i64> {
        match self.mantissa {
            Mantissa::Small(small) => Some(small),
            Mantissa::Big(_) => None,
        }
    }

    /// How many of the mantissa's digits are behind the point, trailing zeros included.
    pub fn places(&self) -> u16 {
        self.places
    }

    /// The same number without useless zeros behind the point, so that equal numbers have equal
    /// mantissas and places.
    pub fn normalized(&self) -> Decimal {
        match &self.mantissa {
            Mantissa::Small(0) => Decimal::ZERO,
            Mantissa::Small(small) => {
                let (mut mantissa, mut places) = (*small, self.places);
                while places > 0 && mantissa % 10 == 0 {
                    (mantissa, places) = (mantissa / 10, places - 1);
                }
                Decimal { mantissa: Mantissa::Small(mantissa), places }
            }
            // Nearly always; and the digits of a long number are costly.
            Mantissa::Big(big) if self.places == 0 || &**big % 10u8 != BigInt::ZERO => self.clone(),
            Mantissa::Big(big) => {
                let digits = big.magnitude().to_string();
                let zeros = digits.bytes().rev().take_while(|&digit| digit == b'0').count();
                let useless = self.places.min(zeros as u16);
                Decimal::from_big(&**big / power_of_ten(useless.into()), self.places - useless)
            }
        }
    }

    /// The number in units of 10^−`places`; `places` must be at least its own.
    pub fn mantissa_at(&self, places: u16) -> BigInt {
        self.mantissa.to_big() * power_of_ten(places.saturating_sub(self.places).into())
    }

    /// The double nearest to this number; infinite beyond the doubles' range.
    pub fn to_f64(&self) -> f64 {
        match (&self.mantissa, EXACT_POWERS.get(usize::from(self.places))) {
            // Both are doubles without rounding, so the division rounds once.
            (Mantissa::Small(small), Some(power)) if small.unsigned_abs() <= EXACT_INTEGERS => {
                *small as f64 / power
            }
            _ => self.to_string().parse().unwrap_or(f64::NAN),
        }
    }

    /// Whether the number is below zero.
    pub fn is_negative(&self) -> bool {
        match &self.mantissa {
            Mantissa::Small(small) => *small < 0,
            Mantissa::Big(big) => big.sign() == Sign::Minus,
        }
    }
}

impl Decimal {
    /// Both mantissas at the same number of places, and that number, if it certainly fits 128 bits.
    #[inline]
    fn aligned_small(&self, other: &Decimal) -> Option<(i128, i128, u16)> {
        let places = self.places.max(other.places);
        let shifts = (u32::from(places - self.places), u32::from(places - other.places));
        let (a, b) = (self.small_mantissa()?, other.small_mantissa()?);
        // 10^18 × 10^18 is far below 2^127, so neither the shift nor a sum overflows.
        (shifts.0.max(shifts.1) <= SMALL_DIGITS).then(|| {
            let shifted = |small: i64, shift| i128::from(small) * 10i128.pow(shift);
            (shifted(a, shifts.0), shifted(b, shifts.1), places)
        })
    }

    #[cold]
    fn cmp_long(&self, other: &Decimal) -> Ordering {
        self.cmp_by_size(other).unwrap_or_else(|| {
            let places = self.places.max(other.places);
            self.mantissa_at(places).cmp(&other.mantissa_at(places))
        })
    }

    /// The order of two numbers of different signs or sizes, without all their digits, which are
    /// costly to bring to the same number of places.
    fn cmp_by_size(&self, other: &Decimal) -> Option<Ordering> {
        let (a, b) = (self.size(), other.size());
        match a.0.cmp(&b.0) {
            Ordering::Equal if a.1 - 1.0 > b.1 => Some(a.0.cmp(&0)),
            Ordering::Equal if b.1 - 1.0 > a.1 => Some(0.cmp(&a.0)),
            Ordering::Equal => None,
            order => Some(order),
        }
    }

    /// The sign, and the decimal logarithm of the magnitude, less than a half off.
    fn size(&self) -> (i32, f64) {
        let (sign, bits) = match &self.mantissa {
            Mantissa::Small(small) => {
                (small.signum() as i32, 64 - small.unsigned_abs().leading_zeros())
            }
            Mantissa::Big(big) => (if self.is_negative() { -1 } else { 1 }, big.bits() as u32),
        };
        (sign, f64::from(bits) * std::f64::consts::LOG10_2 - f64::from(self.places))
    }
}

impl Ord for Decimal {
    #[inline]
    fn cmp(&self, other: &Decimal) -> Ordering {
        if let (Mantissa::Small(a), Mantissa::Small(b)) = (&self.mantissa, &other.mantissa)
            && self.places == other.places
        {
            return a.cmp(b);
        }
        match self.aligned_small(other) {
            Some((a, b, _)) => a.cmp(&b),
            None => self.cmp_long(other),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Decimal) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

/// Equal numbers have equal hashes, however many useless zeros they were written with.
impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let normalized = self.normalized();
        normalized.places.hash(state);
        match normalized.mantissa {
            Mantissa::Small(small) => small.hash(state),
            Mantissa::Big(big) => big.hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::hash::BuildHasher;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_compare_by_value() {
        assert_eq!(decimal("1.50"), decimal("1.5"));
        assert_eq!(decimal("-0"), Decimal::ZERO);
        assert!(decimal("-2") < decimal("-1.99"));
        assert!(decimal("1e300") > decimal("1e-300"));
        assert!(decimal("123456789012345678901234567890") > decimal("9"));
    }

    #[test]
    fn a_normalized_number_has_no_useless_zeros() {
        let parts = |text: &str| {
            let normalized = decimal(text).normalized();
            (normalized.mantissa().to_big().to_string(), normalized.places())
        };
        assert_eq!(parts("1.500"), ("15".to_owned(), 1));
        assert_eq!(parts("-1500.00"), ("-1500".to_owned(), 0));
        assert_eq!(parts("0.000"), ("0".to_owned(), 0));
        let long = "1234567890123456789012345";
        assert_eq!(parts(&format!("{long}.2500")), (format!("{long}25"), 2));
        assert_eq!(parts("1.0000000000000000000000000"), ("1".to_owned(), 0));
    }

    #[test]
    fn a_double_becomes_its_shortest_decimal() {
        let text = |double| Decimal::shortest(double).unwrap().to_string();
        assert_eq!(text(0.1), "0.1");
        assert_eq!(text(50.0), "50");
        assert_eq!(text(5e-324), "5e-324");
        assert_eq!(text(f64::MAX), "1.7976931348623157e308");
        assert_eq!(Decimal::shortest(f64::NAN), None);
        assert_eq!(Decimal::shortest_f32(0.1).unwrap().to_string(), "0.1");
    }

    proptest! {
        #[test]
        fn equal_numbers_have_equal_hashes(mantissa in any::<i64>(), zeros in 0u32..30) {
            let hash = |number: &Decimal| std::hash::BuildHasherDefault::<
                std::collections::hash_map::DefaultHasher,
            >::default().hash_one(number);
            let short = Decimal::new(mantissa, 5);
            let long = Decimal::from_big(
                BigInt::from(mantissa) * power_of_ten(zeros), 5 + zeros as u16,
            );
            prop_assert_eq!(hash(&short), hash(&long));
        }

        // Rust's parser rounds to the nearest double, so it can judge ours.
        #[test]
        fn the_nearest_double_is_the_parsers(mantissa in any::<i64>(), places in 0u16..30, cut in 0u32..60) {
            let number = Decimal::new(mantissa >> cut, places);
            prop_assert_eq!(number.to_f64(), number.to_string().parse::<f64>().unwrap());
        }

        #[test]
        fn every_double_survives_printing_and_parsing(bits in any::<u64>()) {
            let double = f64::from_bits(bits);
            if let Some(decimal) = Decimal::shortest(double) {
                prop_assert_eq!(decimal.to_f64(), double);
            }
        }
    }
}
