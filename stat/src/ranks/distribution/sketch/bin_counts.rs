//! Counts of samples of one sign, by the places of their bins: in a table, or in a map if there may be
//! only some bins.

use std::collections::BTreeMap;
use std::ops::Range;

use super::limits::LIMITS;

/// The counts.
#[derive(Clone, Default)]
pub(super) struct BinCounts {
    /// Empty until there is a sample.
    counts: Vec<u64>,
    /// The range outside of which all counts are zero.
    used: Range<usize>,
    /// The counts instead, if there may be only some bins.
    few: Option<Few>,
    /// Whether nothing is counted any more, because there were too many bins.
    is_given_up: bool,
}

/// Counts in at most some bins.
#[derive(Clone)]
struct Few {
    most: usize,
    counts: BTreeMap<usize, u64>,
}

impl BinCounts {
    /// No samples, in at most this many bins.
    pub(super) fn of_up_to(most: Option<usize>) -> BinCounts {
        let few = |most| Few { most, counts: BTreeMap::new() };
        BinCounts { few: most.map(few), ..BinCounts::default() }
    }

    /// Counts samples of a bin.
    #[inline]
    pub(super) fn add(&mut self, at: usize, count: u64) {
        let Some(counter) = self.counts.get_mut(at) else { return self.add_first(at, count) };
        *counter += count;
        self.used = match &self.used {
            used if used.is_empty() => at..at + 1,
            used => used.start.min(at)..used.end.max(at + 1),
        };
    }

    /// The same while there is no table.
    fn add_first(&mut self, at: usize, count: u64) {
        match &mut self.few {
            _ if self.is_given_up => {}
            Some(Few { most, counts }) => {
                *counts.entry(at).or_insert(0) += count;
                if counts.len() > *most {
                    self.give_up();
                }
            }
            None => {
                // Allocated anew: resizing would touch all of it.
                self.counts = vec![0; LIMITS.bins()];
                self.add(at, count);
            }
        }
    }

    /// Forgets all counts for good.
    pub(super) fn give_up(&mut self) {
        *self = BinCounts { is_given_up: true, ..BinCounts::default() };
    }

    /// Whether the counts were given up, because there were too many bins.
    pub(super) fn is_given_up(&self) -> bool {
        self.is_given_up
    }

    /// The bins that are not empty, by their keys, from the least to the greatest.
    pub(super) fn filled(&self) -> impl DoubleEndedIterator<Item = (i32, u64)> {
        let counts = self.counts.get(self.used.clone()).unwrap_or_default();
        let table = self.used.clone().zip(counts.iter().copied());
        let map = self.few.iter().flat_map(|few| few.counts.iter().map(|(at, n)| (*at, *n)));
        let filled = table.chain(map).filter(|(_, count)| *count > 0);
        filled.map(|(at, count)| (LIMITS.key(at), count))
    }
}
