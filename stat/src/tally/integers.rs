//! Counters of small integers, in several tables.

use std::mem::take;

use super::zeros;

/// Integers that have a counter: those of up to four digits.
const COUNTED: usize = 10_000;

/// Entries of a table: one for whatever 16 bits hold, so that none has to be checked.
const ENTRIES: usize = 1 << 16;

/// Tables among which consecutive integers alternate: incrementing a counter again has to wait until
/// the first increment is stored.
pub(crate) const LANES: usize = 8;

/// Stands for no integer: its counter is ignored.
pub(crate) const NOTHING: u16 = u16::MAX;

/// Counters of integers.
#[derive(Clone, Debug)]
pub(crate) struct Integers {
    counts: Box<[u32; LANES * ENTRIES]>,
    is_used: bool,
}

impl Default for Integers {
    fn default() -> Integers {
        Integers { counts: zeros(), is_used: false }
    }
}

impl Integers {
    /// Counts an integer of up to four digits, or [`NOTHING`], in the table for this `turn`.
    #[inline(always)]
    pub(crate) fn count(&mut self, value: u16, turn: usize) {
        self.counts[turn % LANES * ENTRIES + usize::from(value)] += 1;
    }

    /// Notes that integers were counted.
    pub(crate) fn note(&mut self) {
        self.is_used = true;
    }

    /// Empties the tables, and passes each integer with its count to `each`.
    pub(crate) fn drain(&mut self, mut each: impl FnMut(i64, u64)) {
        if !take(&mut self.is_used) {
            return;
        }
        for value in 0..COUNTED {
            let lanes = self.counts.iter().skip(value).step_by(ENTRIES);
            let count = lanes.map(|count| u64::from(*count)).sum();
            if count > 0 {
                self.counts.iter_mut().skip(value).step_by(ENTRIES).for_each(|count| *count = 0);
                each(value as i64, count);
            }
        }
        let nothing = self.counts.iter_mut().skip(usize::from(NOTHING)).step_by(ENTRIES);
        nothing.for_each(|count| *count = 0);
    }
}
