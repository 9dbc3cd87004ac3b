//! A stream of text, one row a line, read as it comes.
//!
//! Once the stream is known to carry samples only, canonical lines are handed on as text, as many as
//! follow each other. Other lines are handed on one by one, in batches, each twice as long as the one
//! before until canonical lines come again: so the search for them hardly slows down a stream that has
//! none.

mod again;
mod fast;
mod reports;
mod rows;

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Instant;

use stage::format::row::NotARow;
use stage::stream::ending::Ending;
use stage::stream::framing::Unframed;
use stage::stream::input::Input;
use stage::stream::lines::{Block, Lines, first_line_to_cr_too};

use super::format::Format;
use super::layout::Layout;
use super::stream::{Beginning, Stream, unframed, unread};
use super::table::{Line, Shape, Table};
use super::taken::Taken;
use super::times::Times;
use super::{Error, Given, Source};
use crate::canonical::Scanned;
use crate::reading::{NoReading, Place, Reading};

/// Lines that are worth a batch of text, at least.
const WORTHWHILE: u64 = 8;

/// Lines that are handed on one by one, at most, before canonical ones are looked for again.
const MOST_SINGLE: u64 = 1024;

/// A stream of text.
pub(crate) struct TextStream<I> {
    lines: Lines<Unframed<I>>,
    layout: Layout,
    table: Table,
    name: String,
    /// What to report first.
    notices: VecDeque<String>,
    /// When to end, and whether that moment has come.
    deadline: Option<Instant>,
    is_over: bool,
    /// Bytes of the block of lines read last that have been handed on, and lines so far.
    at: usize,
    number: u64,
    /// Whether the next line was looked at already.
    is_left: bool,
    /// Lines at the beginning that are not even looked at.
    skipped: u64,
    /// How many lines to hand on one by one before canonical ones are looked for again.
    single: u64,
    /// The columns that are taken of a table, and how many rows go the long way.
    taken: Taken,
    rows_left: u64,
    /// Lines without their useless zeros.
    trimmed: Vec<u8>,
    /// Whether what the end has cut off was counted and reported; how often something was.
    is_cut_reported: bool,
    cuts: u64,
    /// The newest row's line in the block.
    row: Range<usize>,
    times: Times,
}

/// What came when more lines were waited for.
enum Came {
    Lines,
    TooLong,
    Nothing,
}

impl<I: Input> TextStream<I> {
    /// The lines of `stream`.
    pub(crate) fn new(stream: Stream<I>) -> TextStream<I> {
        let Stream { input, name, layout, beginning, deadline, notices, clock } = stream;
        let skipped = layout.skip;
        let lines = again::lines(unframed(input, layout.format), beginning);
        TextStream {
            lines,
            table: Table::new(layout.clone()),
            layout,
            name,
            notices,
            deadline,
            is_over: false,
            at: 0,
            number: 0,
            is_left: false,
            skipped,
            single: 1,
            taken: Taken::default(),
            rows_left: 0,
            trimmed: Vec::new(),
            is_cut_reported: false,
            cuts: 0,
            row: 0..0,
            times: Times::by(clock),
        }
    }

    /// The stream as WAV, if it was refused before anything was handed on, and what was read of it.
    pub(crate) fn into_wav(self) -> (Stream<I>, Vec<u8>) {
        let (input, ahead) = self.lines.into_input().into_refused();
        let (name, deadline, notices) = (self.name, self.deadline, self.notices);
        let layout = Layout { format: Format::Wav, ..self.layout };
        let (beginning, clock) = (Beginning::Whole, self.times.clock);
        (Stream { input, name, layout, beginning, deadline, notices, clock }, ahead)
    }

    /// Waits for more lines.
    fn read(&mut self) -> Result<Came, Error> {
        self.at = 0;
        self.taken.clear();
        let lines = &mut self.lines;
        let block = match &self.times.clock {
            None => lines.next(self.deadline),
            Some(clock) => lines.next_timed(self.deadline, &**clock).map(|(block, began)| {
                self.times.first = Some(began);
                block
            }),
        };
        let block = block.map_err(|error| unread(&self.name, error))?;
        self.is_over |= block == Block::Deadline;
        let came = match block {
            Block::Lines(_) => Came::Lines,
            Block::TooLong(_) => Came::TooLong,
            Block::Deadline | Block::End => Came::Nothing,
        };
        self.times.others = self.lines.last_read();
        Ok(came)
    }

