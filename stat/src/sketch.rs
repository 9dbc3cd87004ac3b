//! Quantiles of more distinct values than can be counted: a DDSketch (C. Masson, J. E. Rim and
//! H. K. Lee, "DDSketch: A fast and fully-mergeable quantile sketch with relative-error
//! guarantees", 2019).
//!
//! Samples are counted in bins whose limits grow by a constant factor, and a quantile is the
//! middle of the bin in which the sample of its rank lies. There is a bin for every double of
//! normal size, so none is ever merged with another, and the sketch is the same in whatever order
//! the samples come. Samples nearer to zero, below 2.2e-308, count as 0.
//!
//! Which bin a value is in, and what a bin's middle is, are the crate's; the counts are kept here,
//! since the crate's own cannot be walked, and merging needs every one of them.
//!
//! Memory: 573 kB for samples above zero and as much for those below, of which only what was
//! touched takes room.

use std::fmt;
use std::ops::Range;

use sketches_ddsketch::Config;
use stage::decimal::Decimal;

/// The greatest relative error of a bin's middle. A little below the promised 1 %, for the
/// roundings of logarithms and of [`DIGITS`].
const ACCURACY: f64 = 0.0099;

/// Significant digits of a quantile: more would promise what is not there.
const DIGITS: usize = 5;

/// Counts of samples in bins.
#[derive(Clone)]
pub struct Sketch {
    mapping: Mapping,
    negative: Side,
    zero: u64,
    positive: Side,
}

/// Values and the keys of their bins.
#[derive(Clone, Copy)]
struct Mapping {
    config: Config,
    least: i32,
    greatest: i32,
}

impl Mapping {
    fn new() -> Mapping {
        // The limit on bins is for the crate's own counts.
        let config = Config::new(ACCURACY, 0, f64::MIN_POSITIVE);
        let (least, greatest) = (config.key(f64::MIN_POSITIVE), config.key(f64::MAX));
        Mapping { config, least, greatest }
    }

    fn key(&self, magnitude: f64) -> i32 {
        self.config.key(magnitude)
    }

    /// The middle of a bin; the last one reaches beyond the doubles.
    fn middle(&self, key: i32) -> f64 {
        self.config.value(key).min(f64::MAX)
    }
}

/// Counts of samples of one sign, by their keys.
#[derive(Clone, Default)]
struct Side {
    /// From the least key on; empty until there is one.
    counts: Vec<u64>,
    /// What of it is not all zeros.
    used: Range<usize>,
}

impl Side {
    fn add(&mut self, key: i32, count: u64, mapping: &Mapping) {
        if self.counts.is_empty() {
            // Not resized: that would touch all of it.
            self.counts = vec![0; (mapping.greatest - mapping.least) as usize + 1];
        }
        if let Ok(at) = usize::try_from(key - mapping.least)
            && let Some(own) = self.counts.get_mut(at)
        {
            *own += count;
            self.used = match &self.used {
                used if used.is_empty() => at..at + 1,
                used => used.start.min(at)..used.end.max(at + 1),
            };
        }
    }

    fn filled(&self, mapping: &Mapping) -> impl DoubleEndedIterator<Item = (i32, u64)> {
        let counts = self.counts.get(self.used.clone()).unwrap_or_default();
        let least = mapping.least + self.used.start as i32;
        let keys = least..least + counts.len() as i32;
        keys.zip(counts.iter().copied()).filter(|(_, count)| *count > 0)
    }
}

/// The samples in one bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filled {
    /// Which bin.
    pub bin: Bin,
    /// Samples in it.
    pub count: u64,
}

/// A bin, from the least values to the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bin {
    /// Of negative samples, by the logarithm of the magnitude.
    Negative(i32),
    /// Of 0, and what is almost 0.
    Zero,
    /// Of positive samples, by the logarithm.
    Positive(i32),
}

