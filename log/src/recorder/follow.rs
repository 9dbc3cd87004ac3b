//! What somebody else does to the file while it is recorded in: it is removed, moved, replaced, cut
//! off, or written to. It is noticed when the first line comes, within [`LOOK`] from then on, before a
//! rotation, and at the end; it is told, and recording goes on with a whole line.
//!
//! In this order, if a name was taken away:
//!
//! 1. half a line is taken back, from the file and into the [`Batch`]; or, if its beginning is not at
//!    hand any more, all of this waits until the line has ended;
//! 2. sync the file, wherever it is now;
//! 3. open the one that gets the name, as at the start ([`crate::open`]).
//!
//! What others have written behind it is theirs, and left as it is. What somebody removes is gone, and
//! counts as recorded: it was.

use std::time::{Duration, Instant};

use stage::process::message::Messages;

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
        let is_changed = fate.is_some() || self.changed_length().is_some();
        let is_half = self.length != self.whole;
        if fate.is_none() {
            self.told_fate = None;
        }
        if !is_changed || (is_half && !batch.has_line_start()) {
            return Ok(false);
        }
        match fate {
            Some(fate) => self.follow_name(fate, batch, messages)?,
            None => self.accept_length(batch, messages)?,
        }
        Ok(fate.is_some())
    }

    /// Bytes in the file, if others have written to it or cut it off.
    fn changed_length(&self) -> Option<u64> {
        self.disk.length().filter(|there| *there != self.length)
    }

    /// Goes on in the file that gets the name next.
    fn follow_name(
        &mut self,
        fate: Fate,
        batch: &mut Batch<'_>,
        messages: &mut dyn Messages,
    ) -> Result<(), Error> {
        let told = self.told_fate.replace(fate);
        if told.is_none_or(|told| told.has_name && !fate.has_name) {
            let next = match fate.is_replaced {
                true => ": going on in the file that has that name now",
                false => ": going on in a new file of that name",
            };
            self.tell_fate(fate, next, messages);
        }
        if self.length != self.whole {
            self.cut_half_a_line()?;
            batch.back_to_line_start();
            // What others have written behind it is theirs, and left as it is.
            self.length = self.whole;
        }
        self.sync()?;
        let length = self.disk.reopen(messages)?;
        self.told_fate = None;
        self.begin_with(length);
        Ok(())
    }

    /// Goes on at the end that the file has now.
    fn accept_length(
        &mut self,
        batch: &mut Batch<'_>,
        messages: &mut dyn Messages,
    ) -> Result<(), Error> {
        let there = self.changed_length();
        let length = self.disk.mend(messages)?;
        if self.length != self.whole {
            batch.back_to_line_start();
        }
        if let Some(told) = there.map(|there| self.told_length(there)) {
            messages.tell(&format!("{told}: going on at its end"));
        }
        (self.length, self.whole) = (length, length);
        Ok(())
    }

    /// Tells what became of the file, and where recording goes on.
    pub(super) fn tell_fate(&self, fate: Fate, next: &str, messages: &mut dyn Messages) {
        // Of one that has no name, nothing is left anyway.
        if let Some(there) = self.changed_length().filter(|_| fate.has_name) {
            messages.tell(&self.told_length(there));
        }
        messages.tell(&format!("{}{next}", self.told(fate)));
    }

    fn told_length(&self, there: u64) -> String {
        let what = match there.checked_sub(self.length) {
            None => {
                let gone = self.length - there;
                format!("cut off, {gone} bytes are gone, and a line may be damaged")
            }
            Some(more) => format!(
                "written by somebody else, has {more} bytes more, and may have lost or damaged lines"
            ),
        };
        format!("{} was {what}", self.disk.name())
    }

    fn told(&self, fate: Fate) -> String {
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
