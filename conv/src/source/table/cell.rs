//! What stands in a row for one channel.

use stage::format::row::{NotARow, of_field, single};
use stage::format::sample::Sample;

use super::Table;
use super::fields::{Fields, trimmed};
use crate::reading::{NoReading, NoRow};

impl Table {
    /// Whether a text stands for no reading of the channel at `index`, from 0.
    pub(super) fn is_missing(&self, text: &[u8], index: usize) -> bool {
        let missing = self.each_missing.get(index).unwrap_or(&self.all_missing);
        missing.has_word(trimmed(text))
    }

    /// The sample on a line of one field, which may be missing. (TABs around it do not separate fields.)
    pub(super) fn only(&self, fields: &Fields, line: &[u8]) -> Result<Sample, NoRow> {
        let is_unquoted = fields.are_unquoted();
        let text = if is_unquoted { fields.text(line, 0) } else { line };
        let read = match is_unquoted || self.dialect.has_comma() {
            true if fields.count() > 1 => {
                Err(NotARow::Width { found: fields.count(), expected: 1 })
            }
            true => self.dialect.number(fields.text(line, 0)).map_err(|why| match trimmed(line) {
                [] => NotARow::Empty,
                _ => NotARow::Number(why),
            }),
            false => single(line),
        };
        // Quotes around nothing are a field that is empty, and no empty line.
        let is_alone = fields.count() <= 1 || !is_unquoted;
        let is_missing = || is_unquoted && text.is_empty() || self.is_missing(text, 0);
        read.map_err(|why| match is_alone && is_missing() {
            true => NoRow::Missing,
            false => why.into(),
        })
    }

    /// What the newest row, which is this line, has for the channel at `index`, from 0.
    pub(in crate::source) fn field<'l>(
        &'l self,
        line: &'l [u8],
        index: usize,
    ) -> Option<Result<Sample, NoReading<'l>>> {
        let part = self.part.as_ref()?;
        if part.width == 1 && !self.fields.are_labelled() {
            return match self.only(&self.fields, line) {
                Err(NoRow::Missing) => None,
                only => Some(only.map_err(|reason| NoReading::Line { reason, line })),
            };
        }
        let at = (*part.taken.get(index)?)?;
        let text = self.fields.text(line, at);
        match self.dialect.number(text) {
            Ok(sample) => Some(Ok(sample)),
            Err(_) if text.is_empty() || self.is_missing(text, index) => None,
            Err(reason) => {
                if self.labels.is_some() {
                    // Its channel's name says more than a place.
                    return Some(Err(NoReading::Failed(of_field(reason, text, None))));
                }
                // Behind the time of a recording stands its only value.
                let is_only = part.width == 2 && part.time == Some(0);
                let column = (!is_only).then_some(at + 1);
                Some(Err(NoReading::Field { reason, column, text }))
            }
        }
    }
}
