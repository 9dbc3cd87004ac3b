//! Counts of short numbers in tables, which are emptied when a record is due.
//!
//! Adding a sample to a table is one increment, so that a flood costs next to nothing; everything
//! else (sums, extremes, distribution) is computed from the counts, value by value.
//!
//! Memory: none until there is a number to count; then 2 MB for small [`Integers`] and 512 kB for
//! the [`values`] near the first ones, of which only pages that were touched take room, and up to
//! 2.5 MB for the others.

mod values;

use self::values::Values;
use crate::short::integers::Integers;
use crate::short::scan::{Lines, Scanned, small};

/// Samples that may be tallied before a counter, of 32 bits, might overflow.
const MOST: u64 = 1 << 31;

/// Distinct numbers that there are likely to be at least.
const FEW_NUMBERS: usize = 256;

/// Counts of short numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    integers: Option<Integers>,
    values: Option<Values>,
    /// Samples tallied.
    count: u64,
}

impl Tally {
    /// Whether nothing is tallied.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Samples that there is room for, if they are not too different.
    pub(super) fn room(&self) -> u64 {
        MOST - self.count
    }

    /// Counts the small integers, in units of 1, from the place `from` of `block` on, but at most `most`
    /// of them; there must be room for that many. May stop at any line.
    pub(super) fn count_small(&mut self, lines: Lines<'_>) -> Scanned {
        let integers = self.integers.get_or_insert_default();
        let scanned = small::count(lines, integers);
        if scanned.lines > 0 {
            integers.note(scanned.lines);
            self.count += scanned.lines;
        }
        scanned
    }

    /// The counters of small integers, in units of 1.
    pub(super) fn small(&mut self) -> &mut Integers {
        self.integers.get_or_insert_default()
    }

    /// Notes that this many small integers were counted; there must have been room for them.
    pub(super) fn note_small(&mut self, count: u64) {
        self.small().note(count);
        self.count += count;
    }

    /// Counts `numbers`, for which there must be room, or as many as are not too different; returns
    /// how many.
    pub(super) fn add(&mut self, numbers: &[i64]) -> usize {
        let counted = self.values.get_or_insert_default().add(numbers);
        self.count += counted as u64;
        counted
    }

    /// Empties the tables; returns the numbers with their counts, in any order.
    pub(super) fn drain(&mut self) -> Vec<(i64, u64)> {
        let far = self.values.as_ref().map_or(0, Values::far);
        let mut numbers = Vec::with_capacity(far.max(FEW_NUMBERS));
        let mut push = |number, count| numbers.push((number, count));
        self.integers.iter_mut().for_each(|integers| integers.drain(&mut push));
        self.values.iter_mut().for_each(|values| values.drain(&mut push));
        self.count = 0;
        numbers
    }
}
