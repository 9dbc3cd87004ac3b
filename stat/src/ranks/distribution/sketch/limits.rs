//! The limits of the sketch's bins: powers of γ = 10099 / 9901.
//!
//! They are computed with integers alone, and a bin is found by comparing with them, so that a
//! sample is in the same bin on every machine, however that computes logarithms. With this γ the
//! middle of a bin is within 0.99 % of everything in it: a little less than the promised 1 %, to
//! leave room for rounding the estimate.

use std::ops::Range;
use std::sync::LazyLock;

/// γ is this, …
const NUMERATOR: u128 = 10_099;
/// … divided by this.
const DENOMINATOR: u128 = 9_901;

/// Bins in an octave, log 2 / log γ: as near as guessing needs.
const PER_OCTAVE: f64 = 35.006_293;

/// The limits of all bins.
pub(crate) static LIMITS: LazyLock<Limits> = LazyLock::new(Limits::new);

/// The limits of the bins from that of the least positive double of normal size up to that of the
/// greatest: the least double in each bin.
#[derive(Debug)]
pub(crate) struct Limits {
    /// The key of the first bin.
    least: i32,
    limits: Vec<f64>,
}

impl Limits {
    fn new() -> Limits {
        let mut below = Vec::new();
        let mut power = Power::ONE;
        while power.exponent >= f64::MIN_EXP - 1 {
            below.push(power.rounded_up());
            power = power.previous();
        }
        // The bin that reaches below the normal doubles; smaller samples count as zero.
        below.push(f64::MIN_POSITIVE);
        let least = 1 - below.len() as i32;
        let mut limits: Vec<f64> = below.into_iter().rev().collect();
        power = Power::ONE.next();
        while power.exponent < f64::MAX_EXP {
            limits.push(power.rounded_up());
            power = power.next();
        }
        Limits { least, limits }
    }

    /// How many bins there are.
    pub(crate) fn bins(&self) -> usize {
        self.limits.len()
    }

    /// The key of the bin at a place, counted from the least values.
    pub(crate) fn key(&self, at: usize) -> i32 {
        self.least + at as i32
    }

    /// The place of the bin with this key, if there is one.
    pub(crate) fn place(&self, key: i32) -> Option<usize> {
        usize::try_from(i64::from(key) - i64::from(self.least)).ok().filter(|at| *at < self.bins())
    }

    /// The place of the bin of a positive double of normal size.
    #[inline]
    pub(crate) fn place_of(&self, value: f64) -> usize {
        let mut at = (guess(value) - self.least).clamp(0, self.bins() as i32 - 1) as usize;
        while at > 0 && value < self.limits[at] {
            at -= 1;
        }
        while self.limits.get(at + 1).is_some_and(|limit| value >= *limit) {
            at += 1;
        }
        at
    }

    /// The place of the bin of any double within two units in the last place of this one, which must be
    /// positive and of normal size; `None` if they are not all in the same bin.
    #[inline]
    pub(crate) fn certain_place_of(&self, value: f64) -> Option<usize> {
        let at = self.place_of(value);
        let (low, high) = (self.limits[at], self.limits.get(at + 1).copied()?);
        let least = f64::from_bits(value.to_bits() - 2);
        let greatest = f64::from_bits(value.to_bits() + 2);
        (low <= least && greatest < high).then_some(at)
    }

    /// The bits of the doubles that [`Limits::certain_place_of`] places there; none in the last bin.
    pub(crate) fn certain(&self, at: usize) -> Range<u64> {
        let low = self.limits[at].to_bits() + 2;
        self.limits.get(at + 1).map_or(0..0, |high| low..(high.to_bits() - 2).max(low))
    }

    /// The least double in the bin at a place, and the least above it.
    pub(crate) fn ends(&self, at: usize) -> (f64, f64) {
        (self.limits[at], self.limits.get(at + 1).copied().unwrap_or(f64::INFINITY))
    }
}

