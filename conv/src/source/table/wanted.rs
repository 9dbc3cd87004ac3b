//! What can be taken of rows by a fast way, without looking at anything else.

use super::super::dialect::Delimiter;
use super::super::pattern::Pattern;
use super::super::taken::{Delimited, Wanted, Way};
use super::Table;
use super::part::Part;
use super::search::MOST_DATA;

impl Table {
    /// The columns that rows are sent of, if that is all there is to them.
    pub(in crate::source) fn wanted(&self) -> Option<Wanted<'_>> {
        let part = self.part.as_ref().filter(|part| self.is_settled(part))?;
        let are_columns = part.columns.width() == part.taken.len() && part.time.is_none();
        let are_there = part.taken.iter().all(|at| at.is_some_and(|at| at < part.width));
        let way = match &self.labels {
            Some(labels) => self.alike(labels.pattern(), part)?,
            None => Way::Delimited(self.delimited(part)?),
        };
        let is_wanted = !self.dialect.has_comma() && are_columns && are_there;
        is_wanted.then_some(Wanted { part: self.parts, columns: &part.taken, way })
    }

    /// How fields are separated.
    fn delimited(&self, part: &Part) -> Option<Delimited> {
        let (delimiter, may_be_quoted) = match self.delimiter? {
            Delimiter::Tab => (b'\t', false),
            Delimiter::Byte(delimiter) => (delimiter, true),
            Delimiter::Blanks => return None,
        };
        let width = part.width;
        (width > 1).then_some(Delimited { delimiter, may_be_quoted, width })
    }

    /// The line of labels that others may be like, if it has numbers in all columns that are taken, and if
    /// none that is like it can be a comment.
    fn alike<'p>(&self, pattern: &'p Pattern, part: &Part) -> Option<Way<'p>> {
        let are_numbers = part.taken.iter().flatten().all(|at| pattern.has(*at));
        let sign = self.dialect.comment.as_ref().map_or(0, String::len);
        let may_be_taken = are_numbers && sign <= pattern.before_first();
        may_be_taken.then_some(Way::Like(pattern))
    }

    /// Whether rows of `part` are what they look like, and none of them says any more of the others.
    fn is_settled(&self, part: &Part) -> bool {
        self.is_decided
            && part.end_delimited.is_some()
            && !self.may_be_behind_header()
            && self.first_rows > MOST_DATA
            && self.doubtful.is_none()
    }
}
