//! From reading to sample: what is done to its channel's readings, then the sender.
//!
//! Where readings come as codes, a code seen before bypasses conversion and checks: its printed text
//! is sent from a cache. That is right only if neither the conversion nor any check remembers
//! earlier readings; otherwise nothing is cached.

use std::fmt::Display;
use std::io::Write;

use stage::format::columns::Columns;
use stage::format::decimal::fixed::Fixed;
use stage::format::name::Name;
use stage::format::row::NotARow;
use stage::format::sample::Sample;

use crate::canonical;
use crate::channel::{Channel, Settings, Value, name};
use crate::for_channel::UnknownChannel;
use crate::reading::{CodeTable, Codes, NoReading, Place, Reading, Rows, Text};
use crate::sender::Sender;
use crate::text_cache::TextCache;

/// What is done to every reading.
#[derive(Debug)]
pub struct Processing {
    settings: Settings,
    /// The only channel of a stream without rows.
    channel: Channel,
    /// Texts by code.
    cache: TextCache,
    /// A buffer for the lines of one code.
    text: Vec<u8>,
    /// The channels of rows, and what they are called, once that is known.
    columns: Option<Columns>,
    channels: Vec<Channel>,
    /// The samples of the newest row.
    values: Vec<Option<Value>>,
}

impl Processing {
    /// Does what `settings` say to the readings of the classic stream, until others begin.
    pub fn new(settings: Settings) -> Processing {
        let channel = settings.only_channel(&Columns::CLASSIC);
        Processing { settings, ..Processing::of_channel(channel) }
    }

    /// Does what `channel` does to the readings of the classic stream.
    pub(crate) fn of_channel(channel: Channel) -> Processing {
        let cache = if channel.is_memoryless() { TextCache::default() } else { TextCache::off() };
        Processing {
            settings: Settings::default(),
            channel,
            cache,
            text: Vec::new(),
            columns: None,
            channels: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Goes on to readings of `columns`. The same ones go on as they are.
    pub fn begin(&mut self, columns: &Columns) -> Result<(), UnknownChannel> {
        if self.columns.as_ref() != Some(columns) {
            let channels = self.settings.channels(columns)?;
            let channel = self.settings.only_channel(columns);
            let settings = std::mem::take(&mut self.settings);
            let columns = Some(columns.clone());
            *self = Processing { settings, columns, channels, ..Processing::of_channel(channel) };
        }
        Ok(())
    }

    /// Sends a reading as a sample and returns its line, or rejects it. The sender must not be done.
    fn send<'s>(
        &mut self,
        place: Place,
        raw: Sample,
        sender: &'s mut Sender<impl Write>,
    ) -> Option<&'s [u8]> {
        if self.channel.is_missing(&raw) {
            sender.miss_reading();
            return None;
        }
        if let Some(value) = self.channel.converted(&raw) {
            return self.send_fixed(place, value, sender);
        }
        match self.channel.long_value(raw) {
            Ok(value) => Some(sender.send(&value)),
            Err(why) => {
                sender.reject(place, || why.to_string());
                None
            }
        }
    }

