//! Converters that are asked together, so that their readings make a row: at each tick, or without a
//! pause; and, with one converter or more, the time of each row.

use std::time::Duration;

use stage::format::sample::Sample;
use stage::process::clock::Timer;
use stage::process::quantity::Rate;

use super::clocked::Converter;
use super::pace::{Due, Pace};
use super::{Error, Given, Source};
use crate::reading::{NoReading, Place, Reading, Row, Rows};
use crate::ticks::Sampling;

/// Rows handed on at a time without a pause.
const BATCH: u64 = 1024;

/// Converters that are asked when a clock says so.
#[derive(Debug)]
pub(crate) struct ClockedRows<C, T> {
    converters: Vec<C>,
    pace: Pace<T>,
    /// Whether times of rows are wanted.
    has_time: bool,
    /// Whether a reading belongs to the moment it is taken, rather than to its tick.
    is_of_the_moment: bool,
    /// What a row is called, and how many there were.
    newest: Place,
    /// Rows of this batch still to be given.
    left: u64,
}

impl<C: Converter, T: Timer> ClockedRows<C, T> {
    /// Asks `converters`, one for each channel, as [`super::clocked::Clocked`] asks one, and notes
    /// the times of rows if they are wanted. Messages call a row `what`.
    pub(crate) fn new(
        converters: Vec<C>,
        has_time: bool,
        what: &'static str,
        timer: T,
        rate: Rate,
        duration: Option<Duration>,
        sampling: Sampling,
    ) -> ClockedRows<C, T> {
        ClockedRows {
            converters,
            pace: Pace::new(timer, rate, duration, sampling),
            has_time,
            is_of_the_moment: sampling == Sampling::Single,
            newest: Place { what, number: 0 },
            left: 0,
        }
    }
}

impl<C: Converter, T: Timer> Source for ClockedRows<C, T> {
    fn next(
        &mut self,
        gathered: usize,
    ) -> Result<Given<'_, impl Iterator<Item = Reading<'_>>>, Error> {
        self.left = match self.pace.due(gathered)? {
            Due::Readings(due) if self.pace.is_flood() => due.min(BATCH),
            Due::Readings(due) => due,
            Due::Nothing => return Ok(Given::Nothing),
            Due::End => return Ok(Given::<std::iter::Empty<_>>::End),
        };
        Ok(Given::Rows(self))
    }

    fn missed(&self) -> u64 {
        self.pace.missed()
    }
}

impl<C: Converter, T: Timer> Rows for ClockedRows<C, T> {
    fn next_row(&mut self) -> Option<Row<'_>> {
        self.left = self.left.checked_sub(1)?;
        let time = self.has_time.then(|| match self.is_of_the_moment {
            true => self.pace.time_of_day(),
            false => self.pace.time_of_tick(),
        });
        self.pace.take(1);
        self.newest = self.newest.after(1);
        Some(Row { place: self.newest, time: Ok(time) })
    }

    fn reading(&mut self, index: usize) -> Option<Result<Sample, NoReading<'_>>> {
        // Each may take long: after a stop no other begins, and the rest of the row is missing.
        if index > 0 && self.is_of_the_moment && self.pace.is_stopped() {
            return None;
        }
        Some(self.converters.get_mut(index)?.read().raw)
    }
}
