//! Writing the records.
//!
//! A record that is due by the time is put off while the output takes nothing: a view that is paused or
//! hangs must not hold up those who wait for this stage to read on. The newest record is the one that
//! counts, so it is made once there is room. All other records wait for room, and the stage with them:
//! those of every N rows, those of windows, and the last.

use std::time::{Duration, Instant};

use stage::stream::output::{Delivery, Output, Unwritable, deliver, offer};

use super::Count;
use crate::Error;

/// How often to look whether an output that takes nothing has room again: soon enough for the eye, and
/// rarely enough to cost nothing.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

impl<W: Output> Count<'_, W> {
    /// Whether a record that is due may be made: if it can be put off, only while the output has room,
    /// and has taken those before it.
    pub(super) fn may_record(&mut self) -> Result<bool, Error> {
        if !self.schedule.is_by_time() {
            return Ok(true);
        }
        self.offer()?;
        let has_room = self.output.has_room().map_err(Unwritable)?;
        let may = self.records.is_empty() && has_room;
        self.look_again = self.next_look(!may);
        Ok(may)
    }

    /// Writes the records that have been made: all of them, or of those that can wait as much as the
    /// output takes now.
    pub(super) fn deliver(&mut self) -> Result<(), Error> {
        if self.records.is_empty() {
            return Ok(());
        }
        if !self.schedule.is_by_time() {
            return self.flush();
        }
        self.offer()?;
        self.look_again = self.next_look(!self.records.is_empty());
        Ok(())
    }

    /// Writes all of the records.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        flush(&mut self.output, &mut self.records, &mut self.reader_gone)
    }

    fn offer(&mut self) -> Result<(), Error> {
        if !self.records.is_empty()
            && offer(&mut self.output, &mut self.records)? == Delivery::ReaderGone
        {
            self.reader_gone = true;
            self.records.clear();
        }
        Ok(())
    }

    fn next_look(&self, is_wanted: bool) -> Option<Instant> {
        self.clock.now().checked_add(LOOK_AGAIN).filter(|_| is_wanted)
    }
}

/// Writes all of `records`, and notes whether the reader has left.
pub(super) fn flush(
    output: &mut impl Output,
    records: &mut Vec<u8>,
    reader_gone: &mut bool,
) -> Result<(), Error> {
    *reader_gone |= deliver(output, records).1? == Delivery::ReaderGone;
    records.clear();
    Ok(())
}
