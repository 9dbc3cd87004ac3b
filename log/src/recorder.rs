//! Writing lines, and counting those written and those on the disk.
//!
//! Nothing is lost by an error: what was not written is still in the [`Batch`], and the same call
//! goes on from the exact byte, or from the step of a rotation, that failed. (What to do in the
//! meantime is [`crate::retry`]'s; what somebody else does to the file, `follow`'s.)

mod follow;

use std::time::Instant;

use memchr::{memchr, memchr_iter, memrchr};
use stage::process::message::Messages;

use crate::batch::Batch;
use crate::error::Error;
use crate::file::Fate;
use crate::sync::Policy;

/// Something to record on, which can put what was written out of reach of a power failure.
pub trait Disk {
    /// Writes the beginning of `bytes`, at the end; how much of it.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error>;
    /// Returns when everything written is on the disk.
    fn sync(&mut self) -> Result<(), Error>;
    /// Cuts off what is behind so many bytes, half a line; or, where that cannot be, ends that line.
    fn cut(&mut self, length: u64) -> Result<(), Error>;
    /// Sets aside what was written, on the disk, and begins anew; the bytes that are there. After an
    /// error, it is to be called again, or [`Disk::reopen`], before anything is written.
    fn rotate(&mut self, messages: &mut dyn Messages) -> Result<u64, Error>;
    /// Whether it has a name that may be taken from it.
    fn has_name(&self) -> bool;
    /// What became of it; `None` if its name still leads to it.
    fn fate(&self) -> Option<Fate>;
    /// Goes on under the same name; the bytes that are there.
    fn reopen(&mut self, messages: &mut dyn Messages) -> Result<u64, Error>;
    /// Bytes that are there, if they can be counted.
    fn length(&self) -> Option<u64>;
    /// Sets aside half a line that somebody left at the end; the bytes that are there then.
    fn mend(&mut self, messages: &mut dyn Messages) -> Result<u64, Error>;
    /// The name, quoted.
    fn name(&self) -> String;
}

/// Records lines on a disk.
#[derive(Debug)]
pub struct Recorder<D> {
    disk: D,
    policy: Policy,
    /// Bytes that the file may have before it is rotated.
    limit: Option<u64>,
    /// Bytes in the file, and in its whole lines.
    length: u64,
    whole: u64,
    recorded: u64,
    durable: u64,
    /// Lines recorded before this file.
    before: u64,
    /// When the oldest bytes that are not synced were written.
    oldest: Option<Instant>,
    /// When the file was last looked at; at the start, and after an error, that is due at once.
    seen: Option<Instant>,
    /// Whether a step of a rotation has failed, without which nothing may be written.
    is_rotating: bool,
    /// What was told of its name, if it is not yet gone on.
    told_fate: Option<Fate>,
}

impl<D: Disk> Recorder<D> {
    /// Records on `disk`, which holds `length` bytes of whole lines, and is rotated before it holds
    /// more than `limit`.
    pub fn new(disk: D, length: u64, policy: Policy, limit: Option<u64>) -> Recorder<D> {
        Recorder {
            disk,
            policy,
            limit,
            length,
            whole: length,
            recorded: 0,
            durable: 0,
            before: 0,
            oldest: None,
            seen: None,
            is_rotating: false,
            told_fate: None,
        }
    }

    /// Whole lines written.
    pub fn recorded(&self) -> u64 {
        self.recorded
    }

    /// Whole lines known to be on the disk.
    pub fn durable(&self) -> u64 {
        self.durable
    }

    /// What is recorded on.
    pub fn disk(&self) -> &D {
        &self.disk
    }

    /// Ends, and gives back what was recorded on.
    #[cfg(test)]
    pub(crate) fn into_disk(self) -> D {
        self.disk
    }

    /// Writes what is left of `batch`, which may begin and end anywhere in a line; and if it is time,
    /// looks first what became of the file.
    pub fn write(
        &mut self,
        batch: &mut Batch<'_>,
        now: Instant,
        messages: &mut dyn Messages,
    ) -> Result<(), Error> {
        let result = self
            .look_if_due(batch, now, messages)
            .and_then(|()| self.write_rest(batch, now, messages));
        if result.is_err() {
            self.seen = None;
        }
        result
    }