impl Bin {
    /// Whether a sample can lie in it at all.
    pub fn exists(self) -> bool {
        let Mapping { least, greatest, .. } = Mapping::new();
        match self {
            Bin::Negative(key) | Bin::Positive(key) => (least..=greatest).contains(&key),
            Bin::Zero => true,
        }
    }
}

impl Default for Sketch {
    fn default() -> Sketch {
        let (negative, positive) = (Side::default(), Side::default());
        Sketch { mapping: Mapping::new(), negative, zero: 0, positive }
    }
}

impl fmt::Debug for Sketch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.filled()).finish()
    }
}

impl Sketch {
    /// Counts one more sample.
    pub fn add(&mut self, sample: &Decimal) {
        self.add_many(sample, 1);
    }

    /// Counts `count` samples of the same value.
    pub fn add_many(&mut self, value: &Decimal, count: u64) {
        let value = value.to_f64();
        let bin = if value.abs() < f64::MIN_POSITIVE {
            Bin::Zero
        } else if value < 0.0 {
            Bin::Negative(self.mapping.key(-value))
        } else {
            Bin::Positive(self.mapping.key(value))
        };
        self.add_filled(Filled { bin, count });
    }

    /// Counts the samples of a bin, which must exist.
    pub fn add_filled(&mut self, Filled { bin, count }: Filled) {
        match bin {
            Bin::Negative(key) => self.negative.add(key, count, &self.mapping),
            Bin::Zero => self.zero += count,
            Bin::Positive(key) => self.positive.add(key, count, &self.mapping),
        }
    }

    /// The bins that are not empty, from the least values to the greatest. This is the sketch's
    /// whole state.
    pub fn filled(&self) -> impl Iterator<Item = Filled> {
        let negative = self.negative.filled(&self.mapping).rev();
        let negative = negative.map(|(key, count)| Filled { bin: Bin::Negative(key), count });
        let zero = (self.zero > 0).then_some(Filled { bin: Bin::Zero, count: self.zero });
        let positive = self.positive.filled(&self.mapping);
        let positive = positive.map(|(key, count)| Filled { bin: Bin::Positive(key), count });
        negative.chain(zero).chain(positive)
    }

    /// The middle of a bin, within 1 % of every sample in it.
    pub fn middle(&self, bin: Bin) -> f64 {
        match bin {
            Bin::Negative(key) => -self.mapping.middle(key),
            Bin::Zero => 0.0,
            Bin::Positive(key) => self.mapping.middle(key),
        }
    }

    /// An estimate of how many samples are below each of `limits`, which ascend, if all lie from
    /// `min` to `max`: those in a bin are taken to lie evenly over it.
    pub fn below(&self, limits: &[f64], min: f64, max: f64) -> Vec<u64> {
        let mut filled = self.filled().peekable();
        let mut before = 0;
        let below = |limit: &f64| {
            while let Some(whole) = filled.next_if(|it| self.ends(it.bin).1.min(max) < *limit) {
                before += whole.count;
            }
            let part = filled.peek().map_or(0.0, |it| {
                let (low, high) = self.ends(it.bin);
                let (low, high) = (low.max(min), high.min(max));
                // All of a bin that is only one value wide are at its low end.
                let below = if low < high { (limit - low) / (high - low) } else { 1.0 };
                if *limit > low { below.min(1.0) * it.count as f64 } else { 0.0 }
            });
            before + part as u64
        };
        limits.iter().map(below).collect()
    }

    /// Between what values a bin lies.
    fn ends(&self, bin: Bin) -> (f64, f64) {
        let ends =
            |key| (self.mapping.config.pow_gamma(key), self.mapping.config.pow_gamma(key + 1));
        match bin {
            Bin::Negative(key) => (-ends(key).1, -ends(key).0),
            Bin::Zero => (0.0, 0.0),
            Bin::Positive(key) => ends(key),
        }
    }

