//! What is suggested to a user who has said too little of foreign text.

use stage::format::columns::Channels;
use stage::process::message::quoted;
use stage::stream::rejects::REPORTED;

use super::super::super::dialect::Delimiter;
use super::super::Table;
use super::super::fields::Fields;
use super::super::header::{Header, are_labels};
use super::super::part::Part;
use super::MOST_DATA;

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

    /// Counts a rejected line, and reports, once, that the comma in it may be the decimal sign, or separate
    /// columns, if the line is among those that are reported, and no other dialect was asked for.
    #[cold]
    pub(in crate::source::table) fn suggest_decimal(&mut self, line: &[u8]) {
        self.rejected += 1;
        let is_own = self.search.is_none() && self.labels.is_none();
        let is_reported = self.rejected <= REPORTED;
        if is_own && is_reported && !self.has_suggested && self.dialect.may_be_decimals(line) {
            self.has_suggested = true;
            self.notify(
                "add --decimal , if ',' is the decimal sign, or --delimiter , if it separates columns"
                    .to_owned(),
            );
        }
    }

    /// Reports, once, that a comma may be the decimal sign in a field that is rejected.
    pub(in crate::source::table) fn suggest_decimal_of(&mut self, fields: &Fields, line: &[u8]) {
        let is_divided = self.delimiter == Some(Delimiter::Byte(b','));
        if self.has_suggested || is_divided || fields.are_labelled() {
            return;
        }
        let mut taken = self.part.iter().flat_map(|part| part.taken.iter().flatten());
        if taken.any(|at| self.dialect.may_have_comma(fields.text(line, *at))) {
            self.has_suggested = true;
            self.notify("add --decimal , if ',' is the decimal sign".to_owned());
        }
    }

    /// Reports that commas divide a first row in which they might as well be the decimal signs of numbers. (Behind
    /// a header, its names show what divides them.)
    pub(super) fn doubt_commas(&mut self, line: &[u8], delimiter: Delimiter) {
        if delimiter == Delimiter::Byte(b',') && self.dialect.may_have_decimals(line) {
            self.notify(
                "divided at ',' into fields; add --decimal , if it is the decimal sign, or else \
                 --delimiter ,"
                    .to_owned(),
            );
        }
    }

    /// Reports that columns are given each other's names, which may be meant to choose among them.
    pub(in crate::source::table) fn doubt_names(&mut self, header: &Header, part: &Part) {
        let given = self.choice.names.as_ref().map(|_| part.columns.channels());
        let Some(Channels::Named(names)) = given else { return };
        let texts = part.taken.iter().flatten().map(|at| header.text(*at).unwrap_or_default());
        let texts: Vec<&str> = texts.collect();
        let are_theirs = names.iter().all(|name| texts.contains(&name.as_str()));
        let moved = texts.iter().zip(names).find(|(text, name)| **text != name.as_str());
        if let Some((text, name)) = moved.filter(|_| are_theirs && texts.len() == names.len()) {
            let text = quoted(text.as_bytes());
            self.notify(format!(
                "--names calls {text} {name}: names follow the order of the columns; to choose by name, use --columns"
            ));
        }
    }

    /// Reports, once, that a line of another width within the first rows may be the header of the table, or its
    /// first row: what went before was that of the station or the instrument.
    #[cold]
    pub(in crate::source::table) fn doubt_width(&mut self, fields: &Fields, line: &[u8]) {
        if self.has_doubted || self.first_rows > MOST_DATA {
            return;
        }
        let texts = fields.texts(line);
        let named: Vec<&[u8]> = texts.into_iter().filter(|text| !text.is_empty()).collect();
        let is_header = named.len() > 1 && are_labels(&named);
        if is_header || self.first_rows == 0 && named.len() > 1 {
            self.doubt_beginning();
        }
    }

    /// Reports, once, that the second row, of words, may be the units below a header that was taken for the
    /// first. (That one is read twice.)
    pub(in crate::source::table) fn doubt_words(&mut self, fields: &Fields, line: &[u8]) {
        let Some(part) = &self.part else { return };
        if self.doubtful.take_if(|first| first != line).is_none() {
            return;
        }
        let taken = part.taken.iter().flatten().map(|at| fields.text(line, *at));
        let taken: Vec<&[u8]> = taken.collect();
        if !taken.is_empty() && are_labels(&taken) {
            self.doubt_beginning();
        }
    }

    fn doubt_beginning(&mut self) {
        if self.search.is_some() && self.labels.is_none() && !self.has_doubted {
            self.has_doubted = true;
            self.notify("the table may only begin here: see --skip and --columns".to_owned());
        }
    }
}
