//! `--fail-if`: conditions that are watched. Each is reported when it starts holding and when it
//! stops.

use stage::format::record::{Record, Window};
use stage::process::exit::Status;
use stage::process::message::Messages;

use crate::condition::Condition;
use crate::error::Error;
use crate::view::{Desk, Refusal, View};

/// Conditions that are watched.
#[derive(Debug)]
pub(crate) struct Watched {
    /// Each, and whether it holds.
    conditions: Vec<(Condition, bool)>,
    /// Whether a record has come for which they could be checked.
    has_begun: bool,
}

impl Watched {
    /// These conditions, if there are any. None of them holds yet.
    pub(crate) fn new(conditions: &[Condition]) -> Option<Watched> {
        let conditions: Vec<_> = conditions.iter().map(|it| (it.clone(), false)).collect();
        (!conditions.is_empty()).then_some(Watched { conditions, has_begun: false })
    }

    /// Checks a record, which has the numbers that they are about.
    fn look(&mut self, record: &Record, messages: &mut dyn Messages) {
        for (condition, held) in &mut self.conditions {
            let holds = condition.holds(record).unwrap_or(*held);
            if std::mem::replace(held, holds) != holds {
                let what = if holds { "now holds" } else { "no longer holds" };
                let value = condition.value_as_read(record);
                let samples = covered(record);
                messages.tell(&format!("{condition} {what}: {value} ({samples})"));
            }
        }
    }
}

impl View for Watched {
    fn check(&self, record: &Record) -> Result<(), Refusal> {
        let check = |(condition, _): &(Condition, bool)| condition.holds(record).map(drop);
        self.conditions.iter().try_for_each(check).map_err(|why| match self.has_begun {
            // No record will have the number that the first one lacks.
            false => Refusal::All(Error::Condition(why)),
            true => Refusal::Record(why),
        })
    }

    fn take(&mut self, _line: &[u8], _desk: &mut Desk<'_>) {
        self.has_begun = true;
    }

    fn see(&mut self, desk: &mut Desk<'_>) {
        if let Some(newest) = desk.newest.record() {
            self.look(newest, &mut desk.voice);
        }
    }

    fn draw(&mut self, _desk: &mut Desk<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn finish(&mut self, desk: &mut Desk<'_>) -> Result<Status, Error> {
        if !self.has_begun && !desk.output.reader_gone {
            return Err(Error::Condition("conditions: no record has come".to_owned()));
        }
        let any_holds = self.conditions.iter().any(|(_, holds)| *holds);
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
            watched.look(&record(mean), &mut messages);
        }
        assert_eq!(
            messages,
            ["mean>60 now holds: mean is 61 (n 3)", "mean>60 no longer holds: mean is 59 (n 3)"]
        );
        assert!(watched.conditions.iter().all(|(_, holds)| !holds));
    }

    #[test]
    fn a_message_shows_a_number_on_its_side_of_the_limit() {
        let told = |condition: &str, record: &Record| {
            let mut messages = Vec::new();
            let conditions = [condition.parse().unwrap()];
            Watched::new(&conditions).unwrap().look(record, &mut messages);
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
