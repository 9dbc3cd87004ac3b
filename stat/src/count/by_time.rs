//! Windows by the stream's own time.

use std::time::{Instant, SystemTime};

use jiff::Timestamp;
use stage::format::time::Time;
use stage::stream::output::Output;

use super::Count;
use super::rejection::Rejection;
use crate::Error;
use crate::time::calendar::Bounds;

impl<W: Output> Count<'_, W> {
    /// Goes to the window of a row's time, and makes the records of those that it closes; or says why
    /// the row is rejected.
    pub(super) fn enter_window(&mut self, time: Option<Time>) -> Result<Option<Rejection>, Error> {
        let (Some(windows), Some(time)) = (&mut self.windows, time) else { return Ok(None) };
        if windows.pass(time) {
            return Ok(None);
        }
        if let Some(end) = windows.is_late(time) {
            let newest = windows.newest().unwrap_or(end);
            return Ok(Some(Rejection::Late { end, newest }));
        }
        windows.advance(time);
        while let Some(bounds) = self.windows.as_ref().and_then(|windows| windows.due()) {
            self.close_window(bounds, false)?;
        }
        if let Some(bounds) = self.windows.as_mut().map(|windows| windows.open(time)) {
            self.switch_to(bounds);
        }
        Ok(None)
    }

    /// Lets rows be counted for an open window.
    fn switch_to(&mut self, bounds: Bounds) {
        let Some(windows) = &mut self.windows else { return };
        let before = windows.enter(bounds);
        if before != Some(bounds) {
            let before = before.map(|bounds| bounds.start);
            self.channels.iter_mut().for_each(|it| it.switch(before, bounds.start, &self.plan));
        }
    }

    /// Makes the record of the oldest window.
    fn close_window(&mut self, bounds: Bounds, is_final: bool) -> Result<(), Error> {
        self.switch_to(bounds);
        self.record_window(is_final, Some(bounds))?;
        if let Some(windows) = &mut self.windows {
            windows.close();
        }
        Ok(())
    }

    /// Closes all windows that are open; the last of them may be the stream's last.
    pub(super) fn close_windows(&mut self, are_final: bool) -> Result<(), Error> {
        while let Some(bounds) = self.windows.as_ref().and_then(|windows| windows.oldest()) {
            let is_last = self.windows.as_ref().is_some_and(|windows| windows.are_few());
            self.close_window(bounds, are_final && is_last)?;
        }
        Ok(())
    }

    /// The newest time of a row, if windows depend on it.
    pub(super) fn newest(&self) -> Option<Time> {
        self.windows.as_ref().filter(|_| self.is_timed)?.newest()
    }

    /// Notes that lines came at this time of day, before which the newest row had another time.
    pub(super) fn came(&mut self, now: SystemTime, newest: Option<Time>) {
        if self.newest() != newest
            && let Some(windows) = &mut self.windows
            && let Ok(now) = Timestamp::try_from(now)
        {
            windows.came(now);
        }
    }

    /// When a window closes even if no more rows come.
    pub(super) fn closing_time(&self) -> Option<Instant> {
        let windows = self.windows.as_ref().filter(|_| self.is_live)?;
        let closes = windows.closes_by_itself()?;
        let rest = closes.duration_since(Timestamp::try_from(self.clock.time_of_day()).ok()?);
        self.clock.now().checked_add(rest.try_into().unwrap_or_default())
    }

    /// Closes the windows whose time has come although no more rows have.
    pub(super) fn close_by_the_clock(&mut self) -> Result<(), Error> {
        loop {
            let Ok(now) = Timestamp::try_from(self.clock.time_of_day()) else { return Ok(()) };
            let oldest = self.windows.as_ref().filter(|windows| {
                self.is_live && windows.closes_by_itself().is_some_and(|closes| closes <= now)
            });
            match oldest.and_then(|windows| windows.oldest()) {
                Some(bounds) => self.close_window(bounds, false)?,
                None => return Ok(()),
            }
        }
    }
}
