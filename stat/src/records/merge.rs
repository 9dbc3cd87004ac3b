//! Merging: records with states in, the record of all their samples out, for each channel.
//!
//! A record without a state is skipped unless it is the last of its stream, so that the whole output
//! of `stat --state` may be given. It must be followed by a record with a state that may cover it,
//! with at least as many samples and rejected lines, over at least the same range; otherwise samples
//! would be missing. (A record of another stream that happens to fulfil this is not recognized as
//! such.) The first line that cannot be merged ends the merge, without a record.

mod absent;
mod pending;
mod unknown;

use std::io::Write;

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use stage::format::record::{MAX_RECORD, Record, reason};
use stage::process::exit::Status;
use stage::process::ledger::Entry;
use stage::process::program::Ended;
use stage::process::surroundings::Surroundings;
use stage::stream::ending::Ending;
use stage::stream::input::Input;
use stage::stream::lines::{Block, Lines, each_line};
use stage::stream::output::{Delivery, deliver};
use thiserror::Error;

use self::absent::Spans;
use self::pending::{PendingRecords, Stated};
use super::print;
use super::state::origin::{Origin, is_number};
use super::state::{Refused, State};
use crate::accumulator::Accumulator;
use crate::exact::course::Course;
use crate::input::files::{Inputs, NamedInput, Position};
use crate::plan::Plan;
use crate::plan::selection::MAX_CHANNELS;
use crate::ranks::distribution::capacity::Capacity;

/// Why records could not be merged.
#[derive(Debug, Error)]
pub enum Error {
    /// There were no records.
    #[error("cannot merge {0}: it has no records")]
    Nothing(String),
    /// A stop was requested before all was merged.
    #[error("cannot merge {0}: stopped before its end")]
    Stopped(String),
    /// One of them was not right.
    #[error("cannot merge {place}")]
    Line {
        /// Which line.
        place: String,
        /// Why.
        source: Unmerged,
    },
}

/// Why a line cannot be merged.
#[derive(Debug, Error)]
pub enum Unmerged {
    /// Not of the form of a record.
    #[error("not a record: {0}")]
    NotARecord(String),
    /// Cut off before its end.
    #[error("{0}")]
    Torn(String),
    /// Longer than any record.
    #[error("longer than {MAX_RECORD} bytes")]
    TooLong,
    /// The last record of a stream, but without a state.
    #[error("it carries no state (make it with stat --state)")]
    NoState,
    /// A record that is not the last of its stream, but none of the stream follows.
    #[error("the last record of its stream, with the state, is missing")]
    CutOff,
    /// The record and its state differ in the number of samples.
    #[error("the state is damaged: it has another number of samples than its record")]
    OtherN,
    /// The record and its state differ in their channel.
    #[error("the state is damaged: it is of another channel than its record")]
    OtherChannel,
    /// Channels that have numbers, and others that have names.
    #[error("it has channels with {0}, those before have {1} (stat --names gives them names)")]
    Numbered(&'static str, &'static str),
    /// Too many channels.
    #[error("there would be more than {MAX_CHANNELS} channels")]
    TooManyChannels,
    /// The state is refused.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// Merges the records of `inputs`, and writes the record of all their samples.
pub(crate) fn run<I: Input, C>(
    plan: &Plan,
    around: Surroundings<'_, impl Inputs<I>, impl Write, C>,
) -> Ended<crate::Error> {
    let Surroundings { input: inputs, mut output, messages, .. } = around;
    let mut entry = Entry::Stat { counted: 0, rejected: 0, reader_gone: false };
    let run = || {
        let mut channels = Merge::new(plan).read(inputs)?;
        if let Some(message) = unknown::order(plan, &channels) {
            messages.tell(&message);
        }
        let mut lines = Vec::new();
        let rows = Spans::of(channels.iter().flat_map(|it| it.accumulator.runs()));
        for channel in &mut channels {
            print(&channel.record(plan, &rows)?, &mut lines)?;
        }
        if let Some(message) = unknown::courses(plan, &channels) {
            messages.tell(&message);
        }
        let reader_gone = deliver(&mut output, &lines).1? == Delivery::ReaderGone;
        let counted = channels.iter().map(Merged::rows).max().unwrap_or(0);
        let rejected = channels.iter().map(|it| it.origin.rejected).max().unwrap_or(0);
        entry = Entry::Stat { counted, rejected, reader_gone };
        Ok(Status::Done)
    };
    let result = run();
    Ended { entry, result }
}

/// What has been merged of one channel.
#[derive(Debug)]
pub(crate) struct Merged {
    accumulator: Accumulator,
    origin: Origin,
}

impl Merged {
    /// How many rows it is of, at least.
    fn rows(&self) -> u64 {
        self.accumulator.count().saturating_add(self.origin.missing.unwrap_or(0))
    }

    /// Its record, where all channels together have these rows.
    fn record(&mut self, plan: &Plan, rows: &Spans) -> Result<Record, crate::Error> {
        let Merged { accumulator, origin } = self;
        origin.labels.extend(plan.labels.clone());
        let parts = plan.keeps_state.then(|| accumulator.parts());
        // Not in the state: what it lacks here may be merged with it later.
        accumulator.lack(rows.without(accumulator.runs()));
        let mut record = accumulator.record(&plan.wanted, None);
        record.channel = origin.channel.clone();
        record.labels = origin.labels.clone();
        record.missing = origin.missing;
        record.rejected = origin.rejected;
        record.times = origin.extent.to_record();
        record.is_final = true;
        record.course = accumulator.course().map(Course::to_record);
        if let Some(parts) = parts {
            record.state = Some(State::new(parts, origin).print()?);
        }
        Ok(record)
    }
}

/// What has been merged so far.
#[derive(Debug)]
pub(crate) struct Merge<'a> {
    plan: &'a Plan,
    /// By name or number, in the order in which they first came.
    channels: IndexMap<Option<String>, Merged, RandomState>,
    place: Position,
    pending: PendingRecords,
}

