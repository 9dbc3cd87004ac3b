//! Lines of text as rows of a table, of which some columns are taken.
//!
//! | module | owns |
//! |---|---|
//! | `announced` | headers of which only the next line shows what they are |
//! | `another` | headers behind the first, and lines of units |
//! | `begin` | how parts begin: with a header or a row |
//! | `cell` | what stands in a row for one channel |
//! | `fields` | the fields of a line |
//! | `header` | which line names the columns, and what they are called |
//! | `first_row` | what the first row shows of those that follow, where no header names their columns |
//! | `labels` | lines whose fields carry their labels |
//! | `listed` | lists of names for messages |
//! | `part` | lines of the same columns, and which of these are taken |
//! | `row` | one of these lines, and its time |
//! | `search` | where a foreign table begins, and what separates its fields (`search::likely`: lines that may be its header, or prose) |
//! | `wanted` | the columns that can be taken without looking at anything else |
//!
//! Where all columns are taken and nothing is said of the text, it is a stream of our own, whose
//! reference is [`stage::format::row::Rows`]: the same lines are rows, headers or rejected. Besides, a
//! table of ours may begin with a header whose names have yet to be made fit. Any other text is foreign:
//! it is searched for the line by which it begins. (Fields that are not taken are not even read.)

mod announced;
mod another;
mod begin;
mod cell;
mod fields;
mod first_row;
mod header;
mod labels;
mod listed;
mod part;
mod row;
mod search;
mod wanted;

use std::collections::VecDeque;

use stage::format::columns::Columns;
use stage::format::row::{MAX_LINE, NotARow, fields, single};
use stage::format::sample::Sample;
use stage::format::time::Time;

use self::another::Headers;
use self::fields::{Fields, trimmed};
use self::header::{Header, may_be_header};
use self::labels::Labels;
use self::part::Part;
use self::search::Search;
use super::choice::Choice;
use super::dialect::{Delimiter, Dialect};
use super::layout::Layout;
use super::timing::TimeReader;
use crate::missing::{Missing, MissingOptions};
use crate::reading::NoRow;

/// Whether a line is the header of a foreign table: no program of ours takes it for one, but its names
/// can be made fit.
pub fn is_foreign_header(line: &[u8]) -> bool {
    let texts: Vec<&[u8]> = fields(line).collect();
    let is_ours = || Header::of_stream(&texts).is_some();
    line.len() <= MAX_LINE && Header::foreign(&texts, false).is_some() && !is_ours()
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
    dialect: Dialect,
    times: TimeReader,
    /// What stands for no reading, of any channel, and of each.
    missing: MissingOptions,
    all_missing: Missing,
    each_missing: Vec<Missing>,
    /// Where foreign text begins; `None` for streams of our own.
    search: Option<Search>,
    /// The labels, if fields carry them.
    labels: Option<Box<Labels>>,
    /// What separates fields, once that is known.
    delimiter: Option<Delimiter>,
    /// That of the last header, or of the first row.
    part: Option<Part>,
    /// How many have begun.
    parts: u64,
    /// Whether it shows what all further rows are. (Names make even a row without samples one.)
    is_decided: bool,
    /// Lines that may still follow its header before its first row.
    units_left: u8,
    /// The headers of foreign text so far.
    headers: Headers,
    /// Whether rows of several columns have been sent.
    is_table: bool,
    /// Whether rows are sent as something else since [`Table::begun`] was asked.
    has_begun: bool,
    /// Those of the newest row.
    fields: Fields,
    /// What is to be reported of the newest line, in this order.
    notices: VecDeque<String>,
    /// Whether a delimiter or a decimal sign was suggested.
    has_suggested: bool,
    /// Lines rejected so far.
    rejected: u64,
    /// Rows with samples so far, counted up to one more than [`MOST_DATA`](search::MOST_DATA).
    first_rows: u8,
    /// The first row, if no header stands before it and it has words in it.
    doubtful: Option<Vec<u8>>,
    /// Whether it was reported that the table may only begin further on.
    has_doubted: bool,
    lacking: Option<String>,
}

impl Table {
    pub(super) fn new(layout: Layout) -> Table {
        let Layout { format, choice, dialect, times, missing, .. } = layout;
        let is_own = dialect.is_own() && choice.columns.is_none() && choice.time.is_none();
        Table {
            search: (!is_own).then(|| Search::new(&dialect)),
            delimiter: is_own.then_some(Delimiter::Tab),
            labels: format.labelling().map(|labelling| Box::new(Labels::new(labelling, &choice))),
            times: TimeReader::new(&times, &dialect),
            all_missing: missing.of(None),
            each_missing: Vec::new(),
            missing,
            choice,
            dialect,
            part: None,
            parts: 0,
            is_decided: false,
            units_left: 0,
            headers: Headers::default(),
            is_table: false,
            has_begun: false,
            fields: Fields::default(),
            notices: VecDeque::new(),
            has_suggested: false,
            rejected: 0,
            first_rows: 0,
            doubtful: None,
            has_doubted: false,
            lacking: None,
        }
    }

