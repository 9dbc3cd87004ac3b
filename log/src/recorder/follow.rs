//! What somebody else does to the file while it is recorded in: removing it, moving it, replacing it,
//! cutting it off, or writing to it. The recorder looks when the first line comes, at least every
//! [`LOOK`] from then on (together with lines, if any come in time), before a rotation, and at the end;
//! it leaves a notice, and recording goes on with a whole line.
//!
//! If the name was taken away:
//!
//! 1. half a line is taken back, from the file and into the [`Batch`]; or, if its beginning is not at
//!    hand any more, all of this waits until the line has ended;
//! 2. the file is synced, wherever it is now;
//! 3. the file that gets the name is opened, as at the start ([`crate::file::open`]).
//!
//! A file that does not even say whether it is still there, as when its file system is gone, counts as
//! one that has lost its name. What fails with such a file, or with any other in 1 and 2, is reported,
//! and does not keep recording from going on; but a failed sync is an error at the end.
//!
//! What others have written behind our lines is theirs, and left as it is. What somebody removes is
//! gone, and counts as recorded: it was.

use std::time::{Duration, Instant};

use stage::process::message::chain;

use super::Recorder;
use crate::batch::Batch;
use crate::error::Error;
use crate::file::{Found, Named};
use crate::notice::{Fate, LostName, Notice, Resized};

/// How long a change may go unnoticed.
pub(super) const LOOK: Duration = Duration::from_secs(1);

impl<F: Named> Recorder<F> {
    /// When the next look is due.
    pub(super) fn next_look(&self) -> Option<Instant> {
        self.looked.map(|looked| looked + LOOK).filter(|_| self.file.can_lose_name())
    }

    /// Looks if that is due, or will be before more lines are likely to come.
    pub(super) fn look_if_due(&mut self, batch: &mut Batch<'_>, now: Instant) -> Result<(), Error> {
        let is_time = |looked| self.pace.is_time(looked, looked + LOOK, now);
        if self.looked.is_none_or(is_time) {
            self.look(batch)?;
            self.looked = Some(now);
        }
        Ok(())
    }

    /// Looks at what became of the file; returns whether recording goes on in another one.
    pub(super) fn look(&mut self, batch: &mut Batch<'_>) -> Result<bool, Error> {
        self.follow(self.file.look(), batch)
    }

    fn follow(&mut self, seen: Option<Found>, batch: &mut Batch<'_>) -> Result<bool, Error> {
        if seen.is_none_or(|seen| seen.lost.is_none()) {
            self.reported = None;
        }
        let is_changed = |seen: &Found| seen.lost.is_some() || seen.length != self.extent.length();
        let Some(seen) = seen.filter(is_changed) else { return Ok(false) };
        if self.extent.ends_in_half() && !batch.has_line_start() {
            return Ok(false);
        }
        match seen.lost {
            Some(lost) => self.follow_name(lost, seen.length, batch)?,
            None => self.accept_length(seen.length, batch)?,
        }
        Ok(seen.lost.is_some())
    }

    /// Looks once more at the end, when there is nothing left to go on with.
    pub(super) fn look_last(&mut self) -> Result<(), Error> {
        match self.file.look() {
            Some(Found { lost: Some(lost), length }) => self.note_lost(lost, length, false),
            seen => drop(self.follow(seen, &mut Batch::new(b"", false))?),
        }
        Ok(())
    }

    /// Goes on in the file that gets the name next.
    fn follow_name(
        &mut self,
        lost: LostName,
        there: u64,
        batch: &mut Batch<'_>,
    ) -> Result<(), Error> {
        let reported = self.reported.replace(lost);
        if reported.is_none_or(|before| before.fate != Fate::Gone && lost.fate == Fate::Gone) {
            self.note_lost(lost, there, true);
        }
        if self.extent.ends_in_half() {
            if lost.fate != Fate::Silent
                && let Err(error) = self.cut_half_a_line()
            {
                self.notices.push(Notice::Failed { why: chain(&error), lines: 0 });
            }
            batch.back_to_line_start();
            // What others have written behind it is theirs, and left as it is.
            self.extent.drop_half();
        }
        if self.oldest.is_some() {
            self.sync()?;
        }
        let begun = self.file.reopen()?;
        (self.reported, self.refused) = (None, None);
        self.begin(begun);
        Ok(())
    }

    /// Whether a file whose sync failed has lost its name, or does not answer.
    pub(super) fn may_be_elsewhere(&self) -> bool {
        self.file.look().is_none_or(|seen| seen.lost.is_some())
    }

    /// Notes that a file that has lost its name could not be synced.
    pub(super) fn fail_at_the_end(&mut self, error: Error) {
        let lines = self.recorded - self.unsafe_lines - self.durable;
        self.notices.push(Notice::Failed { why: chain(&error), lines });
        self.unsafe_lines += lines;
        self.failed.get_or_insert(error);
        // It is time to go on elsewhere.
        self.looked = None;
    }

    /// Goes on at the end that the file has now; it was seen with `there` bytes.
    fn accept_length(&mut self, there: u64, batch: &mut Batch<'_>) -> Result<(), Error> {
        let begun = self.file.mend()?;
        if self.extent.ends_in_half() {
            batch.back_to_line_start();
        }
        self.note(begun.notices);
        self.note_length(there, true);
        self.extent.resize(begun.length);
        self.head_rows();
        Ok(())
    }

    fn note_lost(&mut self, lost: LostName, there: u64, goes_on: bool) {
        // Of one that has no name, nothing is left anyway.
        if lost.fate == Fate::Moved && there != self.extent.length() {
            self.note_length(there, false);
        }
        let lines = self.recorded - self.before;
        self.notices.push(Notice::Lost { name: self.file.name(), lost, lines, goes_on });
    }

    fn note_length(&mut self, there: u64, goes_on: bool) {
        let resized = Resized::between(self.extent.length(), there);
        self.notices.push(Notice::Resized { name: self.file.name(), resized, goes_on });
    }
}

#[cfg(test)]
mod tests;
