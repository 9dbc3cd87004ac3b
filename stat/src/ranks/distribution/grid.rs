//! Quantiles of more distinct values than can be counted, near in proportion to their spread:
//! counts in decimal cells, all of the same width.
//!
//! A width is a power of ten, or twice one. Each is a multiple of the one before, so that cells can
//! be joined into wider ones: in whatever order samples come and parts are merged, the cells are
//! those of the finest width that leaves at most as many of them in use as there may be. (Five times a power
//! of ten would not do: it is no multiple of twice one.)
//!
//! While samples are being counted there may be a quarter more cells, of a finer width, so that they
//! need not be joined whenever a few new ones appear; they are joined when the grid is queried.
//!
//! Everything is computed with integers, so that it is the same on every machine.
//!
//! Memory: that of [`Counts`](crate::ranks::counts::Counts), and up to 300 bytes for a cell so far from
//! zero that its index is beyond the machine words. Where many channels share, such a cell counts as
//! several.

mod coarsening;
mod ranks;
mod width;
mod words;

use std::collections::BTreeMap;

use num_bigint::BigInt;
use stage::format::decimal::Decimal;

use crate::ranks::counts::{Full, MAX_DISTINCT};
use crate::ranks::interval::Interval;
use crate::short::ascending::Ascending;
use crate::short::decimal;

use self::width::Index;
pub(crate) use self::width::Width;
use self::words::Words;

/// Cells that there is room for while samples are being counted, if there may be at most `most`.
fn room_for(most: usize) -> usize {
    most + (most / 4).max(FAR_ROOM)
}

/// A far cell takes as much memory as this many others.
const FAR_ROOM: usize = 4;

/// The room that a far cell takes, if there may be at most `most` cells: only where channels share is that
/// scarce.
fn far_room(most: usize) -> usize {
    if most < MAX_DISTINCT { FAR_ROOM } else { 1 }
}

/// Counts of samples in cells of one width.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    /// Cells that there may be.
    most: usize,
    width: Width,
    /// Counts by index.
    cells: Words,
    /// The same of indices beyond the machine words, of which there are hardly ever any.
    far: BTreeMap<BigInt, u64>,
}

impl Grid {
    /// These cells.
    fn new(width: Width, cells: Ascending, most: usize) -> Grid {
        Grid { most, width, cells: Words::of(cells, room_for(most)), far: BTreeMap::new() }
    }

    /// The grid of distinct values, ascending, with their counts.
    pub(crate) fn of(values: &[(Decimal, u64)], most: usize) -> Grid {
        let places = values.iter().map(|(value, _)| value.places()).max().unwrap_or(0);
        let finest = Width::power_of_ten(-i32::from(places));
        let indices: Vec<Index> = values.iter().map(|(value, _)| finest.index(value)).collect();
        let width = finest.coarse_enough(most, |width| {
            let times = finest.all_times(width);
            Width::room(indices.iter().map(|index| times.index(index)), far_room(most))
        });
        Grid::with_cells(width, values.iter().map(|(value, count)| (value, *count)), most)
    }

    /// The grid of distinct numbers in units of 10^−`scale`, too many to count each.
    pub(crate) fn of_short(scale: u16, numbers: Ascending, most: usize) -> Grid {
        // Each is in a cell of its own, so that no width that fits is finer.
        Grid::new(Width::power_of_ten(-i32::from(scale)), numbers, most).with_few_cells()
    }

    fn with_few_cells(mut self) -> Grid {
        self.make_room();
        self
    }

    /// A grid with cells of this `width`, each given by its lower end or a value in it.
    pub(crate) fn with_cells<'a>(
        width: Width,
        cells: impl IntoIterator<Item = (&'a Decimal, u64)>,
        most: usize,
    ) -> Grid {
        let mut grid = Grid::new(width, Ascending::default(), most);
        cells.into_iter().for_each(|(cell, count)| grid.add_many(cell, count));
        grid
    }

    /// Counts `count` samples of the same value.
    pub(crate) fn add_many(&mut self, value: &Decimal, count: u64) {
        while self.add_at(self.width.index(value), count) == Err(Full) {
            self.make_room();
        }
    }

    /// Counts `count` samples `number` × 10^−`scale`.
    #[inline]
    pub(crate) fn add_short(&mut self, number: i64, scale: u16, count: u64) {
        let index = self.width.index_of(number, scale).and_then(|index| i64::try_from(index).ok());
        let is_counted = index.is_some_and(|index| self.cells.add(index, count).is_ok());
        if !is_counted {
            self.add_many(&decimal(number, scale), count);
        }
    }

