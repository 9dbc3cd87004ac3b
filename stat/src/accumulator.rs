//! Exact sums of samples, and the record made from them: a new field of the record is computed
//! here.
//!
//! For each number of decimal places, the sum of the mantissas and the sum of their squares
//! are kept as integers: nothing is rounded, whatever the samples' order, number and size.
//! Mantissas of up to 18 digits are summed in machine words (`Sums`), longer ones as big
//! integers (`BigSums`). A record brings all of them to the same number of places P:
//! with S the sum and Q the sum of squares in units of 10^−P and 10^−2P,
//!
//! - sum = S / 10^P
//! - mean = S / (n·10^P)
//! - sd = √((n·Q − S²) / (n·(n−1)·10^2P)), the sample standard deviation
//!
//! where mean and sd are rounded once, to the nearest double ([`nearest`]).
//!
//! Memory: a few kilobytes for samples of up to 18 digits; for longer ones less than 1 kB for
//! each number of places that occurs, of which there are at most 401.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use stage::decimal::{Decimal, Mantissa, SMALL_DIGITS, power_of_ten};
use stage::record::Record;

use crate::nearest;

/// Sums of mantissas below 10^18 that have the same number of places.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    /// At most 2^64 × 10^18, far below 2^127.
    sum: i128,
    /// The sum of squares is `squares` + `carries` × 2^128.
    squares: u128,
    carries: u64,
}

impl Sums {
    fn add(&mut self, mantissa: i64) {
        let wide = i128::from(mantissa);
        self.sum += wide;
        let (squares, carry) = self.squares.overflowing_add((wide * wide).unsigned_abs());
        self.squares = squares;
        self.carries += u64::from(carry);
    }

    fn to_big(self) -> BigSums {
        let squares = (BigInt::from(self.carries) << 128) + self.squares;
        BigSums { sum: self.sum.into(), squares }
    }
}

/// Sums of mantissas of any size that have the same number of places.
#[derive(Clone, Debug, Default)]
struct BigSums {
    sum: BigInt,
    squares: BigInt,
}

impl BigSums {
    fn add(&mut self, mantissa: &BigInt) {
        self.sum += mantissa;
        self.squares += mantissa * mantissa;
    }
}

/// Everything that is known of the samples so far.
#[derive(Clone, Debug, Default)]
pub struct Accumulator {
    count: u64,
    /// Indexed by the number of places.
    small: [Sums; SMALL_DIGITS as usize + 1],
    /// What does not fit there: long mantissas, and more than 18 places.
    big: BTreeMap<u16, BigSums>,
    last: Option<Decimal>,
    extremes: Option<(Decimal, Decimal)>,
}

impl Accumulator {
    /// Samples so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Takes one more sample.
    pub fn add(&mut self, sample: Decimal) {
        self.count += 1;
        match (sample.mantissa(), self.small.get_mut(usize::from(sample.places()))) {
            (Mantissa::Small(mantissa), Some(sums)) => sums.add(*mantissa),
            (mantissa, _) => self.big.entry(sample.places()).or_default().add(&mantissa.to_big()),
        }
        match &mut self.extremes {
            Some((min, max)) => {
                if sample < *min {
                    *min = sample.clone();
                }
                if sample > *max {
                    *max = sample.clone();
                }
            }
            None => self.extremes = Some((sample.clone(), sample.clone())),
        }
        self.last = Some(sample);
    }

    /// The record of the samples so far.
    pub fn record(&self, rejected: u64, is_final: bool) -> Record {
        let (min, max) = self.extremes.clone().unzip();
        let totals = self.extremes.is_some().then(|| self.totals());
        Record {
            n: self.count,
            rejected,
            last: self.last.clone(),
            sum: totals.as_ref().map(Totals::sum),
            mean: totals.as_ref().and_then(Totals::mean),
            sd: totals.as_ref().and_then(Totals::sd),
            min,
            max,
            is_final,
        }
    }

    fn totals(&self) -> Totals {
        let small =
            (0u16..).zip(&self.small).filter(|(_, sums)| sums.squares != 0 || sums.carries != 0);
        let parts: Vec<(u16, BigSums)> = small
            .map(|(places, sums)| (places, sums.to_big()))
            .chain(self.big.iter().map(|(places, sums)| (*places, sums.clone())))
            .collect();
        let places = parts.iter().map(|(places, _)| *places).max().unwrap_or(0);
        let mut total = BigSums::default();
        for (own, sums) in parts {
            let unit = power_of_ten(u32::from(places - own));
            total.sum += sums.sum * &unit;
            total.squares += sums.squares * &unit * unit;
        }
        Totals { count: self.count.into(), places, sums: total }
    }
}

