//! When the file is rotated, and what comes of a rotation that fails.
//!
//! It never keeps a recording from going on. Where it is refused (in a directory that may not be written
//! or is sticky, of a file that is a mount point or may only be appended to), lines go on into the same
//! file, beyond its size. That is reported, once, and it is tried again at a line's beginning, at most
//! every [`AGAIN`]. Only a full disk is waited for, as with any line; and a failed sync is final.

use std::time::{Duration, Instant};

use stage::process::message::chain;

use super::Recorder;
use crate::batch::Batch;
use crate::error::Error;
use crate::file::Named;
use crate::notice::Notice;
use crate::schedule::Period;

/// Time between two attempts: each may sync the file, and rename all the old ones.
pub(super) const AGAIN: Duration = Duration::from_secs(1);

/// A rotation that was refused.
#[derive(Debug)]
pub(super) struct Refused {
    at: Instant,
    why: String,
}

impl<F: Named> Recorder<F> {
    /// How much of `rest` goes into this file before it is rotated.
    pub(super) fn fitting<'b>(&self, rest: &'b [u8]) -> &'b [u8] {
        match self.file.is_rotating() || self.period_is_over() {
            true => self.extent.rest_of_line(rest),
            false => self.extent.fitting(rest),
        }
    }

    /// Whether this file holds lines of a period that has passed. (A clock that was set back begins none
    /// anew.)
    fn period_is_over(&self) -> bool {
        let has_passed = |period: Period| period.start(self.begun) < period.start(self.time);
        self.extent.has_rows() && self.period.is_some_and(has_passed)
    }

    /// Whether a rotation may be tried.
    pub(super) fn may_rotate(&self, now: Instant) -> bool {
        self.refused.as_ref().is_none_or(|refused| refused.at + AGAIN <= now)
    }

    /// Rotates, and thereby syncs; unless recording goes on in another file anyway.
    pub(super) fn rotate(&mut self, batch: &mut Batch<'_>, now: Instant) -> Result<(), Error> {
        let goes_on_elsewhere = self.look(batch)?;
        // Or somebody has emptied it.
        if goes_on_elsewhere || !self.fitting(batch.rest()).is_empty() {
            return Ok(());
        }
        match self.file.rotate(self.period.map_or(self.begun, |it| it.start(self.begun))) {
            Ok(begun) => {
                self.note_sync();
                self.begin(begun);
                if self.refused.take().is_some() {
                    self.notices.push(Notice::Rotates { name: self.file.name() });
                }
                Ok(())
            }
            Err(error) if error.is_full() => Err(error),
            Err(error) if error.is_final() && !(error.is_of_sync() && self.may_be_elsewhere()) => {
                Err(error)
            }
            Err(error) => {
                self.refuse(&error, now);
                Ok(())
            }
        }
    }

    fn refuse(&mut self, error: &Error, now: Instant) {
        let why = chain(error);
        if self.refused.as_ref().is_none_or(|before| before.why != why) {
            self.notices.push(Notice::NotRotated { why: why.clone() });
        }
        self.refused = Some(Refused { at: now, why });
        // Somebody may just have moved it.
        self.looked = None;
    }
}

#[cfg(test)]
mod tests;
