//! The plain format: one line a record, for files, pagers and people.
//!
//! The channel comes first, if the record names one, then labels, each as `NAME=VALUE`; then names and
//! values, two blanks in between. The records of several channels that belong together stand in columns
//! ([`aligned`]).

mod aligned;

use std::io::Write as _;

use stage::format::record::{Field, FieldEntry, Kind, Presence, Record, Value};

use self::aligned::{Aligned, Place, Row};
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

/// The fields that come first, and last.
const FIRST: [&str; 6] = ["start", "end", "from", "to", "n", "sum"];
const LAST: [&str; 3] = ["last", "missing", "rejected"];

/// The format.
#[derive(Debug)]
pub(crate) struct Plain {
    layout: FieldOrder,
    aligned: Aligned,
}

impl Plain {
    pub(crate) fn new() -> Plain {
        let has_place = |field: &Field| {
            !matches!(field.kind, Kind::Structure) && !["channel", "final"].contains(&field.name)
        };
        Plain { layout: FieldOrder::new(&FIRST, has_place, &LAST), aligned: Aligned::default() }
    }

    /// Appends the cells of `record`, each after a call of `begin`, to `text`.
    fn cells(
        &self,
        record: &Record,
        text: &mut Vec<u8>,
        mut begin: impl FnMut(&mut Vec<u8>, Place),
    ) {
        let shown = Shown::of(record);
        if let Some(channel) = &record.channel {
            begin(text, Place::CHANNEL);
            text.extend_from_slice(labels::channel(channel).as_bytes());
        }
        for (at, word) in labels::words(&record.labels).into_iter().enumerate() {
            begin(text, Place::label(at));
            text.extend_from_slice(word.as_bytes());
        }
        for (rank, field) in self.layout.fields().enumerate() {
            for (at, entry) in
                field.entries(record).enumerate().filter(|(_, it)| says_something(it))
            {
                begin(text, Place::field(rank, at));
                print(&entry, record, &shown, text);
            }
        }
    }
}

impl TextFormat for Plain {
    fn print(&mut self, record: &Record, _line: &[u8], completes_group: bool, text: &mut Vec<u8>) {
        let Some(channel) = &record.channel else {
            self.settle(text);
            let start = text.len();
            self.cells(record, text, |text, _| {
                if text.len() > start {
                    text.extend_from_slice(b"  ");
                }
            });
            text.push(b'\n');
            return;
        };
        if self.aligned.has_row_of(channel) {
            self.settle(text);
        }
        let mut row = Row::of(channel);
        let mut cells = Vec::new();
        self.cells(record, &mut cells, |cells, place| row.begin(place, cells.len()));
        self.aligned.add(row.with_text(cells));
        if completes_group {
            self.settle(text);
        }
    }

    fn is_waiting(&self) -> bool {
        self.aligned.has_rows()
    }

    fn settle(&mut self, text: &mut Vec<u8>) {
        self.aligned.print(text);
    }
}

/// Whether an entry is worth its place: "nothing is wrong" is not.
fn says_something(entry: &FieldEntry<'_>) -> bool {
    match (entry.name, entry.value) {
        ("rejected" | "missing", Value::Count(Some(0)))
        | ("quantiles", Value::Word(Some("exact"))) => false,
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
        Value::Time(Some(time)) => write!(text, "{name} {time}"),
        Value::Word(Some(word)) => write!(text, "{name} {word}"),
        Value::Flag(flag) => write!(text, "{name} {flag}"),
        _ => write!(text, "{name} -"),
    };
}

#[cfg(test)]
mod tests;
