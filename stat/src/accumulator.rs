//! Everything known about the samples so far.
//!
//! | module | owns |
//! |---|---|
//! | `many` | taking many samples at a time |
//! | `tally` | short numbers counted in tables, until what is known has to be up to date |
//! | `merging` | adding samples of which all is known, as states have them |
//! | [`record`] | the record made from it |
//!
//! Unless the order of the samples matters, [short](crate::short) numbers are taken many at a time.
//! While every value is counted they are only tallied as they come, and added to the rest when that
//! is needed ([`Accumulator::settle`]).

mod many;
mod merging;
pub(crate) mod record;
mod tally;

use stage::format::decimal::Decimal;
use stage::format::sample::Sample;

pub(crate) use self::merging::Unmergeable;
use self::tally::Tally;
use crate::exact::course::{self, Course};
use crate::exact::moments::{Moments, Powers, Totals};
use crate::exact::sequence::{Run, RunPlace, Sequence};
use crate::ranks::distribution::capacity::Capacity;
use crate::ranks::distribution::{Contents, Distribution};
use crate::ranks::histogram::Limits;
use crate::short::ascending::Ascending;
use crate::short::scan::Numbers;
use crate::short::{Scale, decimal};

/// Everything known about the samples so far.
#[derive(Clone, Debug)]
pub(crate) struct Accumulator {
    count: u64,
    moments: Moments,
    distribution: Distribution,
    sequence: Sequence,
    extremes: Option<Extremes>,
    /// `None` unless it is wanted.
    course: Option<Course>,
    /// The unit of short numbers.
    scale: Scale,
    /// The short numbers that were read last.
    numbers: Numbers,
    /// No short number so far, even before the samples were [cleared](Accumulator::clear), is farther from
    /// zero, whatever its unit was; `None` if there was none.
    reach: Option<u64>,
    /// Counts of short numbers that are not added to the rest.
    tally: Tally,
    /// Those of the last histogram.
    limits: Limits,
}

/// The least and the greatest sample.
#[derive(Clone, Debug)]
pub(crate) struct Extremes {
    /// The least.
    pub min: Decimal,
    /// The greatest.
    pub max: Decimal,
}

/// All that is known about some samples, part by part.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    /// How many there are.
    pub n: u64,
    /// Their power sums; those of the third and fourth power only with the products of neighbours.
    pub totals: Totals,
    /// The sum of the products of neighbours within runs, if it was kept.
    pub lagged: Option<Decimal>,
    /// The runs they come in, in order.
    pub runs: Vec<Run>,
    /// `None` if there are no samples.
    pub extremes: Option<Extremes>,
    /// Their distribution.
    pub contents: Contents,
    /// Their course, if it was kept.
    pub course: Option<course::Contents>,
}

impl Accumulator {
    /// No samples yet; `more` if the figures of `--more` will be wanted.
    pub(crate) fn new(more: bool) -> Accumulator {
        Accumulator {
            count: 0,
            moments: Moments::new(if more { Powers::Four } else { Powers::Two }),
            distribution: Distribution::default(),
            sequence: Sequence::new(more),
            extremes: None,
            course: None,
            scale: Scale::default(),
            numbers: Numbers::default(),
            reach: None,
            tally: Tally::default(),
            limits: Limits::default(),
        }
    }

    /// The same, with a `course` that the samples continue.
    pub(crate) fn with_course(self, course: Option<Course>) -> Accumulator {
        Accumulator { course, ..self }
    }

    /// Removes all samples, but keeps the unit of short numbers, the memory for them, and the limits of the
    /// last histogram.
    pub(crate) fn clear(&mut self) {
        self.settle();
        self.count = 0;
        self.moments.clear();
        self.distribution.clear();
        self.sequence = Sequence::new(self.sequence.has_products());
        self.extremes = None;
        self.course = self.course.as_ref().map(Course::begun_anew);
    }

    /// Holds no more than this of their distribution from now on; the capacity must not grow.
    pub(crate) fn hold(&mut self, capacity: Capacity) {
        self.settle();
        self.distribution.hold(capacity);
    }

    /// How many samples may be taken at once.
    pub(crate) fn room(&self) -> u64 {
        self.course.as_ref().map_or(u64::MAX, Course::room)
    }

    /// The course of the samples so far, if it is kept.
    pub(crate) fn course(&mut self) -> Option<&Course> {
        self.settle();
        self.course.as_ref()
    }