    fn add_at(&mut self, index: Index, count: u64) -> Result<(), Full> {
        let index = match index {
            Index::Word(index) => return self.cells.add(index, count),
            Index::Far(index) => index,
        };
        if self.used() + far_room(self.most) > room_for(self.most) && !self.far.contains_key(&index)
        {
            return Err(Full);
        }
        *self.far.entry(index).or_default() += count;
        Ok(())
    }

    /// How much room the cells in use take.
    fn used(&self) -> usize {
        self.cells.distinct() + far_room(self.most) * self.far.len()
    }

    /// Whether the index of each cell fits a machine word, and there are not too many cells.
    pub(crate) fn has_only_words_and_room(&self) -> bool {
        self.far.is_empty() && self.used() <= self.most
    }

    /// The indices that fit a machine word, in any order, with their counts.
    pub(crate) fn words(&self) -> impl Iterator<Item = (i64, u64)> {
        self.cells.iter()
    }

    /// The cell of an index.
    pub(crate) fn cell(&self, index: i64) -> Interval {
        self.interval(&Index::Word(index))
    }

    fn interval(&self, index: &Index) -> Interval {
        let low = self.width.low(index);
        let high = &low + self.width.to_decimal();
        Interval { low, high }
    }

    /// The most cells that there may be.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// The width of the cells.
    pub(crate) fn width(&self) -> Width {
        self.width
    }

    /// The least and the greatest of the indices that fit a machine word; if there are none, the least
    /// is above the greatest.
    pub(crate) fn ends(&self) -> (i64, i64) {
        self.cells.ends()
    }

    /// Counts a few short numbers in units of 10^−`scale`, each with its count: others will follow.
    pub(crate) fn add_few(&mut self, numbers: &[(i64, u64)], scale: u16) {
        numbers.iter().for_each(|(number, count)| self.add_short(*number, scale, *count));
    }

    /// Counts short numbers in units of 10^−`scale`, each with its count.
    pub(crate) fn add_counts(&mut self, numbers: Ascending, scale: u16) {
        match self.width.divisor_and_factor(scale) {
            Some((divisor, 1)) => self.join_cells(numbers.divided(divisor)),
            other => match other.and_then(|(_, factor)| numbers.multiplied(factor)) {
                Some(cells) => self.join_cells(cells),
                None => self.add_few(numbers.as_slice(), scale),
            },
        }
    }

    /// Counts samples in cells with these indices.
    fn join_cells(&mut self, cells: Ascending) {
        self.cells.join(cells);
        if self.used() > room_for(self.most) {
            self.make_room();
        }
    }

    /// Counts the samples of another grid.
    pub(crate) fn join(&mut self, mut other: Grid) {
        let width = self.width.max(other.width);
        for grid in [&mut *self, &mut other] {
            if grid.width < width {
                grid.coarsen(width);
            }
        }
        self.join_cells(other.cells.take_ordered());
        for (index, count) in other.far {
            self.add_many(&width.low(&Index::Far(index)), count);
        }
    }

    /// The same of a grid whose cells are given by their lower ends.
    pub(crate) fn absorb(&mut self, width: Width, cells: &[(Decimal, u64)]) {
        // A width that is too fine for a part is too fine for the whole.
        if width > self.width {
            self.coarsen(width);
        }
        cells.iter().for_each(|(cell, count)| self.add_many(cell, *count));
    }

    /// The cells with their counts, from the least to the greatest.
    fn sorted(&mut self) -> impl Iterator<Item = (Index, u64)> {
        let far = |(index, count): (&BigInt, &u64)| (Index::Far(index.clone()), *count);
        let below = self.far.range(..BigInt::ZERO).map(far);
        let above = self.far.range(BigInt::ZERO..).map(far);
        let words = self.cells.ordered().as_slice().iter();
        let words = words.map(|(index, count)| (Index::Word(*index), *count));
        below.chain(words).chain(above)
    }

    /// The width of the cells, and the lower ends of those in use, from the least to the greatest,
    /// with their counts. This is the grid's whole state.
    pub(crate) fn contents(&mut self) -> (Width, Vec<(Decimal, u64)>) {
        self.make_room();
        let width = self.width;
        (width, self.sorted().map(|(index, count)| (width.low(&index), count)).collect())
    }
}

#[cfg(test)]
mod tests;
