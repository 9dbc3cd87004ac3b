//! Exact sums of the samples' powers.
//!
//! For each number of decimal places, the sum of the mantissas and the sum of their squares (with
//! [`Powers::Four`], also of cubes and fourth powers) are kept as integers: nothing is rounded,
//! whatever the samples' order, number and size. Mantissas that fit go to fast sums of machine words
//! (`Sums`); longer ones become big integers ([`PowerSums`]), in units that samples with about as many
//! places share. [`Moments::totals`] brings all of them to the same number of places.
//!
//! Memory: up to 5 kB for samples of up to 18 digits, 300 bytes for each number of places up to the most
//! that came; for longer ones, less than 2 kB for each unit, of which there are at most 26.

mod shared;
mod sums;

use std::collections::BTreeMap;

use num_bigint::BigInt;
use stage::format::decimal::{Decimal, Mantissa, SMALL_DIGITS, power_of_ten};

use self::shared::SharedSums;
pub(super) use self::shared::{in_shared_unit, shared_unit};
use self::sums::{FOURTH_LIMIT, Sums};
use super::wide::Wide;
use crate::short::narrow::Narrow;
use crate::short::{POWERS, decimal};

/// How many powers of the samples are summed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Powers {
    /// x and x².
    #[default]
    Two,
    /// x, x², x³ and x⁴.
    Four,
}

/// Sums over mantissas of any size that have the same number of places; `cubes` and `fourths`
/// are zero unless they are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PowerSums {
    /// Of x.
    pub sum: BigInt,
    /// Of x².
    pub squares: BigInt,
    /// Of x³.
    pub cubes: BigInt,
    /// Of x⁴.
    pub fourths: BigInt,
}

impl PowerSums {
    fn add(&mut self, mantissa: &BigInt, powers: Powers) {
        let square = mantissa * mantissa;
        self.sum += mantissa;
        if powers == Powers::Four {
            self.cubes += &square * mantissa;
            self.fourths += &square * &square;
        }
        self.squares += square;
    }

    fn add_times(&mut self, mantissa: &BigInt, count: u64, powers: Powers) {
        let mut once = PowerSums::default();
        once.add(mantissa, powers);
        self.sum += once.sum * count;
        self.squares += once.squares * count;
        self.cubes += once.cubes * count;
        self.fourths += once.fourths * count;
    }

    /// Adds `other`, whose unit is `unit` times as large.
    fn add_scaled(&mut self, other: &PowerSums, unit: &BigInt) {
        let square = unit * unit;
        self.sum += &other.sum * unit;
        self.squares += &other.squares * &square;
        self.cubes += &other.cubes * &square * unit;
        self.fourths += &other.fourths * &square * &square;
    }

    /// The same sums in a unit that is 10^`places` times as large, of which all samples are multiples.
    fn coarsened(self, places: u16) -> PowerSums {
        if places == 0 {
            return self;
        }
        let unit = power_of_ten(u32::from(places));
        let square = &unit * &unit;
        PowerSums {
            sum: self.sum / &unit,
            squares: self.squares / &square,
            cubes: self.cubes / (&square * &unit),
            fourths: self.fourths / (&square * &square),
        }
    }
}

/// All sums in the same unit, 10^−`places` to the respective power.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// The most places that a sample other than zero was written with.
    pub places: u16,
    /// The sums in that unit.
    pub sums: PowerSums,
}

/// The first two of these sums, if they fit machine words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WordTotals {
    /// The most places that a sample other than zero was written with.
    pub places: u16,
    /// Of x, in that unit.
    pub sum: i128,
    /// Of x².
    pub squares: u128,
}

/// The power sums of the samples so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moments {
    powers: Powers,
    /// Indexed by the number of places, up to the most that came: few channels have numbers with many.
    small: Vec<Sums>,
    /// What does not fit there: long mantissas, and more than 18 places. By the places of the unit.
    big: BTreeMap<u16, SharedSums>,
}

impl Moments {
    /// No samples yet.
    pub(crate) fn new(powers: Powers) -> Moments {
        Moments { powers, ..Moments::default() }
    }

