//! Lines whose fields carry their labels, in any order: `temp:21.5,hum:48`, or objects of JSON.
//!
//! The labels that have come with numbers so far are the columns, or those that are asked for; what a
//! line lacks of them is missing.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use stage::format::columns::MAX_COLUMNS;
use stage::format::row::NotARow;

use super::super::choice::{Choice, Column, Selection};
use super::super::format::Labelling;
use super::fields::{Fields, trimmed};
use super::header::Header;
use super::listed::listed_labels;
use super::part::Part;
use super::{Line, Table};
use crate::reading::NoRow;

/// The labels of a stream.
#[derive(Debug)]
pub(super) struct Labels {
    labelling: Labelling,
    /// Those of the columns, in order.
    known: Vec<String>,
    /// How many of these are no channels, but times.
    times: usize,
    /// Whether a time is put in front of them.
    is_stamped: bool,
    /// Whether others become columns.
    is_open: bool,
    /// Whether the first line was checked for all that are asked for.
    is_checked: bool,
}

/// A field, and whether it may begin a column.
struct Labelled {
    label: String,
    text: String,
    may_begin: bool,
}

impl Labels {
    pub(super) fn new(labelling: Labelling, choice: &Choice) -> Labels {
        let name = |column: &Column| match column {
            Column::Name(name) => Some(name.clone()),
            Column::Number(_) => None,
        };
        let mut known: Vec<String> = choice.time.iter().filter_map(name).collect();
        let times = known.len();
        if let Some(Selection::These(columns)) = &choice.columns {
            known.extend(columns.iter().filter_map(name));
        }
        let is_open = !matches!(choice.columns, Some(Selection::These(_)));
        let is_stamped = choice.is_stamped;
        Labels { labelling, known, times, is_stamped, is_open, is_checked: false }
    }

    /// Puts the fields of a line into the places of their labels; returns the labels that are new. A
    /// line that is rejected adds none.
    fn place(&mut self, fields: &mut Fields, found: &[Labelled]) -> Result<Vec<String>, NoRow> {
        let before = self.known.len();
        for Labelled { label, may_begin, .. } in found.iter().filter(|_| self.is_open) {
            if *may_begin && !self.known.contains(label) {
                self.known.push(label.clone());
            }
        }
        let placed = self.put(fields, found);
        if placed.is_err() {
            self.known.truncate(before);
        }
        placed.map(|()| self.known[before..].to_vec())
    }

    fn put(&self, fields: &mut Fields, found: &[Labelled]) -> Result<(), NoRow> {
        if self.known.len() + usize::from(self.is_stamped) > MAX_COLUMNS {
            return Err(NotARow::TooManyColumns.into());
        }
        fields.begin(self.known.len());
        let mut has_come = vec![false; self.known.len()];
        for Labelled { label, text, .. } in found {
            let Some(at) = self.known.iter().position(|known| known == label) else { continue };
            if std::mem::replace(&mut has_come[at], true) {
                return Err(NoRow::LabelTwice);
            }
            fields.put(at, text.as_bytes());
        }
        Ok(())
    }

    /// Why a line without any of them is rejected.
    fn none(&self) -> NoRow {
        match self.labelling {
            Labelling::Labels => NoRow::NoLabels,
            Labelling::Json => NoRow::NoNumbers,
        }
    }

    /// What the first line lacks of what is asked for, to be reported; it may still come.
    fn lacking(&mut self, found: &[Labelled]) -> Option<String> {
        if std::mem::replace(&mut self.is_checked, true) {
            return None;
        }
        let is_absent = |known: &&String| found.iter().all(|it| it.label != **known);
        let absent: Vec<&String> = self.known.iter().filter(is_absent).collect();
        if absent.is_empty() {
            return None;
        }
        let what = if absent.len() == 1 { "label" } else { "labels" };
        let (absent, there) =
            (listed_labels(absent), listed_labels(found.iter().map(|it| &it.label)));
        Some(format!("no {what} {absent} in this line; it has {there}"))
    }
}

