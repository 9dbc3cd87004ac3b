//! Cutting an input into lines, in bounded memory.
//!
//! Whole lines are handed out in blocks, as many as one read brings, so that each line of a flood costs
//! little and a trickle is passed on at once. Half a line waits for its other half. What becomes of a
//! line that is too long to hold depends on the reader:
//!
//! - A reader that parses lines gets its start, and the rest is skipped ([`Lines::new`]).
//! - A reader that copies lines gets all of it, in pieces ([`Lines::in_pieces`]).
//!
//! Whether last bytes without a line end are a line depends on how the input ended: see the table of
//! ends ([`crate::stream::ending`]). [`Lines::cut_off`] reports what is dropped for lack of one.
//!
//! A line ends with LF, or, where foreign devices and files are read, with LF, CRLF or CR
//! ([`Lines::ended_by_cr_too`]): a line is handed out at its CR, and an LF that follows is skipped.

mod end;
mod fill;
mod line_end;

use std::io;
use std::ops::Range;
use std::time::{Instant, SystemTime};

use self::line_end::LineEnd;
pub use self::line_end::{each_line, each_line_to_cr_too, first_line_to_cr_too};
use crate::format::row::MAX_LINE;
use crate::process::clock::{Clock, Wake};
use crate::stream::ending::Ending;
use crate::stream::input::Input;
use crate::stream::size::BLOCK;

/// What came next.
#[derive(Debug, PartialEq, Eq)]
pub enum Block<'a> {
    /// One or more whole lines, each with its line end; the input's last may have none. Or a piece of
    /// a long line.
    Lines(&'a [u8]),
    /// The start of a line that is too long: more bytes of it than the limit.
    TooLong(&'a [u8]),
    /// The deadline has come.
    Deadline,
    /// The input has ended.
    End,
}

/// A [`Block`], by its place in the buffer.
enum Cut {
    Lines(Range<usize>),
    TooLong(Range<usize>),
    Deadline,
    End,
}

/// What becomes of a line that is too long to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LongLine {
    /// Its start is handed out once it has more bytes than `limit`; the rest is skipped.
    Skipped { limit: usize },
    /// It is handed out in pieces of the buffer's size.
    InPieces,
}

/// What is being skipped, up to the next line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Skipping {
    Nothing,
    /// What may be the rest of a line whose start was not read.
    UpToTheFirst,
    /// The rest of a line that is too long, whose start was handed out.
    RestOfALine,
}

/// An input cut into lines.
#[derive(Debug)]
pub struct Lines<I> {
    input: I,
    long_line: LongLine,
    line_end: LineEnd,
    /// Grows up to the limit if lines are that long.
    buffer: Vec<u8>,
    /// What was read and not handed out yet: `buffer[start..end]`, never a whole line.
    start: usize,
    end: usize,
    /// What was handed out last, up to the next read.
    given: Range<usize>,
    /// What is being skipped.
    skipping: Skipping,
    /// Bytes of the current line that were skipped, or handed out in pieces.
    gone: u64,
    /// Bytes skipped before the first line, once it is found ([`Lines::from_the_next`]).
    before_first: Option<u64>,
    /// Whether the last line ended with a CR, to which an LF may still belong.
    after_cr: bool,
    /// With a clock: when the first held byte arrived, and when the last read's bytes did.
    began: SystemTime,
    last_read: SystemTime,
    ending: Option<Ending>,
}

impl<I: Input> Lines<I> {
    /// The lines of `input`; one of more than [`MAX_LINE`] bytes is skipped.
    pub fn new(input: I) -> Lines<I> {
        Lines::of_up_to(MAX_LINE, input)
    }

    /// The lines of `input`; one of more than `limit` bytes is skipped.
    pub fn of_up_to(limit: usize, input: I) -> Lines<I> {
        Lines::with(LongLine::Skipped { limit }, input)
    }

    /// The lines of `input`; one that is longer than a block comes in pieces.
    pub fn in_pieces(input: I) -> Lines<I> {
        Lines::with(LongLine::InPieces, input)
    }

    fn with(long_line: LongLine, input: I) -> Lines<I> {
        Lines {
            input,
            long_line,
            line_end: LineEnd::Lf,
            buffer: vec![0; BLOCK],
            start: 0,
            end: 0,
            given: 0..0,
            skipping: Skipping::Nothing,
            gone: 0,
            before_first: None,
            after_cr: false,
            began: SystemTime::UNIX_EPOCH,
            last_read: SystemTime::UNIX_EPOCH,
            ending: None,
        }
    }

