//! What the end of a stream of words has cut off: reported, or a reading that is rejected.

use stage::stream::ending::{CutOff, Fate, Half};
use stage::stream::input::Input;
use stage::stream::rejects::REPORTED;

use super::WordStream;
use crate::reading::{NoReading, Place, Reading};

impl<I: Input> WordStream<I> {
    /// The place behind the last word.
    pub(crate) fn next_place(&self) -> Place {
        self.place(self.number + 1)
    }

    /// Reports what the end has cut off, if that is dropped.
    pub(super) fn cut_off(&mut self) -> Option<String> {
        let (ending, bytes) = (self.ending?, self.end - self.whole);
        let is_dropped = bytes > 0 && ending.fate(Half::Word) != Fate::Torn;
        let is_left = ending.is_by_the_reader() && self.input.keeps_its_rest();
        if !is_dropped || is_left || self.is_rest_done {
            return None;
        }
        self.is_rest_done = true;
        self.cuts += 1;
        let cut = CutOff { ending, bytes: bytes as u64, start: b"" };
        (self.cuts <= REPORTED).then(|| format!("{}: {cut}", self.place(self.number + 1)))
    }

    /// The frame that the end has cut off, if that counts as a reading.
    pub(super) fn torn(&mut self) -> Option<Reading<'static>> {
        let (bytes, frame) = (self.end - self.whole, self.frame.length);
        let is_torn = bytes > 0 && self.ending?.fate(Half::Word) == Fate::Torn;
        (is_torn && !self.is_rest_done).then(|| {
            self.is_rest_done = true;
            let raw = Err(NoReading::Torn { bytes, frame });
            Reading { place: self.place(self.number + 1), raw }
        })
    }
}
