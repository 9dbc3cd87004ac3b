//! Columns of many, taken from block after block without looking at the others: as lines of samples,
//! among which those that are canonical are then looked for as in the classic stream. The samples of a
//! row follow each other.
//!
//! Only rows are taken that cannot be anything else: of the right width, without quotes, and beginning
//! like a number or with nothing. What is left of a block goes the long way.

mod separators;

use memchr::memchr;
use stage::format::row::{MAX_LINE, spaces_trimmed};

use self::separators::separators;

/// Bytes that are copied together, whether a field has as many or fewer.
const TOGETHER: usize = 16;

/// The columns of a table that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted<'a> {
    /// The number of the table's part that they are columns of.
    pub part: u64,
    /// What separates fields.
    pub delimiter: u8,
    /// Whether they may be quoted.
    pub may_be_quoted: bool,
    /// Fields of a row, at least two.
    pub width: usize,
    /// Which ones are taken, from 0; none is lacking.
    pub columns: &'a [Option<usize>],
}

/// What was taken of a block.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// The part of the table.
    part: u64,
    /// The fields, a line each, followed by spare room, which keeps old bytes until it is used again.
    lines: Vec<u8>,
    filled: usize,
    rows: Vec<Ends>,
    /// How many of them have been handed on.
    handed_on: usize,
    /// Where the fields of the newest row begin, and where one behind them would.
    starts: Vec<usize>,
}

/// Where a row ends that was taken.
#[derive(Clone, Copy, Debug)]
struct Ends {
    /// Where the next line of the block begins.
    in_block: usize,
    /// Where its lines end.
    in_lines: usize,
}

impl Taken {
    /// Forgets what was taken: another block has been read.
    pub(super) fn clear(&mut self) {
        self.filled = 0;
        self.rows.clear();
        self.handed_on = 0;
    }

    /// The lines of the columns from the row on that begins at `at` of `block`. They are taken once for
    /// each block.
    pub(super) fn from(&mut self, block: &[u8], at: usize, wanted: Wanted<'_>) -> &[u8] {
        while self.rows.get(self.handed_on).is_some_and(|row| row.in_block <= at) {
            self.handed_on += 1;
        }
        if self.handed_on == self.rows.len() || self.part != wanted.part {
            self.clear();
            self.part = wanted.part;
            self.take(block, at, wanted);
        }
        &self.lines[self.start()..self.filled]
    }

    /// Where the lines begin that have not been handed on.
    fn start(&self) -> usize {
        self.handed_on.checked_sub(1).map_or(0, |last| self.rows[last].in_lines)
    }

    /// Hands on this many rows, at least one; returns where their lines are, and where the block goes on.
    pub(super) fn hand_on(&mut self, rows: u64) -> (&[u8], usize) {
        let start = self.start();
        self.handed_on += rows as usize;
        let last = self.rows[self.handed_on - 1];
        (&self.lines[start..last.in_lines], last.in_block)
    }

    /// Takes the columns of as many rows as can be taken. (Not inlined: on its own, the loop has enough
    /// registers.)
    #[inline(never)]
    fn take(&mut self, block: &[u8], at: usize, wanted: Wanted<'_>) {
        let Wanted { delimiter, width, .. } = wanted;
        let rest = &block[at..];
        let plain = match memchr(b'"', rest).filter(|_| wanted.may_be_quoted) {
            Some(quote) => &rest[..quote],
            None => rest,
        };
        self.starts.clear();
        self.starts.resize(width + 1, 0);
        let (mut row, mut fields) = (0, 0);
        for end in separators(plain, delimiter) {
            if end < row {
                // The LF of a CRLF.
                continue;
            }
            fields += 1;
            if let Some(next) = self.starts.get_mut(fields) {
                *next = end + 1;
            }
            if plain[end] == delimiter {
                continue;
            }
            if fields != width || end - row > MAX_LINE || !begins_a_row(&plain[row..end], delimiter)
            {
                break;
            }
            self.put_row(plain, wanted.columns);
            row = end + if rest[end..].starts_with(b"\r\n") { 2 } else { 1 };
            (self.starts[0], fields) = (row, 0);
            self.rows.push(Ends { in_block: at + row, in_lines: self.filled });
        }
    }