/// The key of the bin of `value`, or of its neighbour.
#[inline]
fn guess(value: f64) -> i32 {
    let bits = value.to_bits();
    let exponent = (bits >> (f64::MANTISSA_DIGITS - 1)) as i32 - (f64::MAX_EXP - 1);
    let fraction = f64::from_bits(bits & FRACTION | 1f64.to_bits()) - 1.0;
    // log₂(1 + m) is m + 0.344 m (1 − m) within 0.008, a third of a bin.
    let logarithm = f64::from(exponent) + fraction + 0.344 * fraction * (1.0 - fraction);
    // Rounded down as an integer: where the processor cannot round a double, a function is called.
    let places = (logarithm * PER_OCTAVE) as i32;
    places - i32::from(logarithm < 0.0)
}

/// The bits of a double behind its leading one.
const FRACTION: u64 = (1 << (f64::MANTISSA_DIGITS - 1)) - 1;

/// A power of γ, truncated to 112 bits: enough for every limit to be correct to its last digit, even
/// though each power is made from its neighbour.
#[derive(Clone, Copy, Debug)]
struct Power {
    /// From 2^[`BITS`] up to below 2^([`BITS`] + 1).
    mantissa: u128,
    /// The number is mantissa × 2^(exponent − [`BITS`]).
    exponent: i32,
}

/// 14 bits are left for a multiplication, and two for a shift.
const BITS: u32 = 111;

impl Power {
    const ONE: Power = Power { mantissa: 1 << BITS, exponent: 0 };

    fn next(self) -> Power {
        self.scaled(NUMERATOR, DENOMINATOR)
    }

    fn previous(self) -> Power {
        self.scaled(DENOMINATOR, NUMERATOR)
    }

    /// Times a ratio between a half and two.
    fn scaled(self, numerator: u128, denominator: u128) -> Power {
        let doubled = (self.mantissa << 1) * numerator / denominator;
        let shift = doubled.ilog2() - BITS;
        Power { mantissa: doubled >> shift, exponent: self.exponent + shift as i32 - 1 }
    }

    /// The least double that is not below it, if it is of normal size.
    fn rounded_up(self) -> f64 {
        let unused = BITS + 1 - f64::MANTISSA_DIGITS;
        let digits = self.mantissa.div_ceil(1 << unused) as u64 as f64;
        let one = (1u64 << (f64::MANTISSA_DIGITS - 1)) as f64;
        let power = (self.exponent + f64::MAX_EXP - 1) as u64;
        digits / one * f64::from_bits(power << (f64::MANTISSA_DIGITS - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigInt;

    /// Whether γ^`key` is not above `value`, which has no more than 53 bits behind the point.
    fn power_is_not_above(key: u32, value: f64) -> bool {
        let unit = BigInt::from(1u64 << 53);
        let scaled = BigInt::from((value * (1u64 << 53) as f64) as u128);
        BigInt::from(NUMERATOR).pow(key) * unit <= scaled * BigInt::from(DENOMINATOR).pow(key)
    }

    #[test]
    fn limits_are_the_least_doubles_that_are_not_below_the_powers() {
        for key in [0u32, 1, 2, 35, 36, 500, 1000] {
            let limit = LIMITS.ends(LIMITS.place(key as i32).unwrap()).0;
            assert!(power_is_not_above(key, limit), "{key}");
            assert!(!power_is_not_above(key, limit.next_down()), "{key}");
        }
    }

    #[test]
    fn there_is_a_bin_for_every_double_of_normal_size() {
        assert_eq!((LIMITS.key(0), LIMITS.bins()), (-35_777, 71_624));
        assert_eq!(LIMITS.ends(0).0, f64::MIN_POSITIVE);
        assert!(LIMITS.limits.is_sorted_by(|a, b| a < b));
        for at in 0..LIMITS.bins() {
            let (low, high) = LIMITS.ends(at);
            for value in [low, low.next_up(), high.next_down().min(f64::MAX)] {
                assert_eq!(LIMITS.place_of(value), at, "{value}");
            }
            assert_eq!(LIMITS.place(LIMITS.key(at)), Some(at));
        }
        assert_eq!((LIMITS.place(40_000), LIMITS.place(i32::MIN)), (None, None));
    }
}
