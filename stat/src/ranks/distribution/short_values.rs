//! Short numbers in one unit, each with its count: in a table if they are near each other, and among the
//! `far` ones otherwise.

use super::far::Far;
use super::near::{COUNTERS, Near};
use crate::ranks::counts::{Counts, Full, MAX_DISTINCT};

/// The counts of short numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct ShortValues {
    /// The unit is 10^−`scale`.
    scale: u16,
    /// `None` until many at a time come.
    near: Option<Near>,
    /// The numbers that have no counter there.
    far: Far,
}

impl ShortValues {
    /// The same counts in another unit, into which `convert` brings each number; `None` if it cannot
    /// convert one.
    pub(super) fn converted(
        &mut self,
        scale: u16,
        convert: impl Fn(i64) -> Option<i64>,
    ) -> Option<ShortValues> {
        let mut far = Counts::default();
        for (number, count) in self.iter() {
            far.add_many(&convert(number)?, count).ok()?;
        }
        Some(ShortValues { scale, near: None, far: far.into() })
    }

    /// The unit's decimal places.
    pub(super) fn scale(&self) -> u16 {
        self.scale
    }

    /// Changes the unit; nothing may be counted yet.
    pub(super) fn set_scale(&mut self, scale: u16) {
        self.scale = scale;
    }

    /// How many distinct numbers there are.
    pub(super) fn distinct(&mut self) -> usize {
        let (near, far) = self.lengths();
        near + far
    }

    /// How many there are at most, which is faster to know.
    pub(super) fn distinct_at_most(&self) -> usize {
        self.near.as_ref().map_or(0, Near::distinct) + self.far.distinct_at_most()
    }

    /// Counts `count` samples of the same number, if there are then at most `most` distinct ones.
    #[inline]
    pub(super) fn add(&mut self, number: i64, count: u64, most: usize) -> Result<(), Full> {
        let may_be_full = self.distinct_at_most() >= most;
        if may_be_full && self.distinct() >= most && self.count_of(number) == 0 {
            return Err(Full);
        }
        match self.near.as_mut().is_some_and(|near| near.add(number, count)) {
            true => Ok(()),
            false => self.far.add_many(number, count),
        }
    }

    /// Counts ascending numbers, for which there is room, each with its count, if there may be at most
    /// `most` distinct ones.
    pub(super) fn add_counts(&mut self, numbers: &[(i64, u64)], most: usize) {
        if self.distinct() == 0 && !self.has_table() {
            match middle(numbers).filter(|_| most >= COUNTERS) {
                Some(middle) => self.near.get_or_insert_default().choose(middle),
                None => return self.far = Counts::of_ascending(MAX_DISTINCT, numbers).into(),
            }
        }
        // There is as much room as there are numbers.
        let mut add_far = |number, count| _ = self.far.add_many(number, count);
        match &mut self.near {
            Some(near) => near.add_counts(numbers, add_far),
            None => numbers.iter().for_each(|(number, count)| add_far(*number, *count)),
        }
    }

    fn count_of(&mut self, number: i64) -> u64 {
        let near = self.near.as_ref().and_then(|near| near.count_of(number));
        near.unwrap_or_else(|| self.far.counts().count_of(&number))
    }

    /// Counts `numbers`, of which `ends` are the least and the greatest, or as many as there is room for if
    /// there may be at most `most` distinct ones; returns how many.
    pub(super) fn add_all(&mut self, numbers: &[i64], ends: (i64, i64), most: usize) -> usize {
        let is_full = |values: &mut ShortValues, number: i64| values.add(number, 1, most).is_err();
        if most < COUNTERS {
            // A table would be larger than what it is for, as where many channels share.
            let full = numbers.iter().position(|number| is_full(self, *number));
            return full.unwrap_or(numbers.len());
        }
        let middle = numbers.get(numbers.len() / 2).copied().unwrap_or(0);
        let mut near = self.near_around(middle);
        let has_room = near.distinct() + self.far.distinct_at_most() + numbers.len() <= most
            || near.distinct() + self.far.counts().distinct() + numbers.len() <= most;
        if has_room {
            near.add_all(numbers, ends, |number| self.far.list(number));
        }
        self.near = Some(near);
        if has_room {
            return numbers.len();
        }
        let full = numbers.iter().position(|number| is_full(self, *number));
        full.unwrap_or(numbers.len())
    }

