//! A stream of text, one row a line, read as it comes. (Times in front are skipped.)

use std::collections::VecDeque;
use std::time::Instant;

use stage::format::row::{NotARow, Rows};
use stage::process::message::bytes;
use stage::stream::ending::Ending;
use stage::stream::framing::Unframed;
use stage::stream::input::Input;
use stage::stream::lines::{Block, Lines, each_line_to_cr_too};

use super::stream::{Beginning, Stream, unframed, unread};
use super::{Error, Given, Source};
use crate::reading::{NoReading, Place, Reading};

/// A stream of text.
#[derive(Debug)]
pub(crate) struct TextStream<I> {
    lines: Lines<Unframed<I>>,
    rows: Rows,
    name: String,
    /// What to report first.
    notices: VecDeque<String>,
    /// When to end, and whether that moment has come.
    deadline: Option<Instant>,
    is_over: bool,
    /// Lines so far.
    number: u64,
    /// Whether what was cut off has been reported.
    is_cut_reported: bool,
}

impl<I: Input> TextStream<I> {
    /// The lines of `stream`.
    pub(crate) fn new(stream: Stream<I>) -> TextStream<I> {
        let Stream { input, name, layout, beginning, deadline, notices } = stream;
        let lines = Lines::new(unframed(input, layout)).ended_by_cr_too();
        let lines = match beginning {
            Beginning::Whole => lines,
            Beginning::Anywhere => lines.from_the_next(),
        };
        TextStream {
            lines,
            rows: Rows::new(),
            name,
            notices,
            deadline,
            is_over: false,
            number: 0,
            is_cut_reported: false,
        }
    }

    /// Reports what was dropped before the first line, once that is known.
    fn before_first(&mut self) -> Option<String> {
        let dropped = bytes(self.lines.take_before_first().filter(|count| *count > 0)?);
        let name = &self.name;
        Some(format!(
            "{name} may have been sending before: {dropped} up to the first line end dropped"
        ))
    }

    /// Reports what is left without a line end, once the input has ended.
    fn cut_off(&mut self) -> Option<String> {
        if self.is_over {
            self.lines.end_by(Ending::Deadline);
        }
        let cut = self.lines.cut_off().filter(|_| !self.is_cut_reported)?;
        self.is_cut_reported = true;
        // A line that is too long is already counted. 0 means that no line has begun.
        let number = self.number + u64::from(!cut.start.is_empty());
        Some(match number {
            0 => format!("{} has sent no line end: {cut}", self.name),
            _ => format!("{}: {cut}", line(number)),
        })
    }
}

fn line(number: u64) -> Place {
    Place { what: "line", number }
}

impl<I: Input> Source for TextStream<I> {
    fn next(
        &mut self,
        gathered: usize,
    ) -> Result<Given<'_, impl Iterator<Item = Reading<'_>>>, Error> {
        if gathered > 0 {
            return Ok(Given::Nothing);
        }
        let TextStream { lines, rows, name, deadline, is_over, number, .. } = self;
        let mut next = || {
            *number += 1;
            line(*number)
        };
        Ok(match lines.next(*deadline).map_err(|error| unread(name, error))? {
            Block::Lines(block) => {
                Given::Readings(each_line_to_cr_too(block).filter_map(move |line| {
                    let place = next();
                    let raw = rows.sample(line)?.map_err(|reason| NoReading::Line { reason, line });
                    Some(Reading { place, raw })
                }))
            }
            Block::TooLong(start) => {
                let raw = Err(NoReading::Line { reason: NotARow::TooLong, line: start });
                Given::One(Reading { place: next(), raw })
            }
            Block::Deadline => {
                *is_over = true;
                Given::End
            }
            Block::End => Given::End,
        })
    }

    fn notice(&mut self) -> Option<String> {
        let opening = self.notices.pop_front();
        opening.or_else(|| self.before_first()).or_else(|| self.cut_off())
    }
}
