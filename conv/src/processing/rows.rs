//! Rows of readings, each channel by itself.

use std::io::Write;

use stage::format::columns::Columns;
use stage::format::decimal::fixed::Fixed;
use stage::format::time::Time;

use super::history::History;
use super::{Processing, fail, reject, whose};
use crate::channel::{Channel, Value};
use crate::reading::{NoReading, Place, Rows};
use crate::sender::Sender;

impl Processing {
    /// Like `take`, for rows of readings.
    pub fn take_rows(&mut self, rows: &mut dyn Rows, sender: &mut Sender<impl Write>) {
        while !self.is_over(sender)
            && let Some(row) = rows.next_row()
        {
            let place = row.place;
            match row.time {
                Ok(time) => {
                    self.take_row(place, rows, sender);
                    self.send_row(place, time, sender);
                }
                Err(why) => self.skip(place, why, sender),
            }
        }
    }

    /// Whether rows are sent with their times.
    fn have_time(&self) -> bool {
        self.columns.as_ref().is_some_and(Columns::have_time)
    }

    /// Sends the newest row, or keeps it for later.
    fn send_row(&mut self, place: Place, time: Option<Time>, sender: &mut Sender<impl Write>) {
        let are_words = self.words.len() == self.channels.len();
        if are_words && self.history.is_none() && !self.have_time() {
            return sender.send_row_of_fixed(&self.words);
        }
        if are_words {
            self.values.extend(as_values(&self.words));
        }
        match &mut self.history {
            None => sender.send_row(time.filter(|_| self.have_time()), &self.values),
            Some(history) => history.push(place, time, &mut self.values, sender),
        }
    }

    /// Takes the samples of a row: into `words` if all are in machine words, otherwise into `values`. Rejects the
    /// readings that give none.
    fn take_row(&mut self, place: Place, rows: &mut dyn Rows, sender: &mut Sender<impl Write>) {
        let Processing { channels, values, words, columns, history, .. } = self;
        let count = channels.len();
        words.clear();
        values.clear();
        for (index, channel) in channels.iter_mut().enumerate() {
            let are_words = words.len() == index;
            if let Some(word) = in_machine_words(rows, index, channel) {
                match are_words {
                    true => words.push(word),
                    false => values.push(Some(Value::Fixed(word))),
                }
                continue;
            }
            if are_words {
                values.extend(as_values(words));
            }
            let whose = columns.as_ref().and_then(|columns| whose(columns, index));
            let mut value = None;
            match rows.reading(index) {
                Some(Ok(raw)) if !channel.is_missing(&raw) => match channel.value(raw) {
                    Ok(sample) => value = Some(sample),
                    Err(why) => {
                        settle_before(history, count, sender);
                        fail(place, whose, why, sender);
                    }
                },
                None | Some(Ok(_) | Err(NoReading::Missing)) => sender.miss_reading(),
                Some(Err(why)) => {
                    settle_before(history, count, sender);
                    // A field's reason names the input's column.
                    let whose = whose.filter(|_| !matches!(why, NoReading::Field { .. }));
                    reject(place, whose, why, sender);
                }
            }
            values.push(value);
        }
    }
}

/// Settles the row that waits before a reading of a single channel is rejected: no value follows that row, and
/// its own rejection comes first. (Of several channels, values of the others may follow.)
fn settle_before(history: &mut Option<History>, channels: usize, sender: &mut Sender<impl Write>) {
    if let Some(history) = history.as_mut().filter(|_| channels == 1) {
        history.finish(sender);
    }
}

/// The sample that the `channel` at `index` makes of its reading in this row; `None` if one of them does not fit
/// machine words, the reading stands for none, or the value fails a check.
#[inline(always)]
fn in_machine_words(rows: &mut dyn Rows, index: usize, channel: &mut Channel) -> Option<Fixed> {
    let raw = rows.fixed(index).filter(|raw| !channel.is_missing_fixed(*raw))?;
    channel.sample(raw)
}

fn as_values(words: &[Fixed]) -> impl Iterator<Item = Option<Value>> {
    words.iter().map(|word| Some(Value::Fixed(*word)))
}
