//! The counters of the cells of a [grid](crate::grid): which cells have one, and what else it says.

use crate::grid::Grid;
use crate::sketch::Bins;

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

/// Counters of the cells from `base` on, this `width` in units of 10^−`scale`.
pub(super) fn counters(base: i64, width: i64, scale: u16) -> Box<[u32]> {
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
