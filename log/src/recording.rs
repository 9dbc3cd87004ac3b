//! The main loop: lines come from the input, rows get their times, headers are kept apart, and both are
//! written and passed on. What the layers below return is reported here.

mod retry;

use std::io::Write;
use std::time::SystemTime;

use memchr::{memchr, memchr_iter};
use stage::process::clock::Timer;
use stage::process::message::Messages;
use stage::stream::ending::{CutOff, Unread};
use stage::stream::input::Input;
use stage::stream::lines::{Block, Lines};
use stage::stream::output::{Delivery, deliver};

use self::retry::Unwritten;
use crate::Error;
use crate::batch::{Batch, count_lines};
use crate::file::Named;
use crate::head::{self, Follows, Head, Part};
use crate::notice::Notice;
use crate::recorder::Recorder;
use crate::timestamps::Stamper;

/// Lines on their way to the disk.
pub(crate) struct Recording<'a, F, T> {
    pub(crate) recorder: Recorder<F>,
    pub(crate) head: Head,
    pub(crate) stamper: Stamper,
    pub(crate) timer: &'a mut T,
    pub(crate) messages: &'a mut dyn Messages,
}

/// Reports what happened.
pub(crate) fn report(notices: Vec<Notice>, messages: &mut dyn Messages) {
    for notice in notices {
        messages.tell(&notice.to_string());
    }
}

