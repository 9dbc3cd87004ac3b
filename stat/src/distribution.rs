//! How the samples are distributed: every value is counted or, once there are too many distinct
//! ones, samples are counted in the cells of a [`grid`](crate::grid) and the bins of a
//! [`sketch`](crate::sketch). The sample of a given rank lies in a cell and in a bin, and so in their
//! intersection: near in proportion both to the samples' spread and to its own size.
//!
//! When to change from one to the other depends on the set of distinct values alone, so that merged
//! parts end up where the whole would.

use stage::format::decimal::Decimal;

use crate::counts::Counts;
use crate::grid::{Grid, Width};
use crate::interval::Interval;
use crate::lattice::Lattice;
use crate::sketch::{Filled, Sketch};

/// The distribution of the samples so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Distribution {
    /// Empty once there are too many distinct values.
    counts: Counts,
    /// `Some` once there are too many.
    approximate: Option<Box<Approximate>>,
}

/// Counts of too many distinct values.
#[derive(Clone, Debug, Default)]
struct Approximate {
    sketch: Sketch,
    /// `None` if some samples are not in it: those of a state of version 1.
    grid: Option<Grid>,
}

/// Everything known about a distribution, from the least values to the greatest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    /// Each value with its count.
    Values(Vec<(Decimal, u64)>),
    /// There were too many distinct values.
    Approximate {
        /// The bins of the sketch.
        bins: Vec<Filled>,
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

    /// Takes what another distribution contained.
    pub(crate) fn absorb(&mut self, contents: &Contents) {
        match contents {
            Contents::Values(values) => {
                values.iter().for_each(|(value, count)| self.add_many(value, *count));
            }
            Contents::Approximate { bins, grid } => self.absorb_approximate(bins, grid.as_ref()),
        }
    }

    fn absorb_approximate(&mut self, bins: &[Filled], grid: Option<&(Width, Vec<(Decimal, u64)>)>) {
        match &mut self.approximate {
            Some(own) => {
                own.grid = own.grid.take().zip(grid).map(|(mut own, (width, cells))| {
                    own.absorb(*width, cells);
                    own
                });
                bins.iter().for_each(|filled| own.sketch.add_filled(*filled));
            }
            none => {
                let counts = std::mem::take(&mut self.counts);
                let mut new = Approximate {
                    sketch: Sketch::default(),
                    grid: grid.map(|(width, cells)| {
                        Grid::with_cells(*width, cells.iter().map(|(cell, count)| (cell, *count)))
                    }),
                };
                bins.iter().for_each(|filled| new.sketch.add_filled(*filled));
                counts.iter().for_each(|(value, count)| new.add_many(value, count));
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
                if self.counts.add_many(value, count).is_err() {
                    self.go_over_with(value, count);
                }
            }
        }
    }

    /// Changes to approximate counts on account of one value too many.
    fn go_over_with(&mut self, value: &Decimal, count: u64) {
        let mut values: Vec<(Decimal, u64)> =
            self.counts.iter().map(|(value, count)| (value.clone(), count)).collect();
        values.push((value.normalized(), count));
        values.sort_unstable();
        self.counts = Counts::default();
        let mut sketch = Sketch::default();
        values.iter().for_each(|(value, count)| sketch.add_many(value, *count));
        let grid = Some(Grid::of(&values));
        self.approximate = Some(Box::new(Approximate { sketch, grid }));
    }

    /// Everything that is known.
    pub(crate) fn contents(&mut self) -> Contents {
        match &mut self.approximate {
            Some(approximate) => Contents::Approximate {
                bins: approximate.sketch.filled().collect(),
                grid: approximate.grid.as_mut().map(Grid::contents),
            },
            None => {
                let values = self.counts.sorted().map(|(value, count)| (value.clone(), count));
                Contents::Values(values.collect())
            }
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
    pub(crate) fn exact_at_rank(&mut self, rank: u64) -> Option<&Decimal> {
        self.counts.at_rank(rank)
    }

    /// The most frequent value, the least of them if there are several; `None` once values are no
    /// longer counted.
    pub(crate) fn mode(&self) -> Option<Decimal> {
        self.counts.mode().cloned()
    }

    /// The step between the values, if they have one; `None` once they are no longer counted: then
    /// there are so many that every bin is many steps wide.
    pub(crate) fn lattice(&mut self) -> Option<Lattice> {
        self.counts.lattice()
    }

    /// How many samples, all from `min` to `max`, are below each of the `limits`, which ascend. Once
    /// values are no longer counted this is an estimate, unless the limits are those of cells.
    pub(crate) fn below(&mut self, limits: &[Decimal], min: &Decimal, max: &Decimal) -> Vec<u64> {
        match &mut self.approximate {
            None => limits.iter().map(|limit| self.counts.below(limit)).collect(),
            Some(approximate) => approximate.below(limits, min, max),
        }
    }
}

impl Approximate {
    fn add_many(&mut self, value: &Decimal, count: u64) {
        self.sketch.add_many(value, count);
        if let Some(grid) = &mut self.grid {
            grid.add_many(value, count);
        }
    }

    fn at_rank(&mut self, rank: u64) -> Option<Interval> {
        let Some(grid) = &mut self.grid else {
            return self.sketch.at_rank(rank).map(|bin| bin.interval());
        };
        let cell = grid.at_rank(rank)?;
        if !may_be_cut_by_bins(&cell) {
            return Some(cell);
        }
        let Interval { low, high } = self.sketch.at_rank(rank)?.interval();
        Some(cell.within(&low, &high))
    }

    fn below(&mut self, limits: &[Decimal], min: &Decimal, max: &Decimal) -> Vec<u64> {
        match &mut self.grid {
            Some(grid) => limits.iter().map(|limit| grid.below(limit)).collect(),
            None => {
                let limits: Vec<f64> = limits.iter().map(Decimal::to_f64).collect();
                self.sketch.below(&limits, min.to_f64(), max.to_f64())
            }
        }
    }
}

/// Whether a bin may be narrower than this cell. (This depends on the cell alone, so that estimates
/// rise with the samples.)
fn may_be_cut_by_bins(Interval { low, high }: &Interval) -> bool {
    let nearest_to_zero = match (low.is_negative(), high.is_negative()) {
        (true, true) => -high,
        (true, false) => Decimal::ZERO,
        (false, _) => low.clone(),
    };
    // A bin is about 2 % of its values wide.
    nearest_to_zero * Decimal::new(2, 2) < high - low
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
}
