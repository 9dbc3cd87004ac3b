//! Quantiles of more distinct values than can be counted: a DDSketch (C. Masson, J. E. Rim and
//! H. K. Lee, "DDSketch: A fast and fully-mergeable quantile sketch with relative-error
//! guarantees", 2019).
//!
//! Samples are counted in bins whose limits grow by a constant factor, and a quantile is the
//! middle of the bin in which the sample of its rank lies. There is a bin for every double of
//! normal size, so none is ever merged with another, and the sketch is the same in whatever order
//! the samples come. Samples nearer to zero than the least normal double, 2.2e-308, count as 0.
//!
//! Memory: 8 bytes for each bin between the least and the greatest sample's, 115 a decade;
//! 1.2 MB at the most.

use std::fmt;

use serde::Deserialize;
use sketches_ddsketch::{Config, DDSketch};
use stage::decimal::Decimal;

/// The greatest relative error of a bin's middle. A little below the promised 1 %, for the
/// roundings of logarithms and of [`DIGITS`].
const ACCURACY: f64 = 0.0099;

/// More bins than the doubles from 2.2e-308 to 1.8e308 have room for (about 71,700), so that
/// the limit is never reached.
const MAX_BINS: u32 = 80_000;

/// Significant digits of a quantile: more would promise what is not there.
const DIGITS: usize = 5;

/// Counts of samples in bins.
#[derive(Clone)]
pub struct Sketch {
    bins: DDSketch,
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

impl Default for Sketch {
    fn default() -> Sketch {
        Sketch { bins: DDSketch::new(config()) }
    }
}

impl fmt::Debug for Sketch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.filled()).finish()
    }
}

fn config() -> Config {
    Config::new(ACCURACY, MAX_BINS, f64::MIN_POSITIVE)
}

impl Bin {
    /// The middle of the bin, within 1 % of every sample in it.
    pub fn value(self) -> f64 {
        // The last bin reaches beyond the doubles.
        let magnitude = |key| config().value(key).min(f64::MAX);
        match self {
            Bin::Negative(key) => -magnitude(key),
            Bin::Zero => 0.0,
            Bin::Positive(key) => magnitude(key),
        }
    }

    /// Whether a sample can lie in it at all.
    pub fn exists(self) -> bool {
        let keys = config().key(f64::MIN_POSITIVE)..=config().key(f64::MAX);
        match self {
            Bin::Negative(key) | Bin::Positive(key) => keys.contains(&key),
            Bin::Zero => true,
        }
    }
}

impl Sketch {
    /// Counts one more sample.
    #[inline]
    pub fn add(&mut self, sample: &Decimal) {
        self.bins.add(sample.to_f64());
    }

    /// Counts `count` samples of the same value.
    pub fn add_many(&mut self, value: &Decimal, count: u64) {
        self.bins.add_with_count(value.to_f64(), count);
    }

    /// Counts `filled` again, of a sketch that was taken apart. The bin must exist.
    pub fn add_filled(&mut self, filled: Filled) {
        self.bins.add_with_count(filled.bin.value(), filled.count);
    }

    /// The value at `rank`, from 1, of `n` sorted samples: within 1 %, if `rank` is neither 1
    /// nor `n`, whose samples are known exactly.
    pub fn at_rank(&self, rank: u64, n: u64) -> Option<Decimal> {
        // The crate takes the sample of rank ⌊q(n−1)⌋, from 0. The half keeps roundings from
        // mattering up to 2^50 samples, and the last rank is the caller's.
        let q = (rank as f64 - 0.5) / (n as f64 - 1.0);
        rounded(self.bins.quantile(q.min(1.0)).ok()??)
    }

    /// The bins that are not empty, from the least values to the greatest. This is the sketch's
    /// whole state.
    pub fn filled(&self) -> Vec<Filled> {
        // The crate shows its bins to serde only.
        let Parts { store, negative_store, zero_count } =
            match serde_json::to_value(&self.bins).and_then(serde_json::from_value) {
                Ok(parts) => parts,
                Err(_) => return Vec::new(),
            };
        let negative = negative_store.filled().rev();
        let negative = negative.map(|(key, count)| Filled { bin: Bin::Negative(key), count });
        let zero = (zero_count > 0).then_some(Filled { bin: Bin::Zero, count: zero_count });
        let positive = store.filled();
        let positive = positive.map(|(key, count)| Filled { bin: Bin::Positive(key), count });
        negative.chain(zero).chain(positive).collect()
    }
}

/// What the crate's sketch is made of.
#[derive(Deserialize)]
struct Parts {
    store: Store,
    negative_store: Store,
    zero_count: u64,
}

#[derive(Deserialize)]
struct Store {
    bins: Vec<u64>,
    /// The key of the first bin.
    offset: i32,
}

impl Store {
    fn filled(&self) -> impl DoubleEndedIterator<Item = (i32, u64)> {
        let keys = self.offset..self.offset + self.bins.len() as i32;
        keys.zip(self.bins.iter().copied()).filter(|(_, count)| *count > 0)
    }
}

/// `value` to [`DIGITS`] significant digits.
fn rounded(value: f64) -> Option<Decimal> {
    Decimal::shortest(format!("{value:.*e}", DIGITS - 1).parse().ok()?)
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

    #[test]
    fn the_bins_reach_from_end_to_end_without_merging() {
        let sketch = sketch(&[f64::MAX, -f64::MAX, 3e-308, -3e-308, 1e-320, 0.0, 1.0]);
        let filled = sketch.filled();
        assert_eq!(filled.len(), 6);
        assert_eq!(filled[2], Filled { bin: Bin::Zero, count: 2 });
        for (filled, value) in filled.iter().zip([-f64::MAX, -3e-308, 0.0, 3e-308, 1.0, f64::MAX]) {
            let middle = filled.bin.value();
            assert!((middle - value).abs() <= 0.01 * value.abs(), "{middle} for {value}");
            assert!(filled.bin.exists());
        }
        assert!(!Bin::Positive(i32::MAX).exists() && !Bin::Negative(40_000).exists());
    }

    proptest! {
        #[test]
        fn a_quantile_is_within_one_percent_of_the_sample_of_its_rank(
            mut values in proptest::collection::vec(prop_oneof![
                any::<f64>().prop_filter("finite and normal", |value| value.is_normal()),
                -1e3..1e3f64,
            ], 2..200),
        ) {
            let sketch = sketch(&values);
            values.sort_unstable_by(f64::total_cmp);
            for rank in 2..values.len() {
                let found = sketch.at_rank(rank as u64, values.len() as u64).unwrap().to_f64();
                let value = values[rank - 1];
                prop_assert!((found - value).abs() <= 0.01 * value.abs(), "{} for {}", found, value);
            }
        }

        #[test]
        fn a_sketch_put_together_again_is_the_same_in_any_order(
            mut values in proptest::collection::vec(any::<f64>().prop_filter("finite", |it| it.is_finite()), 0..100),
        ) {
            let whole = sketch(&values);
            values.reverse();
            let mut again = Sketch::default();
            sketch(&values).filled().into_iter().for_each(|filled| again.add_filled(filled));
            prop_assert_eq!(again.filled(), whole.filled());
        }
    }
}
