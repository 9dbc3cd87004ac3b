//! Rows: which line of a stream is one, and what its fields are.
//!
//! | line | is |
//! |---|---|
//! | `57` | a row of the classic stream: one sample, without a time; blanks and TABs around it are ignored |
//! | `23.5` TAB TAB `48` | a row of three channels; the sample of the second one is missing |
//! | `2023-11-14T22:13:20Z` TAB `57` | a row with its time in front, in RFC 3339 |
//! | `time` TAB `temp` TAB `hum` | a [header](Columns::of_header), which names the columns; behind one with `time`, times may also be Unix seconds |
//!
//! The first row or header decides which columns a stream has. The same header once more is passed
//! over; another one begins a part with other columns, as in files that were put together. A field
//! that is not a sample is rejected alone. Every other line is rejected whole, for one of the reasons
//! in [`NotARow`]: **a new reason for rejecting a line goes there**. Spaces around a field, and a
//! carriage return at a line's end, are ignored. (That a *value* is not plausible, or a raw word torn,
//! are `conv`'s own reasons.)

mod beginning;
mod field;
mod reason;
mod shape;
pub(crate) mod text;

use crate::format::columns::Columns;
use crate::format::decimal::ParseError;
use crate::format::time::{Form, Time};

pub use self::beginning::Beginning;
pub use self::field::{Field, single};
pub use self::reason::{NotARow, of_field};
use self::shape::Expected;
use self::text::without_feed;
pub use self::text::{MAX_LINE, fields, spaces_trimmed, without_end};

/// What a line of a stream is, if it is not rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// A row, whose fields are in [`Rows::fields`].
    Row {
        /// When its samples were taken, or arrived; `None` in a stream without times.
        time: Option<Time>,
    },
    /// A header, which is not a row and not counted. What it says is in [`Rows::columns`].
    Header,
}

/// The rows of a stream, line by line.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Those of the last row or header; `None` until one has come.
    columns: Option<Columns>,
    /// How often they have become others.
    part: u64,
    /// Whether the next row must have the same.
    is_decided: bool,
    /// The form of the times; `None` until the first one.
    form: Option<Form>,
    /// Those of the row that was read last.
    fields: Vec<Field>,
    expected: Expected,
}

impl Rows {
    /// The rows of any stream.
    pub fn new() -> Rows {
        Rows::default()
    }

    /// The rows of a file that `log` has written, perhaps with different options each time: each line
    /// of one number, with or without a time, is decided separately, and Unix seconds need no header.
    /// Behind a header, the rows are those of any stream.
    pub fn recorded() -> Rows {
        Rows { expected: Expected::Recorded, ..Rows::default() }
    }

    /// The rows of a stream whose columns have these names, whatever a header calls them. The stream
    /// may have times even if these columns have none.
    pub fn named(columns: Columns) -> Rows {
        Rows { expected: Expected::Named(columns), ..Rows::default() }
    }

    /// The rows of a stream whose first line is a header, whatever it looks like: names are
    /// [made](crate::format::name::Name::all_fitted) of its fields.
    pub fn behind_header() -> Rows {
        Rows { expected: Expected::Header, ..Rows::default() }
    }

    /// Goes on to another stream. One that begins with rows of the same shape continues this one, like
    /// a part of a file that was split.
    pub fn begin_stream(&mut self) {
        if let Some(columns) = self.columns.take_if(|_| self.is_decided) {
            self.expected.after(columns);
        }
        self.is_decided = false;
    }

    /// The columns of the last row or header; `None` until there was one.
    pub fn columns(&self) -> Option<&Columns> {
        self.columns.as_ref()
    }

    /// The number of the current part of the stream, from 1: rows that follow each other have the same
    /// columns if they are of the same part. 0 until there are columns.
    #[inline]
    pub fn part(&self) -> u64 {
        self.part
    }

    /// The fields of the row that was read last, one for each channel.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Whether each line has one field, as in the classic stream.
    #[inline]
    pub fn are_single(&self) -> bool {
        self.is_decided && self.columns.as_ref().is_some_and(|columns| columns.width() == 1)
    }

