//! The stream's columns: what its first line says about them, whether they fit those of the file, and
//! headers.
//!
//! A header is no row: it is not counted, and gets no arrival time. The one at the stream's beginning is
//! not recorded as it comes, but stands at the beginning of every file ([`crate::recorder`]), and once
//! more where a file that began with it has come to other columns. Headers in the middle of a stream, as
//! of files that were put together, are recorded as they come; new files begin with the last one. They
//! may follow samples of the classic stream as well.

use std::ops::Range;

use memchr::{memchr, memchr_iter};
use stage::format::columns::{Channels, Columns, MAX_COLUMNS};
use stage::format::name::{Name, begins_name};
use stage::format::row::Beginning;
use stage::format::time::Form;

use crate::error::Error;
use crate::file::columns::Shown;
use crate::timestamps::Timestamps;

/// The most names of columns in a message.
const NAMED: usize = 8;

/// What is known of the stream.
#[derive(Debug)]
pub(crate) struct Head {
    times: Option<Timestamps>,
    /// Whether the first line has come.
    has_begun: bool,
    /// Headers so far.
    pub(crate) headers: u64,
}

/// How a stream begins, as it is recorded.
#[derive(Debug)]
pub(crate) struct Opening {
    /// What is known of the rows; `None` if the first line is neither a row nor a header.
    pub(crate) rows: Option<Beginning>,
    /// What each new file begins with; may be empty.
    pub(crate) header: Vec<u8>,
    /// Whether the line is a header.
    pub(crate) is_header: bool,
}

/// How rows follow those of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follows {
    /// Without a header.
    AsItIs,
    /// Behind their header, since the file has come to other columns.
    ItsHeader,
}

/// What lines are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// Rows, or anything else that is recorded.
    Rows(&'a [u8]),
    /// A header.
    Header(&'a [u8]),
}

impl Head {
    /// Nothing is known yet; arrival times of this form will be put in front of rows.
    pub(crate) fn new(times: Option<Timestamps>) -> Head {
        Head { times, has_begun: false, headers: 0 }
    }

    /// Whether the first line has come.
    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Whether these bytes may have a header in them, which has a TAB: samples of the classic stream
    /// hardly ever do, and need no other look.
    pub(crate) fn may_be_in(bytes: &[u8]) -> bool {
        memchr(b'\t', bytes).is_some()
    }

    /// Looks at the stream's first line.
    pub(crate) fn begin(&mut self, line: &[u8]) -> Result<Opening, Error> {
        let rows = Beginning::of_stream(line);
        self.has_begun = true;
        let is_header = rows.as_ref().is_some_and(|rows| rows.is_header);
        self.headers += u64::from(is_header);
        let Some(times) = self.times else {
            let header = if is_header { whole(line) } else { Vec::new() };
            return Ok(Opening { rows, header, is_header });
        };
        let columns = rows.map_or(Columns::CLASSIC, |rows| rows.columns);
        if columns.have_time() {
            return Err(Error::Timed);
        }
        if columns.width() == MAX_COLUMNS {
            return Err(Error::NoColumnLeft);
        }
        let are_named = !matches!(columns.channels(), Channels::Numbered(_));
        let header = header_of(&columns);
        let columns = columns.with_time();
        let rows = Beginning { columns, is_header: are_named, form: Some(times.form()) };
        Ok(Opening { rows: Some(rows), header, is_header })
    }

    /// Cuts lines into rows and headers.
    pub(crate) fn parts<'a>(&self, bytes: &'a [u8], begins_line: bool) -> Parts<'a> {
        Parts { has_times: self.times.is_some(), ..Parts::of(bytes, begins_line) }
    }

    /// The header `line` as it is recorded.
    pub(crate) fn recorded(&self, line: &[u8]) -> Vec<u8> {
        match self.times {
            Some(_) => [b"time\t", &whole(line)[..]].concat(),
            None => whole(line),
        }
    }
}

/// Rows and headers, one part after another.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    rest: &'a [u8],
    begins_line: bool,
    /// Whether rows get times in front.
    has_times: bool,
}

