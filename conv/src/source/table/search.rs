//! Where a foreign table begins, and what separates its fields.
//!
//! It begins with the first line that has the columns that are asked for: with a header that names
//! them, or a row that has as many. What may separate fields is tried in its order. Where columns are
//! asked for by name, whatever stands before is passed over, up to [`MOST_PASSED`] lines or the first
//! row of data. (Where any words could be such a header, see `likely`.)

mod likely;
mod suggestions;

use stage::format::row::NotARow;
use stage::process::message::counted;

use self::likely::Likely;
use super::super::dialect::{Delimiter, Dialect};
use super::fields::{Fields, trimmed};
use super::first_row::{FirstRow, NoPart};
use super::header::{Header, are_labels};
use super::part::Part;
use super::{Line, Table};
use crate::reading::NoRow;

/// Lines that may stand before a header. (Title pages of stations' files have up to some hundred.)
const MOST_PASSED: u64 = 1000;

/// Widths of lines that are remembered for the message that none is the header.
const MOST_REMEMBERED: usize = 16;

/// What is known before a table has begun.
#[derive(Debug)]
pub(super) struct Search {
    /// What may separate fields.
    candidates: Vec<Delimiter>,
    /// Lines passed over.
    passed: u64,
    /// Lines that may be the header, the newest last.
    likely: Vec<Likely>,
    /// What lines lacked that looked like headers, the first of each width.
    nearest: Vec<Nearest>,
}

/// What a line lacked that might have been the header.
#[derive(Debug)]
struct Nearest {
    /// How many fields it had.
    fields: usize,
    why: String,
}

impl Search {
    pub(super) fn new(dialect: &Dialect) -> Search {
        let candidates = dialect.candidates();
        Search { candidates, passed: 0, likely: Vec::new(), nearest: Vec::new() }
    }

    /// What the line lacked that had as many fields as the data; or else the one that had most.
    fn nearest_of(&self, fields: usize) -> Option<&Nearest> {
        self.nearest.iter().max_by_key(|nearest| (nearest.fields == fields, nearest.fields))
    }

    /// Whether a line of this many fields might have been the header.
    fn has_header_of(&self, fields: usize) -> bool {
        self.nearest.iter().any(|nearest| nearest.fields == fields)
    }

    fn remember(&mut self, fields: usize, why: String) {
        if !self.has_header_of(fields) && self.nearest.len() < MOST_REMEMBERED {
            self.nearest.push(Nearest { fields, why });
        }
    }
}

/// What a line lacks of the columns asked for.
struct Lacks {
    /// How many fields it has.
    fields: usize,
    why: String,
    is_header: bool,
    /// Whether it is surely a row, so that no header follows.
    is_data: bool,
}

/// What a line is if one of the candidates separates its fields.
enum Found {
    Header(Header, Part),
    Row(Part),
    /// It lacks the columns asked for.
    Lacks(Lacks),
    Nothing(NoRow),
}

impl Table {
    /// Looks at a line by which the table may begin.
    pub(super) fn search(&mut self, fields: &mut Fields, line: &[u8]) -> Result<Line, NoRow> {
        if let Some(row) = self.begin_behind_likely(fields, line) {
            return row;
        }
        let candidates = self.search.as_ref().map(|it| it.candidates.clone()).unwrap_or_default();
        let (mut lacks, mut reason): (Option<Lacks>, Option<NoRow>) = (None, None);
        let mut likely = None;
        for delimiter in candidates.iter().copied() {
            let is_first = Some(&delimiter) == candidates.first();
            match self.found(fields, line, delimiter, is_first) {
                Found::Header(header, part) if self.may_be_prose(&header, delimiter) => {
                    likely = likely.or(Some((delimiter, header, part)));
                }
                Found::Header(header, part) => {
                    self.begin_foreign(delimiter, &header, line, part);
                    return Ok(Line::Other);
                }
                Found::Row(part) => return self.begin_here(delimiter, part, fields, line),
                Found::Lacks(found) => {
                    let is_nearer = |before: &Lacks| before.fields < 2 && found.fields > 1;
                    lacks = if lacks.as_ref().is_none_or(is_nearer) { Some(found) } else { lacks };
                }
                Found::Nothing(why) => reason = reason.or(Some(why)),
            }
        }
        let judged = self.not_found(line, lacks, reason.unwrap_or(NotARow::Empty.into()));
        if let Some((delimiter, header, part)) = likely {
            self.keep_likely(delimiter, header, part, line, true);
        }
        judged
    }

    /// Begins the table with its first row.
    fn begin_here(
        &mut self,
        delimiter: Delimiter,
        part: Part,
        fields: &Fields,
        line: &[u8],
    ) -> Result<Line, NoRow> {
        if !self.is_separated_by(delimiter) {
            return Ok(Line::Other);
        }
        self.begin(part);
        self.doubt_commas(line, delimiter);
        self.report_passed();
        self.row(fields, line)
    }

