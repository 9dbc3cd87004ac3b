//! States of version 1, which are read but no longer written.
//!
//! They say of a run without numbers when its last sample arrived (`time`) but not when its first
//! did; their bins are pairs of a key and a count; and they have no grid.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use stage::format::record::reason;

use super::consecutive::Consecutive;
use super::pieces::{StoredBins, StoredLagged, StoredRun};
use super::text::{Integer, StoredSample};
use super::{Refused, State, checksum, verified};

/// All that is known about some samples.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Version1 {
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    crc32: Option<String>,
    n: u64,
    rejected: u64,
    runs: Vec<OldRun>,
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
    sketch: Option<Pairs>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OldRun {
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Integer>,
    n: u64,
    first: StoredSample,
    last: StoredSample,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pairs {
    negative: Vec<(i32, u64)>,
    zero: u64,
    positive: Vec<(i32, u64)>,
}

/// Reads a state of version 1.
pub(super) fn parse(text: &RawValue) -> Result<State, Refused> {
    let malformed = |error| Refused::Malformed(reason(&error));
    let mut state: Version1 = serde_json::from_str(text.get()).map_err(malformed)?;
    let stored = state.crc32.take();
    verified(stored, checksum(&state).map_err(malformed)?)?;
    Ok(state.into_current())
}

impl Version1 {
    fn into_current(self) -> State {
        State {
            n: self.n,
            rejected: self.rejected,
            runs: self.runs.into_iter().map(OldRun::into_current).collect(),
            places: self.places,
            sum: self.sum,
            squares: self.squares,
            cubes: self.cubes,
            fourths: self.fourths,
            lagged: self.lagged,
            min: self.min,
            max: self.max,
            values: self.values,
            sketch: self.sketch.map(Pairs::into_current),
            ..State::default()
        }
    }
}

impl OldRun {
    fn into_current(self) -> StoredRun {
        // It may have begun at any time.
        let began = self.time.as_ref().map(|_| Integer(0.into()));
        let OldRun { number, time, n, first, last } = self;
        let (first, last) = (Some(first), Some(last));
        StoredRun { number, part: None, began, ended: time, rows: None, n, first, last }
    }
}

impl Pairs {
    fn into_current(self) -> StoredBins {
        let one_each = |pairs: Vec<(i32, u64)>| {
            let each = |(first, count)| Consecutive { first, counts: vec![count] };
            pairs.into_iter().map(each).collect()
        };
        let (negative, positive) = (one_each(self.negative), one_each(self.positive));
        StoredBins { negative, zero: self.zero, positive }
    }
}
