//! Counting a regular file in several threads: joining its pieces in their order.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use stage::stream::ending::{CutOff, Ending};
use stage::stream::input::Input;
use stage::stream::lines::Lines;
use stage::stream::output::Output;
use stage::stream::regular::became_shorter;

use super::Count;
use super::channels::Taken;
use super::pieces::counter::{Counted, CountedLines, Rejected};
use super::pieces::crew::{Crew, Join};
use super::pieces::cut::Torn;
use crate::Error;
use crate::exact::sequence::RunPlace;
use crate::input::jobs::PIECE;
use crate::input::taking::TakeLines;

/// With fewer pieces, one thread is as fast.
const FEW_PIECES: u64 = 2;

impl<W: Output> Count<'_, W> {
    /// Whether inputs may be counted in pieces: there are threads to do it, and nothing is wanted that
    /// depends on where in the stream each sample is.
    pub(super) fn may_join(&self) -> bool {
        self.helpers.count() > 0 && self.plan.may_be_joined()
    }

    /// Counts `lines` on in pieces, in all threads, as far as they are a regular file that has enough
    /// whole ones. What comes behind these is then read from `lines`.
    pub(super) fn count_pieces<I: Input>(&mut self, lines: &mut Lines<I>) -> Result<(), Error> {
        let Some((file, read_ahead)) = lines.input().file().zip(lines.read_ahead()) else {
            return Ok(());
        };
        // Another process may have moved a file that it shares.
        let Some(position) = file.offset().checked_sub(read_ahead) else { return Ok(()) };
        let length = file.length().map_err(|error| self.place.cannot_read(error))?;
        let count = length.saturating_sub(position) / PIECE as u64;
        if count < FEW_PIECES {
            return Ok(());
        }
        let file = Arc::new(file);
        let Some(Taken { channel, .. }) = self.channels.taken().first().copied() else {
            return Ok(());
        };
        let crew = self.crew.take().map(|(_, crew)| crew);
        let mut crew = crew.unwrap_or_else(|| Crew::new(&self.helpers, &self.plan));
        let torn = Torn::default();
        let mut joining = Joining { count: self, lines, torn, position, failed: None };
        let has_lost = crew.count(&file, position, count, &mut joining)?;
        let Joining { torn, position, failed, .. } = joining;
        // Behind a stop nothing is read, with one thread or several.
        let is_stopped = lines.input().ending() == Ending::Stopped;
        let now = file.length().map_err(|error| self.place.cannot_read(error))?;
        if has_lost || (now < length && !is_stopped) {
            return Err(self.cut_off_by(failed.unwrap_or_else(became_shorter), &torn));
        }
        self.crew = Some((channel, crew));
        // An error is met there again, and an end.
        let moved = file.move_input_to(position - torn.bytes());
        moved.map_err(|error| self.place.cannot_read(error))?;
        lines.drop_read_ahead();
        Ok(())
    }

    /// Adds what all threads know of the samples that they have counted.
    pub(super) fn gather(&mut self) {
        let Some((channel, crew)) = self.crew.take() else { return };
        let accumulator = self.channels.at(channel).current.accumulator();
        crew.finish().for_each(|result| accumulator.join(result));
    }

    /// The failure to read on, and the report of what was left without a line end.
    fn cut_off_by(&mut self, error: io::Error, torn: &Torn) -> Error {
        if torn.is_too_long() {
            if let Err(error) = self.take(torn.line()) {
                return error;
            }
        } else if torn.bytes() > 0 {
            let (ending, bytes, start) = (Ending::of_error(&error), torn.bytes(), torn.line());
            let place = self.place.at(self.place.line + 1);
            self.messages.tell(&format!("{place}: {}", CutOff { ending, bytes, start }));
        }
        self.place.cannot_read(error)
    }

    /// Takes lines that were counted elsewhere.
    fn join_lines(&mut self, lines: CountedLines) -> Result<(), Error> {
        if let Some(run) = lines.run
            && let Some(channel) = self.channels.single_mut()
        {
            self.counted += run.n;
            channel.current.accumulator().follow(run, RunPlace::NOT_KNOWN_YET);
        }
        let place =
            |rejected: &Rejected| self.place.at(self.place.line + rejected.line).to_string();
        let rejected = lines.reported.iter();
        let mut reported: Vec<_> = rejected.map(|it| (place(it), it.reason.clone())).collect();
        if self.plan.is_strict && !reported.is_empty() {
            let (place, reason) = reported.swap_remove(0);
            return Err(Error::Strict { place, reason });
        }
        let report = |at: u64| {
            let (place, reason) = &reported[at as usize];
            format!("{place}: {reason}")
        };
        self.channels.reject(lines.rejected);
        self.rejects.add_many(lines.rejected, self.messages, report);
        self.place.line += lines.count;
        Ok(())
    }
}

/// Takes the pieces of a file.
struct Joining<'a, 'b, W, I> {
    count: &'a mut Count<'b, W>,
    lines: &'a mut Lines<I>,
    /// The start of a line that goes on in the next piece.
    torn: Torn,
    /// Where in the file the next piece begins.
    position: u64,
    /// Why the last one is not whole, unless the file ended.
    failed: Option<io::Error>,
}

impl<W: Output, I: Input> Join for Joining<'_, '_, W, I> {
    type Error = Error;

    fn wants_more(&mut self) -> Result<bool, Error> {
        let input = self.lines.input();
        // Never blocks on a regular file, and hears of a stop.
        input.wait(None).map_err(|error| self.count.place.cannot_read(error))?;
        Ok(input.ending() != Ending::Stopped)
    }

    fn join(&mut self, counted: Counted) -> Result<ControlFlow<()>, Error> {
        let is_whole = counted.bytes == PIECE as u64;
        self.position += counted.bytes;
        self.lines.input().read_by_threads(counted.bytes);
        self.torn.append(&counted.rest);
        if counted.has_line_end {
            self.count.take(self.torn.line())?;
            self.count.join_lines(counted.lines)?;
            self.torn = counted.start;
        }
        self.failed = counted.error;
        Ok(if is_whole { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    }
}
