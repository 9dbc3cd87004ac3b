//! The simulated converter: a signal over a range.
//!
//! To add a signal: add it to [`Signal`], where the command line finds it, and to
//! `Simulated::next`. The range's bounds set the resolution, as a converter's number of bits
//! does: `0..100` gives integers, `0.00..5.00` hundredths.

use std::f64::consts::TAU;

use clap::ValueEnum;
use rand::SeedableRng;
use rand::rngs::{SysRng, Xoshiro256PlusPlus};
use stage::format::decimal::{Decimal, Mantissa};
use stage::format::sample::Sample;
use stage::process::quantity::{self, Range};

use super::Error;
use super::clocked::Converter;
use super::uniform::Integers;
use crate::reading::{CodeTable, Codes, MAX_CODES, Place, Reading};

/// Samples in one period of the sine.
const SINE_PERIOD: u64 = 100;

/// The walk's longest step, as a fraction of the range's span.
const WALK_STEP: u64 = 50;

/// Samples made at a time: few enough to stay in the fastest cache.
const BATCH: usize = 1024;

/// The shape of the simulated signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Signal {
    /// Each value of the range equally likely
    #[default]
    Uniform,
    /// A sine over the whole range, 100 samples a period
    Sine,
    /// A random walk from the middle, in steps of up to 1/50 of the range
    Walk,
}

/// The levels of a simulated converter: the multiples of 10^−`places` from `min` to `max`, which are
/// given in that unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Levels {
    /// The least level.
    pub min: i64,
    /// The greatest level, at least [`Levels::min`].
    pub max: i64,
    /// Decimal places of every level, no more than a sample can have.
    pub places: u16,
}

impl Levels {
    /// Integers from 0 to 100.
    pub const PERCENT: Levels = Levels { min: 0, max: 100, places: 0 };

    /// Reads a range, whose decimal places are the resolution.
    pub fn parse(text: &str) -> Result<Levels, String> {
        let Range { min, max } = quantity::range(text)?;
        let places = min.places().max(max.places());
        // Adding a zero with this many places brings both bounds to the same unit.
        let zero = Decimal::new(0, places);
        let units = |bound: &Decimal| match (bound + &zero).mantissa() {
            Mantissa::Small(units) => Ok(*units),
            Mantissa::Big(_) => Err("a simulated range has at most 18 digits".to_owned()),
        };
        Ok(Levels { min: units(&min)?, max: units(&max)?, places })
    }

    /// The value of this many units.
    fn sample(&self, units: i64) -> Sample {
        Sample::new(units, self.places).unwrap_or(Sample::ZERO)
    }
}

/// A simulated converter.
#[derive(Debug)]
pub struct Simulated {
    signal: Signal,
    levels: Levels,
    /// Random levels, or a walk's steps.
    integers: Integers,
    /// Where the walk is.
    position: i64,
    /// Samples made so far.
    made: u64,
    /// The newest samples as codes, and what these stand for.
    codes: [u16; BATCH],
    table: LevelTable,
}

/// The levels by code, counted from the least; or all pairs of them, where codes a and b make the
/// pair's code a × (number of levels) + b.
#[derive(Clone, Copy, Debug)]
struct LevelTable {
    levels: Levels,
    are_paired: bool,
}

impl LevelTable {
    /// How many levels there are, at most [`usize::MAX`].
    fn singles(&self) -> usize {
        let Levels { min, max, .. } = self.levels;
        usize::try_from(max.abs_diff(min)).unwrap_or(usize::MAX).saturating_add(1)
    }
}

impl CodeTable for LevelTable {
    fn size(&self) -> usize {
        let singles = self.singles();
        if self.are_paired { singles * singles } else { singles }
    }

    fn readings(&self) -> u64 {
        if self.are_paired { 2 } else { 1 }
    }

    fn reading(&self, code: u16, position: u64) -> Sample {
        let (code, singles) = (usize::from(code), self.singles());
        let single = match (self.are_paired, position) {
            (false, _) => code,
            (true, 0) => code / singles,
            (true, _) => code % singles,
        };
        self.levels.sample(self.levels.min + single as i64)
    }
}

impl Simulated {
    /// A converter that delivers `signal` over `levels`; the same samples for the same seed.
    pub fn new(signal: Signal, levels: &Levels, seed: Option<u64>) -> Result<Simulated, Error> {
        let random = match seed {
            Some(seed) => Xoshiro256PlusPlus::seed_from_u64(seed),
            None => Xoshiro256PlusPlus::try_from_rng(&mut SysRng).map_err(Error::Seed)?,
        };
        let integers = match signal {
            Signal::Walk => 2 * walk_step(levels) + 1,
            Signal::Uniform | Signal::Sine => levels.max.abs_diff(levels.min) + 1,
        };
        let integers = Integers::below(integers, random);
        let position = levels.min + (levels.max - levels.min) / 2;
        let table = LevelTable { levels: *levels, are_paired: false };
        Ok(Simulated {
            signal,
            levels: *levels,
            integers,
            position,
            made: 0,
            codes: [0; BATCH],
            table,
        })
    }

