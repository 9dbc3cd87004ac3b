//! What records are shown as.
//!
//! A new format that is a text for each record: add it to [`Format`], where the command line finds
//! it, and to [`Lines::print`], which is called for each record; what it must know of the records
//! before is kept in [`Lines`].

use clap::ValueEnum;
use memchr::memchr_iter;
use stage::format::record::{Record, with_rejected};

use crate::csv::Csv;
use crate::newest::Newest;
use crate::openmetrics::Form;
use crate::{openmetrics, plain};

/// A form in which records are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A panel that updates in place; plain, where standard output is no terminal that could
    Live,
    /// One line a record; what is not exact, such as mean and sd, with the digits that mean something
    Plain,
    /// The records as they come, one JSON object a line
    Json,
    /// A header, and a line for each record (RFC 4180)
    Csv,
    /// The last record, for Prometheus and its like
    Openmetrics,
}

/// Records as text, one after another.
#[derive(Debug)]
pub enum Lines {
    /// See [`plain`].
    Plain,
    /// As they came.
    Json,
    /// See [`crate::csv`].
    Csv(Csv),
    /// See [`openmetrics`]: the newest record, printed at the end.
    Openmetrics,
}

impl Lines {
    /// How records are written in this format, where there is no live view.
    pub fn of(format: Format) -> Lines {
        match format {
            Format::Live | Format::Plain => Lines::Plain,
            Format::Json => Lines::Json,
            Format::Csv => Lines::Csv(Csv::default()),
            Format::Openmetrics => Lines::Openmetrics,
        }
    }

    /// Appends `record`, which was read from `line`, to `text`; `is_changed` if the line counts fewer
    /// rejections; why it has no place, if it has none.
    pub fn print(
        &mut self,
        record: &Record,
        line: &[u8],
        is_changed: bool,
        text: &mut Vec<u8>,
    ) -> Result<(), String> {
        match self {
            Lines::Csv(csv) => return csv.print(record, text),
            Lines::Openmetrics => return Ok(()),
            Lines::Plain => plain::print(record, text),
            Lines::Json if is_changed => {
                text.extend_from_slice(&with_rejected(line.trim_ascii(), record.rejected));
            }
            Lines::Json => text.extend_from_slice(line.trim_ascii()),
        }
        text.push(b'\n');
        Ok(())
    }

    /// Appends what comes at the end to `text`.
    pub fn finish(&mut self, newest: &Newest, text: &mut Vec<u8>) {
        if let (Lines::Openmetrics, Some(record)) = (self, newest.record()) {
            let metrics = openmetrics::text(record, newest.samples, Form::OpenMetrics);
            text.extend_from_slice(metrics.as_bytes());
        }
    }

    /// How many records this beginning of what was printed shows whole.
    pub fn records_in(&self, text: &[u8]) -> u64 {
        match self {
            Lines::Plain | Lines::Json => memchr_iter(b'\n', text).count() as u64,
            Lines::Csv(csv) => csv.records_in(text),
            Lines::Openmetrics => u64::from(text.ends_with(b"# EOF\n")),
        }
    }
}
