//! Lines that may be the header of a foreign table: they name the columns that are asked for, or any, but any
//! words may stand between blanks, alone on a line, or in a comment. So the table begins only with a row behind
//! such a line that has as many fields, unless a line that is surely a header comes first.

use stage::format::row::NotARow;
use stage::process::message::quoted;

use super::super::super::dialect::Delimiter;
use super::super::fields::Fields;
use super::super::first_row::FirstRow;
use super::super::header::{Header, are_labels, may_be_label};
use super::super::part::Part;
use super::super::{Line, Table};
use super::Found;
use super::known::{Likely, Search};
use crate::reading::NoRow;

/// How many of them are kept: the newest of each width.
const MOST: usize = 16;

impl Likely {
    /// Whether a row that may be the first has its columns, and samples in them.
    fn is_followed_by(&self, row: &FirstRow<'_>) -> bool {
        let mut taken = self.part.taken.iter().flatten().filter_map(|at| row.texts.get(*at));
        row.texts.len() == self.part.width
            && row.has_samples()
            && (row.is_all_data() || taken.any(|text| row.is_sample(text)))
    }
}

impl Search {
    /// Keeps a line, in place of one that has as many fields.
    fn keep(&mut self, new: Likely) {
        let kind = |it: &Likely| (it.delimiter, it.part.width);
        self.likely.retain(|before| kind(before) != kind(&new));
        if self.likely.len() == MOST {
            self.likely.remove(0);
        }
        self.likely.push(new);
    }
}

impl Table {
    /// Whether a line that may name the columns may be prose: words between blanks, or a single one that is
    /// asked for. If none is, it may also be a row, unless all fields look like names.
    pub(super) fn may_be_prose(&self, header: &Header, delimiter: Delimiter) -> bool {
        let is_doubtful = match self.is_asked_by_name() {
            true => header.width() == 1,
            false => !header.has_labels_only(),
        };
        is_doubtful || delimiter == Delimiter::Blanks
    }

    /// Whether fields may be labels that do not all look like some: at least one does, and none is a time.
    pub(super) fn may_be_labels(&self, texts: &[&[u8]]) -> bool {
        let may_be = |text: &&[u8]| may_be_label(text) && !self.times.is_time(text);
        texts.iter().any(|text| are_labels(&[text])) && texts.iter().all(may_be)
    }

    /// A comment, which may name the columns, or those of another part.
    pub(in crate::source::table) fn comment(&mut self, fields: &mut Fields, text: &[u8]) {
        if self.labels.is_some() || !self.is_asked_by_name() {
            return;
        }
        if let Some(delimiter) = self.delimiter {
            return self.announce(fields, text, delimiter);
        }
        let candidates = self.search.as_ref().map(|it| it.candidates.clone()).unwrap_or_default();
        for delimiter in candidates {
            if let Found::Header(header, part) = self.found(fields, text, delimiter, false) {
                return self.keep_likely(delimiter, header, part, text, false);
            }
        }
    }

    /// Keeps a line that may be the header.
    pub(super) fn keep_likely(
        &mut self,
        delimiter: Delimiter,
        header: Header,
        part: Part,
        line: &[u8],
        is_passed: bool,
    ) {
        if let Some(search) = &mut self.search {
            let (line, passed) = (line.to_vec(), search.passed);
            search.keep(Likely { delimiter, header, part, line, passed, is_passed });
        }
    }

    /// Begins the table if `line` is the first row behind a line that may be its header; `None` if it is
    /// not. A row of another width is rejected.
    pub(super) fn begin_behind_likely(
        &mut self,
        fields: &mut Fields,
        line: &[u8],
    ) -> Option<Result<Line, NoRow>> {
        let search = self.search.as_ref().filter(|search| !search.likely.is_empty())?;
        let mut other_width = None;
        let found = search.likely.iter().rposition(|likely| {
            if fields.cut(line, likely.delimiter).is_err() {
                return false;
            }
            let texts = fields.texts(line);
            let row = self.first_row(&texts, line);
            let is_row = texts.len() > 1 && row.has_samples() && row.is_all_data();
            if is_row
                && self.is_asked_by_name()
                && !search.has_header_of(texts.len())
                && other_width.is_none()
            {
                other_width = Some((texts.len(), likely.part.width));
            }
            likely.is_followed_by(&row)
        });
        if let Some(index) = found {
            let likely = self.search.as_mut()?.likely.swap_remove(index);
            // The fields may have been cut for another one.
            if let Err(why) = fields.cut(line, likely.delimiter) {
                return Some(Err(why));
            }
            self.begin_with_likely(likely);
            return Some(match self.lacking {
                Some(_) => Ok(Line::Other),
                None => self.row(fields, line),
            });
        }
        let (found, expected) = other_width?;
        Some(Err(NotARow::of_width(line, found, expected).into()))
    }

    fn begin_with_likely(&mut self, likely: Likely) {
        let Likely { delimiter, header, part, line, is_passed, .. } = likely;
        if let Some(search) = self.search.as_mut().filter(|_| is_passed) {
            search.passed -= 1;
        }
        self.begin_foreign(delimiter, &header, &line, part);
    }

    /// Begins the table at the end of the input, if its last line may have been the header; otherwise it
    /// lacks rows.
    pub(super) fn end_likely(&mut self) {
        let Some(search) = &mut self.search else { return };
        let Some(last) = search.likely.pop() else { return };
        if last.passed == search.passed {
            return self.begin_with_likely(last);
        }
        let line = quoted(&last.line);
        self.lacking = Some(format!("no row of numbers follows the line that names them: {line}"));
    }
}
