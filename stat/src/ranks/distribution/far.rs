//! Counts of numbers that are far from each other, in a map; as long as there are few samples, and ranks
//! are not asked for again and again, these are only listed.
//!
//! Of a short window some ranks are asked for once, and then it is forgotten: selecting these takes less
//! than hashing and sorting all of its samples.
//!
//! Memory: 128 kB for the list.

use crate::ranks::counts::{Counts, Full};

/// The most samples that are listed.
const LISTED: usize = 1 << 14;

/// The counts of numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Far {
    counts: Counts<i64>,
    /// Samples that are not in the counts, in any order.
    listed: Vec<i64>,
    /// Whether ranks were asked for: samples that come now would be asked for them again.
    was_asked: bool,
}

impl From<Counts<i64>> for Far {
    fn from(counts: Counts<i64>) -> Far {
        Far { counts, ..Far::default() }
    }
}

impl Far {
    /// The counts, of all samples.
    pub(super) fn counts(&mut self) -> &mut Counts<i64> {
        self.count_listed();
        // The memory is given back: many channels have a list.
        self.listed = Vec::new();
        &mut self.counts
    }

    /// Counts what is listed. (A function of its own, so that listing is inlined.)
    #[inline(never)]
    fn count_listed(&mut self) {
        for number in self.listed.drain(..) {
            // Whoever listed it saw to it that there is room.
            let _ = self.counts.add_many(&number, 1);
        }
    }

    /// How many distinct numbers there are, at most.
    pub(super) fn distinct_at_most(&self) -> usize {
        self.counts.distinct() + self.listed.len()
    }

    /// Counts `count` samples of the same number.
    pub(super) fn add_many(&mut self, number: i64, count: u64) -> Result<(), Full> {
        if count == 1 && self.counts.distinct() == 0 {
            self.list(number);
            return Ok(());
        }
        self.counts().add_many(&number, count)
    }

    /// Takes a sample, for which there must be room.
    #[inline]
    pub(super) fn list(&mut self, number: i64) {
        self.listed.push(number);
        if self.was_asked || self.listed.len() == LISTED {
            self.count_listed();
        }
    }

    /// The number at `rank`, from 1, among the sorted samples.
    pub(super) fn at_rank(&mut self, rank: u64) -> Option<i64> {
        self.was_asked = true;
        if self.counts.distinct() > 0 {
            return self.counts().at_rank(rank).copied();
        }
        let at = usize::try_from(rank.checked_sub(1)?).ok().filter(|at| *at < self.listed.len())?;
        Some(*self.listed.select_nth_unstable(at).1)
    }

    /// How many samples are below `limit`.
    pub(super) fn below(&mut self, limit: i64) -> u64 {
        self.was_asked = true;
        if self.counts.distinct() > 0 {
            return self.counts().below(&limit);
        }
        self.listed.iter().map(|number| u64::from(*number < limit)).sum()
    }

    /// Forgets the limits that were asked for.
    pub(super) fn forget_limits(&mut self) {
        self.counts.forget_limits();
    }

    /// Removes all numbers, but keeps the memory.
    pub(super) fn clear(&mut self) {
        self.counts.clear();
        self.listed.clear();
        self.was_asked = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn listed_or_counted_they_answer_like_the_sorted_samples(
            windows in proptest::collection::vec(
                proptest::collection::vec((any::<i64>(), 0u32..64, 1u64..3, 0u8..20), 1..60), 1..4),
        ) {
            let mut far = Far::default();
            for samples in windows {
                let mut sorted: Vec<i64> = Vec::new();
                for (number, cut, count, what) in samples {
                    let number = number >> cut;
                    if count == 1 { far.list(number) } else { far.add_many(number, count).unwrap() }
                    sorted.extend((0..count).map(|_| number));
                    sorted.sort_unstable();
                    let mut distinct = sorted.clone();
                    distinct.dedup();
                    prop_assert!(far.distinct_at_most() >= distinct.len());
                    match what {
                        0 => prop_assert_eq!(far.counts().distinct(), distinct.len()),
                        1 => for (rank, number) in (1..).zip(&sorted) {
                            prop_assert_eq!(far.at_rank(rank), Some(*number));
                        },
                        2 => {
                            let below = sorted.partition_point(|it| *it < number) as u64;
                            prop_assert_eq!(far.below(number), below);
                            prop_assert_eq!(far.at_rank(sorted.len() as u64 + 1), None);
                        }
                        _ => {}
                    }
                }
                far.clear();
            }
        }
    }
}
