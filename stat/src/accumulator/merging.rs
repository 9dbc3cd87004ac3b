//! Adding samples of which all is known, as states have them.

use thiserror::Error;

use super::{Accumulator, Extremes, Parts};
use crate::exact::course;
use crate::exact::moments::Powers;
use crate::exact::sequence::{Conflict, Run, RunPlace};

/// Why samples cannot be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unmergeable {
    /// They lack what the figures of `--more` are computed from.
    #[error("the state was made without --more")]
    NoMore,
    /// Their course is wanted but not known.
    #[error(
        "the state has no course: it was made without --course, or merged from parts whose course is unknown"
    )]
    NoCourse,
    /// Their course is wanted, but it is not known where in the stream it lies.
    #[error("the course of several parts needs their samples' numbers (--first)")]
    NoNumbers,
    /// They conflict with those already there.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// Their number would overflow.
    #[error("there would be more than 2^64 samples")]
    TooMany,
}

impl Accumulator {
    /// Adds the samples that `parts` describes. After an error the accumulator must not be used.
    pub(crate) fn absorb(&mut self, parts: Parts) -> Result<(), Unmergeable> {
        if self.moments.powers() == Powers::Four && parts.lagged.is_none() && parts.n > 0 {
            return Err(Unmergeable::NoMore);
        }
        let count = self.count.checked_add(parts.n).ok_or(Unmergeable::TooMany)?;
        self.absorb_course(&parts)?;
        self.count = count;
        self.absorb_values(&parts);
        Ok(self.sequence.absorb(parts.runs)?)
    }

    fn absorb_course(&mut self, parts: &Parts) -> Result<(), Unmergeable> {
        if !self.has_course() || parts.runs.is_empty() {
            return Ok(());
        }
        let contents = parts.course.clone().ok_or(Unmergeable::NoCourse)?;
        let is_numbered = parts.runs.iter().all(|it| matches!(it.place, RunPlace::Rows { .. }));
        if self.count > 0 && !is_numbered {
            return Err(Unmergeable::NoNumbers);
        }
        self.continue_course(contents, &parts.runs);
        Ok(())
    }

    /// Adds the course of `runs`, unless samples would have to leave their stretches: then it is no longer
    /// known.
    fn continue_course(&mut self, contents: course::Contents, runs: &[Run]) {
        let moves = self.sequence.moves(runs);
        let course = self.course.take().zip(moves);
        self.course = course.and_then(|(mut course, moves)| {
            course.absorb_part(contents, moves)?;
            Some(course)
        });
    }

    /// Notes rows, none of which is known here, that lack these samples.
    pub(crate) fn lack(&mut self, rows: Vec<Run>) {
        if rows.is_empty() {
            return;
        }
        self.continue_course(course::Contents::default(), &rows);
        self.sequence.lack(rows);
    }

    fn absorb_values(&mut self, parts: &Parts) {
        self.sequence.absorb_products(parts.lagged.as_ref());
        self.moments.absorb(&parts.totals);
        self.distribution.absorb(&parts.contents);
        if let Some(Extremes { min, max }) = &parts.extremes {
            self.widen(min, max);
        }
    }
}
