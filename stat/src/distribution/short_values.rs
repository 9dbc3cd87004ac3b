//! Short numbers in one unit, each with its count.

use crate::counts::{Counts, Full};
use crate::distribution::near::Near;

/// The counts of short numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct ShortValues {
    /// The unit is 10^−`scale`.
    scale: u16,
    counts: Counts<i64>,
    /// Where numbers near each other are counted; `None` until many at a time come.
    near: Option<Near>,
    /// How many numbers have a known position there, and the least and the greatest of them.
    known: usize,
    ends: (i64, i64),
}

impl ShortValues {
    /// The same counts in another unit, into which `convert` brings each number; `None` if it cannot
    /// convert one.
    pub(super) fn converted(
        &self,
        scale: u16,
        convert: impl Fn(i64) -> Option<i64>,
    ) -> Option<ShortValues> {
        let mut counts = Counts::default();
        for (number, count) in self.counts.iter() {
            counts.add_many(&convert(*number)?, count).ok()?;
        }
        Some(ShortValues { scale, counts, ..ShortValues::default() })
    }

    /// The unit's decimal places.
    pub(super) fn scale(&self) -> u16 {
        self.scale
    }

    /// Changes the unit if nothing is counted yet; returns whether it is this one now.
    pub(super) fn has_scale(&mut self, scale: u16) -> bool {
        if self.counts.distinct() == 0 {
            self.scale = scale;
        }
        self.scale == scale
    }

    /// Counts `count` samples of the same number.
    #[inline]
    pub(super) fn add(&mut self, number: i64, count: u64) -> Result<(), Full> {
        // If there is a table, the order is only known while all numbers are in it.
        let at = match self.near.take() {
            Some(mut near) => {
                let at = self.position(number, &mut near);
                self.near = Some(near);
                at?
            }
            None => self.counts.position(&number)?,
        };
        self.counts.add_many_at(at, count);
        Ok(())
    }

    /// Counts `numbers`, or as many as there is room for; returns how many.
    pub(super) fn add_all(&mut self, numbers: &[i64]) -> usize {
        let middle = numbers.get(numbers.len() / 2).copied().unwrap_or(0);
        let mut near = self.near.take().unwrap_or_else(|| Near::around(middle));
        let lists = self.counts.lists_changes(numbers.len());
        let is_full = |number: &i64| {
            let at = self.position(*number, &mut near);
            at.map(|at| self.counts.add_at(at, lists)).is_err()
        };
        let counted = numbers.iter().position(is_full).unwrap_or(numbers.len());
        self.near = Some(near);
        counted
    }

    /// The position at which `number` is counted; remembers it in `near`.
    #[inline(always)]
    fn position(&mut self, number: i64, near: &mut Near) -> Result<usize, Full> {
        let place = near.at(number);
        if let Some(known) = place.as_deref().and_then(|place| place.checked_sub(1)) {
            return Ok(known as usize);
        }
        let at = self.counts.position(&number)?;
        if let Some(place) = place {
            *place = at as u32 + 1;
            self.ends = match self.known {
                0 => (number, number),
                _ => (self.ends.0.min(number), self.ends.1.max(number)),
            };
            self.known += 1;
        }
        Ok(at)
    }

    /// The counts, which are queried fast if numbers near each other were counted many at a time.
    pub(super) fn counts(&mut self) -> &mut Counts<i64> {
        if self.known > 0
            && self.known == self.counts.distinct()
            && let Some(order) =
                self.near.as_ref().and_then(|it| it.between(self.ends.0, self.ends.1))
        {
            self.counts.note_order(order);
        }
        &mut self.counts
    }

    /// The numbers with their counts, in the order in which they first came.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&i64, u64)> {
        self.counts.iter()
    }

    /// The most frequent number, the least of them if there are several.
    pub(super) fn mode(&self) -> Option<i64> {
        self.counts.mode().copied()
    }

    /// Removes all numbers, but keeps the memory.
    pub(super) fn clear(&mut self) {
        let Some(near) = self.near.as_mut().filter(|_| self.known > self.counts.distinct() / 2)
        else {
            // It is in the wrong place.
            (self.near, self.known) = (None, 0);
            self.counts.clear();
            return;
        };
        self.counts.iter().for_each(|(number, _)| near.forget(*number));
        self.known = 0;
        self.counts.clear();
    }
}
