//! Lines of text as rows of a table, of which some columns are taken.
//!
//! | module | owns |
//! |---|---|
//! | `field` | what stands in the fields of a line |
//! | `header` | which line names the columns, and what they are called |
//! | `part` | what the first line shows of those that follow |
//!
//! Where all columns are taken, the reference is [`stage::format::row::Rows`]: the same lines are
//! rows, headers or rejected. Besides, a foreign table may begin with a header whose names have yet to
//! be made fit. (Fields that are not taken are not even read.)

mod field;
mod header;
mod part;

use memchr::memchr_iter;
use stage::format::columns::Columns;
use stage::format::row::{MAX_LINE, NotARow, fields, single};
use stage::format::sample::Sample;
use stage::format::time::Time;

use self::field::{read_time, text_of};
use self::header::{Header, may_be_header};
use self::part::{NoPart, Part};
use super::choice::{Choice, Column, Selection};
use crate::reading::NoReading;

/// Whether a line is the header of a foreign table: no program of ours takes it for one, but its names
/// can be made fit.
pub fn is_foreign_header(line: &[u8]) -> bool {
    let is_ours = || Header::of_stream(line).is_some();
    line.len() <= MAX_LINE && Header::foreign(line, false).is_some() && !is_ours()
}

/// What a line is, if it is not rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A row, whose fields [`Table::field`] reads.
    Row(Option<Time>),
    /// Something that is not counted, such as a header.
    Other,
}

/// What is known of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing: neither a row nor a header has come.
    Open,
    /// Samples of the classic stream, to be sent as such.
    Classic,
    /// Rows.
    Table,
}

/// The lines of a text.
#[derive(Debug)]
pub(super) struct Table {
    choice: Choice,
    /// That of the last header, or of the first row.
    part: Option<Part>,
    /// Whether it shows what all further rows are. (Names make even a row without samples one.)
    is_decided: bool,
    /// A foreign header, which may come once more.
    foreign: Vec<u8>,
    /// Whether rows of several columns have been sent.
    is_table: bool,
    /// Whether rows are sent as something else since [`Table::begun`] was asked.
    has_begun: bool,
    /// Where the fields of the newest row end.
    ends: Vec<usize>,
    notice: Option<String>,
    lacking: Option<String>,
}

impl Table {
    pub(super) fn new(choice: Choice) -> Table {
        Table {
            choice,
            part: None,
            is_decided: false,
            foreign: Vec::new(),
            is_table: false,
            has_begun: false,
            ends: Vec::new(),
            notice: None,
            lacking: None,
        }
    }

    pub(super) fn into_choice(self) -> Choice {
        self.choice
    }

    pub(super) fn shape(&self) -> Shape {
        match &self.part {
            None => Shape::Open,
            Some(part) if part.is_classic() => Shape::Classic,
            Some(_) => Shape::Table,
        }
    }

    /// What rows are sent as from here on, if that has changed since the last time.
    pub(super) fn begun(&mut self) -> Option<&Columns> {
        let has_begun = std::mem::take(&mut self.has_begun);
        self.part.as_ref().filter(|_| has_begun).map(|part| &part.columns)
    }

    /// Whether that has changed since the last time.
    pub(super) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// What to report of the newest header.
    pub(super) fn take_notice(&mut self) -> Option<String> {
        self.notice.take()
    }

    /// What the table lacks of the columns asked for; then it cannot be read.
    pub(super) fn lacking(&self) -> Option<&str> {
        self.lacking.as_deref()
    }

    /// The sample on the next line of the classic stream; `None` if a header stands there.
    #[inline]
    pub(super) fn sample(&mut self, line: &[u8]) -> Option<Result<Sample, NotARow>> {
        match single(line) {
            Ok(sample) => Some(Ok(sample)),
            Err(why) => self.not_a_sample(line, why),
        }
    }

    #[cold]
    fn not_a_sample(&mut self, line: &[u8], why: NotARow) -> Option<Result<Sample, NotARow>> {
        if line.len() > MAX_LINE {
            return Some(Err(why));
        }
        match self.header(line) {
            None => Some(Err(why)),
            Some(Ok(())) => None,
            Some(Err(why)) => Some(Err(why)),
        }
    }

    /// Reads the next line, without its line end.
    pub(super) fn read(&mut self, line: &[u8]) -> Result<Line, NotARow> {
        if line.len() > MAX_LINE {
            return Err(NotARow::TooLong);
        }
        if (!self.is_decided || may_be_header(line))
            && let Some(header) = self.header(line)
        {
            return header.map(|()| Line::Other);
        }
        if !self.is_decided && !self.begin_with_row(line)? {
            return Ok(Line::Other);
        }
        self.row(line)
    }

