//! Headers of which only the next line shows what they are: comments.

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

    /// Whether a line may be units, or a header whatever it looks like.
    pub(super) fn may_be_behind_header(&self) -> bool {
        self.units_left > 0 || self.headers.announced.is_some()
    }

    /// Begins the part that was announced, if a line of this many fields is a row of it.
    #[cold]
    pub(super) fn begin_announced(&mut self, found: usize) {
        let Some(line) = self.headers.announced.take() else { return };
        let (Some(delimiter), mut fields) = (self.delimiter, Fields::default()) else { return };
        if fields.cut(&line, delimiter).is_ok() && fields.count() == found {
            let header = Header::of(&fields.texts(&line));
            let _: Option<Result<(), NoRow>> = self.begin_another(&header, &line);
        }
    }
}
