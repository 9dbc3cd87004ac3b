//! Taking the lines of the stream.

use std::io::Write;

use super::Count;
use crate::Error;
use crate::scan::Scanned;
use crate::taking::TakeLines;

impl<W: Write> Count<'_, W> {
    /// Notes that samples were counted, at most as many as the schedule has room for.
    fn counted(&mut self, samples: u64) -> Result<(), Error> {
        if let Some(now) = self.now {
            self.schedule.arrived(now);
        }
        if self.schedule.count(samples) { self.record(false) } else { Ok(()) }
    }
}

impl<W: Write> TakeLines for Count<'_, W> {
    type Error = Error;

    fn room(&self) -> u64 {
        match self.rows.are_classic() {
            true => self.schedule.room().min(self.accumulator.room()),
            false => 0,
        }
    }

    fn take_short(&mut self, lines: &[u8], most: u64) -> Result<Scanned, Error> {
        let scanned = self.accumulator.add_short(lines, most, self.run_place());
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
                self.accumulator.add(&sample, self.run_place());
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
