//! How the samples are distributed: every value is counted or, once there are too many distinct
//! ones, samples are counted in the cells of a [`grid`] and the bins of a [`sketch`]. The sample of a
//! given rank lies in a cell and in a bin, and so in their intersection: near in proportion both to the
//! samples' spread and to its own size.
//!
//! When to change from one to the other depends on the set of distinct values alone, so that merged
//! parts end up where the whole would. When exactly that is noticed, and through which widths the
//! cells become as wide as they must, changes nothing: the more samples, the wider they must be, and a
//! wider cell consists of whole narrower ones.

mod approximate;
pub(crate) mod capacity;
mod cells;
mod counters;
mod far;
pub(crate) mod grid;
mod listed;
mod near;
mod ranks;
mod short_values;
pub(crate) mod sketch;
mod values;

use std::mem::take;

use stage::format::decimal::Decimal;

use self::approximate::Approximate;
use self::capacity::Capacity;
use self::grid::Width;
use self::sketch::Filled;
use self::values::Values;
use super::interval::Interval;
use super::lattice::Lattice;
use crate::short::ascending::Ascending;
use crate::short::{decimal, units};

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

    /// Takes short numbers in units of 10^−`scale`; `ends` are the least and the greatest of them.
    pub(crate) fn add_short(&mut self, numbers: &[i64], ends: (i64, i64), scale: u16) {
        let mut rest = numbers;
        if self.approximate.is_none() {
            rest = &rest[self.values.add_all(rest, ends, scale, self.capacity.values)..];
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
                self.values.add_counts(numbers.as_slice(), scale, self.capacity.values);
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
            self.values.add_counts(short.as_slice(), scale, self.capacity.values);
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

    /// Forgets what would only make the next record faster, if there is little room; returns whether
    /// there is.
    pub(crate) fn forget_limits(&mut self) -> bool {
        if self.capacity.is_ample() {
            return false;
        }
        self.values.forget_limits();
        true
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
    pub(crate) fn mode(&mut self) -> Option<Decimal> {
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
mod tests;
