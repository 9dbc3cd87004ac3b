//! Rows that were taken: the lines of their samples.

use std::ops::Range;

/// Bytes that are copied together, whether a field has as many or fewer.
const TOGETHER: usize = 16;

/// Rows of a block.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The samples, a line each, followed by spare room, which keeps old bytes until it is used again.
    lines: Vec<u8>,
    filled: usize,
    ends: Vec<Ends>,
}

/// Where a row ends.
#[derive(Clone, Copy, Debug)]
struct Ends {
    /// Where the next line of the block begins.
    in_block: usize,
    /// Where its lines end.
    in_lines: usize,
}

impl Rows {
    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.filled = 0;
        self.ends.clear();
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }

    /// Where the block goes on behind this one, counted from 0, if there is one.
    pub(super) fn end_in_block(&self, row: usize) -> Option<usize> {
        self.ends.get(row).map(|ends| ends.in_block)
    }

    /// The lines of this row, counted from 0, and of those that follow.
    pub(super) fn lines_from(&self, row: usize) -> &[u8] {
        &self.lines[self.start(row)..self.filled]
    }

    /// The lines of these rows.
    pub(super) fn lines_of(&self, rows: Range<usize>) -> &[u8] {
        &self.lines[self.start(rows.start)..self.start(rows.end)]
    }

    /// Where the lines of this row begin.
    fn start(&self, row: usize) -> usize {
        row.checked_sub(1).map_or(0, |before| self.ends[before].in_lines)
    }

    /// Appends to the newest row the line of what stands from `start` to `end` of `text`.
    #[inline(always)]
    pub(super) fn put(&mut self, text: &[u8], start: usize, end: usize) {
        let length = end - start;
        let room = self.lines[self.filled..].first_chunk_mut::<{ TOGETHER + 1 }>();
        match (room, text[start..].first_chunk::<TOGETHER>()) {
            // A copy of a fixed size is the fastest; what is behind the field is overwritten.
            (Some(room), Some(bytes)) if length <= TOGETHER => {
                room[..TOGETHER].copy_from_slice(bytes);
                room[length] = b'\n';
                self.filled += length + 1;
            }
            _ => self.put_any(&text[start..end]),
        }
    }

    /// The same for a field that is long, or alone, or has no room yet.
    #[inline(never)]
    pub(super) fn put_any(&mut self, field: &[u8]) {
        let needed = self.filled + field.len().max(TOGETHER) + 1;
        if self.lines.len() < needed {
            self.grow(needed);
        }
        let room = &mut self.lines[self.filled..];
        room[..field.len()].copy_from_slice(field);
        room[field.len()] = b'\n';
        self.filled += field.len() + 1;
    }

    /// Makes room for this many bytes, and for at least twice as many as before.
    fn grow(&mut self, needed: usize) {
        self.lines.resize(needed.max(2 * self.lines.len()), 0);
    }

    /// Ends the newest row, behind which the block goes on there.
    #[inline(always)]
    pub(super) fn end_row(&mut self, in_block: usize) {
        self.ends.push(Ends { in_block, in_lines: self.filled });
    }
}
