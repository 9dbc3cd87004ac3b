//! How the samples are distributed: every value is counted or, once there are too many distinct
//! ones, samples are counted in the cells of a [`grid`](crate::grid) and the bins of a
//! [`sketch`](crate::sketch). The sample of a given rank lies in a cell and in a bin, and so in their
//! intersection: near in proportion both to the samples' spread and to its own size.
//!
//! When to change from one to the other depends on the set of distinct values alone, so that merged
//! parts end up where the whole would. When exactly that is noticed, and through which widths the
//! cells become as wide as they must, changes nothing: the more samples, the wider they must be, and a
//! wider cell consists of whole narrower ones.

mod approximate;
mod cells;
mod counters;
mod listed;
mod near;
mod ranks;
mod short_values;
mod values;

use std::mem::take;

use stage::format::decimal::Decimal;

use self::approximate::Approximate;
use self::values::Values;
use crate::ascending::Ascending;
use crate::capacity::Capacity;
use crate::grid::Width;
use crate::interval::Interval;
use crate::lattice::Lattice;
use crate::short::{decimal, units};
use crate::sketch::Filled;

/// The distribution of the samples so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Distribution {
    /// Empty once there are too many distinct values.
    values: Values,
    /// `Some` once there are too many.
    approximate: Option<Box<Approximate>>,
    capacity: Capacity,
}

/// Everything known about a distribution, from the least values to the greatest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    /// Each value with its count.
    Values(Vec<(Decimal, u64)>),
    /// There were too many distinct values.
    Approximate {
        /// The bins of the sketch, unless these were too many for one of several channels.
        bins: Option<Vec<Filled>>,
        /// The cells of the grid, by their lower ends, if all samples are in it.
        grid: Option<(Width, Vec<(Decimal, u64)>)>,
    },
}

impl Distribution {
    /// Takes one more sample.
    #[inline]
    pub(crate) fn add(&mut self, sample: &Decimal) {
        self.add_many(sample, 1);
    }

    /// Takes short numbers in units of 10^−`scale`.
    pub(crate) fn add_short(&mut self, numbers: &[i64], scale: u16) {
        let mut rest = numbers;
        if self.approximate.is_none() {
            rest = &rest[self.values.add_all(rest, scale, self.capacity.values)..];
            if let [number, others @ ..] = rest {
                self.go_over_with(&decimal(*number, scale), 1);
                rest = others;
            }
        }
        if let Some(approximate) = &mut self.approximate {
            approximate.add_short(rest, scale);
        }
    }

    /// Takes short numbers in units of 10^−`scale`, each with its count.
    pub(crate) fn add_counts(&mut self, numbers: Ascending, scale: u16) {
        match &mut self.approximate {
            Some(approximate) => approximate.add_counts(numbers, scale),
            None if self.values.distinct() + numbers.len() <= self.capacity.values => {
                self.values.add_counts(numbers.as_slice(), scale);
            }
            None => {
                let (short, long) = take(&mut self.values).split(scale);
                self.count(short.joined(numbers), scale, &long);
            }
        }
    }

    /// Takes the first samples: short numbers in units of 10^−`scale`, and values that are not short in
    /// this unit.
    fn count(&mut self, short: Ascending, scale: u16, long: &[(Decimal, u64)]) {
        if short.len() + long.len() > self.capacity.values {
            self.approximate = Some(Box::new(Approximate::of(short, scale, long, self.capacity)));
        } else {
            self.values.add_counts(short.as_slice(), scale);
            long.iter().for_each(|(value, count)| self.add_many(value, *count));
        }
    }

    /// Holds no more than this from now on; the capacity must not grow.
    pub(crate) fn hold(&mut self, capacity: Capacity) {
        if std::mem::replace(&mut self.capacity, capacity) == capacity {
            return;
        }
        match &mut self.approximate {
            Some(approximate) => approximate.hold(capacity),
            None if self.values.distinct() > capacity.values => {
                let scale = self.values.scale();
                let (short, long) = take(&mut self.values).split(scale);
                self.count(short, scale, &long);
            }
            None => {}
        }
    }

    /// Removes all samples, but keeps memory for values.
    pub(crate) fn clear(&mut self) {
        self.approximate = None;
        self.values.clear();
    }

    /// Takes the samples of another distribution.
    pub(crate) fn join(&mut self, mut other: Distribution) {
        other.hold(self.capacity);
        let scale = other.values.scale();
        let (short, long) = take(&mut other.values).split(scale);
        match (&mut self.approximate, other.approximate.take()) {
            (Some(own), Some(other)) => own.join(*other),
            (own @ None, Some(other)) => {
                *own = Some(other);
                let own = take(&mut self.values);
                self.join(Distribution { values: own, ..Distribution::default() });
            }
            (_, None) => {}
        }
        self.add_counts(short, scale);
        long.iter().for_each(|(value, count)| self.add_many(value, *count));
    }

