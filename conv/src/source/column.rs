//! One column of many, taken from block after block without looking at the others: as lines of samples,
//! among which those that are canonical are then looked for as in the classic stream.
//!
//! Only lines are taken that cannot be anything but rows: of the right width, without quotes, and
//! beginning like a number or with nothing. What is left of a block goes the long way.

use memchr::{memchr, memchr3_iter};
use stage::format::row::{MAX_LINE, spaces_trimmed};

/// The column of a table that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// What separates fields.
    pub delimiter: u8,
    /// Whether they may be quoted.
    pub may_be_quoted: bool,
    /// Fields of a row, at least two.
    pub width: usize,
    /// Which one is taken, from 0.
    pub at: usize,
}

/// A row that was taken.
#[derive(Clone, Copy, Debug)]
struct Taken {
    /// Where the next line of the block begins.
    row_end: usize,
    /// Where its line in the column ends.
    end: usize,
}

/// What was taken of a block.
#[derive(Debug, Default)]
pub(super) struct Column {
    /// The fields, a line each.
    lines: Vec<u8>,
    taken: Vec<Taken>,
    /// How many of them have been handed on.
    handed_on: usize,
}

impl Column {
    /// Forgets what was taken: another block has been read.
    pub(super) fn clear(&mut self) {
        self.lines.clear();
        self.taken.clear();
        self.handed_on = 0;
    }

    /// The lines of the column from the row on that begins at `at` of `block`. They are taken once for
    /// each block.
    pub(super) fn from(&mut self, block: &[u8], at: usize, wanted: Wanted) -> &[u8] {
        while self.taken.get(self.handed_on).is_some_and(|taken| taken.row_end <= at) {
            self.handed_on += 1;
        }
        if self.handed_on == self.taken.len() {
            self.clear();
            self.take(block, at, wanted);
        }
        &self.lines[self.start()..]
    }

    /// Where the lines begin that have not been handed on.
    fn start(&self) -> usize {
        self.handed_on.checked_sub(1).map_or(0, |last| self.taken[last].end)
    }

    /// Hands on this many lines; returns where they are, and where the block goes on.
    pub(super) fn hand_on(&mut self, lines: u64) -> (&[u8], usize) {
        let start = self.start();
        self.handed_on += lines as usize;
        let last = self.taken[self.handed_on - 1];
        (&self.lines[start..last.end], last.row_end)
    }

    /// Takes the column of as many rows as can be taken.
    fn take(&mut self, block: &[u8], at: usize, wanted: Wanted) {
        let Wanted { delimiter, may_be_quoted, width, at: index } = wanted;
        let rest = &block[at..];
        let plain = match memchr(b'"', rest).filter(|_| may_be_quoted) {
            Some(quote) => &rest[..quote],
            None => rest,
        };
        let (mut row, mut field, mut fields, mut found) = (0, 0, 0, 0..0);
        for end in memchr3_iter(delimiter, b'\n', b'\r', plain) {
            if end < row {
                // The LF of a CRLF.
                continue;
            }
            if fields == index {
                found = field..end;
            }
            fields += 1;
            field = end + 1;
            if plain[end] == delimiter {
                continue;
            }
            if fields != width || end - row > MAX_LINE || !begins_a_row(&plain[row..end], delimiter)
            {
                break;
            }
            self.lines.extend_from_slice(spaces_trimmed(&plain[found.clone()]));
            self.lines.push(b'\n');
            row = end + if rest[end..].starts_with(b"\r\n") { 2 } else { 1 };
            (field, fields) = (row, 0);
            self.taken.push(Taken { row_end: at + row, end: self.lines.len() });
        }
    }
}

/// Whether a line that begins like this is neither a header nor a comment.
fn begins_a_row(line: &[u8], delimiter: u8) -> bool {
    let first = line.iter().copied().find(|byte| *byte != b' ');
    let is_row = |first: u8| first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.');
    first.is_some_and(|first| first == delimiter || is_row(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(block: &str, width: usize, at: usize) -> (String, usize) {
        let wanted = Wanted { delimiter: b',', may_be_quoted: true, width, at };
        let mut column = Column::default();
        let lines = String::from_utf8(column.from(block.as_bytes(), 0, wanted).to_vec()).unwrap();
        (lines, column.taken.last().map_or(0, |last| last.row_end))
    }

    #[test]
    fn rows_are_taken_up_to_the_first_line_that_may_be_something_else() {
        assert_eq!(taken("1,2\n3, 4 \r\n5,6\r7,\n", 2, 1), ("2\n4\n6\n\n".to_owned(), 18));
        assert_eq!(taken("1,2\n3,4,5\n", 2, 0), ("1\n".to_owned(), 4));
        assert_eq!(taken("1,2\na,4\n", 2, 1), ("2\n".to_owned(), 4));
        assert_eq!(taken("1,2\n#,4\n", 2, 1), ("2\n".to_owned(), 4));
        assert_eq!(taken("1,2\n3,\"4\"\n", 2, 1), ("2\n".to_owned(), 4));
        assert_eq!(taken("1,2\n3,4", 2, 1), ("2\n".to_owned(), 4));
        assert_eq!(taken(",2\n\n3,4\n", 2, 1), ("2\n".to_owned(), 3));
    }

    #[test]
    fn a_block_is_gone_on_with_where_its_rows_were_handed_on() {
        let block = b"1,2\n3,x\n5,6\n7,8\n";
        let wanted = Wanted { delimiter: b',', may_be_quoted: true, width: 2, at: 1 };
        let mut column = Column::default();
        assert_eq!(column.from(block, 0, wanted), b"2\nx\n6\n8\n");
        assert_eq!(column.hand_on(1), (&b"2\n"[..], 4));
        // The row in between went the long way.
        assert_eq!(column.from(block, 8, wanted), b"6\n8\n");
        assert_eq!(column.hand_on(2), (&b"6\n8\n"[..], 16));
    }
}
