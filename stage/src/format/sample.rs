//! A sample: one number of one channel at one time.

use std::fmt;
use std::ops::Deref;

use thiserror::Error;

use crate::format::decimal::fixed::Fixed;
use crate::format::decimal::{Decimal, MAX_PLACES, Mantissa, ParseError};
use crate::process::message::quoted;

/// Bits of a mantissa that is finite as a double whatever its places: 2^1023 is a double.
const FINITE_BITS: u64 = 1023;

/// A number that may flow: finite as a double, with at most [`MAX_PLACES`] decimal places.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample(Decimal);

impl Sample {
    /// Zero.
    pub const ZERO: Sample = Sample(Decimal::ZERO);

    /// `mantissa` × 10^−`places`; `None` if these are more than [`MAX_PLACES`].
    pub fn new(mantissa: i64, places: u16) -> Option<Sample> {
        (places <= MAX_PLACES).then(|| Sample(Decimal::new(mantissa, places)))
    }

    /// Reads a sample that fills the whole of `text`.
    #[inline]
    pub fn parse(text: &[u8]) -> Result<Sample, ParseError> {
        Decimal::parse(text).map(Sample)
    }

    /// The number.
    pub fn into_decimal(self) -> Decimal {
        self.0
    }
}

/// A sample is a number, in every respect but how it is made.
impl Deref for Sample {
    type Target = Decimal;

    fn deref(&self) -> &Decimal {
        &self.0
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// No number in machine words exceeds a sample's limits.
impl From<Fixed> for Sample {
    fn from(fixed: Fixed) -> Sample {
        Sample(fixed.into())
    }
}

/// A computed value, such as a scaled reading, cannot be sent as a sample.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{reason}: {}", quoted(value.to_string().as_bytes()))]
pub struct NotASample {
    /// The value.
    pub(crate) value: Decimal,
    /// Why not.
    pub(crate) reason: ParseError,
}

impl TryFrom<Decimal> for Sample {
    type Error = NotASample;

    #[inline]
    fn try_from(value: Decimal) -> Result<Sample, NotASample> {
        let is_finite = match value.mantissa() {
            Mantissa::Small(_) => true,
            Mantissa::Big(big) => big.bits() <= FINITE_BITS,
        };
        if is_finite && value.places() <= MAX_PLACES { Ok(Sample(value)) } else { by_text(value) }
    }
}

/// A value may exceed the limits only because of trailing zeros, which its text does not have.
#[cold]
fn by_text(value: Decimal) -> Result<Sample, NotASample> {
    Sample::parse(value.to_string().as_bytes()).map_err(|reason| NotASample { value, reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_computed_value_obeys_the_same_limits() {
        let tiny = Decimal::new(1, 400);
        assert_eq!(Sample::try_from(tiny.clone()).unwrap().into_decimal(), tiny);
        let told = |value: Decimal| Sample::try_from(value).unwrap_err().to_string();
        assert_eq!(told(&tiny * &tiny), r#"more than 400 decimal places: "1e-800""#);
        let huge = decimal("1e200");
        assert_eq!(told(&huge * &huge), r#"too large for a double: "1e400""#);
        assert_eq!(told(-(&huge * &huge)), r#"too large for a double: "-1e400""#);
        let with_zeros = &Decimal::new(10, 300) * &Decimal::new(10, 101);
        assert_eq!(Sample::try_from(with_zeros).unwrap().into_decimal(), Decimal::new(1, 399));
    }

    proptest! {
        #[test]
        fn a_value_is_a_sample_if_its_text_is_one(
            digits in "-?[1-9][0-9]{0,30}", exponent in -420i32..420, cut in any::<bool>(),
        ) {
            let (a, b) = if cut { (digits, exponent / 2) } else { ("1".to_owned(), exponent / 2) };
            let value = &decimal(&format!("{a}e{b}")) * &decimal(&format!("1e{b}"));
            let read = Sample::parse(value.to_string().as_bytes());
            prop_assert_eq!(Sample::try_from(value).map_err(|it| it.reason), read);
        }
    }
}
