//! The same from rows of several columns: the numbers of each column, in a unit of its own.
//!
//! A TAB ends a cell as well as a line feed does. Cells that are not wanted may hold anything; an empty
//! one among the others is only counted.

use super::number::{Number, integer, number, signed, unusual, with_exponent};
use super::stamps::Stamps;
use super::window::{self, FRONT, Masks, Window};
use super::{Lines, Scanned, Span};
use crate::short::BATCH;

/// Numbers that are read together, in all columns.
const MOST_NUMBERS: usize = 1 << 15;

/// The numbers of one column.
#[derive(Clone, Debug, Default)]
pub(crate) struct Column {
    /// The decimal places of their unit; `None` if the column is not wanted.
    scale: Option<u16>,
    count: usize,
    missing: u64,
    magnitudes: u64,
    /// Where the first and the last row begin that have a number, if that is known.
    first: usize,
    last: Option<usize>,
}

/// What was read of a column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Read<'a> {
    /// Its numbers.
    pub numbers: &'a [i64],
    /// None of them is farther from zero than this.
    pub reach: u64,
    /// How many of its cells were empty.
    pub missing: u64,
    /// Where the first and the last row begin that have a number, if that is known.
    pub ends: Option<(usize, usize)>,
}

/// The numbers of rows, column by column.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    columns: Vec<Column>,
    /// The most rows.
    height: usize,
    numbers: Vec<i64>,
}

impl Columns {
    /// This many columns, without any rows.
    pub(crate) fn new(width: usize) -> Columns {
        let height = (MOST_NUMBERS / width.max(1)).min(BATCH);
        Columns { columns: vec![Column::default(); width], height, numbers: Vec::new() }
    }

    /// Removes all numbers. The next ones will be those of some columns, each read in units of 10^−scale.
    pub(crate) fn clear(&mut self, scales: impl Iterator<Item = (usize, u16)>) {
        self.numbers.resize(self.columns.len() * self.height, 0);
        self.columns.fill(Column::default());
        scales.for_each(|(column, scale)| self.columns[column].scale = Some(scale));
    }

    /// What was read of a column.
    pub(crate) fn get(&self, column: usize) -> Read<'_> {
        let Column { count, missing, magnitudes, first, last, .. } = self.columns[column];
        Read {
            numbers: &self.numbers[column * self.height..][..count],
            reach: window::up_to_the_last(magnitudes),
            missing,
            ends: last.map(|last| (first, last)),
        }
    }

    /// Takes a cell of the row that begins at `row`; returns `false` if it has no number that is short in
    /// its column's unit.
    #[inline(always)]
    fn take(
        &mut self,
        at: usize,
        row: usize,
        cell: Span,
        read: impl Fn(Span) -> Option<Number>,
    ) -> bool {
        let column = &mut self.columns[at];
        let Some(scale) = column.scale else { return true };
        if cell.start == cell.end {
            column.missing += 1;
            return true;
        }
        let Some(number) = read(cell) else { return false };
        let Some(magnitude) = number.in_units(scale) else { return false };
        let value = signed(magnitude, number.is_negative);
        self.numbers[at * self.height + column.count] = value;
        if column.count == 0 {
            column.first = row;
        }
        column.last = Some(row);
        column.count += 1;
        column.magnitudes |= magnitude;
        true
    }

    /// Takes back the cells of `text`, the first ones of a row.
    fn take_back(&mut self, text: &[u8]) {
        for (column, cell) in self.columns.iter_mut().zip(text.split_inclusive(|it| *it == b'\t')) {
            match (column.scale, cell) {
                (None, _) => {}
                (Some(_), b"\t") => column.missing -= 1,
                (Some(_), _) => (column.count, column.last) = (column.count - 1, None),
            }
        }
    }
}

/// Reads rows into `columns`, which are empty; `stamps` are their times if they have any. Stops at the
/// first row that has a cell of another kind, or another width.
pub(crate) fn scan(
    lines: Lines<'_>,
    stamps: Option<&mut Stamps>,
    columns: &mut Columns,
) -> Scanned {
    let Lines { block, from, most } = lines.at_most(columns.height as u64);
    let mut scan = Scan { columns, at: 0, cells: from, end: from, last: from, rows: 0, most };
    scan.scan(block, stamps);
    if scan.at > 0 {
        // The cells that were taken, each with the TAB behind it.
        let text = &block[scan.cells..];
        let mut tabs = text.iter().enumerate().filter(|(_, byte)| **byte == b'\t');
        let end = tabs.nth(scan.at - 1).map_or(0, |(at, _)| at + 1);
        scan.columns.take_back(&text[..end]);
    }
    Scanned { bytes: scan.end - from, lines: scan.rows, last: scan.last - from }
}