    /// The same for a value in machine words, already converted.
    #[inline]
    fn send_fixed<'s>(
        &mut self,
        place: Place,
        value: Fixed,
        sender: &'s mut Sender<impl Write>,
    ) -> Option<&'s [u8]> {
        match self.channel.failed(value) {
            None => Some(sender.send_fixed(value)),
            Some(check) => {
                sender.reject(place, || check.reason(&value.into()));
                None
            }
        }
    }

    /// Sends or rejects readings until the sender is done.
    pub fn take<'r>(
        &mut self,
        readings: impl IntoIterator<Item = Reading<'r>>,
        sender: &mut Sender<impl Write>,
    ) {
        for Reading { place, raw } in readings {
            match raw {
                Ok(raw) => drop(self.send(place, raw, sender)),
                Err(NoReading::Missing) => sender.miss_reading(),
                Err(why) => sender.reject(place, || why.to_string()),
            }
            if sender.is_done() {
                break;
            }
        }
    }

    /// Like `take`, for rows of readings.
    pub fn take_rows(&mut self, rows: &mut dyn Rows, sender: &mut Sender<impl Write>) {
        while !sender.is_done()
            && let Some(row) = rows.next_row()
        {
            let place = row.place;
            match row.time {
                Ok(time) => {
                    self.take_row(place, rows, sender);
                    sender.send_row(time, &self.values);
                }
                Err(why) => sender.reject(place, || why.to_string()),
            }
        }
    }

    /// The samples of a row; rejects the readings that give none.
    fn take_row(&mut self, place: Place, rows: &mut dyn Rows, sender: &mut Sender<impl Write>) {
        let Processing { channels, values, columns, .. } = self;
        // A single channel need not be named.
        let columns = columns.as_ref().filter(|columns| columns.count() > 1);
        values.clear();
        for (index, channel) in channels.iter_mut().enumerate() {
            let whose = columns.and_then(|columns| name(columns, index));
            let value = match rows.reading(index) {
                None => {
                    sender.miss_reading();
                    None
                }
                Some(Ok(raw)) if channel.is_missing(&raw) => {
                    sender.miss_reading();
                    None
                }
                Some(Ok(raw)) => match channel.value(raw) {
                    Ok(value) => Some(value),
                    Err(why) => reject(place, whose, why, sender),
                },
                // It names the input's column.
                Some(Err(why @ NoReading::Field { .. })) => reject(place, None, why, sender),
                Some(Err(why)) => reject(place, whose, why, sender),
            };
            values.push(value);
        }
    }

    /// Like `take`, for readings that come as text.
    pub fn take_text(&mut self, text: Text<'_>, sender: &mut Sender<impl Write>) {
        if self.channel.is_plain() {
            return sender.send_lines(text.lines, text.readings);
        }
        let mut place = text.place;
        for (line, raw) in canonical::numbers(text.lines) {
            match raw.and_then(|raw| self.channel.converted_fixed(raw)) {
                _ if self.channel.is_missing_line(line) => sender.miss_reading(),
                Some(value) => drop(self.send_fixed(place, value, sender)),
                None => self.take_line(place, line, sender),
            }
            if sender.is_done() {
                break;
            }
            place = place.after(1);
        }
    }

    /// Sends or rejects the reading in a line.
    #[cold]
    fn take_line(&mut self, place: Place, line: &[u8], sender: &mut Sender<impl Write>) {
        let raw = Sample::parse(line)
            .map_err(|reason| NoReading::Line { reason: NotARow::Number(reason).into(), line });
        self.take([Reading { place, raw }], sender);
    }

    /// Like `take`, for readings that come as codes.
    pub fn take_codes(&mut self, coded: Codes<'_>, sender: &mut Sender<impl Write>) {
        let Codes { place, table, codes } = coded;
        let readings = table.readings();
        self.cache.prepare(table.size(), readings, codes.len());
        sender.make_room(codes.len());
        let mut at = 0;
        while at < codes.len() && !sender.is_done() {
            at += sender.send_texts(self.cache.slots(), &codes[at..], readings);
            if let Some(&code) = codes.get(at)
                && !sender.is_done()
            {
                let first = place.after(at as u64 * readings);
                self.take_code(first, table, code, sender);
                at += 1;
            }
        }
    }

    /// Sends or rejects the readings of a code that is not cached; caches it if all become samples.
    fn take_code(
        &mut self,
        first: Place,
        table: &dyn CodeTable,
        code: u16,
        sender: &mut Sender<impl Write>,
    ) {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let mut is_whole = true;
        for position in 0..table.readings() {
            if sender.is_done() {
                is_whole = false;
                break;
            }
            let raw = table.reading(code, position);
            match self.send(first.after(position), raw, sender) {
                Some(line) => text.extend_from_slice(line),
                None => is_whole = false,
            }
        }
        if is_whole {
            self.cache.keep(code, &text);
        }
        self.text = text;
    }
}

/// Rejects the reading of the channel called `whose`.
#[cold]
fn reject(
    place: Place,
    whose: Option<&Name>,
    why: impl Display,
    sender: &mut Sender<impl Write>,
) -> Option<Value> {
    sender.reject(place, || match whose {
        Some(name) => format!("{name}: {why}"),
        None => why.to_string(),
    });
    None
}

#[cfg(test)]
mod tests;