    /// Removes all samples.
    pub(crate) fn clear(&mut self) {
        let used = self.small.iter_mut().filter(|sums| !sums.is_empty());
        used.for_each(|sums| *sums = Sums::default());
        self.big.clear();
    }

    /// Which powers are summed.
    pub(crate) fn powers(&self) -> Powers {
        self.powers
    }

    /// Takes one more sample, without useless zeros.
    #[inline]
    pub(crate) fn add(&mut self, sample: &Decimal) {
        let (places, powers) = (sample.places(), self.powers);
        match (sample.mantissa(), self.small(places), powers) {
            (Mantissa::Small(mantissa), Some(sums), Powers::Two) => {
                sums.add(*mantissa);
                sums.finest = places;
            }
            (Mantissa::Small(mantissa), Some(sums), Powers::Four) => {
                sums.add_four(*mantissa);
                sums.finest = places;
            }
            (mantissa, _, powers) => {
                self.shared(places).add(mantissa, places, powers);
            }
        }
    }

    /// Takes short numbers in units of 10^−`scale`, of which more is known if they are `narrow`.
    pub(crate) fn add_short(&mut self, numbers: &[i64], narrow: Option<&Narrow>, scale: u16) {
        let powers = self.powers;
        if let Some(sums) = self.small(scale) {
            sums.add_short(numbers, narrow, scale, powers);
        }
    }

    /// Takes short numbers in units of 10^−`scale`, each with its count.
    pub(crate) fn add_counts(&mut self, numbers: &[(i64, u64)], scale: u16) {
        match (self.powers, self.small(scale)) {
            (Powers::Two, Some(sums)) => sums.add_counts(numbers, scale),
            _ => numbers.iter().for_each(|(number, count)| {
                let places = decimal(*number, scale).places();
                let power = POWERS[usize::from(scale - places)] as i64;
                self.add_many(number / power, places, *count);
            }),
        }
    }

    /// Takes `count` samples of the same value, without useless zeros.
    fn add_many(&mut self, mantissa: i64, places: u16, count: u64) {
        let powers = self.powers;
        match (self.small(places), powers) {
            (Some(sums), Powers::Two) => {
                sums.add_times(mantissa, count);
                sums.finest = places;
            }
            (Some(sums), Powers::Four) if mantissa.unsigned_abs() < FOURTH_LIMIT => {
                sums.add_four_times(mantissa, count);
                sums.finest = places;
            }
            (_, powers) => {
                self.shared(places).add_times(mantissa, places, count, powers);
            }
        }
    }

    /// The sums of samples with this many places whose mantissas fit machine words.
    #[inline]
    fn small(&mut self, places: u16) -> Option<&mut Sums> {
        let at = usize::from(places);
        if at >= self.small.len() {
            self.make_room(places);
        }
        self.small.get_mut(at)
    }

    #[cold]
    fn make_room(&mut self, places: u16) {
        let room = usize::from(places) + 1;
        if u32::from(places) <= SMALL_DIGITS {
            // Exactly: many channels and windows have these.
            self.small.reserve_exact(room - self.small.len());
            self.small.resize_with(room, Sums::default);
        }
    }

    /// The sums that samples with this many places share.
    fn shared(&mut self, places: u16) -> &mut SharedSums {
        self.big.entry(shared_unit(places)).or_default()
    }

    /// Takes the samples whose sums are `totals`, which must have as many powers.
    pub(crate) fn absorb(&mut self, totals: &Totals) {
        self.shared(totals.places).absorb(totals);
    }

    /// The most places that a sample other than zero was written with.
    pub(crate) fn places(&self) -> u16 {
        let small = self.parts().map(|(places, sums)| sums.finest.min(places));
        small.chain(self.big_parts().map(|(_, part)| part.finest)).max().unwrap_or(0)
    }

    /// The sums of all samples.
    pub(crate) fn totals(&self) -> Totals {
        let places = self.places();
        // In the finest unit that is shared, as long as there are such sums.
        let finest = self.big_parts().map(|(unit, _)| unit).max().unwrap_or(0).max(places);
        let mut sums = PowerSums::default();
        let mut add = |own: u16, part: &PowerSums| {
            sums.add_scaled(part, &power_of_ten(u32::from(finest - own)));
        };
        for (places, part) in self.parts() {
            let (own, part) = part.coarsest(places);
            add(own, &part);
        }
        self.big_parts().for_each(|(unit, part)| add(unit, &part.sums));
        Totals { places, sums: sums.coarsened(finest - places) }
    }

