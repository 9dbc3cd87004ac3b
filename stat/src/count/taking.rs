//! Taking the lines of the stream.
//!
//! Rows of one number are taken many at a time, all others one by one: a place for a faster way is
//! [`TakeLines::take_block`].

use std::io::Write;

use stage::format::row::{Field, Line, single};
use stage::format::time::Time;

use super::Count;
use super::rejection::Rejection;
use crate::Error;
use crate::scan::Scanned;
use crate::sequence::RunPlace;
use crate::taking::TakeLines;

impl<W: Write> Count<'_, W> {
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
        self.is_single = self.rows.are_single() && self.channels.single().is_some();
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
        Ok(self.channels.begin(&columns, &self.plan)?)
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
                    channel.reject(1);
                    let why = *why;
                    self.reject_field(taken.field, why, line)?;
                }
            }
        }
        self.counted(1)
    }
}

impl<W: Write> TakeLines for Count<'_, W> {
    type Error = Error;

    fn room(&self) -> u64 {
        match self.channels.single().filter(|_| self.is_single) {
            Some(channel) => self.schedule.room().min(channel.current.accumulator.room()),
            None => 0,
        }
    }

    fn take_short(&mut self, lines: &[u8], most: u64) -> Result<Scanned, Error> {
        let Some(channel) = self.channels.single_mut() else { return Ok(Scanned::default()) };
        let scanned = channel.current.accumulator.add_short(lines, most, RunPlace::NOT_KNOWN_YET);
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
            channel.current.accumulator.add(&sample, RunPlace::NOT_KNOWN_YET);
            self.place.line += 1;
            return self.counted(1);
        }
        self.take_any(line)
    }
}
