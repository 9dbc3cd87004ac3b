//! What a source hands on: readings, each with its place, one by one, as codes, or as text; or rows of
//! them; and, where there is no reading, the reason.
//!
//! A reading is what a source gave, before conversion and checks. A source with only a few different
//! readings gives [`Codes`] and a [`CodeTable`] of what they stand for, so that a code seen before
//! need not be converted, checked and printed again. [`Text`] is not even read unless something is to
//! be done to it.

mod no_row;

use std::fmt;

use stage::format::decimal::ParseError;
use stage::format::decimal::fixed::Fixed;
use stage::format::row::of_field;
use stage::format::sample::Sample;
use stage::format::time::Time;
use thiserror::Error;

pub(crate) use self::no_row::NoRow;

/// Which reading of a source, such as `line 17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// What the source calls a reading.
    pub what: &'static str,
    /// Counted from 1.
    pub number: u64,
}

impl Place {
    /// The place this many readings later.
    pub fn after(self, readings: u64) -> Place {
        Place { number: self.number + readings, ..self }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.what, self.number)
    }
}

/// One reading of the only channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading<'a> {
    /// Which one.
    pub place: Place,
    /// Its value, or the reason why it has none.
    pub raw: Result<Sample, NoReading<'a>>,
}

/// Why there is no reading. (It is put into words only if it is reported.) A new source adds its
/// reasons here.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoReading<'a> {
    /// A line of text is not a number.
    #[error("{}", reason.of(line))]
    Line {
        /// Why not.
        reason: NoRow,
        /// The line, or its start.
        line: &'a [u8],
    },
    /// A field of a line of text is not a number.
    #[error("{}", of_field(*reason, text, *column))]
    Field {
        /// Why not.
        reason: ParseError,
        /// Its column in the input, from 1, if there are several.
        column: Option<usize>,
        /// What stands there.
        text: &'a [u8],
    },
    /// It stands for no reading, as the user says.
    #[error("missing")]
    Missing,
    /// A raw word is NaN or infinite.
    #[error("not a number")]
    NotFinite,
    /// A raw stream ended within a frame.
    #[error("torn: the stream ends after {bytes} of {frame} bytes")]
    Torn {
        /// Bytes that arrived.
        bytes: usize,
        /// Bytes that a frame has.
        frame: usize,
    },
    /// The source could not be asked, or gave something that is not a number: the reason in words.
    #[error("{0}")]
    Failed(String),
}

impl<'a> NoReading<'a> {
    /// That of a line which is no row for this reason.
    pub(crate) fn of_line(reason: NoRow, line: &'a [u8]) -> NoReading<'a> {
        match reason {
            NoRow::Missing => NoReading::Missing,
            reason => NoReading::Line { reason, line },
        }
    }
}

/// The most codes that a table can have: those of a 16-bit converter.
pub(crate) const MAX_CODES: usize = 1 << 16;

/// Readings as codes.
#[derive(Clone, Copy)]
pub struct Codes<'a> {
    /// The place of the first reading; the others follow.
    pub place: Place,
    /// What the codes stand for.
    pub table: &'a dyn CodeTable,
    /// The codes, in order.
    pub codes: &'a [u16],
}

/// Readings as text: those of the only channel, or rows of them.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    /// The place of the first row; the others follow.
    pub place: Place,
    /// Lines, each a reading in canonical form of at most [`stage::format::decimal::MAX_PLAIN`]
    /// characters, and a line feed. Those of a row follow each other, one for each channel.
    pub lines: &'a [u8],
    /// How many rows there are.
    pub rows: u64,
}

/// Rows of readings, one of each channel, one row after another.
pub trait Rows {
    /// Goes on to the next row; `None` if none is at hand.
    fn next_row(&mut self) -> Option<Row<'_>>;

    /// This row's reading of the channel at `index`, from 0, taken in this order; `None` if it is
    /// missing.
    fn reading(&mut self, index: usize) -> Option<Result<Sample, NoReading<'_>>>;

    /// The same reading in machine words; `None` if it has to be asked for with [`Rows::reading`]. That may be
    /// asked for afterwards in any case.
    fn fixed(&mut self, _index: usize) -> Option<Fixed> {
        None
    }
}

/// A row, whose readings [`Rows::reading`] gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// Which one.
    pub place: Place,
    /// Its time, if that is known (whether it is sent or not); or why it has no readings at all.
    pub time: Result<Option<Time>, NoReading<'a>>,
}

/// What a source's codes stand for. It never changes while the source lives.
pub trait CodeTable {
    /// The number of codes; every code is below it.
    fn size(&self) -> usize;
    /// How many readings each code stands for, at least one.
    fn readings(&self) -> u64;
    /// The reading of `code` at this position, counted from 0.
    fn reading(&self, code: u16, position: u64) -> Sample;
}
