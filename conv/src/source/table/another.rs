//! Another header behind the first, and the lines of units below one.
//!
//! In a stream of ours, any header begins another part, as every program of ours has it. In a foreign table,
//! words may as well be a row of errors or a message. So a line of words is a header there only if
//!
//! - it is the last header once more, or has its names in another order, or
//! - it names a column that is asked for by name, or
//! - it has as many fields as a header before it, each allowed as a name and each another, and no value of
//!   `--missing` among them; between blanks, where a message may stand as well, not even then.

use stage::format::row::NotARow;
use stage::process::message::quoted;
use stage::stream::rejects::REPORTED;

use super::super::choice::{Column, Selection};
use super::super::dialect::Delimiter;
use super::Table;
use super::fields::Fields;
use super::header::{Header, are_labels, are_units};
use super::part::Part;
use crate::reading::NoRow;

/// How many headers are remembered, so that one that comes again is not taken for units.
const MOST_REMEMBERED: usize = 16;

/// The headers so far.
#[derive(Debug, Default)]
pub(super) struct Headers {
    /// The last one, which may come once more; empty if it is one of a stream of ours, or if there was none.
    pub last: Vec<u8>,
    /// Those before it.
    earlier: Vec<Vec<u8>>,
    /// One whose next row is to show what it is.
    pub announced: Option<Vec<u8>>,
    /// How many were reported that had nothing in common with the one before.
    doubted: u64,
}

impl Headers {
    /// Goes on behind another one.
    fn go_on(&mut self, line: &[u8]) {
        let before = std::mem::replace(&mut self.last, line.to_vec());
        if self.earlier.len() < MOST_REMEMBERED && !self.earlier.contains(&before) {
            self.earlier.push(before);
        }
    }

    /// Whether a line was one before the last.
    fn has_earlier(&self, line: &[u8]) -> bool {
        self.earlier.iter().any(|before| before == line)
    }
}

impl Table {
    /// What a line is that may be a header behind the first: passed over, the beginning of another part, or
    /// `None`, so that it is judged as a row.
    pub(super) fn another_header(
        &mut self,
        texts: &[&[u8]],
        line: &[u8],
        own: Option<Header>,
    ) -> Option<Result<(), NoRow>> {
        if !self.headers.last.is_empty() && self.headers.last == line {
            if self.search.is_some() {
                self.begin_units();
            }
            return Some(Ok(()));
        }
        let is_known = self.headers.has_earlier(line);
        if !is_known && self.is_of_units(texts) {
            self.units_left -= 1;
            self.notify(format!("passed over as a line of units: {}", quoted(line)));
            return Some(Ok(()));
        }
        let header = match is_known {
            true => Header::of(texts),
            false => self.another(texts, own)?,
        };
        self.begin_another(&header, line)
    }

    /// Begins a part with a header that is not the first; `None` if it lacks what is asked for, so that it is
    /// judged as a row.
    pub(super) fn begin_another(
        &mut self,
        header: &Header,
        line: &[u8],
    ) -> Option<Result<(), NoRow>> {
        let before = self.part.as_ref()?;
        let part = match &self.choice.columns {
            Some(Selection::These(columns)) => Ok(before.like(header, columns, &self.choice)),
            _ => Part::behind(header, &self.choice, self.is_table),
        };
        let (found, expected) = (header.width(), before.width);
        match part {
            Ok(part) => {
                self.doubt_another(line, &part);
                if self.search.is_some() {
                    self.headers.go_on(line);
                }
                self.begin(part);
                Some(Ok(()))
            }
            Err(_) if self.choice.names.is_some() && found != expected => {
                Some(Err(NotARow::Header { found, expected }.into()))
            }
            Err(_) => None,
        }
    }

    /// The header that a line is, if it may be another one. `own`: as every program of ours understands it.
    fn another(&self, texts: &[&[u8]], own: Option<Header>) -> Option<Header> {
        if self.search.is_none() {
            return own;
        }
        let has_number = || texts.iter().any(|text| self.dialect.number(text).is_ok());
        if has_number() || self.has_missing(texts) {
            return None;
        }
        let named: Vec<&[u8]> = texts.iter().copied().filter(|text| !text.is_empty()).collect();
        if named.is_empty() || texts.len() < 2 {
            return None;
        }
        let is_asked = || {
            let header = Header::of(texts);
            self.asked().any(|(column, _)| header.may_have(column))
        };
        if are_labels(&named) && is_asked() || self.has_its_names(texts) {
            return Some(Header::of(texts));
        }
        own.filter(|_| match self.delimiter {
            // Such text may be a stream of ours.
            Some(Delimiter::Tab | Delimiter::Byte(b'\t')) => true,
            Some(Delimiter::Byte(_)) => !self.headers.last.is_empty() && self.has_its_width(texts),
            Some(Delimiter::Blanks) | None => false,
        })
    }

