//! What stands in a field, or on a line of one field.

use super::reason::{NotARow, not_single};
use super::text::{MAX_LINE, trimmed, without_feed, without_return};
use crate::format::decimal::ParseError;
use crate::format::sample::Sample;

/// What stands in a row for one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// Its sample.
    Sample(Sample),
    /// Nothing: the sample is missing.
    Missing,
    /// Something else.
    Rejected(ParseError),
}

impl Field {
    /// Reads a field, which may be empty.
    pub(super) fn read(text: &[u8]) -> Field {
        match Sample::parse(text) {
            Ok(sample) => Field::Sample(sample),
            Err(_) if text.is_empty() => Field::Missing,
            Err(why) => Field::Rejected(why),
        }
    }
}

/// The sample on a line of one field.
#[inline]
pub fn single(line: &[u8]) -> Result<Sample, NotARow> {
    let line = without_feed(line);
    if line.len() > MAX_LINE {
        return Err(NotARow::TooLong);
    }
    let number = trimmed(without_return(line));
    Sample::parse(number).map_err(|reason| not_single(number, reason))
}
