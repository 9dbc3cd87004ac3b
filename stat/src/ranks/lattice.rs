//! The step between samples, if they have one: a converter's codes times a scale lie multiples of
//! that scale apart, which need not be a power of ten.

use num_integer::gcd;
use stage::format::decimal::Decimal;

/// Fewer distinct values than this may have a common step by chance.
const MIN_VALUES: usize = 32;

/// The greatest magnitude whose differences always fit, so that whether there is a lattice does not
/// depend on the order in which values come.
const MOST: i128 = (1 << 126) - 1;

/// The greatest step such that all values lie whole steps apart.
///
/// It depends on the set of values alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lattice {
    /// One of the values, and the step, or 0 if there are no others; in units of 10^−`places`.
    value: i128,
    step: i128,
    /// The greatest magnitude among the values, at most [`MOST`].
    greatest: i128,
    places: u16,
    /// How many values there are, at least.
    values: usize,
}

impl Lattice {
    /// The lattice of one value, unless that is very long.
    pub(super) fn of(value: &Decimal) -> Option<Lattice> {
        let (units, places) = (value.small_mantissa(), value.places());
        let units = match units {
            Some(units) => i128::from(units),
            None => value.mantissa().to_big().try_into().ok()?,
        };
        Lattice { value: units, step: 0, greatest: units.checked_abs()?, places, values: 1 }
            .at(places)
    }

    /// The lattice of these values and one more, if it can be computed.
    pub(super) fn with(mut self, value: &Decimal) -> Option<Lattice> {
        let values = self.values + 1;
        self = self.joined(Lattice::of(value)?)?;
        Some(Lattice { values, ..self })
    }

    /// The lattice of the values of both, some of which may be the same.
    pub(super) fn joined(self, other: Lattice) -> Option<Lattice> {
        let places = self.places.max(other.places);
        let (own, other) = (self.at(places)?, other.at(places)?);
        let step = match own.step {
            // Nearly always, and nothing is finer.
            1 => 1,
            step => gcd(gcd(step, other.step), own.value - other.value),
        };
        let (greatest, values) = (own.greatest.max(other.greatest), own.values.max(other.values));
        Some(Lattice { step, greatest, values, ..own })
    }

    fn at(self, places: u16) -> Option<Lattice> {
        let unit = 10i128.checked_pow(u32::from(places - self.places))?;
        let greatest = self.greatest.checked_mul(unit).filter(|greatest| *greatest <= MOST)?;
        // Neither is more than twice as great.
        let (value, step) = (self.value * unit, self.step * unit);
        Some(Lattice { value, step, greatest, places, ..self })
    }

    /// Whether there are enough values for their step not to be chance.
    pub(super) fn is_evident(&self) -> bool {
        self.values >= MIN_VALUES && self.step > 0
    }

    /// Whether `width` is a multiple of the step.
    pub(super) fn divides(&self, width: &Decimal) -> bool {
        let unit = width.mantissa_at(width.places().max(self.places));
        let step = self.decimal(self.step).mantissa_at(width.places().max(self.places));
        unit % step == 0u8.into()
    }

    /// The code of a value: how many steps it lies from code 0, the least value that is not negative.
    pub(super) fn code_of(&self, value: &Decimal) -> Decimal {
        let zero = self.decimal(self.value.rem_euclid(self.step));
        let steps = (value - zero).mantissa_at(self.places);
        Decimal::from_big(steps / self.step, 0)
    }

    /// The value of a code.
    pub(super) fn value_of(&self, code: &Decimal) -> Decimal {
        let zero = self.decimal(self.value.rem_euclid(self.step));
        (zero + code * self.decimal(self.step)).normalized()
    }

    fn decimal(&self, units: i128) -> Decimal {
        Decimal::from_big(units.into(), self.places).normalized()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn lattice(values: &[&str]) -> Option<Lattice> {
        let mut values = values.iter().map(|it| decimal(it));
        let first = Lattice::of(&values.next().unwrap());
        values.fold(first, |lattice, value| lattice?.with(&value))
    }

    #[test]
    fn the_step_is_the_greatest_that_all_values_are_apart() {
        let step = |values: &[&str]| lattice(values).map(|it| it.decimal(it.step).to_string());
        assert_eq!(step(&["0.0625", "0.25", "-1.5"]).unwrap(), "0.0625");
        assert_eq!(step(&["0.5", "2.5", "3.5"]).unwrap(), "1");
        assert_eq!(step(&["7"]).unwrap(), "0");
        for values in [["3", "1e-30", "2e27"], ["2e27", "3", "1e-30"], ["3", "2e27", "1e-30"]] {
            assert_eq!(step(&values), None);
        }
        assert_eq!(step(&["3", "12345678901234567890123456789012345678901"]), None);
        let ends = [format!("{}", 1i128 << 126), format!("-{}", 1i128 << 126)];
        assert_eq!(step(&[&ends[0], &ends[1]]), None, "their difference would overflow");
        assert_eq!(step(&[&ends[1], &ends[0]]), None);
        let parts = ["8", "2", "14"].map(|it| lattice(&[it]).unwrap());
        let [a, b, c] = parts;
        let whole = lattice(&["2", "8", "14"]).unwrap();
        assert_eq!(a.joined(b).unwrap().joined(c).unwrap().step, whole.step);
    }

    #[test]
    fn codes_count_the_steps() {
        let lattice = lattice(&["-0.75", "0.5", "1.75"]).unwrap();
        assert_eq!(lattice.code_of(&decimal("0.5")), decimal("0"));
        assert_eq!(lattice.code_of(&decimal("-0.75")), decimal("-1"));
        assert_eq!(lattice.value_of(&decimal("3")), decimal("4.25"));
        assert!(lattice.divides(&decimal("2.5")) && !lattice.divides(&decimal("2")));
        assert!(!lattice.is_evident(), "three values may be anything");
    }
}
