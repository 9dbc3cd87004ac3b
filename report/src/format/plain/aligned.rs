//! The records of several channels that belong together, printed below each other in columns.
//!
//! A column belongs to a field, so that one that only some records have leaves a gap in the others. Its
//! width only grows, so that columns do not jump from one group of records to the next.

use std::collections::BTreeMap;

use unicode_width::UnicodeWidthStr;

/// Characters of a column, at most: what is longer, as an exact sum of hundreds of digits, moves only
/// its own row.
const WIDEST: usize = 40;

/// Where a cell stands among those of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(usize, usize);

impl Place {
    /// The channel's.
    pub(super) const CHANNEL: Place = Place(0, 0);

    /// That of a label.
    pub(super) fn label(at: usize) -> Place {
        Place(1, at)
    }

    /// That of an entry of the field that has this rank among the fields.
    pub(super) fn field(rank: usize, entry: usize) -> Place {
        Place(2 + rank, entry)
    }
}

/// A record that waits.
#[derive(Debug)]
pub(super) struct Row {
    channel: String,
    text: Vec<u8>,
    /// Where each cell stands, and where it begins in the text.
    cells: Vec<(Place, usize)>,
}

impl Row {
    /// A row of this channel, without cells.
    pub(super) fn of(channel: &str) -> Row {
        Row { channel: channel.to_owned(), text: Vec::new(), cells: Vec::new() }
    }

    /// Begins a cell at `start` in the text.
    pub(super) fn begin(&mut self, place: Place, start: usize) {
        self.cells.push((place, start));
    }

    /// The same row with the text of its cells.
    pub(super) fn with_text(self, text: Vec<u8>) -> Row {
        Row { text, ..self }
    }

    fn cells(&self) -> impl Iterator<Item = (Place, &[u8])> {
        let ends = self.cells.iter().skip(1).map(|(_, start)| *start).chain([self.text.len()]);
        self.cells.iter().zip(ends).map(|((place, start), end)| (*place, &self.text[*start..end]))
    }
}

/// Rows that wait, and the columns so far.
#[derive(Debug, Default)]
pub(super) struct Aligned {
    rows: Vec<Row>,
    widths: BTreeMap<Place, usize>,
}

impl Aligned {
    /// Whether rows wait.
    pub(super) fn has_rows(&self) -> bool {
        !self.rows.is_empty()
    }

    /// Whether a row of this channel waits.
    pub(super) fn has_row_of(&self, channel: &str) -> bool {
        self.rows.iter().any(|row| row.channel == channel)
    }

    /// Adds a row.
    pub(super) fn add(&mut self, row: Row) {
        for (place, cell) in row.cells() {
            let width = self.widths.entry(place).or_default();
            *width = (*width).max(characters(cell).min(WIDEST));
        }
        self.rows.push(row);
    }

    /// Appends all rows, a line each, to `text`; none waits any more.
    pub(super) fn print(&mut self, text: &mut Vec<u8>) {
        for row in self.rows.drain(..) {
            let mut cells = row.cells().peekable();
            let mut blanks = 0;
            for (place, width) in &self.widths {
                let cell =
                    cells.next_if(|(its, _)| its == place).map_or(&b""[..], |(_, cell)| cell);
                if !cell.is_empty() {
                    text.resize(text.len() + std::mem::take(&mut blanks), b' ');
                    text.extend_from_slice(cell);
                }
                blanks += 2 + width.saturating_sub(characters(cell));
            }
            text.push(b'\n');
        }
    }
}

/// Columns that a text takes.
fn characters(text: &[u8]) -> usize {
    String::from_utf8_lossy(text).width()
}