/// Rows that are being read.
struct Scan<'a> {
    columns: &'a mut Columns,
    /// The column of the next cell.
    at: usize,
    /// Where the first cell of the current row begins.
    cells: usize,
    /// What follows the last whole row, and where that row begins.
    end: usize,
    last: usize,
    rows: u64,
    most: u64,
}

impl Scan<'_> {
    fn scan(&mut self, block: &[u8], mut stamps: Option<&mut Stamps>) {
        let mut copy = window::EMPTY;
        let (mut place, mut stamp) = (self.end, None);
        while self.rows < self.most {
            if let (None, Some(stamps)) = (stamp, &mut stamps) {
                stamp = stamps.read(block, place);
                let Some(stamp) = stamp else { return };
                place += stamp.bytes;
                self.cells = place;
            }
            let (window, masks) = window::at(block, place, &mut copy);
            // Behind a row with a time, another time follows.
            let separators = masks.separators(stamp.is_some());
            let rows = self.rows;
            let taken = self.take_chunk(window, &masks, separators, place);
            if self.rows > rows
                && let (Some(stamp), Some(stamps)) = (stamp.take(), &mut stamps)
            {
                stamps.include(stamp);
            }
            match taken {
                Some(end) => place += end,
                None => return,
            }
        }
    }

    /// Takes the cells that end in a chunk; returns where the next one begins, or `None` if there is
    /// none, or one cannot be taken.
    #[inline(always)]
    fn take_chunk(
        &mut self,
        window: &Window,
        masks: &Masks,
        separators: u64,
        place: usize,
    ) -> Option<usize> {
        let whole = window::up_to_the_last(separators);
        let are_plain = masks.others & !masks.tabs & whole & !(masks.points | masks.signs) == 0;
        let any = |cell| cell;
        match (are_plain, masks.points & whole) {
            (true, 0) => self.take_cells(masks, separators, place, any, |cell| {
                integer(window, masks, cell).or_else(|| unusual(window, masks, cell))
            }),
            (true, _) => self.take_cells(masks, separators, place, any, |cell| {
                number(window, masks, cell).or_else(|| unusual(window, masks, cell))
            }),
            (false, _) => {
                let ends_with_return = |cell: Span| window[FRONT + cell.end - 1] == b'\r';
                let last = |cell: Span| match cell.end > cell.start && ends_with_return(cell) {
                    true => Span { end: cell.end - 1, ..cell },
                    false => cell,
                };
                self.take_cells(masks, separators, place, last, |cell| {
                    // Nothing but a row may end with a carriage return.
                    let number = with_exponent(window, masks, cell);
                    let number = number.or_else(|| unusual(window, masks, cell));
                    number.filter(|_| !ends_with_return(cell))
                })
            }
        }
    }

    /// The same, given what the last cell of a row is without the row's end, and how to read a cell.
    #[inline(always)]
    fn take_cells(
        &mut self,
        masks: &Masks,
        separators: u64,
        place: usize,
        last: impl Fn(Span) -> Span,
        read: impl Fn(Span) -> Option<Number>,
    ) -> Option<usize> {
        let (mut rest, mut start) = (separators, 0);
        while rest != 0 && self.rows < self.most {
            let end = rest.trailing_zeros() as usize % window::CHUNK;
            rest &= rest - 1;
            let is_last = masks.line_feeds >> end & 1 == 1;
            let cell = Span { start, end };
            let cell = if is_last { last(cell) } else { cell };
            let is_in_place = is_last == (self.at + 1 == self.columns.columns.len());
            if !is_in_place || !self.columns.take(self.at, self.end, cell, &read) {
                return None;
            }
            start = end + 1;
            self.at += 1;
            if is_last {
                (self.at, self.last) = (0, self.end);
                self.end = place + start;
                self.cells = self.end;
                self.rows += 1;
            }
        }
        (start > 0).then_some(start)
    }
}

#[cfg(test)]
pub(super) mod tests;
