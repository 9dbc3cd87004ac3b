//! Counters of short numbers in front of a [grid](crate::grid) and a [sketch](crate::sketch): one
//! increment for both.
//!
//! Most cells of the grid lie within one bin of the sketch, so that one counter serves both; it is
//! handed on when the distribution is queried. In the other cells each sample is also counted in its
//! bin as it comes. The first sample of a cell decides which kind it is.
//!
//! Memory: 512 kB, of which only pages that were touched take room.

use std::mem::take;

use crate::grid::{Grid, Width};
use crate::sketch::Sketch;

/// Cells that have a counter: all that the grid has room for, and as many again to grow into.
const COUNTERS: usize = 1 << 17;

/// The flag of a counter whose cell has had no sample, or is in several bins: the sketch counts its
/// samples one by one.
const ONE_BY_ONE: u32 = 1 << 31;

/// The flag of a counter whose cell is known to be in several bins.
const KNOWN: u32 = 1 << 30;

/// Beyond this many samples the counters in use are not listed: going through all is as fast.
const FEW: u32 = 1 << 14;

/// This many numbers without a counter, if they are also a quarter of all, show that the counters are
/// misplaced.
const MANY_STRAYS: u64 = 1 << 16;

/// What a counter holds besides its flags.
const COUNT: u32 = KNOWN - 1;

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
    /// Samples without a counter, and all samples, since these counters were made.
    strays: u64,
    count: u64,
}

impl Cells {
    /// Counters for numbers in this unit, of cells of `grid` around `number`; `None` if the cells are too
    /// wide for a machine word.
    pub(super) fn new(grid: &Grid, scale: u16, number: i64) -> Option<Cells> {
        let width = grid.width().in_units(scale)?;
        let most = COUNTERS as i64;
        let (low, high) = grid.ends();
        let used = high.saturating_sub(low);
        let first = match (0..most).contains(&used) && grid.width().is_at_least_a_unit(scale) {
            true => low.saturating_sub((most - used) / 2),
            false => number.div_euclid(width).saturating_sub(most / 2),
        };
        // Wide cells reach beyond the machine words.
        let first = first.clamp(i64::MIN / width, i64::MAX / width);
        Some(Cells {
            scale,
            width: grid.width(),
            base: first * width,
            divisor: Divisor::new(width),
            counters: vec![ONE_BY_ONE; COUNTERS].into_boxed_slice(),
            fresh: 0,
            used: Vec::new(),
            strays: 0,
            count: 0,
        })
    }

    /// Whether these counters are for numbers in this unit, and for the cells of `grid`.
    pub(super) fn are_for(&self, grid: &Grid, scale: u16) -> bool {
        let are_apt = self.strays < MANY_STRAYS || self.strays < self.count / 4;
        self.scale == scale && self.width == grid.width() && are_apt
    }

    /// Samples that there is room for before a counter might overflow.
    pub(super) fn room(&self) -> usize {
        (COUNT - self.fresh) as usize
    }

    /// Counts `numbers`, for which there must be room.
    pub(super) fn add(&mut self, numbers: &[i64], grid: &mut Grid, sketch: &mut Sketch) {
        match self.fresh < FEW {
            true => self.add_and_list::<true>(numbers, grid, sketch),
            false => self.add_and_list::<false>(numbers, grid, sketch),
        }
        self.fresh += numbers.len() as u32;
        self.count += numbers.len() as u64;
    }

    #[inline(always)]
    fn add_and_list<const LISTS: bool>(
        &mut self,
        numbers: &[i64],
        grid: &mut Grid,
        sketch: &mut Sketch,
    ) {
        for &number in numbers {
            let at = self.place(number);
            match at.and_then(|at| self.counters.get_mut(at)) {
                Some(counter) => {
                    if LISTS && *counter & COUNT == 0 {
                        self.used.extend(at.map(|at| at as u32));
                    }
                    *counter += 1;
                    if *counter >= ONE_BY_ONE {
                        self.add_to_sketch(number, sketch);
                    }
                }
                None => {
                    self.strays += 1;
                    grid.add_short(number, self.scale, 1);
                    sketch.add_short(number, self.scale, 1);
                }
            }
        }
    }

