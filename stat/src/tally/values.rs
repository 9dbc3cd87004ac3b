//! Counters of any short numbers: a table for those near the first ones, and a map for the others.

use std::collections::HashMap;
use std::mem::take;

use foldhash::fast::RandomState;

use super::zeros;
use crate::counts::MAX_DISTINCT;

/// Numbers that have a counter in the table: twice the whole range of a 16-bit converter, so that
/// this fits in wherever in it the first ones lie.
const COUNTERS: usize = 1 << 17;

/// Counters.
#[derive(Clone, Debug)]
pub(super) struct Values {
    /// The number of the first counter in the table; `None` while nothing is counted.
    base: Option<i64>,
    near: Box<[u32; COUNTERS]>,
    /// Keyed at random, so that nobody can prepare numbers that collide.
    far: HashMap<i64, u32, RandomState>,
    /// Further numbers, once there are more distinct ones than the distribution counts. It goes over to
    /// cells then: the more numbers it knows, the nearer are these cells to the last ones.
    more: Vec<i64>,
}

/// Numbers in the map at which memory for all that it may hold is allocated: growing step by step
/// would move them again and again.
const MANY: usize = 1 << 12;

/// The most of [`Values::more`].
const MOST_MORE: usize = 1 << 16;

impl Default for Values {
    fn default() -> Values {
        Values { base: None, near: zeros(), far: HashMap::default(), more: Vec::new() }
    }
}

impl Values {
    /// Counts `numbers`, or as many of them as there is room for; returns how many.
    pub(super) fn add(&mut self, numbers: &[i64]) -> usize {
        let base = *self.base.get_or_insert_with(|| base_for(numbers));
        for (at, &number) in numbers.iter().enumerate() {
            let offset = number.wrapping_sub(base) as u64;
            let near = usize::try_from(offset).ok().and_then(|offset| self.near.get_mut(offset));
            if let Some(count) = near {
                *count += 1;
            } else if !self.add_far(number) {
                return at;
            }
        }
        numbers.len()
    }

    /// Counts a number that has no counter in the table, if there is room for it.
    #[inline]
    fn add_far(&mut self, number: i64) -> bool {
        // Of more, the distribution would no longer count each.
        if self.far.len() > MAX_DISTINCT {
            let has_room = self.more.len() < MOST_MORE;
            self.more.extend(has_room.then_some(number));
            return has_room;
        }
        *self.far.entry(number).or_insert(0) += 1;
        if self.far.len() == MANY {
            self.far.reserve(MAX_DISTINCT + 1 - MANY);
        }
        true
    }

    /// Empties the counters, and passes each number with its count to `each`.
    pub(super) fn drain(&mut self, mut each: impl FnMut(i64, u64)) {
        let Some(base) = self.base.take() else { return };
        for (number, count) in (base..).zip(self.near.iter_mut()) {
            if *count > 0 {
                each(number, u64::from(take(count)));
            }
        }
        self.far.drain().for_each(|(number, count)| each(number, u64::from(count)));
        self.more.drain(..).for_each(|number| each(number, 1));
    }
}

/// The number of the table's first counter, if these numbers are typical: their median is in the
/// middle.
fn base_for(numbers: &[i64]) -> i64 {
    let mut numbers = numbers.to_vec();
    let middle = numbers.len() / 2;
    let median = match numbers.is_empty() {
        true => 0,
        false => *numbers.select_nth_unstable(middle).1,
    };
    median.saturating_sub(COUNTERS as i64 / 2)
}
