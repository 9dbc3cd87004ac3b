//! A single converter that must be asked: at each tick, or without a pause.

use std::time::Duration;

use stage::process::clock::Timer;
use stage::process::quantity::Rate;

use super::pace::{Due, Pace};
use super::{Error, Given, Source};
use crate::reading::{Codes, Reading};
use crate::ticks::Sampling;

pub(crate) use super::pace::end_of_run;

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

/// A converter that is asked when a clock says so.
#[derive(Debug)]
pub struct Clocked<C, T> {
    converter: C,
    pace: Pace<T>,
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
        Clocked { converter, pace: Pace::new(timer, rate, duration, sampling) }
    }
}

impl<C: Converter, T: Timer> Source for Clocked<C, T> {
    fn next(
        &mut self,
        gathered: usize,
    ) -> Result<Given<'_, impl Iterator<Item = Reading<'_>>>, Error> {
        let due = match self.pace.due(gathered)? {
            Due::Readings(due) => due,
            Due::Nothing => return Ok(Given::Nothing),
            Due::End => return Ok(Given::End),
        };
        let is_flood = self.pace.is_flood();
        let by_code = if is_flood { self.converter.read_codes() } else { 0 };
        if by_code > 0 {
            self.pace.take(by_code);
            return Ok(self.converter.codes().map_or(Given::Nothing, Given::Codes));
        }
        let asked = if is_flood { due.min(BATCH) } else { due };
        self.pace.take(asked);
        Ok(Given::Readings((0..asked).map(|_| self.converter.read())))
    }

    fn missed(&self) -> u64 {
        self.pace.missed()
    }
}
