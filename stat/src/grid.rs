//! Quantiles of more distinct values than can be counted, near in proportion to their spread:
//! counts in decimal cells, all of the same width.
//!
//! A width is a power of ten, or twice one. Each is a multiple of the one before, so that cells can
//! be joined into wider ones: in whatever order samples come and parts are merged, the cells are
//! those of the finest width that leaves at most [`MAX_DISTINCT`] of them in use. (Five times a power
//! of ten would not do: it is no multiple of twice one.)
//!
//! While samples are being counted there may be a quarter more cells, of a finer width, so that they
//! need not be joined whenever a few new ones appear; they are joined when the grid is queried.
//!
//! Everything is computed with integers, so that it is the same on every machine.
//!
//! Memory: that of [`Counts`], and 2 MB for indices.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use stage::format::decimal::{Decimal, SMALL_DIGITS};

use crate::counts::{Counts, Full, MAX_DISTINCT};
use crate::interval::Interval;

/// Cells that there is room for while samples are being counted.
const MAX_CELLS: usize = MAX_DISTINCT / 4 * 5;

/// The width of a cell. Ordered by width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Width {
    exponent: i32,
    /// Whether it is twice the power of ten.
    is_double: bool,
}

impl Width {
    /// 10^`exponent`.
    pub(crate) fn power_of_ten(exponent: i32) -> Width {
        Width { exponent, is_double: false }
    }

    /// The width that is `decimal`, if one is.
    pub(crate) fn of(decimal: &Decimal) -> Option<Width> {
        let exponent = decimal.magnitude()?;
        let widths = [false, true].map(|is_double| Width { exponent, is_double });
        widths.into_iter().find(|width| width.to_decimal() == *decimal)
    }

    /// The width as a number.
    pub(crate) fn to_decimal(self) -> Decimal {
        Decimal::power(self.factor(), self.exponent)
    }

    fn factor(self) -> u8 {
        if self.is_double { 2 } else { 1 }
    }

    /// This width, coarsened by `steps`.
    fn coarser(self, steps: i32) -> Width {
        let rank = 2 * self.exponent + i32::from(self.is_double) + steps;
        Width { exponent: rank.div_euclid(2), is_double: rank.rem_euclid(2) == 1 }
    }

    /// The lower end of the cell that `value` is in.
    #[inline]
    pub(crate) fn floor(self, value: &Decimal) -> Decimal {
        value.floor_to(self.factor(), self.exponent)
    }

    /// The index, counted from zero, of the cell that a short `value` is in; `None` if it cannot be
    /// computed in machine words.
    #[inline]
    fn index(self, value: &Decimal) -> Option<i64> {
        let shift = i32::from(value.places()) + self.exponent;
        let power = *POWERS.get(shift.unsigned_abs() as usize)?;
        let (mantissa, factor) = (value.small_mantissa()?, i64::from(self.factor()));
        match shift {
            0.. => Some(mantissa.div_euclid(factor * power)),
            _ => mantissa.checked_mul(power / factor),
        }
    }

    /// How many cells are in use for `values`, which ascend.
    fn cells<'a>(self, values: impl IntoIterator<Item = &'a Decimal>) -> usize {
        let mut last = None;
        let is_new = |value: &Decimal| {
            let cell = Some(self.floor(value));
            let is_new = cell != last;
            last = cell;
            is_new
        };
        values.into_iter().map(is_new).filter(|is_new| *is_new).count()
    }

    /// The finest width from this one on that leaves at most [`MAX_DISTINCT`] cells in use for
    /// `values`, which ascend.
    fn coarse_enough_for(self, values: &[Decimal]) -> Width {
        let fits = |steps| self.coarser(steps).cells(values) <= MAX_DISTINCT;
        // Few values, one of them far finer than the others, take many steps.
        let mut too_fine = -1;
        let mut coarse = 0;
        while !fits(coarse) {
            (too_fine, coarse) = (coarse, 2 * coarse + 1);
        }
        while coarse - too_fine > 1 {
            let middle = too_fine + (coarse - too_fine) / 2;
            if fits(middle) { coarse = middle } else { too_fine = middle }
        }
        self.coarser(coarse)
    }
}

/// Powers of ten that are at most half of the greatest integer.
const POWERS: [i64; SMALL_DIGITS as usize + 1] = {
    let mut powers = [1; SMALL_DIGITS as usize + 1];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = 10 * powers[at - 1];
        at += 1;
    }
    powers
};

