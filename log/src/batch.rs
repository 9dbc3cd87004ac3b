//! The lines in hand: what has been read and is to be written, and how far that has come.

use memchr::{memchr_iter, memrchr};

/// Bytes to be written, with their timestamps if there are any.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    bytes: &'a [u8],
    /// Whether the first of them begins a line.
    begins_line: bool,
    written: usize,
}

impl<'a> Batch<'a> {
    /// These bytes, none of which is written.
    pub fn new(bytes: &'a [u8], begins_line: bool) -> Batch<'a> {
        Batch { bytes, begins_line, written: 0 }
    }

    /// What is still to be written.
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.written..]
    }

    /// Takes note that the first `count` of the rest were written.
    pub fn advance(&mut self, count: usize) {
        self.written += count;
    }

    /// Goes back to the beginning of the line of which half is written; nothing happens if that came
    /// in an earlier batch.
    pub fn back_to_line_start(&mut self) {
        self.written = self.line_start().unwrap_or(self.written);
    }

    /// Whether the line of which half is written began in this batch.
    pub fn has_line_start(&self) -> bool {
        self.line_start().is_some()
    }

    fn line_start(&self) -> Option<usize> {
        let line_feed = memrchr(b'\n', &self.bytes[..self.written]);
        line_feed.map(|at| at + 1).or(self.begins_line.then_some(0))
    }

    /// Lines of which something is still to be written; the last need not have its line feed.
    pub fn lines_left(&self) -> u64 {
        count_lines(self.rest())
    }
}

/// Lines in `bytes`; the last need not have its line feed.
fn count_lines(bytes: &[u8]) -> u64 {
    let unfinished = bytes.last().is_some_and(|&byte| byte != b'\n');
    memchr_iter(b'\n', bytes).count() as u64 + u64::from(unfinished)
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
