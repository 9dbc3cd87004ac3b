//! Why a line is not a row, or a field not a sample.

use thiserror::Error;

use super::text::{MAX_LINE, fields, trimmed, without_end};
use crate::format::columns::MAX_COLUMNS;
use crate::format::decimal::ParseError;
use crate::format::sample::Sample;
use crate::format::time::{Form, arrival};
use crate::process::message::{counted, quoted};

/// Why a line is neither a row nor a header. The line itself is not kept: [`NotARow::of`] joins the
/// two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotARow {
    /// Nothing but blanks.
    #[error("empty")]
    Empty,
    /// Not a sample.
    #[error("{0}")]
    Number(ParseError),
    /// The first field is not a time of the stream's form, if that is known.
    #[error("{}", not_a_time(*.0))]
    NotATime(Option<Form>),
    /// A time and a value in a stream without times.
    #[error("a time stands in front, as log --timestamps puts it (cut -f 2 takes it off)")]
    Timed,
    /// More fields or fewer than the stream has columns.
    #[error("{} instead of {expected}", counted(*.found as u64, "column"))]
    Width {
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// More columns than any stream has.
    #[error("more than {MAX_COLUMNS} columns")]
    TooManyColumns,
    /// A header of more columns or fewer than the user's names leave for it.
    #[error("a header of {} instead of {expected} (see --names)", counted(*.found as u64, "column"))]
    Header {
        /// How many it has.
        found: usize,
        /// How many it should have; a time is one of them, like everywhere.
        expected: usize,
    },
    /// Longer than [`MAX_LINE`].
    #[error("longer than {MAX_LINE} bytes")]
    TooLong,
}

fn not_a_time(form: Option<Form>) -> &'static str {
    match form {
        Some(Form::Iso) => "not a time in RFC 3339 in front",
        Some(Form::Unix) => "not a time in Unix seconds in front",
        None => "not a time in front",
    }
}

impl NotARow {
    /// The reason together with the start of what is wrong: `not a number: "12abc"`.
    pub fn of(self, line: &[u8]) -> String {
        let line = match self {
            NotARow::Empty => return self.to_string(),
            // Only as far as it is read: of a line that came in pieces, no more may be here.
            NotARow::TooLong => &line[..line.len().min(MAX_LINE)],
            NotARow::NotATime(form) if form != Some(Form::Iso) && begins_with_other_form(line) => {
                let line = quoted(trimmed(without_end(line)));
                return format!("{self} (of another form? see conv --time-format): {line}");
            }
            // TABs at its ends are empty fields.
            NotARow::Width { .. } => return format!("{self}: {}", quoted(without_end(line))),
            _ => line,
        };
        format!("{self}: {}", quoted(trimmed(without_end(line))))
    }

    /// A line with `found` fields in a stream of `expected` columns.
    pub fn of_width(line: &[u8], found: usize, expected: usize) -> NotARow {
        match trimmed(line) {
            [] => NotARow::Empty,
            _ => NotARow::Width { found, expected },
        }
    }
}

/// Whether a number stands in front that is no time in Unix seconds, such as a count of milliseconds.
fn begins_with_other_form(line: &[u8]) -> bool {
    let first = fields(without_end(line)).next();
    first.is_some_and(|text| Sample::parse(text).is_ok() && Form::Unix.read(text).is_none())
}

/// Why a field is not a sample, with the start of its `text` and the number of its column.
pub fn of_field(why: ParseError, text: &[u8], column: Option<usize>) -> String {
    let why = match Form::Iso.read(text) {
        Some(_) => {
            "a time, which belongs in a first column called time (see conv --time)".to_owned()
        }
        None => why.to_string(),
    };
    match column {
        Some(column) => format!("column {column}: {why}: {}", quoted(text)),
        None => format!("{why}: {}", quoted(text)),
    }
}

/// Why a line of a stream of one column is not a row.
#[cold]
pub(super) fn not_single(line: &[u8], reason: ParseError) -> NotARow {
    let found = fields(line).count();
    match found {
        _ if line.is_empty() => NotARow::Empty,
        2 if is_timed(line) => NotARow::Timed,
        2.. if fields(line).all(|field| field.is_empty() || Sample::parse(field).is_ok()) => {
            NotARow::Width { found, expected: 1 }
        }
        _ => NotARow::Number(reason),
    }
}

/// Whether these two fields are a time and a value, as `log` writes them.
fn is_timed(line: &[u8]) -> bool {
    let mut fields = fields(line);
    let time = fields.next().and_then(|first| Form::Iso.read(first).or_else(|| arrival(first)));
    time.is_some() && fields.next().is_some_and(|value| Sample::parse(value).is_ok())
}
