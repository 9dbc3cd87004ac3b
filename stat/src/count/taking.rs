//! Taking the lines of the stream.
//!
//! Rows of short numbers are taken many at a time, in the classic stream by the accumulator, elsewhere
//! by [`Columns`]; all others one by one.

use stage::format::row::{Field, Line, single};
use stage::format::time::Time;
use stage::stream::output::Output;

use super::Count;
use super::columns::Columns;
use super::rejection::Rejection;
use crate::Error;
use crate::exact::sequence::RunPlace;
use crate::input::taking::TakeLines;
use crate::short::scan::{Lines, Scanned};

impl<W: Output> Count<'_, W> {
    /// Notes that rows were counted, at most as many as the schedule has room for.
    fn counted(&mut self, rows: u64) -> Result<(), Error> {
        self.counted += rows;
        if self.is_timed {
            return Ok(());
        }
        if let Some(now) = self.now {
            self.schedule.arrived(now);
        }
        if self.schedule.count(rows) { self.record(false) } else { Ok(()) }
    }

    /// Takes any line.
    fn take_any(&mut self, line: &[u8]) -> Result<(), Error> {
        let read = self.rows.read(line);
        if self.rows.part() != self.part {
            self.part = self.rows.part();
            self.begin_part()?;
        }
        self.is_single = self.rows.are_single() && self.channels.single_mut().is_some();
        match read {
            Err(reason) => self.reject(Rejection::NotARow(reason), line),
            Ok(_) if self.channels.are_refused() => self.reject(Rejection::TooManyChannels, line),
            Ok(Line::Header) => {
                self.place.line += 1;
                Ok(())
            }
            Ok(Line::Row { time }) => self.take_row(time, line),
        }
    }

    /// Begins a part with other columns.
    fn begin_part(&mut self) -> Result<(), Error> {
        let Some(columns) = self.rows.columns().cloned() else { return Ok(()) };
        let is_timed = self.windows.is_some() && columns.have_time();
        if is_timed != self.is_timed {
            self.end_windows()?;
            self.is_timed = is_timed;
        }
        self.channels.begin(&columns, &self.plan, self.has_more)?;
        let (width, has_time) = (columns.count(), columns.have_time());
        self.columns = Columns::new(width, has_time, self.channels.windows());
        Ok(())
    }

    /// Ends the current windows, since those that follow are of another kind.
    fn end_windows(&mut self) -> Result<(), Error> {
        self.close_windows(false)?;
        if self.counted > self.counted_before {
            self.record(false)?;
        }
        self.schedule = self.plan.schedule.clone();
        Ok(())
    }

    /// Takes rows of short numbers.
    fn take_rows(&mut self, lines: Lines<'_>) -> Scanned {
        let window = self.windows.as_ref().filter(|_| self.is_timed);
        self.columns.limit(window.map(|windows| windows.passing()));
        let mut selected = self.channels.with_fields();
        // How long a window by the stream's time is going to be is not known: at least as long again.
        let expected = match (self.is_timed, selected.first()) {
            (true, Some((_, channel))) => channel.current.count(),
            _ => lines.most,
        };
        let (scanned, newest) = self.columns.take(lines, expected, &mut selected);
        if let (Some(windows), Some(newest)) = (&mut self.windows, newest) {
            windows.pass(newest);
        }
        scanned
    }

    /// Takes the row that was read from `line`.
    fn take_row(&mut self, time: Option<Time>, line: &[u8]) -> Result<(), Error> {
        if let Some(rejection) = self.enter_window(time)? {
            return self.reject(rejection, line);
        }
        self.place.line += 1;
        for at in 0..self.channels.taken().len() {
            let taken = self.channels.taken()[at];
            let channel = self.channels.at(taken.channel);
            match &self.rows.fields()[taken.field] {
                Field::Sample(sample) => channel.add(sample, time),
                Field::Missing => channel.miss(),
                Field::Rejected(why) => {
                    channel.reject_field();
                    let why = *why;
                    self.reject_field(taken.field, why, line)?;
                }
            }
        }
        self.counted(1)
    }
}

impl<W: Output> TakeLines for Count<'_, W> {
    type Error = Error;

    fn room(&self) -> u64 {
        let are_known = self.is_single || self.rows.are_alike();
        let rooms = self.channels.rooms().filter(|_| are_known).min();
        rooms.map_or(0, |room| if self.is_timed { room } else { room.min(self.schedule.room()) })
    }

    fn take_short(&mut self, lines: Lines<'_>) -> Result<Scanned, Error> {
        let scanned = match self.channels.single_mut().filter(|_| self.is_single) {
            Some(channel) => {
                let accumulator = channel.current.accumulator();
                accumulator.add_short(lines, RunPlace::NOT_KNOWN_YET)
            }
            None => self.take_rows(lines),
        };
        self.place.line += scanned.lines;
        if scanned.lines > 0 {
            self.counted(scanned.lines)?;
        }
        Ok(scanned)
    }

    fn take(&mut self, line: &[u8]) -> Result<(), Error> {
        if self.is_single
            && let Ok(sample) = single(line)
            && let Some(channel) = self.channels.single_mut()
        {
            channel.current.accumulator().add(&sample, RunPlace::NOT_KNOWN_YET);
            self.place.line += 1;
            return self.counted(1);
        }
        self.take_any(line)
    }
}
