//! How the samples are distributed: every value counted, or a sketch once there are too many.
//!
//! Going over from one to the other depends on nothing but the set of distinct values, so that
//! merged parts are where the whole would be.

use stage::decimal::Decimal;
use stage::record::Exactness;

use crate::counts::Counts;
use crate::sketch::{Filled, Sketch};

/// The distribution of the samples so far.
#[derive(Clone, Debug, Default)]
pub struct Distribution {
    /// Empty once there is a sketch.
    counts: Counts,
    /// There if there were too many distinct values.
    sketch: Option<Sketch>,
}

/// Everything that is known of a distribution, from the least values to the greatest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Each value with its count.
    Values(Vec<(Decimal, u64)>),
    /// The bins of a sketch.
    Bins(Vec<Filled>),
}

impl Distribution {
    /// Takes one more sample.
    #[inline]
    pub fn add(&mut self, sample: &Decimal) {
        match &mut self.sketch {
            Some(sketch) => sketch.add(sample),
            None => {
                if self.counts.add(sample).is_err() {
                    self.approximate().add(sample);
                }
            }
        }
    }

    /// Takes what another distribution contained.
    pub fn absorb(&mut self, contents: &Contents) {
        match contents {
            Contents::Values(values) => {
                values.iter().for_each(|(value, count)| self.add_many(value, *count));
            }
            Contents::Bins(bins) => {
                let sketch = self.approximate();
                bins.iter().for_each(|filled| sketch.add_filled(*filled));
            }
        }
    }

    /// Takes `count` samples of the same value.
    pub fn add_many(&mut self, value: &Decimal, count: u64) {
        match &mut self.sketch {
            Some(sketch) => sketch.add_many(value, count),
            None => {
                if self.counts.add_many(value, count).is_err() {
                    self.approximate().add_many(value, count);
                }
            }
        }
    }

    /// Goes over to a sketch, if that has not happened yet.
    fn approximate(&mut self) -> &mut Sketch {
        let counts = std::mem::take(&mut self.counts);
        let sketch = self.sketch.get_or_insert_default();
        counts.iter().for_each(|(value, count)| sketch.add_many(value, count));
        sketch
    }

    /// Everything that is known.
    pub fn contents(&mut self) -> Contents {
        match &self.sketch {
            Some(sketch) => Contents::Bins(sketch.filled().collect()),
            None => {
                let values = self.counts.sorted().map(|(value, count)| (value.clone(), count));
                Contents::Values(values.collect())
            }
        }
    }

    /// Whether quantiles are exact.
    pub fn exactness(&self) -> Exactness {
        match self.sketch {
            Some(_) => Exactness::Approximate,
            None => Exactness::Exact,
        }
    }

    /// The sample at `rank`, from 1.
    pub fn at_rank(&mut self, rank: u64) -> Option<Decimal> {
        match &self.sketch {
            Some(sketch) => sketch.at_rank(rank),
            None => self.counts.at_rank(rank).cloned(),
        }
    }

    /// The most frequent value, the least of them if there are several; `None` once values are
    /// not counted any more.
    pub fn mode(&self) -> Option<Decimal> {
        self.counts.mode().cloned()
    }

    /// How many samples, all from `min` to `max`, are below each of the `limits`, which ascend; an
    /// estimate once they are not counted by value any more.
    pub fn below(&mut self, limits: &[Decimal], min: &Decimal, max: &Decimal) -> Vec<u64> {
        match &self.sketch {
            None => limits.iter().map(|limit| self.counts.below(limit)).collect(),
            Some(sketch) => {
                let limits: Vec<f64> = limits.iter().map(Decimal::to_f64).collect();
                sketch.below(&limits, min.to_f64(), max.to_f64())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counts::MAX_DISTINCT;

    fn of(values: std::ops::Range<i64>) -> Distribution {
        let mut distribution = Distribution::default();
        values.for_each(|value| distribution.add(&Decimal::new(value, 1)));
        distribution
    }

    #[test]
    fn one_distinct_value_too_many_makes_it_approximate() {
        let most = MAX_DISTINCT as i64;
        assert_eq!(of(0..most).exactness(), Exactness::Exact);
        let mut more = of(0..most + 1);
        assert_eq!(more.exactness(), Exactness::Approximate);
        assert_eq!(more.mode(), None);
        let n = most as u64 + 1;
        let median = more.at_rank(n / 2).unwrap().to_f64();
        assert!((median - 3276.7).abs() < 32.7, "{median}");
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
}