impl Table {
    /// Reads a line whose fields carry their labels.
    pub(super) fn labelled(
        &mut self,
        labels: &mut Labels,
        fields: &mut Fields,
        line: &[u8],
    ) -> Result<Line, NoRow> {
        if trimmed(line).is_empty() {
            return Ok(Line::Other);
        }
        let found = match labels.labelling {
            Labelling::Labels => self.of_labels(line),
            Labelling::Json => self.of_json(line)?,
        };
        let added = labels.place(fields, &found)?;
        if found.is_empty() || labels.known.len() == labels.times {
            return Err(labels.none());
        }
        if !added.is_empty() || self.part.is_none() {
            let is_first = self.part.is_none();
            self.begin_labelled(labels);
            if !is_first {
                self.notify(format!("another channel: {}", listed_labels(&added)));
            }
        }
        self.notices.extend(labels.lacking(&found));
        self.row(fields, line)
    }

    fn begin_labelled(&mut self, labels: &Labels) {
        let texts: Vec<&[u8]> = labels.known.iter().map(|label| label.as_bytes()).collect();
        let header = Header::of(&texts);
        match Part::behind(&header, &self.choice, self.is_table) {
            Ok(part) => self.begin_behind(&header, b"", part),
            Err(why) => self.lacking = Some(why),
        }
    }

    /// The fields of `temp:21.5,hum:48` and the like. Words without a label, such as units, are passed
    /// over; a label begins with a letter, as a time of day does not.
    fn of_labels(&self, line: &[u8]) -> Vec<Labelled> {
        let has_comma = self.dialect.has_comma();
        let separates =
            |byte: &u8| matches!(byte, b' ' | b'\t' | b';') || *byte == b',' && !has_comma;
        let mut found: Vec<Labelled> = Vec::new();
        let mut is_open = false;
        for word in line.split(separates).filter(|word| !word.is_empty()) {
            let word = word.strip_suffix(b",").unwrap_or(word);
            let sign = word.iter().position(|byte| matches!(byte, b':' | b'='));
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            match (sign, found.last_mut()) {
                (Some(at), _) if begins_with_letter(&word[..at]) => {
                    let (label, value) = (text(&word[..at]), text(&word[at + 1..]));
                    is_open = value.is_empty();
                    found.push(Labelled { label, text: value, may_begin: false });
                }
                // The value, behind a blank.
                (None, Some(last)) if is_open => {
                    last.text = text(word);
                    is_open = false;
                }
                _ => is_open = false,
            }
        }
        for field in &mut found {
            field.may_begin = self.is_sample(&field.text);
        }
        found
    }

    /// The fields of a JSON object.
    fn of_json(&self, line: &[u8]) -> Result<Vec<Labelled>, NoRow> {
        let entries: Entries = serde_json::from_slice(line).map_err(|_| NoRow::NotJson)?;
        let field = |(label, raw): (String, Box<RawValue>)| match raw.get() {
            "null" => Labelled { label, text: String::new(), may_begin: false },
            string if string.starts_with('"') => {
                // What cannot be decoded is shown as it stands, and is no number.
                let text = serde_json::from_str(string).unwrap_or_else(|_| string.to_owned());
                let may_begin = self.is_missing_word(&text);
                Labelled { label, text, may_begin }
            }
            raw => Labelled { label, text: raw.to_owned(), may_begin: self.is_sample(raw) },
        };
        Ok(entries.0.into_iter().map(field).collect())
    }

    fn is_sample(&self, text: &str) -> bool {
        self.dialect.number(text.as_bytes()).is_ok() || self.is_missing_word(text)
    }

    fn is_missing_word(&self, text: &str) -> bool {
        !text.is_empty() && self.all_missing.has_word(text.as_bytes())
    }
}

fn begins_with_letter(label: &[u8]) -> bool {
    String::from_utf8_lossy(label).starts_with(char::is_alphabetic)
}

/// The entries of an object, in their order.
struct Entries(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Entries;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Each)
    }
}