    /// Appends the lines of these columns of the newest row in `text`.
    #[inline]
    fn put_row(&mut self, text: &[u8], columns: &[Option<usize>]) {
        for column in columns.iter().flatten() {
            if let Some(&[start, behind]) = self.starts.get(*column..=column + 1) {
                self.put(text, start, behind - 1);
            }
        }
    }

    /// Appends the line of the field from `start` to `end` of `text`.
    #[inline]
    fn put(&mut self, text: &[u8], start: usize, end: usize) {
        let field = spaces_trimmed(&text[start..end]);
        let needed = self.filled + field.len().max(TOGETHER) + 1;
        if self.lines.len() < needed {
            self.grow(needed);
        }
        let room = &mut self.lines[self.filled..];
        let is_short = field.len() == end - start && field.len() <= TOGETHER;
        // A copy of a fixed size is the fastest; what is behind the field is overwritten.
        match (room.first_chunk_mut::<TOGETHER>(), text[start..].first_chunk()) {
            (Some(room), Some(bytes)) if is_short => *room = *bytes,
            _ => room[..field.len()].copy_from_slice(field),
        }
        room[field.len()] = b'\n';
        self.filled += field.len() + 1;
    }

    /// Makes room for this many bytes, and for at least twice as many as before.
    #[cold]
    fn grow(&mut self, needed: usize) {
        self.lines.resize(needed.max(2 * self.lines.len()), 0);
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

    fn wanted(columns: &[Option<usize>]) -> Wanted<'_> {
        Wanted { part: 1, delimiter: b',', may_be_quoted: true, width: 2, columns }
    }

    fn taken(block: &str, wanted: Wanted<'_>) -> (String, usize) {
        let mut taken = Taken::default();
        let lines = taken.from(block.as_bytes(), 0, wanted).to_vec();
        let end = taken.rows.last().map_or(0, |last| last.in_block);
        (String::from_utf8(lines).unwrap(), end)
    }

    #[test]
    fn rows_are_taken_up_to_the_first_line_that_may_be_something_else() {
        let column = |block, at: usize| taken(block, wanted(&[Some(at)]));
        assert_eq!(column("1,2\n3, 4 \r\n5,6\r7,\n", 1), ("2\n4\n6\n\n".to_owned(), 18));
        assert_eq!(column("1,2\n3,4,5\n", 0), ("1\n".to_owned(), 4));
        assert_eq!(column("1,2\na,4\n", 1), ("2\n".to_owned(), 4));
        assert_eq!(column("1,2\n#,4\n", 1), ("2\n".to_owned(), 4));
        assert_eq!(column("1,2\n3,\"4\"\n", 1), ("2\n".to_owned(), 4));
        assert_eq!(column("1,2\n3,4", 1), ("2\n".to_owned(), 4));
        assert_eq!(column(",2\n\n3,4\n", 1), ("2\n".to_owned(), 3));
    }

    #[test]
    fn columns_are_taken_in_the_order_in_which_they_are_sent() {
        let long = "123456789012345678901";
        let block = format!("1,{long}\n 3 ,4\n");
        let (lines, end) = taken(&block, wanted(&[Some(1), Some(0)]));
        assert_eq!((lines, end), (format!("{long}\n1\n4\n3\n"), block.len()));
    }

    #[test]
    fn a_block_is_gone_on_with_where_its_rows_were_handed_on() {
        let block = b"1,2\n3,x\n5,6\n7,8\n";
        let wanted = wanted(&[Some(1)]);
        let mut taken = Taken::default();
        assert_eq!(taken.from(block, 0, wanted), b"2\nx\n6\n8\n");
        assert_eq!(taken.hand_on(1), (&b"2\n"[..], 4));
        // The row in between went the long way.
        assert_eq!(taken.from(block, 8, wanted), b"6\n8\n");
        // So did another header.
        let columns = [Some(0)];
        let other = Wanted { part: 2, columns: &columns, ..wanted };
        assert_eq!(taken.from(block, 8, other), b"5\n7\n");
        assert_eq!(taken.hand_on(2), (&b"5\n7\n"[..], 16));
    }
}
