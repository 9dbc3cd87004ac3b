//! `--fail-if`: conditions that are watched. Each is reported when it starts holding and when it
//! stops, for each channel.

use stage::format::record::{Record, Window};
use stage::process::exit::Status;
use stage::process::message::Messages;

use crate::channels::Channels;
use crate::condition::Condition;
use crate::error::Error;
use crate::labels;
use crate::view::{Desk, Refusal, View};

/// Conditions that are watched.
#[derive(Debug)]
pub(crate) struct Watched {
    alarms: Vec<Alarm>,
    /// Channels so far.
    channels: usize,
    /// Whether those that are missing were reported.
    has_named_missing: bool,
}

/// A condition, and where it holds.
#[derive(Debug)]
struct Alarm {
    condition: Condition,
    /// Whether it holds, for each channel, in their order.
    holds: Vec<bool>,
    /// Whether a record has come that it is about.
    has_begun: bool,
    /// Whether a channel has come whose whole name it has: then it is about no other, whose name without the
    /// unit is the same.
    is_of_one: bool,
}

impl Alarm {
    /// Notes a record that has come.
    fn note(&mut self, record: &Record, messages: &mut dyn Messages) {
        self.has_begun |= self.condition.is_about(record);
        if self.is_of_one || !self.condition.names(record) {
            return;
        }
        self.is_of_one = true;
        if self.holds.iter().any(|holds| *holds) {
            let name = record.channel.as_deref().unwrap_or_default();
            let (condition, name) = (&self.condition, labels::channel(name));
            messages.tell(&format!("{condition} no longer holds: it is about {name} alone"));
        }
        self.holds.fill(false);
    }

    /// Checks the record of the channel at `at`, which has the number that it is about.
    fn look(&mut self, at: usize, record: &Record, messages: &mut dyn Messages) {
        let condition = &self.condition;
        if !condition.is_about(record) || self.is_of_one && !condition.names(record) {
            return;
        }
        if self.holds.len() <= at {
            self.holds.resize(at + 1, false);
        }
        let held = &mut self.holds[at];
        let holds = condition.holds(record).unwrap_or(*held);
        if std::mem::replace(held, holds) != holds {
            let what = if holds { "now holds" } else { "no longer holds" };
            let of = record.channel.as_ref().filter(|_| condition.channel().is_none());
            let of = of.map(|it| format!(" for {}", labels::channel(it))).unwrap_or_default();
            let value = condition.value_as_read(record);
            let samples = covered(record);
            messages.tell(&format!("{condition} {what}{of}: {value} ({samples})"));
        }
    }

    /// Why it was never checked, where these channels came. The one that it is about may come `yet`.
    fn unchecked(&self, channels: &Channels, yet: &str) -> String {
        let Some(meant) = self.condition.channel().filter(|_| channels.len() > 0) else {
            return "conditions: no record has come".to_owned();
        };
        let names = channels.records().filter_map(|(record, _)| record.channel.as_deref());
        let names: Vec<_> = names.take(NAMED).map(labels::channel).collect();
        let more = if channels.len() > NAMED { ", …" } else { "" };
        let there = match &names[..] {
            [] => "records name no channel".to_owned(),
            names => format!("there are {}{more}", names.join(", ")),
        };
        format!("{}: no channel is called {meant}{yet}; {there}", self.condition)
    }
}

/// The most channels that a message names.
const NAMED: usize = 20;

impl Watched {
    /// These conditions, if there are any. None of them holds yet.
    pub(crate) fn new(conditions: &[Condition]) -> Option<Watched> {
        let alarm = |it: &Condition| Alarm {
            condition: it.clone(),
            holds: Vec::new(),
            has_begun: false,
            is_of_one: false,
        };
        let alarms: Vec<_> = conditions.iter().map(alarm).collect();
        (!alarms.is_empty()).then_some(Watched { alarms, channels: 0, has_named_missing: false })
    }

    /// Checks the record of the channel at `at`.
    fn look(&mut self, at: usize, record: &Record, messages: &mut dyn Messages) {
        self.alarms.iter_mut().for_each(|alarm| alarm.look(at, record, messages));
    }

    /// Reports conditions on channels that are not there, while there is time to mend them.
    fn name_missing(&mut self, desk: &mut Desk<'_>) {
        for alarm in self.alarms.iter().filter(|alarm| !alarm.has_begun) {
            desk.voice.tell(&format!("cannot check {}", alarm.unchecked(&desk.channels, " yet")));
        }
        self.has_named_missing = true;
    }
}

impl View for Watched {
    fn check(&self, record: &Record) -> Result<(), Refusal> {
        let mut alarms = self.alarms.iter().filter(|alarm| alarm.condition.is_about(record));
        alarms.try_for_each(|alarm| {
            alarm.condition.holds(record).map(drop).map_err(|why| match alarm.has_begun {
                // No record will have the number that the first one lacks.
                false => Refusal::All(Error::Condition(why)),
                true => Refusal::Record(why),
            })
        })
    }

    fn take(&mut self, _line: &[u8], desk: &mut Desk<'_>) {
        let Some(record) = desk.channels.arrived() else { return };
        self.alarms.iter_mut().for_each(|alarm| alarm.note(record, &mut desk.voice));
        // Once one channel comes again, all have come.
        let channels = desk.channels.len();
        let comes_again = std::mem::replace(&mut self.channels, channels) == channels;
        if comes_again && !self.has_named_missing {
            self.name_missing(desk);
        }
    }

    fn see(&mut self, desk: &mut Desk<'_>) {
        for (at, record, _) in desk.channels.changed() {
            self.look(at, record, &mut desk.voice);
        }
    }

