//! The course of a stream from its first sample to its last, in at most a given number of stretches,
//! with the least, mean and greatest sample of each: what a picture needs so that no peak is lost.
//!
//! A stretch is a power of two samples long, and begins at a multiple of that, counted from the
//! stream's first sample. The power is the least that needs no more stretches than wanted. It depends
//! on the samples' numbers alone, so that the course is the same for any chunking, and numbered parts
//! merge into that of the whole.
//!
//! Parts whose rows are numbered merge into it as well as long as no row lacks a sample. Behind rows that
//! do, the numbers of a part's samples turn out to be smaller than it took them for: they are moved, which
//! is possible only by whole stretches.
//!
//! Memory: a minimum, a maximum and a sum for each stretch.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use stage::format::decimal::{Decimal, power_of_ten};
use stage::format::record;

use super::nearest;
use super::sequence::Moves;

/// The fewest stretches that can be asked for: a course has two ends.
pub(crate) const MIN_STRETCHES: usize = 2;

/// The most: enough for every picture, and a record stays readable.
pub(crate) const MAX_STRETCHES: usize = 10_000;

/// Samples that follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExactStretch {
    /// The number of the first one, counted from 1.
    pub first: u64,
    /// How many there are.
    pub n: u64,
    /// The least of them.
    pub min: Decimal,
    /// The greatest of them.
    pub max: Decimal,
    /// Their sum.
    pub sum: Decimal,
}

impl ExactStretch {
    /// `n` samples of the same value, the first of which has the number `first`.
    fn of(first: u64, value: &Decimal, n: u64) -> ExactStretch {
        let sum = value * Decimal::from_big(n.into(), 0);
        ExactStretch { first, n, min: value.clone(), max: value.clone(), sum }
    }

    /// Adds samples that belong to the same stretch.
    fn join(&mut self, other: ExactStretch) {
        self.first = self.first.min(other.first);
        self.n += other.n;
        if other.min < self.min {
            self.min = other.min;
        }
        if other.max > self.max {
            self.max = other.max;
        }
        self.sum = &self.sum + &other.sum;
    }

    fn to_record(&self) -> record::Stretch {
        let divisor = BigInt::from(self.n) * power_of_ten(self.sum.places().into());
        let mean = nearest::ratio(&self.sum.mantissa().to_big(), &divisor);
        record::Stretch {
            first: self.first,
            min: self.min.clone(),
            // The mean lies between two samples, so it is finite.
            mean: Decimal::shortest(mean).unwrap_or_else(|| self.min.clone()),
            max: self.max.clone(),
        }
    }
}

/// All that a course consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    /// A stretch is 2^`power` samples long.
    pub power: u32,
    /// How many rows before the first one are known to lack a sample, so that the number of a sample is
    /// smaller than that of its row.
    pub skipped: u64,
    /// The stretches, in order.
    pub stretches: Vec<ExactStretch>,
}

impl Contents {
    /// The same with all samples moved this far towards the beginning, if they stay in their stretches.
    fn moved(self, by: i128) -> Option<Contents> {
        if by % (1 << self.power) != 0 {
            return None;
        }
        let moved = |stretch: ExactStretch| {
            let first = u64::try_from(i128::from(stretch.first) - by).ok()?;
            (first > 0).then_some(ExactStretch { first, ..stretch })
        };
        let stretches: Option<_> = self.stretches.into_iter().map(moved).collect();
        Some(Contents { stretches: stretches?, ..self })
    }
}

/// The course of the samples so far.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    most: usize,
    /// A stretch is 2^`power` samples long.
    power: u32,
    /// The stretches that have samples, numbered from 0.
    stretches: BTreeMap<u64, ExactStretch>,
    /// See [`Contents::skipped`].
    skipped: u64,
    /// The numbers of the first sample counted here, and of the next one.
    begin: u64,
    next: u64,
}

impl Course {
    /// A course without samples, in at most `most` stretches; the first sample counted here will have
    /// the number `first`, counted from 1.
    pub(crate) fn new(most: usize, first: u64) -> Course {
        let stretches = BTreeMap::new();
        Course { most, power: 0, stretches, skipped: 0, begin: first, next: first }
    }

    /// An empty course for the samples that follow.
    pub(crate) fn begun_anew(&self) -> Course {
        Course::new(self.most, self.next)
    }

    /// How many samples from the next one on belong to the same stretch.
    pub(crate) fn room(&self) -> u64 {
        let length = 1u64 << self.power;
        length - (self.next - 1) % length
    }

    /// Takes the next sample.
    pub(crate) fn add(&mut self, sample: &Decimal) {
        self.join(ExactStretch::of(self.next, sample, 1));
        self.next += 1;
    }

    /// Takes `count` samples of the same value that were [passed](Course::pass), all of them in the
    /// same stretch as the last one passed.
    pub(crate) fn add_passed(&mut self, value: &Decimal, count: u64) {
        let last = self.next.saturating_sub(2);
        let stretch = last >> self.power << self.power;
        self.join(ExactStretch::of(self.begin.max(stretch + 1), value, count));
    }

