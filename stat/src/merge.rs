//! Merging: records with states in, the record of all their samples out.
//!
//! Records that are not the last of their stream and carry no state are passed over, so that
//! the whole output of `stat --state` may be given; but each must be followed by one with a state
//! that covers it, or else samples would be missing. Nothing is guessed: the first line that
//! cannot be merged ends it.

use std::io;

use serde::Deserialize;
use serde_json::value::RawValue;
use stage::input::Input;
use stage::lines::{Block, Lines, each_line};
use stage::record::{MAX_RECORD, reason};
use thiserror::Error;

use crate::accumulator::Accumulator;
use crate::state::{Refused, State};

/// Why records could not be merged.
#[derive(Debug, Error)]
pub enum Error {
    /// The records could not be read.
    #[error("cannot read standard input")]
    Read(#[source] io::Error),
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
    /// The state.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// What merging looks at in a record.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Stated<'a> {
    n: u64,
    #[serde(default, rename = "final")]
    is_final: bool,
    #[serde(borrow)]
    state: Option<&'a RawValue>,
}

/// What was merged so far.
#[derive(Debug)]
pub struct Merge {
    accumulator: Accumulator,
    rejected: u64,
    lines: u64,
    /// Line and samples of the newest record whose state is still to come.
    open: Option<(u64, u64)>,
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
            Some((line, _)) => Err(Error::Line { line, source: Unmerged::CutOff }),
            None => Ok((self.accumulator, self.rejected)),
        }
    }

    fn take(&mut self, text: &[u8]) -> Result<(), Error> {
        self.lines += 1;
        let line = self.lines;
        self.merge(text).map_err(|source| match (source, self.open) {
            // It is the earlier line that lacks something.
            (source @ Unmerged::CutOff, Some((line, _))) => Error::Line { line, source },
            (source, _) => Error::Line { line, source },
        })
    }

    fn merge(&mut self, text: &[u8]) -> Result<(), Unmerged> {
        if text.len() > MAX_RECORD {
            return Err(Unmerged::TooLong);
        }
        let record: Stated =
            serde_json::from_slice(text).map_err(|error| Unmerged::NotARecord(reason(&error)))?;
        if self.open.is_some_and(|(_, n)| record.n < n) {
            return Err(Unmerged::CutOff);
        }
        let Some(state) = record.state else {
            if record.is_final {
                return Err(Unmerged::NoState);
            }
            self.open = Some((self.lines, record.n));
            return Ok(());
        };
        let state = State::parse(state)?;
        if state.n() != record.n {
            return Err(Unmerged::OtherN);
        }
        self.rejected = self.rejected.checked_add(state.rejected()).ok_or(Refused::TooMany)?;
        state.merge_into(&mut self.accumulator)?;
        self.open = None;
        Ok(())
    }
}