    /// Takes what another distribution contained.
    pub(crate) fn absorb(&mut self, contents: &Contents) {
        match contents {
            Contents::Values(values) => {
                values.iter().for_each(|(value, count)| self.add_many(value, *count));
            }
            Contents::Approximate { bins, grid } => {
                self.absorb_approximate(bins.as_deref(), grid.as_ref());
            }
        }
    }

    fn absorb_approximate(
        &mut self,
        bins: Option<&[Filled]>,
        grid: Option<&(Width, Vec<(Decimal, u64)>)>,
    ) {
        match &mut self.approximate {
            Some(own) => own.absorb(bins, grid),
            none => {
                let scale = self.values.scale();
                let (short, long) = take(&mut self.values).split(scale);
                let mut new = Approximate::absorbing(bins, grid, self.capacity);
                new.add_counts(short, scale);
                long.iter().for_each(|(value, count)| new.add_many(value, *count));
                *none = Some(Box::new(new));
            }
        }
    }

    /// Takes `count` samples of the same value.
    #[inline]
    pub(crate) fn add_many(&mut self, value: &Decimal, count: u64) {
        match &mut self.approximate {
            Some(approximate) => approximate.add_many(value, count),
            None => {
                if self.values.add(value, count, self.capacity.values).is_err() {
                    self.go_over_with(value, count);
                }
            }
        }
    }

    /// Changes to approximate counts on account of one value too many.
    fn go_over_with(&mut self, value: &Decimal, count: u64) {
        let scale = self.values.scale();
        let (mut short, mut long) = take(&mut self.values).split(scale);
        match units(value, scale) {
            Some(number) => short = short.joined(Ascending::of(vec![(number, count)])),
            None => long.push((value.clone(), count)),
        }
        self.count(short, scale, &long);
    }

    /// Everything that is known.
    pub(crate) fn contents(&mut self) -> Contents {
        match &mut self.approximate {
            Some(approximate) => approximate.contents(),
            None => Contents::Values(self.values.sorted()),
        }
    }

    /// Whether quantiles are exact.
    pub(crate) fn is_exact(&self) -> bool {
        self.approximate.is_none()
    }

    /// Where the sample at `rank` lies, counted from 1, once values are no longer counted.
    pub(crate) fn near_rank(&mut self, rank: u64) -> Option<Interval> {
        self.approximate.as_mut()?.at_rank(rank)
    }

    /// The sample at `rank`, counted from 1, while every value is counted.
    pub(crate) fn exact_at_rank(&mut self, rank: u64) -> Option<Decimal> {
        self.values.at_rank(rank)
    }

    /// The most frequent value, the least of them if there are several; `None` once values are no
    /// longer counted.
    pub(crate) fn mode(&self) -> Option<Decimal> {
        self.values.mode()
    }

    /// The step between the values, if they have one; `None` once they are no longer counted: then
    /// there are so many that every bin is many steps wide.
    pub(crate) fn lattice(&mut self) -> Option<Lattice> {
        self.values.lattice()
    }

