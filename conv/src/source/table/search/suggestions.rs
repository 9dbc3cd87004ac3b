//! What is suggested to a user who has said too little of foreign text.

use super::super::super::dialect::Delimiter;
use super::super::Table;
use super::super::fields::Fields;
use super::super::header::are_labels;

impl Table {
    /// Reports, once, that what looks like a header of foreign text is taken for a stream of our own.
    #[cold]
    pub(in crate::source::table) fn suggest_delimiter(&mut self, line: &[u8]) {
        let mut fields = Fields::default();
        for delimiter in [b',', b';'] {
            let is_cut = fields.cut(line, Delimiter::Byte(delimiter)).is_ok();
            let texts = fields.texts(line);
            if is_cut && texts.len() > 1 && are_labels(&texts) && !self.has_suggested {
                let delimiter = char::from(delimiter);
                self.has_suggested = true;
                self.notify(format!(
                    "this may be a header whose fields {delimiter:?} separates: see --delimiter and \
                     --columns"
                ));
            }
        }
    }

    /// Reports that commas divide a first row that might as well be numbers with decimal commas. (Behind a
    /// header, its names show what divides them.)
    pub(super) fn doubt_commas(&mut self, line: &[u8], delimiter: Delimiter) {
        if delimiter == Delimiter::Byte(b',') && self.dialect.may_be_decimals(line) {
            self.notify(
                "divided at ',' into fields; add --decimal , if it is the decimal sign, or else \
                 --delimiter ,"
                    .to_owned(),
            );
        }
    }
}
