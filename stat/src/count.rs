//! Counting a stream: samples in, records out.
//!
//! | module | owns |
//! |---|---|
//! | `taking` | taking the lines of the stream: short numbers many at a time, the others one by one |
//! | [`columns`] | rows of several columns, or with times, many at a time |
//! | [`pieces`] | counting a regular file in several threads, piece by piece |
//! | `joining` | taking these pieces in their order |
//! | `rejection` | why a line, or a field of a row, is not counted |
//! | [`channels`] | the channels of the stream, and which column is whose ([`channels::channel`]: one of them) |
//! | `by_time` | closing windows by the stream's own time |
//! | `recording` | making the records |
//! | `delivery` | writing the records, or putting them off |

mod by_time;
mod channels;
mod columns;
mod delivery;
mod joining;
mod pieces;
mod recording;
mod rejection;
mod taking;

use std::time::{Instant, SystemTime};

use stage::format::decimal::ParseError;
use stage::format::row::{NotARow, Rows};
use stage::process::clock::Clock;
use stage::process::exit::Status;
use stage::process::helpers::Helpers;
use stage::process::ledger::Entry;
use stage::process::message::Messages;
use stage::process::program::Ended;
use stage::process::surroundings::Surroundings;
use stage::stream::ending::Ending;
use stage::stream::framing::Unframed;
use stage::stream::input::Input;
use stage::stream::lines::{Block, Lines};
use stage::stream::output::Output;
use stage::stream::rejects::Rejects;

use self::channels::Channels;
use self::columns::Columns;
use self::pieces::crew::Crew;
use self::rejection::{Rejection, csv_delimiter};
use crate::Error;
use crate::input::files::{Inputs, NamedInput, Position};
use crate::input::taking::TakeLines;
use crate::plan::Plan;
use crate::time::open_windows::OpenWindows;
use crate::time::schedule::Schedule;

/// Counts `inputs`, one after another, until the last one ends or the reader of `output` goes away.
pub(crate) fn run<I: Input>(
    plan: Plan,
    around: Surroundings<'_, impl Inputs<I>, impl Output, impl Clock>,
) -> Ended<Error> {
    let Surroundings { input: inputs, output, clock, messages, helpers, .. } = around;
    let clock = &clock;
    let mut count = Count {
        output,
        records: Vec::new(),
        look_again: None,
        channels: Channels::new(&plan),
        columns: Columns::default(),
        schedule: plan.schedule.clone(),
        windows: plan.windows.clone(),
        rows: plan.rows.clone(),
        plan,
        clock,
        now: None,
        began: nanoseconds(clock.start_of_process()),
        counted: 0,
        counted_before: 0,
        rejects: Rejects::default(),
        rejected_fields: 0,
        place: Position::default(),
        part: 0,
        is_single: false,
        is_timed: false,
        is_live: false,
        has_more: false,
        reader_gone: false,
        messages,
        helpers,
        crew: None,
    };
    let counted = count.read_all(inputs);
    // Even after a failure: these records were already due.
    let flushed = count.flush();
    count.close(counted.and(flushed))
}

struct Count<'a, W> {
    plan: Plan,
    output: W,
    /// Records not written yet.
    records: Vec<u8>,
    /// When to look again whether the output takes records that were put off.
    look_again: Option<Instant>,
    channels: Channels,
    /// Takes the rows of the current part many at a time, if they are not classic.
    columns: Columns,
    schedule: Schedule,
    /// The windows of rows that have times, if windows are a time long.
    windows: Option<OpenWindows>,
    clock: &'a dyn Clock,
    /// When the newest lines arrived.
    now: Option<Instant>,
    /// When counting the samples of the current window began, in nanoseconds since 1970.
    began: u64,
    /// Rows counted, and those of earlier windows among them.
    counted: u64,
    counted_before: u64,
    /// Lines and fields that were rejected.
    rejects: Rejects,
    /// Those among them that are fields of rows that were counted.
    rejected_fields: u64,
    place: Position,
    /// Reads the lines.
    rows: Rows,
    /// The part of the stream whose columns the channels have.
    part: u64,
    /// Whether each line is a sample of the same channel.
    is_single: bool,
    /// Whether its rows are counted in windows by their own time.
    is_timed: bool,
    /// Whether the input may fall silent: it is not a regular file.
    is_live: bool,
    /// Whether another input follows.
    has_more: bool,
    reader_gone: bool,
    messages: &'a mut dyn Messages,
    helpers: Helpers,
    /// The threads that count, once a file is large enough, and the index of the channel that they count.
    crew: Option<(usize, Crew)>,
}

