//! From reading to sample: what is done to its channel's readings, then the sender.
//!
//! A code, or a short line of text, that was seen before bypasses conversion and checks: its printed text
//! is sent from a cache. That is right only if no check remembers earlier readings; otherwise nothing is
//! cached, and every reading goes through the `history`, as a row of its own where it has none.

mod codes;
mod history;
mod printer;
mod rows;
mod text;

use std::fmt::Display;
use std::io::Write;

use stage::format::columns::Columns;
use stage::format::decimal::fixed::Fixed;
use stage::format::name::Name;
use stage::format::sample::Sample;

use self::history::History;
use self::printer::Printer;
use crate::channel::{Channel, NoValue, Settings, Value, name};
use crate::for_channel::WrongChannel;
use crate::reading::{NoReading, Place, Reading};
use crate::sender::Sender;
use crate::text_cache::TextCache;

/// What is done to every reading.
#[derive(Debug)]
pub struct Processing {
    settings: Settings,
    /// The only channel of a stream without rows, and what prints its samples.
    channel: Channel,
    printer: Printer,
    /// Texts by code.
    cache: TextCache,
    /// A buffer for the lines of one code.
    text: Vec<u8>,
    /// The channels of rows, and what they are called, once that is known.
    columns: Option<Columns>,
    channels: Vec<Channel>,
    printers: Vec<Printer>,
    /// The samples of the newest row, unless all are in machine words.
    values: Vec<Option<Value>>,
    /// Those before its first one that is not in machine words.
    words: Vec<Fixed>,
    /// What checks remember, if any does.
    history: Option<History>,
}

impl Processing {
    /// Does what `settings` say to the readings of the classic stream, until others begin.
    pub fn new(settings: Settings) -> Processing {
        let channel = settings.only_channel(&Columns::CLASSIC);
        let history = History::new(&settings, &Columns::CLASSIC);
        Processing { settings, ..Processing::of_channel(channel, history) }
    }

    /// Does what `channel` and then `history` do to the readings of the classic stream.
    fn of_channel(channel: Channel, history: Option<History>) -> Processing {
        let cache = if history.is_none() { TextCache::default() } else { TextCache::off() };
        Processing {
            settings: Settings::default(),
            channel,
            printer: Printer::only(),
            cache,
            text: Vec::new(),
            columns: None,
            channels: Vec::new(),
            printers: Vec::new(),
            values: Vec::new(),
            history,
            words: Vec::new(),
        }
    }

    /// Goes on to readings of `columns`. The same ones go on as they are; so does what is remembered of the
    /// channels of the same names.
    pub fn begin(
        &mut self,
        columns: &Columns,
        sender: &mut Sender<impl Write>,
    ) -> Result<(), WrongChannel> {
        if self.columns.as_ref() != Some(columns) {
            self.finish(sender);
            if self.columns.is_none() {
                self.settings.check(columns)?;
            }
            let channels = self.settings.channels(columns);
            let printers = Printer::of_row(channels.len());
            let channel = self.settings.only_channel(columns);
            let before = self.history.take();
            let history =
                History::new(&self.settings, columns).map(|history| history.behind(before));
            let settings = std::mem::take(&mut self.settings);
            let columns = Some(columns.clone());
            let new = Processing::of_channel(channel, history);
            *self = Processing { settings, columns, channels, printers, ..new };
        }
        Ok(())
    }

    /// Sends what still waits: no more readings follow.
    pub fn finish(&mut self, sender: &mut Sender<impl Write>) {
        if let Some(history) = &mut self.history {
            history.finish(sender);
        }
    }

    /// Notes that any number of readings may have been lost since the last one.
    pub fn interrupt(&mut self, sender: &mut Sender<impl Write>) {
        if let Some(history) = &mut self.history {
            history.interrupt(sender);
        }
    }

    /// Whether a check needs times, and the readings have none.
    pub fn lacks_times(&self) -> bool {
        self.history.as_ref().is_some_and(History::lacks_times)
    }

    /// Sends a reading as a sample and returns its line, or rejects it, or keeps it for later. The sender
    /// must not be done.
    fn send<'s>(
        &mut self,
        place: Place,
        raw: Sample,
        sender: &'s mut Sender<impl Write>,
    ) -> Option<&'s [u8]> {
        if self.channel.is_missing(&raw) {
            self.miss(sender);
            return None;
        }
        if let Some(history) = &mut self.history {
            remember(history, &mut self.channel, place, raw, sender);
            return None;
        }
        if let Some(value) = self.channel.converted(&raw) {
            return self.send_fixed(place, value, sender);
        }
        match self.channel.long_value(raw) {
            Ok(value) => Some(sender.send(&value)),
            Err(why) => {
                fail(place, None, why, sender);
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
                sender.fail(place, check.option(), None, || check.reason(&value.into()));
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
                Err(why) => self.skip(place, why, sender),
            }
            if self.is_over(sender) {
                break;
            }
        }
    }

    /// Whether nothing more is to be taken.
    fn is_over(&self, sender: &Sender<impl Write>) -> bool {
        sender.is_done() || self.lacks_times()
    }

    /// Counts a reading that is missing, of a stream without rows.
    fn miss(&mut self, sender: &mut Sender<impl Write>) {
        if let Some(history) = &mut self.history {
            history.gap(sender);
        }
        sender.miss_reading();
    }

    /// Rejects a reading, or a row as a whole.
    #[cold]
    fn skip(&mut self, place: Place, why: NoReading<'_>, sender: &mut Sender<impl Write>) {
        if why == NoReading::Missing {
            return self.miss(sender);
        }
        if let Some(history) = &mut self.history {
            history.gap(sender);
        }
        sender.reject(place, || why.to_string());
    }
}

/// What messages call the channel at `index`. A single one need not be named.
fn whose(columns: &Columns, index: usize) -> Option<&Name> {
    name(columns, index).filter(|_| columns.count() > 1)
}

/// Gives a reading of a stream without rows to the `history`.
fn remember(
    history: &mut History,
    channel: &mut Channel,
    place: Place,
    raw: Sample,
    sender: &mut Sender<impl Write>,
) {
    match channel.value(raw) {
        Ok(value) => history.push(place, None, &mut vec![Some(value)], sender),
        Err(why) => {
            history.gap(sender);
            fail(place, None, why, sender);
        }
    }
}

/// Rejects the value of the channel called `whose`.
#[cold]
fn fail(place: Place, whose: Option<&Name>, why: NoValue<'_>, sender: &mut Sender<impl Write>) {
    match why {
        NoValue::NotASample(why) => reject(place, whose, why, sender),
        NoValue::Failed(check, value) => {
            sender.fail(place, check.option(), whose, || check.reason(&value));
        }
    }
}

/// Rejects the reading of the channel called `whose`.
#[cold]
fn reject(place: Place, whose: Option<&Name>, why: impl Display, sender: &mut Sender<impl Write>) {
    sender.reject(place, || match whose {
        Some(name) => format!("{name}: {why}"),
        None => why.to_string(),
    });
}

#[cfg(test)]
mod tests;
