//! Integers of up to four digits in rows of several columns, counted as they are read.
//!
//! As on lines of one number, but a TAB ends a cell as well, and each column has counters of its own.
//! That the cells of a chunk are those of whole rows is seen in one comparison: of which of its
//! separators are line feeds with which of them should be. An empty cell is counted as one, too.

use memchr::memrchr;

use super::{Values, put_values};
use crate::short::integers::{Integers, LANES, MISSING, Table};
use crate::short::scan::stamps::{Stamp, Stamps};
use crate::short::scan::window::{self, CHUNK, FRONT, Masks, Window};
use crate::short::scan::{Lines, Scanned};

/// The most columns whose cells are counted as they are read.
pub(crate) const MOST_COLUMNS: usize = CHUNK;

/// Cells that are put at once, at most, and more: a power of two.
const PLACES: usize = 2 * CHUNK;

/// The counters for the cells of rows.
#[derive(Debug)]
pub(crate) struct Counters<'a> {
    tables: Vec<&'a mut Table>,
    /// The table of each cell; they take turns, so that a counter is not incremented again at once.
    places: Vec<u8>,
    /// Cells until the turns begin anew: those of whole rows, at most [`CHUNK`] cells.
    period: usize,
    /// By turn, that of the first cell of those that begin anew: what follows a chunk's last one.
    turns: [u8; PLACES],
    /// Bit i: cell i is the last of its row.
    ends: u128,
}

impl<'a> Counters<'a> {
    /// Those of rows of `width` cells, at most [`MOST_COLUMNS`], for some of their columns; the other
    /// cells are counted in `spare`.
    pub(crate) fn new(
        width: usize,
        columns: impl Iterator<Item = (usize, &'a mut Integers)>,
        spare: &'a mut Table,
    ) -> Counters<'a> {
        let lanes = LANES.div_ceil(width);
        let period = width * lanes;
        let mut own = vec![0; period];
        let mut tables = vec![spare];
        for (column, integers) in columns {
            for (lane, table) in integers.tables().take(lanes).enumerate() {
                own[lane * width + column] = tables.len() as u8;
                tables.push(table);
            }
        }
        let turns = std::array::from_fn(|turn| (turn % period) as u8);
        let places = own.iter().copied().cycle().take(period + PLACES).collect();
        let ends = (1..=128 / width).fold(0, |ends, row| ends | 1 << (row * width - 1));
        Counters { tables, places, period, turns, ends }
    }

    /// Which of the cells that end at `separators` are the last of their rows, if the first of them is
    /// cell `turn`.
    #[inline(always)]
    fn ends(&self, turn: usize, separators: u64) -> u64 {
        let cells = separators.count_ones();
        (self.ends >> turn) as u64 & !u64::MAX.checked_shl(cells).unwrap_or(0)
    }

    /// The turn of the cell behind these.
    #[inline(always)]
    fn turn_behind(&self, turn: usize, separators: u64) -> usize {
        usize::from(self.turns[(turn + separators.count_ones() as usize) % PLACES])
    }

    /// Counts the values of a chunk's cells, the first of which is cell `turn`.
    #[inline(always)]
    fn put(&mut self, values: &Values, separators: u64, turn: usize) {
        let places = self.places[turn..].first_chunk().unwrap_or(&[0; PLACES]);
        let tables = &mut self.tables;
        put_values(values, separators, |value, at| count_in(tables, places[at % PLACES], value));
    }

    /// The same if they are few, or as many each time: then the processor predicts the end of the loop.
    #[inline(always)]
    fn put_few(&mut self, values: &Values, separators: u64, turn: usize) {
        let mut rest = separators;
        for place in turn.. {
            if rest == 0 {
                break;
            }
            let value = values.0[rest.trailing_zeros() as usize];
            count_in(&mut self.tables, self.places[place], value);
            rest &= rest - 1;
        }
    }

    /// Takes back the cells of `text`, the first ones of a row, up to the one before `turn`.
    fn take_back(&mut self, text: &[u8], turn: usize) {
        let cells = text.split_inclusive(|byte| *byte == b'\t');
        let first = turn + self.period - cells.clone().count();
        for (at, cell) in cells.enumerate() {
            let digits = &cell[..cell.len() - 1];
            let value = digits.iter().fold(0, |value, digit| 10 * value + u16::from(digit - b'0'));
            let value = if digits.is_empty() { MISSING } else { value };
            let place = self.places[(first + at) % self.period];
            self.tables[usize::from(place)][usize::from(value)] -= 1;
        }
    }
}

/// Counts a value in the table of this number.
#[inline(always)]
fn count_in(tables: &mut [&mut Table], number: u8, value: u16) {
    if let Some(table) = tables.get_mut(usize::from(number)) {
        table[usize::from(value)] += 1;
    }
}

