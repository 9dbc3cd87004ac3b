//! A conversion of numbers of any length: (raw × factor + summand) / divisor.

use num_bigint::BigInt;
use num_integer::Integer;
use stage::format::decimal::Decimal;
use stage::format::sample::{NotASample, Sample};

use super::Conversion;
use crate::fraction::{Fraction, quotient, times};

/// A conversion, exact but for the rounding of a value that is no finite decimal.
#[derive(Clone, Debug)]
pub(crate) struct Affine {
    pub(super) factor: Decimal,
    pub(super) summand: Decimal,
    /// 1 unless there are fractions; without a factor in common with ten.
    pub(super) divisor: BigInt,
}

impl Affine {
    /// The same as `conversion`; `None` if readings are values as they are.
    pub(crate) fn of(conversion: &Conversion) -> Option<Affine> {
        let Conversion { offset, scale } = conversion;
        if offset.is_none() && scale.is_none() {
            return None;
        }
        let scale = scale.clone().unwrap_or_else(|| Decimal::new(1, 0).into());
        let offset = offset.clone().unwrap_or_else(|| Decimal::ZERO.into());
        let summand = &offset * &scale;
        let divisor = scale.divisor().lcm(summand.divisor());
        let over = |part: &Fraction| times(part.numerator(), &(&divisor / part.divisor()));
        Some(Affine { factor: over(&scale), summand: over(&summand), divisor })
    }

    /// Converts a raw reading; an error if its value is not a sample.
    pub(crate) fn apply(&self, raw: &Decimal) -> Result<Sample, NotASample> {
        let numerator = &(raw * &self.factor) + &self.summand;
        Sample::try_from(quotient(numerator, &self.divisor))
    }
}
