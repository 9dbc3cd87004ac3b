//! The end of an input: what is left, what is dropped, and going on behind it.

use super::{Cut, Lines, LongLine, Skipping};
use crate::stream::ending::{CutOff, Ending, Fate, Half};
use crate::stream::input::Input;

impl<I: Input> Lines<I> {
    /// What is left when the input has ended.
    pub(super) fn last(&mut self, ending: Ending) -> Cut {
        let rest = self.start..self.end;
        if rest.is_empty() || ending.fate(Half::Line) != Fate::Taken {
            return Cut::End;
        }
        self.start = self.end;
        Cut::Lines(rest)
    }

    /// Ends the input here, unless it has ended.
    pub fn end_by(&mut self, ending: Ending) {
        self.ending.get_or_insert(ending);
    }

    /// Goes on after the input's end, as a FIFO does when another writer comes: with its first line.
    pub fn resume(&mut self) {
        self.drop_read_ahead();
        self.given = 0..0;
        (self.skipping, self.gone, self.after_cr) = (Skipping::Nothing, 0, false);
        self.ending = None;
    }

    /// How the input ended, once it has.
    pub fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// The bytes dropped at the input's end for lack of a line end. For a line that was too long to
    /// hold, these are all its bytes, even those that were handed out.
    ///
    /// A skipped line has been rejected already. At a clean end its length is reported as well, since
    /// an input without line ends is probably not text; at any other end its length is unknown, and the
    /// rejection says enough. What the program itself leaves of a file is not dropped.
    pub fn cut_off(&self) -> Option<CutOff<'_>> {
        let ending = self.ending?;
        if ending.is_by_the_reader() && self.input.keeps_its_rest() {
            return None;
        }
        if self.long_line == LongLine::InPieces && ending.fate(Half::Line) == Fate::Taken {
            return None;
        }
        if self.skipping == Skipping::RestOfALine && ending.fate(Half::Line) == Fate::Dropped {
            return None;
        }
        let held = &self.buffer[self.start..self.end];
        let bytes = self.gone + held.len() as u64;
        let start = if self.gone == 0 { held } else { b"" };
        (bytes > 0).then_some(CutOff { ending, bytes, start })
    }
}
