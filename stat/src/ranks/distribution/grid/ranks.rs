//! Which cell of a grid has the sample of a given rank, and how many samples are below a limit.

use num_bigint::BigInt;
use stage::format::decimal::Decimal;

use super::Grid;
use super::width::Index;
use crate::ranks::interval::Interval;

impl Grid {
    /// The cell in which the sample at `rank` lies, from 1.
    pub(crate) fn at_rank(&mut self, rank: u64) -> Option<Interval> {
        self.make_room();
        let index = self.index_at_rank(rank)?;
        Some(self.interval(&index))
    }

    /// The index of that cell.
    fn index_at_rank(&mut self, rank: u64) -> Option<Index> {
        let far = |index: &BigInt| Some(Index::Far(index.clone()));
        let rest = match far_at_rank(self.far.range(..BigInt::ZERO), rank) {
            Ok(index) => return far(index),
            Err(rest) => rest,
        };
        if let Some(index) = self.cells.at_rank(rest) {
            return Some(Index::Word(index));
        }
        let rest = rest - self.cells.samples();
        far_at_rank(self.far.range(BigInt::ZERO..), rest).ok().and_then(far)
    }

    /// How many samples are below `limit`. Exact if that is the limit of a cell; otherwise the samples
    /// in its cell are assumed to lie evenly over it.
    pub(crate) fn below(&mut self, limit: &Decimal) -> u64 {
        self.make_room();
        let index = self.width.index(limit);
        let (before, count) = self.before_and_in(&index);
        if self.width.begins_at(limit) {
            return before;
        }
        let low = self.width.low(&index);
        let (part, width) =
            ((limit - &low) * Decimal::from_big(count.into(), 0), self.width.to_decimal());
        let places = part.places().max(width.places());
        let part = part.mantissa_at(places) / width.mantissa_at(places);
        before.saturating_add(u64::try_from(part).unwrap_or_default())
    }

    /// How many samples are in cells before the one with this index, and how many are in it.
    fn before_and_in(&mut self, index: &Index) -> (u64, u64) {
        if let Index::Word(index) = index
            && self.far.is_empty()
        {
            return (self.cells.below(*index), self.cells.count_of(*index));
        }
        let big = match index {
            Index::Word(index) => BigInt::from(*index),
            Index::Far(index) => index.clone(),
        };
        let far: u64 = self.far.range(..&big).map(|(_, count)| count).sum();
        match index {
            Index::Word(index) => (far + self.cells.below(*index), self.cells.count_of(*index)),
            Index::Far(index) => {
                let words = if big < BigInt::ZERO { 0 } else { self.cells.samples() };
                (far + words, self.far.get(index).copied().unwrap_or(0))
            }
        }
    }
}

/// The index of the cell among `cells` that the sample at `rank` lies in; if there is none, the rank
/// among the samples behind them.
fn far_at_rank<'a>(
    cells: impl IntoIterator<Item = (&'a BigInt, &'a u64)>,
    rank: u64,
) -> Result<&'a BigInt, u64> {
    let mut rest = rank;
    for (index, count) in cells {
        if *count >= rest {
            return Ok(index);
        }
        rest -= count;
    }
    Err(rest)
}
