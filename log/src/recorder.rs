//! Writing lines, and counting those written and those on the disk.
//!
//! Nothing is lost by an error: what was not written is still in the [`Batch`], and the same call
//! goes on from the exact byte, or from the step of a rotation, that failed. (What to do in the
//! meantime is up to the loop; rotations are in `rotating`, and what somebody else does to the file in
//! `follow`.)

mod extent;
mod follow;
mod pace;
mod rotating;

use std::time::{Instant, SystemTime};

use stage::format::row::Beginning;

use self::extent::Extent;
use self::pace::Pace;
use self::rotating::Refused;
use crate::batch::Batch;
use crate::error::Error;
use crate::file::columns::Shown;
use crate::file::{Begun, Named};
use crate::notice::{LostName, Notice, Promise};
use crate::schedule::Period;
use crate::sync::SyncPolicy;

/// Records lines in a file.
#[derive(Debug)]
pub(crate) struct Recorder<F> {
    file: F,
    policy: SyncPolicy,
    extent: Extent,
    recorded: u64,
    durable: u64,
    /// Lines recorded before this file.
    before: u64,
    /// The period at whose end a new file is begun.
    period: Option<Period>,
    /// The time of day, and that at which this file began: when it was first written to, or last
    /// before it was opened.
    time: SystemTime,
    begun: SystemTime,
    /// When the oldest bytes that are not synced were written.
    oldest: Option<Instant>,
    /// When lines come.
    pace: Pace,
    /// When the file was last looked at. At the start, and after an error, it is looked at at once.
    looked: Option<Instant>,
    /// What was reported of its lost name, until recording goes on elsewhere.
    reported: Option<LostName>,
    /// A rotation that was refused, until one works.
    refused: Option<Refused>,
    /// Lines that may be gone with a file that lost its name, and why that file could not be synced.
    unsafe_lines: u64,
    failed: Option<Error>,
    /// Promises that have been reported not to hold here.
    broken: Vec<Promise>,
    /// What happened since the loop last asked.
    notices: Vec<Notice>,
}

impl<F: Named> Recorder<F> {
    /// Records in `file`, which holds `length` bytes of whole lines, and is rotated before it holds
    /// more than `limit`.
    pub(crate) fn new(file: F, length: u64, policy: SyncPolicy, limit: Option<u64>) -> Recorder<F> {
        Recorder {
            file,
            policy,
            extent: Extent::new(length, limit),
            recorded: 0,
            durable: 0,
            before: 0,
            period: None,
            time: SystemTime::UNIX_EPOCH,
            begun: SystemTime::UNIX_EPOCH,
            oldest: None,
            pace: Pace::default(),
            looked: None,
            reported: None,
            refused: None,
            unsafe_lines: 0,
            failed: None,
            broken: Vec::new(),
            notices: Vec::new(),
        }
    }

    /// Begins a new file at the end of each period, too; this one was last written to at `written`.
    pub(crate) fn set_period(&mut self, period: Option<Period>, written: Option<SystemTime>) {
        self.period = period;
        self.begun = written.unwrap_or(self.begun);
    }

    /// Notes the time of day, by which files are rotated and named.
    pub(crate) fn set_time(&mut self, time: SystemTime) {
        self.time = time;
    }

    /// Begins each new file with `header`, a line, which counts as no line of the recording. A file
    /// that holds lines already goes on as it is, unless the header is owed.
    pub(crate) fn set_header(&mut self, header: Vec<u8>) {
        self.extent.set_header(header);
    }

    /// Writes the header before the next line: the file ends in rows of other columns.
    pub(crate) fn owe_header(&mut self) {
        self.extent.owe_header();
    }

    /// The columns of the file's rows, as far as it shows them.
    pub(crate) fn columns(&self) -> Result<Shown, Error> {
        self.file.columns()
    }

    /// Whole lines written, without headers.
    pub(crate) fn recorded(&self) -> u64 {
        self.recorded
    }

    /// Whole lines known to be on the disk, without headers.
    pub(crate) fn durable(&self) -> u64 {
        self.durable
    }

    /// The file's name, quoted.
    pub(crate) fn name(&self) -> String {
        self.file.name()
    }

    /// What happened since the last call; to be reported, even if something failed since.
    pub(crate) fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// Ends, and gives back the file.
    #[cfg(test)]
    pub(crate) fn into_file(self) -> F {
        self.file
    }

