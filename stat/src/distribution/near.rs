//! The positions at which numbers near each other are counted, in a table: faster than hashing.

/// Numbers that have a place.
const PLACES: usize = 1 << 13;

/// The positions of numbers.
#[derive(Clone, Debug)]
pub(super) struct Near {
    /// The number of the first place.
    base: i64,
    /// The position of each number, plus one; 0 if it is not known.
    positions: Box<[u32]>,
}

impl Near {
    /// Places around `number`.
    pub(super) fn around(number: i64) -> Near {
        let base = number.saturating_sub(PLACES as i64 / 2);
        Near { base, positions: vec![0; PLACES].into_boxed_slice() }
    }

    /// The place of the position of `number`, if it has one: that plus one, or 0.
    #[inline(always)]
    pub(super) fn at(&mut self, number: i64) -> Option<&mut u32> {
        let offset = number.wrapping_sub(self.base) as u64;
        usize::try_from(offset).ok().and_then(|offset| self.positions.get_mut(offset))
    }

    /// The known positions of the numbers from `least` to `greatest`, in their order; `None` unless both
    /// have a place.
    pub(super) fn between(&self, least: i64, greatest: i64) -> Option<impl Iterator<Item = u32>> {
        let place = |number: i64| usize::try_from(number.checked_sub(self.base)?).ok();
        let positions = self.positions.get(place(least)?..=place(greatest)?)?;
        Some(positions.iter().filter(|position| **position > 0).map(|position| position - 1))
    }

    /// Forgets the position of `number`.
    pub(super) fn forget(&mut self, number: i64) {
        if let Some(position) = self.at(number) {
            *position = 0;
        }
    }
}
