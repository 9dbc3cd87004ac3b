//! What depends on the order of the samples: the first, the last, and the sum of the products
//! of neighbours, for the autocorrelation.
//!
//! Samples that were counted in one go form a [`Run`]. Merging puts runs in the order of their
//! [`RunPlace`]s in the whole stream, in whatever order they are merged:
//!
//! - [`RunPlace::Rows`], if the rows' numbers are given: runs that follow each other become
//!   one, and rows that are already there are refused. Rows that lack a sample have a place as well, so
//!   that it is known which samples are neighbours.
//! - [`RunPlace::Part`], if the number of the part is given.
//! - [`RunPlace::Time`] otherwise: when they were counted. The order of runs counted at the same time
//!   is not known, and neither is what depends on it.
//!
//! Memory: one run, and one more for each merged part that does not follow another by its number.

mod lacking;
mod lagged;
mod run;

use std::collections::BTreeSet;

use stage::format::decimal::Decimal;

pub(crate) use self::lacking::Moves;
use self::lagged::Lagged;
pub(crate) use self::run::{Conflict, Ends, Run, RunPlace};
use crate::short::decimal;

/// What the autocorrelation is computed from, besides the power sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Neighbours {
    /// The first sample.
    pub first: Decimal,
    /// The last sample.
    pub last: Decimal,
    /// Σxᵢxᵢ₊₁.
    pub lagged: Decimal,
}

/// The order of the samples so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sequence {
    /// The samples that were counted here.
    counted: Option<Run>,
    /// Those that were merged, in the order of their places. (Either these or the counted ones are
    /// empty.)
    merged: BTreeSet<Run>,
    /// How many rows of these lack a sample.
    lacking: u64,
    /// `None` unless the autocorrelation is wanted.
    lagged: Option<Box<Lagged>>,
}

impl Sequence {
    /// No samples yet; `lagged` if the products of neighbours will be wanted.
    pub(crate) fn new(lagged: bool) -> Sequence {
        Sequence { lagged: lagged.then(Box::default), ..Sequence::default() }
    }

    /// Takes the next sample. `place` is where the run lies, as far as that is known so far.
    pub(crate) fn add(&mut self, sample: &Decimal, place: RunPlace) {
        match &mut self.counted {
            Some(Run { ends: Some(ends), n, .. }) => {
                if let Some(lagged) = &mut self.lagged {
                    lagged.add(&ends.last, sample);
                }
                ends.last.clone_from(sample);
                *n += 1;
            }
            _ => {
                let ends = Some(Ends { first: sample.clone(), last: sample.clone() });
                self.counted = Some(Run { place, n: 1, ends });
            }
        }
    }

    /// Takes the next samples, which are short numbers in units of 10^−`scale`.
    pub(crate) fn add_short(&mut self, numbers: &[i64], scale: u16, place: RunPlace) {
        let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else { return };
        self.add(&decimal(*first, scale), place);
        if let Some(lagged) = &mut self.lagged {
            lagged.add_short(numbers, scale);
        }
        if let Some(Run { ends: Some(ends), n, .. }) = &mut self.counted {
            ends.last = decimal(*last, scale);
            *n += numbers.len() as u64 - 1;
        }
    }

    /// Whether the products of neighbours are kept.
    pub(crate) fn has_products(&self) -> bool {
        self.lagged.is_some()
    }

    /// Takes the next `n` samples, at least one, from `first` to `last`. (Only without the products of
    /// neighbours.)
    pub(crate) fn add_many(
        &mut self,
        first: impl FnOnce() -> Decimal,
        last: Decimal,
        n: u64,
        place: RunPlace,
    ) {
        match &mut self.counted {
            Some(Run { ends: Some(ends), n: own, .. }) => {
                ends.last = last;
                *own += n;
            }
            _ => self.counted = Some(Run { place, n, ends: Some(Ends { first: first(), last }) }),
        }
    }

    /// Ends the run of the samples so far; returns it, so that it can be joined elsewhere.
    pub(crate) fn end_run(&mut self) -> Option<Run> {
        self.counted.take()
    }

    /// Takes the samples of `next`, which come next. (The products of neighbours within it must be
    /// added separately.)
    pub(crate) fn follow(&mut self, next: Run, place: RunPlace) {
        self.counted = Some(match self.counted.take() {
            Some(run) => self.joined(run, next),
            None => Run { place, ..next },
        });
    }

    /// Notes where the samples that were counted here lie; without any, which rows lack them.
    pub(crate) fn place(&mut self, place: RunPlace) {
        match &mut self.counted {
            Some(run) => run.place = place,
            None if matches!(place, RunPlace::Rows { count: 1.., .. }) => {
                self.counted = Some(Run { place, n: 0, ends: None });
            }
            None => {}
        }
    }

    /// Whether the order of all runs is known: they have numbers, or no two of them were counted at
    /// the same time.
    pub(crate) fn is_in_order(&self) -> bool {
        self.pairs().all(|(run, later)| match later.place {
            RunPlace::Time { .. } => run.is_followed_by(later),
            RunPlace::Rows { .. } | RunPlace::Part(_) => true,
        })
    }

