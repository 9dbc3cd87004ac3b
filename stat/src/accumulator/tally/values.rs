//! Counters of any short numbers: a table for those near the first ones, and a map for the others.
//!
//! If the first ones lie too far apart for the table, but whole steps (a converter's codes times a
//! scale), the table is for those that lie such steps apart.

use std::collections::HashMap;
use std::mem::take;

use foldhash::fast::RandomState;
use num_integer::gcd;

use crate::ranks::counts::MAX_DISTINCT;
use crate::short::divisor::Divisor;
use crate::short::tables::zeros;

/// Numbers that have a counter in the table: twice the whole range of a 16-bit converter, so that
/// this fits in wherever in it the first ones lie.
const COUNTERS: usize = 1 << 17;

/// Counters.
#[derive(Clone, Debug)]
pub(super) struct Values {
    /// Whose counters are in the table; `None` while nothing is counted.
    steps: Option<Steps>,
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
        Values { steps: None, near: zeros(), far: HashMap::default(), more: Vec::new() }
    }
}

impl Values {
    /// Counts `numbers`, or as many of them as there is room for; returns how many.
    pub(super) fn add(&mut self, numbers: &[i64]) -> usize {
        let steps = *self.steps.get_or_insert_with(|| Steps::of(numbers));
        match steps.step.get() {
            1 => self.add_at(numbers, |number| steps.place_by_one(number)),
            _ => self.add_at(numbers, |number| steps.place(number)),
        }
    }

    /// The same, given the place of each in the table, if it has one; beyond the last counter if not.
    #[inline(always)]
    fn add_at(&mut self, numbers: &[i64], place: impl Fn(i64) -> Option<usize>) -> usize {
        for (at, &number) in numbers.iter().enumerate() {
            if let Some(count) = place(number).and_then(|at| self.near.get_mut(at)) {
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

    /// How many distinct numbers are not in the table, at most.
    pub(super) fn far(&self) -> usize {
        self.far.len() + self.more.len()
    }

    /// Empties the counters, and passes each number with its count to `each`.
    pub(super) fn drain(&mut self, mut each: impl FnMut(i64, u64)) {
        let Some(steps) = self.steps.take() else { return };
        for (at, count) in (0..).zip(self.near.iter_mut()) {
            if *count > 0 {
                each(steps.base + at * steps.step.get(), u64::from(take(count)));
            }
        }
        self.far.drain().for_each(|(number, count)| each(number, u64::from(count)));
        self.more.drain(..).for_each(|number| each(number, 1));
    }
}

/// The numbers that have a counter in the table: whole steps apart, from `base` on.
#[derive(Clone, Copy, Debug)]
struct Steps {
    base: i64,
    step: Divisor,
}

/// With fewer numbers, a common step may be chance.
const MIN_NUMBERS: usize = 32;

impl Steps {
    /// Around these numbers, if they are typical: their median is in the middle.
    fn of(numbers: &[i64]) -> Steps {
        let mut numbers = numbers.to_vec();
        let middle = numbers.len() / 2;
        let median = match numbers.is_empty() {
            true => 0,
            false => *numbers.select_nth_unstable(middle).1,
        };
        let step = common_step(&numbers).unwrap_or(1);
        let half = step.checked_mul(COUNTERS as i64 / 2);
        match half.and_then(|half| median.checked_sub(half)) {
            Some(base) => Steps { base, step: Divisor::new(step) },
            None => {
                let base = median.saturating_sub(COUNTERS as i64 / 2);
                Steps { base, step: Divisor::new(1) }
            }
        }
    }

    /// The place of a number's counter, if the step is 1.
    #[inline(always)]
    fn place_by_one(self, number: i64) -> Option<usize> {
        usize::try_from(number.wrapping_sub(self.base) as u64).ok()
    }

    /// The place of a number's counter.
    #[inline(always)]
    fn place(self, number: i64) -> Option<usize> {
        // Beyond the range, it is negative, or too far for a counter.
        let offset = number.wrapping_sub(self.base);
        let at = self.step.quotient(offset);
        let is_whole = offset >= 0 && at.wrapping_mul(self.step.get() as u64) == offset as u64;
        if is_whole { usize::try_from(at).ok() } else { None }
    }
}

/// The step that all these numbers lie apart, if they do not fit the table without one.
fn common_step(numbers: &[i64]) -> Option<i64> {
    let (least, greatest) = (numbers.iter().min()?, numbers.iter().max()?);
    let range = greatest.checked_sub(*least)?;
    if range < COUNTERS as i64 || numbers.len() < MIN_NUMBERS {
        return None;
    }
    let step = numbers.iter().fold(0, |step, number| match step {
        1 => 1,
        step => gcd(step, number - least),
    });
    (step > 0).then_some(step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn every_number_is_counted_once_wherever(
            step in prop_oneof![1i64..9, 1i64..1 << 40], shift in any::<i64>(),
            codes in proptest::collection::vec(-40_000i64..40_000, 1..200),
            others in proptest::collection::vec(any::<i64>(), 0..20), first in any::<bool>(),
        ) {
            let codes = codes.iter().map(|code| (shift >> 1).saturating_add(code * step));
            let mut numbers: Vec<i64> = codes.chain(others).collect();
            if first {
                numbers.rotate_right(1);
            }
            let (mut values, mut counted) = (Values::default(), BTreeMap::new());
            for numbers in numbers.chunks(64) {
                prop_assert_eq!(values.add(numbers), numbers.len());
            }
            values.drain(|number, count| *counted.entry(number).or_insert(0) += count);
            let mut expected = BTreeMap::new();
            numbers.iter().for_each(|number| *expected.entry(*number).or_insert(0) += 1);
            prop_assert_eq!(counted, expected);
        }
    }

    #[test]
    fn numbers_whole_steps_apart_are_all_in_the_table() {
        let numbers: Vec<i64> = (-300..300).map(|code| 7 + code * 305_175).collect();
        let mut values = Values::default();
        values.add(&numbers);
        values.add(&[8]);
        assert_eq!(values.far.len(), 1);
    }
}
