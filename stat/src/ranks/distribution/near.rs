//! Counts of numbers near each other, in a table: faster than hashing.
//!
//! A table is used again after it was cleared: which counters have been used is known, so that
//! clearing it, like counting, takes time for the samples that came, and not for the whole table. The
//! numbers that a table is for are chosen when the first ones come.
//!
//! To find a rank, the counters are added up in blocks, as many as there are between the least and the
//! greatest number: some 4,000 additions, in vector registers, for a 12-bit converter.
//!
//! Memory: 80 kB, of which only pages that were touched take room.

use std::ops::Range;

use crate::short::tables::zeros;

/// Numbers that have a counter: a 12-bit converter's whole range, on either side of the first one.
pub(super) const COUNTERS: usize = 1 << 13;

/// Places in the list of counters in use: one more than these, as a power of two.
const ROOM: usize = 2 * COUNTERS;

/// Counters in a block.
const BLOCK: usize = 1 << 6;

/// With fewer numbers, the blocks' sums are kept up to date.
const FEW: usize = BLOCK;

/// Blocks with at most this many times as many counters as are in use are cleared whole.
const SPARSE: usize = 8;

/// The counts of numbers near each other.
#[derive(Clone, Debug)]
pub(super) struct Near {
    /// The number of the first counter; `None` while nothing is counted.
    base: Option<i64>,
    counts: Box<[u64; COUNTERS]>,
    /// The counters that have been used, in the order in which that happened. (What comes behind the last
    /// of them is written to without asking whether a counter is used for the first time.)
    used: Box<[u16; ROOM]>,
    distinct: usize,
    /// The blocks that have the numbers from the least to the greatest; no other has counts.
    span: Range<usize>,
    /// The sums of all blocks, unless they are out of date.
    blocks: Box<[u64; COUNTERS / BLOCK]>,
    has_blocks: bool,
}

impl Default for Near {
    fn default() -> Near {
        Near {
            base: None,
            counts: zeros(),
            used: zeros(),
            distinct: 0,
            span: 0..0,
            blocks: zeros(),
            has_blocks: true,
        }
    }
}

impl Near {
    /// The number of the first counter; `None` until the table's numbers are chosen.
    pub(super) fn base(&self) -> Option<i64> {
        self.base
    }

    /// Chooses the table's numbers: those around `number`.
    pub(super) fn choose(&mut self, number: i64) {
        self.base = Some(number.saturating_sub(COUNTERS as i64 / 2));
    }

    /// How many distinct numbers are counted.
    pub(super) fn distinct(&self) -> usize {
        self.distinct
    }

    /// The place of the counter of `number`, if it has one.
    #[inline(always)]
    fn place(number: i64, base: i64) -> Option<usize> {
        let offset = number.wrapping_sub(base) as u64;
        usize::try_from(offset).ok().filter(|offset| *offset < COUNTERS)
    }

    /// How often `number` was counted; `None` if it has no counter.
    pub(super) fn count_of(&self, number: i64) -> Option<u64> {
        Some(self.counts[Near::place(number, self.base?)?])
    }

    /// Counts `count` samples of the same number, at least one; returns whether it has a counter.
    #[inline]
    pub(super) fn add(&mut self, number: i64, count: u64) -> bool {
        let Some(place) = self.base.and_then(|base| Near::place(number, base)) else {
            return false;
        };
        if self.counts[place] == 0 {
            self.used[self.distinct] = place as u16;
            self.distinct += 1;
            self.widen(place, place);
        }
        self.counts[place] += count;
        if self.has_blocks {
            self.blocks[place / BLOCK] += count;
        }
        true
    }

    /// Counts `numbers`, which ascend, each with its count, and passes those without a counter to `other`.
    pub(super) fn add_counts(&mut self, numbers: &[(i64, u64)], mut other: impl FnMut(i64, u64)) {
        let base = self.base.unwrap_or(0);
        let before = self.distinct;
        for &(number, count) in numbers {
            match Near::place(number, base).filter(|_| self.base.is_some()) {
                Some(place) => {
                    self.used[self.distinct % ROOM] = place as u16;
                    self.distinct += usize::from(self.counts[place] == 0);
                    self.counts[place] += count;
                    self.blocks[place / BLOCK] += count;
                }
                None => other(number, count),
            }
        }
        self.widen_to_those_behind(before);
    }