    /// The next value, in units of the resolution.
    fn next(&mut self) -> i64 {
        let value = match self.signal {
            Signal::Uniform => self.levels.min + self.integers.integer() as i64,
            Signal::Sine => self.sine(),
            Signal::Walk => self.walk(),
        };
        self.made += 1;
        value
    }

    fn sine(&self) -> i64 {
        let phase = (self.made % SINE_PERIOD) as f64 / SINE_PERIOD as f64;
        let (min, max) = (self.levels.min as f64, self.levels.max as f64);
        let value = (min + max) / 2.0 + (max - min) / 2.0 * (TAU * phase).sin();
        (value.round() as i64).clamp(self.levels.min, self.levels.max)
    }

    fn walk(&mut self) -> i64 {
        let step = walk_step(&self.levels) as i64;
        let moved = self.position + self.integers.integer() as i64 - step;
        self.position = moved.clamp(self.levels.min, self.levels.max);
        self.position
    }
}

/// The longest step of a walk over `levels`.
fn walk_step(levels: &Levels) -> u64 {
    (levels.max.abs_diff(levels.min) / WALK_STEP).max(1)
}

impl Converter for Simulated {
    fn read(&mut self) -> Reading<'static> {
        let value = self.next();
        let place = Place { what: "sample", number: self.made };
        Reading { place, raw: Ok(self.levels.sample(value)) }
    }

    fn read_codes(&mut self) -> u64 {
        if self.table.singles() > MAX_CODES {
            return 0;
        }
        let is_uniform = self.signal == Signal::Uniform;
        self.table.are_paired = is_uniform && self.integers.pairs(&mut self.codes);
        let are_made =
            self.table.are_paired || is_uniform && self.integers.singles(&mut self.codes);
        let readings = BATCH as u64 * self.table.readings();
        if are_made {
            self.made += readings;
        } else {
            let mut codes = self.codes;
            codes.fill_with(|| (self.next() - self.levels.min) as u16);
            self.codes = codes;
        }
        readings
    }

    fn codes(&self) -> Option<Codes<'_>> {
        let first = self.made - BATCH as u64 * self.table.readings() + 1;
        let place = Place { what: "sample", number: first };
        Some(Codes { place, table: &self.table, codes: &self.codes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(signal: Signal, levels: Levels, seed: u64, count: usize) -> Vec<i64> {
        let mut simulated = Simulated::new(signal, &levels, Some(seed)).unwrap();
        std::iter::repeat_with(|| simulated.next()).take(count).collect()
    }

    const PERCENT: Levels = Levels::PERCENT;

    #[test]
    fn uniform_reaches_every_value_of_the_range_about_equally_often() {
        let mut counts = [0; 101];
        for value in values(Signal::Uniform, PERCENT, 1, 101_000) {
            counts[value as usize] += 1;
        }
        // A thousand each on average; seven standard deviations are 221.
        assert!(counts.iter().all(|count| (779..=1221).contains(count)), "{counts:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_samples_and_another_seed_others() {
        for signal in [Signal::Uniform, Signal::Walk] {
            assert_eq!(values(signal, PERCENT, 7, 100), values(signal, PERCENT, 7, 100));
            assert_ne!(values(signal, PERCENT, 7, 100), values(signal, PERCENT, 8, 100));
        }
    }

    #[test]
    fn the_samples_of_a_seed_never_change() {
        // Recorded runs name their seed; a change here breaks their reproduction.
        assert_eq!(values(Signal::Uniform, PERCENT, 1, 5), [81, 98, 25, 82, 71]);
        let of = |values: i64| Levels { min: 0, max: values - 1, places: 0 };
        assert_eq!(values(Signal::Uniform, of(1000), 1, 5), [811, 612, 158, 881, 747]);
        assert_eq!(
            values(Signal::Uniform, of(1 << 40), 1, 3),
            [892377005935, 821450322582, 110117082967]
        );
    }

    #[test]
    fn a_sine_swings_over_the_whole_range_and_repeats() {
        let sine = values(Signal::Sine, PERCENT, 0, 200);
        assert_eq!((sine[0], sine[25], sine[50], sine[75]), (50, 100, 50, 0));
        assert_eq!(sine[..100], sine[100..]);
    }

    #[test]
    fn a_walk_takes_small_steps_within_the_range() {
        let walk = values(Signal::Walk, PERCENT, 3, 10_000);
        assert!(walk.windows(2).all(|pair| (pair[0] - pair[1]).abs() <= 2));
        assert!(walk.iter().all(|value| (0..=100).contains(value)));
        assert!(walk.contains(&0) && walk.contains(&100), "it reaches both bounds");
    }

    #[test]
    fn a_range_of_one_value_is_constant() {
        let levels = Levels { min: -5, max: -5, places: 1 };
        for signal in [Signal::Uniform, Signal::Sine, Signal::Walk] {
            assert_eq!(values(signal, levels, 1, 3), [-5; 3]);
        }
    }
}