    /// The line of which only the start was read.
    fn too_long(&mut self) -> Reading<'_> {
        self.number += 1;
        let line = self.lines.given();
        self.at = line.len();
        let raw = Err(NoReading::Line { reason: NotARow::TooLong.into(), line });
        Reading { place: place(self.number), raw }
    }

    /// Passes over the lines of the block that are left out.
    fn skip(&mut self) {
        while self.number < self.skipped && self.next_line().is_some() {}
    }

    /// The next lines of the block.
    fn given(&mut self) -> Given<'_, impl Iterator<Item = Reading<'_>>> {
        match self.table.shape() {
            Shape::Open => self.first().map_or(Given::Nothing, Given::One),
            Shape::Table => match self.scan_columns() {
                0 => Given::Rows(self),
                rows => Given::Text(self.rows_of_text(rows)),
            },
            Shape::Classic => match self.scan() {
                Scanned { lines: 0, .. } => Given::Readings(self.one_by_one()),
                scanned => Given::Text(self.text(scanned)),
            },
        }
    }

    /// Looks at the next line, by which a part of the stream may begin. A row is left where it is.
    fn first(&mut self) -> Option<Reading<'_>> {
        let line = self.next_line()?;
        match self.table.read(&self.lines.given()[line.clone()]) {
            Ok(Line::Other) => None,
            Ok(Line::Row(_)) => {
                self.leave(line);
                None
            }
            Err(reason) => {
                let line = &self.lines.given()[line];
                Some(Reading {
                    place: place(self.number),
                    raw: Err(NoReading::of_line(reason, line)),
                })
            }
        }
    }

    /// Leaves the line that was read last for later.
    fn leave(&mut self, line: Range<usize>) {
        (self.at, self.number, self.is_left) = (line.start, self.number - 1, true);
    }

    /// Goes on to the next line of the block; returns where it is.
    fn next_line(&mut self) -> Option<Range<usize>> {
        let rest = &self.lines.given()[self.at..];
        let (line, behind) = first_line_to_cr_too(rest)?;
        let range = self.at..self.at + line.len();
        self.at += rest.len() - behind.len();
        self.number += 1;
        self.is_left = false;
        Some(range)
    }

    /// Some lines of the classic stream, one by one, each counted when it is taken.
    fn one_by_one(&mut self) -> impl Iterator<Item = Reading<'_>> {
        self.is_left = false;
        let TextStream { lines, table, at, number, single, .. } = self;
        let mut rest = &lines.given()[*at..];
        let most = std::mem::replace(single, (2 * *single).min(MOST_SINGLE));
        let mut is_over = false;
        (0..most).map_while(move |_| {
            if is_over {
                return None;
            }
            let (line, behind) = first_line_to_cr_too(rest)?;
            *at += rest.len() - behind.len();
            *number += 1;
            rest = behind;
            // Another part begins with a header.
            let raw = table.sample(line)?.map_err(|reason| NoReading::of_line(reason, line));
            // What there is to report of a line is reported before the next.
            is_over = raw.is_err() && table.has_notice();
            Some(Reading { place: place(*number), raw })
        })
    }
}

fn place(number: u64) -> Place {
    Place { what: "line", number }
}

impl<I: Input> Source for TextStream<I> {
    fn next(
        &mut self,
        gathered: usize,
    ) -> Result<Given<'_, impl Iterator<Item = Reading<'_>>>, Error> {
        if let Some(why) = self.table.lacking() {
            // What came before is sent.
            return if gathered > 0 { Ok(Given::Nothing) } else { Err(self.lacking(why)) };
        }
        if self.table.has_begun() {
            return Ok(self.table.begun().map_or(Given::Nothing, Given::Columns));
        }
        if self.at == self.lines.given().len() {
            if gathered > 0 {
                return Ok(Given::Nothing);
            }
            match self.read()? {
                Came::Lines => {}
                Came::TooLong if self.number < self.skipped => {
                    self.too_long();
                    return Ok(Given::Nothing);
                }
                Came::TooLong => return Ok(Given::One(self.too_long())),
                Came::Nothing => {
                    if self.lines.ending() == Some(Ending::Clean) {
                        self.table.end_search();
                    }
                    return match (self.table.lacking(), self.table.has_begun()) {
                        (Some(why), _) => Err(self.lacking(why)),
                        (None, true) => Ok(Given::Nothing),
                        (None, false) => Ok(Given::End),
                    };
                }
            }
            self.skip();
        }
        Ok(self.given())
    }

    fn notice(&mut self) -> Option<String> {
        let opening = self.notices.pop_front();
        let opening = opening.or_else(|| self.before_first());
        let line = place(self.number + u64::from(self.is_left));
        let of_header = || Some(format!("{line}: {}", self.table.take_notice()?));
        opening.or_else(of_header).or_else(|| self.cut_off())
    }
}
