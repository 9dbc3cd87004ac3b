//! Samples that are handed on as text, as many as follow each other.

use stage::stream::input::Input;

use super::{MOST_SINGLE, TextStream, WORTHWHILE, place};
use crate::canonical::{Scanned, scan};
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
        let Scanned { bytes, lines: readings } = scanned;
        let place = place(self.number + 1);
        let taken = self.at..self.at + bytes;
        self.at += bytes;
        self.number += readings;
        let is_trimmed = !self.trimmed.is_empty();
        let lines = if is_trimmed { &self.trimmed } else { &self.lines.given()[taken] };
        Text { place, lines, readings }
    }

    /// Looks for samples in the only column that is taken. Where none begin, the next rows are read one by
    /// one.
    pub(super) fn scan_column(&mut self) -> Scanned {
        let Some(wanted) = self.table.wanted() else {
            self.rows_left = u64::MAX;
            return Scanned::default();
        };
        let lines = self.column.from(self.lines.given(), self.at, wanted);
        let scanned = scan(lines, &mut self.trimmed);
        if scanned.lines >= WORTHWHILE {
            self.single = 1;
        }
        if scanned.lines == 0 {
            self.rows_left = self.single;
            self.single = (2 * self.single).min(MOST_SINGLE);
        }
        scanned
    }

    /// The samples that were `scanned`.
    pub(super) fn column_text(&mut self, scanned: Scanned) -> Text<'_> {
        let readings = scanned.lines;
        let place = place(self.number + 1);
        self.number += readings;
        let (lines, at) = self.column.hand_on(readings);
        self.at = at;
        let lines = if self.trimmed.is_empty() { lines } else { &self.trimmed };
        Text { place, lines, readings }
    }
}
