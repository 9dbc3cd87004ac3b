//! Why a value fails a check that remembers.

use std::fmt;

use stage::format::decimal::Decimal;

use super::moment::Elapsed;

/// The check that a value fails, and what it was compared with.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It differs from both neighbours.
    Spike {
        /// The value before it.
        before: Decimal,
        /// The value behind it.
        after: Decimal,
    },
    /// It changed too fast.
    Step {
        /// The last accepted value.
        from: Decimal,
        /// How long ago that was.
        elapsed: Elapsed,
    },
    /// Nothing has changed for as long as this, as the user wrote it.
    Flat(String),
}

impl Failure {
    /// The option of the check.
    pub(crate) fn option(&self) -> &'static str {
        match self {
            Failure::Spike { .. } => super::SPIKE,
            Failure::Step { .. } => super::STEP,
            Failure::Flat(_) => super::FLAT,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Spike { before, after } => {
                write!(formatter, "spike between {before} and {after}")
            }
            Failure::Step { from, elapsed } => {
                write!(formatter, "step from {from} within {elapsed}")
            }
            Failure::Flat(span) => write!(formatter, "flat for {span}"),
        }
    }
}
