//! Quantiles of more distinct values than can be counted, near in proportion to their own size: a
//! DDSketch (C. Masson, J. E. Rim and H. K. Lee, "DDSketch: A fast and fully-mergeable quantile
//! sketch with relative-error guarantees", 2019).
//!
//! Samples are counted in bins whose [`limits`] grow by a constant factor. There is a bin for every
//! double of normal size, so bins are never merged, and the sketch is the same in whatever order
//! samples come. Samples nearer to zero, below 2.2e-308, count as 0.
//!
//! Of several channels, each may have only some of the bins; the sketch of one that needs more is given
//! up. That depends on the set of bins alone, so it is the same in whatever order samples come.
//!
//! Memory: 573 kB for samples above zero and as much for those below, of which only pages that were
//! touched take room; and 573 kB for the limits. Of several channels, up to 40 bytes for each bin.

mod bin_counts;
pub(crate) mod limits;

use std::fmt;
use std::ops::Range;

use stage::format::decimal::{Decimal, EXACT_POWERS};

use crate::ranks::interval::Interval;
use bin_counts::BinCounts;
use limits::LIMITS;

/// Counts of samples in bins.
#[derive(Clone, Default)]
pub(crate) struct Sketch {
    negative: BinCounts,
    zero: u64,
    positive: BinCounts,
}

/// More than any key.
const FAR: i64 = 1 << 32;

/// The samples in one bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Filled {
    /// Which bin.
    pub bin: SketchBin,
    /// Samples in it.
    pub count: u64,
}

/// A bin, from the least values to the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SketchBin {
    /// Of negative samples, by the logarithm of the magnitude.
    Negative(i32),
    /// Of 0, and of samples that count as 0.
    Zero,
    /// Of positive samples, by the logarithm.
    Positive(i32),
}

impl SketchBin {
    /// Whether a sample can lie in it at all.
    pub(crate) fn exists(self) -> bool {
        match self {
            SketchBin::Negative(key) | SketchBin::Positive(key) => LIMITS.place(key).is_some(),
            SketchBin::Zero => true,
        }
    }

    /// Orders bins by the values in them.
    pub(crate) fn rank(self) -> i64 {
        match self {
            SketchBin::Negative(key) => -FAR - i64::from(key),
            SketchBin::Zero => 0,
            SketchBin::Positive(key) => FAR + i64::from(key),
        }
    }

    /// The values between which it lies; the one farther from zero is not in it.
    fn ends(self) -> (f64, f64) {
        let ends = |key| LIMITS.place(key).map_or((0.0, f64::INFINITY), |at| LIMITS.ends(at));
        match self {
            SketchBin::Negative(key) => (-ends(key).1, -ends(key).0),
            SketchBin::Zero => (-f64::MIN_POSITIVE, f64::MIN_POSITIVE),
            SketchBin::Positive(key) => ends(key),
        }
    }

    /// An interval that holds all samples in it, which need not be doubles.
    pub(crate) fn interval(self) -> Interval {
        let (low, high) = self.ends();
        // The nearest double of a sample may be in the next bin, and so may the shortest decimal of
        // a limit.
        let (low, high) = (low.next_down().next_down(), high.next_up().next_up());
        let decimal = |end: f64| Decimal::shortest(end.clamp(f64::MIN, f64::MAX));
        Interval {
            low: decimal(low).unwrap_or(Decimal::ZERO),
            high: decimal(high).unwrap_or(Decimal::ZERO),
        }
    }
}

/// The place of the bin of |`number`| × 10^−`scale`; `None` if that lies so near to the limit of a bin
/// that it is not certain. (0 has no place: this one means nothing.)
#[inline]
fn short_place(number: i64, scale: u16) -> Option<usize> {
    if number == 0 {
        return Some(0);
    }
    // Both roundings are of at most half a unit in the last place.
    let near = number.unsigned_abs() as f64 / EXACT_POWERS.get(usize::from(scale))?;
    LIMITS.certain_place_of(near)
}

/// Finds the bins of short numbers that come near each other: most are in the bin of the one before.
#[derive(Clone, Debug)]
pub(crate) struct Bins {
    scale: u16,
    /// Numbers are multiplied by this unit's double; `None` if it has none.
    power: Option<f64>,
    /// The place of the last bin, and the bits of the doubles that are certainly in it.
    at: usize,
    certain: Range<u64>,
}

impl Bins {
    /// For numbers in units of 10^−`scale`.
    pub(crate) fn new(scale: u16) -> Bins {
        let power = EXACT_POWERS.get(usize::from(scale)).copied();
        Bins { scale, power, at: 0, certain: 0..0 }
    }

    /// The place of the bin of |`number`|, unless that is 0 or so near to the limit of a bin that it is
    /// not certain.
    #[inline]
    pub(crate) fn place(&mut self, number: i64) -> Option<usize> {
        let near = number.unsigned_abs() as f64 / self.power?;
        if !self.certain.contains(&near.to_bits()) {
            self.at = short_place(number, self.scale).filter(|_| number != 0)?;
            self.certain = LIMITS.certain(self.at);
        }
        Some(self.at)
    }
}

impl fmt::Debug for Sketch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.filled()).finish()
    }
}

impl Sketch {
    /// No samples, in at most this many bins for each sign; `None` for all that there are.
    pub(crate) fn of_up_to(most: Option<usize>) -> Sketch {
        let counts = BinCounts::of_up_to(most);
        Sketch { negative: counts.clone(), zero: 0, positive: counts }
    }

