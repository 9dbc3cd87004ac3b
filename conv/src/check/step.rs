//! A step: a value that is further from the last accepted one than the quantity can have moved since.
//!
//! QARTOD's rate of change test, but for what a value is compared with: ioos_qc takes the value before,
//! even if that fails, and so flags the good value behind a single bad one as well.

use stage::format::decimal::Decimal;

use super::failure::Failure;
use super::moment::Moment;
use crate::fraction::{Fraction, times};

/// The rate-of-change check of one channel.
#[derive(Debug)]
pub(crate) struct Step {
    /// The most that the quantity changes, a second (or, without times, from one row to the next).
    rate: Fraction,
    /// How many values in a row are rejected at most: then the quantity has changed.
    patience: u64,
    /// How many have been.
    rejected: u64,
    accepted: Option<(Decimal, Moment)>,
}

impl Step {
    /// Rejects values that changed faster than at `rate`, but no more than `patience` in a row.
    pub(super) fn new(rate: Fraction, patience: u64) -> Step {
        Step { rate, patience, rejected: 0, accepted: None }
    }

    /// Notes that any number of values may have been lost: without times, how many rows lie between the last
    /// one and the next is unknown.
    pub(super) fn interrupt(&mut self) {
        self.accepted.take_if(|(_, moment)| moment.time.is_none());
        self.rejected = 0;
    }

    /// Judges the next value.
    pub(super) fn judge(&mut self, value: Option<&Decimal>, moment: Moment) -> Option<Failure> {
        let value = value?;
        let Some((from, since)) = &self.accepted else {
            self.accepted = Some((value.clone(), moment));
            return None;
        };
        let elapsed = moment.since(*since);
        if elapsed.is_none() {
            // Rows of one block or one second: how far apart they were is unknown.
            return None;
        }
        let change = times(&(value - from).abs(), self.rate.divisor());
        let failure = (change > self.rate.numerator() * &elapsed.units())
            .then(|| Failure::Step { from: from.clone(), elapsed });
        if failure.is_some() && self.rejected < self.patience {
            self.rejected += 1;
            return failure;
        }
        self.rejected = 0;
        self.accepted = Some((value.clone(), moment));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::format::time::Time;

    /// Which of these values are rejected; each comes this many seconds after 2023-11-14T22:13, or
    /// without a time.
    fn rejected(rate: &str, patience: u64, values: &[(&str, Option<u32>)]) -> Vec<usize> {
        let mut step = Step::new(rate.parse().unwrap(), patience);
        let mut found = Vec::new();
        for (at, (value, second)) in values.iter().enumerate() {
            let time = |second| Time::parse(format!("2023-11-14T22:13:{second:02}Z").as_bytes());
            let moment = Moment { row: at as u64, time: second.and_then(time) };
            found.extend(step.judge(value.parse().ok().as_ref(), moment).map(|_| at));
        }
        found
    }

    #[test]
    fn a_value_is_compared_with_the_last_accepted_one_over_the_time_between() {
        let timed = [("0", 0), ("5", 1), ("11", 2), ("10", 3), ("31", 7), ("31", 8)];
        let timed = timed.map(|(value, second)| (value, Some(second)));
        assert_eq!(rejected("5", 3, &timed), [2, 4], "11 is 6 from 5, and 31 is 21 from 10");
        let back = [("0", Some(9)), ("5", Some(8)), ("9", Some(8)), ("9", Some(9))];
        assert_eq!(rejected("5", 3, &back), [0; 0], "whichever way");
    }

    #[test]
    fn values_of_one_time_are_compared_with_the_last_of_an_earlier_one() {
        let timed = [("0", 0), ("9", 0), ("3", 0), ("9", 1), ("5", 1), ("0", 1), ("9", 2)];
        let timed = timed.map(|(value, second)| (value, Some(second)));
        assert_eq!(rejected("5", 3, &timed), [3], "9 is 9 from 0, and then 4 from 5");
        assert_eq!(rejected("0", 1, &timed), [3, 6], "patience is for values that can be judged");
    }

    #[test]
    fn without_times_it_is_from_one_row_to_the_next() {
        let values = ["0", "5", "11", "x", "25", "25"].map(|value| (value, None));
        assert_eq!(rejected("5", 3, &values), [2, 4], "25 is 20 from 5, in three rows");
        assert_eq!(rejected("10/3", 3, &[("0", None), ("3.4", None), ("6.6", None)]), [1]);
    }

    #[test]
    fn a_real_step_is_accepted_once_patience_is_over() {
        let values = ["0", "100", "100", "101", "102", "0", "102"].map(|value| (value, None));
        assert_eq!(rejected("1", 3, &values), [1, 2, 3, 5]);
        assert_eq!(rejected("1", 1, &values), [1, 5]);
    }
}