    /// Counts `numbers`, of which `ends` are the least and the greatest, and passes those without a counter
    /// to `other`.
    pub(super) fn add_all(
        &mut self,
        numbers: &[i64],
        ends: (i64, i64),
        mut other: impl FnMut(i64),
    ) {
        if numbers.len() < FEW {
            return numbers.iter().filter(|it| !self.add(**it, 1)).for_each(|it| other(*it));
        }
        let Some(base) = self.base else { return numbers.iter().for_each(|it| other(*it)) };
        self.has_blocks = false;
        if let (Some(least), Some(greatest)) =
            (Near::place(ends.0, base), Near::place(ends.1, base))
        {
            self.widen(least, greatest);
            return self.add_near(numbers, base);
        }
        let before = self.distinct;
        for number in numbers {
            match Near::place(*number, base) {
                Some(place) => self.count(place),
                None => other(*number),
            }
        }
        self.widen_to_those_behind(before);
    }

    /// Counts `numbers`, which all have counters. (A function of its own, so that the compiler keeps all
    /// that it takes in registers.)
    #[inline(never)]
    fn add_near(&mut self, numbers: &[i64], base: i64) {
        numbers.iter().for_each(|number| self.count(number.wrapping_sub(base) as usize % COUNTERS));
    }

    /// Counts one sample at `place`; the sums of the blocks are then out of date.
    #[inline(always)]
    fn count(&mut self, place: usize) {
        self.used[self.distinct % ROOM] = place as u16;
        self.distinct += usize::from(self.counts[place] == 0);
        self.counts[place] += 1;
    }

    /// Extends the blocks in use to those of these places, and those between them.
    #[inline]
    fn widen(&mut self, least: usize, greatest: usize) {
        let blocks = least / BLOCK..greatest / BLOCK + 1;
        self.span = match self.span.is_empty() {
            true => blocks,
            false => self.span.start.min(blocks.start)..self.span.end.max(blocks.end),
        };
    }

    /// The same for the counters used since `distinct` of them were.
    fn widen_to_those_behind(&mut self, distinct: usize) {
        let ends =
            |(least, greatest): (u16, u16), place: &u16| (least.min(*place), greatest.max(*place));
        let fresh = &self.used[distinct..self.distinct];
        let (least, greatest) = fresh.iter().fold((u16::MAX, 0), ends);
        if !fresh.is_empty() {
            self.widen(least.into(), greatest.into());
        }
    }

    /// Removes all numbers. (Others may be chosen next time.)
    pub(super) fn clear(&mut self) {
        let is_dense = self.span.len() * BLOCK <= SPARSE * self.distinct;
        let blocks = self.counts.as_chunks_mut::<BLOCK>().0.iter_mut().zip(self.blocks.iter_mut());
        for (counts, sum) in blocks.skip(self.span.start).take(self.span.len()) {
            if is_dense && (*sum > 0 || !self.has_blocks) {
                *counts = [0; BLOCK];
            }
            *sum = 0;
        }
        if !is_dense {
            for place in &self.used[..self.distinct] {
                self.counts[usize::from(*place)] = 0;
            }
        }
        (self.base, self.distinct) = (None, 0);
        (self.span, self.has_blocks) = (0..0, true);
    }

    /// The places of the counters in use, in the order in which they were first used.
    fn used(&self) -> impl Iterator<Item = usize> {
        self.used[..self.distinct].iter().map(|place| usize::from(*place))
    }

    /// The number of the counter at `place`. (The first one is 0 as long as none is in use.)
    fn number(&self, place: usize) -> i64 {
        self.base.unwrap_or(0) + place as i64
    }