    /// Takes the next `n` samples, which lie from `min` to `max`; there must be room for them.
    pub(crate) fn add_many(&mut self, n: u64, min: Decimal, max: Decimal, sum: Decimal) {
        self.join(ExactStretch { first: self.next, n, min, max, sum });
        self.next += n;
    }

    /// Advances past samples whose values follow later ([`Course::add_passed`]).
    pub(crate) fn pass(&mut self, samples: u64) {
        self.next += samples;
    }

    /// Takes the stretches of another course, whose samples are numbered from the same origin.
    pub(crate) fn absorb(&mut self, other: Contents) {
        self.coarsen(other.power.max(self.power));
        other.stretches.into_iter().for_each(|stretch| self.join(stretch));
    }

    /// Takes the stretches of another part of the stream, once the samples of both are numbered from the
    /// same origin. `None` if samples would have to leave their stretches for that; the course must not
    /// be used then.
    pub(crate) fn absorb_part(&mut self, other: Contents, moves: Moves) -> Option<()> {
        let skipped = if moves.begins_with_added { other.skipped } else { self.skipped };
        let by = |moved: u64, own: u64| i128::from(skipped) + i128::from(moved) - i128::from(own);
        let (own, added) = (by(moves.own, self.skipped), by(moves.added, other.skipped));
        self.move_by(own)?;
        self.skipped = skipped;
        self.absorb(other.moved(added)?);
        Some(())
    }

    /// Moves all samples this far towards the beginning, if they stay in their stretches.
    fn move_by(&mut self, by: i128) -> Option<()> {
        if by != 0 {
            let moved = self.contents().moved(by)?.stretches.into_iter();
            self.stretches = moved.map(|it| ((it.first - 1) >> self.power, it)).collect();
        }
        Some(())
    }

    /// All that it consists of.
    pub(crate) fn contents(&self) -> Contents {
        let stretches = self.stretches.values().cloned().collect();
        Contents { power: self.power, skipped: self.skipped, stretches }
    }

    /// The course as a record contains it.
    pub(crate) fn to_record(&self) -> Vec<record::Stretch> {
        self.stretches.values().map(ExactStretch::to_record).collect()
    }

    fn join(&mut self, stretch: ExactStretch) {
        let number = |power| (stretch.first - 1) >> power;
        while self.stretches.len() >= self.most && !self.stretches.contains_key(&number(self.power))
        {
            self.coarsen(self.power + 1);
        }
        match self.stretches.get_mut(&number(self.power)) {
            Some(own) => own.join(stretch),
            None => drop(self.stretches.insert(number(self.power), stretch)),
        }
    }

    /// Makes stretches 2^`power` samples long.
    fn coarsen(&mut self, power: u32) {
        if power == self.power {
            return;
        }
        self.power = power;
        for (_, stretch) in std::mem::take(&mut self.stretches) {
            self.join(stretch);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counted(values: &[i64], most: usize, first: u64) -> Course {
        let mut course = Course::new(most, first);
        values.iter().for_each(|value| course.add(&Decimal::new(*value, 1)));
        course
    }

    fn shown(course: &Course) -> String {
        let stretches = course.to_record();
        let texts = stretches.iter().map(|record::Stretch { first, min, mean, max }| {
            format!("{first}: {min} {mean} {max}")
        });
        texts.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn resolution_halves_as_the_stream_grows_and_no_peak_is_lost() {
        let values = [10, 20, 990, 30, -50];
        assert_eq!(shown(&counted(&values[..2], 4, 1)), "1: 1 1 1, 2: 2 2 2");
        assert_eq!(shown(&counted(&values, 4, 1)), "1: 1 1.5 2, 3: 3 51 99, 5: -5 -5 -5");
        assert_eq!(shown(&counted(&values, 2, 1)), "1: 1 26.25 99, 5: -5 -5 -5");
    }

    #[test]
    fn values_of_samples_may_follow_later() {
        let mut course = counted(&[1, 2, 3, 4], 2, 1);
        course.pass(course.room().min(2));
        course.add_passed(&Decimal::new(7, 0), 1);
        course.add_passed(&Decimal::new(9, 0), 1);
        let (mut again, rest) = (counted(&[1, 2, 3, 4], 2, 1), [70, 90]);
        rest.iter().for_each(|value| again.add(&Decimal::new(*value, 1)));
        assert_eq!((course.contents(), course.next), (again.contents(), again.next));
    }

    proptest! {
        #[test]
        fn parts_with_numbers_merge_to_the_whole(
            values in proptest::collection::vec(-1000i64..1000, 1..200),
            cut in any::<prop::sample::Index>(), most in 2usize..20, backwards in any::<bool>(),
        ) {
            let whole = counted(&values, most, 1);
            prop_assert!(whole.stretches.len() <= most);
            prop_assert!(values.len() < most || whole.stretches.len() >= most / 2);
            let (a, b) = values.split_at(cut.index(values.len()));
            let mut parts = [counted(a, most, 1), counted(b, most, 1 + a.len() as u64)];
            if backwards {
                parts.reverse();
            }
            let mut merged = Course::new(most, 1);
            for part in parts {
                merged.absorb(part.contents());
            }
            prop_assert_eq!(merged.contents(), whole.contents());
        }
    }
}
