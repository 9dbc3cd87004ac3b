//! Counting the lines of pieces, in whatever order the pieces come.

use std::io;
use std::mem;

use stage::format::row::{NotARow, single};
use stage::stream::rejects::REPORTED;

use super::cut::{Cut, Torn};
use crate::accumulator::Accumulator;
use crate::exact::sequence::{Run, RunPlace};
use crate::input::taking::TakeLines;
use crate::plan::Plan;
use crate::short::scan::{Lines, Scanned};

/// What is reported of a piece, besides what its samples add to the counter.
#[derive(Debug, Default)]
pub(in crate::count) struct Counted {
    /// The rest of a line that began before, with its line feed; or all, if the piece has none.
    pub rest: Torn,
    /// Whether that has a line feed.
    pub has_line_end: bool,
    /// The whole lines behind it.
    pub lines: CountedLines,
    /// The start of the line behind them.
    pub start: Torn,
    /// The bytes of the piece.
    pub bytes: u64,
    /// Why they are fewer than there should be; `None` if the file ended.
    pub error: Option<io::Error>,
}

/// What is reported of lines that were counted.
#[derive(Debug, Default)]
pub(in crate::count) struct CountedLines {
    /// How many there are. With `--strict`, up to the first that was rejected.
    pub count: u64,
    /// Their samples, if there are any.
    pub run: Option<Run>,
    /// How many are not samples.
    pub rejected: u64,
    /// The first of these.
    pub reported: Vec<Rejected>,
}

/// A line that is not a sample.
#[derive(Debug)]
pub(in crate::count) struct Rejected {
    /// Its number among the counted lines, from 1.
    pub line: u64,
    /// Why, with its start.
    pub reason: String,
}

/// Counts pieces.
#[derive(Debug)]
pub(in crate::count) struct Counter {
    accumulator: Accumulator,
    is_strict: bool,
    /// Those of the current piece so far.
    lines: CountedLines,
}

impl Counter {
    /// None counted yet.
    pub(in crate::count) fn new(plan: &Plan) -> Counter {
        let (accumulator, lines) = (plan.accumulator(1), CountedLines::default());
        Counter { accumulator, is_strict: plan.is_strict, lines }
    }

    /// Counts the whole lines of `piece`, each of one number and none a header.
    pub(in crate::count) fn count(&mut self, piece: &[u8]) -> Counted {
        let Cut { rest, lines, start } = Cut::of(piece);
        // What ends it early is reported as well.
        let _ = self.take_block(lines);
        self.lines.run = self.accumulator.end_run();
        Counted {
            rest: Torn::of(rest),
            has_line_end: rest.ends_with(b"\n"),
            lines: mem::take(&mut self.lines),
            start: Torn::of(start),
            bytes: piece.len() as u64,
            error: None,
        }
    }

    /// All that is known of the samples of all pieces, except for their order.
    pub(in crate::count) fn into_accumulator(self) -> Accumulator {
        self.accumulator
    }

    fn reject(&mut self, reason: NotARow, line: &[u8]) -> Result<(), Stopped> {
        if self.lines.rejected < REPORTED {
            let (line, reason) = (self.lines.count, reason.of(line));
            self.lines.reported.push(Rejected { line, reason });
        }
        self.lines.rejected += 1;
        if self.is_strict { Err(Stopped) } else { Ok(()) }
    }
}

/// A line was rejected, which nothing behind it may be counted after.
#[derive(Debug)]
pub(in crate::count) struct Stopped;

impl TakeLines for Counter {
    type Error = Stopped;

    fn room(&self) -> u64 {
        self.accumulator.room()
    }

    fn take_short(&mut self, lines: Lines<'_>) -> Result<Scanned, Stopped> {
        let scanned = self.accumulator.add_short(lines, RunPlace::NOT_KNOWN_YET);
        self.lines.count += scanned.lines;
        Ok(scanned)
    }

    fn take(&mut self, line: &[u8]) -> Result<(), Stopped> {
        self.lines.count += 1;
        match single(line) {
            Ok(sample) => self.accumulator.add(&sample, RunPlace::NOT_KNOWN_YET),
            Err(reason) => self.reject(reason, line)?,
        }
        Ok(())
    }
}
