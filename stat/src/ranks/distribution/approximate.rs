//! Counts of too many distinct values: of cells and of bins, and of cells that are bins' as well.

use stage::format::decimal::Decimal;

use super::Contents;
use super::capacity::Capacity;
use super::cells::Cells;
use super::grid::{Grid, Width};
use super::sketch::{Filled, Sketch};
use crate::ranks::interval::Interval;
use crate::short::ascending::Ascending;
use crate::short::{decimal, units_down};

/// Counts of too many distinct values.
#[derive(Clone, Debug, Default)]
pub(super) struct Approximate {
    pub(super) sketch: Sketch,
    /// `None` if some samples are not in it: those of a state of version 1.
    pub(super) grid: Option<Grid>,
    /// Counters in front of both, if short numbers come.
    pub(super) cells: Option<Cells>,
}

impl Approximate {
    /// Distinct short numbers in units of 10^−`scale`, and values that are not short in this unit, in all
    /// too many to count each.
    pub(super) fn of(
        short: Ascending,
        scale: u16,
        long: &[(Decimal, u64)],
        capacity: Capacity,
    ) -> Approximate {
        let mut sketch = Sketch::of_up_to(capacity.bins);
        sketch.add_counts(short.as_slice(), scale);
        long.iter().for_each(|(value, count)| sketch.add_many(value, *count));
        let down = |(value, count): &(Decimal, u64)| Some((units_down(value, scale)?, *count));
        let grid = match long.iter().map(down).collect() {
            // The cells are no finer than the unit.
            Some(long) if short.len() > capacity.values => {
                Grid::of_short(scale, short.joined(Ascending::of(long)), capacity.values)
            }
            _ => {
                let short = short.as_slice().iter();
                let short = short.map(|(number, count)| (decimal(*number, scale), *count));
                let mut all: Vec<_> = short.chain(long.iter().cloned()).collect();
                all.sort_unstable();
                Grid::of(&all, capacity.values)
            }
        };
        Approximate { sketch, grid: Some(grid), cells: None }
    }

    /// What is known of other samples, as [`Contents`] have it.
    pub(super) fn absorbing(
        bins: Option<&[Filled]>,
        grid: Option<&(Width, Vec<(Decimal, u64)>)>,
        capacity: Capacity,
    ) -> Approximate {
        let grid = grid.map(|(width, cells)| {
            let cells = cells.iter().map(|(cell, count)| (cell, *count));
            Grid::with_cells(*width, cells, capacity.values)
        });
        let sketch = Sketch::of_up_to(capacity.bins);
        let mut new = Approximate { sketch, grid, cells: None };
        new.sketch.absorb(bins);
        new
    }

    /// Takes what is known of other samples.
    pub(super) fn absorb(
        &mut self,
        bins: Option<&[Filled]>,
        grid: Option<&(Width, Vec<(Decimal, u64)>)>,
    ) {
        self.settle_for_others();
        self.grid = self.grid.take().zip(grid).map(|(mut own, (width, cells))| {
            own.absorb(*width, cells);
            own
        });
        self.sketch.absorb(bins);
    }

    /// Holds no more than this from now on.
    pub(super) fn hold(&mut self, capacity: Capacity) {
        self.settle();
        self.cells = None;
        self.sketch.hold(capacity.bins);
        if let Some(grid) = &mut self.grid {
            grid.hold(capacity.values);
        }
    }

    pub(super) fn add_counts(&mut self, numbers: Ascending, scale: u16) {
        self.forget_ranks();
        self.sketch.add_counts(numbers.as_slice(), scale);
        if let Some(grid) = &mut self.grid {
            grid.add_counts(numbers, scale);
        }
    }

    fn add_many_short(&mut self, number: i64, scale: u16, count: u64) {
        self.sketch.add_short(number, scale, count);
        if let Some(grid) = &mut self.grid {
            grid.add_short(number, scale, count);
        }
    }

    pub(super) fn add_many(&mut self, value: &Decimal, count: u64) {
        if count == 1 && self.add_to_cells(value) {
            return;
        }
        self.forget_ranks();
        self.sketch.add_many(value, count);
        if let Some(grid) = &mut self.grid {
            grid.add_many(value, count);
        }
    }