    /// The value at `rank`, from 1, of the sorted samples: within 1 %.
    pub fn at_rank(&self, rank: u64) -> Option<Decimal> {
        let mut up_to = 0;
        let filled = self.filled().find(|filled| {
            up_to += filled.count;
            up_to >= rank
        })?;
        rounded(self.middle(filled.bin))
    }
}

/// `value` to [`DIGITS`] significant digits, if that is a double.
fn rounded(value: f64) -> Option<Decimal> {
    let rounded: f64 = format!("{value:.*e}", DIGITS - 1).parse().ok()?;
    Decimal::shortest(rounded).or_else(|| Decimal::shortest(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sketch(values: &[f64]) -> Sketch {
        let mut sketch = Sketch::default();
        values.iter().for_each(|&value| sketch.add(&Decimal::shortest(value).unwrap()));
        sketch
    }

    /// Values in the first and the last bins.
    const EDGES: [f64; 6] =
        [f64::MIN_POSITIVE, 2.23e-308, 2.24e-308, f64::MAX, 1.79e308, -f64::MIN_POSITIVE];

    #[test]
    fn the_bins_reach_from_end_to_end_without_merging() {
        let sketch = sketch(&[f64::MAX, -f64::MAX, 3e-308, -3e-308, 1e-320, 0.0, 1.0]);
        let filled: Vec<Filled> = sketch.filled().collect();
        assert_eq!(filled.len(), 6);
        assert_eq!(filled[2], Filled { bin: Bin::Zero, count: 2 });
        for (filled, value) in filled.iter().zip([-f64::MAX, -3e-308, 0.0, 3e-308, 1.0, f64::MAX]) {
            let middle = sketch.middle(filled.bin);
            assert!((middle - value).abs() <= 0.01 * value.abs(), "{middle} for {value}");
            assert!(filled.bin.exists());
        }
        assert!(!Bin::Positive(i32::MAX).exists() && !Bin::Negative(40_000).exists());
    }

    #[test]
    fn samples_of_a_bin_are_taken_to_lie_evenly_over_it() {
        // Less than two bins wide.
        let values: Vec<f64> = (0..=1000).map(|it| 23.0 + f64::from(it) / 1000.0).collect();
        let limits: Vec<f64> = (0..=10).map(|it| 23.0 + f64::from(it) / 10.0).collect();
        let below = sketch(&values).below(&limits, 23.0, 24.0);
        for (tenth, below) in (0i64..).zip(&below) {
            assert!((*below as i64 - 100 * tenth).abs() <= 10, "{below:?}");
        }
        let zeros = sketch(&[0.0, 0.0, 5.0, -5.0]);
        assert_eq!(zeros.below(&[-5.0, 0.0, 1e-9, 4.0, 6.0], -5.0, 5.0), [0, 1, 3, 3, 4]);
    }

    proptest! {
        #[test]
        fn a_quantile_is_within_one_percent_of_the_sample_of_its_rank(
            mut values in proptest::collection::vec(prop_oneof![
                proptest::num::f64::NORMAL,
                proptest::sample::select(&EDGES[..]),
                -1e3..1e3f64,
            ], 2..200),
        ) {
            let sketch = sketch(&values);
            values.sort_unstable_by(f64::total_cmp);
            for rank in 1..=values.len() {
                let found = sketch.at_rank(rank as u64).unwrap().to_f64();
                let value = values[rank - 1];
                prop_assert!((found - value).abs() <= 0.01 * value.abs(), "{} for {}", found, value);
            }
        }

        #[test]
        fn a_sketch_put_together_again_is_the_same_in_any_order(
            mut values in proptest::collection::vec(prop_oneof![
                proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL | proptest::num::f64::ZERO,
                proptest::sample::select(&EDGES[..]),
            ], 0..100),
        ) {
            let whole = sketch(&values);
            values.reverse();
            let mut again = Sketch::default();
            sketch(&values).filled().for_each(|filled| again.add_filled(filled));
            prop_assert!(again.filled().eq(whole.filled()));
        }
    }
}