    /// Each run with the one after it.
    fn pairs(&self) -> impl Iterator<Item = (&Run, &Run)> {
        self.runs().zip(self.runs().skip(1))
    }

    /// The newest sample; `None` if there is none, or the order is not known.
    pub(crate) fn last(&self) -> Option<&Decimal> {
        let last = self.runs().rev().find_map(|run| run.ends.as_ref())?;
        (self.merged.is_empty() || self.is_in_order()).then_some(&last.last)
    }

    /// The runs, in order.
    pub(crate) fn runs(&self) -> impl DoubleEndedIterator<Item = &Run> {
        self.merged.iter().chain(&self.counted)
    }

    /// The sum of the products of neighbours within runs, if it is kept.
    pub(crate) fn lagged(&self) -> Option<Decimal> {
        self.lagged.as_ref().map(|lagged| lagged.total())
    }

    /// What the autocorrelation is computed from; `None` if it is not kept, there is no sample, or
    /// it is not known which samples follow which.
    pub(crate) fn neighbours(&self) -> Option<Neighbours> {
        let mut lagged = self.lagged()?;
        let first = self.runs().find_map(|run| run.ends.as_ref())?;
        let last = self.runs().rev().find_map(|run| run.ends.as_ref())?;
        for (run, later) in self.pairs() {
            if !run.is_followed_by(later) {
                return None;
            }
            if let (Some(own), Some(later)) = (&run.ends, &later.ends) {
                lagged = lagged + &own.last * &later.first;
            }
        }
        Some(Neighbours {
            first: first.first.normalized(),
            last: last.last.normalized(),
            lagged: lagged.normalized(),
        })
    }

    /// Adds the sum of the products of neighbours within runs that are added separately.
    pub(crate) fn absorb_products(&mut self, lagged: Option<&Decimal>) {
        if let (Some(own), Some(lagged)) = (&mut self.lagged, lagged) {
            own.add_product(lagged);
        }
    }

    /// Adds `runs` to what was merged before.
    pub(crate) fn absorb(&mut self, runs: Vec<Run>) -> Result<(), Conflict> {
        runs.into_iter().try_for_each(|run| self.insert(run))
    }

    /// Adds rows that lack a sample, and of which none is known here.
    pub(crate) fn lack(&mut self, rows: Vec<Run>) {
        for run in rows {
            // New rows conflict with nothing.
            let _ = self.insert(run);
        }
    }

    fn insert(&mut self, run: Run) -> Result<(), Conflict> {
        let before = self.merged.range(..&run).next_back().cloned();
        let after = self.merged.range(&run..).next().cloned();
        if let Some(conflict) =
            [&before, &after].into_iter().flatten().find_map(|it| run.conflict(it))
        {
            return Err(conflict);
        }
        let mut run = run;
        self.lacking = self.lacking.saturating_add(run.lacking());
        if run.is_numbered() {
            if let Some(before) = before.filter(|before| before.is_followed_by(&run)) {
                self.merged.remove(&before);
                run = self.joined(before, run);
            }
            if let Some(after) = after.filter(|after| run.is_followed_by(after)) {
                self.merged.remove(&after);
                run = self.joined(run, after);
            }
        }
        self.merged.insert(run);
        Ok(())
    }