impl<W: Output> Count<'_, W> {
    fn read_all<I: Input>(&mut self, mut inputs: impl Inputs<I>) -> Result<(), Error> {
        if let Some(names) = &self.plan.names {
            self.channels.begin(names, &self.plan, false)?;
        }
        while let Some(input) = inputs.next() {
            let NamedInput { name, input } = input?;
            self.has_more = inputs.len() > 0;
            self.place = Position { file: name, line: 0 };
            self.rows.begin_stream();
            self.is_single = false;
            let mut lines = Lines::new(Unframed::new(input, true, "stat"));
            let read = self.read(&mut lines);
            self.report_cut_off(&lines);
            if lines.ending() == Some(Ending::HungUp) {
                // What came before the hang-up was measured all the same.
                self.finish()?;
            }
            read?;
            if self.reader_gone {
                return Ok(());
            }
            if lines.ending() == Some(Ending::Stopped) {
                self.report_stop();
                return self.finish();
            }
        }
        self.channels.check_found()?;
        self.finish()
    }

    fn read(&mut self, lines: &mut Lines<impl Input>) -> Result<(), Error> {
        let mut may_be_joined = self.may_join();
        self.is_live = lines.input().file().is_none();
        while !self.reader_gone {
            let next = lines.next(self.deadline());
            match next.map_err(|error| self.place.cannot_read(error))? {
                Block::Lines(block) => {
                    self.now = Some(self.clock.now());
                    let (newest, came) = (self.newest(), self.clock.time_of_day());
                    self.take_block(block)?;
                    self.came(came, newest);
                }
                Block::TooLong(start) => {
                    self.reject(Rejection::NotARow(NotARow::TooLong), start)?;
                }
                Block::Deadline => {}
                Block::End => return Ok(()),
            }
            self.record_if_due()?;
            self.deliver()?;
            if may_be_joined && self.is_single {
                may_be_joined = false;
                self.count_pieces(lines)?;
            }
        }
        Ok(())
    }

    /// Reports that a file was not read to its end, since the record does not show that.
    fn report_stop(&mut self) {
        if let Position { file: Some(file), line } = &self.place {
            self.messages
                .tell(&format!("{file}: stopped after line {line}: the rest is not counted"));
        }
    }

    /// Reports what was left without a line end, which is not a sample.
    fn report_cut_off(&mut self, lines: &Lines<impl Input>) {
        if let Some(cut) = lines.cut_off() {
            // A line that is too long already has its number.
            let line = self.place.line + u64::from(!cut.start.is_empty());
            self.messages.tell(&format!("{}: {cut}", self.place.at(line)));
        }
    }

    /// Rejects a line.
    fn reject(&mut self, reason: Rejection, line: &[u8]) -> Result<(), Error> {
        self.place.line += 1;
        let place = &self.place;
        if self.plan.is_strict {
            return Err(Error::Strict { place: place.to_string(), reason: reason.of(line) });
        }
        self.schedule.rejected();
        self.channels.reject(1);
        self.rejects.add(self.messages, || format!("{place}: {}", reason.of(line)));
        if place.line == 1
            && let Some(delimiter) = csv_delimiter(line)
        {
            self.messages.tell(&format!(
                "{place}: this may be a header whose fields {delimiter:?} separates: conv --columns reads \
                 such text"
            ));
        }
        Ok(())
    }

    /// Rejects a field of the row that was read from `line`.
    fn reject_field(&mut self, field: usize, why: ParseError, line: &[u8]) -> Result<(), Error> {
        let (place, rows) = (&self.place, &self.rows);
        if self.plan.is_strict {
            let reason = rows.reason(field, why, line);
            return Err(Error::Strict { place: place.to_string(), reason });
        }
        self.schedule.rejected();
        self.rejected_fields += 1;
        self.rejects.add(self.messages, || format!("{place}: {}", rows.reason(field, why, line)));
        Ok(())
    }

    fn close(self, result: Result<(), Error>) -> Ended<Error> {
        let (all, fields) = (self.rejects.count(), self.rejected_fields);
        let what = if fields == 0 { "lines" } else { "lines and fields" };
        self.rejects.sum_up(self.messages, what);
        let (counted, rejected) = (self.counted, all - fields);
        let entry = Entry::Stat { counted, rejected, reader_gone: self.reader_gone };
        Ended { entry, result: result.map(|()| Status::of_rejected(all)) }
    }
}

/// Nanoseconds since 1970, at most 2^64, which last until 2554.
fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX - 1)
}

#[cfg(test)]
mod tests;
