//! When a converter is asked: at ticks, or without a pause.
//!
//! Without a pause, readings are taken until a block of samples is full; only then does it check the
//! time and whether to stop, since that costs system calls.

use std::ops::Range;
use std::time::{Duration, Instant, SystemTime};

use stage::format::time::Time;
use stage::process::clock::{Timer, Wake};
use stage::process::quantity::Rate;
use stage::stream::size::BLOCK;

use super::Error;
use crate::ticks::{Sampling, Ticks};

/// When a converter is asked.
#[derive(Debug)]
enum When {
    /// At ticks.
    Ticks(Ticks),
    /// Without a pause.
    Flood {
        /// Readings between two checks of the time and for a stop.
        at_a_time: u64,
        end: Option<Instant>,
    },
}

/// Readings are due, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// This many.
    Readings(u64),
    /// None until the gathered samples have been written.
    Nothing,
    /// None, since the run is over.
    End,
}

/// A clock that says when readings are due.
#[derive(Debug)]
pub(super) struct Pace<T> {
    timer: T,
    when: When,
    /// The time of day at tick 0.
    start: SystemTime,
    /// Ticks whose readings are to be taken before waiting again; without ticks, only how many counts.
    due: Range<u64>,
    sampling: Sampling,
    is_stopped: bool,
    missed: u64,
}

impl<T: Timer> Pace<T> {
    /// Readings at `rate` from now on, for `duration` if there is one, or until `timer` reports a
    /// stop.
    pub(super) fn new(
        timer: T,
        rate: Rate,
        duration: Option<Duration>,
        sampling: Sampling,
    ) -> Pace<T> {
        let (now, start) = (timer.now(), timer.time_of_day());
        let when = match rate {
            Rate::Every(period) => When::Ticks(Ticks::new(now, period, duration, sampling)),
            Rate::Max => When::Flood {
                at_a_time: match sampling {
                    Sampling::Single => 1,
                    Sampling::Batched => BLOCK as u64,
                },
                end: end_of_run(now, duration),
            },
        };
        Pace { timer, when, start, due: 0..0, sampling, is_stopped: false, missed: 0 }
    }

    /// Whether readings are taken without a pause.
    pub(super) fn is_flood(&self) -> bool {
        matches!(self.when, When::Flood { .. })
    }

    /// How many readings are due, while `gathered` bytes of samples wait to be written. Without any,
    /// it waits until some are due, the run is over, or a stop is requested.
    pub(super) fn due(&mut self, gathered: usize) -> Result<Due, Error> {
        if self.due.is_empty() || self.is_flood() && gathered >= BLOCK {
            if gathered > 0 {
                self.due = 0..0;
                return Ok(Due::Nothing);
            }
            self.wait()?;
        }
        Ok(match self.due.end - self.due.start {
            0 => Due::End,
            due => Due::Readings(due),
        })
    }

    /// Notes that this many of the readings that are due are taken.
    pub(super) fn take(&mut self, readings: u64) {
        self.due.start = self.due.end.min(self.due.start.saturating_add(readings));
    }

    /// The time of the reading that is due next: its tick's if there are ticks, otherwise now.
    pub(super) fn time_of_tick(&self) -> Time {
        match &self.when {
            When::Ticks(ticks) => {
                let time = self.start.checked_add(ticks.since_start(self.due.start));
                Time::of_clock(time.unwrap_or(self.start))
            }
            When::Flood { .. } => self.time_of_day(),
        }
    }

    /// The time of day.
    pub(super) fn time_of_day(&self) -> Time {
        Time::of_clock(self.timer.time_of_day())
    }

    fn wait(&mut self) -> Result<(), Error> {
        while self.due.is_empty()
            && !self.is_stopped
            && let Some(deadline) = self.deadline()
        {
            self.is_stopped = self.timer.wait_until(deadline).map_err(Error::Wait)? == Wake::Stop;
            match &mut self.when {
                When::Ticks(ticks) => {
                    // Even when stopped: what was already due is still taken, or counted as missed.
                    let mut due = ticks.take(self.timer.now());
                    // But a converter that may be slow is not asked any more.
                    if self.is_stopped && self.sampling == Sampling::Single {
                        due.missed += std::mem::take(&mut due.taken);
                    }
                    self.missed += due.missed;
                    self.due = ticks.handled() - due.taken..ticks.handled();
                }
                When::Flood { .. } if self.is_stopped => {}
                When::Flood { at_a_time, .. } => self.due = 0..*at_a_time,
            }
        }
        Ok(())
    }

    /// When to take the next readings; `None` once the run is over.
    fn deadline(&self) -> Option<Instant> {
        match &self.when {
            When::Ticks(ticks) => ticks.deadline(),
            When::Flood { end, .. } => {
                let now = self.timer.now();
                end.is_none_or(|end| now < end).then_some(now)
            }
        }
    }

    /// Whether a stop is requested, which ends a row whose readings take long. (The next wait counts what
    /// is missed for it.)
    pub(super) fn is_stopped(&mut self) -> bool {
        let now = self.timer.now();
        // An error is the next wait's to report.
        !matches!(self.timer.wait_until(now), Ok(Wake::Deadline | Wake::Ready))
    }

    /// Ticks so far at which no reading was taken.
    pub(super) fn missed(&self) -> u64 {
        self.missed
    }
}

/// When a run ends. `None` means never, as does a duration that the clock cannot express.
pub(crate) fn end_of_run(start: Instant, duration: Option<Duration>) -> Option<Instant> {
    duration.and_then(|duration| start.checked_add(duration))
}
