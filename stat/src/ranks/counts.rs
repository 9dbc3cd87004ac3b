//! How often each value occurs, as long as there are not too many distinct ones; and from that,
//! which sample has a given rank.
//!
//! The values are put in order only when that is needed, so that counting costs little: new values
//! are sorted in, and the ranks are corrected if few samples have come since, or else added up anew.
//!
//! Memory: up to 70 bytes for each distinct value, 5 MB for the most that are counted; a value of over
//! 18 digits takes up to 350 bytes more.

mod order;

use std::hash::Hash;

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use self::order::{Chunk, chunk_of};

/// Distinct values that are counted: a 16-bit converter's whole range.
pub(crate) const MAX_DISTINCT: usize = 1 << 16;

/// How many changes are remembered at least, and how many values there must be for each: beyond that,
/// adding up the ranks anew is cheaper than correcting them.
const CHANGES: usize = 1 << 8;
const VALUES_A_CHANGE: usize = 1 << 4;

/// How many limits are remembered, with the samples below them: all of a histogram of any size.
const MAX_LIMITS: usize = 1 << 10;

/// There is no room for another distinct value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

/// Each value with its count. The hash is keyed at random, so that nobody can prepare values that
/// collide.
type Values<V> = IndexMap<V, u64, RandomState>;

/// How often each value occurs.
#[derive(Clone, Debug)]
pub(super) struct Counts<V> {
    /// Distinct values that there is room for.
    most: usize,
    counts: Values<V>,
    /// The first `sorted` values, in their order.
    chunks: Vec<Chunk>,
    sorted: usize,
    /// The positions counted since the chunks' totals were up to date, with how many samples.
    changes: Vec<(u32, u64)>,
    /// Whether more was counted than `changes` holds.
    has_more_changes: bool,
    /// Limits that were asked for, ascending, and how many of the samples in the chunks' totals are
    /// below each: records that follow each other closely ask for the same ones.
    limits: Vec<(V, u64)>,
}

impl<V: Clone + Hash + Ord> Default for Counts<V> {
    fn default() -> Counts<V> {
        Counts::of_up_to(MAX_DISTINCT)
    }
}

impl<V: Clone + Hash + Ord> Counts<V> {
    /// No samples yet, and room for this many distinct values.
    pub(super) fn of_up_to(most: usize) -> Counts<V> {
        Counts {
            most,
            counts: Values::default(),
            chunks: Vec::new(),
            sorted: 0,
            changes: Vec::new(),
            has_more_changes: false,
            limits: Vec::new(),
        }
    }

    /// The same, with memory for this many distinct values.
    pub(super) fn with_memory_for(self, distinct: usize) -> Counts<V> {
        let counts = Values::with_capacity_and_hasher(distinct, RandomState::default());
        Counts { counts, ..self }
    }

    /// Values that ascend, with their counts, and room for this many distinct ones.
    pub(super) fn of_ascending(most: usize, values: &[(V, u64)]) -> Counts<V> {
        let mut counts = Counts::of_up_to(most).with_memory_for(values.len());
        counts.counts.extend(values.iter().cloned());
        let order: Vec<u32> = (0..values.len() as u32).collect();
        counts.take_order(&order);
        counts
    }

    /// How many distinct values there are.
    pub(super) fn distinct(&self) -> usize {
        self.counts.len()
    }

    /// Counts `count` samples of the same value.
    #[inline]
    pub(super) fn add_many(&mut self, value: &V, count: u64) -> Result<(), Full> {
        let at = self.position(value)?;
        self.counts[at] += count;
        if self.changes.len() < CHANGES.max(self.counts.len() / VALUES_A_CHANGE) {
            self.changes.push((at as u32, count));
        } else {
            self.has_more_changes = true;
        }
        Ok(())
    }

    /// The position at which `value` is counted.
    #[inline]
    fn position(&mut self, value: &V) -> Result<usize, Full> {
        match self.counts.get_index_of(value) {
            Some(at) => Ok(at),
            None if self.counts.len() < self.most => {
                Ok(self.counts.insert_full(value.clone(), 0).0)
            }
            None => Err(Full),
        }
    }

    /// Removes all values, but keeps the memory.
    pub(super) fn clear(&mut self) {
        self.counts.clear();
        self.chunks.clear();
        self.changes.clear();
        self.limits.clear();
        (self.sorted, self.has_more_changes) = (0, false);
    }

    /// Forgets the limits that were asked for.
    pub(super) fn forget_limits(&mut self) {
        self.limits = Vec::new();
    }

    /// How many samples there are.
    pub(super) fn samples(&self) -> u64 {
        self.counts.values().sum()
    }

    /// How often `value` occurs.
    pub(super) fn count_of(&self, value: &V) -> u64 {
        self.counts.get(value).copied().unwrap_or(0)
    }

