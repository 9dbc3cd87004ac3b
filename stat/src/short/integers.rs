//! Counters of small integers, in several tables.

use std::mem::take;

use super::tables::zeros;

/// Integers that have a counter: those of up to four digits.
const COUNTED: usize = 10_000;

/// Counters that are emptied together.
const BLOCK: usize = 64;

/// Entries of a table: one for whatever 16 bits hold, so that none has to be checked.
const ENTRIES: usize = 1 << 16;

/// A table.
pub(crate) type Table = [u32; ENTRIES];

/// Tables among which consecutive integers alternate: incrementing a counter again has to wait until
/// the first increment is stored.
pub(crate) const LANES: usize = 8;

/// Stands for no integer: its counter is ignored.
pub(crate) const NOTHING: u16 = u16::MAX;

/// Stands for an empty cell of a row, which is not an integer either.
pub(crate) const MISSING: u16 = 255 + 255 * 100;

/// Counters of integers.
#[derive(Clone, Debug)]
pub(crate) struct Integers {
    counts: Box<[u32; LANES * ENTRIES]>,
    /// How many integers are counted.
    count: u64,
}

impl Default for Integers {
    fn default() -> Integers {
        Integers { counts: zeros(), count: 0 }
    }
}

impl Integers {
    /// Counts an integer of up to four digits, or [`NOTHING`], in the table for this `turn`.
    #[inline(always)]
    pub(crate) fn count(&mut self, value: u16, turn: usize) {
        self.counts[turn % LANES * ENTRIES + usize::from(value)] += 1;
    }

    /// The tables.
    pub(crate) fn tables(&mut self) -> impl Iterator<Item = &mut Table> {
        self.counts.as_chunks_mut().0.iter_mut()
    }

    /// How many empty cells were counted since this was last asked for.
    pub(crate) fn take_missing(&mut self) -> u64 {
        self.tables().map(|table| u64::from(take(&mut table[usize::from(MISSING)]))).sum()
    }

    /// Notes that this many integers were counted.
    pub(crate) fn note(&mut self, integers: u64) {
        self.count += integers;
    }

    /// Empties the tables, and passes each integer with its count to `each`, from the least on.
    pub(crate) fn drain(&mut self, mut each: impl FnMut(i64, u64)) {
        let mut left = take(&mut self.count);
        for first in (0..COUNTED).step_by(BLOCK) {
            if left == 0 {
                break;
            }
            for (value, count) in (first as i64..).zip(self.take_block(first)) {
                if count > 0 {
                    left -= u64::from(count);
                    each(value, count.into());
                }
            }
        }
        self.tables().for_each(|table| table[usize::from(NOTHING)] = 0);
    }

    /// Empties the counters from the one of `first` on; returns what they counted.
    fn take_block(&mut self, first: usize) -> [u32; BLOCK] {
        let mut sums = [0; BLOCK];
        let blocks = self.tables().filter_map(|table| table[first..].first_chunk_mut());
        for counts in blocks {
            // What was not used is not touched, and takes no room.
            if *counts != [0; BLOCK] {
                sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += take(count));
            }
        }
        sums
    }
}
