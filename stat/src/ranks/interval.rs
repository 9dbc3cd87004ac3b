//! The interval that holds a sample, and the estimate reported for it.

use stage::format::decimal::Decimal;

/// The ends of an interval that a sample lies in, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Interval {
    /// The lower end.
    pub low: Decimal,
    /// The upper end.
    pub high: Decimal,
}

/// An estimate of a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Estimate {
    /// The estimate itself.
    pub value: Decimal,
    /// By how much it may be wrong at most.
    pub error: Decimal,
}

impl Interval {
    /// The interval that has only `value` in it.
    pub(crate) fn of(value: Decimal) -> Interval {
        Interval { low: value.clone(), high: value }
    }

    /// The part of it from `low` to `high`; if there is none, the nearer of these two.
    pub(crate) fn within(self, low: &Decimal, high: &Decimal) -> Interval {
        if self.low > *high || self.high < *low {
            return Interval::of(if self.low > *high { high.clone() } else { low.clone() });
        }
        let low = if self.low < *low { low.clone() } else { self.low };
        let high = if self.high > *high { high.clone() } else { self.high };
        Interval { low, high }
    }

    /// The middle, without digits that mean nothing beside its error.
    ///
    /// It lies in the interval, so that the estimates of disjoint intervals rise with them.
    pub(crate) fn estimate(&self) -> Estimate {
        if self.low == self.high {
            return Estimate { value: self.low.clone(), error: Decimal::ZERO };
        }
        let half = (&self.high - &self.low).halved();
        let magnitude = half.magnitude().unwrap_or_default();
        // Rounded to a ten-thousandth of the half-width: the middle of a sketch's bin is then within
        // 0.99991 % of its values; 1 % is promised.
        let value = (&self.low + half).round_to(magnitude - 4);
        let below = &value - &self.low;
        let above = &self.high - &value;
        Estimate { value, error: rounded_up(&below.max(above)) }
    }
}

/// Rounded up to two digits.
fn rounded_up(error: &Decimal) -> Decimal {
    match error.magnitude() {
        Some(magnitude) => -(-error).floor_to(1, magnitude - 1),
        None => Decimal::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn estimate_of(low: &str, high: &str) -> String {
        let interval = Interval { low: decimal(low), high: decimal(high) };
        let Estimate { value, error } = interval.estimate();
        assert!(interval.low <= value && value <= interval.high);
        format!("{value} ± {error}")
    }

    #[test]
    fn the_middle_comes_with_its_greatest_error() {
        assert_eq!(estimate_of("101325.008", "101325.01"), "101325.009 ± 0.001");
        assert_eq!(estimate_of("-4", "-2"), "-3 ± 1");
        assert_eq!(estimate_of("7.5", "7.5"), "7.5 ± 0");
        // The error includes that of the digits that are left out.
        assert_eq!(estimate_of("3.14159265", "3.2"), "3.170796 ± 0.03");
        assert_eq!(estimate_of("0", "1.23456789"), "0.61728 ± 0.62");
    }

    #[test]
    fn what_lies_in_two_intervals_lies_in_both() {
        let interval = |low, high| Interval { low: decimal(low), high: decimal(high) };
        assert_eq!(interval("1", "3").within(&decimal("2"), &decimal("9")), interval("2", "3"));
        assert_eq!(interval("1", "3").within(&decimal("5"), &decimal("9")), interval("5", "5"));
        assert_eq!(Interval::of(decimal("2")), interval("2", "2"));
    }
}