    /// Whether numbers are counted in a table. (When that begins, their order changes.)
    pub(super) fn has_table(&self) -> bool {
        self.near.as_ref().is_some_and(|near| near.base().is_some())
    }

    /// The table, for numbers around `middle` unless it is in use. A number that it is for is then counted
    /// nowhere else.
    fn near_around(&mut self, middle: i64) -> Near {
        let mut near = self.near.take().unwrap_or_default();
        if near.base().is_none() {
            near.choose(middle);
            let far = self.far.counts().iter();
            let mut others: Vec<_> = far.map(|(number, n)| (*number, n)).collect();
            others.retain(|(number, count)| !near.add(*number, *count));
            if near.distinct() > 0 {
                self.far.clear();
                for (number, count) in others {
                    // There is as much room as before.
                    let _ = self.far.add_many(number, count);
                }
            }
        }
        near
    }

    /// The number at `rank`, from 1, among the sorted samples.
    pub(super) fn at_rank(&mut self, rank: u64) -> Option<i64> {
        let Some(near) = self.near.as_mut().filter(|near| near.distinct() > 0) else {
            return self.far.at_rank(rank);
        };
        let before = match self.far.distinct_at_most() {
            0 => 0,
            _ => near.base().map_or(0, |base| self.far.below(base)),
        };
        let behind = before + near.samples();
        match rank {
            _ if rank <= before => self.far.at_rank(rank),
            _ if rank <= behind => near.at_rank(rank - before),
            _ => self.far.at_rank(rank - near.samples()),
        }
    }

    /// How many samples are below `limit`.
    pub(super) fn below(&mut self, limit: i64) -> u64 {
        self.near.as_mut().map_or(0, |near| near.below(limit)) + self.far.below(limit)
    }

    /// The numbers with their counts.
    pub(super) fn iter(&mut self) -> impl Iterator<Item = (i64, u64)> {
        self.behind((0, 0))
    }

    /// How many distinct numbers are in the table, and in the map.
    pub(super) fn lengths(&mut self) -> (usize, usize) {
        (self.near.as_ref().map_or(0, Near::distinct), self.far.counts().distinct())
    }

    /// The same of the numbers that came when there were that many.
    pub(super) fn behind(
        &mut self,
        (near, far): (usize, usize),
    ) -> impl Iterator<Item = (i64, u64)> {
        let in_table = self.near.iter().flat_map(Near::iter).skip(near);
        let far = self.far.counts().behind(far);
        in_table.chain(far.map(|(number, count)| (*number, count)))
    }

    /// The numbers with their counts, from the least to the greatest.
    pub(super) fn sorted(&mut self) -> Vec<(i64, u64)> {
        let far = self.far.counts().sorted();
        let mut sorted: Vec<_> = far.map(|(number, n)| (*number, n)).collect();
        if let Some(near) = self.near.as_mut().filter(|near| near.distinct() > 0) {
            let at = near.base().map_or(0, |base| sorted.partition_point(|(it, _)| *it < base));
            sorted.splice(at..at, near.sorted());
        }
        sorted
    }

    /// The most frequent number with its count; the least number if there are several.
    pub(super) fn mode(&mut self) -> Option<(i64, u64)> {
        self.iter().max_by_key(|(number, count)| (*count, -number))
    }

    /// Forgets the limits below which numbers were counted.
    pub(super) fn forget_limits(&mut self) {
        self.far.forget_limits();
    }

    /// Removes all numbers, but keeps the memory.
    pub(super) fn clear(&mut self) {
        self.near.iter_mut().for_each(Near::clear);
        self.far.clear();
    }
}

/// The number in the middle of ascending ones, if a table around it is for them all.
fn middle(numbers: &[(i64, u64)]) -> Option<i64> {
    let ((first, _), (last, _)) = (numbers.first()?, numbers.last()?);
    let range = last.checked_sub(*first).filter(|range| *range < COUNTERS as i64)?;
    Some(first + range / 2)
}
