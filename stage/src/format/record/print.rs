//! Writing a record as a JSON object, its fields in the table's order.
//!
//! Numbers, which are nearly all of it, are written straight into the line. (A serializer would make a
//! text of each, and read that again to see whether it is JSON.) Texts, labels and times are left to
//! serde_json, which escapes what has to be.

use serde_json::Error;

use super::field::{FIELDS, Presence, Record, Value};
use super::parts::{Bin, Figure, Stretch};
use crate::format::decimal::Decimal;

impl Record {
    /// Appends the record, as one line, to `text`.
    pub fn print(&self, text: &mut Vec<u8>) -> Result<(), Error> {
        text.push(b'{');
        let start = text.len();
        for field in FIELDS {
            match (field.get)(self) {
                Some(Value::Quantiles(figures)) => print_figures(figures, start, text),
                Some(value) if field.presence == Presence::Arising && value.is_none() => {}
                Some(value) => {
                    print_name(field.name, start, text);
                    value.print(text)?;
                }
                None => {}
            }
        }
        text.extend_from_slice(b"}\n");
        Ok(())
    }
}

impl Value<'_> {
    /// Appends the value to `text`, as JSON.
    fn print(&self, text: &mut Vec<u8>) -> Result<(), Error> {
        match *self {
            Value::Count(count) => print_count(count, text),
            Value::Number(number) => print_number(number, text),
            Value::Flag(flag) => text.extend_from_slice(if flag { b"true" } else { b"false" }),
            Value::Time(time) => serde_json::to_writer(text, &time)?,
            Value::Word(word) => serde_json::to_writer(text, &word)?,
            Value::Labels(labels) => serde_json::to_writer(text, labels)?,
            Value::Histogram(bins) => print_list(bins, text, |Bin { low, high, count }, text| {
                low.print(text);
                text.push(b',');
                high.print(text);
                text.push(b',');
                print_count(Some(*count), text);
            }),
            Value::Course(stretches) => print_list(stretches, text, print_stretch),
            Value::State(state) => text.extend_from_slice(state.get().as_bytes()),
            // They are fields of their own.
            Value::Quantiles(_) => {}
        }
        Ok(())
    }
}

fn print_stretch(Stretch { first, min, mean, max }: &Stretch, text: &mut Vec<u8>) {
    print_count(Some(*first), text);
    for number in [min, mean, max] {
        text.push(b',');
        number.print(text);
    }
}

/// Appends the name of a field, which needs no escapes, in an object whose fields begin at `start`.
fn print_name(name: &str, start: usize, text: &mut Vec<u8>) {
    if text.len() > start {
        text.push(b',');
    }
    text.push(b'"');
    text.extend_from_slice(name.as_bytes());
    text.extend_from_slice(b"\":");
}

fn print_figures(figures: &[Figure], start: usize, text: &mut Vec<u8>) {
    for Figure { name, value } in figures {
        print_name(name, start, text);
        print_number(value.as_ref(), text);
    }
}

fn print_count(count: Option<u64>, text: &mut Vec<u8>) {
    match count {
        Some(count) => text.extend_from_slice(itoa::Buffer::new().format(count).as_bytes()),
        None => text.extend_from_slice(b"null"),
    }
}

fn print_number(number: Option<&Decimal>, text: &mut Vec<u8>) {
    match number {
        Some(number) => number.print(text),
        None => text.extend_from_slice(b"null"),
    }
}

/// Appends a list of lists.
fn print_list<T>(items: &[T], text: &mut Vec<u8>, print: impl Fn(&T, &mut Vec<u8>)) {
    text.push(b'[');
    for (at, item) in items.iter().enumerate() {
        text.extend_from_slice(if at > 0 { b",[" } else { b"[" });
        print(item, text);
        text.push(b']');
    }
    text.push(b']');
}