    /// Writes what is left of `batch`, which may begin and end anywhere in a line. If it is time,
    /// looks first at what became of the file.
    pub(crate) fn write(&mut self, batch: &mut Batch<'_>, now: Instant) -> Result<(), Error> {
        if !batch.rest().is_empty() {
            self.pace.note(now);
        }
        let looked = self.look_if_due(batch, now);
        let result = looked.and_then(|()| self.write_rest(batch, now));
        if result.is_err() {
            self.looked = None;
        }
        result
    }

    fn write_rest(&mut self, batch: &mut Batch<'_>, now: Instant) -> Result<(), Error> {
        while !batch.rest().is_empty() {
            if batch.is_header() && self.extent.owes_header() {
                // It is written anyway, once a row comes.
                batch.advance(batch.rest().len());
                break;
            }
            let mut fitting = self.fitting(batch.rest());
            if fitting.is_empty() {
                if self.may_rotate(now) {
                    self.rotate(batch, now)?;
                    continue;
                }
                fitting = batch.rest();
            }
            if self.extent.length() == 0 {
                self.begun = self.time;
            }
            self.write_header(now)?;
            let count = self.file.write(fitting)?;
            self.oldest.get_or_insert(now);
            self.extent.wrote(&fitting[..count]);
            self.recorded += batch.rows_ending_in(&fitting[..count]);
            batch.advance(count);
        }
        Ok(())
    }

    /// Writes what is left of the header, if it is missing, just before the next line: it can be torn
    /// like any line, but seldom stands alone.
    fn write_header(&mut self, now: Instant) -> Result<(), Error> {
        while !self.extent.header_left().is_empty() {
            let count = self.file.write(self.extent.header_left())?;
            self.oldest.get_or_insert(now);
            self.extent.wrote_header(count);
        }
        Ok(())
    }

    /// When something is due even if nothing more comes: a sync, or a look at the file.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let sync = self.oldest.and_then(|oldest| self.policy.deadline(oldest));
        sync.into_iter().chain(self.next_look()).min()
    }

    /// Syncs if the policy says so, or would before more lines are likely to come.
    pub(crate) fn sync_if_due(&mut self, now: Instant) -> Result<(), Error> {
        let is_time = |oldest| {
            let deadline = self.policy.deadline(oldest);
            deadline.is_some_and(|deadline| self.pace.is_time(oldest, deadline, now))
        };
        if self.oldest.is_some_and(is_time) { self.sync() } else { Ok(()) }
    }

    /// Syncs. A file that may have lost its name, with its file system, fails at the end only.
    pub(crate) fn sync(&mut self) -> Result<(), Error> {
        match self.file.sync() {
            Err(error) if error.is_lack() => self.note([Notice::lacking(&error, Promise::Data)]),
            Err(error) if self.may_be_elsewhere() => self.fail_at_the_end(error),
            result => result?,
        }
        self.note_sync();
        Ok(())
    }

    fn note_sync(&mut self) {
        self.durable = self.recorded - self.unsafe_lines;
        self.oldest = None;
    }

    /// Adds to what happened; that a promise does not hold is reported once.
    pub(crate) fn note(&mut self, notices: impl IntoIterator<Item = Notice>) {
        for notice in notices {
            if let Notice::Lacking { promise, .. } = notice {
                if self.broken.contains(&promise) {
                    continue;
                }
                self.broken.push(promise);
            }
            self.notices.push(notice);
        }
    }

    /// Cuts off half a line at the end, which will not be continued. If somebody else has written
    /// behind it, it is left as it is.
    pub(crate) fn cut_half_a_line(&mut self) -> Result<(), Error> {
        let is_last = self.file.length().is_none_or(|there| there <= self.extent.length());
        if self.extent.ends_in_half() && is_last {
            self.file.cut(self.extent.whole())?;
            self.extent.drop_half();
        }
        Ok(())
    }

    /// Syncs, and takes a last look at what became of the file. Fails if any sync has.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        self.sync()?;
        self.look_last()?;
        self.failed.take().map_or(Ok(()), Err)
    }

    /// Notes that recording goes on in another file.
    fn begin(&mut self, begun: Begun) {
        self.note(begun.notices);
        self.begun = begun.written.unwrap_or(self.time);
        self.extent.begin(begun.length);
        self.head_rows();
        self.before = self.recorded;
    }

    /// Sees to it that rows stand behind their header, in a file to which somebody else has written. (One
    /// that cannot be read may hold anything.)
    fn head_rows(&mut self) {
        let header = Beginning::of_stream(self.extent.header());
        let Some(header) = header.filter(|_| self.extent.length() > 0) else { return };
        let goes_on = self.file.columns().is_ok_and(|shown| shown.is_continued_by(&header));
        if !goes_on {
            self.extent.owe_header();
        }
    }
}

#[cfg(test)]
mod tests;
