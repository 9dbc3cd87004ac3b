//! Rows of readings, each channel by itself.

use std::io::Write;

use stage::format::columns::Columns;
use stage::format::decimal::fixed::Fixed;
use stage::format::time::Time;

use super::{Processing, fail, reject, whose};
use crate::channel::{Channel, Value};
use crate::reading::{NoReading, Place, Reading, Rows};
use crate::sender::Sender;

impl Processing {
    /// Like `take`, for rows of readings.
    pub fn take_rows(&mut self, rows: &mut dyn Rows, sender: &mut Sender<impl Write>) {
        while !self.is_over(sender)
            && let Some(row) = rows.next_row()
        {
            let place = row.place;
            match row.time {
                // The history of a classic stream reports in the readings' order.
                Ok(None) if self.channels.len() == 1 && self.history.is_some() => {
                    let raw = rows.reading(0).unwrap_or(Err(NoReading::Missing));
                    self.take([Reading { place, raw }], sender);
                }
                Ok(time) => {
                    if !self.print_row(rows, sender) {
                        self.take_row(place, rows, sender);
                        self.send_row(place, time, sender);
                    }
                }
                Err(why) => self.skip(place, why, sender),
            }
        }
    }

    /// Sends the newest row, if it is nothing but samples in machine words; returns whether it is.
    fn print_row(&mut self, rows: &mut dyn Rows, sender: &mut Sender<impl Write>) -> bool {
        self.words.clear();
        if self.history.is_some() || self.have_time() {
            return false;
        }
        for (index, channel) in self.channels.iter_mut().enumerate() {
            let Some(word) = in_machine_words(rows, index, channel) else { return false };
            self.words.push(word);
        }
        sender.send_row_of_fixed(&self.words);
        true
    }

    /// Whether rows are sent with their times.
    fn have_time(&self) -> bool {
        self.columns.as_ref().is_some_and(Columns::have_time)
    }

    /// Sends the newest row, or keeps it for later.
    fn send_row(&mut self, place: Place, time: Option<Time>, sender: &mut Sender<impl Write>) {
        match &mut self.history {
            None => {
                sender.send_row(time.filter(|_| self.have_time()), &self.values);
            }
            Some(history) => history.push(place, time, &mut self.values, sender),
        }
    }

    /// The samples of a row; rejects the readings that give none.
    fn take_row(&mut self, place: Place, rows: &mut dyn Rows, sender: &mut Sender<impl Write>) {
        let Processing { channels, values, words, columns, .. } = self;
        values.clear();
        // Those before the first that is no matter of machine words are known already.
        values.extend(words.iter().map(|word| Some(Value::Fixed(*word))));
        for (index, channel) in channels.iter_mut().enumerate().skip(words.len()) {
            if let Some(value) = in_machine_words(rows, index, channel) {
                values.push(Some(Value::Fixed(value)));
                continue;
            }
            let whose = columns.as_ref().and_then(|columns| whose(columns, index));
            let mut value = None;
            match rows.reading(index) {
                Some(Ok(raw)) if !channel.is_missing(&raw) => match channel.value(raw) {
                    Ok(sample) => value = Some(sample),
                    Err(why) => fail(place, whose, why, sender),
                },
                None | Some(Ok(_) | Err(NoReading::Missing)) => sender.miss_reading(),
                // It names the input's column.
                Some(Err(why @ NoReading::Field { .. })) => reject(place, None, why, sender),
                Some(Err(why)) => reject(place, whose, why, sender),
            }
            values.push(value);
        }
    }
}

/// The sample that the `channel` at `index` makes of its reading in this row, if all of it is a matter of machine
/// words and it passes all checks.
#[inline(always)]
fn in_machine_words(rows: &mut dyn Rows, index: usize, channel: &mut Channel) -> Option<Fixed> {
    let raw = rows.fixed(index).filter(|raw| !channel.is_missing_fixed(*raw))?;
    channel.sample(raw)
}