impl Merge<'_> {
    /// Nothing merged yet, for the figures that are wanted.
    pub(crate) fn new(plan: &Plan) -> Merge<'_> {
        let (channels, pending) = (IndexMap::default(), PendingRecords::default());
        Merge { plan, channels, place: Position::default(), pending }
    }

    /// Merges all records of `inputs`; returns what is known of each channel.
    pub(crate) fn read<I: Input>(
        mut self,
        inputs: impl Inputs<I>,
    ) -> Result<Vec<Merged>, crate::Error> {
        for input in inputs {
            let NamedInput { name, input } = input?;
            self.place = Position { file: name, line: 0 };
            self.read_one(input)?;
            if let Some(place) = self.pending.first() {
                return Err(at(place, Unmerged::CutOff).into());
            }
            // Even a stream without samples has a record, so something has gone wrong earlier.
            if self.place.line == 0 {
                return Err(Error::Nothing(self.place.input()).into());
            }
        }
        self.share_what_has_no_channel();
        Ok(self.channels.into_values().collect())
    }

    fn read_one(&mut self, input: impl Input) -> Result<(), crate::Error> {
        let mut lines = Lines::of_up_to(MAX_RECORD, input);
        loop {
            match lines.next(None).map_err(|error| self.place.cannot_read(error))? {
                Block::Lines(block) => each_line(block).try_for_each(|line| self.take(line))?,
                Block::TooLong(start) => self.take(start)?,
                Block::Deadline => {}
                Block::End => break,
            }
        }
        match lines.cut_off() {
            Some(cut) => {
                self.place.line += 1;
                Err(at(&self.place, Unmerged::Torn(cut.to_string())).into())
            }
            None if lines.ending() == Some(Ending::Stopped) => {
                Err(Error::Stopped(self.place.input()).into())
            }
            None => Ok(()),
        }
    }

    fn take(&mut self, text: &[u8]) -> Result<(), Error> {
        self.place.line += 1;
        let record = stated(text).map_err(|source| at(&self.place, source))?;
        let noted = self.pending.note(&record, &self.place);
        // What is missing belongs to the earlier line.
        noted.map_err(|place| at(&place, Unmerged::CutOff))?;
        self.merge(&record).map_err(|source| at(&self.place, source))
    }

    fn merge(&mut self, record: &Stated) -> Result<(), Unmerged> {
        let Some(state) = record.state else {
            return if record.is_final { Err(Unmerged::NoState) } else { Ok(()) };
        };
        let state = State::parse(state)?;
        if state.n() != record.n {
            return Err(Unmerged::OtherN);
        }
        if state.channel() != record.channel.as_deref() {
            return Err(Unmerged::OtherChannel);
        }
        self.absorb(state)
    }

    fn absorb(&mut self, state: State) -> Result<(), Unmerged> {
        let origin = state.origin();
        if let Some(merged) = self.channels.get_mut(&origin.channel) {
            let own = std::mem::take(&mut merged.origin);
            merged.origin = own.joined(origin).map_err(Refused::from)?;
            return Ok(merged.accumulator.absorb(state.into_parts()).map_err(Refused::from)?);
        }
        self.check_new(origin.channel.as_deref())?;
        let capacity = Capacity::of_each(self.channels.len() + 1);
        self.channels.values_mut().for_each(|it| it.accumulator.hold(capacity));
        let mut accumulator = self.plan.accumulator(1);
        accumulator.hold(capacity);
        accumulator.absorb(state.into_parts()).map_err(Refused::from)?;
        self.channels.insert(origin.channel.clone(), Merged { accumulator, origin });
        Ok(())
    }

    /// Whether there may be another channel of this name or number.
    fn check_new(&self, channel: Option<&str>) -> Result<(), Unmerged> {
        if self.channels.len() == MAX_CHANNELS {
            return Err(Unmerged::TooManyChannels);
        }
        let mut others = self.channels.keys().flatten().map(|label| is_number(label));
        match (channel.map(is_number), others.next()) {
            (Some(true), Some(false)) => Err(Unmerged::Numbered("numbers", "names")),
            (Some(false), Some(true)) => Err(Unmerged::Numbered("names", "numbers")),
            _ => Ok(()),
        }
    }

    /// What was rejected in a part without any row or header counts for every channel, as it would have
    /// in the whole stream.
    fn share_what_has_no_channel(&mut self) {
        let is_empty = |it: &Merged| it.accumulator.count() == 0 && it.origin.missing.is_none();
        if self.channels.len() > 1 && self.channels.get(&None).is_some_and(is_empty) {
            let removed = self.channels.shift_remove(&None);
            let rejected = removed.map_or(0, |it| it.origin.rejected);
            let others = self.channels.values_mut();
            others.for_each(|it| it.origin.rejected = it.origin.rejected.saturating_add(rejected));
        }
    }
}

/// Reads what is needed of a record.
fn stated(text: &[u8]) -> Result<Stated<'_>, Unmerged> {
    if text.len() > MAX_RECORD {
        return Err(Unmerged::TooLong);
    }
    if text.trim_ascii().is_empty() {
        return Err(Unmerged::NotARecord("empty".to_owned()));
    }
    serde_json::from_slice(text).map_err(|error| Unmerged::NotARecord(reason(&error)))
}

fn at(place: &Position, source: Unmerged) -> Error {
    Error::Line { place: place.to_string(), source }
}
