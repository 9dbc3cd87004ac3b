//! A source that must be asked: at each tick, or without a pause.
//!
//! Without a pause, readings are taken until a block of samples is full; only then does it check the
//! time and whether to stop, since that costs system calls.

use std::time::{Duration, Instant};

use stage::process::clock::{Timer, Wake};
use stage::process::quantity::Rate;
use stage::stream::size::BLOCK;

use super::{Error, Given, Source};
use crate::reading::{Codes, Reading};
use crate::ticks::{Sampling, Ticks};

/// Readings handed on at a time where there are no codes.
const BATCH: u64 = 1024;

/// A converter that gives a reading when asked.
pub trait Converter {
    /// Takes one reading.
    fn read(&mut self) -> Reading<'static>;

    /// Takes as many readings at once as suits it, as codes, and returns how many; 0 if it has no
    /// codes.
    fn read_codes(&mut self) -> u64 {
        0
    }

    /// What [`Converter::read_codes`] took last.
    fn codes(&self) -> Option<Codes<'_>> {
        None
    }
}

/// When a converter is asked.
#[derive(Debug)]
enum Pace {
    /// At ticks.
    Ticks(Ticks),
    /// Without a pause.
    Flood {
        /// Readings between two checks of the time and for a stop.
        at_a_time: u64,
        end: Option<Instant>,
    },
}

/// A converter that is asked when a clock says so.
#[derive(Debug)]
pub struct Clocked<C, T> {
    converter: C,
    timer: T,
    pace: Pace,
    /// Readings to take before waiting again.
    due: u64,
    is_stopped: bool,
    missed: u64,
}

impl<C: Converter, T: Timer> Clocked<C, T> {
    /// Asks `converter` at `rate` from now on, for `duration` if there is one, or until `timer`
    /// reports a stop.
    pub fn new(
        converter: C,
        timer: T,
        rate: Rate,
        duration: Option<Duration>,
        sampling: Sampling,
    ) -> Clocked<C, T> {
        let start = timer.now();
        let pace = match rate {
            Rate::Every(period) => Pace::Ticks(Ticks::new(start, period, duration, sampling)),
            Rate::Max => Pace::Flood {
                at_a_time: match sampling {
                    Sampling::Single => 1,
                    Sampling::Batched => BLOCK as u64,
                },
                end: end_of_run(start, duration),
            },
        };
        Clocked { converter, timer, pace, due: 0, is_stopped: false, missed: 0 }
    }

    /// Waits until readings are due, the run is over, or a stop is requested.
    fn wait(&mut self) -> Result<(), Error> {
        while self.due == 0
            && !self.is_stopped
            && let Some(deadline) = self.deadline()
        {
            self.is_stopped = self.timer.wait_until(deadline).map_err(Error::Wait)? == Wake::Stop;
            match &mut self.pace {
                Pace::Ticks(ticks) => {
                    // Even when stopped: what was already due is still taken, or counted as missed.
                    let due = ticks.take(self.timer.now());
                    self.missed += due.missed;
                    self.due = due.taken;
                }
                Pace::Flood { .. } if self.is_stopped => {}
                Pace::Flood { at_a_time, .. } => self.due = *at_a_time,
            }
        }
        Ok(())
    }

    /// When to take the next readings; `None` once the run is over.
    fn deadline(&self) -> Option<Instant> {
        match &self.pace {
            Pace::Ticks(ticks) => ticks.deadline(),
            Pace::Flood { end, .. } => {
                let now = self.timer.now();
                end.is_none_or(|end| now < end).then_some(now)
            }
        }
    }
}

/// When a run ends. `None` means never, as does a duration that the clock cannot express.
pub fn end_of_run(start: Instant, duration: Option<Duration>) -> Option<Instant> {
    duration.and_then(|duration| start.checked_add(duration))
}

impl<C: Converter, T: Timer> Source for Clocked<C, T> {
    fn next(
        &mut self,
        gathered: usize,
    ) -> Result<Given<'_, impl Iterator<Item = Reading<'_>>>, Error> {
        let is_flood = matches!(self.pace, Pace::Flood { .. });
        if self.due == 0 || is_flood && gathered >= BLOCK {
            if gathered > 0 {
                self.due = 0;
                return Ok(Given::Nothing);
            }
            self.wait()?;
        }
        if self.due == 0 {
            return Ok(Given::End);
        }
        let by_code = if is_flood { self.converter.read_codes() } else { 0 };
        if by_code > 0 {
            self.due = self.due.saturating_sub(by_code);
            return Ok(self.converter.codes().map_or(Given::Nothing, Given::Codes));
        }
        let asked = if is_flood { self.due.min(BATCH) } else { self.due };
        self.due -= asked;
        Ok(Given::Readings((0..asked).map(|_| self.converter.read())))
    }

    fn missed(&self) -> u64 {
        self.missed
    }
}