    /// How many samples, all from `min` to `max`, are below each of the `limits`, which ascend. Once
    /// values are no longer counted this is an estimate, unless the limits are those of cells.
    pub(crate) fn below(&mut self, limits: &[Decimal], min: &Decimal, max: &Decimal) -> Vec<u64> {
        match &mut self.approximate {
            None => limits.iter().map(|limit| self.values.below(limit)).collect(),
            Some(approximate) => approximate.below(limits, min, max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counts::MAX_DISTINCT;
    use proptest::prelude::*;

    fn of(values: std::ops::Range<i64>) -> Distribution {
        let mut distribution = Distribution::default();
        values.for_each(|value| distribution.add(&Decimal::new(value, 1)));
        distribution
    }

    #[test]
    fn one_distinct_value_too_many_makes_it_approximate() {
        let most = MAX_DISTINCT as i64;
        assert!(of(0..most).is_exact());
        let mut more = of(0..most + 1);
        assert!(!more.is_exact());
        assert_eq!(more.mode(), None);
        let n = most as u64 + 1;
        let median = more.near_rank(n / 2).unwrap().estimate();
        assert_eq!(
            (median.value.to_string(), median.error.to_string()),
            ("3276.7".into(), "0.1".into())
        );
    }

    #[test]
    fn parts_are_merged_to_what_the_whole_is_in_any_order() {
        let most = MAX_DISTINCT as i64;
        let mut whole = of(0..most + 1);
        let mut parts = [of(0..10), of(10..most), of(most..most + 1)];
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
            let mut merged = Distribution::default();
            order.iter().for_each(|&part| merged.absorb(&parts[part].contents()));
            assert_eq!(merged.contents(), whole.contents());
            let mut again = Distribution::default();
            again.absorb(&of(0..0).contents());
            again.absorb(&merged.contents());
            assert_eq!(again.contents(), whole.contents());
        }
    }

    /// Values near each other, over many magnitudes, and some that are not short.
    fn values(count: i64) -> Vec<Decimal> {
        let near = (0..count).map(|at| Decimal::new(at * at % 99_991, 2));
        let far = (0..count / 2).map(|at| format!("{at}.5e{}", at % 60).parse().unwrap());
        let long = (0..9).map(|at| format!("{at}.12345678901234567{at}").parse().unwrap());
        near.chain(far).chain(long).collect()
    }

    #[test]
    fn whenever_the_capacity_shrinks_the_contents_are_those_of_the_last_one() {
        for (count, last, is_given_up) in [(20, 200, false), (900, 200, false), (900, 1000, true)] {
            let values = values(count);
            let capacity = Capacity::of_each(last);
            let mut expected = Distribution::default();
            expected.hold(capacity);
            values.iter().for_each(|value| expected.add(value));
            if let Contents::Approximate { bins, grid } = expected.contents() {
                assert!(grid.unwrap().1.len() <= capacity.values);
                assert_eq!(bins.is_none(), is_given_up);
            }
            for shrinks_at in [0, values.len() / 3, values.len()] {
                let mut found = Distribution::default();
                let (before, behind) = values.split_at(shrinks_at);
                before.iter().rev().for_each(|value| found.add(value));
                found.hold(Capacity::of_each(5));
                found.hold(capacity);
                behind.iter().for_each(|value| found.add(value));
                assert_eq!(found.contents(), expected.contents(), "{count} {last} {shrinks_at}");
                let mut merged = Distribution::default();
                merged.hold(capacity);
                merged.absorb(&found.contents());
                assert_eq!(merged.contents(), expected.contents());
                for rank in [2, count as u64 / 2, count as u64] {
                    assert_eq!(found.near_rank(rank), expected.near_rank(rank));
                }
            }
        }
    }

    /// Numbers as they come: near each other, in steps, growing, far apart, or of any size.
    fn numbers() -> impl Strategy<Value = Vec<i64>> {
        let many = |number| proptest::collection::vec(number, 0..3000);
        prop_oneof![
            many((0i64..1 << 17).boxed()),
            many((0i64..1 << 40).boxed()),
            many(any::<i64>().prop_map(|number| number >> 1).boxed()),
            many((any::<i64>(), 1u32..60).prop_map(|(number, cut)| number >> cut).boxed()),
            many((0i64..1000).boxed()).prop_map(|steps| {
                steps.iter().scan(-(1 << 30), |at, step| Some(*at + step)).collect()
            }),
        ]
    }

    /// A distribution that goes over to cells while it takes numbers, some of them in other units.
    #[test]
    fn counts_of_short_numbers_and_long_values_make_the_same_as_one_by_one() {
        let most = MAX_DISTINCT as i64;
        let long: Vec<Decimal> =
            (0..9).map(|at| format!("{at}.12345678901234567{at}").parse().unwrap()).collect();
        for (short, far) in
            [(most - 9, None), (most - 8, None), (most + 1, None), (most, Some("1e300"))]
        {
            let numbers: Vec<_> = (0..short).map(|at| (at * at % 9_999_991, 2)).collect();
            let (mut fast, mut slow) = (Distribution::default(), Distribution::default());
            let far = far.map(|text| text.parse().unwrap());
            for value in long.iter().chain(&far) {
                fast.add(value);
                slow.add(value);
            }
            numbers.iter().for_each(|(number, n)| slow.add_many(&Decimal::new(*number, 3), *n));
            fast.add_counts(Ascending::of(numbers), 3);
            assert_eq!(fast.is_exact(), short == most - 9);
            assert_eq!(fast.contents(), slow.contents());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn many_at_a_time_are_counted_as_one_by_one(
            first in 0u16..6, batches in proptest::collection::vec((numbers(), 0u16..19), 1..4),
            rank in any::<proptest::sample::Index>(),
        ) {
            let values = (0..=MAX_DISTINCT as i64).map(|at| Decimal::new(at * at % 999_983, first));
            let mut fast = Distribution::default();
            values.for_each(|value| fast.add(&value));
            let mut slow = fast.clone();
            let mut n = MAX_DISTINCT + 1;
            for (numbers, scale) in batches {
                for numbers in numbers.chunks(700) {
                    fast.add_short(numbers, scale);
                    numbers.iter().for_each(|number| slow.add(&Decimal::new(*number, scale)));
                    n += numbers.len();
                    for rank in [1, rank.index(n) + 1, n / 2, n] {
                        let rank = rank as u64;
                        prop_assert_eq!(fast.near_rank(rank), slow.near_rank(rank));
                    }
                }
            }
            prop_assert_eq!(fast.contents(), slow.contents());
        }
    }
}