/// Counts of samples in cells of one width.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    width: Width,
    /// Counts by the cells' lower ends.
    cells: Counts,
    /// The positions of `cells` by index: nearly all samples are short, and for these it
    /// is faster to find a cell by its index than by its lower end.
    positions: HashMap<i64, usize, RandomState>,
}

impl Grid {
    /// The grid of distinct values, ascending, with their counts.
    pub(crate) fn of(values: &[(Decimal, u64)]) -> Grid {
        let places = values.iter().map(|(value, _)| value.places()).max().unwrap_or(0);
        let keys: Vec<Decimal> = values.iter().map(|(value, _)| value.clone()).collect();
        let width = Width::power_of_ten(-i32::from(places)).coarse_enough_for(&keys);
        Grid::with_cells(width, values.iter().map(|(value, count)| (value, *count)))
    }

    /// A grid with cells of this `width`, each given by its lower end or a value in it.
    pub(crate) fn with_cells<'a>(
        width: Width,
        cells: impl IntoIterator<Item = (&'a Decimal, u64)>,
    ) -> Grid {
        let empty = Counts::of_up_to(MAX_CELLS);
        let mut grid = Grid { width, cells: empty, positions: HashMap::default() };
        cells.into_iter().for_each(|(cell, count)| grid.add_many(cell, count));
        grid
    }

    /// Counts `count` samples of the same value.
    #[inline]
    pub(crate) fn add_many(&mut self, value: &Decimal, count: u64) {
        let index = self.width.index(value);
        match index.and_then(|index| self.positions.get(&index)) {
            Some(&at) => self.cells.add_at(at, count),
            None => self.add_elsewhere(value, count),
        }
    }

    /// Counts samples in a cell whose position is not known.
    fn add_elsewhere(&mut self, value: &Decimal, count: u64) {
        let at = loop {
            match self.cells.position(&self.width.floor(value)) {
                Ok(at) => break at,
                Err(Full) => self.make_room(),
            }
        };
        self.cells.add_at(at, count);
        if let Some(index) = self.width.index(value) {
            self.positions.insert(index, at);
        }
    }

    /// Counts the samples of another grid.
    pub(crate) fn absorb(&mut self, width: Width, cells: &[(Decimal, u64)]) {
        // A width that is too fine for a part is too fine for the whole.
        if width > self.width {
            self.coarsen(width);
        }
        cells.iter().for_each(|(cell, count)| self.add_many(cell, *count));
    }

    /// Makes the cells as wide as necessary, and no wider.
    fn make_room(&mut self) {
        if self.cells.distinct() <= MAX_DISTINCT {
            return;
        }
        // One step is nearly always enough, and costs less than sorting the cells.
        let next = Grid::with_cells(self.width.coarser(1), self.cells.iter());
        if next.cells.distinct() <= MAX_DISTINCT {
            *self = next;
            return;
        }
        let mut cells: Vec<Decimal> = self.cells.iter().map(|(cell, _)| cell.clone()).collect();
        cells.sort_unstable();
        self.coarsen(self.width.coarser(1).coarse_enough_for(&cells));
    }

    fn coarsen(&mut self, width: Width) {
        *self = Grid::with_cells(width, self.cells.iter());
    }

    /// The width of the cells, and the lower ends of those in use, from the least to the greatest,
    /// with their counts. This is the grid's whole state.
    pub(crate) fn contents(&mut self) -> (Width, Vec<(Decimal, u64)>) {
        self.make_room();
        (self.width, self.cells.sorted().map(|(cell, count)| (cell.clone(), count)).collect())
    }

    /// The cell in which the sample at `rank` lies, from 1.
    pub(crate) fn at_rank(&mut self, rank: u64) -> Option<Interval> {
        self.make_room();
        let low = self.cells.at_rank(rank)?.clone();
        let high = &low + self.width.to_decimal();
        Some(Interval { low, high })
    }