/// Counts as [`count_rows`](super::count_rows) does, on any processor.
pub(super) fn count_anywhere(
    lines: Lines<'_>,
    stamps: Option<&mut Stamps>,
    counters: &mut Counters<'_>,
) -> Scanned {
    count_by(lines, stamps, counters, window::masks, super::compute::<true>, compressed)
}

/// The bits of `mask` at the places of the bits of `of`, moved together.
fn compressed(mask: u64, of: u64) -> u64 {
    let (mut rest, mut bits, mut at) = (of, 0, 0);
    while rest != 0 {
        bits |= (mask >> rest.trailing_zeros() & 1) << at;
        rest &= rest - 1;
        at += 1;
    }
    bits
}

/// The same, given how the masks of a window, the values of its cells and compressed bits are
/// computed.
#[inline(always)]
pub(super) fn count_by(
    Lines { block, from, most }: Lines<'_>,
    mut stamps: Option<&mut Stamps>,
    counters: &mut Counters<'_>,
    masks: impl Fn(&Window) -> Masks,
    compute: impl Fn(&Window, &mut Values),
    compressed: impl Fn(u64, u64) -> u64,
) -> Scanned {
    let mut values = Values::default();
    let mut scan = Scan { place: from, cells: from, end: from, rows: 0, turn: 0, stamp: None };
    // A chunk's rows may all be empty cells.
    while most - scan.rows >= CHUNK as u64 && scan.begin_row(block, &mut stamps) {
        // (The first rows of a block have no bytes in front.)
        let front = scan.place.checked_sub(FRONT).and_then(|front| block.get(front..));
        let Some(window) = front.and_then(|text| text.first_chunk()) else { break };
        let masks = masks(window);
        // Behind a row with a time, another time follows.
        let separators = masks.separators(scan.stamp.is_some());
        let line_feeds = masks.line_feeds & separators;
        let are_whole = compressed(line_feeds, separators) == counters.ends(scan.turn, separators);
        if !are_small(&masks, separators) || !are_whole {
            break;
        }
        compute(window, &mut values);
        match scan.stamp {
            Some(_) => counters.put_few(&values, separators, scan.turn),
            None => counters.put(&values, separators, scan.turn),
        }
        scan.turn = counters.turn_behind(scan.turn, separators);
        scan.pass(separators, line_feeds, &mut stamps);
    }
    if scan.cells < scan.place {
        counters.take_back(&block[scan.cells..scan.place], scan.turn);
    }
    scan.scanned(block, from)
}

/// How far rows have been read.
struct Scan {
    /// Where the next chunk begins.
    place: usize,
    /// Where the current row's first cell begins.
    cells: usize,
    /// What follows the last whole row.
    end: usize,
    rows: u64,
    /// The turn of the next cell.
    turn: usize,
    /// The time of the current row.
    stamp: Option<Stamp>,
}

impl Scan {
    /// Reads the time where a row with one begins; returns whether cells follow.
    #[inline(always)]
    fn begin_row(&mut self, block: &[u8], stamps: &mut Option<&mut Stamps>) -> bool {
        if let (None, Some(stamps)) = (self.stamp, stamps) {
            self.stamp = stamps.read(block, self.place);
            let Some(stamp) = self.stamp else { return false };
            self.place += stamp.bytes;
            self.cells = self.place;
        }
        true
    }

    /// Goes on behind the cells of a chunk.
    #[inline(always)]
    fn pass(&mut self, separators: u64, line_feeds: u64, stamps: &mut Option<&mut Stamps>) {
        if line_feeds != 0 {
            self.rows += u64::from(line_feeds.count_ones());
            self.end = self.place + CHUNK - line_feeds.leading_zeros() as usize;
            self.cells = self.end;
            if let (Some(stamp), Some(stamps)) = (self.stamp.take(), stamps) {
                stamps.include(stamp);
            }
        }
        self.place += CHUNK - separators.leading_zeros() as usize;
    }

    /// The whole rows from the place `from` of `block` on.
    fn scanned(&self, block: &[u8], from: usize) -> Scanned {
        let earlier = &block[from..self.end.saturating_sub(1).max(from)];
        let last = memrchr(b'\n', earlier).map_or(0, |at| at + 1);
        Scanned { bytes: self.end - from, lines: self.rows, last }
    }
}

/// Whether cells end in a chunk, and all of them have at most four digits and nothing else.
#[inline(always)]
fn are_small(masks: &Masks, separators: u64) -> bool {
    let whole = window::up_to_the_last(separators);
    let starts = separators << 1 | 1;
    let two = starts | starts << 1;
    let four = two | two << 2;
    let are_long = separators & !(starts | four << 1);
    separators != 0 && are_long | masks.others & !masks.tabs & whole == 0
}

#[cfg(test)]
mod tests;
