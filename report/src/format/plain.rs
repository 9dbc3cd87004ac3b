//! The plain format: one line a record, for files, pagers and people.
//!
//! Labels come first, each as `NAME=VALUE`; then names and values, two blanks in between.

use std::io::Write as _;

use stage::format::record::{Field, FieldEntry, Kind, Presence, Record, Value};

use crate::digits::Shown;
use crate::field_order::FieldOrder;
use crate::format::{Format, TextFormat};
use crate::labels;

/// Its row in the table of formats.
pub(crate) const FORMAT: Format = Format {
    name: "plain",
    help: "One line a record; what is not exact, such as mean and sd, with the digits that mean something",
    text: || Box::new(Plain::new()),
};

/// The format.
#[derive(Debug)]
pub(crate) struct Plain {
    layout: FieldOrder,
}

impl Plain {
    pub(crate) fn new() -> Plain {
        let has_place =
            |field: &Field| !matches!(field.kind, Kind::Structure) && field.name != "final";
        Plain {
            layout: FieldOrder::new(&["from", "to", "n", "sum"], has_place, &["last", "rejected"]),
        }
    }
}

impl TextFormat for Plain {
    fn print(&mut self, record: &Record, _line: &[u8], text: &mut Vec<u8>) {
        let shown = Shown::of(record);
        let start = text.len();
        let separate = |text: &mut Vec<u8>| {
            if text.len() > start {
                text.extend_from_slice(b"  ");
            }
        };
        for word in labels::words(&record.labels) {
            separate(text);
            text.extend_from_slice(word.as_bytes());
        }
        self.layout.entries(record).filter(says_something).for_each(|entry| {
            separate(text);
            print(&entry, record, &shown, text);
        });
        text.push(b'\n');
    }
}

/// Whether an entry is worth its place: "nothing is wrong" is not.
fn says_something(entry: &FieldEntry<'_>) -> bool {
    match (entry.name, entry.value) {
        ("rejected", Value::Count(Some(0))) | ("quantiles", Value::Word(Some("exact"))) => false,
        (_, value) => entry.field.presence != Presence::Arising || !value.is_none(),
    }
}

/// Appends the name and value of an entry of `record`.
fn print(entry: &FieldEntry<'_>, record: &Record, shown: &Shown, text: &mut Vec<u8>) {
    let name = match entry.name {
        "n" if record.window.is_some() => "n in window",
        name => name,
    };
    // Writing to memory does not fail.
    let _ = match entry.value {
        Value::Count(Some(count)) => write!(text, "{name} {count}"),
        Value::Number(Some(number)) => write!(text, "{name} {}", shown.number(entry.field, number)),
        Value::Word(Some(word)) => write!(text, "{name} {word}"),
        Value::Flag(flag) => write!(text, "{name} {flag}"),
        _ => write!(text, "{name} -"),
    };
}
