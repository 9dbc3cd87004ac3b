//! The first samples of a window, which are only listed, in the order in which they came.
//!
//! With `--late`, many windows are open at once, and each has few samples of each channel. An accumulator
//! takes as much memory for one sample as for thousands.
//!
//! Memory: 8 bytes for each sample.

use stage::format::decimal::Decimal;

use crate::short::{BATCH, MAX_SCALE, refined, units};

/// The most samples that are listed. They take 4 kB, less than an accumulator, and are still short work when
/// they are counted together.
const MOST: usize = 512;

/// They are handed on as one batch.
const _: () = assert!(MOST <= BATCH);

/// Samples as short numbers in one unit.
#[derive(Clone, Debug, Default)]
pub(super) struct Few {
    /// The unit is 10^−`places`.
    places: u16,
    numbers: Vec<i64>,
}

impl Few {
    /// Whether there are none.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        self.numbers.len() as u64
    }

    /// The decimal places of the unit.
    pub(super) fn places(&self) -> u16 {
        self.places
    }

    /// The samples in that unit.
    pub(super) fn numbers(&self) -> &[i64] {
        &self.numbers
    }

    /// None of them is farther from zero than this.
    pub(super) fn reach(&self) -> u64 {
        self.numbers.iter().map(|number| number.unsigned_abs()).max().unwrap_or(0)
    }

    /// Takes a sample, if there is room for it and all are short in one unit; returns whether it was taken.
    pub(super) fn add(&mut self, sample: &Decimal) -> bool {
        let number = units(sample, self.places).or_else(|| {
            self.refine(sample.normalized().places())?;
            units(sample, self.places)
        });
        number.is_some_and(|number| self.add_all(&[number]))
    }

    /// Takes numbers in the present unit, if there is room for all of them; returns whether there is.
    pub(super) fn add_all(&mut self, numbers: &[i64]) -> bool {
        let has_room = self.numbers.len() + numbers.len() <= MOST;
        if has_room {
            self.numbers.extend_from_slice(numbers);
        }
        has_room
    }

    /// Goes over to a finer unit, if all numbers remain short in it, or to any other while there are none.
    fn refine(&mut self, places: u16) -> Option<()> {
        if self.numbers.is_empty() && places <= MAX_SCALE {
            self.places = places;
            return Some(());
        }
        let finer = places.checked_sub(self.places).filter(|_| places <= MAX_SCALE)?;
        let numbers = self.numbers.iter().map(|number| refined(*number, finer));
        self.numbers = numbers.collect::<Option<_>>()?;
        self.places = places;
        Some(())
    }

    /// Removes all samples, but keeps the unit and the memory.
    pub(super) fn clear(&mut self) {
        self.numbers.clear();
    }

    /// Removes all samples, but keeps the unit; returns the same with no more memory than they take.
    pub(super) fn take(&mut self) -> Few {
        let numbers = self.numbers.as_slice().to_vec();
        self.numbers.clear();
        Few { places: self.places, numbers }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn the_unit_is_as_fine_as_the_samples_need() {
        let mut few = Few::default();
        assert!(few.add(&sample("20")) && few.add(&sample("1.50")) && few.add(&sample("-0.125")));
        assert_eq!((few.places(), few.numbers()), (3, &[20_000, 1500, -125][..]));
        assert_eq!((few.len(), few.reach()), (3, 20_000));
        let taken = few.take();
        assert_eq!((taken.places(), taken.len()), (3, 3));
        assert_eq!((few.places(), few.len()), (3, 0));
    }

    #[test]
    fn samples_that_are_not_short_in_one_unit_are_refused() {
        let mut few = Few::default();
        assert!(few.add(&sample("1000000000")));
        assert!(!few.add(&sample("0.0000000001")), "the first one would have 20 digits");
        assert!(!few.add(&sample("0.1234567890123456789")));
        assert!(few.add(&sample("0.5")));
        assert_eq!((few.places(), few.numbers()), (1, &[10_000_000_000, 5][..]));
        few.clear();
        assert!(few.add(&sample("0.0000000001")) && !few.add(&sample("1000000000")));
        few.clear();
        assert!(few.add(&sample("1000000000")), "nothing needs the unit any longer");
    }

    #[test]
    fn more_than_a_few_are_refused() {
        let mut few = Few::default();
        assert!(few.add_all(&[7; MOST - 1]));
        assert!(!few.add_all(&[7; 2]));
        assert!(few.add(&sample("7")));
        assert!(!few.add(&sample("7")));
        assert_eq!(few.len(), MOST as u64);
    }
}