    /// Whether all further rows must have the columns of the last one, and times in RFC 3339 if any.
    #[inline]
    pub fn are_alike(&self) -> bool {
        let has_time = self.columns.as_ref().is_some_and(Columns::have_time);
        self.is_decided && (!has_time || self.form == Some(Form::Iso))
    }

    /// Reads the next line, with or without its line end.
    pub fn read(&mut self, line: &[u8]) -> Result<Line, NotARow> {
        if line.len() > MAX_LINE && without_feed(line).len() > MAX_LINE {
            return Err(NotARow::TooLong);
        }
        if !self.is_decided {
            return self.first(line);
        }
        let read = self.row(line);
        let has_samples = || self.fields.iter().any(|it| !matches!(it, Field::Rejected(_)));
        if read.is_ok() && has_samples() {
            return read;
        }
        self.header(line).unwrap_or(read)
    }

    /// A line that decides which columns there are, if it is a row or a header.
    fn first(&mut self, line: &[u8]) -> Result<Line, NotARow> {
        if matches!(self.expected, Expected::Recorded)
            && let Ok(sample) = single(line)
        {
            // The usual line of a recording, which may be followed by anything.
            self.columns = Some(Columns::CLASSIC);
            self.fields.clear();
            self.fields.push(Field::Sample(sample));
            return Ok(Line::Row { time: None });
        }
        if let Some(header) = self.header(line) {
            return header;
        }
        let shape = self.expected.of_row(line)?;
        self.begin(shape.columns, shape.form);
        self.is_decided = shape.is_decided;
        self.row(line)
    }

    fn begin(&mut self, columns: Columns, form: Option<Form>) {
        self.part += u64::from(self.columns.as_ref() != Some(&columns));
        (self.columns, self.form, self.is_decided) = (Some(columns), form, true);
    }

    /// Begins the columns that a header names; `None` if the line is not one.
    fn header(&mut self, line: &[u8]) -> Option<Result<Line, NotARow>> {
        let columns = self.expected.of_header(without_end(line), !self.is_decided)?;
        Some(columns.map(|columns| {
            self.begin(columns, None);
            Line::Header
        }))
    }

    /// A row of the stream's columns.
    fn row(&mut self, line: &[u8]) -> Result<Line, NotARow> {
        let Some(columns) = &self.columns else { return Err(NotARow::Empty) };
        let (width, has_time) = (columns.width(), columns.have_time());
        self.fields.clear();
        if width == 1 {
            self.fields.push(Field::Sample(single(line)?));
            return Ok(Line::Row { time: None });
        }
        let line = without_end(line);
        let found = fields(line).count();
        if found != width {
            return Err(NotARow::of_width(line, found, width));
        }
        let mut texts = fields(line);
        let time = if has_time { texts.next() } else { None };
        let time = time.map(|text| self.time(text)).transpose()?;
        self.fields.extend(texts.map(Field::read));
        Ok(Line::Row { time })
    }

    /// The time in front of a row.
    fn time(&mut self, text: &[u8]) -> Result<Time, NotARow> {
        let forms = match &self.form {
            Some(form) => std::slice::from_ref(form),
            None => &[Form::Iso, Form::Unix],
        };
        let read = forms.iter().find_map(|form| Some((*form, form.read(text)?)));
        let (form, time) = read.ok_or(NotARow::NotATime(self.form))?;
        self.form = Some(form);
        Ok(time)
    }

    /// Why the field of the channel at `index`, from 0, is rejected: with its column, and the start of
    /// what stands there in `line`.
    pub fn reason(&self, index: usize, why: ParseError, line: &[u8]) -> String {
        let columns = self.columns.as_ref().unwrap_or(&Columns::CLASSIC);
        let at = index + usize::from(columns.have_time());
        let text = fields(without_end(line)).nth(at).unwrap_or(line);
        of_field(why, text, (columns.count() > 1).then_some(at + 1))
    }
}

#[cfg(test)]
mod tests;