    /// How many samples are below `limit`. Exact if that is the limit of a cell; otherwise the samples
    /// in its cell are assumed to lie evenly over it.
    pub(crate) fn below(&mut self, limit: &Decimal) -> u64 {
        self.make_room();
        let low = self.width.floor(limit);
        let before = self.cells.below(&low);
        let count = Decimal::from_big(self.cells.count_of(&low).into(), 0);
        let (part, width) = ((limit - &low) * count, self.width.to_decimal());
        let places = part.places().max(width.places());
        let part = part.mantissa_at(places) / width.mantissa_at(places);
        before.saturating_add(u64::try_from(part).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn width(text: &str) -> Width {
        Width::of(&decimal(text)).unwrap()
    }

    #[test]
    fn widths_are_multiples_of_each_other() {
        let mut at = width("0.01");
        for expected in ["0.01", "0.02", "0.1", "0.2", "1", "2", "10"] {
            assert_eq!(at, width(expected));
            assert!(at < at.coarser(1));
            at = at.coarser(1);
        }
        assert_eq!(width("2e300").coarser(-1), width("1e300"));
        assert_eq!(["0", "5", "3", "-1", "1.5"].map(|it| Width::of(&decimal(it))), [None; 5]);
    }

    /// As many cells as there is room for, and one more.
    fn too_many(step: i64, places: u16) -> Vec<(Decimal, u64)> {
        (0..=MAX_DISTINCT as i64).map(|at| (Decimal::new(at * step, places), 1)).collect()
    }

    #[test]
    fn the_cells_are_the_finest_for_which_there_is_room() {
        assert_eq!(Grid::of(&too_many(1, 2)).contents().0, width("0.02"));
        // In tenths all would still be distinct; in units of 0.2 some are not.
        assert_eq!(Grid::of(&too_many(10, 2)).contents().0, width("0.2"));
        let mut far = too_many(1, 0);
        far.insert(0, (decimal("-1e300"), 3));
        far.push((decimal("1.5e-7"), 1));
        far.sort();
        let mut grid = Grid::of(&far);
        assert_eq!(grid.contents().0, width("2"));
        assert_eq!(grid.at_rank(3).unwrap().low, decimal("-1e300"));
        let middle = grid.at_rank(3 + 2 + 20_000).unwrap();
        assert_eq!((middle.low, middle.high), (decimal("20000"), decimal("20002")));
    }

    #[test]
    fn a_sample_too_many_makes_the_cells_only_as_wide_as_necessary() {
        let mut grid = Grid::of(&too_many(1, 0));
        for far in (0..).map(|at| Decimal::new(1_000_000 + 2 * at, 0)).take(MAX_DISTINCT / 2 - 1) {
            grid.add_many(&far, 1);
        }
        assert_eq!(grid.contents().0, width("2"));
        grid.add_many(&decimal("-7"), 1);
        assert_eq!(grid.contents().0, width("10"));
    }

    #[test]
    fn samples_below_a_limit_between_cells_are_estimated() {
        let mut grid = Grid::with_cells(width("2"), [(&decimal("0"), 10), (&decimal("2"), 20)]);
        let below = ["-1", "0", "1", "2", "3", "4", "99"].map(|it| grid.below(&decimal(it)));
        assert_eq!(below, [0, 0, 5, 10, 20, 30, 30]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn parts_in_any_order_make_the_grid_of_the_whole(
            scale in 1i64..1000, shift in -100_000i64..100_000, tail in proptest::collection::vec("-?[1-9]e-?[0-9]{1,2}", 0..20),
            first in 0usize..20_000,
        ) {
            let mut values = too_many(scale, 3);
            values.extend((0..30_000).map(|at| (Decimal::new(shift + at * at % 99_991, 1), 2)));
            values.extend(tail.iter().map(|text| (decimal(text), 1)));
            values.sort();
            values.dedup_by(|later, value| later.0 == value.0);
            let whole = Grid::of(&values).contents();
            // One after the other, upwards and downwards.
            let over = MAX_DISTINCT + 1;
            let mut upwards = Grid::of(&values[..over]);
            values[over..].iter().for_each(|(value, count)| upwards.add_many(value, *count));
            prop_assert_eq!(&upwards.contents(), &whole);
            let rest = values.len() - over;
            let mut downwards = Grid::of(&values[rest..]);
            values[..rest].iter().rev().for_each(|(value, n)| downwards.add_many(value, *n));
            prop_assert_eq!(&downwards.contents(), &whole);
            // Overlapping parts, each a grid of its own.
            let mut parts = [Grid::of(&values[first..first + over]), Grid::of(&values[..over])];
            let twice: Vec<(Decimal, u64)> = values[..first + over].iter().enumerate()
                .map(|(at, (value, n))| {
                    let times = u64::from(at < over) + u64::from(at >= first);
                    (value.clone(), n * times)
                })
                .filter(|(_, count)| *count > 0)
                .collect();
            let (width, cells) = parts[1].contents();
            parts[0].absorb(width, &cells);
            prop_assert_eq!(parts[0].contents(), Grid::of(&twice).contents());
        }
    }
}
