//! Why a line of text gives no row.

use stage::format::row::{NotARow, without_end};
use stage::process::message::quoted;
use thiserror::Error;

/// Why a line is not a row. The line itself is not kept: [`NoRow::of`] joins the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoRow {
    /// Not one of any stream.
    #[error(transparent)]
    NotARow(#[from] NotARow),
    /// It stands for no reading, as the user says: nothing is rejected.
    #[error("missing")]
    Missing,
    /// It has no label with a number.
    #[error("no label with a number, as in temp:21.5")]
    NoLabels,
    /// Its object has no number.
    #[error("no number at the top level")]
    NoNumbers,
    /// A comma divides two numbers, of which only the first has a label.
    #[error("a number behind a comma without a label (see --decimal)")]
    CommaInNumber,
    /// A label that is taken comes twice.
    #[error("a label twice")]
    LabelTwice,
    /// It is no object of JSON.
    #[error("not a JSON object")]
    NotJson,
    /// A quoted field goes on beyond the line.
    #[error("a quote is not closed on its line")]
    Unclosed,
    /// Its time has not the form that `--time-format` asks for.
    #[error("not a time {0}")]
    NotATime(&'static str),
    /// Its time has not that form, but one that this `--time-format` may read.
    #[error("not a time {0}, but perhaps of --time-format {1}")]
    OtherForm(&'static str, &'static str),
    /// Its time has ten digits that are Unix seconds, or a date with its hour.
    #[error("Unix seconds, or a date with its hour: add --time-format unix, or %Y%m%d%H")]
    UnixOrHour,
    /// Its time is one that the clocks of its zone skipped.
    #[error("no such time in --time-zone: the clocks went forward")]
    SkippedTime,
}

impl NoRow {
    /// The reason together with the start of what is wrong: `not a number: "12abc"`.
    pub fn of(self, line: &[u8]) -> String {
        match self {
            NoRow::NotARow(why) => why.of(line),
            why => format!("{why}: {}", quoted(without_end(line))),
        }
    }
}
