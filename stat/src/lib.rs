//! Exact running statistics of a stream of samples.
//!
//! | module | owns |
//! |---|---|
//! | `count` | counting a stream: samples in, records out |
//! | `records` | printing records, and merging those that carry a state |
//! | `plan` | the command line, and what it asks for |
//! | `input` | the input ([`files`]: standard input, or files one after another), and in which portions it is taken |
//! | `time` | when a record is due, and which time it covers |
//! | `accumulator` | everything known about the samples, and (`accumulator::record`) the record made from it |
//! | `exact` | what is known without rounding, and (`exact::figures`) mean, deviation and so on: **a new figure is computed there** |
//! | `ranks` | which sample has a given rank, for quantiles and histograms |
//! | `short` | the fast path: short numbers, read and counted many at a time |
//!
//! Each needs only those below it, and the [`Error`](enum@Error) that all share.

mod accumulator;
mod count;
mod exact;
mod input;
mod plan;
mod ranks;
mod records;
mod short;
mod time;

use std::io;

use stage::format::record::MAX_RECORD;
use stage::process::clock::Clock;
use stage::process::program::Ended;
use stage::process::surroundings::Surroundings;
use stage::stream::ending::Unread;
use stage::stream::framing::Framed;
use stage::stream::input::Input;
use stage::stream::output::{Output, Unwritable};
use thiserror::Error;

pub use crate::input::files;
use crate::input::files::Inputs;
pub use crate::plan::Options;
use crate::plan::Plan;
use crate::plan::selection::Unknown;
use crate::records::merge;

/// Why the statistics ended early.
#[derive(Debug, Error)]
pub enum Error {
    /// A file could not be opened.
    #[error("cannot open {name}")]
    Open {
        /// The file, quoted.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// The samples or records could not be read to their end.
    #[error(transparent)]
    Read(#[from] Unread),
    /// A stream is framed in a way that is not supported.
    #[error("cannot take samples from {name}")]
    Framed {
        /// The input; a file's name in quotes.
        name: String,
        /// How.
        source: Framed,
    },
    /// A record could not be written.
    #[error(transparent)]
    Write(#[from] Unwritable),
    /// A record could not be put into JSON.
    #[error("cannot make a record")]
    Record(#[from] serde_json::Error),
    /// A record's state makes it too long to be merged or shown.
    #[error("cannot make a record of over {MAX_RECORD} bytes: its state has too many parts")]
    TooLong,
    /// A channel is wanted that does not exist.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// With `--merge`: records could not be merged.
    #[error(transparent)]
    Merge(#[from] merge::Error),
    /// With `--strict`: a line was not a sample.
    #[error("{place}: {reason}")]
    Strict {
        /// Which line.
        place: String,
        /// Why, with the line's start.
        reason: String,
    },
}

/// Counts the samples of all inputs, one after another, or merges their records. Ends early if the
/// reader of the output goes away, or an input cannot be opened.
pub fn run<I: Input>(
    options: &Options,
    around: Surroundings<'_, impl Inputs<I>, impl Output, impl Clock>,
) -> Ended<Error> {
    let plan = Plan::of(options);
    if options.merge { merge::run(&plan, around) } else { count::run(plan, around) }
}