    /// Counts a number in its bin, unless its cell turns out to lie within one bin.
    #[inline(never)]
    fn add_to_sketch(&mut self, number: i64, sketch: &mut Sketch) {
        let Some(at) = self.place(number) else { return };
        let least = self.first(at);
        let greatest = least.saturating_add(self.divisor.divisor - 1);
        let counter = &mut self.counters[at];
        if *counter & KNOWN == 0 {
            *counter |= KNOWN;
            if Sketch::joins(least, greatest, self.scale) {
                *counter &= COUNT;
                return;
            }
        }
        sketch.add_short(number, self.scale, 1);
    }

    /// Hands the counts on, so that the grid and the sketch are up to date.
    pub(super) fn drain(&mut self, grid: &mut Grid, sketch: &mut Sketch) {
        if self.fresh == 0 {
            return;
        }
        let used = take(&mut self.used);
        match self.fresh <= FEW {
            true => used.iter().for_each(|at| self.drain_at(*at as usize, grid, sketch)),
            false => (0..self.counters.len()).for_each(|at| self.drain_at(at, grid, sketch)),
        }
        self.used = used;
        self.used.clear();
        self.fresh = 0;
    }

    fn drain_at(&mut self, at: usize, grid: &mut Grid, sketch: &mut Sketch) {
        let counter = self.counters[at];
        let count = u64::from(counter & COUNT);
        if count > 0 {
            grid.add_short(self.first(at), self.scale, count);
            if counter < ONE_BY_ONE {
                sketch.add_short(self.first(at), self.scale, count);
            }
            self.counters[at] = counter & !COUNT;
        }
    }

    /// The place of a number's counter; beyond the last one, or `None`, if it has none.
    #[inline(always)]
    fn place(&self, number: i64) -> Option<usize> {
        let offset = number.wrapping_sub(self.base);
        let is_in_range = number >= self.base && offset >= 0;
        is_in_range.then(|| self.divisor.quotient(offset).try_into().ok()).flatten()
    }

    /// The least number that is counted at a place.
    fn first(&self, at: usize) -> i64 {
        // Where samples have been counted, this is not beyond their range.
        self.base.saturating_add((at as i64).saturating_mul(self.divisor.divisor))
    }
}

/// A divisor, as a factor: a division takes several times as long as a multiplication. (T. Granlund and
/// P. L. Montgomery, "Division by invariant integers using multiplication", 1994, theorem 4.2.)
#[derive(Clone, Copy, Debug)]
struct Divisor {
    divisor: i64,
    /// The least integer above 2^(63 + `shift`) / `divisor`, where 2^`shift` is the least power of two that is
    /// not below the divisor.
    factor: u64,
    shift: u32,
}

impl Divisor {
    /// The divisor must be positive.
    fn new(divisor: i64) -> Divisor {
        let shift = (divisor as u64).next_power_of_two().ilog2();
        let factor = (1u128 << (63 + shift)) / divisor as u128 + 1;
        Divisor { divisor, factor: factor as u64, shift }
    }

    /// How many times the divisor goes into `number`, which must not be negative.
    #[inline(always)]
    fn quotient(self, number: i64) -> u64 {
        let product = u128::from((number as u64) << 1) * u128::from(self.factor);
        (product >> 64) as u64 >> self.shift
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_quotient_is_exact(number in 0..=i64::MAX, divisor in 1..=i64::MAX, cut in 0u32..63, more in 0u32..63) {
            let (number, divisor) = (number >> cut, (divisor >> more).max(1));
            for number in [number, number / divisor * divisor, (number / divisor * divisor - 1).max(0)] {
                prop_assert_eq!(Divisor::new(divisor).quotient(number), (number / divisor) as u64);
            }
        }
    }

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

    #[test]
    fn the_ends_of_the_range_are_divided_exactly() {
        for divisor in [1, 2, 3, 10, 1 << 62, (1 << 62) + 1, i64::MAX - 1, i64::MAX] {
            for number in [0, 1, divisor - 1, divisor, i64::MAX - 1, i64::MAX] {
                assert_eq!(Divisor::new(divisor).quotient(number), (number / divisor) as u64);
            }
        }
    }
}
