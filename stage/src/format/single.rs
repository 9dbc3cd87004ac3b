//! Rows of one channel without a name: what the programs read that do not know [rows](super::row) yet.
//!
//! | line | is |
//! |---|---|
//! | `57` | a row of the classic stream: one sample, without a time; blanks and TABs around it are ignored |
//! | `2023-11-14T22:13:20Z` TAB `57` | a row with its time in front, in RFC 3339 |
//! | `time` TAB `value` | the header of such rows, which is skipped; after it, times may also be Unix seconds |
//!
//! The first of these that comes decides what a stream consists of. Everything else is rejected, for
//! one of the reasons in [`NotARow`]: **a new reason for rejecting a line goes there**. Spaces around a
//! field, and a carriage return at a line's end, are ignored. (That a *value* is not plausible, or
//! a raw word torn, are `conv`'s own reasons.)

mod text;

use memchr::memchr;
use thiserror::Error;

use self::text::{spaces_trimmed, split_first, trimmed, without_end, without_feed, without_return};
use crate::format::columns::Columns;
use crate::format::decimal::ParseError;
use crate::format::name::TIME;
use crate::format::sample::Sample;
use crate::format::time::{Form, Time};
use crate::process::message::quoted;

pub use crate::format::row::MAX_LINE;

/// A sample, with its time if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// When it was taken, or arrived.
    pub time: Option<Time>,
    /// What was measured.
    pub sample: Sample,
}

/// What a line of a stream is, if it is not rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A row.
    Row(Row),
    /// The header, which is not a row and not counted.
    Header,
}

/// Why a line is neither a row nor the stream's header. The line itself is not kept:
/// [`NotARow::of`] joins the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotARow {
    /// Nothing but blanks.
    #[error("empty")]
    Empty,
    /// Not a sample.
    #[error("{0}")]
    Number(ParseError),
    /// Not a sample behind its time.
    #[error("{0}")]
    Value(ParseError),
    /// Nothing behind its time.
    #[error("no value behind the time")]
    NoValue,
    /// A number in a stream with times.
    #[error("no time in front")]
    NoTime,
    /// The first field is not a time of the stream's form, if that is known.
    #[error("{}", not_a_time(*.0))]
    NotATime(Option<Form>),
    /// A time in front of a number, in a stream without times, or without the header that
    /// Unix seconds need.
    #[error("a time stands in front, as log --timestamps puts it (cut -f 2 takes it off)")]
    Timed,
    /// More columns than a time and a value.
    #[error("several columns (cut -f N takes one out)")]
    Columns,
    /// A header of other columns.
    #[error("a header of other columns than {TIME} and value (cut -f N takes one out)")]
    Header,
    /// A row of these other columns.
    #[error("a row of other columns than {TIME} and value (cut -f N takes one out)")]
    Foreign,
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
            NotARow::Value(_) => split_first(without_end(line)).map_or(line, |(_, value)| value),
            _ => line,
        };
        format!("{self}: {}", quoted(trimmed(without_end(line))))
    }
}

/// What the lines of a stream are, as far as is known.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    shape: Shape,
    is_recorded: bool,
}

/// What a stream consists of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shape {
    /// Neither a row nor a header has come.
    #[default]
    Open,
    /// Samples alone.
    Classic,
    /// Samples with times in front, whose form the first one shows.
    Timed(Option<Form>),
    /// Rows behind a header of other columns.
    Foreign,
}

impl Rows {
    /// The rows of any stream.
    pub fn new() -> Rows {
        Rows::default()
    }

    /// The rows of a file that `log` has written, perhaps with different options each time: each line
    /// is decided separately, and Unix seconds need no header. Behind a header, though, the rows are
    /// those of any stream.
    pub fn recorded() -> Rows {
        Rows { is_recorded: true, ..Rows::default() }
    }

    /// Whether samples alone come, one a line, and nothing else from here on.
    pub fn are_classic(&self) -> bool {
        self.shape == Shape::Classic
    }

    /// The sample of the next line, whose time is skipped; `None` if it is the header.
    #[inline]
    pub fn sample(&mut self, line: &[u8]) -> Option<Result<Sample, NotARow>> {
        if self.shape == Shape::Classic {
            return Some(classic(line));
        }
        match self.read(line) {
            Ok(Line::Row(row)) => Some(Ok(row.sample)),
            Ok(Line::Header) => None,
            Err(why) => Some(Err(why)),
        }
    }

    /// Reads the next line, with or without its line end.
    pub fn read(&mut self, line: &[u8]) -> Result<Line, NotARow> {
        if line.len() > MAX_LINE && without_feed(line).len() > MAX_LINE {
            return Err(NotARow::TooLong);
        }
        match self.shape {
            Shape::Classic => classic_row(line),
            Shape::Timed(form) => self.timed(line, form),
            Shape::Open | Shape::Foreign => self.first(line),
        }
    }

