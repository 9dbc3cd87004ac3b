//! Headers of which only the next line shows what they are: a comment, and one that ends with a delimiter.

use super::super::dialect::Delimiter;
use super::Table;
use super::fields::Fields;
use super::header::{Header, are_labels};
use crate::reading::NoRow;

impl Table {
    /// Takes note of a comment that names all columns asked for: it is the header of the next row if that has
    /// as many fields. (Between blanks, it must have the names of the last header.)
    pub(super) fn announce(&mut self, fields: &mut Fields, text: &[u8], delimiter: Delimiter) {
        let is_table = self.part.as_ref().is_some_and(|part| part.width > 1);
        if !is_table || fields.cut(text, delimiter).is_err() {
            return;
        }
        let texts = fields.texts(text);
        let header = Header::of(&texts);
        let has_asked = || self.asked().all(|(column, _)| header.find(column).is_ok());
        let is_prose = || delimiter == Delimiter::Blanks && !self.has_its_names(&texts);
        if are_labels(&texts) && has_asked() && !is_prose() {
            self.headers.announced = Some(text.to_vec());
        }
    }

    /// What is to be done before a line is judged: an announced part begins, and an empty field that rows of the
    /// part do not have is taken off.
    #[inline]
    pub(super) fn reconcile(&mut self, fields: &mut Fields, line: &[u8]) {
        if self.headers.announced.is_some() {
            self.begin_announced(fields.count());
        }
        let width = self.part.as_ref().map(|part| part.width + 1);
        if width == Some(fields.count()) && self.search.is_some() {
            fields.drop_empty_last(line);
        }
    }

    /// Whether a line may be units, or a header whatever it looks like.
    pub(super) fn may_be_behind_header(&self) -> bool {
        self.units_left > 0 || self.headers.announced.is_some()
    }

    /// Begins the part that was announced, if a line of this many fields is a row of it. The last name of a
    /// header may be empty because a delimiter ends it: rows may have a field less.
    #[cold]
    pub(super) fn begin_announced(&mut self, found: usize) {
        let Some(line) = self.headers.announced.take() else { return };
        let (Some(delimiter), mut fields) = (self.delimiter, Fields::default()) else { return };
        if fields.cut(&line, delimiter).is_err() {
            return;
        }
        if found + 1 == fields.count() {
            fields.drop_empty_last(&line);
        }
        let header = Header::of(&fields.texts(&line));
        if self.part.is_none() {
            self.begin_with_header(&header, &line);
        } else if found == header.width() {
            let _: Option<Result<(), NoRow>> = self.begin_another(&header, &line);
        }
    }
}