    /// The values with their counts, in the order in which they first came.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&V, u64)> {
        self.counts.iter().map(|(value, count)| (value, *count))
    }

    /// The same of those behind the first `known`.
    pub(super) fn behind(&self, known: usize) -> impl Iterator<Item = (&V, u64)> {
        let behind = self.counts.as_slice().get_range(known..);
        behind.into_iter().flatten().map(|(value, count)| (value, *count))
    }

    /// The values with their counts, from the least value to the greatest.
    pub(super) fn sorted(&mut self) -> impl Iterator<Item = (&V, u64)> {
        self.bring_up_to_date();
        let order = self.chunks.iter().flat_map(|chunk| &chunk.order);
        order.filter_map(|&at| self.counts.get_index(at as usize)).map(|(value, n)| (value, *n))
    }

    /// The value at `rank`, from 1, among the sorted samples.
    pub(super) fn at_rank(&mut self, rank: u64) -> Option<&V> {
        self.bring_up_to_date();
        let mut rest = rank;
        for chunk in &self.chunks {
            if chunk.total < rest {
                rest -= chunk.total;
                continue;
            }
            for &at in &chunk.order {
                let (value, count) = self.counts.get_index(at as usize)?;
                if *count >= rest {
                    return Some(value);
                }
                rest -= count;
            }
        }
        None
    }

    /// How many samples are below `limit`.
    pub(super) fn below(&mut self, limit: &V) -> u64 {
        self.bring_up_to_date();
        let place = match self.limits.binary_search_by(|(known, _)| known.cmp(limit)) {
            Ok(place) => return self.limits[place].1,
            Err(place) => place,
        };
        let below = self.add_up_below(limit);
        if self.limits.len() < MAX_LIMITS {
            self.limits.insert(place, (limit.clone(), below));
        } else {
            self.limits = vec![(limit.clone(), below)];
        }
        below
    }

    fn add_up_below(&self, limit: &V) -> u64 {
        let place = chunk_of(&self.chunks, &self.counts, limit);
        let before: u64 = self.chunks[..place].iter().map(|chunk| chunk.total).sum();
        let within = self.chunks.get(place).map_or(&[][..], |chunk| &chunk.order);
        let counts = within.iter().filter_map(|&at| self.counts.get_index(at as usize));
        before + counts.take_while(|(value, _)| *value < limit).map(|(_, count)| count).sum::<u64>()
    }

    /// The most frequent value, the least of them if there are several.
    pub(super) fn mode(&self) -> Option<&V> {
        let mut found: Option<(&V, u64)> = None;
        for (value, count) in self.iter() {
            let better =
                found.is_none_or(|(mode, most)| count > most || (count == most && value < mode));
            if better {
                found = Some((value, count));
            }
        }
        found.map(|(value, _)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::ops::Range;

    #[test]
    fn the_mode_is_the_least_of_the_most_frequent() {
        let mut counts = Counts::default();
        [3, 1, 3, 1, 2].iter().for_each(|value| counts.add_many(value, 1).unwrap());
        assert_eq!(counts.mode(), Some(&1));
        assert_eq!(Counts::<i64>::default().mode(), None);
    }

    #[test]
    fn there_is_room_for_every_value_of_a_16_bit_converter_and_no_more() {
        let mut counts = Counts::default();
        for value in -32768..=32767 {
            counts.add_many(&value, 1).unwrap();
        }
        assert_eq!(counts.add_many(&32768, 1), Err(Full));
        assert_eq!(counts.add_many(&32767, 1), Ok(()));
        assert_eq!(counts.at_rank(32769), Some(&0));
    }

    #[test]
    fn more_limits_than_are_remembered_are_counted_as_well() {
        let mut counts = Counts::default();
        for round in 1..=3 {
            (0..2000).for_each(|value| counts.add_many(&value, 1).unwrap());
            for limit in 0..=2000 {
                assert_eq!(counts.below(&limit), round * limit as u64);
            }
            // These are remembered.
            assert_eq!(
                [1900, 2000].map(|limit| counts.below(&limit)),
                [1900, 2000].map(|it| it * round)
            );
        }
    }

    /// Values with their counts.
    fn batch(size: Range<usize>) -> impl Strategy<Value = Vec<(i64, u64)>> {
        proptest::collection::vec((-300i64..300, 1u64..3), size)
    }

    proptest! {
        #[test]
        fn ranks_are_those_of_the_sorted_samples(
            batches in proptest::collection::vec(
                prop_oneof![batch(0..600), batch(0..20)], 1..9,
            ),
        ) {
            let (mut counts, mut sorted) = (Counts::default(), Vec::new());
            for batch in batches {
                for (value, count) in batch {
                    counts.add_many(&value, count).unwrap();
                    sorted.extend(std::iter::repeat_n(value, count as usize));
                }
                sorted.sort_unstable();
                for (index, value) in sorted.iter().enumerate() {
                    prop_assert_eq!(counts.at_rank(index as u64 + 1), Some(value));
                }
                for limit in -301..301 {
                    let below = sorted.partition_point(|&value| value < limit) as u64;
                    prop_assert_eq!(counts.below(&limit), below);
                }
            }
        }
    }
}
