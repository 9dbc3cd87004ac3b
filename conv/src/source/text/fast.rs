//! Samples that are handed on as text, as many as follow each other.

use stage::stream::input::Input;

use super::{MOST_SINGLE, TextStream, WORTHWHILE, place};
use crate::canonical::{Scanned, scan, scan_rows};
use crate::reading::Text;

impl<I: Input> TextStream<I> {
    /// Looks for lines of the classic stream that can be handed on as text.
    pub(super) fn scan(&mut self) -> Scanned {
        let scanned = scan(&self.lines.given()[self.at..], &mut self.trimmed);
        if scanned.lines >= WORTHWHILE {
            self.single = 1;
        }
        scanned
    }

    /// The lines that were `scanned`.
    pub(super) fn text(&mut self, scanned: Scanned) -> Text<'_> {
        let Scanned { bytes, lines: rows } = scanned;
        let place = place(self.number + 1);
        let taken = self.at..self.at + bytes;
        self.at += bytes;
        self.number += rows;
        let is_trimmed = !self.trimmed.is_empty();
        let lines = if is_trimmed { &self.trimmed } else { &self.lines.given()[taken] };
        Text { place, lines, rows }
    }

    /// Looks for rows of samples in the columns that are taken; returns how many there are. Where none
    /// begin, the next rows are read one by one.
    pub(super) fn scan_columns(&mut self) -> u64 {
        let rows = self.table.wanted().map_or(0, |wanted| {
            let lines = self.taken.from(self.lines.given(), self.at, wanted);
            scan_rows(lines, wanted.columns.len(), &mut self.trimmed)
        });
        if rows >= WORTHWHILE {
            self.single = 1;
        }
        if rows == 0 {
            self.rows_left = self.single;
            self.single = (2 * self.single).min(MOST_SINGLE);
        }
        rows
    }

    /// The rows that were found.
    pub(super) fn rows_of_text(&mut self, rows: u64) -> Text<'_> {
        let place = place(self.number + 1);
        self.number += rows;
        let (lines, at) = self.taken.hand_on(rows);
        self.at = at;
        let lines = if self.trimmed.is_empty() { lines } else { &self.trimmed };
        Text { place, lines, rows }
    }
}
