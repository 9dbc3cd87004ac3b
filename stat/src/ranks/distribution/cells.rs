//! Counters of short numbers in front of a [grid](super::grid) and a [sketch](super::sketch): one
//! increment for both.
//!
//! Most cells of the grid lie within one bin of the sketch, so that one counter serves both; it is
//! handed on when the distribution is queried, unless its [`Ranks`] know all that is asked for. In the
//! other cells each sample is also counted in its bin as it comes. Numbers in cells without a counter
//! wait until there are many.
//!
//! Memory: 640 kB, and that of the ranks.

use stage::format::decimal::Decimal;

use super::counters::{COUNT, COUNTERS, IN_USE, ONE_BY_ONE, counters, first_cell};
use super::grid::{Grid, Width};
use super::listed::Listed;
use super::ranks::Ranks;
use super::sketch::Sketch;
use crate::short::ascending::Ascending;
use crate::short::divisor::Divisor;

/// This many numbers without a counter are handed on together; and if they are also a quarter of all
/// that have come, the counters are misplaced.
const MANY_STRAYS: usize = 1 << 14;

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
    /// `None` unless ranks are asked for again and again.
    ranks: Option<Box<Ranks>>,
    /// The counters' samples by their places: all since the grid was up to date, or at least those that
    /// came when the ranks already were; `None` once they were too many.
    listed: Option<Listed>,
    /// Numbers without a counter that the grid and the sketch do not know yet.
    strays: Vec<i64>,
    /// How many they were handed, and how many samples have come, since these counters were made.
    strayed: u64,
    count: u64,
}

impl Cells {
    /// Counters for numbers in this unit, of cells of `grid` around `number`; `None` if the cells are too
    /// wide for a machine word, or too few to need this many counters, as where many channels share.
    pub(super) fn new(grid: &Grid, scale: u16, number: i64) -> Option<Cells> {
        let width = grid.width().in_units(scale).filter(|_| grid.most() >= COUNTERS / 8)?;
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
            ranks: None,
            listed: Some(Listed::new()),
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
        match self.listed.take().and_then(|listed| listed.with_room_for(numbers.len())) {
            Some(mut listed) => {
                self.count_each(numbers, sketch, |at| listed.places.push(at as u32));
                self.listed = Some(listed);
            }
            None => self.count_each(numbers, sketch, |_| {}),
        }
        self.fresh += numbers.len() as u32;
        self.count += numbers.len() as u64;
        if self.strays.len() >= MANY_STRAYS {
            self.hand_on_strays(grid, sketch);
        }
    }

