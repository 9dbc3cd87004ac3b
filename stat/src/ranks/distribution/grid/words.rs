//! The cells of a grid whose indices fit machine words, which are nearly always all.
//!
//! As long as cells come many at a time they are only kept in order: adding and joining them takes
//! one pass. Once they come in ones and twos, each has a counter.

use std::mem::take;

use crate::ranks::counts::{Counts, Full};
use crate::short::ascending::Ascending;

/// Counts of samples by the indices of their cells.
#[derive(Clone, Debug)]
pub(super) struct Words {
    /// Cells that there is room for when they come one by one.
    most: usize,
    /// The cells; empty once there are counters.
    ordered: Ascending,
    /// How many samples there are up to each of them; empty until that is needed.
    totals: Vec<u64>,
    /// `None` until cells come one by one.
    counts: Option<Counts<i64>>,
}

impl Words {
    /// These cells, and room for adding others up to `most`.
    pub(super) fn of(cells: Ascending, most: usize) -> Words {
        Words { most, ordered: cells, totals: Vec::new(), counts: None }
    }

    /// The cells' counters.
    fn counted(&mut self) -> &mut Counts<i64> {
        let (most, ordered) = (self.most, take(&mut self.ordered));
        self.totals = Vec::new();
        self.counts.get_or_insert_with(|| Counts::of_ascending(most, ordered.as_slice()))
    }

    /// Counts `count` samples in the same cell.
    #[inline]
    pub(super) fn add(&mut self, index: i64, count: u64) -> Result<(), Full> {
        match &mut self.counts {
            Some(counts) => counts.add_many(&index, count),
            None => self.counted().add_many(&index, count),
        }
    }

    /// Counts the samples of other `cells`, even if there are more of them than there is room for.
    pub(super) fn join(&mut self, cells: Ascending) {
        let has_room = self.distinct() + cells.len() <= self.most;
        match self.counts.as_mut().filter(|_| has_room) {
            // There is room for each.
            Some(counts) => {
                cells.as_slice().iter().for_each(|(at, count)| _ = counts.add_many(at, *count));
            }
            None => {
                let own = self.take_ordered();
                *self = Words::of(own.joined(cells), self.most);
            }
        }
    }

    /// All cells; none are left.
    pub(super) fn take_ordered(&mut self) -> Ascending {
        self.totals = Vec::new();
        match self.counts.take() {
            Some(mut counts) => {
                Ascending::of(counts.sorted().map(|(index, count)| (*index, count)).collect())
            }
            None => take(&mut self.ordered),
        }
    }

    /// All cells, kept in order from now on.
    pub(super) fn ordered(&mut self) -> &Ascending {
        if self.counts.is_some() {
            let own = self.take_ordered();
            *self = Words::of(own, self.most);
        }
        &self.ordered
    }

    /// The cells with their counts, in any order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, u64)> {
        let counted = self.counts.iter().flat_map(Counts::iter).map(|(at, count)| (*at, count));
        self.ordered.as_slice().iter().copied().chain(counted)
    }

    /// How many there are.
    pub(super) fn distinct(&self) -> usize {
        self.counts.as_ref().map_or(self.ordered.len(), Counts::distinct)
    }

    /// The least and the greatest index; if there is none, the least is above the greatest.
    pub(super) fn ends(&self) -> (i64, i64) {
        let counted = self.counts.iter().flat_map(Counts::iter);
        let ends = self.ordered.ends();
        counted.fold(ends, |(low, high), (at, _)| (low.min(*at), high.max(*at)))
    }

    /// How many samples there are.
    pub(super) fn samples(&mut self) -> u64 {
        match &self.counts {
            Some(counts) => counts.samples(),
            None => self.totals().last().copied().unwrap_or(0),
        }
    }

    /// How many are in a cell.
    pub(super) fn count_of(&self, index: i64) -> u64 {
        let ordered = self.ordered.as_slice();
        match &self.counts {
            Some(counts) => counts.count_of(&index),
            None => ordered.binary_search_by_key(&index, |it| it.0).map_or(0, |at| ordered[at].1),
        }
    }

    /// How many are in cells below one.
    pub(super) fn below(&mut self, index: i64) -> u64 {
        match &mut self.counts {
            Some(counts) => counts.below(&index),
            None => {
                let at = self.ordered.as_slice().partition_point(|it| it.0 < index);
                self.totals()[at]
            }
        }
    }

    /// The cell of the sample at `rank`, from 1.
    pub(super) fn at_rank(&mut self, rank: u64) -> Option<i64> {
        match &mut self.counts {
            Some(counts) => counts.at_rank(rank).copied(),
            None => {
                let at = self.totals().partition_point(|total| *total < rank);
                self.ordered.as_slice().get(at.checked_sub(1)?).map(|it| it.0)
            }
        }
    }

    fn totals(&mut self) -> &[u64] {
        if self.totals.is_empty() {
            self.totals = self.ordered.totals();
        }
        &self.totals
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const MOST: usize = 30;

    proptest! {
        #[test]
        fn cells_are_the_same_one_by_one_and_many_at_a_time(
            additions in proptest::collection::vec(
                (proptest::collection::vec((-20i64..20, 1u64..4), 0..40), any::<bool>()), 1..9,
            ),
        ) {
            let mut cells = Words::of(Ascending::default(), MOST);
            let mut expected = BTreeMap::new();
            for (addition, many) in additions {
                for (index, count) in &addition {
                    if many || cells.add(*index, *count).is_ok() {
                        *expected.entry(*index).or_insert(0) += count;
                    } else {
                        prop_assert!(cells.distinct() >= MOST && !expected.contains_key(index));
                    }
                }
                if many {
                    cells.join(Ascending::of(addition));
                }
                let samples = expected.values().sum::<u64>();
                prop_assert_eq!((cells.distinct(), cells.samples()), (expected.len(), samples));
                let ends = expected.keys().next().zip(expected.keys().next_back());
                let ends = ends.map_or((i64::MAX, i64::MIN), |(low, high)| (*low, *high));
                prop_assert_eq!(cells.ends(), ends);
                for index in -21..21 {
                    prop_assert_eq!(cells.count_of(index), expected.get(&index).copied().unwrap_or(0));
                    prop_assert_eq!(cells.below(index), expected.range(..index).map(|it| it.1).sum::<u64>());
                }
                let all = expected.iter().flat_map(|(index, n)| vec![*index; *n as usize]);
                for (rank, index) in (1..).zip(all) {
                    prop_assert_eq!(cells.at_rank(rank), Some(index));
                }
                prop_assert_eq!(cells.at_rank(samples + 1), None);
            }
            let expected: Vec<_> = expected.into_iter().collect();
            prop_assert_eq!(cells.ordered().as_slice(), expected);
        }
    }
}
