//! Cutting an input into lines, in bounded memory.
//!
//! Whole lines are handed out in blocks, as many at a time as one read brought, so that a
//! flood costs little for each and a trickle is passed on at once. A line longer than a limit
//! ([`MAX_LINE`] for samples) is handed out as its start; the rest of it is skipped. A last line
//! without a line end is one if the table of ends says so ([`crate::stream::ending`]); what was dropped
//! for its lack of one, [`Lines::cut_off`] tells.
//!
//! A line ends with LF, or, where foreign devices and files are read, with LF, CRLF or CR
//! ([`Lines::ended_by_cr_too`]): a line is handed out at its CR, and an LF that follows is passed over.

use std::io;
use std::time::Instant;

use memchr::{memchr, memchr2, memrchr, memrchr2};

use crate::format::sample::MAX_LINE;
use crate::process::clock::Wake;
use crate::stream::ending::{CutOff, Ending, Fate, Half};
use crate::stream::input::Input;
use crate::stream::size::BLOCK;

/// What came next.
#[derive(Debug, PartialEq, Eq)]
pub enum Block<'a> {
    /// One or more whole lines, each with its line end; the input's last may have none.
    Lines(&'a [u8]),
    /// The start of a line that is too long; more bytes of it than the limit.
    TooLong(&'a [u8]),
    /// The deadline has come.
    Deadline,
    /// The input has ended.
    End,
}

/// What ends a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineEnd {
    Lf,
    LfCrlfOrCr,
}

impl LineEnd {
    fn first_in(self, bytes: &[u8]) -> Option<usize> {
        match self {
            LineEnd::Lf => memchr(b'\n', bytes),
            LineEnd::LfCrlfOrCr => memchr2(b'\n', b'\r', bytes),
        }
    }

    fn last_in(self, bytes: &[u8]) -> Option<usize> {
        match self {
            LineEnd::Lf => memrchr(b'\n', bytes),
            LineEnd::LfCrlfOrCr => memrchr2(b'\n', b'\r', bytes),
        }
    }
}

/// An input cut into lines.
#[derive(Debug)]
pub struct Lines<I> {
    input: I,
    /// Bytes of the longest line that is handed out whole.
    limit: usize,
    line_end: LineEnd,
    /// Grows if the limit asks for it and lines are that long.
    buffer: Vec<u8>,
    /// What was read and not handed out yet: `buffer[start..end]`, never a whole line.
    start: usize,
    end: usize,
    /// Whether the rest of a line is to be skipped, and bytes of it so far.
    skipping: bool,
    skipped: u64,
    /// Bytes skipped up to where the first line began, if it was to be found.
    before_first: Option<u64>,
    /// Whether the last line ended with a CR, to which an LF may still belong.
    after_cr: bool,
    ending: Option<Ending>,
}

impl<I: Input> Lines<I> {
    /// The lines of `input`, of up to [`MAX_LINE`] bytes.
    pub fn new(input: I) -> Lines<I> {
        Lines::of_up_to(MAX_LINE, input)
    }

    /// The lines of `input`, of up to `limit` bytes.
    pub fn of_up_to(limit: usize, input: I) -> Lines<I> {
        Lines {
            input,
            limit,
            line_end: LineEnd::Lf,
            buffer: vec![0; BLOCK],
            start: 0,
            end: 0,
            skipping: false,
            skipped: 0,
            before_first: None,
            after_cr: false,
            ending: None,
        }
    }

    /// The same, where CR ends a line as well; [`each_line_to_cr_too`] takes the blocks apart.
    pub fn ended_by_cr_too(self) -> Lines<I> {
        Lines { line_end: LineEnd::LfCrlfOrCr, ..self }
    }

    /// The same, from the first line end on: it may have begun anywhere in a line.
    pub fn from_the_next(self) -> Lines<I> {
        Lines { skipping: true, before_first: Some(0), ..self }
    }

    /// With [`Lines::from_the_next`], bytes before the first line, once they are known. Told once.
    pub fn take_before_first(&mut self) -> Option<u64> {
        if self.skipping { None } else { self.before_first.take() }
    }

