//! Why a reading is not passed on: a new reason for rejecting a sample goes here. (Reasons why a
//! line of text is no number are `stage::sample`'s.)

use stage::decimal::Decimal;
use stage::message::quoted;
use stage::quantity::Range;
use stage::sample::NotASample;
use thiserror::Error;

/// Why a reading is not passed on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Rejected {
    /// The value cannot be written as a sample.
    #[error("{reason}: {}", quoted(value.to_string().as_bytes()))]
    NotASample {
        /// Why.
        reason: NotASample,
        /// The value.
        value: Decimal,
    },
    /// The value lies outside of what was said to be plausible.
    #[error("outside {0}: {1}")]
    Implausible(Range, Decimal),
    /// A raw word is NaN or infinite.
    #[error("not a number")]
    NotFinite,
    /// A raw stream ended within a frame.
    #[error("torn: the stream ends after {bytes} of {frame} bytes")]
    Torn {
        /// Bytes that came.
        bytes: usize,
        /// Bytes that a frame has.
        frame: usize,
    },
}