    /// Makes one run of two that follow each other.
    fn joined(&mut self, run: Run, later: Run) -> Run {
        let place = match (run.place, later.place) {
            (RunPlace::Rows { first, count }, RunPlace::Rows { count: more, .. }) => {
                RunPlace::Rows { first, count: count.saturating_add(more) }
            }
            (place, _) => place,
        };
        let ends = match (run.ends, later.ends) {
            (Some(own), Some(later)) => {
                if let Some(lagged) = &mut self.lagged {
                    lagged.add(&own.last, &later.first);
                }
                Some(Ends { first: own.first, last: later.last })
            }
            (own, later) => own.or(later),
        };
        Run { place, n: run.n + later.n, ends }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(began: u64, ended: u64) -> RunPlace {
        RunPlace::Time { began, ended }
    }

    fn run(place: RunPlace, values: std::ops::RangeInclusive<i64>) -> Run {
        let (first, last) = (Decimal::new(*values.start(), 0), Decimal::new(*values.end(), 0));
        Run { place, n: values.count() as u64, ends: Some(Ends { first, last }) }
    }

    /// A run of which each row has a sample.
    fn numbered(first: u64, values: std::ops::RangeInclusive<i64>) -> Run {
        run(RunPlace::Rows { first, count: values.clone().count() as u64 }, values)
    }

    fn merged(runs: &[Run]) -> Result<Sequence, Conflict> {
        let mut sequence = Sequence::new(true);
        runs.iter().try_for_each(|run| sequence.absorb(vec![run.clone()]))?;
        Ok(sequence)
    }

    #[test]
    fn numbered_runs_that_follow_each_other_become_one() {
        let runs = [numbered(7, 7..=9), numbered(1, 1..=3), numbered(4, 4..=6)];
        let whole = merged(&runs).unwrap();
        assert!(whole.runs().eq(&[numbered(1, 1..=9)]));
        assert_eq!(whole.lagged().unwrap(), Decimal::new(3 * 4 + 6 * 7, 0));
        let gap = merged(&runs[..2]).unwrap();
        assert!(gap.runs().eq([&runs[1], &runs[0]]));
        assert_eq!(gap.neighbours(), None, "samples are missing in between");
    }

    #[test]
    fn rows_that_lack_a_sample_part_no_neighbours_but_take_their_place() {
        let rows = |first, count, values| run(RunPlace::Rows { first, count }, values);
        let empty = Run { place: RunPlace::Rows { first: 6, count: 4 }, n: 0, ends: None };
        let runs = [rows(10, 3, 7..=8), rows(1, 5, 1..=3), empty];
        let gap = merged(&runs[..2]).unwrap();
        assert_eq!((gap.last(), gap.neighbours()), (Some(&Decimal::new(8, 0)), None));
        let whole = merged(&runs).unwrap();
        let ends = Some(Ends { first: Decimal::new(1, 0), last: Decimal::new(8, 0) });
        let place = RunPlace::Rows { first: 1, count: 12 };
        assert!(whole.runs().eq(&[Run { place, n: 5, ends }]), "{whole:?}");
        assert_eq!(whole.neighbours().unwrap().lagged, Decimal::new(3 * 7, 0));
        let again = merged(&[runs[1].clone(), numbered(4, 4..=6)]).unwrap_err();
        assert_eq!(again, Conflict::OverlappingRows(4, 5));
    }

    #[test]
    fn runs_in_the_order_of_their_arrival_follow_each_other() {
        let runs = [run(time(11, 20), 5..=9), run(time(0, 10), 1..=4)];
        let whole = merged(&runs).unwrap();
        assert_eq!(whole.last(), Some(&Decimal::new(9, 0)));
        assert_eq!(whole.neighbours().unwrap().lagged, Decimal::new(4 * 5, 0));
    }

    #[test]
    fn runs_that_were_counted_at_the_same_time_have_no_order() {
        for (a, b) in
            [((10, 20), (15, 30)), ((10, 20), (20, 30)), ((10, 40), (20, 30)), ((0, 10), (0, 20))]
        {
            let runs =
                [run(time(a.0, a.1), 1..=4), run(time(b.0, b.1), 5..=9), run(time(50, 60), 1..=2)];
            let whole = merged(&runs).unwrap();
            assert!(!whole.is_in_order(), "{a:?} {b:?}");
            assert_eq!((whole.last(), whole.neighbours()), (None, None));
        }
    }

    #[test]
    fn parts_follow_each_other_by_their_numbers() {
        let part = |number, values| run(RunPlace::Part(number), values);
        let whole = merged(&[part(3, 7..=9), part(1, 1..=3), part(2, 4..=6)]).unwrap();
        assert_eq!(whole.last(), Some(&Decimal::new(9, 0)));
        assert_eq!(whole.neighbours().unwrap().lagged, Decimal::new(3 * 4 + 6 * 7, 0));
        let gap = merged(&[part(3, 7..=9), part(1, 1..=3)]).unwrap();
        assert_eq!((gap.last(), gap.neighbours()), (Some(&Decimal::new(9, 0)), None));
        let twice = merged(&[part(3, 7..=9), part(3, 1..=3)]);
        assert_eq!(twice.unwrap_err(), Conflict::Part(3));
    }

    #[test]
    fn the_same_samples_are_not_taken_twice() {
        let conflict = |runs: &[Run]| merged(runs).unwrap_err();
        assert_eq!(conflict(&[numbered(1, 1..=5), numbered(5, 5..=9)]), Conflict::Overlap(5, 5));
        assert_eq!(conflict(&[numbered(5, 5..=9), numbered(1, 1..=20)]), Conflict::Overlap(5, 9));
        let same_time = [run(time(5, 7), 1..=5), run(time(5, 7), 2..=6), run(time(5, 7), 1..=5)];
        assert_eq!(conflict(&same_time), Conflict::Repeated);
        assert!(merged(&same_time[..2]).is_ok());
    }

    #[test]
    fn numbers_and_times_do_not_mix() {
        let runs = [run(time(10, 20), 5..=9), numbered(1, 1..=4)];
        assert_eq!(merged(&runs).unwrap_err(), Conflict::Numbered);
    }

    #[test]
    fn products_of_every_size_are_summed_exactly() {
        let samples = ["1e300", "1e-300", "-0.5", "3", "999999999999999999"];
        let mut sequence = Sequence::new(true);
        for sample in samples {
            let sample = sample.parse().unwrap();
            sequence.add(&sample, time(0, 0));
        }
        let text = sequence.lagged().unwrap().to_string();
        // 1 − 0.5e-300 − 1.5 + 2999999999999999997
        let expected = format!("2.9999999999999999964{}5e18", "9".repeat(299));
        assert_eq!(text, expected);
    }
}
