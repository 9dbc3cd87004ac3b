//! The state that a record carries with `--state`, and that `--merge` reads: version 2. (Version 1
//! is read as well.)
//!
//! A JSON object. Integers that may be long, and samples, are strings, so that programs that read
//! JSON numbers as doubles do not change them.
//!
//! | field | meaning |
//! |---|---|
//! | `version` | 2 |
//! | `crc32` | checksum of the state without this field, in the form in which it is written here, in eight hexadecimal digits (CRC-32 as in zlib) |
//! | `channel` | the channel's name, or its number where nothing names it; absent in the classic stream |
//! | `labels` | values by their names; absent if there are none |
//! | `n` | samples |
//! | `rejected` | lines and fields that were not a sample |
//! | `missing` | samples that were missing; absent in the classic stream |
//! | `start`, `end` | when the oldest and the newest sample were taken, in nanoseconds since 1970; null if no sample has a time; absent if the stream has no times |
//! | `runs` | samples that follow each other, in order: `n`, `first` and `last` sample, and their place: either `number` of the first row, and how many `rows` there are, unless each has a sample; or `part`, its number; or `began` and `ended`, between which they were counted, in nanoseconds since 1970 (`began` is 0 if that is not known). Where rows are numbered, a run may be without samples, and then is without `first` and `last` |
//! | `places` | decimal places P of the sums |
//! | `sum`, `squares` | Σx in units of 10^−P, Σx² in units of 10^−2P |
//! | `cubes`, `fourths` | with `--more`: Σx³ and Σx⁴, likewise |
//! | `lagged` | with `--more`: Σxᵢxᵢ₊₁ within runs: `units`, each 10^−`places` |
//! | `min`, `max` | the least and the greatest sample; absent if there is none |
//! | `values` | each distinct value with its count, from the least to the greatest; or, if there were too many: |
//! | `sketch` | counts in bins by the logarithm of the magnitude: bin k holds γᵏ ≤ \|x\| < γᵏ⁺¹, γ = 10099 / 9901. `negative` and `positive` bins, each from the least key to the greatest, in lists: a key, its count, and those of the keys that follow it; and `zero`; absent if there were too many bins for one of several channels |
//! | `grid` | counts in cells of one `width`, from the least to the greatest, in lists: the lower end of a cell, its count, and those of the cells that follow it; absent if some samples came in a state of version 1 that had a sketch |
//! | `course` | with `--course`: `stretches`, each 2^`power` samples long: number of the first sample, samples, minimum, maximum, decimal places of the sum, and the sum in that unit. Samples are numbered from the first row's number on, less `skipped`, if that is not 0: rows before it that are known to lack a sample |
//!
//! `part` is read and merged, but not written yet.
//!
//! Numbered rows (`--first`) have the same state whatever parts they were merged from. Otherwise
//! the runs stay apart, each with 80 bytes and its samples' digits, and `lagged` lacks the products
//! between them, which are added when a record is made.

mod check;
mod consecutive;
pub(crate) mod origin;
mod pieces;
mod text;
mod version1;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use stage::format::record::reason;
use stage::format::time::Time;
use thiserror::Error;

use crate::accumulator::{Extremes, Parts, Unmergeable};
use crate::exact::moments::{PowerSums, Totals};
use crate::ranks::distribution::Contents;
use crate::time::extent::Extent;
use origin::{Origin, TooManyRejected};
use pieces::{StoredBins, StoredCells, StoredCourse, StoredLagged, StoredRun};
use text::{Integer, StoredSample, StoredTime};

/// The version that this program writes.
const VERSION: u64 = 2;

/// Why a state is not merged.
#[derive(Debug, Error)]
pub enum Refused {
    /// Made by another version of this program.
    #[error("the state has version {0}, and this program reads versions 1 and {VERSION}")]
    Version(u64),
    /// Not of the form of a state.
    #[error("the state is damaged: {0}")]
    Malformed(String),
    /// Of the right form, but altered, or impossible.
    #[error("the state is damaged: {0}")]
    Damaged(&'static str),
    /// Its samples do not fit those merged before.
    #[error(transparent)]
    Unmergeable(#[from] Unmergeable),
    /// A count would overflow.
    #[error(transparent)]
    TooManyRejected(#[from] TooManyRejected),
}

/// All that is known about some samples.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    crc32: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    n: u64,
    rejected: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text::present")]
    start: Option<Option<StoredTime>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text::present")]
    end: Option<Option<StoredTime>>,
    runs: Vec<StoredRun>,
    places: u16,
    sum: Integer,
    squares: Integer,
    #[serde(skip_serializing_if = "Option::is_none")]
    cubes: Option<Integer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fourths: Option<Integer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lagged: Option<StoredLagged>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<StoredSample>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<StoredSample>,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<(StoredSample, u64)>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sketch: Option<StoredBins>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grid: Option<StoredCells>,
    #[serde(skip_serializing_if = "Option::is_none")]
    course: Option<StoredCourse>,
}

/// Reads only the version.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Versioned {
    version: u64,
}

impl State {
    /// The state of the samples that `parts` describes, and that come from `origin`.
    pub(crate) fn new(parts: Parts, origin: &Origin) -> State {
        let Totals { places, sums } = parts.totals;
        let more = parts.lagged.is_some();
        let (min, max) = parts.extremes.map(|it| (it.min, it.max)).unzip();
        let (start, end) = origin.extent.ends().unzip();
        let stored = |time: Option<Time>| origin.extent.is_timed().then(|| time.map(StoredTime));
        let state = State {
            version: VERSION,
            channel: origin.channel.clone(),
            labels: origin.labels.clone(),
            n: parts.n,
            rejected: origin.rejected,
            missing: origin.missing,
            start: stored(start),
            end: stored(end),
            runs: parts.runs.iter().map(StoredRun::of).collect(),
            places,
            sum: Integer(sums.sum),
            squares: Integer(sums.squares),
            cubes: more.then_some(Integer(sums.cubes)),
            fourths: more.then_some(Integer(sums.fourths)),
            lagged: parts.lagged.as_ref().map(StoredLagged::of),
            min: min.map(StoredSample),
            max: max.map(StoredSample),
            course: parts.course.map(StoredCourse::of),
            ..State::default()
        };
        state.with_contents(parts.contents)
    }

