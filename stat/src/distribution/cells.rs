//! Counters of short numbers in front of a [grid](crate::grid) and a [sketch](crate::sketch): one
//! increment for both.
//!
//! Most cells of the grid lie within one bin of the sketch, so that one counter serves both; it is
//! handed on when the distribution is queried. In the other cells each sample is also counted in its
//! bin as it comes. Numbers in cells without a counter wait until there are many.
//!
//! Memory: 640 kB.

use stage::format::decimal::Decimal;

use crate::ascending::Ascending;
use crate::divisor::Divisor;
use crate::grid::{Grid, Width};
use crate::sketch::{Bins, Sketch};

/// Cells that have a counter: all that the grid has room for, and as many again to grow into.
const COUNTERS: usize = 1 << 17;

/// The flag of a counter whose cell is in several bins: the sketch counts its samples one by one.
const ONE_BY_ONE: u32 = 1 << 31;

/// Beyond this many samples the counters in use are not listed: going through all is as fast.
const FEW: u32 = 1 << 14;

/// This many numbers without a counter are handed on together; and if they are also a quarter of all
/// that have come, the counters are misplaced.
const MANY_STRAYS: usize = 1 << 14;

/// What a counter holds besides its flag.
const COUNT: u32 = ONE_BY_ONE - 1;

/// Counters of the cells of a grid.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    /// The unit of numbers, 10^−`scale`.
    scale: u16,
    /// The width of the grid's cells.
    width: Width,
    /// The least number of the first cell.
    base: i64,
    divisor: Divisor,
    counters: Box<[u32]>,
    /// Samples since the grid and the sketch were up to date.
    fresh: u32,
    /// The counters that have been used since, as long as these are few samples.
    used: Vec<u32>,
    /// Numbers without a counter that the grid and the sketch do not know yet.
    strays: Vec<i64>,
    /// How many they were handed, and how many samples have come, since these counters were made.
    strayed: u64,
    count: u64,
}

impl Cells {
    /// Counters for numbers in this unit, of cells of `grid` around `number`; `None` if the cells are too
    /// wide for a machine word.
    pub(super) fn new(grid: &Grid, scale: u16, number: i64) -> Option<Cells> {
        let width = grid.width().in_units(scale)?;
        // Wide cells reach beyond the machine words.
        let first = first_cell(grid, scale, number.div_euclid(width));
        let base = first.clamp(i64::MIN / width, i64::MAX / width) * width;
        Some(Cells {
            scale,
            width: grid.width(),
            base,
            divisor: Divisor::new(width),
            counters: counters(base, width, scale),
            fresh: 0,
            used: Vec::new(),
            strays: Vec::new(),
            strayed: 0,
            count: 0,
        })
    }

    /// Whether these counters are for numbers in this unit, and for the cells of `grid`.
    pub(super) fn are_for(&self, grid: &Grid, scale: u16) -> bool {
        let are_apt = self.strayed < MANY_STRAYS as u64 || self.strayed < self.count / 4;
        self.scale == scale && self.width == grid.width() && are_apt
    }

    /// The unit of numbers, 10^−`scale`.
    pub(super) fn scale(&self) -> u16 {
        self.scale
    }

    /// Samples that there is room for before a counter might overflow.
    pub(super) fn room(&self) -> usize {
        (COUNT - self.fresh) as usize
    }

    /// Counts `numbers`, for which there must be room.
    pub(super) fn add(&mut self, numbers: &[i64], grid: &mut Grid, sketch: &mut Sketch) {
        match self.fresh < FEW {
            true => self.add_and_list::<true>(numbers, sketch),
            false => self.add_and_list::<false>(numbers, sketch),
        }
        self.fresh += numbers.len() as u32;
        self.count += numbers.len() as u64;
        if self.strays.len() >= MANY_STRAYS {
            self.hand_on_strays(grid, sketch);
        }
    }

    #[inline(always)]
    fn add_and_list<const LISTS: bool>(&mut self, numbers: &[i64], sketch: &mut Sketch) {
        for &number in numbers {
            let at = self.place(number);
            match at.and_then(|at| self.counters.get_mut(at)) {
                Some(counter) => {
                    if LISTS && *counter & COUNT == 0 {
                        self.used.extend(at.map(|at| at as u32));
                    }
                    *counter += 1;
                    if *counter >= ONE_BY_ONE {
                        sketch.add_short(number, self.scale, 1);
                    }
                }
                None => self.strays.push(number),
            }
        }
    }

