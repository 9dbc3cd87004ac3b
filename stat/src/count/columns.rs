//! Taking rows of several columns, or with times, many at a time.
//!
//! If all of their cells are small integers these are counted as they are read, each in the tables of
//! its column's channel; other short numbers are collected column by column, and handed on to the
//! channels in batches. Whatever is of another kind is left to whoever takes rows one by one: it gives
//! the same, and so [`Columns::take`] may stop at any row.

mod found;

use stage::format::time::Time;

use self::found::Rows;
use super::channels::channel::Channel;
use crate::exact::sequence::RunPlace;
use crate::short::integers::Table;
use crate::short::scan::rows::{self, Columns as Numbers, Read};
use crate::short::scan::small::cells::{self, Counters};
use crate::short::scan::stamps::Stamps;
use crate::short::scan::{Lines, Scanned, small};
use crate::short::tables::zeros;

/// With more channels, or open windows of them, there are no tables for the numbers of each: they would
/// take up to 3 MB.
const MOST_TALLIED: usize = 16;

/// What is needed to take the rows of a part of the stream.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Fields behind the time.
    width: usize,
    has_time: bool,
    /// How many windows of each channel may be open at the same time.
    windows: usize,
    numbers: Numbers,
    stamps: Stamps,
    /// Where cells are counted that nobody wants.
    spare: Option<Box<Table>>,
}

/// Channels, each with the index of its field behind the time.
pub(super) type Selected<'a> = [(usize, &'a mut Channel)];

impl Columns {
    /// Those of rows with this many fields, not counting the time, if they have one; that many windows of
    /// each channel may be open at the same time.
    pub(super) fn new(width: usize, has_time: bool, windows: usize) -> Columns {
        Columns { width, has_time, windows, numbers: Numbers::new(width), ..Columns::default() }
    }

    /// Lets only rows be taken whose time is not before the first of these, and before the second.
    pub(super) fn limit(&mut self, limits: Option<(Time, Time)>) {
        self.stamps.limit(limits);
    }

    /// Takes rows, for all of which there must be room. `expected` is how many are likely to come before
    /// the next record. Also returns the newest time.
    pub(super) fn take(
        &mut self,
        lines: Lines<'_>,
        expected: u64,
        selected: &mut Selected<'_>,
    ) -> (Scanned, Option<Time>) {
        let (mut scanned, mut newest) = (Scanned::default(), None);
        while scanned.lines < lines.most {
            let rest = lines.behind(scanned);
            let room = self.room_for_small(expected, selected);
            let mut taken = self.take_small(rest.at_most(room), selected);
            if taken.0.lines == 0 {
                let rest = if room > 0 { small::in_front(rest) } else { rest };
                taken = self.take_numbers(rest, expected, selected);
            }
            if taken.0.lines == 0 {
                break;
            }
            scanned.append(taken.0);
            newest = newest.max(taken.1);
        }
        (scanned, newest)
    }

    /// How many rows of small integers may be counted at once.
    fn room_for_small(&self, expected: u64, selected: &mut Selected<'_>) -> u64 {
        let are_shared = self.windows > 1 && self.are_too_many(selected);
        if self.width > cells::MOST_COLUMNS || are_shared {
            return 0;
        }
        let room = |it: &mut (_, &mut Channel)| it.1.current.room_for_small(expected);
        selected.iter_mut().map(room).min().unwrap_or(0)
    }

    /// Whether these channels, with their windows, are too many for tables.
    fn are_too_many(&self, selected: &Selected<'_>) -> bool {
        selected.len() * self.windows > MOST_TALLIED
    }

    /// Counts the small integers of rows.
    fn take_small(
        &mut self,
        lines: Lines<'_>,
        selected: &mut Selected<'_>,
    ) -> (Scanned, Option<Time>) {
        if lines.most == 0 {
            return Default::default();
        }
        let stamps = self.has_time.then_some(&mut self.stamps);
        let columns = selected.iter_mut();
        let columns = columns.map(|(field, it)| (*field, it.current.accumulator().small()));
        let mut counters = Counters::new(self.width, columns, self.spare.get_or_insert_with(zeros));
        let scanned = small::count_rows(lines, stamps, &mut counters);
        let rows = self.rows(lines.text(), scanned);
        for (field, channel) in selected.iter_mut().filter(|_| scanned.lines > 0) {
            let accumulator = channel.current.accumulator();
            let missing = accumulator.small().take_missing();
            let n = scanned.lines - missing;
            if n > 0
                && let Some(last) = rows.last(*field)
            {
                let first = || rows.first(*field).unwrap_or_else(|| last.clone());
                accumulator.add_small(n, first, last.clone(), RunPlace::NOT_KNOWN_YET);
            }
            channel.took(missing, rows.times(*field, n, missing, None));
        }
        (scanned, rows.newest())
    }

    /// Takes short numbers of any kind.
    fn take_numbers(
        &mut self,
        lines: Lines<'_>,
        expected: u64,
        selected: &mut Selected<'_>,
    ) -> (Scanned, Option<Time>) {
        let scales = selected.iter().map(|(field, it)| (*field, it.current.places()));
        self.numbers.clear(scales);
        let stamps = self.has_time.then_some(&mut self.stamps);
        let scanned = rows::scan(lines, stamps, &mut self.numbers);
        let rows = self.rows(lines.text(), scanned);
        let expected = if self.are_too_many(selected) { 0 } else { expected };
        for (field, channel) in selected.iter_mut().filter(|_| scanned.lines > 0) {
            let Read { numbers, reach, missing, ends } = self.numbers.get(*field);
            channel.current.add_numbers(numbers, reach, expected);
            let ends = ends.map(|(first, last)| (first - lines.from, last - lines.from));
            channel.took(missing, rows.times(*field, numbers.len() as u64, missing, ends));
        }
        (scanned, rows.newest())
    }

    /// The rows that were taken last, at the start of `text`.
    fn rows<'a>(&mut self, text: &'a [u8], scanned: Scanned) -> Rows<'a> {
        let column = usize::from(self.has_time);
        Rows { text: &text[..scanned.bytes], column, span: self.stamps.take() }
    }
}