    /// Begins the table with its header.
    fn begin_foreign(&mut self, delimiter: Delimiter, header: &Header, line: &[u8], part: Part) {
        if self.is_separated_by(delimiter) {
            self.report_passed();
            self.begin_behind(header, line, part);
        }
    }

    /// Takes note of what separates fields; whether it can be that.
    fn is_separated_by(&mut self, delimiter: Delimiter) -> bool {
        self.delimiter = Some(delimiter);
        let hides_rows = self.dialect.hides_rows(delimiter);
        if hides_rows {
            self.lacking = Some("what begins a --comment separates their fields".to_owned());
        }
        !hides_rows
    }

    /// What a line is whose fields `delimiter` separates.
    fn found(
        &self,
        fields: &mut Fields,
        line: &[u8],
        delimiter: Delimiter,
        is_first: bool,
    ) -> Found {
        if let Err(why) = fields.cut(line, delimiter) {
            return Found::Nothing(why);
        }
        let texts = fields.texts(line);
        if texts.len() < 2 && !is_first {
            return Found::Nothing(NotARow::Empty.into());
        }
        let row = self.first_row(&texts, line);
        if self.may_name_columns(&texts, delimiter) && !row.has_samples() {
            let header = Header::of(&texts);
            return match Part::behind(&header, &self.choice, self.is_table) {
                Ok(part) => Found::Header(header, part),
                Err(why) => Found::Lacks(Lacks {
                    fields: texts.len(),
                    why,
                    is_header: true,
                    is_data: false,
                }),
            };
        }
        self.found_row(&row)
    }

    fn found_row(&self, row: &FirstRow<'_>) -> Found {
        let fields = row.texts.len();
        let nearest = self.search.as_ref().and_then(|search| search.nearest_of(fields));
        let is_alike = nearest.is_some_and(|nearest| nearest.fields == fields);
        let is_data = row.has_samples() && (is_alike || row.is_all_data());
        match (row.part(), nearest) {
            (Ok(part), _) if part.width == 1 || part.width == fields => Found::Row(part),
            (Ok(part), _) => {
                let why = NotARow::of_width(row.line, fields, part.width);
                Found::Nothing(why.into())
            }
            (Err(NoPart::Lacking(why)), _) => {
                Found::Lacks(Lacks { fields, why, is_header: false, is_data })
            }
            (Err(NoPart::Rejected(_)), Some(nearest)) if is_data => {
                let why = nearest.why.clone();
                Found::Lacks(Lacks { fields, why, is_header: false, is_data })
            }
            (Err(NoPart::Rejected(why)), _) => Found::Nothing(why),
        }
    }

    /// Whether these texts may be what columns are called. (Any words may stand between blanks.)
    fn may_name_columns(&self, texts: &[&[u8]], delimiter: Delimiter) -> bool {
        let named: Vec<&[u8]> = texts.iter().copied().filter(|text| !text.is_empty()).collect();
        match self.is_asked_by_name() {
            true => !named.is_empty(),
            false => delimiter != Delimiter::Blanks && named.len() > 1 && are_labels(&named),
        }
    }

    /// Judges a line by which the table does not begin.
    fn not_found(
        &mut self,
        line: &[u8],
        lacks: Option<Lacks>,
        why_no_row: NoRow,
    ) -> Result<Line, NoRow> {
        let is_passed = self.is_asked_by_name() || lacks.is_some() || trimmed(line).is_empty();
        let Some(search) = self.search.as_mut().filter(|_| is_passed) else {
            return Err(why_no_row);
        };
        search.passed += 1;
        let is_end = search.passed > MOST_PASSED;
        match lacks {
            Some(lacks) if lacks.is_data => {
                let nearest = search.nearest_of(lacks.fields).map(|nearest| nearest.why.clone());
                self.lacking = Some(nearest.unwrap_or(lacks.why));
            }
            Some(lacks) if lacks.is_header => search.remember(lacks.fields, lacks.why),
            _ => {}
        }
        if is_end {
            self.end_search();
        }
        Ok(Line::Other)
    }

    /// Ends the search without a table, if one was still searched for.
    pub(in crate::source) fn end_search(&mut self) {
        if self.delimiter.is_none() && self.lacking.is_none() {
            self.end_likely();
        }
        let Some(search) = self.search.as_ref().filter(|it| it.passed > 0) else { return };
        if self.delimiter.is_none() && self.lacking.is_none() {
            let nearest = search.nearest_of(usize::MAX).map(|nearest| nearest.why.clone());
            self.lacking = nearest.or_else(|| {
                let passed = counted(search.passed, "line");
                self.is_asked_by_name().then(|| format!("nothing names them in {passed}"))
            });
        }
    }

    /// Reports how many lines were passed over.
    fn report_passed(&mut self) {
        let passed = self.search.as_ref().map_or(0, |search| search.passed);
        if passed > 0 {
            let passed = counted(passed, "line");
            self.notify(format!("the table begins here; {passed} before it passed over"));
        }
    }
}
