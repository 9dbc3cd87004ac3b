//! When lines began to arrive.

use std::time::SystemTime;

use stage::format::time::Time;
use stage::process::clock::Clock;

/// The times at which the lines of a block began to arrive, if they are wanted.
pub(super) struct Times {
    /// What they are taken from; `None` if they are not wanted.
    pub clock: Option<Box<dyn Clock>>,
    /// That of the block's first line, until it is taken, and that of the others.
    pub first: Option<SystemTime>,
    pub others: SystemTime,
}

impl Times {
    /// Times by this clock.
    pub(super) fn by(clock: Option<Box<dyn Clock>>) -> Times {
        Times { clock, first: None, others: SystemTime::UNIX_EPOCH }
    }

    /// The time of the next line.
    pub(super) fn next(&mut self) -> Option<Time> {
        self.clock.as_ref()?;
        Some(Time::of_clock(self.first.take().unwrap_or(self.others)))
    }
}