impl<F: Named, T: Timer> Recording<'_, F, T> {
    /// Records `input` to its end; with `pass`, copies it to `output`, and ends when nobody reads
    /// that any more.
    pub(crate) fn run(
        &mut self,
        input: impl Input,
        pass: bool,
        mut output: impl Write,
    ) -> Result<(), Error> {
        let mut lines = Lines::in_pieces(input);
        loop {
            let deadline = self.recorder.deadline();
            let (bytes, began, has_ended) = match lines.next_timed(deadline, self.timer) {
                Ok((Block::Lines(lines) | Block::TooLong(lines), began)) => (lines, began, false),
                Ok((Block::Deadline, began)) => (&[][..], began, false),
                Ok((Block::End, began)) => (&[][..], began, true),
                Err(error) => {
                    self.leave_out(lines.cut_off())?;
                    return Err(Unread::standard_input(error).into());
                }
            };
            let (rows, began) = self.begin(bytes, began)?;
            if let Err(failed) = self.write(rows, began) {
                return Err(self.end_after(failed, lines));
            }
            // Before it is passed on: with a sync after every batch, what comes out is on the disk.
            let now = self.timer.now();
            self.recorder.sync_if_due(now)?;
            if pass && deliver(&mut output, bytes).1? == Delivery::ReaderGone {
                // The rest of a long line will not be read.
                self.recorder.cut_half_a_line()?;
                return self.finish();
            }
            if has_ended {
                return self.end(lines);
            }
        }
    }

    /// Looks at the stream's first line, once it comes: its columns must be the file's. Returns what is
    /// to be written, and when it began to arrive: a header is not, until a row needs it.
    fn begin<'b>(
        &mut self,
        bytes: &'b [u8],
        began: SystemTime,
    ) -> Result<(&'b [u8], SystemTime), Error> {
        if self.head.has_begun() || bytes.is_empty() {
            return Ok((bytes, began));
        }
        let end = memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
        let (line, others) = bytes.split_at(end);
        let opening = self.head.begin(line)?;
        let follows = head::check(&self.recorder.columns()?, &opening, self.recorder.name())?;
        self.recorder.set_header(opening.header);
        if follows == Follows::ItsHeader {
            self.recorder.owe_header();
        }
        Ok(match opening.is_header {
            true => (others, self.timer.time_of_day()),
            false => (bytes, began),
        })
    }

    /// Writes `bytes`, the first of which arrived at `began`, and follows the file's name; after a
    /// failure, returns how many of their rows are not written.
    fn write(&mut self, bytes: &[u8], began: SystemTime) -> Result<(), (Unwritten, u64)> {
        if !Head::may_be_in(bytes) {
            return self.write_rows(bytes, began);
        }
        let mut began = began;
        let mut parts = self.head.parts(bytes, self.stamper.is_at_line_start());
        while let Some(part) = parts.next() {
            let result = match part {
                Part::Rows(rows) => self.write_rows(rows, began),
                Part::Header(line) => self.write_header(line),
            };
            if let Err((unwritten, left)) = result {
                return Err((unwritten, left + parts.map(rows_in).sum::<u64>()));
            }
            began = self.timer.time_of_day();
        }
        Ok(())
    }

    /// Writes a header in the middle of the stream, with which new files begin from here on.
    fn write_header(&mut self, line: &[u8]) -> Result<(), (Unwritten, u64)> {
        self.head.headers += 1;
        let header = self.head.recorded(line);
        self.recorder.set_header(header.clone());
        let mut batch = Batch::of_header(&header);
        let result = retry::write(&mut self.recorder, &mut batch, self.timer, self.messages);
        result.map_err(|unwritten| (unwritten, 0))
    }

    /// The same as `write`, for rows alone.
    fn write_rows(&mut self, bytes: &[u8], began: SystemTime) -> Result<(), (Unwritten, u64)> {
        let mut batch = self.stamper.stamp(bytes, began, self.timer.time_of_day());
        let result = retry::write(&mut self.recorder, &mut batch, self.timer, self.messages);
        result.map_err(|unwritten| {
            batch.back_to_line_start();
            (unwritten, batch.lines_left())
        })
    }

    /// Makes the last line whole, or drops it, when the input has ended.
    fn end(&mut self, lines: Lines<impl Input>) -> Result<(), Error> {
        if let Some(cut) = lines.cut_off() {
            self.leave_out(Some(cut))?;
        } else if !self.stamper.is_at_line_start() {
            let now = self.timer.time_of_day();
            if let Err(failed) = self.write_rows(b"\n", now) {
                return Err(self.end_after(failed, lines));
            }
        }
        self.finish()
    }

    /// Reports what of the input is not a line, and takes back what of it was written.
    fn leave_out(&mut self, cut: Option<CutOff<'_>>) -> Result<(), Error> {
        let Some(cut) = cut else { return Ok(()) };
        let line = self.recorder.recorded() + self.head.headers + 1;
        self.messages.tell(&format!("line {line}: {cut}"));
        Ok(self.recorder.cut_half_a_line()?)
    }

    fn finish(&mut self) -> Result<(), Error> {
        let result = self.recorder.finish();
        report(self.recorder.take_notices(), self.messages);
        Ok(result?)
    }

    /// The error after a failure that left `left` lines unwritten. If they were given up, what is in
    /// the file is made whole and safe; and what is still to come is read and counted, so that its
    /// senders are not held up.
    fn end_after(
        &mut self,
        (unwritten, left): (Unwritten, u64),
        lines: Lines<impl Input>,
    ) -> Error {
        match unwritten {
            Unwritten::Final(error) => error.into(),
            Unwritten::Wait(error) => Error::Wait(error),
            Unwritten::GivenUp(source) => {
                let cut = self.recorder.cut_half_a_line();
                let synced = self.recorder.sync();
                self.messages.tell("what comes from here on is counted, and not recorded");
                let rest = count_rest(lines);
                // Half a line that is left is counted already.
                let is_half = left > 0 && !self.stamper.is_at_line_start();
                let unsafe_lines = self.recorder.recorded() - self.recorder.durable();
                let lines = unsafe_lines + left + rest.saturating_sub(u64::from(is_half));
                Error::GivenUp { lines, source: synced.and(cut).err().unwrap_or(source) }
            }
        }
    }
}

/// Rows in a part of the stream.
fn rows_in(part: Part<'_>) -> u64 {
    match part {
        Part::Rows(rows) => count_lines(rows),
        Part::Header(_) => 0,
    }
}

/// Lines that come until the input ends, or cannot be read.
fn count_rest(mut lines: Lines<impl Input>) -> u64 {
    let mut count = 0;
    let mut is_whole = true;
    while let Ok(block) = lines.next(None) {
        match block {
            Block::Lines(lines) | Block::TooLong(lines) => {
                count += memchr_iter(b'\n', lines).count() as u64;
                is_whole = lines.ends_with(b"\n");
            }
            Block::Deadline => {}
            Block::End => break,
        }
    }
    count + u64::from(!is_whole && lines.cut_off().is_none())
}

#[cfg(test)]
mod tests;
