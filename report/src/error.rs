//! Why a report ends early.

use std::io;
use std::path::Path;

use stage::process::inherited;
use stage::process::message::quoted_path;
use stage::stream::ending::Unread;
use stage::stream::output::Unwritable;
use thiserror::Error;

/// Why the report ended early.
#[derive(Debug, Error)]
pub enum Error {
    /// The records could not be read.
    #[error(transparent)]
    Read(#[from] Unread),
    /// The report could not be written.
    #[error(transparent)]
    Write(#[from] Unwritable),
    /// A file beside it could not be written.
    #[error("cannot write {name}")]
    File {
        /// The file, quoted.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// The other stages' messages cannot be read.
    #[error(transparent)]
    Others(#[from] inherited::Error),
    /// A condition is about a number that records do not have, or no record has come.
    #[error("cannot check {0}")]
    Condition(String),
}

impl Error {
    /// That the file at `path` could not be written.
    pub(crate) fn file(path: &Path, source: io::Error) -> Error {
        Error::File { name: quoted_path(path), source }
    }
}
