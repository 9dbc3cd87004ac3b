//! Frames of raw words as rows.

use stage::format::decimal::fixed::Fixed;
use stage::format::sample::Sample;
use stage::stream::input::Input;

use super::WordStream;
use crate::reading::{NoReading, Row, Rows};

impl<I: Input> Rows for WordStream<I> {
    fn next_row(&mut self) -> Option<Row<'_>> {
        if self.start == self.whole {
            return None;
        }
        self.start += self.frame.length;
        self.number += 1;
        let time = match self.frame.time {
            Some(element) => element.time(self.newest()).map(Some).ok_or(NoReading::NotFinite),
            None => Ok(self.came),
        };
        Some(Row { place: self.place(self.number), time })
    }

    fn reading(&mut self, index: usize) -> Option<Result<Sample, NoReading<'_>>> {
        let element = self.frame.taken.get(index)?;
        Some(self.read_word(element.word, self.newest().get(element.range())?, index))
    }

    fn fixed(&mut self, index: usize) -> Option<Fixed> {
        let element = self.frame.taken.get(index)?;
        element.word.fixed(self.newest().get(element.range())?)
    }
}
