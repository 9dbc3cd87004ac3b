//! Time, and waiting, behind traits so that tests can set them.

use std::io;
use std::time::{Instant, SystemTime};

/// Tells the time.
pub trait Clock {
    /// Monotonic time, for deadlines.
    fn now(&self) -> Instant;
    /// The time of day, for timestamps.
    fn time_of_day(&self) -> SystemTime;
    /// When this process began, or a little later.
    fn start_of_process(&self) -> SystemTime {
        self.time_of_day()
    }
}

/// What ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// What was waited for: data, an end of file or an error to read; room to write; a token.
    Ready,
    /// The deadline has come.
    Deadline,
    /// A stop was requested.
    Stop,
}

/// A clock that can be waited on.
pub trait Timer: Clock {
    /// Waits until `deadline`, or until a stop is requested. A deadline in the past only asks
    /// for a stop.
    fn wait_until(&mut self, deadline: Instant) -> io::Result<Wake>;
}

impl<C: Clock + ?Sized> Clock for &C {
    fn now(&self) -> Instant {
        (**self).now()
    }

    fn time_of_day(&self) -> SystemTime {
        (**self).time_of_day()
    }

    fn start_of_process(&self) -> SystemTime {
        (**self).start_of_process()
    }
}
