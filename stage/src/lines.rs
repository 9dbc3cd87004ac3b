//! Cutting an input into lines, in bounded memory.
//!
//! Whole lines are handed out in blocks, as many at a time as one read brought, so that a
//! flood costs little for each and a trickle is passed on at once. A line longer than a limit
//! ([`MAX_LINE`] for samples) is handed out as its start; the rest of it is skipped. A last line
//! without a line feed is one, unless a stop cut the input short.

use std::io;
use std::time::Instant;

use memchr::{memchr, memrchr};

use crate::input::{Input, Wait};
use crate::sample::MAX_LINE;
use crate::size::BLOCK;

/// What came next.
#[derive(Debug, PartialEq, Eq)]
pub enum Block<'a> {
    /// One or more whole lines, each with its line feed; the input's last may have none.
    Lines(&'a [u8]),
    /// The start of a line that is too long; more bytes of it than the limit.
    TooLong(&'a [u8]),
    /// The deadline has come.
    Deadline,
    /// The input has ended.
    End,
}

/// An input cut into lines.
#[derive(Debug)]
pub struct Lines<I> {
    input: I,
    /// Bytes of the longest line that is handed out whole.
    limit: usize,
    /// Grows if the limit asks for it and lines are that long.
    buffer: Vec<u8>,
    /// What was read and not handed out yet: `buffer[start..end]`, never a whole line.
    start: usize,
    end: usize,
    /// Whether the rest of a line that was too long is still to come.
    skipping: bool,
    ended: bool,
}

impl<I: Input> Lines<I> {
    /// The lines of `input`, of up to [`MAX_LINE`] bytes.
    pub fn new(input: I) -> Lines<I> {
        Lines::of_up_to(MAX_LINE, input)
    }

    /// The lines of `input`, of up to `limit` bytes.
    pub fn of_up_to(limit: usize, input: I) -> Lines<I> {
        let buffer = vec![0; BLOCK];
        Lines { input, limit, buffer, start: 0, end: 0, skipping: false, ended: false }
    }

    /// Waits for whole lines, until `deadline` if there is one.
    pub fn next(&mut self, deadline: Option<Instant>) -> io::Result<Block<'_>> {
        loop {
            if self.ended {
                let mut rest = std::mem::replace(&mut self.start, self.end)..self.end;
                if self.input.was_cut_short() {
                    // The beginning of a number is not a number.
                    rest.start = rest.end;
                }
                return Ok(if rest.is_empty() {
                    Block::End
                } else {
                    Block::Lines(&self.buffer[rest])
                });
            }
            if self.input.wait(deadline)? == Wait::Deadline {
                return Ok(Block::Deadline);
            }
            let fresh = self.fill()?;
            if let Some(last) = memrchr(b'\n', &self.buffer[fresh..self.end]) {
                let lines = self.start..fresh + last + 1;
                self.start = lines.end;
                return Ok(Block::Lines(&self.buffer[lines]));
            }
            if self.end - self.start > self.limit {
                self.skipping = true;
                let start = std::mem::replace(&mut self.start, self.end);
                return Ok(Block::TooLong(&self.buffer[start..self.end]));
            }
        }
    }

    /// Reads once; tells where in the buffer the fresh bytes begin.
    fn fill(&mut self) -> io::Result<usize> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let fresh = self.end;
        // What is kept is no longer than the limit, so the buffer never has to grow for samples.
        if self.buffer.len() - fresh < BLOCK / 2 {
            self.buffer.resize(2 * self.buffer.len(), 0);
        }
        let count = match self.input.read(&mut self.buffer[fresh..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(fresh),
            result => result?,
        };
        self.ended = count == 0;
        self.end = fresh + count;
        if self.skipping {
            self.skip();
        }
        Ok(self.start.max(fresh))
    }

    /// Drops the rest of a line that was too long.
    fn skip(&mut self) {
        match memchr(b'\n', &self.buffer[self.start..self.end]) {
            Some(at) => {
                self.start += at + 1;
                self.skipping = false;
            }
            None => self.start = self.end,
        }
    }
}

/// The lines of a block, each without its line feed.
pub fn each_line(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = block;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, behind) = match memchr(b'\n', rest) {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (rest, &[][..]),
        };
        rest = behind;
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::Chunks;
    use proptest::prelude::*;

    /// Every line of `input`, a line that is too long as `None`.
    fn all(input: impl Input) -> Vec<Option<Vec<u8>>> {
        let mut lines = Lines::new(input);
        let mut found = Vec::new();
        loop {
            match lines.next(None).unwrap() {
                Block::Lines(block) => found.extend(
                    each_line(block).map(|line| (line.len() <= MAX_LINE).then(|| line.to_vec())),
                ),
                Block::TooLong(start) => {
                    assert!(start.len() > MAX_LINE);
                    found.push(None);
                }
                Block::Deadline => unreachable!("there was no deadline"),
                Block::End => return found,
            }
        }
    }

    fn some(line: &str) -> Option<Vec<u8>> {
        Some(line.as_bytes().to_vec())
    }

    #[test]
    fn the_last_line_needs_no_line_feed() {
        assert_eq!(all(&b"1\n\n2"[..]), [some("1"), some(""), some("2")]);
        assert_eq!(all(&b"1\n"[..]), [some("1")]);
        assert_eq!(all(&b""[..]), []);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_in_bounded_memory() {
        let mut text = b"1\n".to_vec();
        text.resize(10_000_000, b'7');
        text.extend_from_slice(b"\n2\n");
        assert_eq!(all(&text[..]), [some("1"), None, some("2")]);
        assert_eq!(all(Chunks::of(&text, 1000)), [some("1"), None, some("2")]);
    }

    #[test]
    fn a_line_that_is_too_long_may_be_the_last() {
        let text = vec![b'7'; BLOCK * 2];
        assert_eq!(all(&text[..]), [None]);
    }

    #[test]
    fn lines_are_handed_out_while_the_next_is_incomplete() {
        let mut lines = Lines::new(Chunks::of(b"1\n2\n3", 5));
        assert_eq!(lines.next(None).unwrap(), Block::Lines(b"1\n2\n"));
        assert_eq!(lines.next(None).unwrap(), Block::Lines(b"3"));
        assert_eq!(lines.next(None).unwrap(), Block::End);
        assert_eq!(lines.next(None).unwrap(), Block::End);
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_lines(
            text in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..200),
            size in 1usize..50,
        ) {
            prop_assert_eq!(all(Chunks::of(&text, size)), all(&text[..]));
        }
    }
}