/// All sums in the same unit.
struct Totals {
    count: BigInt,
    places: u16,
    sums: BigSums,
}

impl Totals {
    fn sum(&self) -> Decimal {
        Decimal::from_big(self.sums.sum.clone(), self.places)
    }

    fn mean(&self) -> Option<Decimal> {
        let unit = power_of_ten(self.places.into());
        Decimal::shortest(nearest::ratio(&self.sums.sum, &(&self.count * unit)))
    }

    /// `None` below two samples, or beyond the largest double.
    fn sd(&self) -> Option<Decimal> {
        let n = &self.count;
        let degrees: BigInt = n - 1u8;
        if degrees == BigInt::ZERO {
            return None;
        }
        let BigSums { sum, squares } = &self.sums;
        let variance = n * squares - sum * sum;
        let unit = power_of_ten(2 * u32::from(self.places));
        Decimal::shortest(nearest::root_of_ratio(&variance, &(n * degrees * unit)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stage::sample::parse_line;

    fn record(samples: &[&str]) -> Record {
        let mut accumulator = Accumulator::default();
        for sample in samples {
            accumulator.add(parse_line(sample.as_bytes()).unwrap());
        }
        accumulator.record(0, true)
    }

    fn told(number: &Option<Decimal>) -> String {
        number.as_ref().map_or("null".to_owned(), Decimal::to_string)
    }

    #[test]
    fn the_sum_is_exact_whatever_the_order_and_size() {
        assert_eq!(told(&record(&["0.1", "0.2"]).sum), "0.3");
        assert_eq!(told(&record(&["1e16", "1", "-1e16"]).sum), "1");
        assert_eq!(told(&record(&["1e308", "1", "-1e308"]).sum), "1");
        assert_eq!(told(&record(&["1.50", "-1.5"]).sum), "0");
    }

    #[test]
    fn a_constant_series_has_no_deviation_and_its_own_mean() {
        let record = record(&["0.1"; 1000]);
        assert_eq!((told(&record.mean), told(&record.sd)), ("0.1".to_owned(), "0".to_owned()));
    }

    #[test]
    fn a_tiny_deviation_beside_a_huge_mean_is_right_to_the_last_digit() {
        // NIST's NumAcc4: 10000000.2, then 10000000.1 and 10000000.3 in turn; the certified
        // mean is 10000000.2 and the certified standard deviation 0.1, both exactly.
        let samples = [vec!["10000000.2"], ["10000000.1", "10000000.3"].repeat(500)].concat();
        let record = record(&samples);
        assert_eq!(
            (told(&record.mean), told(&record.sd)),
            ("10000000.2".to_owned(), "0.1".to_owned())
        );
    }

    #[test]
    fn one_sample_has_no_deviation_to_speak_of() {
        let record = record(&["-3.25"]);
        assert_eq!(told(&record.sd), "null");
        assert_eq!([record.min, record.max, record.last].map(|it| told(&it)), ["-3.25"; 3]);
    }

    #[test]
    fn a_deviation_beyond_the_doubles_is_null_and_not_infinite() {
        let record = record(&["1.7e308", "-1.7e308"]);
        assert_eq!((told(&record.mean), told(&record.sd)), ("0".to_owned(), "null".to_owned()));
    }

    #[test]
    fn squares_beyond_128_bits_are_carried() {
        let record = record(&["999999999999999999"; 1000]);
        assert_eq!(told(&record.sd), "0");
        assert_eq!(told(&record.sum), "999999999999999999000");
    }

    proptest! {
        #[test]
        fn small_and_big_sums_agree(values in proptest::collection::vec((any::<i32>(), 0u16..6), 2..50)) {
            let (mut small, mut big) = (Accumulator::default(), Accumulator::default());
            for (value, places) in &values {
                let sample = Decimal::new((*value).into(), *places);
                small.add(sample.clone());
                // Far away, so that every mantissa is long; the deviation stays the same.
                big.add(sample.plus(&parse_line(b"1e30").unwrap()));
            }
            prop_assert_eq!(small.record(0, true).sd, big.record(0, true).sd);
        }

        #[test]
        fn integers_have_the_textbook_mean(values in proptest::collection::vec(-1000i64..1000, 1..50)) {
            let mut accumulator = Accumulator::default();
            for value in &values {
                accumulator.add(Decimal::new(*value, 0));
            }
            let mean = values.iter().sum::<i64>() as f64 / values.len() as f64;
            prop_assert_eq!(accumulator.record(0, true).mean, Decimal::shortest(mean));
        }
    }
}
