//! Filling the buffer: one read, less what belongs to a line that is skipped.

use std::io;

use super::{Lines, LongLine, Skipping};
use crate::process::clock::Clock;
use crate::stream::ending::Ending;
use crate::stream::input::Input;
use crate::stream::size::BLOCK;

impl<I: Input> Lines<I> {
    /// Reads once; returns where in the buffer the fresh bytes begin.
    pub(super) fn fill(&mut self, clock: Option<&dyn Clock>) -> io::Result<usize> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let fresh = self.end;
        self.make_room();
        match self.input.read(&mut self.buffer[fresh..]) {
            Ok(0) if self.end > self.start => self.ending = Some(self.input.ending_in_half()?),
            Ok(0) => self.ending = Some(self.input.ending()),
            Ok(count) => self.end = fresh + count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                self.ending = Some(Ending::of_error(&error));
                return Err(error);
            }
        }
        if self.end > fresh {
            self.note_time(clock, fresh == 0);
            self.pass_lf();
        }
        if self.skipping != Skipping::Nothing {
            self.skip();
        }
        Ok(self.start.max(fresh))
    }

    /// Grows the buffer if a line up to the limit may not fit. (What is held is no longer than that,
    /// so for samples it never has to.)
    fn make_room(&mut self) {
        let is_short = self.buffer.len() - self.end < BLOCK / 2;
        if let LongLine::Skipped { limit } = self.long_line
            && is_short
        {
            // A line of the limit and a block are all that it ever has to hold.
            let most = (limit + BLOCK).max(self.buffer.len());
            self.buffer.resize((2 * self.buffer.len()).min(most), 0);
        }
    }

    /// Notes when a read brought bytes, which may be the first that are held.
    fn note_time(&mut self, clock: Option<&dyn Clock>, are_first: bool) {
        let Some(clock) = clock else { return };
        self.last_read = clock.time_of_day();
        if are_first {
            self.began = self.last_read;
        }
    }

    /// Passes over the LF of a CRLF whose CR came before.
    fn pass_lf(&mut self) {
        if std::mem::take(&mut self.after_cr) && self.buffer[self.start] == b'\n' {
            self.start += 1;
        }
    }

    /// Drops the rest of a line.
    fn skip(&mut self) {
        let rest = &self.buffer[self.start..self.end];
        let Some(at) = self.line_end.first_in(rest) else {
            self.gone += rest.len() as u64;
            self.start = self.end;
            return;
        };
        let ended_by_cr = rest[at] == b'\r';
        if self.skipping == Skipping::UpToTheFirst {
            self.before_first = Some(self.gone + at as u64);
        }
        (self.skipping, self.gone) = (Skipping::Nothing, 0);
        self.start += at + 1;
        self.after_cr = ended_by_cr;
        if self.start < self.end {
            self.pass_lf();
        }
    }
}