    /// Takes a sample if there is a counter for it.
    fn add_to_cells(&mut self, value: &Decimal) -> bool {
        let Approximate { sketch, grid: Some(grid), cells: Some(cells) } = self else {
            return false;
        };
        let scale = cells.scale();
        let is_possible = cells.are_for(grid, scale)
            && grid.width().is_at_least_a_unit(scale)
            && cells.room() > 0;
        let number = if is_possible { units_down(value, scale) } else { None };
        number.is_some_and(|number| cells.add_between(number, value, sketch))
    }

    /// Takes short numbers in units of 10^−`scale`.
    pub(super) fn add_short(&mut self, numbers: &[i64], scale: u16) {
        let Approximate { sketch, grid: Some(grid), cells } = self else {
            numbers.iter().for_each(|number| self.sketch.add_short(*number, scale, 1));
            return;
        };
        let Some(&first) = numbers.first() else { return };
        let are_right = |cells: &Cells| cells.are_for(grid, scale) && cells.room() >= numbers.len();
        if !cells.as_ref().is_some_and(are_right) {
            if let Some(mut cells) = cells.take() {
                cells.drain(grid, sketch);
            }
            *cells = Cells::new(grid, scale, first);
        }
        match cells {
            Some(cells) => cells.add(numbers, grid, sketch),
            None => numbers.iter().for_each(|number| self.add_many_short(*number, scale, 1)),
        }
    }

    pub(super) fn join(&mut self, mut other: Approximate) {
        self.settle_for_others();
        other.settle();
        self.grid = self.grid.take().zip(other.grid).map(|(mut own, other)| {
            own.join(other);
            own
        });
        self.sketch.absorb(other.sketch.contents().as_deref());
    }

    /// Notes that the grid gets samples past the counters.
    fn forget_ranks(&mut self) {
        self.cells.iter_mut().for_each(Cells::forget_ranks);
    }

    /// Brings the grid and the sketch up to date, for other samples.
    pub(super) fn settle_for_others(&mut self) {
        self.settle();
        self.forget_ranks();
    }

    /// Brings the grid and the sketch up to date.
    pub(super) fn settle(&mut self) {
        if let Approximate { sketch, grid: Some(grid), cells: Some(cells) } = self {
            cells.drain(grid, sketch);
        }
    }

    pub(super) fn contents(&mut self) -> Contents {
        self.settle();
        Contents::Approximate {
            bins: self.sketch.contents(),
            grid: self.grid.as_mut().map(Grid::contents),
        }
    }

    pub(super) fn at_rank(&mut self, rank: u64) -> Option<Interval> {
        if let Some(cell) = self.cell_at_rank(rank).filter(|cell| !may_be_cut_by_bins(cell)) {
            return Some(cell);
        }
        self.settle();
        let Some(grid) = &mut self.grid else {
            return self.sketch.at_rank(rank).map(|bin| bin.interval());
        };
        let cell = grid.at_rank(rank)?;
        if !may_be_cut_by_bins(&cell) || self.sketch.is_given_up() {
            return Some(cell);
        }
        let Interval { low, high } = self.sketch.at_rank(rank)?.interval();
        Some(cell.within(&low, &high))
    }

    /// The cell with the sample at `rank`, if it is known without bringing the grid up to date.
    fn cell_at_rank(&mut self, rank: u64) -> Option<Interval> {
        let Approximate { sketch, grid: Some(grid), cells: Some(cells) } = self else {
            return None;
        };
        let index = cells.index_at_rank(rank, grid, sketch)?;
        Some(grid.cell(index))
    }

    pub(super) fn below(&mut self, limits: &[Decimal], min: &Decimal, max: &Decimal) -> Vec<u64> {
        self.settle();
        match &mut self.grid {
            Some(grid) => limits.iter().map(|limit| grid.below(limit)).collect(),
            None => {
                let limits: Vec<f64> = limits.iter().map(Decimal::to_f64).collect();
                self.sketch.below(&limits, min.to_f64(), max.to_f64())
            }
        }
    }
}

/// Whether a bin may be narrower than this cell. (This depends on the cell alone, so that estimates
/// rise with the samples.)
fn may_be_cut_by_bins(Interval { low, high }: &Interval) -> bool {
    let nearest_to_zero = match (low.is_negative(), high.is_negative()) {
        (true, true) => -high,
        (true, false) => Decimal::ZERO,
        (false, _) => low.clone(),
    };
    // A bin is about 2 % of its values wide.
    nearest_to_zero * Decimal::new(2, 2) < high - low
}