    fn with_contents(self, contents: Contents) -> State {
        match contents {
            Contents::Values(values) => {
                let values = values.into_iter().map(|(value, count)| (StoredSample(value), count));
                State { values: Some(values.collect()), ..self }
            }
            Contents::Approximate { bins, grid } => {
                let grid = grid.map(|(width, cells)| StoredCells::of(width, cells));
                State { sketch: bins.as_deref().map(StoredBins::of), grid, ..self }
            }
        }
    }

    /// The state as JSON, with its checksum.
    pub(crate) fn print(mut self) -> Result<Box<RawValue>, serde_json::Error> {
        self.crc32 = Some(checksum(&self)?);
        serde_json::value::to_raw_value(&self)
    }

    /// Reads a state, and checks that it is what was written.
    pub(crate) fn parse(text: &RawValue) -> Result<State, Refused> {
        let malformed = |error| Refused::Malformed(reason(&error));
        let Versioned { version } = serde_json::from_str(text.get()).map_err(malformed)?;
        let state = match version {
            1 => version1::parse(text)?,
            VERSION => {
                let mut state: State = serde_json::from_str(text.get()).map_err(malformed)?;
                let stored = state.crc32.take();
                verified(stored, checksum(&state).map_err(malformed)?)?;
                state
            }
            other => return Err(Refused::Version(other)),
        };
        state.check().map_err(Refused::Damaged)?;
        Ok(state)
    }

    /// Samples in it.
    pub(crate) fn n(&self) -> u64 {
        self.n
    }

    /// The channel of its samples.
    pub(crate) fn channel(&self) -> Option<&str> {
        self.channel.as_deref()
    }

    /// Where its samples come from.
    pub(crate) fn origin(&self) -> Origin {
        let extent = match (self.start, self.end) {
            (Some(Some(StoredTime(start))), Some(Some(StoredTime(end)))) => {
                Extent::between(start, end)
            }
            (Some(_), _) => Extent::TIMED,
            (None, _) => Extent::default(),
        };
        Origin {
            channel: self.channel.clone(),
            labels: self.labels.clone(),
            rejected: self.rejected,
            missing: self.missing,
            extent,
        }
    }

    /// What is known about the samples.
    pub(crate) fn into_parts(self) -> Parts {
        let power = |sum: Option<Integer>| sum.map(|Integer(sum)| sum).unwrap_or_default();
        let extremes = self.min.zip(self.max);
        let contents = match (self.values, self.sketch) {
            (None, bins) => Contents::Approximate {
                bins: bins.map(|bins| bins.filled().collect()),
                grid: self.grid.and_then(StoredCells::into_contents),
            },
            (Some(values), _) => {
                let values = values.into_iter();
                Contents::Values(
                    values.map(|(StoredSample(value), count)| (value, count)).collect(),
                )
            }
        };
        Parts {
            n: self.n,
            totals: Totals {
                places: self.places,
                sums: PowerSums {
                    sum: self.sum.0,
                    squares: self.squares.0,
                    cubes: power(self.cubes),
                    fourths: power(self.fourths),
                },
            },
            lagged: self.lagged.map(StoredLagged::into_sum),
            runs: self.runs.into_iter().map(StoredRun::run).collect(),
            extremes: extremes.map(|(StoredSample(min), StoredSample(max))| Extremes { min, max }),
            contents,
            course: self.course.map(StoredCourse::into_contents),
        }
    }
}

/// The checksum of a state that has none yet.
fn checksum(state: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(format!("{:08x}", crc32fast::hash(&serde_json::to_vec(state)?)))
}

/// Compares a state's stored checksum with what it should be.
fn verified(stored: Option<String>, right: String) -> Result<(), Refused> {
    // A fuzzer cannot guess checksums, but should reach what lies behind them.
    if cfg!(fuzzing) || stored == Some(right) {
        Ok(())
    } else {
        Err(Refused::Damaged("its checksum is wrong"))
    }
}