    /// The first two sums of all samples, if they fit machine words.
    pub(crate) fn word_totals(&self) -> Option<WordTotals> {
        if self.big_parts().next().is_some() {
            return None;
        }
        let places = self.places();
        let mut totals = WordTotals { places, sum: 0, squares: 0 };
        for (own, part) in self.parts() {
            let sum: i128 = rescaled(part.sum.unsigned_abs(), own, places, 1)?.try_into().ok()?;
            totals.sum = totals.sum.checked_add(if part.sum < 0 { -sum } else { sum })?;
            let squares = rescaled(part.squares.to_word()?, own, places, 2)?;
            totals.squares = totals.squares.checked_add(squares)?;
        }
        Some(totals)
    }

    /// The sums of machine words that are not only of zeros, with their places.
    fn parts(&self) -> impl Iterator<Item = (u16, &Sums)> {
        (0u16..).zip(&self.small).filter(|(_, sums)| sums.squares != Wide::default())
    }

    /// The same of the others, with their units' places.
    fn big_parts(&self) -> impl Iterator<Item = (u16, &SharedSums)> {
        let parts = self.big.iter().filter(|(_, part)| part.sums.squares != BigInt::ZERO);
        parts.map(|(unit, part)| (*unit, part))
    }
}

/// A sum of the `power` of numbers with `from` places, in units with `to` places. (Without remainder:
/// units are only made as coarse as the samples allow.)
fn rescaled(sum: u128, from: u16, to: u16, power: u32) -> Option<u128> {
    let unit = 10u128.checked_pow(power * u32::from(from.abs_diff(to)))?;
    if from > to { Some(sum / unit) } else { sum.checked_mul(unit) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn moments(powers: Powers, samples: &[Decimal]) -> Moments {
        let mut moments = Moments::new(powers);
        samples.iter().for_each(|sample| moments.add(sample));
        moments
    }

    #[test]
    fn zeros_have_no_places_however_they_were_written() {
        let zero: Decimal = "0.00".parse().unwrap();
        let sample: Decimal = "1.5".parse().unwrap();
        assert_eq!(moments(Powers::Two, &[sample, zero]).totals().places, 1);
    }

    proptest! {
        #[test]
        fn every_path_gives_the_sums_of_big_integers(
            values in proptest::collection::vec((any::<i64>(), 0u32..64, 0u16..25), 0..40),
        ) {
            let samples: Vec<Decimal> =
                values.iter().map(|&(value, cut, places)| Decimal::new(value >> cut, places)).collect();
            let mut expected = PowerSums::default();
            for sample in &samples {
                let aligned = sample.mantissa().to_big() * power_of_ten(25 - u32::from(sample.places()));
                expected.add(&aligned, Powers::Four);
            }
            let Totals { places, sums } = moments(Powers::Four, &samples).totals();
            let mut aligned = PowerSums::default();
            aligned.add_scaled(&sums, &power_of_ten(25 - u32::from(places)));
            prop_assert_eq!(&aligned, &expected);

            let two = moments(Powers::Two, &samples).totals();
            prop_assert_eq!((two.sums.sum, two.sums.squares), (sums.sum, sums.squares));
        }

        #[test]
        fn parts_add_up_to_the_whole(
            values in proptest::collection::vec((any::<i64>(), 0u16..25), 0..40), cut in 0usize..40,
        ) {
            let samples: Vec<Decimal> =
                values.iter().map(|&(value, places)| Decimal::new(value, places)).collect();
            let (front, back) = samples.split_at(cut.min(samples.len()));
            let mut merged = Moments::new(Powers::Four);
            merged.absorb(&moments(Powers::Four, back).totals());
            merged.absorb(&moments(Powers::Four, front).totals());
            prop_assert_eq!(merged.totals(), moments(Powers::Four, &samples).totals());
        }
    }
}
