//! How often each value occurs, as long as there are not too many distinct ones; and from that,
//! which sample has a given rank.
//!
//! The values are put in order only when that is needed, so that counting costs little: new values
//! are sorted in, and the ranks are corrected if few samples have come since, or else added up anew.
//!
//! Memory: 70 bytes for each distinct value, 5 MB for the most that are counted; a value of over
//! 18 digits takes up to 350 bytes more.

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use stage::format::decimal::Decimal;

use crate::lattice::Lattice;

/// Distinct values that are counted: a 16-bit converter's whole range.
pub(crate) const MAX_DISTINCT: usize = 1 << 16;

/// How many changes are remembered: beyond that, adding up the ranks anew is cheaper than correcting
/// them.
const MAX_CHANGES: usize = 1 << 8;

/// Values in a chunk before it is split: about the root of [`MAX_DISTINCT`], so that there are
/// about as many chunks as values in one. (Few in tests, so that they split often.)
const MAX_CHUNK: usize = if cfg!(test) { 8 } else { 1 << 9 };

/// There is no room for another distinct value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// Each value without useless zeros, with its count. The hash is keyed at random, so that nobody can
/// prepare values that collide.
type Values = IndexMap<Decimal, u64, RandomState>;

/// How often each value occurs.
#[derive(Clone, Debug)]
pub(crate) struct Counts {
    /// Distinct values that there is room for.
    most: usize,
    counts: Values,
    /// The first `sorted` values, in their order.
    chunks: Vec<Chunk>,
    sorted: usize,
    /// The positions counted since the chunks' totals were up to date, sample by sample.
    changes: Vec<u32>,
    /// Whether more was counted than `changes` holds.
    has_more_changes: bool,
    /// The lattice of the first `stepped` values, if they have one.
    lattice: Option<Lattice>,
    stepped: usize,
}

impl Default for Counts {
    fn default() -> Counts {
        Counts::of_up_to(MAX_DISTINCT)
    }
}

impl Counts {
    /// No samples yet, and room for this many distinct values.
    pub(crate) fn of_up_to(most: usize) -> Counts {
        Counts {
            most,
            counts: Values::default(),
            chunks: Vec::new(),
            sorted: 0,
            changes: Vec::new(),
            has_more_changes: false,
            lattice: None,
            stepped: 0,
        }
    }

    /// How many distinct values there are.
    pub(crate) fn distinct(&self) -> usize {
        self.counts.len()
    }

    /// Counts `count` samples of the same value.
    #[inline]
    pub(crate) fn add_many(&mut self, sample: &Decimal, count: u64) -> Result<(), Full> {
        let at = match self.counts.get_index_of(sample) {
            Some(at) => at,
            None => self.insert(sample)?,
        };
        self.add_at(at, count);
        Ok(())
    }

    /// The position at which `value` is counted; it never changes.
    pub(crate) fn position(&mut self, value: &Decimal) -> Result<usize, Full> {
        match self.counts.get_index_of(value) {
            Some(at) => Ok(at),
            None => self.insert(value),
        }
    }

    /// Adds a value that was not counted before.
    fn insert(&mut self, value: &Decimal) -> Result<usize, Full> {
        match self.counts.len() < self.most {
            true => Ok(self.counts.insert_full(value.normalized(), 0).0),
            false => Err(Full),
        }
    }

    /// Counts `count` samples of the value at a position.
    #[inline]
    pub(crate) fn add_at(&mut self, at: usize, count: u64) {
        self.counts[at] += count;
        if count == 1 && self.changes.len() < MAX_CHANGES {
            self.changes.push(at as u32);
        } else {
            self.has_more_changes = true;
        }
    }

    /// How often `value` occurs.
    pub(crate) fn count_of(&self, value: &Decimal) -> u64 {
        self.counts.get(value).copied().unwrap_or(0)
    }