    /// Counts a `value` between `number`, in this unit, and the next one, if there is a counter for it;
    /// cells must be at least a unit wide. There must be room.
    pub(super) fn add_between(
        &mut self,
        number: i64,
        value: &Decimal,
        sketch: &mut Sketch,
    ) -> bool {
        let Some(at) = self.place(number).filter(|at| *at < COUNTERS) else { return false };
        let counter = &mut self.counters[at];
        if self.fresh < FEW && *counter & COUNT == 0 {
            self.used.push(at as u32);
        }
        *counter += 1;
        if *counter >= ONE_BY_ONE {
            sketch.add_many(value, 1);
        }
        (self.fresh, self.count) = (self.fresh + 1, self.count + 1);
        true
    }

    /// Hands the counts on, so that the grid and the sketch are up to date.
    pub(super) fn drain(&mut self, grid: &mut Grid, sketch: &mut Sketch) {
        if self.fresh == 0 {
            return;
        }
        self.hand_on_strays(grid, sketch);
        let (mut all, mut joined) = (Vec::new(), Vec::new());
        let mut drain = |at: usize| {
            let counter = &mut self.counters[at];
            if *counter & COUNT > 0 {
                // Where samples have been counted, this is not beyond the machine words.
                let first = self.base.saturating_add(at as i64 * self.divisor.get());
                let counted = (first, u64::from(*counter & COUNT));
                all.push(counted);
                if *counter < ONE_BY_ONE {
                    joined.push(counted);
                }
                *counter &= !COUNT;
            }
        };
        if self.fresh <= FEW {
            self.used.iter().for_each(|at| drain(*at as usize));
            grid.add_few(&all, self.scale);
        } else {
            (0..COUNTERS).for_each(drain);
            grid.add_counts(Ascending::of(all), self.scale);
        }
        sketch.add_counts(&joined, self.scale);
        self.used.clear();
        self.fresh = 0;
    }

    fn hand_on_strays(&mut self, grid: &mut Grid, sketch: &mut Sketch) {
        self.strayed += self.strays.len() as u64;
        let strays = Ascending::of(self.strays.drain(..).map(|number| (number, 1)).collect());
        sketch.add_counts(strays.as_slice(), self.scale);
        grid.add_counts(strays, self.scale);
    }

    /// The place of a number's counter; beyond the last one, or `None`, if it has none.
    #[inline(always)]
    fn place(&self, number: i64) -> Option<usize> {
        let offset = number.wrapping_sub(self.base);
        let is_in_range = number >= self.base && offset >= 0;
        is_in_range.then(|| self.divisor.quotient(offset).try_into().ok()).flatten()
    }
}

/// The index of the first cell that has a counter, for numbers in units of 10^−`scale`: around the cells
/// in use, if that is possible, or else around `index`, in which a number has come.
fn first_cell(grid: &Grid, scale: u16, index: i64) -> i64 {
    let most = COUNTERS as i64;
    let (low, high) = grid.ends();
    let used = high.saturating_sub(low);
    if !(0..most).contains(&used) || !grid.width().is_at_least_a_unit(scale) {
        return index.saturating_sub(most / 2);
    }
    // What rises or falls will go on to do so.
    let below = match index {
        _ if index >= high => 0,
        _ if index <= low => most - 1 - used,
        _ => (most - used) / 2,
    };
    low.saturating_sub(below)
}

/// Counters of the cells from `base` on, this `width` in units of 10^−`scale`.
fn counters(base: i64, width: i64, scale: u16) -> Box<[u32]> {
    let mut bins = Bins::new(scale);
    let mut place = |number: i64| (number.signum(), bins.place(number));
    let (mut first, mut least) = (base, place(base));
    let counter = |_| {
        // What lies between the last number of the cell and the next one is in it, too.
        let end = first.saturating_add(width);
        let next = place(end);
        let is_in_one_bin = least.1.is_some() && least == next;
        (first, least) = (end, next);
        if is_in_one_bin { 0 } else { ONE_BY_ONE }
    };
    (0..COUNTERS).map(counter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_reach_beyond_the_machine_words_have_counters() {
        let ends = [-9_000_000_000_000_000_000, -1, 0, 9_000_000_000_000_000_000];
        for exponent in [0, 10, 15, 18] {
            let (mut grid, mut sketch) = (Grid::of(&[]), Sketch::default());
            grid.absorb(Width::power_of_ten(exponent), &[]);
            let mut expected = grid.clone();
            let mut cells = Cells::new(&grid, 0, ends[0]).unwrap();
            cells.add(&ends, &mut grid, &mut sketch);
            cells.drain(&mut grid, &mut sketch);
            ends.iter().for_each(|number| expected.add_short(*number, 0, 1));
            assert_eq!(grid.contents(), expected.contents());
            assert_eq!(sketch.filled().map(|filled| filled.count).sum::<u64>(), 4);
        }
    }
}
