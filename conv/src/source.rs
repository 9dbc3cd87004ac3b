//! Where readings come from.
//!
//! A source gives batches of readings until its end, its deadline or a stop. One that must be
//! asked, at each tick or without a pause, is a [`clocked::Converter`]; one that comes by itself
//! is a [`Source`] of its own, like `text` and `words`. `crate::opened` chooses between them.

pub(crate) mod choice;
pub mod clocked;
pub(crate) mod clocked_rows;
pub mod connection;
pub(crate) mod device;
pub(crate) mod dialect;
pub mod format;
pub(crate) mod frame;
pub mod iio;
pub(crate) mod layout;
mod number;
pub(crate) mod open_stream;
mod pace;
mod pattern;
pub(crate) mod polled;
pub(crate) mod reconnecting;
pub mod simulated;
pub mod stream;
pub(crate) mod table;
mod taken;
pub(crate) mod text;
mod times;
pub(crate) mod timing;
pub(crate) mod uniform;
pub mod wav;
pub mod word;
pub(crate) mod words;

pub use self::table::is_foreign_header;

use std::fs::File;
use std::io;
use std::path::Path;

use stage::format::columns::Columns;
use stage::process::message::quoted_path;
use stage::stream::ending::Unread;
use stage::stream::files;
use stage::stream::framing::Framed;
use thiserror::Error;

use crate::for_channel::WrongChannel;
use crate::reading::{Codes, Reading, Rows, Text};

/// What a source gives next.
pub enum Given<'a, R> {
    /// Readings as codes.
    Codes(Codes<'a>),
    /// Readings as text.
    Text(Text<'a>),
    /// Readings one by one. Those not consumed are lost.
    Readings(R),
    /// Rows, one by one, of the columns given before.
    Rows(&'a mut dyn Rows),
    /// What the readings and rows that follow are sent as, where the source itself finds out; nothing
    /// was given yet, or it was something else.
    Columns(&'a Columns),
    /// A single reading.
    One(Reading<'a>),
    /// Nothing until the gathered samples have been written.
    Nothing,
    /// The source has ended.
    End,
}

/// A source of readings.
pub trait Source {
    /// The next readings. While `gathered` bytes of samples are waiting to be written, it gives what
    /// is at hand, or nothing, rather than wait.
    fn next(
        &mut self,
        gathered: usize,
    ) -> Result<Given<'_, impl Iterator<Item = Reading<'_>>>, Error>;

    /// Something else to report, once each; after the end, also what the end cut off.
    fn notice(&mut self) -> Option<String> {
        None
    }

    /// Ticks so far at which no reading was taken.
    fn missed(&self) -> u64 {
        0
    }
}

/// A source could not be set up, or not read to its end.
#[derive(Debug, Error)]
pub enum Error {
    /// An option is for a channel that the source, as it turned out, does not have.
    #[error(transparent)]
    WrongChannel(#[from] WrongChannel),
    /// A file could not be opened.
    #[error("cannot open {name}")]
    Open {
        /// The file, quoted.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// A file could not be read.
    #[error("cannot read {name}")]
    Read {
        /// The file, quoted.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// What was to be waited for ends for good.
    #[error("cannot wait for {name} to return: it is neither a device nor a FIFO")]
    NeverReturns {
        /// The file, quoted.
        name: String,
    },
    /// A line would bring something else than raw words when it is plugged in again.
    #[error(
        "cannot wait for {name} to return without --baud: a line that is plugged in is not raw, and \
         raw words need one that is"
    )]
    ReturnsCooked {
        /// The file, quoted.
        name: String,
    },
    /// A file cannot be read repeatedly.
    #[error("cannot poll {name}: it is {what}, which sends by itself (use --from)")]
    NotPolled {
        /// The file, quoted.
        name: String,
        /// What it is.
        what: &'static str,
    },
    /// A device's own offset or scale is not a number.
    #[error("cannot use {name}: {why}")]
    Attribute {
        /// The file, quoted.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// The buffer of an IIO device could not be read.
    #[error(transparent)]
    Iio(#[from] iio::Error),
    /// A terminal or serial line could not be used.
    #[error(transparent)]
    Device(#[from] device::Error),
    /// The system gave no seed for the simulation.
    #[error("cannot seed the simulation")]
    Seed(#[source] rand::rngs::SysError),
    /// A stream could not be read to its end.
    #[error(transparent)]
    Unread(#[from] Unread),
    /// A stream is framed in a way that is not supported.
    #[error("cannot take samples from {name}")]
    Framed {
        /// The stream; a file's name in quotes.
        name: String,
        /// How.
        source: Framed,
    },
    /// A stream is not WAV, or holds something that is not read.
    #[error("cannot take samples from {name}")]
    Wav {
        /// The stream; a file's name in quotes.
        name: String,
        /// Why not.
        source: wav::NotWav,
    },
    /// The input lacks columns that were asked for.
    #[error("cannot take columns of {name}: {why}")]
    Columns {
        /// The stream; a file's name in quotes.
        name: String,
        /// What is missing.
        why: String,
    },
    /// The clock could not be waited on.
    #[error("cannot wait for the next tick")]
    Wait(#[source] io::Error),
}

impl Error {
    /// Whether it may be over when a device or FIFO is opened again.
    pub(crate) fn may_pass(&self) -> bool {
        let passes = |error: &device::Error| {
            matches!(error, device::Error::Locked(_) | device::Error::NotSet(..))
        };
        matches!(self, Error::Open { .. }) || matches!(self, Error::Device(it) if passes(it))
    }

    /// Whether there is nothing to open.
    pub(crate) fn is_absence(&self) -> bool {
        matches!(self, Error::Open { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }

    /// Whether a device or FIFO was there, and is not any more. (What it sends is another matter.)
    pub(crate) fn is_loss(&self) -> bool {
        match self {
            Error::Unread(Unread::HungUp(_)) => true,
            Error::Unread(Unread::Failed { source, .. }) => source.raw_os_error().is_some(),
            _ => false,
        }
    }
}

fn open(path: &Path) -> Result<File, Error> {
    files::open(path).map_err(|source| Error::Open { name: quoted_path(path), source })
}

/// What messages call standard input.
const STANDARD_INPUT_NAME: &str = "standard input";