    pub(super) fn shape(&self) -> Shape {
        match &self.part {
            None => Shape::Open,
            Some(part) if part.is_classic() && self.are_plain() => Shape::Classic,
            Some(_) => Shape::Table,
        }
    }

    /// Whether a line of one field is nothing but a number.
    fn are_plain(&self) -> bool {
        !self.dialect.has_comma() && self.labels.is_none()
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

    /// Whether there is anything to report of the newest line.
    pub(super) fn has_notice(&self) -> bool {
        !self.notices.is_empty() || self.times.has_notice()
    }

    /// What to report of it.
    pub(super) fn take_notice(&mut self) -> Option<String> {
        self.notices.pop_front().or_else(|| self.times.take_notice())
    }

    fn notify(&mut self, notice: String) {
        self.notices.push_back(notice);
    }

    /// What the table lacks of the columns asked for; then it cannot be read.
    pub(super) fn lacking(&self) -> Option<&str> {
        self.lacking.as_deref()
    }

    /// The sample on the next line of the classic stream; `None` if something else stands there that is
    /// not counted.
    #[inline]
    pub(super) fn sample(&mut self, line: &[u8]) -> Option<Result<Sample, NoRow>> {
        match single(line) {
            Ok(sample) => Some(Ok(sample)),
            Err(why) => self.not_a_sample(line, why),
        }
    }

    #[cold]
    fn not_a_sample(&mut self, line: &[u8], why: NotARow) -> Option<Result<Sample, NoRow>> {
        if line.len() > MAX_LINE {
            return Some(Err(why.into()));
        }
        if self.is_missing(line, 0) {
            return Some(Err(NoRow::Missing));
        }
        match self.read(line) {
            Ok(Line::Other) => None,
            Err(other @ NoRow::NotARow(NotARow::Header { .. })) => Some(Err(other)),
            Ok(Line::Row(_)) => Some(self.only(&self.fields, line)),
            Err(_) => Some(Err(why.into())),
        }
    }

    /// Reads the next line, without its line end.
    pub(super) fn read(&mut self, line: &[u8]) -> Result<Line, NoRow> {
        if line.len() > MAX_LINE {
            return Err(NotARow::TooLong.into());
        }
        let mut fields = std::mem::take(&mut self.fields);
        let read = self.read_with(&mut fields, line);
        self.fields = fields;
        if read.is_err() {
            self.suggest_decimal(line);
        }
        read
    }

    fn read_with(&mut self, fields: &mut Fields, line: &[u8]) -> Result<Line, NoRow> {
        if let Some(text) = self.dialect.comment(line) {
            self.comment(fields, text);
            return Ok(Line::Other);
        }
        if let Some(mut labels) = self.labels.take() {
            let read = self.labelled(&mut labels, fields, line);
            self.labels = Some(labels);
            return read;
        }
        let Some(delimiter) = self.delimiter else { return self.search(fields, line) };
        if delimiter != Delimiter::Tab && self.is_between_rows(line) {
            return Ok(Line::Other);
        }
        fields.cut(line, delimiter)?;
        self.reconcile(fields, line);
        let may_be_header = may_be_header(line)
            || line.first() == self.headers.last.first()
            || self.units_left > 0
            || fields.are_unquoted();
        if (!self.is_decided || may_be_header)
            && let Some(header) = self.header(&fields.texts(line), line)
        {
            return header.map(|()| Line::Other);
        }
        if !self.is_decided {
            match self.begin_with_row(&fields.texts(line), line) {
                Ok(true) => {}
                Ok(false) => return Ok(Line::Other),
                Err(why) => {
                    self.suggest_delimiter(line);
                    return Err(why);
                }
            }
        }
        self.row(fields, line)
    }

    /// Whether a line of a foreign table is empty, and no row of empty fields.
    fn is_between_rows(&self, line: &[u8]) -> bool {
        let has_fields =
            || matches!(self.delimiter, Some(Delimiter::Byte(byte)) if line.contains(&byte));
        let is_wide = self.part.as_ref().is_none_or(|part| part.width > 1);
        is_wide && trimmed(line).is_empty() && !has_fields()
    }
}