    fn write_rest(
        &mut self,
        batch: &mut Batch<'_>,
        now: Instant,
        messages: &mut dyn Messages,
    ) -> Result<(), Error> {
        while !batch.rest().is_empty() {
            let fitting = if self.is_rotating { b"" } else { self.fitting(batch.rest()) };
            if fitting.is_empty() {
                self.rotate(batch, messages)?;
                continue;
            }
            let count = self.disk.write(fitting)?;
            self.oldest.get_or_insert(now);
            self.wrote(&fitting[..count]);
            batch.advance(count);
        }
        Ok(())
    }

    /// How much of `rest` goes into this file: whole lines up to its limit, and the rest of a line
    /// that has begun in it. An empty file takes one line of any length.
    fn fitting<'a>(&self, rest: &'a [u8]) -> &'a [u8] {
        let Some(limit) = self.limit else { return rest };
        let line = memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        if self.length != self.whole {
            return &rest[..line];
        }
        let room = usize::try_from(limit.saturating_sub(self.length)).unwrap_or(usize::MAX);
        // A last line without a line feed will get one.
        let needed = rest.len() + usize::from(rest.last() != Some(&b'\n'));
        if needed <= room {
            return rest;
        }
        match memrchr(b'\n', &rest[..room.min(rest.len())]) {
            Some(at) => &rest[..=at],
            None if self.length == 0 => &rest[..line],
            None => &[],
        }
    }

    /// Takes note of bytes that were written.
    fn wrote(&mut self, bytes: &[u8]) {
        self.recorded += memchr_iter(b'\n', bytes).count() as u64;
        if let Some(at) = memrchr(b'\n', bytes) {
            self.whole = self.length + at as u64 + 1;
        }
        self.length += bytes.len() as u64;
    }

    /// When something is to be done although nothing more has come.
    pub fn deadline(&self) -> Option<Instant> {
        let sync = self.oldest.and_then(|oldest| self.policy.deadline(oldest));
        sync.into_iter().chain(self.next_look()).min()
    }

    /// Syncs if the policy says so.
    pub fn sync_if_due(&mut self, now: Instant) -> Result<(), Error> {
        match self.oldest {
            Some(oldest) if self.policy.is_due(oldest, now) => self.sync(),
            _ => Ok(()),
        }
    }

    /// Syncs.
    pub fn sync(&mut self) -> Result<(), Error> {
        self.disk.sync()?;
        self.durable = self.recorded;
        self.oldest = None;
        Ok(())
    }

    /// Cuts off half a line at the end: its beginning will not be continued. If somebody else has
    /// written behind it, that is left as it is.
    pub fn cut_half_a_line(&mut self) -> Result<(), Error> {
        let is_last = self.disk.length().is_none_or(|there| there <= self.length);
        if self.length != self.whole && is_last {
            self.disk.cut(self.whole)?;
            self.length = self.whole;
        }
        Ok(())
    }

    /// Rotates, and thereby syncs; unless recording goes on in another file anyway.
    fn rotate(&mut self, batch: &mut Batch<'_>, messages: &mut dyn Messages) -> Result<(), Error> {
        let goes_on_elsewhere = self.look(batch, messages)?;
        // Or somebody has emptied it.
        let fits = !self.is_rotating && !self.fitting(batch.rest()).is_empty();
        if goes_on_elsewhere || fits {
            return Ok(());
        }
        self.is_rotating = true;
        let length = self.disk.rotate(messages)?;
        self.durable = self.recorded;
        self.oldest = None;
        self.begin_with(length);
        Ok(())
    }

    /// Syncs, and sees at the end what became of the file.
    pub fn finish(&mut self, messages: &mut dyn Messages) -> Result<(), Error> {
        self.sync()?;
        match self.disk.fate() {
            Some(fate) => self.tell_fate(fate, "", messages),
            None => drop(self.look(&mut Batch::new(b"", false), messages)?),
        }
        Ok(())
    }

    /// Takes note that the file is another one.
    fn begin_with(&mut self, length: u64) {
        (self.length, self.whole) = (length, length);
        self.before = self.recorded;
        self.is_rotating = false;
    }
}

#[cfg(test)]
mod tests;
