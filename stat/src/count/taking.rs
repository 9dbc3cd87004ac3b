//! Taking the lines of a block: plain numbers many at a time, and what lies between them line by
//! line.
//!
//! The first row of an input is read on its own, since it decides whether there are times: only the
//! classic stream has plain numbers.

use std::io::Write;

use stage::stream::lines::each_line;

use super::Count;
use crate::Error;
use crate::plain::Scanned;

/// The most lines taken one by one before searching for plain numbers again: a search costs about as
/// much as taking one line.
const MAX_PATIENCE: usize = 64;

/// With fewer bytes, or fewer samples before the next record, the tables of plain numbers do not pay:
/// they are scanned for each record. (Tests and fuzzers cannot afford this many.)
const FEW_BYTES: usize = if cfg!(any(test, fuzzing)) { 1 } else { 2048 };
const FEW_SAMPLES: u64 = if cfg!(any(test, fuzzing)) { 1 } else { 1024 };

/// With fewer plain numbers in a row, searching for them does not pay.
const FEW_PLAIN: u64 = 16;

impl<W: Write> Count<'_, W> {
    /// Takes whole lines: plain numbers many at a time, and what lies between them line by line.
    pub(super) fn take_block(&mut self, block: &[u8]) -> Result<(), Error> {
        let mut rest = block;
        // Lines taken one by one before searching for plain numbers again.
        let mut patience = 1;
        while !rest.is_empty() {
            let room = self.schedule.room().min(self.accumulator.room());
            let is_worth = rest.len() >= FEW_BYTES && room >= FEW_SAMPLES;
            let scanned = if is_worth && self.rows.are_classic() {
                self.accumulator.add_plain(rest, room, self.run_place())
            } else {
                Scanned::default()
            };
            rest = &rest[scanned.bytes..];
            self.place.line += scanned.lines;
            if scanned.lines > 0 {
                self.counted(scanned.lines)?;
            }
            patience = match scanned.lines {
                FEW_PLAIN.. => 1,
                _ => (2 * patience).min(MAX_PATIENCE),
            };
            for _ in 0..patience {
                let Some(line) = each_line(rest).next() else { break };
                rest = &rest[(line.len() + 1).min(rest.len())..];
                self.take(line)?;
            }
        }
        Ok(())
    }

    /// Takes one line.
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

    /// Notes that samples were counted, at most as many as the schedule has room for.
    fn counted(&mut self, samples: u64) -> Result<(), Error> {
        if let Some(now) = self.now {
            self.schedule.arrived(now);
        }
        if self.schedule.count(samples) { self.record(false) } else { Ok(()) }
    }
}