    /// Has at most this many bins from now on.
    pub(crate) fn hold(&mut self, most: Option<usize>) {
        let contents = self.contents();
        *self = Sketch::of_up_to(most);
        self.absorb(contents.as_deref());
    }

    /// Takes the bins of another sketch, if that was not given up.
    pub(crate) fn absorb(&mut self, bins: Option<&[Filled]>) {
        match bins {
            Some(bins) => bins.iter().for_each(|filled| self.add_filled(*filled)),
            None => {
                self.negative.give_up();
                self.positive.give_up();
            }
        }
    }

    /// The bins; `None` if they are given up.
    pub(crate) fn contents(&self) -> Option<Vec<Filled>> {
        (!self.is_given_up()).then(|| self.filled().collect())
    }

    /// Whether it is given up, because there were too many bins.
    pub(crate) fn is_given_up(&self) -> bool {
        self.negative.is_given_up() || self.positive.is_given_up()
    }

    /// Counts `count` samples of the same value.
    pub(crate) fn add_many(&mut self, value: &Decimal, count: u64) {
        match value.small_mantissa() {
            Some(mantissa) if usize::from(value.places()) < EXACT_POWERS.len() => {
                self.add_short(mantissa, value.places(), count);
            }
            _ => self.add_double(value.to_f64(), count),
        }
    }

    /// Counts `count` samples whose nearest double is this one.
    fn add_double(&mut self, value: f64, count: u64) {
        if value.abs() < f64::MIN_POSITIVE {
            self.zero += count;
        } else if value < 0.0 {
            self.negative.add(LIMITS.place_of(-value), count);
        } else {
            self.positive.add(LIMITS.place_of(value), count);
        }
    }

    /// Counts `count` samples `number` × 10^−`scale`; that must have at most 22 places.
    #[inline]
    pub(crate) fn add_short(&mut self, number: i64, scale: u16, count: u64) {
        match short_place(number, scale) {
            Some(_) if number == 0 => self.zero += count,
            Some(at) if number < 0 => self.negative.add(at, count),
            Some(at) => self.positive.add(at, count),
            None => self.add_double(Decimal::new(number, scale).to_f64(), count),
        }
    }

    /// Counts short numbers in units of 10^−`scale`, each with its count.
    pub(crate) fn add_counts(&mut self, numbers: &[(i64, u64)], scale: u16) {
        let mut bins = Bins::new(scale);
        for (number, count) in numbers {
            match bins.place(*number) {
                Some(at) if *number < 0 => self.negative.add(at, *count),
                Some(at) if *number > 0 => self.positive.add(at, *count),
                _ => self.add_short(*number, scale, *count),
            }
        }
    }

    /// Counts the samples of a bin, which must exist.
    pub(crate) fn add_filled(&mut self, Filled { bin, count }: Filled) {
        match bin {
            SketchBin::Negative(key) => {
                LIMITS.place(key).into_iter().for_each(|at| self.negative.add(at, count));
            }
            SketchBin::Zero => self.zero += count,
            SketchBin::Positive(key) => {
                LIMITS.place(key).into_iter().for_each(|at| self.positive.add(at, count));
            }
        }
    }

    /// The bins that are not empty, from the least values to the greatest. This is the sketch's
    /// whole state.
    pub(crate) fn filled(&self) -> impl Iterator<Item = Filled> {
        let negative = self.negative.filled().rev();
        let negative = negative.map(|(key, count)| Filled { bin: SketchBin::Negative(key), count });
        let zero = (self.zero > 0).then_some(Filled { bin: SketchBin::Zero, count: self.zero });
        let positive = self.positive.filled();
        let positive = positive.map(|(key, count)| Filled { bin: SketchBin::Positive(key), count });
        negative.chain(zero).chain(positive)
    }

    /// An estimate of how many samples are below each of `limits`, which ascend, given that all lie
    /// from `min` to `max`: those in a bin are assumed to lie evenly over it.
    pub(crate) fn below(&self, limits: &[f64], min: f64, max: f64) -> Vec<u64> {
        let mut filled = self.filled().peekable();
        let mut before = 0;
        let ends = |bin: SketchBin| match bin {
            SketchBin::Zero => (0.0, 0.0),
            bin => bin.ends(),
        };
        let below = |limit: &f64| {
            while let Some(whole) = filled.next_if(|it| ends(it.bin).1.min(max) < *limit) {
                before += whole.count;
            }
            let part = filled.peek().map_or(0, |it| {
                let (low, high) = ends(it.bin);
                let (low, high) = (low.max(min), high.min(max));
                // In a bin that is only one value wide, all samples are at its low end.
                let below = if low < high { (limit - low) / (high - low) } else { 1.0 };
                let part = if *limit > low { below.min(1.0) * it.count as f64 } else { 0.0 };
                // As a double, the count may have been rounded up.
                (part as u64).min(it.count)
            });
            before + part
        };
        limits.iter().map(below).collect()
    }

    /// The bin of the sample at `rank`, counted from 1.
    pub(crate) fn at_rank(&self, rank: u64) -> Option<SketchBin> {
        let mut up_to = 0;
        let filled = self.filled().find(|filled| {
            up_to += filled.count;
            up_to >= rank
        });
        filled.map(|filled| filled.bin)
    }
}

#[cfg(test)]
mod tests;