    /// A line that decides what the stream consists of, if it is a row or a header.
    fn first(&mut self, line: &[u8]) -> Result<Line, NotARow> {
        let row = classic_row(line);
        let Err(why) = row else {
            self.decide(Shape::Classic);
            return row;
        };
        let Some((first, value)) = split_first(without_end(line)) else { return row };
        if self.shape == Shape::Foreign {
            return self.header(line).unwrap_or(Err(NotARow::Foreign));
        }
        if let Some(time) = Form::Iso.read(first) {
            self.decide(Shape::Timed(Some(Form::Iso)));
            return behind_time(time, value);
        }
        match arrival(first) {
            Some(time) if self.is_recorded => behind_time(time, value),
            Some(time) if behind_time(time, value).is_ok() => Err(NotARow::Timed),
            _ if are_numbers(line) => Err(NotARow::Columns),
            _ => self.header(line).unwrap_or(Err(why)),
        }
    }

    /// A line of a stream with times.
    fn timed(&mut self, line: &[u8], form: Option<Form>) -> Result<Line, NotARow> {
        let Some((first, value)) = split_first(without_end(line)) else {
            return Err(match trimmed(without_end(line)) {
                [] => NotARow::Empty,
                _ => NotARow::NoTime,
            });
        };
        let forms: &[Form] = form.as_ref().map_or(&[Form::Iso, Form::Unix], std::slice::from_ref);
        match forms.iter().find_map(|form| Some((*form, form.read(first)?))) {
            Some((form, time)) => {
                self.decide(Shape::Timed(Some(form)));
                behind_time(time, value)
            }
            None => self.header(line).unwrap_or(Err(NotARow::NotATime(form))),
        }
    }

    /// Skips the header of times and values, after which another form of times may come, and rejects
    /// any other header; `None` if the line is not a header.
    fn header(&mut self, line: &[u8]) -> Option<Result<Line, NotARow>> {
        let header = Columns::of_header(without_end(line))?;
        if header == Columns::TIMED {
            self.is_recorded = false;
            self.decide(Shape::Timed(None));
            return Some(Ok(Line::Header));
        }
        self.decide(Shape::Foreign);
        Some(Err(NotARow::Header))
    }

    fn decide(&mut self, shape: Shape) {
        if !self.is_recorded {
            self.shape = shape;
        }
    }
}

/// A row of the classic stream.
fn classic_row(line: &[u8]) -> Result<Line, NotARow> {
    Ok(Line::Row(Row { time: None, sample: classic(line)? }))
}

/// The sample of a row of the classic stream.
#[inline]
fn classic(line: &[u8]) -> Result<Sample, NotARow> {
    let line = without_feed(line);
    if line.len() > MAX_LINE {
        return Err(NotARow::TooLong);
    }
    let number = trimmed(without_return(line));
    Sample::parse(number).map_err(|reason| not_classic(number, reason))
}

#[cold]
fn not_classic(number: &[u8], reason: ParseError) -> NotARow {
    match split_first(number) {
        _ if number.is_empty() => NotARow::Empty,
        Some((first, value)) if is_timed(first, value) => NotARow::Timed,
        _ => NotARow::Number(reason),
    }
}

/// Whether these are a time and a value, as `log` writes them.
fn is_timed(first: &[u8], value: &[u8]) -> bool {
    let time = Form::Iso.read(first).or_else(|| arrival(first));
    time.is_some_and(|time| behind_time(time, value).is_ok())
}

/// Unix seconds as `log` writes them, with a point, which distinguishes them from most numbers.
fn arrival(text: &[u8]) -> Option<Time> {
    Form::Unix.read(text).filter(|_| text.contains(&b'.'))
}

/// A row's value, behind its time.
fn behind_time(time: Time, value: &[u8]) -> Result<Line, NotARow> {
    if memchr(b'\t', value).is_some() {
        return Err(NotARow::Columns);
    }
    match Sample::parse(spaces_trimmed(value)) {
        Ok(sample) => Ok(Line::Row(Row { time: Some(time), sample })),
        Err(_) if spaces_trimmed(value).is_empty() => Err(NotARow::NoValue),
        Err(reason) => Err(NotARow::Value(reason)),
    }
}

/// Whether all fields are numbers.
fn are_numbers(line: &[u8]) -> bool {
    without_end(line)
        .split(|&byte| byte == b'\t')
        .all(|field| Sample::parse(spaces_trimmed(field)).is_ok())
}

#[cfg(test)]
mod tests;