impl<'a> Parts<'a> {
    /// Those of `bytes`, whose first one begins a line or not.
    pub(crate) fn of(bytes: &'a [u8], begins_line: bool) -> Parts<'a> {
        Parts { rest: bytes, begins_line, has_times: false }
    }

    /// Where the next header is.
    fn next_header(&self) -> Option<Range<usize>> {
        let first = self.begins_line.then_some(0);
        let starts = first.into_iter().chain(memchr_iter(b'\n', self.rest).map(|at| at + 1));
        let mut lines = starts.filter(|at| self.rest.get(*at).is_some_and(begins_name)).map(|at| {
            let length = memchr(b'\n', &self.rest[at..]).map(|length| length + 1);
            at..length.map_or(self.rest.len(), |length| at + length)
        });
        lines.find(|line| self.is_header(&self.rest[line.clone()]))
    }

    fn is_header(&self, line: &[u8]) -> bool {
        // One with a time would get a second one in front, and one of the most columns, one more: such a
        // header is recorded like a row.
        let has_room = |columns: &Columns| !columns.have_time() && columns.width() < MAX_COLUMNS;
        let is_recorded = |columns: &Columns| !self.has_times || has_room(columns);
        Beginning::of_stream(line).is_some_and(|it| it.is_header && is_recorded(&it.columns))
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let rest = self.rest;
        let (part, length) = match self.next_header() {
            _ if rest.is_empty() => return None,
            Some(Range { start: 0, end }) => (Part::Header(&rest[..end]), end),
            Some(Range { start, .. }) => (Part::Rows(&rest[..start]), start),
            None => (Part::Rows(rest), rest.len()),
        };
        (self.rest, self.begins_line) = (&rest[length..], true);
        Some(part)
    }
}

/// A line with its line feed.
fn whole(line: &[u8]) -> Vec<u8> {
    let end: &[u8] = if line.ends_with(b"\n") { b"" } else { b"\n" };
    [line, end].concat()
}

/// The header of these columns behind arrival times. Channels without names get some: in the file, only
/// a header tells Unix seconds from numbers.
fn header_of(columns: &Columns) -> Vec<u8> {
    let columns = match columns.channels() {
        Channels::Numbered(count) => {
            Columns::new(false, Channels::Named((1..=*count).map(Name::numbered).collect()))
        }
        _ => columns.clone(),
    };
    let mut text = Vec::new();
    columns.with_time().print_header(&mut text);
    text
}

/// How `stream` follows what the file called `name` shows; fails if it does not belong there.
pub(crate) fn check(there: &Shown, stream: &Opening, name: String) -> Result<Follows, Error> {
    let Some(rows) = stream.rows.as_ref().filter(|rows| !there.is_continued_by(rows)) else {
        return Ok(Follows::AsItIs);
    };
    if !stream.header.is_empty() && there.is_taken_up_by(rows) {
        return Ok(Follows::ItsHeader);
    }
    match there.last.as_ref().or(there.first.as_ref()) {
        Some(last) => Err(other_columns(last, rows, name)),
        None => Ok(Follows::AsItIs),
    }
}

fn other_columns(there: &Beginning, stream: &Beginning, name: String) -> Error {
    let [stream, there] = match there.columns == stream.columns {
        true => [stream, there].map(|it| described_form(it.form)),
        false => [stream, there].map(|it| described(&it.columns)),
    };
    Error::Columns { name, stream, there }
}

fn described_form(form: Option<Form>) -> String {
    match form {
        Some(Form::Unix) => "times in Unix seconds".to_owned(),
        _ => "times in RFC 3339".to_owned(),
    }
}

fn described(columns: &Columns) -> String {
    let times = if columns.have_time() { "times and " } else { "" };
    match columns.channels() {
        Channels::Unnamed if columns.have_time() => "times and samples".to_owned(),
        Channels::Unnamed => "samples alone".to_owned(),
        Channels::Numbered(count) => format!("{times}{count} columns without names"),
        Channels::Named(names) => {
            let shown: Vec<&str> = names.iter().take(NAMED).map(Name::as_str).collect();
            let more = if names.len() > NAMED { ", …" } else { "" };
            format!("{times}the columns {}{more}", shown.join(", "))
        }
    }
}

#[cfg(test)]
mod tests;
