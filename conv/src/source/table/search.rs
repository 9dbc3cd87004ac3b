//! Where a foreign table begins, and what separates its fields.
//!
//! It begins with the first line that has the columns that are asked for: with a header that names
//! them, or a row that has as many. What may separate fields is tried in its order. Where columns are
//! asked for by name, whatever stands before is passed over, up to [`MOST_PASSED`] lines or the first
//! row of data. (Where any words could be such a header, see `likely`.)

mod known;
mod likely;
mod suggestions;

use stage::format::row::NotARow;
use stage::process::message::counted;

use self::known::{Lacks, MOST_PASSED};
pub(super) use self::known::{MOST_DATA, Search};
use super::super::dialect::Delimiter;
use super::fields::{Fields, trimmed};
use super::first_row::{FirstRow, NoPart};
use super::header::{Header, are_labels};
use super::part::Part;
use super::{Line, Table};
use crate::reading::NoRow;

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
        let (mut lacks, mut reason): (Option<Lacks>, Option<(bool, NoRow)>) = (None, None);
        let mut likely = None;
        for delimiter in candidates.iter().copied() {
            let is_first = Some(&delimiter) == candidates.first();
            match self.found(fields, line, delimiter, is_first) {
                Found::Header(header, part) if self.may_be_prose(&header, delimiter) => {
                    likely = likely.or(Some((delimiter, header, part)));
                }
                Found::Header(header, part) => {
                    self.begin_or_await(delimiter, &header, line, part);
                    return Ok(Line::Other);
                }
                Found::Row(part) => return self.begin_here(delimiter, part, fields, line),
                Found::Lacks(found) => {
                    let is_nearer = |before: &Lacks| before.fields < 2 && found.fields > 1;
                    lacks = if lacks.as_ref().is_none_or(is_nearer) { Some(found) } else { lacks };
                }
                Found::Nothing(why) => {
                    // What separates no fields has less to say.
                    let is_nearer = |before: &(bool, NoRow)| fields.count() > 1 && !before.0;
                    if reason.as_ref().is_none_or(is_nearer) {
                        reason = Some((fields.count() > 1, why));
                    }
                }
            }
        }
        let why_no_row = reason.map_or(NotARow::Empty.into(), |(_, why)| why);
        let judged = self.not_found(line, lacks, likely.is_some(), why_no_row);
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
        let is_all_data = self.first_row(&fields.texts(line), line).is_all_data();
        self.doubtful = (!is_all_data).then(|| line.to_vec());
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

    /// The same, but it is left to the next line whether an empty field at its end is a column.
    fn begin_or_await(&mut self, delimiter: Delimiter, header: &Header, line: &[u8], part: Part) {
        if !header.ends_empty() {
            self.begin_foreign(delimiter, header, line, part);
        } else if self.is_separated_by(delimiter) {
            self.report_passed();
            self.headers.announced = Some(line.to_vec());
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
        if self.may_name_columns(&texts) && !row.has_samples() {
            return match self.named_part(&texts) {
                Ok((header, part)) => Found::Header(header, part),
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

    /// The part behind a header, if need be without an empty field at its end.
    fn named_part(&self, texts: &[&[u8]]) -> Result<(Header, Part), String> {
        let part = |header: Header| {
            Part::behind(&header, &self.choice, self.is_table).map(|part| (header, part))
        };
        part(Header::of(texts)).or_else(|why| match texts {
            [names @ .., b""] if names.len() > 1 => part(Header::of(names)).map_err(|_| why),
            _ => Err(why),
        })
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

    /// Whether these texts may be what columns are called.
    fn may_name_columns(&self, texts: &[&[u8]]) -> bool {
        let named: Vec<&[u8]> = texts.iter().copied().filter(|text| !text.is_empty()).collect();
        match self.is_asked_by_name() {
            true => !named.is_empty(),
            false => named.len() > 1 && (are_labels(&named) || self.may_be_labels(&named)),
        }
    }

    /// Judges a line by which the table does not begin.
    fn not_found(
        &mut self,
        line: &[u8],
        lacks: Option<Lacks>,
        is_likely: bool,
        why_no_row: NoRow,
    ) -> Result<Line, NoRow> {
        let is_empty = trimmed(line).is_empty();
        let is_by_name = self.is_asked_by_name();
        // Without names to wait for, there is no end of messages that may be headers.
        let is_likely = is_likely && self.search.as_ref().is_some_and(|it| it.passed < MOST_PASSED);
        let is_passed = is_by_name || lacks.is_some() || is_likely || is_empty;
        let Some(search) = self.search.as_mut().filter(|_| is_passed) else {
            return Err(why_no_row);
        };
        search.passed += 1;
        let is_end = search.passed > MOST_PASSED;
        match lacks {
            Some(row) if row.is_data && search.may_precede(&row) => {}
            Some(row) if row.is_data => self.lacking = Some(search.lacking(row)),
            Some(header) if header.is_header => search.remember(header),
            _ => {}
        }
        if is_end {
            if !is_by_name {
                search.likely.clear();
            }
            self.end_search();
            let end = format!(" (only {MOST_PASSED} lines are searched: see --skip)");
            self.lacking = self.lacking.take().map(|why| why + &end);
        }
        Ok(Line::Other)
    }

    /// Ends the search without a table, if one was still searched for.
    pub(in crate::source) fn end_search(&mut self) {
        if self.part.is_none() {
            self.begin_announced(0);
        }
        let has_data = self.search.as_ref().is_some_and(|search| search.data > 0);
        if self.delimiter.is_none() && self.lacking.is_none() && !has_data {
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