    fn draw(&mut self, _desk: &mut Desk<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn finish(&mut self, desk: &mut Desk<'_>) -> Result<Status, Error> {
        let unchecked = self.alarms.iter().find(|alarm| !alarm.has_begun);
        if let Some(alarm) = unchecked.filter(|_| !desk.output.reader_gone) {
            return Err(Error::Condition(alarm.unchecked(&desk.channels, "")));
        }
        let any_holds = self.alarms.iter().any(|alarm| alarm.holds.contains(&true));
        Ok(if any_holds { Status::Failed } else { Status::Done })
    }
}

/// Which samples a record covers.
fn covered(record: &Record) -> String {
    let n = record.n;
    match record.window {
        Some(Window { from: Some(from), to: Some(to) }) => {
            format!("n {n} in the window from {from} to {to}")
        }
        Some(_) => format!("n {n} in the window"),
        None => format!("n {n}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(mean: &str) -> Record {
        let text = format!(
            r#"{{"n":3,"rejected":0,"last":1,"sum":180.3,"mean":{mean},"sd":null,"min":1,"max":2,"p99":5}}"#
        );
        Record::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_breach_is_reported_once_when_it_begins_and_once_when_it_ends() {
        let mut watched = Watched::new(&["mean>60".parse().unwrap()]).unwrap();
        let mut messages = Vec::new();
        for mean in ["50", "61", "62", "59"] {
            watched.look(0, &record(mean), &mut messages);
        }
        assert_eq!(
            messages,
            ["mean>60 now holds: mean is 61 (n 3)", "mean>60 no longer holds: mean is 59 (n 3)"]
        );
        assert_eq!(watched.alarms[0].holds, [false]);
    }

    #[test]
    fn each_channel_is_watched_by_itself() {
        let conditions = ["mean>60", "temp.mean>60", "hum.mean>60"].map(|it| it.parse().unwrap());
        let mut watched = Watched::new(&conditions).unwrap();
        let mut messages = Vec::new();
        for (at, channel, mean) in
            [(0, "temp [°C]", "61"), (1, "a\\nb", "61"), (0, "temp [°C]", "59")]
        {
            let record = format!(
                "{{\"channel\":\"{channel}\",\"n\":3,\"rejected\":0,\"last\":1,\"sum\":1,\"mean\":{mean},\"sd\":null,\"min\":1,\"max\":2}}"
            );
            watched.look(at, &Record::parse(record.as_bytes()).unwrap(), &mut messages);
        }
        assert_eq!(
            messages,
            [
                "mean>60 now holds for temp [°C]: mean is 61 (n 3)",
                "temp.mean>60 now holds: temp.mean is 61 (n 3)",
                "mean>60 now holds for \"a\\nb\": mean is 61 (n 3)",
                "mean>60 no longer holds for temp [°C]: mean is 59 (n 3)",
                "temp.mean>60 no longer holds: temp.mean is 59 (n 3)",
            ]
        );
        assert_eq!(watched.alarms[0].holds, [false, true]);
    }

    #[test]
    fn a_condition_is_about_the_channel_whose_whole_name_it_has_if_there_is_one() {
        let text = |channel: &str, mean: u8| {
            format!(
                "{{\"channel\":\"{channel}\",\"n\":1,\"rejected\":0,\"last\":1,\"sum\":1,\"mean\":{mean},\"sd\":null,\"min\":1,\"max\":2}}"
            )
        };
        let mut watched = Watched::new(&["temp.mean>60".parse().unwrap()]).unwrap();
        let mut messages = Vec::new();
        let means = [("temp (raw)", 61), ("temp", 59), ("temp (raw)", 62), ("temp", 63)];
        for (channel, mean) in means {
            let record = Record::parse(text(channel, mean).as_bytes()).unwrap();
            watched.alarms[0].note(&record, &mut messages);
            watched.look(usize::from(channel == "temp"), &record, &mut messages);
        }
        assert_eq!(
            messages,
            [
                "temp.mean>60 now holds: temp.mean is 61 (n 1)",
                "temp.mean>60 no longer holds: it is about temp alone",
                "temp.mean>60 now holds: temp.mean is 63 (n 1)",
            ]
        );
        assert_eq!(watched.alarms[0].holds, [false, true], "only that of the one that is meant");
    }

    #[test]
    fn a_message_shows_a_number_on_its_side_of_the_limit() {
        let told = |condition: &str, record: &Record| {
            let mut messages = Vec::new();
            let conditions = [condition.parse().unwrap()];
            Watched::new(&conditions).unwrap().look(0, record, &mut messages);
            messages.pop().unwrap()
        };
        let record = Record::parse(
            br#"{"n":10,"rejected":0,"from":11,"to":20,"last":1,"sum":1,"mean":60.000000123456,"sd":16.2634559673,
                "min":1,"max":2,"p50":60.00312345,"quantiles":"approximate","quantile_error":0.0123}"#,
        );
        let record = record.unwrap();
        let at = "(n 10 in the window from 11 to 20)";
        assert_eq!(told("mean>60", &record), format!("mean>60 now holds: mean is 60.0000001 {at}"));
        assert_eq!(told("mean>59", &record), format!("mean>59 now holds: mean is 60 {at}"));
        assert_eq!(told("sd>16", &record), format!("sd>16 now holds: sd is 16.2635 {at}"));
        assert_eq!(
            told("p50>50", &record),
            format!("p50>50 now holds: p50 is 60.003, within 0.013 {at}")
        );
        assert_eq!(
            told("p50>60.003", &record),
            format!("p50>60.003 now holds: p50 is 60.0031, within 0.013 {at}")
        );
    }
}
