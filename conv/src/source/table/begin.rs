//! How parts of a table begin: with a header, or else with a row.

use stage::format::row::{NotARow, single};
use stage::process::message::quoted;

use super::super::choice::{Column, Selection};
use super::super::dialect::Delimiter;
use super::Table;
use super::first_row::{FirstRow, NoPart};
use super::header::{Header, are_units};
use super::part::Part;
use crate::for_channel::Called;
use crate::reading::NoRow;

/// Lines of units and the like between the header of a foreign table and its first row.
const MOST_UNITS: u8 = 3;

impl Table {
    /// Begins a part with a header, or passes over the one that it began with; `None` if the line is
    /// not a header.
    pub(super) fn header(&mut self, texts: &[&[u8]], line: &[u8]) -> Option<Result<(), NoRow>> {
        let own = Header::of_stream(texts);
        let Some(before) = self.part.as_ref().filter(|_| self.is_decided) else {
            let header = own.or_else(|| Header::foreign(texts, self.is_asked_by_name()))?;
            self.begin_with_header(&header, line);
            return Some(Ok(()));
        };
        if !self.foreign.is_empty() && self.foreign == line {
            return Some(Ok(()));
        }
        if self.is_of_units(texts) {
            self.units_left -= 1;
            self.notify(format!("passed over as a line of units: {}", quoted(line)));
            return Some(Ok(()));
        }
        let header = own.filter(|_| !self.are_words_data())?;
        let part = match &self.choice.columns {
            Some(Selection::These(columns)) => before.like(&header, columns, &self.choice),
            _ => Part::behind(&header, &self.choice, self.is_table),
        };
        let (found, expected) = (header.width(), before.width);
        match part {
            Ok(part) => {
                self.begin(part);
                Some(Ok(()))
            }
            Err(_) if self.choice.names.is_some() && found != expected => {
                Some(Err(NotARow::Header { found, expected }.into()))
            }
            // It lacks the columns asked for, so it is judged as a row.
            Err(_) => None,
        }
    }

    /// Whether a line of a foreign table stands behind its header, and has words where samples should
    /// be.
    fn is_of_units(&self, texts: &[&[u8]]) -> bool {
        let Some(part) = self.part.as_ref().filter(|_| self.search.is_some()) else { return false };
        let taken = part.taken.iter().chain([&part.time]).flatten();
        let taken: Option<Vec<&[u8]>> = taken.map(|at| texts.get(*at).copied()).collect();
        let is_missing = |text: &&[u8]| !text.is_empty() && self.all_missing.has_word(text);
        self.units_left > 0
            && taken.is_some_and(|taken| are_units(&taken) && !taken.iter().any(is_missing))
    }

    /// Whether a row of words is one like any other, and no header of another part: such parts are
    /// known of our own streams, and of columns that are asked for by name.
    fn are_words_data(&self) -> bool {
        let is_ours = matches!(self.delimiter, Some(Delimiter::Tab | Delimiter::Byte(b'\t')));
        !is_ours && !self.is_asked_by_name()
    }

    /// Whether columns are asked for by name.
    pub(super) fn is_asked_by_name(&self) -> bool {
        let is_name = |column: &Column| matches!(column, Column::Name(_));
        let by_name = match &self.choice.columns {
            Some(Selection::These(columns)) => columns.iter().any(is_name),
            _ => false,
        };
        by_name || self.choice.time.as_ref().is_some_and(is_name)
    }

    fn begin_with_header(&mut self, header: &Header, line: &[u8]) {
        match Part::behind(header, &self.choice, self.is_table) {
            Ok(part) => self.begin_behind(header, line, part),
            Err(why) => self.lacking = Some(why),
        }
    }

    /// Begins a part with a header, which may come once more.
    pub(super) fn begin_behind(&mut self, header: &Header, line: &[u8], part: Part) {
        let is_own = header.is_own() && !self.are_words_data();
        self.foreign = if is_own { Vec::new() } else { line.to_vec() };
        // A single column is sent without a header.
        let are_sent = part.columns.width() > 1 && self.choice.names.is_none();
        let taken = part.taken.iter().flatten().copied();
        let changed = header.changed(taken.filter(|_| are_sent));
        self.notices.extend(changed.map(|names| format!("names made fit: {names}")));
        self.begin(part);
    }

    /// What a line is judged by that may be the first row.
    pub(super) fn first_row<'a>(&'a self, texts: &'a [&'a [u8]], line: &'a [u8]) -> FirstRow<'a> {
        let Table { dialect, times, choice, all_missing: missing, .. } = self;
        FirstRow { line, texts, dialect, times, choice, missing }
    }

    /// Begins a part with its first row; whether it could.
    pub(super) fn begin_with_row(&mut self, texts: &[&[u8]], line: &[u8]) -> Result<bool, NoRow> {
        let row = self.first_row(texts, line);
        match row.part() {
            Ok(part) => {
                let (has_samples, found) = (row.has_samples(), texts.len());
                if !has_samples && part.width == 1 {
                    return Ok(single(line).map(|_| false)?);
                }
                if !has_samples && found != part.width {
                    return Err(NotARow::of_width(line, found, part.width).into());
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

    pub(super) fn begin(&mut self, part: Part) {
        let channels = (0..part.columns.count()).map(|index| Called::of(&part.columns, index));
        self.each_missing = channels.map(|channel| self.missing.of(channel)).collect();
        let before = self.part.as_ref().map(|part| &part.columns);
        self.has_begun |= before != Some(&part.columns);
        self.is_table |= part.columns.width() > 1;
        self.part = Some(part);
        self.times.begin();
        self.is_decided = true;
        self.units_left = MOST_UNITS;
    }
}
