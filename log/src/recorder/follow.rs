//! What somebody else does to the file while it is recorded in: it is removed, moved, replaced, cut
//! off, or written to. It is noticed within [`LOOK`], before a rotation, and at the end; it is told, and
//! recording goes on with a whole line.
//!
//! In this order, if a name was taken away:
//!
//! 1. half a line is taken back, from the file and into the [`Batch`]; or, if its beginning is not at
//!    hand any more, all of this waits until the line has ended;
//! 2. sync the file, wherever it is now;
//! 3. open the one that gets the name, as at the start ([`crate::open`]).
//!
//! What somebody removes is gone, and counts as recorded: it was.

use std::time::{Duration, Instant};

use stage::message::Messages;

use super::{Disk, Recorder};
use crate::batch::Batch;
use crate::error::Error;
use crate::file::Fate;

/// How long it may take to notice.
pub(super) const LOOK: Duration = Duration::from_secs(1);

impl<D: Disk> Recorder<D> {
    /// When to look next.
    pub(super) fn next_look(&self) -> Option<Instant> {
        self.seen.map(|seen| seen + LOOK).filter(|_| self.disk.has_name())
    }

    /// Looks if that is due.
    pub(super) fn look_if_due(
        &mut self,
        batch: &mut Batch<'_>,
        now: Instant,
        messages: &mut dyn Messages,
    ) -> Result<(), Error> {
        if self.seen.is_none_or(|seen| now.saturating_duration_since(seen) >= LOOK) {
            self.look(batch, messages)?;
            self.seen = Some(now);
        }
        Ok(())
    }

    /// Looks what became of the file; whether recording goes on in another one.
    pub(super) fn look(
        &mut self,
        batch: &mut Batch<'_>,
        messages: &mut dyn Messages,
    ) -> Result<bool, Error> {
        let fate = self.disk.fate();
        let there = self.disk.length().filter(|there| *there != self.length);
        let is_half = self.length != self.whole;
        if fate.is_none() {
            self.told_fate = None;
        }
        if (fate.is_none() && there.is_none()) || (is_half && !batch.has_line_start()) {
            return Ok(false);
        }
        // Of one that has no name, nothing is left anyway.
        if let Some(there) = there.filter(|_| fate.is_none_or(|fate| fate.has_name)) {
            self.accept_length(there, batch, messages)?;
        }
        if let Some(fate) = fate {
            self.follow_name(fate, batch, messages)?;
        }
        Ok(fate.is_some())
    }

    /// Goes on in the file that gets the name next.
    fn follow_name(
        &mut self,
        fate: Fate,
        batch: &mut Batch<'_>,
        messages: &mut dyn Messages,
    ) -> Result<(), Error> {
        if self.length != self.whole {
            self.cut_half_a_line()?;
            batch.back_to_line_start();
        }
        self.sync()?;
        let told = self.told_fate.replace(fate);
        if told.is_none_or(|told| told.has_name && !fate.has_name) {
            let next = match fate.is_replaced {
                true => "the file that has that name now",
                false => "a new file of that name",
            };
            messages.tell(&format!("{}: going on in {next}", self.told(fate)));
        }
        let length = self.disk.reopen(messages)?;
        self.told_fate = None;
        self.begin_with(length);
        Ok(())
    }

    /// Goes on behind the `there` bytes that the file has.
    fn accept_length(
        &mut self,
        there: u64,
        batch: &mut Batch<'_>,
        messages: &mut dyn Messages,
    ) -> Result<(), Error> {
        let length = self.disk.mend(messages)?;
        if self.length != self.whole {
            batch.back_to_line_start();
        }
        let what = match there.checked_sub(self.length) {
            None => format!("cut off, and {} bytes are gone", self.length - there),
            Some(more) => format!(
                "written by somebody else, has {more} bytes more, and may have lost or damaged lines"
            ),
        };
        messages.tell(&format!("{} was {what}: going on at its end", self.disk.name()));
        (self.length, self.whole) = (length, length);
        Ok(())
    }

    /// What became of the file, in words.
    pub(super) fn told(&self, fate: Fate) -> String {
        let (name, lines) = (self.disk.name(), self.recorded - self.before);
        let what = match fate {
            Fate { is_replaced: true, .. } => "replaced",
            Fate { has_name: true, .. } => "moved",
            Fate { has_name: false, .. } => "removed",
        };
        let gone = match fate.has_name {
            true => String::new(),
            false => format!(", and {lines} samples of this recording are gone"),
        };
        format!("{name} was {what}{gone}")
    }
}
