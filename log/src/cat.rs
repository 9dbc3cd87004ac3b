//! `--cat`: printing a recording, the old files first, with one header.
//!
//! The same header once more, with which each file of a rotation begins, is passed over; another one is
//! printed, since other columns follow. With a range of times, rows outside of it are left out; a line
//! without a time is in none, and is reported.

use std::io::Write;
use std::path::Path;

use memchr::memchr_iter;
use stage::format::columns::Columns;
use stage::format::row::{Line, NotARow, Rows};
use stage::format::time::Time;
use stage::process::clock::Timer;
use stage::process::exit::Status;
use stage::process::message::{Messages, quoted, quoted_path};
use stage::process::progress::Progress;
use stage::stream::ending::CutOff;
use stage::stream::lines::{Block, Lines};
use stage::stream::output::{Delivery, deliver};
use stage::stream::rejects::Rejects;

use crate::error::Attempt;
use crate::head::{Part, Parts};
use crate::recorded::{RecordedFile, go_on, in_order, left_out};

/// Times from `since`, included, to `until`, excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) since: Option<Time>,
    pub(crate) until: Option<Time>,
}

impl Range {
    fn is_all(self) -> bool {
        self == Range::default()
    }

    fn has(self, time: Time) -> bool {
        self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time < until)
    }
}

/// Prints what was recorded in the file at `path`.
pub(crate) fn run(
    path: &Path,
    range: Range,
    mut output: impl Write,
    timer: &mut impl Timer,
    messages: &mut dyn Messages,
) -> Result<Status, crate::Error> {
    let ordered = in_order(&[path.to_owned()])?;
    left_out::notices(path, &ordered).iter().for_each(|notice| messages.tell(notice));
    let mut printing =
        Printing { range, header: None, text: Vec::new(), rejects: Rejects::default() };
    for path in &ordered {
        if printing.file(path, &mut output, timer, messages)? == Delivery::ReaderGone {
            break;
        }
    }
    printing.rejects.sum_up(messages, "lines");
    Ok(Status::of_rejected(printing.rejects.count()))
}

/// A recording that is being printed.
struct Printing {
    range: Range,
    /// The columns that the last header named.
    header: Option<Columns>,
    /// What is not written yet.
    text: Vec<u8>,
    /// Lines of all files that are not printed, since they have no time.
    rejects: Rejects,
}

impl Printing {
    fn file(
        &mut self,
        path: &Path,
        output: &mut impl Write,
        timer: &mut impl Timer,
        messages: &mut dyn Messages,
    ) -> Result<Delivery, crate::Error> {
        let name = quoted_path(path);
        let mut lines = Lines::in_pieces(RecordedFile::open(path, &Progress::default())?);
        let mut judged = Judged { rows: Rows::recorded(), name: &name, line: 0, is_inside: false };
        loop {
            go_on(timer)?;
            match lines.next(None).map_err(Attempt::Read.failed(path))? {
                Block::Lines(block) | Block::TooLong(block) => {
                    self.block(block, &mut judged, messages);
                }
                Block::Deadline => {}
                Block::End => break,
            }
            if self.write(output)? == Delivery::ReaderGone {
                return Ok(Delivery::ReaderGone);
            }
        }
        // With a range, a line that came in pieces has been rejected as too long already.
        if let Some(cut) = lines.cut_off().filter(|_| !judged.is_inside || self.range.is_all()) {
            self.torn(cut, &judged, messages);
        }
        self.write(output)
    }

    /// Rejects a line without an end.
    fn torn(&mut self, cut: CutOff<'_>, judged: &Judged<'_>, messages: &mut dyn Messages) {
        let what = match judged.is_inside {
            true => {
                // It has been printed in part: what follows must not become its end.
                self.text.push(b'\n');
                format!("{} bytes", cut.bytes)
            }
            false => quoted(cut.start).to_string(),
        };
        let (name, line) = (judged.name, judged.line + 1);
        let why = || format!("{name}: line {line}: torn, without a line feed: {what}");
        self.rejects.add(messages, why);
    }

    fn write(&mut self, output: &mut impl Write) -> Result<Delivery, crate::Error> {
        let delivery = deliver(output, &self.text).1?;
        self.text.clear();
        Ok(delivery)
    }

    /// Takes lines, or a piece of a long one.
    fn block(&mut self, block: &[u8], judged: &mut Judged<'_>, messages: &mut dyn Messages) {
        for part in Parts::of(block, !judged.is_inside) {
            match part {
                Part::Header(line) => self.header(line, judged),
                Part::Rows(rows) if self.range.is_all() => {
                    judged.line += memchr_iter(b'\n', rows).count() as u64;
                    self.text.extend_from_slice(rows);
                }
                Part::Rows(rows) => self.rows(rows, judged, messages),
            }
        }
        judged.is_inside = !block.ends_with(b"\n");
    }

    fn header(&mut self, line: &[u8], judged: &mut Judged<'_>) {
        judged.line += 1;
        // It has been found to be one.
        let _ = judged.rows.read(line);
        let columns = judged.rows.columns().cloned();
        if self.header != columns {
            self.text.extend_from_slice(line);
            self.header = columns;
        }
    }

    fn rows(&mut self, rows: &[u8], judged: &mut Judged<'_>, messages: &mut dyn Messages) {
        for line in rows.split_inclusive(|&byte| byte == b'\n') {
            let number = judged.line + 1;
            judged.line += u64::from(line.ends_with(b"\n"));
            if std::mem::take(&mut judged.is_inside) {
                continue;
            }
            let why = match judged.rows.read(line) {
                Ok(Line::Row { time: Some(time) }) => {
                    if self.range.has(time) {
                        self.text.extend_from_slice(line);
                    }
                    continue;
                }
                Ok(Line::Row { time: None }) => {
                    format!("no time in front: {}", quoted(line.trim_ascii()))
                }
                Ok(Line::Header) => continue,
                Err(NotARow::TooLong) => NotARow::TooLong.to_string(),
                Err(why) => why.of(line),
            };
            let name = judged.name;
            self.rejects.add(messages, || format!("{name}: line {number}: {why}"));
        }
    }
}

/// A file that is being read.
struct Judged<'a> {
    rows: Rows,
    name: &'a str,
    /// Whole lines so far.
    line: u64,
    /// Whether the next bytes are the rest of a line.
    is_inside: bool,
}

#[cfg(test)]
mod tests;
