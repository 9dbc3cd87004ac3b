//! The counters of the cells of a [grid](super::grid): which cells have one, and what else it says.

use super::grid::Grid;
use super::sketch::Bins;

/// Cells that have a counter: all that the grid has room for, and as many again to grow into.
pub(super) const COUNTERS: usize = 1 << 17;

/// The flag of a counter whose cell is in several bins: the sketch counts its samples one by one.
pub(super) const ONE_BY_ONE: u32 = 1 << 31;

/// The flag of a counter whose cell is known to be in use in the grid.
pub(super) const IN_USE: u32 = 1 << 30;

/// What a counter holds besides its flags.
pub(super) const COUNT: u32 = IN_USE - 1;

/// The index of the first cell that has a counter, for numbers in units of 10^−`scale`: around the cells
/// in use, if that is possible, or else around `index`, in which a number has come.
pub(super) fn first_cell(grid: &Grid, scale: u16, index: i64) -> i64 {
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

/// Cells that are looked at together: nearly always, all are in one bin.
const TOGETHER: usize = 1 << 6;

/// Counters of the cells from `base` on, this `width` in units of 10^−`scale`.
pub(super) fn counters(base: i64, width: i64, scale: u16) -> Box<[u32]> {
    let mut bins = Bins::new(scale);
    let mut place = |number: i64| (number.signum(), bins.place(number));
    let mut counters = vec![0; COUNTERS].into_boxed_slice();
    let mut least = (base, place(base));
    for cells in counters.chunks_mut(TOGETHER) {
        let first = least;
        let mut next = |(first, _), cells: usize| {
            // What lies between the last number of the cell and the next one is in it, too.
            let end = i128::from(first) + i128::from(width) * cells as i128;
            let end = end.min(i64::MAX.into()) as i64;
            (end, place(end))
        };
        least = next(first, cells.len());
        if !are_in_one_bin(first.1, least.1) {
            let mut first = first;
            for counter in cells {
                let end = next(first, 1);
                *counter = if are_in_one_bin(first.1, end.1) { 0 } else { ONE_BY_ONE };
                first = end;
            }
        }
    }
    counters
}

/// Whether the numbers between these places, each with a sign, are certainly all in the same bin.
fn are_in_one_bin(least: (i64, Option<usize>), greatest: (i64, Option<usize>)) -> bool {
    least.1.is_some() && least == greatest
}