    /// The values with their counts, in no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Decimal, u64)> {
        self.counts.iter().map(|(value, count)| (value, *count))
    }

    /// The values with their counts, from the least value to the greatest.
    pub(crate) fn sorted(&mut self) -> impl Iterator<Item = (&Decimal, u64)> {
        self.bring_up_to_date();
        let order = self.chunks.iter().flat_map(|chunk| &chunk.order);
        order.filter_map(|&at| self.counts.get_index(at as usize)).map(|(value, n)| (value, *n))
    }

    /// The value at `rank`, from 1, among the sorted samples.
    pub(crate) fn at_rank(&mut self, rank: u64) -> Option<&Decimal> {
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
    pub(crate) fn below(&mut self, limit: &Decimal) -> u64 {
        self.bring_up_to_date();
        let place = chunk_of(&self.chunks, &self.counts, limit);
        let before: u64 = self.chunks[..place].iter().map(|chunk| chunk.total).sum();
        let within = self.chunks.get(place).map_or(&[][..], |chunk| &chunk.order);
        let counts = within.iter().filter_map(|&at| self.counts.get_index(at as usize));
        before + counts.take_while(|(value, _)| *value < limit).map(|(_, count)| count).sum::<u64>()
    }

    /// The most frequent value, the least of them if there are several.
    pub(crate) fn mode(&self) -> Option<&Decimal> {
        let mut found: Option<(&Decimal, u64)> = None;
        for (value, count) in self.iter() {
            let better =
                found.is_none_or(|(mode, most)| count > most || (count == most && value < mode));
            if better {
                found = Some((value, count));
            }
        }
        found.map(|(value, _)| value)
    }

    /// The step between the values, if they have one.
    pub(crate) fn lattice(&mut self) -> Option<Lattice> {
        for (at, value) in self.counts.keys().enumerate().skip(self.stepped) {
            self.lattice = match self.lattice.take() {
                _ if at == 0 => Lattice::of(value),
                lattice => lattice.and_then(|lattice| lattice.with(value)),
            };
        }
        self.stepped = self.counts.len();
        self.lattice.clone()
    }

    fn bring_up_to_date(&mut self) {
        for at in self.sorted..self.counts.len() {
            self.sort_in(at);
        }
        self.sorted = self.counts.len();
        if self.has_more_changes {
            for chunk in &mut self.chunks {
                chunk.total = chunk.order.iter().map(|&at| self.counts[at as usize]).sum();
            }
        } else {
            for &at in &self.changes {
                let place = chunk_of(&self.chunks, &self.counts, &self.counts.keys()[at as usize]);
                self.chunks[place].total += 1;
            }
        }
        self.changes.clear();
        self.has_more_changes = false;
    }

    /// Puts the value at `at` where it belongs, without counting its samples.
    fn sort_in(&mut self, at: usize) {
        let counts = &self.counts;
        let value = &counts.keys()[at];
        if self.chunks.is_empty() {
            self.chunks.push(Chunk::default());
        }
        // A value beyond all others goes to the end of the last chunk.
        let place = chunk_of(&self.chunks, counts, value).min(self.chunks.len() - 1);
        let chunk = &mut self.chunks[place];
        let within = chunk.order.partition_point(|&other| counts.keys()[other as usize] < *value);
        chunk.order.insert(within, at as u32);
        if chunk.order.len() > MAX_CHUNK {
            let order = chunk.order.split_off(MAX_CHUNK / 2);
            self.chunks.insert(place + 1, Chunk { order, total: 0 });
            self.has_more_changes = true;
        }
    }
}

/// Values that follow each other in order, at least one.
#[derive(Clone, Debug, Default)]
struct Chunk {
    /// Their indices in the counts.
    order: Vec<u32>,
    /// Their samples.
    total: u64,
}

/// The index of the chunk in which `value` is, or would be; beyond the last if it is above all values.
fn chunk_of(chunks: &[Chunk], counts: &Values, value: &Decimal) -> usize {
    chunks.partition_point(|chunk| {
        chunk.order.last().is_some_and(|&last| counts.keys()[last as usize] < *value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counts(samples: &[&str]) -> Counts {
        let mut counts = Counts::default();
        samples.iter().for_each(|it| counts.add_many(&it.parse().unwrap(), 1).unwrap());
        counts
    }

    #[test]
    fn equal_values_are_one_however_they_are_written() {
        let mut counts = counts(&["1.50", "1.5", "15e-1", "2"]);
        let sorted: Vec<(String, u64)> =
            counts.sorted().map(|(value, count)| (value.to_string(), count)).collect();
        assert_eq!(sorted, [("1.5".to_owned(), 3), ("2".to_owned(), 1)]);
    }

    #[test]
    fn the_mode_is_the_least_of_the_most_frequent() {
        assert_eq!(counts(&["3", "1", "3", "1", "2"]).mode(), Some(&Decimal::new(1, 0)));
        assert_eq!(Counts::default().mode(), None);
    }

    #[test]
    fn there_is_room_for_every_value_of_a_16_bit_converter_and_no_more() {
        let mut counts = Counts::default();
        for value in -32768..=32767 {
            counts.add_many(&Decimal::new(value, 0), 1).unwrap();
        }
        assert_eq!(counts.add_many(&Decimal::new(32768, 0), 1), Err(Full));
        assert_eq!(counts.add_many(&Decimal::new(32767, 0), 1), Ok(()));
        assert_eq!(counts.at_rank(32769), Some(&Decimal::ZERO));
    }

    proptest! {
        #[test]
        fn ranks_are_those_of_the_sorted_samples(
            batches in proptest::collection::vec(
                proptest::collection::vec((-300i64..300, 1u64..3), 0..600), 1..6,
            ),
        ) {
            let (mut counts, mut sorted) = (Counts::default(), Vec::new());
            for batch in batches {
                for (value, count) in batch {
                    counts.add_many(&Decimal::new(value, 0), count).unwrap();
                    sorted.extend(std::iter::repeat_n(value, count as usize));
                }
                sorted.sort_unstable();
                for (index, value) in sorted.iter().enumerate() {
                    let expected = Decimal::new(*value, 0);
                    prop_assert_eq!(counts.at_rank(index as u64 + 1), Some(&expected));
                }
                for limit in -301..301 {
                    let below = sorted.partition_point(|&value| value < limit) as u64;
                    prop_assert_eq!(counts.below(&Decimal::new(limit, 0)), below);
                }
            }
        }
    }
}
