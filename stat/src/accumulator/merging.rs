//! Adding samples of which all is known, as states have them.

use thiserror::Error;

use super::{Accumulator, Extremes, Parts};
use crate::moments::Powers;
use crate::sequence::{Conflict, RunPlace};

/// Why samples cannot be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unmergeable {
    /// They lack what the figures of `--more` are computed from.
    #[error("the state was made without --more")]
    NoMore,
    /// Their course is wanted but was not kept.
    #[error("the state was made without --course")]
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
        let Some(course) = self.course.as_mut().filter(|_| parts.n > 0) else { return Ok(()) };
        let contents = parts.course.clone().ok_or(Unmergeable::NoCourse)?;
        let is_numbered = parts.runs.iter().all(|run| matches!(run.place, RunPlace::Number(_)));
        if self.count > 0 && !is_numbered {
            return Err(Unmergeable::NoNumbers);
        }
        course.absorb(contents);
        Ok(())
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
