//! The newest record of each channel, in the order in which the channels came.
//!
//! A stream whose records name no channel has one, without a name.

use std::collections::BTreeMap;
use std::ops::Range;

use stage::format::columns::MAX_COLUMNS;
use stage::format::record::Record;

use crate::newest::Newest;

/// The channels so far.
#[derive(Debug, Default)]
pub(crate) struct Channels {
    list: Vec<Newest>,
    /// Where each stands in the list, by its name.
    places: BTreeMap<Option<String>, usize>,
    /// Where the one stands whose record came last.
    latest: usize,
    /// Whether the record that came last completes a group.
    completes_group: bool,
    /// Those that have changed since the change before.
    changed: Range<usize>,
}

impl Channels {
    /// Whether there is room for `record`; why not.
    pub(crate) fn check(&self, record: &Record) -> Result<(), String> {
        match self.list.len() < MAX_COLUMNS || self.places.contains_key(&record.channel) {
            true => Ok(()),
            false => Err(format!("more than {MAX_COLUMNS} channels")),
        }
    }

    /// Takes a record of any channel.
    pub(crate) fn take(&mut self, record: Record) {
        let known = self.places.get(&record.channel).copied();
        let at = known.unwrap_or_else(|| self.add(record.channel.clone()));
        self.completes_group = known == Some(self.list.len() - 1);
        self.list[at].take(record);
        (self.latest, self.changed) = (at, at..at + 1);
    }

    fn add(&mut self, name: Option<String>) -> usize {
        if self.places.is_empty() {
            // What was made of rejections alone gives way.
            self.list.clear();
        }
        let at = self.list.len();
        self.places.insert(name, at);
        self.list.push(Newest::default());
        at
    }

    /// Adds what `conv` has rejected since: to every channel, since nobody knows whose it was; if there
    /// is no record yet, to one without samples.
    pub(crate) fn reject(&mut self, count: u64) {
        if self.list.is_empty() {
            self.list.push(Newest::default());
        }
        self.list.iter_mut().for_each(|newest| newest.reject(count));
        self.changed = 0..self.list.len();
    }

    /// The record that came last, as it came.
    pub(crate) fn arrived(&self) -> Option<&Record> {
        self.list.get(self.latest)?.arrived()
    }

    /// Whether the record that came last completes a group, with one of each channel: they come in one
    /// order, so it is that of the last channel. (Not its first: another channel may follow.)
    pub(crate) fn completes_group(&self) -> bool {
        self.completes_group
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// The newest record of each, and how many samples there were by then.
    pub(crate) fn records(&self) -> impl Iterator<Item = (&Record, u64)> {
        self.list.iter().filter_map(|newest| Some((newest.record()?, newest.samples)))
    }

    /// Those that have changed: with a record that came, or because `conv` has rejected something. Each
    /// with its place in their order, its newest record, and how many samples there were by then.
    pub(crate) fn changed(&self) -> impl Iterator<Item = (usize, &Record, u64)> {
        let changed = self.list.iter().enumerate().take(self.changed.end).skip(self.changed.start);
        changed.filter_map(|(at, newest)| Some((at, newest.record()?, newest.samples)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(channel: &str, n: u64) -> Record {
        let channel =
            if channel.is_empty() { String::new() } else { format!("\"channel\":\"{channel}\",") };
        let text = format!(
            r#"{{{channel}"n":{n},"rejected":0,"last":1,"sum":1,"mean":1,"sd":null,"min":1,"max":1}}"#
        );
        Record::parse(text.as_bytes()).unwrap()
    }

    fn seen(channels: &Channels) -> Vec<(Option<&str>, u64, u64)> {
        channels.records().map(|(it, n)| (it.channel.as_deref(), n, it.rejected)).collect()
    }

    #[test]
    fn each_channel_has_its_newest_record_in_the_order_in_which_they_came() {
        let mut channels = Channels::default();
        for (name, n) in [("b", 1), ("a", 2), ("b", 3)] {
            channels.take(record(name, n));
        }
        assert_eq!(seen(&channels), [(Some("b"), 3, 0), (Some("a"), 2, 0)]);
        assert_eq!(channels.arrived().unwrap().channel.as_deref(), Some("b"));
        assert_eq!(channels.changed().map(|(at, ..)| at).collect::<Vec<_>>(), [0]);
        channels.reject(5);
        assert_eq!(seen(&channels), [(Some("b"), 3, 5), (Some("a"), 2, 5)]);
        assert_eq!(channels.changed().map(|(at, ..)| at).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn a_group_ends_with_the_last_channel_once_all_are_known() {
        let mut channels = Channels::default();
        let ends = ["a", "b", "a", "b", "c", "a", "b", "c"].map(|name| {
            channels.take(record(name, 1));
            channels.completes_group()
        });
        assert_eq!(ends, [false, false, false, true, false, false, false, true]);
    }

    #[test]
    fn rejections_before_any_record_are_of_no_channel_until_one_comes() {
        let mut channels = Channels::default();
        channels.reject(2);
        assert_eq!(seen(&channels), [(None, 0, 2)]);
        channels.take(record("a", 1));
        assert_eq!(seen(&channels), [(Some("a"), 1, 0)]);
    }

    #[test]
    fn there_are_at_most_a_thousand() {
        let mut channels = Channels::default();
        for number in 0..MAX_COLUMNS {
            let record = record(&format!("ch{number}"), 1);
            assert_eq!(channels.check(&record), Ok(()));
            channels.take(record);
        }
        assert_eq!(channels.check(&record("ch0", 2)), Ok(()));
        assert_eq!(channels.check(&record("x", 1)), Err("more than 1000 channels".to_owned()));
    }
}
