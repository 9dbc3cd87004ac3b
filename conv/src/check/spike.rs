//! A spike: a value that differs from the one before it and from the one behind it, in the same direction.
//!
//! QARTOD's spike test, as ioos_qc has it under the method `differential`. Its other one, `average`,
//! compares a value with the mean of its neighbours, and so also rejects the good values beside a large
//! spike.

use stage::format::decimal::Decimal;

use super::failure::Failure;

/// The spike check of one channel.
#[derive(Debug)]
pub(crate) struct Spike {
    /// A spike differs by more than this.
    threshold: Decimal,
    /// The value before, whatever became of it.
    before: Option<Decimal>,
}

impl Spike {
    /// Rejects values that differ from both neighbours by more than `threshold`.
    pub(super) fn new(threshold: Decimal) -> Spike {
        Spike { threshold, before: None }
    }

    /// Judges the next value by the one before and the one `after` it; where one of them is missing,
    /// nothing is known.
    pub(super) fn judge(
        &mut self,
        value: Option<&Decimal>,
        after: Option<&Decimal>,
    ) -> Option<Failure> {
        let before = std::mem::replace(&mut self.before, value.cloned())?;
        let (value, after) = (value?, after?);
        let (rise, fall) = (value - &before, value - after);
        let is_beyond = |difference: &Decimal| difference.abs() > self.threshold;
        let is_spike =
            rise.is_negative() == fall.is_negative() && is_beyond(&rise) && is_beyond(&fall);
        is_spike.then(|| Failure::Spike { before, after: after.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_value_beyond_both_neighbours_on_the_same_side_is_a_spike() {
        let rejected = |values: &str| {
            let number = |text: &str| text.parse::<Decimal>().ok();
            let values: Vec<_> = values.split(' ').map(number).collect();
            let mut spike = Spike::new(Decimal::new(5, 1));
            let mut found = Vec::new();
            for (at, value) in values.iter().enumerate() {
                let after = values.get(at + 1).and_then(Option::as_ref);
                found.extend(spike.judge(value.as_ref(), after).map(|_| at));
            }
            found
        };
        assert_eq!(rejected("0 9 0 0 -9 0"), [1, 4]);
        assert_eq!(rejected("0 0.5 0 0.6 0"), [3], "by more than the threshold");
        assert_eq!(rejected("0 9 9 0 9 18 0"), [3, 5], "a plateau, a step up, a peak");
        assert_eq!(rejected("0 9 - 9 0 - 9"), [0; 0], "beside a gap");
        assert_eq!(rejected("0 9 0 9 0"), [1, 2, 3], "neighbours may be spikes themselves");
        assert_eq!(rejected("9 0"), [0; 0], "neither the first nor the last");
    }
}