    /// The numbers with their counts, in the order in which they first came.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, u64)> {
        self.used().map(|place| (self.number(place), self.counts[place]))
    }

    /// The numbers with their counts, from the least to the greatest.
    pub(super) fn sorted(&mut self) -> impl Iterator<Item = (i64, u64)> {
        let places = self.places_in_use();
        let counted = places.map(|place| (self.number(place), self.counts[place]));
        counted.filter(|(_, count)| *count > 0)
    }

    /// How many samples are counted.
    pub(super) fn samples(&mut self) -> u64 {
        self.up_to_date().iter().sum()
    }

    /// The number at `rank`, from 1, among the sorted samples.
    pub(super) fn at_rank(&mut self, rank: u64) -> Option<i64> {
        let mut rest = rank;
        // The place of the first counter, or block, whose samples reach the rank.
        let mut reaching = |counts: &[u64]| {
            counts.iter().position(|count| {
                if *count >= rest {
                    return true;
                }
                rest -= count;
                false
            })
        };
        let first = self.span.start;
        let block = first + reaching(self.up_to_date())?;
        let within = reaching(&self.counts[block * BLOCK..][..BLOCK])?;
        Some(self.number(block * BLOCK + within))
    }

    /// How many samples are below `limit`.
    pub(super) fn below(&mut self, limit: i64) -> u64 {
        let places = limit.saturating_sub(self.number(0)).clamp(0, COUNTERS as i64) as usize;
        let (blocks, rest) = (places / BLOCK, places % BLOCK);
        let before = blocks.saturating_sub(self.span.start);
        let sums = self.up_to_date();
        let whole: u64 = sums[..before.min(sums.len())].iter().sum();
        whole + self.counts[places - rest..places].iter().sum::<u64>()
    }

    /// The places of the blocks in use.
    fn places_in_use(&self) -> Range<usize> {
        self.span.start * BLOCK..self.span.end * BLOCK
    }

    /// The sums of the blocks in use.
    fn up_to_date(&mut self) -> &[u64] {
        let blocks = self.span.clone();
        if !self.has_blocks {
            let counts = self.counts.chunks_exact(BLOCK).skip(blocks.start);
            let sums = self.blocks[blocks.clone()].iter_mut();
            sums.zip(counts).for_each(|(sum, counts)| *sum = counts.iter().sum());
            self.has_blocks = true;
        }
        &self.blocks[blocks]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_is_left_of_numbers_that_were_never_asked_for() {
        let mut near = Near::default();
        near.choose(0);
        assert!(near.add(700, 3));
        near.clear();
        near.choose(0);
        assert!(near.add(-700, 1) && near.add(800, 1));
        assert_eq!((near.samples(), near.at_rank(2), near.at_rank(3)), (2, Some(800), None));
    }

    proptest! {
        #[test]
        fn a_table_answers_like_the_sorted_samples(
            windows in proptest::collection::vec((
                proptest::collection::vec(
                    (proptest::collection::vec(-900i64..900, 0..300), 0u32..9), 1..4),
                0i64..5000,
                any::<bool>(),
            ), 1..4),
        ) {
            let mut near = Near::default();
            for (batches, middle, are_asked) in windows {
                near.choose(middle);
                let mut sorted: Vec<i64> = Vec::new();
                for (batch, cut) in batches {
                    let numbers: Vec<i64> = batch.iter().map(|at| middle + ((at * 8) >> cut)).collect();
                    let mut others = Vec::new();
                    let ends = numbers.iter().min().copied().zip(numbers.iter().max().copied());
                    near.add_all(&numbers, ends.unwrap_or((0, -1)), |number| others.push(number));
                    let has_counter = |number: &i64| (-4096..4096).contains(&(number - middle));
                    prop_assert!(!others.iter().any(has_counter));
                    sorted.extend(numbers.iter().filter(|it| has_counter(it)));
                    sorted.sort_unstable();
                    if !are_asked {
                        // It is cleared while the sums of its blocks are out of date.
                        continue;
                    }
                    prop_assert_eq!(near.samples(), sorted.len() as u64);
                    for (rank, number) in (1..).zip(&sorted) {
                        prop_assert_eq!(near.at_rank(rank), Some(*number));
                    }
                    prop_assert_eq!(near.at_rank(sorted.len() as u64 + 1), None);
                    for limit in (-5000..5000).step_by(97).map(|at| at + middle) {
                        let below = sorted.partition_point(|number| *number < limit) as u64;
                        prop_assert_eq!(near.below(limit), below);
                    }
                    let all = near.sorted().flat_map(|(number, count)| vec![number; count as usize]);
                    prop_assert_eq!(all.collect::<Vec<_>>(), sorted.clone());
                    prop_assert_eq!(near.iter().count(), near.distinct());
                }
                near.clear();
            }
        }
    }
}
