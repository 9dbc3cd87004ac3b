//! When a value came.

use std::fmt;

use num_bigint::BigInt;
use stage::format::decimal::Decimal;
use stage::format::time::Time;
use stage::process::message::counted;

/// Decimal places of a time in seconds.
const NANOS: u16 = 9;

/// When a value came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// The number of its row.
    pub row: u64,
    /// The row's time, if it has one.
    pub time: Option<Time>,
}

/// What lies between two moments.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Elapsed {
    /// Nanoseconds.
    Time(u128),
    /// Rows, where they have no times.
    Rows(u64),
}

impl Moment {
    /// The row's time in nanoseconds since 1970.
    pub(super) fn nanos(self) -> Option<i128> {
        self.time.map(|time| time.timestamp().as_nanosecond())
    }

    /// What lies between this and another moment, whichever comes first.
    pub(super) fn since(self, other: Moment) -> Elapsed {
        match (self.nanos(), other.nanos()) {
            (Some(this), Some(other)) => Elapsed::Time(this.abs_diff(other)),
            _ => Elapsed::Rows(self.row.abs_diff(other.row)),
        }
    }
}

impl Elapsed {
    /// Whether it is the same moment, as far as the clock of the rows can tell.
    pub(super) fn is_none(self) -> bool {
        matches!(self, Elapsed::Time(0) | Elapsed::Rows(0))
    }

    /// Seconds, or rows.
    pub(super) fn units(self) -> Decimal {
        match self {
            Elapsed::Time(nanos) => Decimal::from_big(BigInt::from(nanos), NANOS),
            Elapsed::Rows(rows) => Decimal::from_big(BigInt::from(rows), 0),
        }
    }
}

impl fmt::Display for Elapsed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Elapsed::Time(_) => write!(formatter, "{}s", self.units()),
            Elapsed::Rows(rows) => formatter.write_str(&counted(*rows, "reading")),
        }
    }
}
