//! Why a report ends early.

use stage::process::inherited;
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
    /// The other stages' messages cannot be read.
    #[error(transparent)]
    Others(#[from] inherited::Error),
    /// A condition is about a number that records do not have, or no record has come.
    #[error("cannot check {0}")]
    Condition(String),
}
