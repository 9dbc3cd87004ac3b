//! Merging: records with states in, the record of all their samples out.
//!
//! A record without a state is skipped unless it is the last of its stream, so that the whole output
//! of `stat --state` may be given. It must be followed by a record with a state that may cover it,
//! with at least as many samples and rejected lines, over at least the same range; otherwise samples
//! would be missing. (A record of another stream that happens to fulfil this is not recognized as
//! such.) The first line that cannot be merged ends the merge, without a record.

use std::io::Write;

use serde::Deserialize;
use serde_json::value::RawValue;
use stage::format::decimal::Decimal;
use stage::format::record::{MAX_RECORD, reason};
use stage::process::exit::Status;
use stage::process::ledger::Entry;
use stage::process::program::Ended;
use stage::process::surroundings::Surroundings;
use stage::stream::ending::Ending;
use stage::stream::input::Input;
use stage::stream::lines::{Block, Lines, each_line};
use stage::stream::output::{Delivery, deliver};
use thiserror::Error;

use crate::accumulator::Accumulator;
use crate::course::Course;
use crate::files::{Inputs, NamedInput, Position};
use crate::plan::Plan;
use crate::print;
use crate::state::origin::Origin;
use crate::state::{Refused, State};

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
        let (mut accumulator, mut origin) = Merge::new(plan).read(inputs)?;
        origin.labels.extend(plan.labels.clone());
        if !accumulator.is_in_order() {
            messages.tell(&unknown(plan));
        }
        let mut record = accumulator.record(&plan.wanted, None);
        record.labels = origin.labels.clone();
        record.rejected = origin.rejected;
        record.is_final = true;
        record.course = accumulator.course().map(Course::to_record);
        if plan.keeps_state {
            record.state = Some(State::new(accumulator.parts(), &origin).print()?);
        }
        let mut line = Vec::new();
        print(&record, &mut line)?;
        let reader_gone = deliver(&mut output, &line).1? == Delivery::ReaderGone;
        let (counted, rejected) = (accumulator.count(), origin.rejected);
        entry = Entry::Stat { counted, rejected, reader_gone };
        Ok(Status::Done)
    };
    let result = run();
    Ended { entry, result }
}

/// The message about parts whose order is not known.
fn unknown(plan: &Plan) -> String {
    let what = if plan.wanted.more { "last and autocorrelation are" } else { "last is" };
    format!(
        "{what} unknown: some parts overlap in time, or do not say when they began, so their order is \
         not known (number them with stat --first)"
    )
}

/// What merging needs of a record.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Stated<'a> {
    n: u64,
    rejected: u64,
    min: Option<Decimal>,
    max: Option<Decimal>,
    #[serde(default, rename = "final")]
    is_final: bool,
    #[serde(borrow)]
    state: Option<&'a RawValue>,
}

/// A record whose state is still to come.
#[derive(Debug)]
struct Pending {
    place: Position,
    n: u64,
    rejected: u64,
    min: Option<Decimal>,
    max: Option<Decimal>,
}

impl Pending {
    /// Whether `later` may be of the same stream, and cover this record.
    fn may_be_covered_by(&self, later: &Stated) -> bool {
        // Without samples here there is no range to cover; without any in `later`, `n` decides.
        let min = self.min.is_none() || later.min <= self.min;
        self.n <= later.n && self.rejected <= later.rejected && min && self.max <= later.max
    }
}

/// What has been merged so far.
#[derive(Debug)]
pub(crate) struct Merge {
    accumulator: Accumulator,
    /// The origin of all that was merged; `None` before the first.
    origin: Option<Origin>,
    place: Position,
    /// The newest record whose state is still to come.
    pending: Option<Pending>,
}

impl Merge {
    /// Nothing merged yet, for the figures that are wanted.
    pub(crate) fn new(plan: &Plan) -> Merge {
        Merge {
            accumulator: plan.accumulator(1),
            origin: None,
            place: Position::default(),
            pending: None,
        }
    }

    /// Merges all records of `inputs`; returns all their samples, and where they come from.
    pub(crate) fn read<I: Input>(
        mut self,
        inputs: impl Inputs<I>,
    ) -> Result<(Accumulator, Origin), crate::Error> {
        for input in inputs {
            let NamedInput { name, input } = input?;
            self.place = Position { file: name, line: 0 };
            self.read_one(input)?;
            if let Some(Pending { place, .. }) = self.pending {
                return Err(at(&place, Unmerged::CutOff).into());
            }
            // Even a stream without samples has a record, so something has gone wrong earlier.
            if self.place.line == 0 {
                return Err(Error::Nothing(self.place.input()).into());
            }
        }
        Ok((self.accumulator, self.origin.unwrap_or_default()))
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
        self.merge(text).map_err(|source| match (&source, &self.pending) {
            // What is missing belongs to the earlier line.
            (Unmerged::CutOff, Some(pending)) => at(&pending.place, source),
            _ => at(&self.place, source),
        })
    }

    fn merge(&mut self, text: &[u8]) -> Result<(), Unmerged> {
        if text.len() > MAX_RECORD {
            return Err(Unmerged::TooLong);
        }
        if text.trim_ascii().is_empty() {
            return Err(Unmerged::NotARecord("empty".to_owned()));
        }
        let record: Stated =
            serde_json::from_slice(text).map_err(|error| Unmerged::NotARecord(reason(&error)))?;
        if self.pending.as_ref().is_some_and(|pending| !pending.may_be_covered_by(&record)) {
            return Err(Unmerged::CutOff);
        }
        let Some(state) = record.state else {
            if record.is_final {
                return Err(Unmerged::NoState);
            }
            let Stated { n, rejected, min, max, .. } = record;
            self.pending = Some(Pending { place: self.place.clone(), n, rejected, min, max });
            return Ok(());
        };
        let state = State::parse(state)?;
        if state.n() != record.n {
            return Err(Unmerged::OtherN);
        }
        let origin = state.origin();
        self.origin = Some(match self.origin.take() {
            Some(own) => own.joined(origin).map_err(Refused::from)?,
            None => origin,
        });
        self.accumulator.absorb(state.into_parts()).map_err(Refused::from)?;
        self.pending = None;
        Ok(())
    }
}

fn at(place: &Position, source: Unmerged) -> Error {
    Error::Line { place: place.to_string(), source }
}
