//! The labels on a line, and what stands behind them.

use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::super::Table;
use crate::reading::NoRow;

/// A field.
pub(super) struct Labelled {
    pub label: String,
    pub text: String,
    /// Where its value stands in the line, as it is written there.
    pub place: Range<usize>,
    /// Whether it may begin a column.
    pub may_begin: bool,
}

/// The words of a line so far.
#[derive(Default)]
struct Words {
    found: Vec<Labelled>,
    /// Whether the newest label still has no value.
    is_open: bool,
    /// Where the newest word ended that was a field's.
    ended: Option<usize>,
    /// Those without a label.
    others: Vec<Range<usize>>,
}

impl Words {
    /// Takes the word at this `place`. One without a label, such as a unit, is passed over; a label begins
    /// with a letter, as a time of day does not. But two numbers that a comma divides, of which only the
    /// first has a label, may be a single one.
    fn take(&mut self, line: &[u8], place: Range<usize>) -> Result<(), NoRow> {
        let word = &line[place.clone()];
        let word = word.strip_suffix(b",").unwrap_or(word);
        if word.is_empty() {
            return Ok(());
        }
        let is_behind_comma =
            self.ended.is_some_and(|end| end + 1 == place.start && line[end] == b',');
        let sign = word.iter().position(|byte| matches!(byte, b':' | b'='));
        match (sign, self.found.last_mut()) {
            (Some(at), _) if begins_with_letter(&word[..at]) => {
                let (label, value) = (text(&word[..at]), text(&word[at + 1..]));
                let place = place.start + at + 1..place.start + word.len();
                self.is_open = value.is_empty();
                self.found.push(Labelled { label, text: value, place, may_begin: false });
            }
            // The value, behind a blank.
            (None, Some(last)) if self.is_open => {
                last.text = text(word);
                last.place = place.start..place.start + word.len();
                self.is_open = false;
            }
            (None, Some(last)) if is_behind_comma && is_divided(&last.text, word) => {
                return Err(NoRow::CommaInNumber);
            }
            _ => {
                self.is_open = false;
                self.others.push(place);
                return Ok(());
            }
        }
        self.ended = Some(place.end);
        Ok(())
    }
}

impl Table {
    /// The fields of `temp:21.5,hum:48` and the like, and the first number without a label.
    pub(super) fn of_labels(&self, line: &[u8]) -> Result<(Vec<Labelled>, Option<String>), NoRow> {
        let has_comma = self.dialect.has_comma();
        let separates =
            |byte: &u8| matches!(byte, b' ' | b'\t' | b';') || *byte == b',' && !has_comma;
        let mut words = Words::default();
        let mut start = 0;
        for word in line.split(separates) {
            let place = start..start + word.len();
            start = place.end + 1;
            words.take(line, place)?;
        }
        let Words { mut found, others, .. } = words;
        for field in &mut found {
            field.may_begin = self.is_sample(&field.text);
        }
        let mut others = others.into_iter().map(|place| text(&line[place]));
        Ok((found, others.find(|it| self.is_number(it))))
    }

    /// The fields of a JSON object.
    pub(super) fn of_json(&self, line: &[u8]) -> Result<Vec<Labelled>, NoRow> {
        let entries: Entries = serde_json::from_slice(line).map_err(|_| NoRow::NotJson)?;
        let field = |(label, raw): (String, &RawValue)| {
            let (text, may_begin) = match raw.get() {
                "null" => (String::new(), false),
                string if string.starts_with('"') => {
                    // What cannot be decoded is shown as it stands, and is no number.
                    let text = serde_json::from_str(string).unwrap_or_else(|_| string.to_owned());
                    let may_begin = self.is_missing_word(&text);
                    (text, may_begin)
                }
                raw => (raw.to_owned(), self.is_sample(raw)),
            };
            // It is a part of the line.
            let start = raw.get().as_ptr().addr() - line.as_ptr().addr();
            Labelled { label, text, place: start..start + raw.get().len(), may_begin }
        };
        Ok(entries.0.into_iter().map(field).collect())
    }

    fn is_number(&self, text: &str) -> bool {
        self.dialect.number(text.as_bytes()).is_ok()
    }

    fn is_sample(&self, text: &str) -> bool {
        self.is_number(text) || self.is_missing_word(text)
    }

    fn is_missing_word(&self, text: &str) -> bool {
        !text.is_empty() && self.all_missing.has_word(text.as_bytes())
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether a word that a comma separates from a value may be the rest of that, and no date.
fn is_divided(value: &str, word: &[u8]) -> bool {
    let behind_digits = word.iter().find(|byte| !byte.is_ascii_digit());
    value.ends_with(|it: char| it.is_ascii_digit())
        && word.first().is_some_and(u8::is_ascii_digit)
        && !matches!(behind_digits, Some(b'-' | b'/'))
}

fn begins_with_letter(label: &[u8]) -> bool {
    String::from_utf8_lossy(label).starts_with(char::is_alphabetic)
}

/// The entries of an object, in their order.
struct Entries<'l>(Vec<(String, &'l RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries<'de>, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Entries<'de>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
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
