//! The formats of standard output as text: **a new one is a module, and a line in [`ALL`]**.
//!
//! | module | owns |
//! |---|---|
//! | here | what a format is, and which there are |
//! | `plain` | a line for people |
//! | `json` | the records as they came |
//! | `csv` | a table |
//! | [`openmetrics`] | metrics, of the last records |

mod csv;
mod json;
pub mod openmetrics;
mod plain;

use std::fmt;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use memchr::memchr_iter;
use stage::format::record::Record;

use crate::channels::Channels;

/// A format that `--format` offers.
#[derive(Clone, Copy)]
pub struct Format {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// What it is, for `--help`.
    pub(crate) help: &'static str,
    /// Starts writing it.
    pub(crate) text: fn() -> Box<dyn TextFormat>,
}

/// The live view, and the text in its stead where no terminal could show it.
pub(crate) const LIVE: Format = Format {
    name: "live",
    help: "A panel that updates in place; plain, where standard output is no terminal that could",
    text: plain::FORMAT.text,
};

/// All of them, in the order of `--help`.
static ALL: &[Format] = &[LIVE, plain::FORMAT, json::FORMAT, csv::FORMAT, openmetrics::FORMAT];

/// Records as text. Most formats write one line for each.
pub(crate) trait TextFormat: fmt::Debug {
    /// Whether there is a place for `record` behind those before; why not.
    fn check(&self, _record: &Record) -> Result<(), String> {
        Ok(())
    }

    /// Appends `record`, which was read from `line` and has a place, to `text`. It may complete a group
    /// of one of each channel.
    fn print(&mut self, record: &Record, line: &[u8], completes_group: bool, text: &mut Vec<u8>);

    /// Whether records wait for those of other channels, to be printed side by side.
    fn is_waiting(&self) -> bool {
        false
    }

    /// Appends those that wait to `text`.
    fn settle(&mut self, _text: &mut Vec<u8>) {}

    /// Appends what comes at the end to `text`.
    fn finish(&mut self, _channels: &Channels, _text: &mut Vec<u8>) {}

    /// How many records the beginning `text` of what was printed shows whole.
    fn records_in(&self, text: &[u8]) -> u64 {
        memchr_iter(b'\n', text).count() as u64
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Format) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Format] {
        ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name).help(self.help))
    }
}
