//! Records whose states are still to come.
//!
//! A record without a state must be followed by one of the same channel with a state that may cover it.
//! (One of the unnamed channel without samples stands for all channels: nothing of the stream was known
//! yet.)

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::value::RawValue;
use stage::format::decimal::Decimal;

use crate::input::files::Position;

/// What merging needs of a record.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Stated<'a> {
    pub channel: Option<String>,
    pub n: u64,
    rejected: u64,
    min: Option<Decimal>,
    max: Option<Decimal>,
    #[serde(default, rename = "final")]
    pub is_final: bool,
    #[serde(borrow)]
    pub state: Option<&'a RawValue>,
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

/// The newest record of each channel whose state is still to come.
#[derive(Debug, Default)]
pub(super) struct PendingRecords(IndexMap<Option<String>, Pending, RandomState>);

impl PendingRecords {
    /// Notes the record at a place; the error is the place of one whose state will not come.
    pub(super) fn note(&mut self, record: &Stated, place: &Position) -> Result<(), Position> {
        let of_all = self.0.get(&None).filter(|it| it.n == 0 && record.channel.is_some());
        if of_all.is_some_and(|it| it.may_be_covered_by(record)) {
            self.0.shift_remove(&None);
        }
        match self.0.get(&record.channel) {
            Some(pending) if !pending.may_be_covered_by(record) => {
                return Err(pending.place.clone());
            }
            _ if record.state.is_some() => drop(self.0.shift_remove(&record.channel)),
            _ => {
                let Stated { n, rejected, ref min, ref max, .. } = *record;
                let (place, min, max) = (place.clone(), min.clone(), max.clone());
                self.0.insert(record.channel.clone(), Pending { place, n, rejected, min, max });
            }
        }
        Ok(())
    }

    /// The place of the first one, if there are any.
    pub(super) fn first(&self) -> Option<&Position> {
        self.0.first().map(|(_, pending)| &pending.place)
    }
}