    /// Begins a part with a header, or passes over the one that it began with; `None` if the line is
    /// not a header.
    fn header(&mut self, line: &[u8]) -> Option<Result<(), NotARow>> {
        let own = Header::of_stream(line);
        let Some(before) = self.part.as_ref().filter(|_| self.is_decided) else {
            let is_foreign = own.is_none();
            let header = own.or_else(|| self.foreign(line))?;
            self.foreign = if is_foreign { line.to_vec() } else { Vec::new() };
            self.begin_with_header(&header);
            return Some(Ok(()));
        };
        if own.is_none() && !self.foreign.is_empty() && self.foreign == line {
            return Some(Ok(()));
        }
        let header = own?;
        let part = match &self.choice.columns {
            Some(Selection::These(_)) => Ok(before.like(&header, &self.choice)),
            _ => Part::behind(&header, &self.choice, self.is_table),
        };
        let (found, expected) = (header.width(), before.width);
        match part {
            Ok(part) => {
                self.begin(part);
                Some(Ok(()))
            }
            Err(_) if self.choice.names.is_some() && found != expected => {
                Some(Err(NotARow::Header { found, expected }))
            }
            // It lacks the column of times, so it is judged as a row.
            Err(_) => None,
        }
    }

    fn foreign(&self, line: &[u8]) -> Option<Header> {
        let is_name = |column: &Column| matches!(column, Column::Name(_));
        let by_name = match &self.choice.columns {
            Some(Selection::These(columns)) => columns.iter().any(is_name),
            _ => false,
        };
        Header::foreign(line, by_name || self.choice.time.as_ref().is_some_and(is_name))
    }

    fn begin_with_header(&mut self, header: &Header) {
        match Part::behind(header, &self.choice, self.is_table) {
            Ok(part) => {
                // A single column is sent without a header.
                let are_sent = part.columns.width() > 1 && self.choice.names.is_none();
                let taken = part.taken.iter().flatten().copied();
                let changed = header.changed(taken.filter(|_| are_sent));
                self.notice = changed.map(|names| format!("names made fit: {names}"));
                self.begin(part);
            }
            Err(why) => self.lacking = Some(why),
        }
    }

    /// Begins a part with its first row; whether it could.
    fn begin_with_row(&mut self, line: &[u8]) -> Result<bool, NotARow> {
        match Part::of_row(line, &self.choice) {
            Ok(part) => {
                let has_samples = fields(line).any(|field| Sample::parse(field).is_ok());
                let found = fields(line).count();
                if !has_samples && part.width == 1 {
                    return single(line).map(|_| false);
                }
                if !has_samples && found != part.width {
                    return Err(NotARow::of_width(line, found, part.width));
                }
                self.begin(part);
                self.is_decided = has_samples || self.choice.names.is_none();
                Ok(true)
            }
            Err(NoPart::Rejected(why)) => Err(why),
            Err(NoPart::Lacking(why)) => {
                self.lacking = Some(why);
                Ok(false)
            }
        }
    }

    fn begin(&mut self, part: Part) {
        let before = self.part.as_ref().map(|part| &part.columns);
        self.has_begun |= before != Some(&part.columns);
        self.is_table |= part.columns.width() > 1;
        self.part = Some(part);
        self.is_decided = true;
    }

    /// A row of the part's columns.
    fn row(&mut self, line: &[u8]) -> Result<Line, NotARow> {
        let Some(part) = &mut self.part else { return Err(NotARow::Empty) };
        self.ends.clear();
        self.ends.extend(memchr_iter(b'\t', line));
        self.ends.push(line.len());
        if part.width == 1 {
            // TABs around the only field do not separate fields.
            single(line)?;
            return Ok(Line::Row(None));
        }
        if self.ends.len() != part.width {
            return Err(NotARow::of_width(line, self.ends.len(), part.width));
        }
        let Some(at) = part.time else { return Ok(Line::Row(None)) };
        let time = read_time(&mut part.form, text_of(&self.ends, line, at))?;
        Ok(Line::Row(Some(time).filter(|_| part.columns.have_time())))
    }

    /// What the newest row, which is this line, has for the channel at `index`, from 0.
    pub(super) fn field<'l>(
        &self,
        line: &'l [u8],
        index: usize,
    ) -> Option<Result<Sample, NoReading<'l>>> {
        let part = self.part.as_ref()?;
        if part.width == 1 {
            return Some(single(line).map_err(|reason| NoReading::Line { reason, line }));
        }
        let at = (*part.taken.get(index)?)?;
        let text = text_of(&self.ends, line, at);
        match Sample::parse(text) {
            Ok(sample) => Some(Ok(sample)),
            Err(_) if text.is_empty() => None,
            Err(reason) => {
                // Behind the time of a recording stands its only value.
                let is_only = part.width == 2 && part.time == Some(0);
                let column = (!is_only).then_some(at + 1);
                Some(Err(NoReading::Field { reason, column, text }))
            }
        }
    }
}
