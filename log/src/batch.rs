//! The lines in hand: what was read and is to be written, and how much of it is written.

use bytecount::count;
use memchr::memrchr;

/// Bytes to be written, with their timestamps if there are any.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch<'a> {
    bytes: &'a [u8],
    /// Whether the first of them begins a line.
    begins_line: bool,
    /// Whether they are a header, and so no row.
    is_header: bool,
    written: usize,
}

impl<'a> Batch<'a> {
    /// A batch of `bytes`, none of which is written.
    pub(crate) fn new(bytes: &'a [u8], begins_line: bool) -> Batch<'a> {
        Batch { bytes, begins_line, is_header: false, written: 0 }
    }

    /// A batch of one line, a header, which is not written.
    pub(crate) fn of_header(line: &'a [u8]) -> Batch<'a> {
        Batch { is_header: true, ..Batch::new(line, true) }
    }

    /// Whether they are a header.
    pub(crate) fn is_header(&self) -> bool {
        self.is_header
    }

    /// What is still to be written.
    pub(crate) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.written..]
    }

    /// Notes that the first `count` bytes of the rest were written.
    pub(crate) fn advance(&mut self, count: usize) {
        self.written += count;
    }

    /// Goes back to the beginning of a line of which half is written; does nothing if the line began
    /// in an earlier batch.
    pub(crate) fn back_to_line_start(&mut self) {
        self.written = self.line_start().unwrap_or(self.written);
    }

    /// Whether the line that is next, or half written, begins in this batch.
    pub(crate) fn has_line_start(&self) -> bool {
        self.line_start().is_some()
    }

    fn line_start(&self) -> Option<usize> {
        let line_feed = memrchr(b'\n', &self.bytes[..self.written]);
        line_feed.map(|at| at + 1).or(self.begins_line.then_some(0))
    }

    /// Lines of which something is still to be written; the last may lack its line feed.
    pub(crate) fn lines_left(&self) -> u64 {
        if self.is_header { 0 } else { count_lines(self.rest()) }
    }

    /// How many rows end in `written`, a part of this batch.
    pub(crate) fn rows_ending_in(&self, written: &[u8]) -> u64 {
        if self.is_header { 0 } else { count(written, b'\n') as u64 }
    }
}

/// Lines in `bytes`; the last may lack its line feed.
pub(crate) fn count_lines(bytes: &[u8]) -> u64 {
    let unfinished = bytes.last().is_some_and(|&byte| byte != b'\n');
    count(bytes, b'\n') as u64 + u64::from(unfinished)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_line_is_taken_back_and_counts_as_not_written() {
        let mut batch = Batch::new(b"1\n22\n333", true);
        batch.advance(4);
        assert_eq!((batch.rest(), batch.lines_left()), (&b"\n333"[..], 2));
        assert!(batch.has_line_start());
        batch.back_to_line_start();
        assert_eq!(batch.rest(), b"22\n333");
        batch.advance(6);
        assert_eq!(batch.lines_left(), 0);
        batch.back_to_line_start();
        assert_eq!((batch.rest(), batch.lines_left()), (&b"333"[..], 1));
    }

    #[test]
    fn a_line_that_began_earlier_cannot_be_taken_back() {
        let mut batch = Batch::new(b"77\n8\n", false);
        batch.advance(1);
        assert!(!batch.has_line_start());
        batch.back_to_line_start();
        assert_eq!(batch.rest(), b"7\n8\n");
    }
}