    /// Waits for whole lines, until `deadline` if there is one.
    pub fn next(&mut self, deadline: Option<Instant>) -> io::Result<Block<'_>> {
        loop {
            if let Some(ending) = self.ending {
                return Ok(self.last(ending));
            }
            if self.input.wait(deadline)? == Wake::Deadline {
                return Ok(Block::Deadline);
            }
            let fresh = self.fill()?;
            if let Some(last) = self.line_end.last_in(&self.buffer[fresh..self.end]) {
                let lines = self.start..fresh + last + 1;
                self.start = lines.end;
                self.after_cr = self.end == lines.end && self.buffer[lines.end - 1] == b'\r';
                return Ok(Block::Lines(&self.buffer[lines]));
            }
            if self.end - self.start > self.limit {
                self.skipping = true;
                self.skipped = (self.end - self.start) as u64;
                let start = std::mem::replace(&mut self.start, self.end);
                return Ok(Block::TooLong(&self.buffer[start..self.end]));
            }
        }
    }

    /// What is left when the input has ended.
    fn last(&mut self, ending: Ending) -> Block<'_> {
        let rest = self.start..self.end;
        if rest.is_empty() || ending.fate(Half::Line) != Fate::Taken {
            return Block::End;
        }
        self.start = self.end;
        Block::Lines(&self.buffer[rest])
    }

    /// Ends it where it is, if it has not ended.
    pub fn end_by(&mut self, ending: Ending) {
        self.ending.get_or_insert(ending);
    }

    /// How it ended, once it has.
    pub fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// What of an input that has ended is not handed out, for lack of a line end. The start of a
    /// line that is too long was; here are all its bytes.
    pub fn cut_off(&self) -> Option<CutOff<'_>> {
        let ending = self.ending?;
        let start = &self.buffer[self.start..self.end];
        let bytes = if self.skipping { self.skipped } else { start.len() as u64 };
        (bytes > 0).then_some(CutOff { ending, bytes, start })
    }

    /// Reads once; tells where in the buffer the fresh bytes begin.
    fn fill(&mut self) -> io::Result<usize> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let fresh = self.end;
        // What is kept is no longer than the limit, so the buffer never has to grow for samples.
        if self.buffer.len() - fresh < BLOCK / 2 {
            self.buffer.resize(2 * self.buffer.len(), 0);
        }
        match self.input.read(&mut self.buffer[fresh..]) {
            Ok(0) if self.end > self.start => self.ending = Some(self.input.ending_in_half()?),
            Ok(0) => self.ending = Some(self.input.ending()),
            Ok(count) => self.end = fresh + count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                self.ending = Some(Ending::of_error(&error));
                return Err(error);
            }
        }
        if self.end > fresh {
            self.pass_lf();
        }
        if self.skipping {
            self.skip();
        }
        Ok(self.start.max(fresh))
    }

    /// Passes over the LF of a CRLF whose CR came before.
    fn pass_lf(&mut self) {
        if std::mem::take(&mut self.after_cr) && self.buffer[self.start] == b'\n' {
            self.start += 1;
        }
    }

    /// Drops the rest of a line.
    fn skip(&mut self) {
        let rest = &self.buffer[self.start..self.end];
        let Some(at) = self.line_end.first_in(rest) else {
            self.skipped += rest.len() as u64;
            self.start = self.end;
            return;
        };
        let ended_by_cr = rest[at] == b'\r';
        self.skipped += at as u64;
        self.skipping = false;
        self.before_first = self.before_first.map(|_| self.skipped);
        self.start += at + 1;
        self.after_cr = ended_by_cr;
        if self.start < self.end {
            self.pass_lf();
        }
    }
}

/// The lines of a block, each without its line feed.
pub fn each_line(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = block;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, behind) = match memchr(b'\n', rest) {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (rest, &[][..]),
        };
        rest = behind;
        Some(line)
    })
}

/// The same where CR ends a line as well: each line without its line end.
pub fn each_line_to_cr_too(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = block;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, behind) = match memchr2(b'\n', b'\r', rest) {
            Some(at) if rest[at..].starts_with(b"\r\n") => (&rest[..at], &rest[at + 2..]),
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (rest, &[][..]),
        };
        rest = behind;
        Some(line)
    })
}

#[cfg(test)]
mod tests;
