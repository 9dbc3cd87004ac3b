//! What recorded files hold: rows, samples of each channel, and from when to when they are.

use std::collections::BTreeMap;

use stage::format::columns::{Columns, MAX_COLUMNS};
use stage::format::row::Field;
use stage::format::time::Time;
use stage::process::message::counted;

/// What rows hold.
#[derive(Debug, Default)]
pub(super) struct Tally {
    rows: u64,
    channels: Vec<Channel>,
    /// Where each channel stands, by what it is called.
    places: BTreeMap<Option<String>, usize>,
    /// The columns of the newest row, and where their channels stand; nowhere if they are too many.
    columns: Option<(Columns, Option<Vec<usize>>)>,
    /// The earliest time and the latest.
    times: Option<(Time, Time)>,
}

#[derive(Debug, Default)]
struct Channel {
    label: Option<String>,
    samples: u64,
    missing: u64,
}

impl Tally {
    /// Adds a row of these columns; why it has no place.
    pub(super) fn add(
        &mut self,
        columns: &Columns,
        time: Option<Time>,
        fields: &[Field],
    ) -> Result<(), String> {
        if self.columns.as_ref().is_none_or(|(newest, _)| newest != columns) {
            self.columns = Some((columns.clone(), self.places_of(columns)));
        }
        let places = self.columns.as_ref().and_then(|(_, places)| places.as_ref());
        let places = places.ok_or_else(|| format!("more than {MAX_COLUMNS} channels in all"))?;
        for (at, field) in places.iter().zip(fields) {
            match field {
                Field::Sample(_) => self.channels[*at].samples += 1,
                Field::Missing => self.channels[*at].missing += 1,
                Field::Rejected(_) => {}
            }
        }
        self.rows += 1;
        if let Some(time) = time {
            self.add_times((time, time));
        }
        Ok(())
    }

    /// Where the channels of these columns stand; `None` if there are too many, and then none is added.
    fn places_of(&mut self, columns: &Columns) -> Option<Vec<usize>> {
        let labels: Vec<_> = (0..columns.count()).map(|at| columns.label(at)).collect();
        let new = labels.iter().filter(|label| !self.places.contains_key(*label)).count();
        if self.channels.len() + new > MAX_COLUMNS {
            return None;
        }
        labels.into_iter().map(|label| self.place(label)).collect()
    }

    /// Where the channel of this name stands, which may be new; `None` if there are too many.
    fn place(&mut self, label: Option<String>) -> Option<usize> {
        let next = self.channels.len();
        let at = *self.places.entry(label.clone()).or_insert(next);
        if at == MAX_COLUMNS {
            self.places.remove(&label);
            return None;
        }
        if at == next {
            self.channels.push(Channel { label, ..Channel::default() });
        }
        Some(at)
    }

    fn add_times(&mut self, (first, last): (Time, Time)) {
        let (earliest, latest) = self.times.unwrap_or((first, last));
        self.times = Some((earliest.min(first), latest.max(last)));
    }

    /// Adds another file's. (Channels beyond the most are left out.)
    pub(super) fn add_all(&mut self, other: &Tally) {
        for channel in &other.channels {
            if let Some(at) = self.place(channel.label.clone()) {
                self.channels[at].samples += channel.samples;
                self.channels[at].missing += channel.missing;
            }
        }
        self.rows += other.rows;
        other.times.into_iter().for_each(|times| self.add_times(times));
    }

    /// All of it, each line with `name` in front: one, or one more for each channel that has a name.
    pub(super) fn lines(&self, name: &str) -> String {
        let span = self.times.map(|(first, last)| format!(", from {first} to {last}"));
        let span = span.unwrap_or_default();
        match &self.channels[..] {
            [] => format!("{name}: 0 samples{span}\n"),
            [Channel { label: None, samples, missing: 0 }] => {
                format!("{name}: {}{span}\n", counted(*samples, "sample"))
            }
            [Channel { label: None, samples, missing }] => {
                format!("{name}: {}, {missing} missing{span}\n", counted(*samples, "sample"))
            }
            channels => {
                let rows = counted(self.rows, "row");
                let number = counted(channels.len() as u64, "channel");
                let first = format!("{name}: {rows} of {number}{span}\n");
                let each = channels.iter().map(|Channel { label, samples, missing }| {
                    let label = label.as_deref().unwrap_or("without a name");
                    let samples = counted(*samples, "sample");
                    format!("{name}: {label}: {samples}, {missing} missing\n")
                });
                first + &each.collect::<String>()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::format::row::{Line, Rows};

    #[test]
    fn a_part_that_makes_too_many_channels_is_refused_row_by_row_and_leaves_none_behind() {
        let names = |first: usize, last: usize| {
            (first..=last).map(|it| format!("c{it}")).collect::<Vec<_>>().join("\t")
        };
        let numbers = |count| vec!["1"; count].join("\t");
        let (mut rows, mut tally) = (Rows::recorded(), Tally::default());
        let mut add = |line: &str| match rows.read(line.as_bytes()).unwrap() {
            Line::Header => Ok(()),
            Line::Row { time } => tally.add(rows.columns().unwrap(), time, rows.fields()),
        };
        let refusal = Err("more than 1000 channels in all".to_owned());
        for (line, result) in [
            (names(1, 999), Ok(())),
            (numbers(999), Ok(())),
            (names(999, 1001), Ok(())),
            (numbers(3), refusal.clone()),
            (numbers(3), refusal),
            (names(999, 1000), Ok(())),
            (numbers(2), Ok(())),
        ] {
            assert_eq!(add(&line), result, "{}", &line[..10.min(line.len())]);
        }
        let lines = tally.lines("FILE");
        assert!(lines.starts_with("FILE: 2 rows of 1000 channels\n"), "{lines}");
        assert!(lines.ends_with("c999: 2 samples, 0 missing\nFILE: c1000: 1 sample, 0 missing\n"));
    }
}