    /// Lets CR end a line as well; [`each_line_to_cr_too`] splits the blocks.
    pub fn ended_by_cr_too(self) -> Lines<I> {
        Lines { line_end: LineEnd::LfCrlfOrCr, ..self }
    }

    /// Skips everything up to the first line end: the input may begin anywhere in a line.
    pub fn from_the_next(self) -> Lines<I> {
        Lines { skipping: Skipping::UpToTheFirst, ..self }
    }

    /// After [`Lines::from_the_next`], the number of bytes before the first line, once it is known.
    /// Returned once.
    pub fn take_before_first(&mut self) -> Option<u64> {
        self.before_first.take()
    }

    /// Waits for whole lines, until `deadline` if there is one.
    pub fn next(&mut self, deadline: Option<Instant>) -> io::Result<Block<'_>> {
        let cut = self.cut(deadline, None)?;
        Ok(self.block(cut))
    }

    /// Like [`Lines::next`], and returns the time at which the block's first byte arrived. Everything
    /// after its first line came with the last read.
    pub fn next_timed(
        &mut self,
        deadline: Option<Instant>,
        clock: &dyn Clock,
    ) -> io::Result<(Block<'_>, SystemTime)> {
        let cut = self.cut(deadline, Some(clock))?;
        let began = self.began;
        if !matches!(cut, Cut::Deadline) {
            self.began = self.last_read;
        }
        Ok((self.block(cut), began))
    }

    /// When the newest bytes arrived, as far as [`Lines::next_timed`] has read.
    pub fn last_read(&self) -> SystemTime {
        self.last_read
    }

    /// The bytes that [`Lines::next`] returned last, if it did return any.
    pub fn given(&self) -> &[u8] {
        &self.buffer[self.given.clone()]
    }

    fn block(&mut self, cut: Cut) -> Block<'_> {
        self.given = match &cut {
            Cut::Lines(range) | Cut::TooLong(range) => range.clone(),
            Cut::Deadline | Cut::End => 0..0,
        };
        match cut {
            Cut::Lines(range) => Block::Lines(&self.buffer[range]),
            Cut::TooLong(range) => Block::TooLong(&self.buffer[range]),
            Cut::Deadline => Block::Deadline,
            Cut::End => Block::End,
        }
    }

    fn cut(&mut self, deadline: Option<Instant>, clock: Option<&dyn Clock>) -> io::Result<Cut> {
        loop {
            if let Some(ending) = self.ending {
                return Ok(self.last(ending));
            }
            if self.input.wait(deadline)? == Wake::Deadline {
                return Ok(Cut::Deadline);
            }
            let fresh = self.fill(clock)?;
            if let Some(last) = self.line_end.last_in(&self.buffer[fresh..self.end]) {
                let lines = self.start..fresh + last + 1;
                self.start = lines.end;
                self.gone = 0;
                self.after_cr = self.end == lines.end && self.buffer[lines.end - 1] == b'\r';
                return Ok(Cut::Lines(lines));
            }
            if let Some(cut) = self.cut_long_line() {
                return Ok(cut);
            }
        }
    }

    /// Makes room if the line without an end so far is too long to hold.
    fn cut_long_line(&mut self) -> Option<Cut> {
        let held = self.start..self.end;
        match self.long_line {
            LongLine::Skipped { limit } if held.len() > limit => {
                self.skipping = Skipping::RestOfALine;
            }
            LongLine::InPieces if held.len() == self.buffer.len() => {}
            _ => return None,
        }
        self.start = self.end;
        self.gone += held.len() as u64;
        Some(match self.long_line {
            LongLine::Skipped { .. } => Cut::TooLong(held),
            LongLine::InPieces => Cut::Lines(held),
        })
    }

    /// The input.
    pub fn input(&mut self) -> &mut I {
        &mut self.input
    }

    /// The input alone; what was read ahead of what was handed out is lost.
    pub fn into_input(self) -> I {
        self.input
    }

    /// How many bytes have been read ahead of what was handed out; `None` in the middle of a line that
    /// is skipped.
    pub fn read_ahead(&self) -> Option<u64> {
        let held = (self.end - self.start) as u64;
        (self.skipping == Skipping::Nothing).then_some(held)
    }

    /// Drops what was read ahead: the input has been moved to where another line begins.
    pub fn drop_read_ahead(&mut self) {
        self.start = self.end;
    }
}

#[cfg(test)]
mod tests;
