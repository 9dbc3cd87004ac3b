//! The figures of a record, from exact sums: a new figure is computed here.
//!
//! With n samples x₁ … xₙ, S = Σx, Q = Σx², C = Σx³, F = Σx⁴ and L = Σxᵢxᵢ₊₁, all exact:
//!
//! | figure | formula | source |
//! |---|---|---|
//! | mean | S / n | |
//! | var | A₂ / (n(n−1)), the sample variance | NIST 1.3.5.6 |
//! | sd | √var | NIST 1.3.5.6 |
//! | rms | √(Q / n) | |
//! | skew | g₁ = m₃ / m₂^(3/2) = A₃ / A₂^(3/2) | NIST 1.3.5.11, Joanes |
//! | kurtosis | g₂ = m₄ / m₂² − 3 = A₄ / A₂² − 3, which is 0 for a normal distribution | Joanes |
//! | autocorrelation | r₁ = Σ(xᵢ−x̄)(xᵢ₊₁−x̄) / Σ(xᵢ−x̄)² = (n²L − nS(2S−x₁−xₙ) + (n−1)S²) / (n·A₂) | NIST 1.3.5.12 |
//!
//! where mₖ = Σ(x−x̄)ᵏ / n are the central moments, and Aₖ = nᵏ·mₖ are integers in the unit of the
//! samples to the k-th power:
//!
//! - A₂ = nQ − S²
//! - A₃ = n²C − 3nSQ + 2S³
//! - A₄ = n³F − 4n²SC + 6nS²Q − 3S⁴
//!
//! Each is computed as an integer ratio, or the root of one, and rounded once, to the nearest
//! double ([`nearest`]). A figure that has no value (a division by zero, as in the skewness of a
//! constant series) or is beyond the largest double is null.
//!
//! NIST: NIST/SEMATECH e-Handbook of Statistical Methods, section as given. Joanes: D. N. Joanes
//! and C. A. Gill, "Comparing measures of sample skewness and kurtosis", The Statistician 47
//! (1998), where they are g₁ and g₂.

pub(crate) mod common;

use num_bigint::BigInt;
use stage::format::decimal::{Decimal, power_of_ten};

use super::moments::Totals;
use super::nearest;
use super::sequence::Neighbours;

/// What figures are computed from, for at least one sample.
#[derive(Debug)]
pub(crate) struct Figures {
    n: BigInt,
    totals: Totals,
    /// A₂.
    second: BigInt,
}

impl Figures {
    /// Of `count` samples, at least one, whose power sums are `totals`.
    pub(crate) fn new(count: u64, totals: Totals) -> Figures {
        let n = BigInt::from(count);
        let second = &n * &totals.sums.squares - &totals.sums.sum * &totals.sums.sum;
        Figures { n, totals, second }
    }

    /// One of the figures that only some records have, by its name; `None` for any other name.
    pub(crate) fn named(&self, name: &str) -> Option<Decimal> {
        match name {
            "var" => self.var(),
            "rms" => self.rms(),
            "skew" => self.skew(),
            "kurtosis" => self.kurtosis(),
            _ => None,
        }
    }

    /// 10^(`power` × places), to divide a sum of that power by.
    fn unit(&self, power: u32) -> BigInt {
        power_of_ten(power * u32::from(self.totals.places))
    }

    /// The exact sum.
    pub(crate) fn sum(&self) -> Decimal {
        Decimal::from_big(self.totals.sums.sum.clone(), self.totals.places)
    }

    /// The mean.
    pub(crate) fn mean(&self) -> Option<Decimal> {
        ratio(&self.totals.sums.sum, &(&self.n * self.unit(1)))
    }

    /// The sample variance; `None` below two samples.
    pub(crate) fn var(&self) -> Option<Decimal> {
        ratio(&self.second, &self.variance_divisor())
    }

    /// The sample standard deviation; `None` below two samples.
    pub(crate) fn sd(&self) -> Option<Decimal> {
        root_of_ratio(&self.second, &self.variance_divisor())
    }

    fn variance_divisor(&self) -> BigInt {
        &self.n * (&self.n - 1u8) * self.unit(2)
    }

    /// The root of the mean square.
    pub(crate) fn rms(&self) -> Option<Decimal> {
        root_of_ratio(&self.totals.sums.squares, &(&self.n * self.unit(2)))
    }

    /// The skewness g₁; `None` for a constant series.
    pub(crate) fn skew(&self) -> Option<Decimal> {
        let (n, sums) = (&self.n, &self.totals.sums);
        let third: BigInt = n * n * &sums.cubes - n * &sums.sum * &sums.squares * 3u8
            + &sums.sum * &sums.sum * &sums.sum * 2u8;
        let magnitude = root_of_ratio(&(&third * &third), &self.second.pow(3))?;
        Some(if third < BigInt::ZERO { -magnitude } else { magnitude })
    }

    /// The excess kurtosis g₂; `None` for a constant series.
    pub(crate) fn kurtosis(&self) -> Option<Decimal> {
        let (n, sums) = (&self.n, &self.totals.sums);
        let (s, square) = (&sums.sum, &self.second * &self.second);
        let s2 = s * s;
        let fourth: BigInt = n * n * n * &sums.fourths - n * n * s * &sums.cubes * 4u8
            + n * &s2 * &sums.squares * 6u8
            - &s2 * &s2 * 3u8;
        ratio(&(fourth - &square * 3u8), &square)
    }

    /// The lag-1 autocorrelation r₁ of samples with these `neighbours`; `None` for a constant
    /// series.
    pub(crate) fn autocorrelation(&self, neighbours: &Neighbours) -> Option<Decimal> {
        let Neighbours { first, last, lagged } = neighbours;
        // The products have places of their own, so a common unit must be found.
        let places =
            [self.totals.places, first.places(), last.places(), lagged.places().div_ceil(2)]
                .into_iter()
                .fold(0, u16::max);
        let unit = power_of_ten(u32::from(places - self.totals.places));
        let (n, sum) = (&self.n, &self.totals.sums.sum * &unit);
        let ends = first.mantissa_at(places) + last.mantissa_at(places);
        let numerator = n * n * lagged.mantissa_at(2 * places) - n * &sum * (&sum * 2u8 - ends)
            + (n - 1u8) * &sum * &sum;
        ratio(&numerator, &(n * &self.second * &unit * &unit))
    }
}

fn ratio(numerator: &BigInt, denominator: &BigInt) -> Option<Decimal> {
    if denominator == &BigInt::ZERO {
        return None;
    }
    Decimal::shortest(nearest::ratio(numerator, denominator))
}

fn root_of_ratio(numerator: &BigInt, denominator: &BigInt) -> Option<Decimal> {
    if denominator == &BigInt::ZERO {
        return None;
    }
    Decimal::shortest(nearest::root_of_ratio(numerator, denominator))
}
