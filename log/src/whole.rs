//! The input in whole lines, so that no half of one is ever written, passed on or counted.
//!
//! Unlike `stage::lines`, nothing is left out: a line that is longer than the buffer is handed
//! out in pieces.

use std::io;
use std::time::Instant;

use memchr::memrchr;
use stage::input::{Input, Wait};
use stage::size::BLOCK;

/// What came next.
#[derive(Debug, PartialEq, Eq)]
pub enum Block<'a> {
    /// One or more whole lines, each with its line feed; or a piece of a very long one.
    Lines(&'a [u8]),
    /// The deadline has come.
    Deadline,
    /// The input has ended, with these bytes behind its last line feed.
    End(&'a [u8]),
}

/// An input in whole lines.
#[derive(Debug)]
pub struct WholeLines<I> {
    input: I,
    buffer: Box<[u8]>,
    /// What was handed out last: `buffer[..start]`; what is still the beginning of a line:
    /// `buffer[start..end]`.
    start: usize,
    end: usize,
}

impl<I: Input> WholeLines<I> {
    /// The lines of `input`.
    pub fn new(input: I) -> WholeLines<I> {
        WholeLines { input, buffer: vec![0; BLOCK].into_boxed_slice(), start: 0, end: 0 }
    }

    /// Waits for whole lines, until `deadline` if there is one.
    pub fn next(&mut self, deadline: Option<Instant>) -> io::Result<Block<'_>> {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        loop {
            if self.input.wait(deadline)? == Wait::Deadline {
                return Ok(Block::Deadline);
            }
            let fresh = self.end;
            match self.input.read(&mut self.buffer[fresh..]) {
                Ok(0) => {
                    self.start = self.end;
                    return Ok(Block::End(&self.buffer[..self.end]));
                }
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            let is_full = self.end == self.buffer.len();
            if let Some(last) = memrchr(b'\n', &self.buffer[fresh..self.end]) {
                self.start = fresh + last + 1;
            } else if is_full {
                self.start = self.end;
            }
            if self.start > 0 {
                return Ok(Block::Lines(&self.buffer[..self.start]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stage::fake::Chunks;

    /// Every block, and the rest.
    fn all(input: impl Input) -> (Vec<Vec<u8>>, Vec<u8>) {
        let mut lines = WholeLines::new(input);
        let mut blocks = Vec::new();
        loop {
            match lines.next(None).unwrap() {
                Block::Lines(block) => blocks.push(block.to_vec()),
                Block::Deadline => unreachable!("there was no deadline"),
                Block::End(rest) => return (blocks, rest.to_vec()),
            }
        }
    }

    #[test]
    fn half_a_line_waits_for_its_other_half() {
        let (blocks, rest) = all(Chunks::of(b"1\n23\n4", 3));
        assert_eq!(blocks, [&b"1\n"[..], b"23\n"]);
        assert_eq!(rest, b"4");
    }

    #[test]
    fn a_line_longer_than_the_buffer_comes_in_pieces() {
        let text = [vec![b'7'; 2 * BLOCK + 5], b"\n1\n".to_vec()].concat();
        let (blocks, rest) = all(&text[..]);
        assert_eq!((blocks.concat(), rest), (text, vec![]));
        assert_eq!(blocks[0].len(), BLOCK);
    }

    proptest! {
        #[test]
        fn every_byte_is_handed_out_once(text in "([0-9]{0,5}\n){0,10}[0-9]{0,3}", size in 1usize..9) {
            let (blocks, rest) = all(Chunks::of(text.as_bytes(), size));
            prop_assert!(blocks.iter().all(|block| block.ends_with(b"\n")));
            prop_assert_eq!([blocks.concat(), rest].concat(), text.as_bytes());
        }
    }
}