    /// The columns asked for by name, and where they are.
    pub(super) fn asked(&self) -> impl Iterator<Item = (&Column, Option<usize>)> {
        let columns = match &self.choice.columns {
            Some(Selection::These(columns)) => &columns[..],
            _ => &[],
        };
        let part = self.part.as_ref();
        let taken = part.map_or(&[][..], |part| &part.taken).iter().copied();
        let time = part.and_then(|part| part.time);
        let asked =
            columns.iter().zip(taken).chain(self.choice.time.iter().map(move |it| (it, time)));
        asked.filter(|(column, _)| matches!(column, Column::Name(_)))
    }

    /// Whether any field is a value that stands for no reading.
    fn has_missing(&self, texts: &[&[u8]]) -> bool {
        let is_missing = |text: &[u8]| {
            let mut each = self.each_missing.iter().chain([&self.all_missing]);
            !text.is_empty() && each.any(|missing| missing.has_word(text))
        };
        texts.iter().any(|text| is_missing(text))
    }

    /// Whether a line has as many fields as the part.
    fn has_its_width(&self, texts: &[&[u8]]) -> bool {
        self.part.as_ref().is_some_and(|part| part.width == texts.len())
    }

    /// Whether every field is among those of the last header.
    pub(super) fn has_its_names(&self, texts: &[&[u8]]) -> bool {
        let Some(delimiter) = self.delimiter.filter(|_| !self.headers.last.is_empty()) else {
            return false;
        };
        let mut fields = Fields::default();
        if !self.has_its_width(texts) || fields.cut(&self.headers.last, delimiter).is_err() {
            return false;
        }
        let before = fields.texts(&self.headers.last);
        texts.iter().all(|text| before.contains(text))
    }

    /// Whether a line of a foreign table stands behind its header, and has words where samples should be, and
    /// no number or time anywhere.
    fn is_of_units(&self, texts: &[&[u8]]) -> bool {
        let Some(part) =
            self.part.as_ref().filter(|_| self.search.is_some() && self.units_left > 0)
        else {
            return false;
        };
        let taken = part.taken.iter().chain([&part.time]).flatten();
        let taken: Option<Vec<&[u8]>> = taken.map(|at| texts.get(*at).copied()).collect();
        taken.is_some_and(|taken| are_units(&taken) && !self.has_missing(&taken))
            && !texts.iter().any(|text| self.is_data(text))
            && !self.names_other_places(texts)
    }

    /// Whether a field is a number or a time, or looks like a time of another form: it has digits on both
    /// sides of something else. (`1/min` has not.)
    fn is_data(&self, text: &[u8]) -> bool {
        let has_digit = |part: &[u8]| part.iter().any(u8::is_ascii_digit);
        let looks_like_time = || {
            let rest = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or_default();
            rest > 0 && has_digit(&text[rest..])
        };
        self.dialect.number(text).is_ok() || self.times.is_time(text) || looks_like_time()
    }

    /// Whether a line has the names of the header before in another order, or names columns asked for at other
    /// places than that: then it is a header as well, and has no units.
    fn names_other_places(&self, texts: &[&[u8]]) -> bool {
        if self.has_its_names(texts) {
            return true;
        }
        let header = Header::of(texts);
        let found = |(column, at): (&Column, Option<usize>)| (header.find(column).ok(), at);
        let is_elsewhere = |(found, at): (Option<usize>, _)| found.is_some() && found != at;
        let mut asked = self.asked().map(found).peekable();
        let has_other_width = asked.peek().is_some() && !self.has_its_width(texts);
        let asked: Vec<_> = asked.collect();
        asked.iter().copied().any(is_elsewhere)
            || has_other_width && asked.iter().all(|(found, _)| found.is_some())
    }

    /// Reports, the first few times, a header that has nothing in common with the one before, since words of
    /// a sensor may look like that.
    fn doubt_another(&mut self, line: &[u8], part: &Part) {
        let is_asked = self.asked().next().is_some();
        let is_gone = is_asked && part.taken.iter().all(Option::is_none);
        let is_new = !is_asked
            && !self.headers.has_earlier(line)
            && self.search.is_some()
            && !self.headers.last.is_empty();
        if !(is_gone || is_new && !self.shares_a_name(line)) || self.headers.doubted == REPORTED {
            return;
        }
        self.headers.doubted += 1;
        let what = match is_gone {
            true => "another header, which lacks the columns asked for",
            false => "another header, of other columns",
        };
        self.notify(format!("{what}: {} (if it is a row, see --missing)", quoted(line)));
    }

    /// Whether a header has a name of the last one.
    fn shares_a_name(&self, line: &[u8]) -> bool {
        let Some(delimiter) = self.delimiter else { return false };
        let (mut new, mut before) = (Fields::default(), Fields::default());
        if new.cut(line, delimiter).is_err() || before.cut(&self.headers.last, delimiter).is_err() {
            return false;
        }
        let before = before.texts(&self.headers.last);
        new.texts(line).iter().any(|text| before.contains(text))
    }
}
