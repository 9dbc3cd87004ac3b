//! How parts of a table begin: with a header, or else with a row.

use stage::format::row::{NotARow, single};

use super::super::choice::{Column, Selection};
use super::Table;
use super::first_row::{FirstRow, NoPart};
use super::header::Header;
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
        if self.part.is_none() || !self.is_decided {
            let header = own.or_else(|| Header::foreign(texts, self.is_asked_by_name()))?;
            self.begin_with_header(&header, line);
            return Some(Ok(()));
        }
        self.another_header(texts, line, own)
    }

    /// Whether columns are asked for by name.
    pub(super) fn is_asked_by_name(&self) -> bool {
        let columns = match &self.choice.columns {
            Some(Selection::These(columns)) => &columns[..],
            _ => &[],
        };
        columns.iter().chain(&self.choice.time).any(|column| matches!(column, Column::Name(_)))
    }

    pub(super) fn begin_with_header(&mut self, header: &Header, line: &[u8]) {
        match Part::behind(header, &self.choice, self.is_table) {
            Ok(part) => self.begin_behind(header, line, part),
            Err(why) => self.lacking = Some(why),
        }
    }

    /// Begins a part with a header, which may come once more.
    pub(super) fn begin_behind(&mut self, header: &Header, line: &[u8], part: Part) {
        let is_foreign = self.search.is_some() || !header.is_own();
        self.headers.last = if is_foreign { line.to_vec() } else { Vec::new() };
        // A single column is sent without a header.
        let are_sent = part.columns.width() > 1 && self.choice.names.is_none();
        let taken = part.taken.iter().flatten().copied();
        let changed = header.changed(taken.filter(|_| are_sent));
        self.notices.extend(changed.map(|names| format!("names made fit: {names}")));
        self.doubt_names(header, &part);
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
        self.parts += 1;
        self.times.begin();
        self.is_decided = true;
        self.begin_units();
    }

    /// Goes on behind a header, where lines of units may stand.
    pub(super) fn begin_units(&mut self) {
        self.units_left = MOST_UNITS;
    }
}