    #[inline(always)]
    fn count_each(&mut self, numbers: &[i64], sketch: &mut Sketch, mut list: impl FnMut(usize)) {
        for &number in numbers {
            let at = self.place(number).filter(|at| *at < COUNTERS);
            match at.and_then(|at| Some((at, self.counters.get_mut(at)?))) {
                Some((at, counter)) => {
                    list(at);
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
        self.listed = self.listed.take().and_then(|listed| listed.with_room_for(1));
        self.listed.iter_mut().for_each(|listed| listed.places.push(at as u32));
        let counter = &mut self.counters[at];
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
        self.rank();
        match self.listed.take().filter(|listed| listed.are_all) {
            Some(Listed { places, .. }) => {
                self.hand_on(places.iter().map(|at| *at as usize), grid, sketch, Grid::add_few);
            }
            None => self.hand_on(0..COUNTERS, grid, sketch, |grid, counted, scale| {
                grid.add_counts(Ascending::of(counted.to_vec()), scale);
            }),
        }
        (self.fresh, self.listed) = (0, Some(Listed::new()));
    }

    /// Hands the counts at some places on; `add` adds them to the grid.
    fn hand_on(
        &mut self,
        places: impl Iterator<Item = usize>,
        grid: &mut Grid,
        sketch: &mut Sketch,
        add: impl Fn(&mut Grid, &[(i64, u64)], u16),
    ) {
        let (mut all, mut joined) = (Vec::new(), Vec::new());
        for at in places {
            let counter = &mut self.counters[at];
            let count = u64::from(*counter & COUNT);
            if count > 0 {
                // Where samples have been counted, this is not beyond the machine words.
                let first = self.base.saturating_add(at as i64 * self.divisor.get());
                all.push((first, count));
                if *counter < ONE_BY_ONE {
                    joined.push((first, count));
                }
                *counter = *counter & !COUNT | IN_USE;
                self.ranks.iter_mut().for_each(|ranks| ranks.settle(at, count));
            }
        }
        add(grid, &all, self.scale);
        sketch.add_counts(&joined, self.scale);
    }

    /// The index of the cell in which the sample at `rank` lies, if the ranks know it; otherwise the grid
    /// must be brought up to date and asked.
    pub(super) fn index_at_rank(
        &mut self,
        rank: u64,
        grid: &mut Grid,
        sketch: &mut Sketch,
    ) -> Option<i64> {
        self.hand_on_strays(grid, sketch);
        let is_known = self.listed.is_some()
            && self.width == grid.width()
            && self.width.is_at_least_a_unit(self.scale);
        if !is_known {
            return None;
        }
        let first = self.base / self.divisor.get();
        if self.ranks.is_none() {
            self.make_ranks(grid, first);
        }
        // The grid must know how many cells are in use.
        let new = self.rank();
        if !new.is_empty() {
            self.hand_on(new.into_iter(), grid, sketch, Grid::add_few);
            self.listed.iter_mut().for_each(|listed| listed.are_known_in_part = true);
        }
        let are_right = self.width == grid.width() && grid.has_only_words_and_room();
        let ranks = self.ranks.as_ref().filter(|_| are_right)?;
        let at = ranks.at_rank(rank, |at| u64::from(self.counters[at] & COUNT))?;
        Some(first + at as i64)
    }

    /// Makes ranks of the cells of a grid, in which the first counter's has the index `first`.
    fn make_ranks(&mut self, grid: &Grid, first: i64) {
        let cells = || grid.words().map(|(index, count)| (index.saturating_sub(first), count));
        self.ranks = Some(Box::new(Ranks::of(cells())));
        for at in cells().filter_map(|(place, _)| usize::try_from(place).ok()) {
            self.counters.get_mut(at).into_iter().for_each(|counter| *counter |= IN_USE);
        }
    }

    /// Brings the ranks up to date; returns the places of cells that are new.
    fn rank(&mut self) -> Vec<usize> {
        let Some(listed) = &mut self.listed else {
            self.ranks = None;
            return Vec::new();
        };
        let Some(ranks) = &mut self.ranks else { return Vec::new() };
        let mut new = Vec::new();
        for at in listed.places[listed.ranked..].iter().map(|at| *at as usize) {
            ranks.add(at, 1);
            if self.counters[at] & IN_USE == 0 {
                self.counters[at] |= IN_USE;
                new.push(at);
            }
        }
        listed.ranked = listed.places.len();
        new
    }

    /// Notes that the grid gets samples in another way.
    pub(super) fn forget_ranks(&mut self) {
        self.ranks = None;
        self.listed = self.listed.take().and_then(Listed::without_ranks);
    }

    fn hand_on_strays(&mut self, grid: &mut Grid, sketch: &mut Sketch) {
        if self.strays.is_empty() {
            return;
        }
        self.strayed += self.strays.len() as u64;
        if let Some(ranks) = &mut self.ranks {
            let (width, first) = (self.divisor.get(), self.base / self.divisor.get());
            for number in &self.strays {
                ranks.add_settled(number.div_euclid(width).saturating_sub(first), 1);
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranks::counts::MAX_DISTINCT;

    #[test]
    fn cells_that_reach_beyond_the_machine_words_have_counters() {
        let ends = [-9_000_000_000_000_000_000, -1, 0, 9_000_000_000_000_000_000];
        for exponent in [0, 10, 15, 18] {
            let (mut grid, mut sketch) = (Grid::of(&[], MAX_DISTINCT), Sketch::default());
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