    /// Whether their course is kept, and known.
    pub(crate) fn has_course(&self) -> bool {
        self.course.is_some()
    }

    /// Samples so far.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Adds what was only tallied to the rest.
    pub(crate) fn settle(&mut self) {
        if self.tally.is_empty() {
            return;
        }
        let numbers = Ascending::of(self.tally.drain());
        self.add_counts(numbers, self.scale.places());
    }

    /// Adds all that depends on the values of short numbers in units of 10^−`scale`.
    fn add_counts(&mut self, numbers: Ascending, scale: u16) {
        self.moments.add_counts(numbers.as_slice(), scale);
        if let Some(course) = &mut self.course {
            let values = numbers.as_slice().iter();
            values.for_each(|(number, count)| course.add_passed(&decimal(*number, scale), *count));
        }
        let (min, max) = numbers.ends();
        self.widen_to(min, max, scale);
        self.distribution.add_counts(numbers, scale);
    }

    /// Takes one more sample. The `place` given with the first one is where these samples lie in the
    /// stream.
    pub(crate) fn add(&mut self, sample: &Sample, place: RunPlace) {
        if let Some(scale) = self.scale.better_for(sample) {
            self.settle();
            self.scale = scale;
        }
        let sample = &sample.normalized();
        if self.course.as_ref().is_some_and(|course| course.room() == 1) {
            // This sample ends a stretch.
            self.settle();
        }
        self.count += 1;
        self.moments.add(sample);
        self.distribution.add(sample);
        self.sequence.add(sample, place);
        if let Some(course) = &mut self.course {
            course.add(sample);
        }
        self.widen(sample, sample);
    }

    /// Ends the run of the samples so far; returns it, so that it can be joined elsewhere.
    pub(crate) fn end_run(&mut self) -> Option<Run> {
        self.sequence.end_run()
    }

    /// Takes the next samples, of which `run` says how many there are and what depends on their order.
    /// All else must be [added](Accumulator::join) before the next record.
    pub(crate) fn follow(&mut self, run: Run, place: RunPlace) {
        self.count += run.n;
        self.sequence.follow(run, place);
    }

    /// Adds all that depends on the values of the samples in `other`, whose runs have been joined here.
    pub(crate) fn join(&mut self, mut other: Accumulator) {
        if !other.tally.is_empty() {
            // Settled here, every value would have a counter there and here.
            self.add_counts(Ascending::of(other.tally.drain()), other.scale.places());
        }
        self.sequence.absorb_products(other.sequence.lagged().as_ref());
        self.moments.absorb(&other.moments.totals());
        if let Some(Extremes { min, max }) = &other.extremes {
            self.widen(min, max);
        }
        self.distribution.join(other.distribution);
    }

    /// Notes where in the stream the samples so far lie.
    pub(crate) fn place(&mut self, place: RunPlace) {
        self.sequence.place(place);
    }

    /// The runs that they come in, in order.
    pub(crate) fn runs(&self) -> impl Iterator<Item = &Run> {
        self.sequence.runs()
    }

    /// Whether the order of the samples is known.
    pub(crate) fn is_in_order(&self) -> bool {
        self.sequence.is_in_order()
    }

    /// All that is known.
    pub(crate) fn parts(&mut self) -> Parts {
        self.settle();
        Parts {
            n: self.count,
            totals: self.moments.totals(),
            lagged: self.sequence.lagged(),
            runs: self.sequence.runs().cloned().collect(),
            extremes: self.extremes.clone(),
            contents: self.distribution.contents(),
            course: self.course.as_ref().map(Course::contents),
        }
    }

    /// Extends the extremes to include two short numbers.
    fn widen_to(&mut self, min: i64, max: i64, scale: u16) {
        let reach = min.unsigned_abs().max(max.unsigned_abs());
        self.reach = self.reach.max(Some(reach));
        self.widen(&decimal(min, scale), &decimal(max, scale));
    }

    /// Extends the extremes to include `min` and `max`.
    fn widen(&mut self, min: &Decimal, max: &Decimal) {
        match &mut self.extremes {
            Some(extremes) => {
                if *min < extremes.min {
                    extremes.min = min.clone();
                }
                if *max > extremes.max {
                    extremes.max = max.clone();
                }
            }
            None => self.extremes = Some(Extremes { min: min.clone(), max: max.clone() }),
        }
    }
}

#[cfg(test)]
mod tests;
