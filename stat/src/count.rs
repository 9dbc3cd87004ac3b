//! Counting a stream: samples in, records out. (`taking` takes the lines of a block,
//! and `joining` the pieces of a file that several threads count.)

mod joining;
mod taking;

use std::io::Write;
use std::time::{Instant, SystemTime};

use stage::format::record::Window;
use stage::format::single::{NotARow, Rows};
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
use stage::stream::output::{Delivery, deliver};
use stage::stream::rejects::Rejects;
use stage::stream::size::BLOCK;

use crate::accumulator::Accumulator;
use crate::course::Course;
use crate::files::{Inputs, NamedInput, Position};
use crate::pieces::crew::Crew;
use crate::plan::Plan;
use crate::schedule::Schedule;
use crate::sequence::RunPlace;
use crate::state::State;
use crate::state::origin::Origin;
use crate::taking::TakeLines;
use crate::windows::EarlierWindows;
use crate::{Error, print};

/// Counts `inputs`, one after another, until the last one ends or the reader of `output` goes away.
pub(crate) fn run<I: Input>(
    plan: Plan,
    around: Surroundings<'_, impl Inputs<I>, impl Write, impl Clock>,
) -> Ended<Error> {
    let Surroundings { input: inputs, output, clock, messages, helpers, .. } = around;
    let clock = &clock;
    let mut count = Count {
        output,
        records: Vec::new(),
        accumulator: plan.accumulator(plan.first.unwrap_or(1)),
        schedule: plan.schedule.clone(),
        plan,
        earlier: EarlierWindows::default(),
        clock,
        now: None,
        began: nanoseconds(clock.start_of_process()),
        rejects: Rejects::default(),
        place: Position::default(),
        rows: Rows::new(),
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
    /// All samples, or those of the current window.
    accumulator: Accumulator,
    schedule: Schedule,
    /// What is kept of earlier windows.
    earlier: EarlierWindows,
    clock: &'a dyn Clock,
    /// When the newest lines arrived.
    now: Option<Instant>,
    /// When counting the samples in the accumulator began, in nanoseconds since 1970.
    began: u64,
    rejects: Rejects,
    place: Position,
    /// Reads the lines of the current input.
    rows: Rows,
    reader_gone: bool,
    messages: &'a mut dyn Messages,
    helpers: Helpers,
    /// The threads that count, once a file is large enough.
    crew: Option<Crew>,
}

impl<W: Write> Count<'_, W> {
    fn read_all<I: Input>(
        &mut self,
        inputs: impl Iterator<Item = Result<NamedInput<I>, Error>>,
    ) -> Result<(), Error> {
        for input in inputs {
            let NamedInput { name, input } = input?;
            self.place = Position { file: name, line: 0 };
            self.rows = Rows::new();
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
                break;
            }
        }
        self.finish()
    }

    fn read(&mut self, lines: &mut Lines<impl Input>) -> Result<(), Error> {
        let mut may_be_joined = self.may_join();
        while !self.reader_gone {
            let next = lines.next(self.schedule.deadline());
            match next.map_err(|error| self.place.cannot_read(error))? {
                Block::Lines(block) => {
                    self.now = Some(self.clock.now());
                    self.take_block(block)?;
                }
                Block::TooLong(start) => self.reject(NotARow::TooLong, start)?,
                Block::Deadline => {}
                Block::End => return Ok(()),
            }
            if self.schedule.is_due(self.clock.now()) {
                self.record(false)?;
            }
            self.flush()?;
            if may_be_joined && self.rows.are_classic() {
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

    /// Writes the last record, unless it is that of an empty window, which would hide the record
    /// before it and add nothing.
    fn finish(&mut self) -> Result<(), Error> {
        let is_empty = self.plan.has_windows && self.accumulator.count() == 0;
        let has_others = self.earlier.samples > 0;
        let has_news = self.rejected_since() > 0 || self.plan.course.is_some();
        self.gather();
        if is_empty && has_others && !has_news { Ok(()) } else { self.record(true) }
    }

    /// Lines rejected in this window.
    fn rejected_since(&self) -> u64 {
        self.rejects.count() - self.earlier.rejected
    }

    /// Reports what was left without a line end, which is not a sample.
    fn report_cut_off(&mut self, lines: &Lines<impl Input>) {
        if let Some(cut) = lines.cut_off() {
            // A line that is too long already has its number.
            self.place.line += u64::from(!cut.start.is_empty());
            self.messages.tell(&format!("{}: {cut}", self.place));
        }
    }

    fn reject(&mut self, reason: NotARow, line: &[u8]) -> Result<(), Error> {
        self.place.line += 1;
        let place = &self.place;
        if self.plan.is_strict {
            return Err(Error::Strict { place: place.to_string(), reason: reason.of(line) });
        }
        self.schedule.rejected();
        self.rejects.add(self.messages, || format!("{place}: {}", reason.of(line)));
        Ok(())
    }

    /// The number, in the stream, of the first sample in the accumulator.
    fn first(&self) -> u64 {
        self.plan.first.unwrap_or(1).saturating_add(self.earlier.samples)
    }

    /// Where the samples lie in the stream. (If that is a time, its end is only known later.)
    fn run_place(&self) -> RunPlace {
        match self.plan.first {
            Some(_) => RunPlace::Number(self.first()),
            None => RunPlace::Time { began: self.began, ended: self.began },
        }
    }

    fn record(&mut self, is_final: bool) -> Result<(), Error> {
        let mut record = self.accumulator.record(&self.plan.wanted, self.earlier.span.as_ref());
        record.labels = self.plan.labels.clone();
        record.rejected = self.rejects.count();
        record.is_final = is_final;
        if is_final {
            record.course = self.course().map(|course| course.to_record());
        }
        if self.plan.has_windows {
            record.window = Some(self.window());
        }
        if self.plan.keeps_state && (is_final || self.plan.has_windows) {
            record.state = Some(self.state().print()?);
        }
        print(&record, &mut self.records)?;
        if self.plan.has_windows {
            self.begin_window();
        }
        if self.records.len() >= BLOCK { self.flush() } else { Ok(()) }
    }

    fn window(&self) -> Window {
        match self.accumulator.count() {
            0 => Window { from: None, to: None },
            n => Window { from: Some(self.first()), to: Some(self.first().saturating_add(n - 1)) },
        }
    }

    fn state(&mut self) -> State {
        // Later than the previous window, so that windows have an order.
        let now = nanoseconds(self.clock.time_of_day()).max(self.began);
        self.accumulator.counted_until(now);
        self.began = now.saturating_add(1);
        let (labels, rejected) = (self.plan.labels.clone(), self.rejected_since());
        let origin = Origin { labels, rejected, ..Origin::default() };
        State::new(self.accumulator.parts(), &origin)
    }

    /// The course of the whole stream so far.
    fn course(&mut self) -> Option<Course> {
        let own = self.accumulator.course()?;
        Some(self.earlier.course_with(own))
    }

    fn begin_window(&mut self) {
        let span = self.plan.wanted.histogram.and_then(|_| self.accumulator.span());
        self.earlier.add(self.accumulator.count(), span, self.accumulator.course());
        self.earlier.rejected = self.rejects.count();
        self.accumulator.clear();
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.reader_gone |= deliver(&mut self.output, &self.records).1? == Delivery::ReaderGone;
        self.records.clear();
        Ok(())
    }

    fn close(self, result: Result<(), Error>) -> Ended<Error> {
        self.rejects.sum_up(self.messages, "lines");
        let rejected = self.rejects.count();
        let counted = self.earlier.samples + self.accumulator.count();
        let entry = Entry::Stat { counted, rejected, reader_gone: self.reader_gone };
        Ended { entry, result: result.map(|()| Status::of_rejected(rejected)) }
    }
}

/// Nanoseconds since 1970, at most 2^64, which last until 2554.
fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX - 1)
}

#[cfg(test)]
mod tests;
