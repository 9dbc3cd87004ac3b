//! Merging: records with states in, the record of all their samples out.
//!
//! Records that are not the last of their stream and carry no state are passed over, so that
//! the whole output of `stat --state` may be given. Each must be followed by one with a state that
//! may cover it: with at least as many samples and rejected lines, over at least the same range;
//! or else samples would be missing. (One of another stream that happens to be so is not told
//! from it.) The first line that cannot be merged ends it, without a record.

use std::io::{self, Write};

use serde::Deserialize;
use serde_json::value::RawValue;
use stage::decimal::Decimal;
use stage::exit::Status;
use stage::input::Input;
use stage::ledger::Entry;
use stage::lines::{Block, Lines, each_line};
use stage::program::Ended;
use stage::record::{MAX_RECORD, reason};
use thiserror::Error;

use crate::accumulator::Accumulator;
use crate::options::Options;
use crate::state::{Refused, State};
use crate::{print, write};

/// Why records could not be merged.
#[derive(Debug, Error)]
pub enum Error {
    /// The records could not be read.
    #[error("cannot read standard input")]
    Read(#[source] io::Error),
    /// There were none.
    #[error("cannot merge standard input: it has no records")]
    Nothing,
    /// One of them was not right.
    #[error("cannot merge line {line}")]
    Line {
        /// Which line, from 1.
        line: u64,
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
    /// Longer than any record.
    #[error("longer than {MAX_RECORD} bytes")]
    TooLong,
    /// The last record of a stream, but without a state.
    #[error("it carries no state (make it with stat --state)")]
    NoState,
    /// A record that is not the last of its stream, but nothing of the stream comes after it.
    #[error("the last record of its stream, with the state, is missing")]
    CutOff,
    /// What the record says is not what its state says.
    #[error("the state is damaged: it has another number of samples than its record")]
    OtherN,
    /// The count of rejected lines would overflow.
    #[error("there would be more than 2^64 rejected lines")]
    TooManyRejected,
    /// The state.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// Merges the records of `input`, and writes the record of all their samples.
pub fn run(options: &Options, input: impl Input, mut output: impl Write) -> Ended<crate::Error> {
    let mut entry = Entry::Stat { counted: 0, rejected: 0, reader_gone: false };
    let run = || {
        let (mut accumulator, rejected) = Merge::new(options.more).read(input)?;
        let mut record = accumulator.record(&options.wanted(), None);
        record.rejected = rejected;
        record.is_final = true;
        if options.state {
            record.state = Some(State::new(accumulator.parts(), rejected).print()?);
        }
        let mut line = Vec::new();
        print(&record, &mut line)?;
        let reader_gone = write(&mut output, &line)?;
        entry = Entry::Stat { counted: accumulator.count(), rejected, reader_gone };
        Ok(Status::Done)
    };
    let result = run();
    Ended { entry, result }
}

/// What merging looks at in a record.
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
struct Open {
    line: u64,
    n: u64,
    rejected: u64,
    min: Option<Decimal>,
    max: Option<Decimal>,
}

impl Open {
    /// Whether `later` may be of the same stream.
    fn may_be_covered_by(&self, later: &Stated) -> bool {
        // Without samples so far there is nothing that the range has to cover; without any in
        // `later`, `n` tells.
        let min = self.min.is_none() || later.min <= self.min;
        self.n <= later.n && self.rejected <= later.rejected && min && self.max <= later.max
    }
}

/// What was merged so far.
#[derive(Debug)]
pub struct Merge {
    accumulator: Accumulator,
    rejected: u64,
    lines: u64,
    /// The newest record whose state is still to come.
    open: Option<Open>,
}

impl Merge {
    /// Nothing merged yet; `more` if the figures of `--more` are wanted.
    pub fn new(more: bool) -> Merge {
        Merge { accumulator: Accumulator::new(more), rejected: 0, lines: 0, open: None }
    }

    /// Merges all records of `input`; gives all their samples, and the number of lines that were
    /// not one.
    pub fn read(mut self, input: impl Input) -> Result<(Accumulator, u64), Error> {
        let mut lines = Lines::of_up_to(MAX_RECORD, input);
        loop {
            match lines.next(None).map_err(Error::Read)? {
                Block::Lines(block) => each_line(block).try_for_each(|line| self.take(line))?,
                Block::TooLong(start) => self.take(start)?,
                Block::Deadline => {}
                Block::End => break,
            }
        }
        match self.open {
            Some(Open { line, .. }) => Err(Error::Line { line, source: Unmerged::CutOff }),
            // Even a stream without samples has a record: something went wrong before.
            None if self.lines == 0 => Err(Error::Nothing),
            None => Ok((self.accumulator, self.rejected)),
        }
    }

    fn take(&mut self, text: &[u8]) -> Result<(), Error> {
        self.lines += 1;
        let line = self.lines;
        self.merge(text).map_err(|source| match (&source, &self.open) {
            // It is the earlier line that lacks something.
            (Unmerged::CutOff, Some(open)) => Error::Line { line: open.line, source },
            _ => Error::Line { line, source },
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
        if self.open.as_ref().is_some_and(|open| !open.may_be_covered_by(&record)) {
            return Err(Unmerged::CutOff);
        }
        let Some(state) = record.state else {
            if record.is_final {
                return Err(Unmerged::NoState);
            }
            let Stated { n, rejected, min, max, .. } = record;
            self.open = Some(Open { line: self.lines, n, rejected, min, max });
            return Ok(());
        };
        let state = State::parse(state)?;
        if state.n() != record.n {
            return Err(Unmerged::OtherN);
        }
        let rejected = self.rejected.checked_add(state.rejected());
        self.rejected = rejected.ok_or(Unmerged::TooManyRejected)?;
        self.accumulator.absorb(state.into_parts()).map_err(Refused::from)?;
        self.open = None;
        Ok(())
    }
}
