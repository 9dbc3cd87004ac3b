//! Readings that come as text in canonical form: not even read unless something is to be done to them.

use std::io::Write;

use stage::format::row::NotARow;
use stage::format::sample::Sample;

use super::Processing;
use crate::canonical;
use crate::channel::Channel;
use crate::reading::{NoReading, Place, Reading, Row, Rows, Text};
use crate::sender::Sender;

impl Processing {
    /// Like `take`, for readings that come as text.
    pub fn take_text(&mut self, text: Text<'_>, sender: &mut Sender<impl Write>) {
        match self.channels.len() {
            0 | 1 => self.take_lines(text, sender),
            _ => self.take_rows_of_text(text, sender),
        }
    }

    /// The readings of a single channel.
    fn take_lines(&mut self, text: Text<'_>, sender: &mut Sender<impl Write>) {
        let has_memory = self.history.is_some();
        if self.channel.is_plain() && !has_memory {
            return sender.send_lines(text.lines, text.rows);
        }
        let mut place = text.place;
        for (line, raw) in canonical::numbers(text.lines) {
            match raw.and_then(|raw| self.channel.converted_fixed(raw)) {
                _ if self.channel.is_missing_line(line) => self.miss(sender),
                Some(value) if !has_memory => drop(self.send_fixed(place, value, sender)),
                _ => self.take_line(place, line, sender),
            }
            if sender.is_done() || has_memory && self.lacks_times() {
                break;
            }
            place = place.after(1);
        }
    }

    /// Sends or rejects the reading in a line.
    #[cold]
    fn take_line(&mut self, place: Place, line: &[u8], sender: &mut Sender<impl Write>) {
        let raw = sample(line);
        self.take([Reading { place, raw }], sender);
    }

    /// Rows of several channels. Where machine words do not do, a row goes the way of any other. (Not
    /// inlined: what it keeps would take registers from the loop over single channels.)
    #[inline(never)]
    fn take_rows_of_text(&mut self, text: Text<'_>, sender: &mut Sender<impl Write>) {
        let has_memory = self.history.is_some();
        if !has_memory && self.channels.iter().all(Channel::is_plain) {
            return sender.send_rows(text.lines, self.channels.len(), text.rows);
        }
        let mut numbers = canonical::numbers(text.lines);
        let (mut rest, mut place) = (text.lines, text.place);
        for _ in 0..text.rows {
            self.words.clear();
            let mut length = 0;
            for (channel, (line, raw)) in self.channels.iter_mut().zip(&mut numbers) {
                length += line.len() + 1;
                let is_missing = channel.is_missing_line(line);
                let raw = raw.filter(|_| !is_missing);
                self.words.extend(raw.and_then(|raw| channel.sample_of_fixed(raw)));
            }
            let lines = rest.split_off(..length).unwrap_or_default();
            match self.words.len() == self.channels.len() && !has_memory {
                true => sender.send_row_of_fixed(&self.words),
                false => self.take_rows(&mut RowOfText::new(place, lines), sender),
            }
            if self.is_over(sender) {
                break;
            }
            place = place.after(1);
        }
    }
}

/// The reading in a line.
fn sample(line: &[u8]) -> Result<Sample, NoReading<'_>> {
    Sample::parse(line)
        .map_err(|reason| NoReading::Line { reason: NotARow::Number(reason).into(), line })
}

/// One row, whose readings are lines.
struct RowOfText<'a> {
    place: Option<Place>,
    lines: &'a [u8],
}

impl<'a> RowOfText<'a> {
    fn new(place: Place, lines: &'a [u8]) -> RowOfText<'a> {
        RowOfText { place: Some(place), lines }
    }
}

impl Rows for RowOfText<'_> {
    fn next_row(&mut self) -> Option<Row<'_>> {
        self.place.take().map(|place| Row { place, time: Ok(None) })
    }

    fn reading(&mut self, index: usize) -> Option<Result<Sample, NoReading<'_>>> {
        self.lines.split(|byte| *byte == b'\n').nth(index).map(sample)
    }
}
