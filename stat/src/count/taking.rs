//! Taking the lines of the stream.

use std::io::Write;

use super::Count;
use crate::Error;
use crate::scan::Scanned;
use crate::sequence::RunPlace;
use crate::taking::TakeLines;

impl<W: Write> Count<'_, W> {
    /// Notes that rows were counted, at most as many as the schedule has room for.
    fn counted(&mut self, rows: u64) -> Result<(), Error> {
        if let Some(now) = self.now {
            self.schedule.arrived(now);
        }
        self.counted += rows;
        if self.schedule.count(rows) { self.record(false) } else { Ok(()) }
    }
}

impl<W: Write> TakeLines for Count<'_, W> {
    type Error = Error;

    fn room(&self) -> u64 {
        match self.rows.are_classic() {
            true => self.schedule.room().min(self.channels[0].accumulator.room()),
            false => 0,
        }
    }

    fn take_short(&mut self, lines: &[u8], most: u64) -> Result<Scanned, Error> {
        let scanned = self.channels[0].accumulator.add_short(lines, most, RunPlace::NOT_KNOWN_YET);
        self.place.line += scanned.lines;
        if scanned.lines > 0 {
            self.counted(scanned.lines)?;
        }
        Ok(scanned)
    }

    fn take(&mut self, line: &[u8]) -> Result<(), Error> {
        match self.rows.sample(line) {
            Some(Ok(sample)) => {
                self.place.line += 1;
                self.channels[0].accumulator.add(&sample, RunPlace::NOT_KNOWN_YET);
                self.counted(1)
            }
            None => {
                self.place.line += 1;
                Ok(())
            }
            Some(Err(reason)) => self.reject(reason, line),
        }
    }
}
