//! The input in whole lines, so that no half of one is ever written, passed on or counted.
//!
//! Unlike `stage::stream::lines`, no line is too long: one that is longer than the buffer is handed out in
//! pieces. Half a line waits for its other half, and keeps the time at which it came. A last line
//! without a line feed is one if the table of ends says so (`stage::stream::ending`); if not,
//! [`WholeLines::cut_off`] reports what was dropped.

use std::io;
use std::time::{Instant, SystemTime};

use memchr::memrchr;
use stage::process::clock::{Clock, Wake};
use stage::stream::ending::{CutOff, Ending, Fate, Half};
use stage::stream::input::Input;
use stage::stream::size::BLOCK;

/// What came next.
#[derive(Debug, PartialEq, Eq)]
pub enum Block<'a> {
    /// One or more whole lines, each with its line feed; or a piece of a very long one.
    Lines(&'a [u8]),
    /// The deadline has come.
    Deadline,
    /// The input has ended, with this last line, which has no line feed, or nothing.
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
    /// Bytes of a very long line, whose end is still to come, that were handed out.
    pieces: u64,
    /// When the first of the bytes arrived that are not handed out.
    began: SystemTime,
    ending: Option<Ending>,
}

impl<I: Input> WholeLines<I> {
    /// The lines of `input`.
    pub fn new(input: I) -> WholeLines<I> {
        let buffer = vec![0; BLOCK].into_boxed_slice();
        let began = SystemTime::UNIX_EPOCH;
        WholeLines { input, buffer, start: 0, end: 0, pieces: 0, began, ending: None }
    }

    /// What of an input that has ended is no line, for lack of a line feed; with it, pieces of it
    /// that were handed out.
    pub fn cut_off(&self) -> Option<CutOff<'_>> {
        let ending = self.ending.filter(|ending| ending.fate(Half::Line) != Fate::Taken)?;
        let start = &self.buffer[self.start..self.end];
        let bytes = self.pieces + start.len() as u64;
        // Of a very long line the start is gone.
        let start = if self.pieces == 0 { start } else { b"" };
        (bytes > 0).then_some(CutOff { ending, bytes, start })
    }

    /// Waits for whole lines, until `deadline` if there is one; with them comes the time at which the
    /// first of their bytes arrived.
    pub fn next(
        &mut self,
        deadline: Option<Instant>,
        clock: &impl Clock,
    ) -> io::Result<(Block<'_>, SystemTime)> {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        loop {
            if self.input.wait(deadline)? == Wake::Deadline {
                return Ok((Block::Deadline, self.began));
            }
            let fresh = self.end;
            match self.input.read(&mut self.buffer[fresh..]) {
                Ok(0) => {
                    let began = self.began;
                    return Ok((self.end_by(self.input.ending()), began));
                }
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ending = Some(Ending::of_error(&error));
                    return Err(error);
                }
            }
            let now = clock.time_of_day();
            if fresh == 0 {
                self.began = now;
            }
            let is_full = self.end == self.buffer.len();
            if let Some(last) = memrchr(b'\n', &self.buffer[fresh..self.end]) {
                self.start = fresh + last + 1;
                self.pieces = 0;
            } else if is_full {
                self.start = self.end;
                self.pieces += self.end as u64;
            }
            if self.start > 0 {
                // What is left came with this read.
                let began = std::mem::replace(&mut self.began, now);
                return Ok((Block::Lines(&self.buffer[..self.start]), began));
            }
        }
    }

    fn end_by(&mut self, ending: Ending) -> Block<'_> {
        self.ending = Some(ending);
        if ending.fate(Half::Line) == Fate::Taken {
            self.start = self.end;
        }
        Block::End(&self.buffer[..self.start])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stage::fake::{Chunks, FakeClock};

    /// What comes next, whenever that is.
    fn next<I: Input>(lines: &mut WholeLines<I>) -> io::Result<Block<'_>> {
        lines.next(None, &FakeClock::new()).map(|(block, _)| block)
    }

    /// Every block, and the rest.
    fn all(input: impl Input) -> (Vec<Vec<u8>>, Vec<u8>) {
        let mut lines = WholeLines::new(input);
        let mut blocks = Vec::new();
        loop {
            match next(&mut lines).unwrap() {
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

    #[test]
    fn half_a_line_is_one_only_at_a_clean_end() {
        for ending in [Ending::Clean, Ending::HungUp, Ending::Failed, Ending::Stopped] {
            let mut lines = WholeLines::new(Chunks::of(b"1\n101", 2).ended_by(ending));
            assert_eq!(next(&mut lines).unwrap(), Block::Lines(b"1\n"));
            let rest = match next(&mut lines) {
                Ok(Block::End(rest)) => rest.to_vec(),
                Err(_) => vec![],
                other => unreachable!("{other:?}"),
            };
            let cut = CutOff { ending, bytes: 3, start: b"101" };
            match ending {
                Ending::Clean => assert_eq!((&rest[..], lines.cut_off()), (&b"101"[..], None)),
                _ => assert_eq!((&rest[..], lines.cut_off()), (&b""[..], Some(cut)), "{ending:?}"),
            }
        }
    }

    #[test]
    fn the_pieces_of_a_line_that_is_cut_off_are_counted() {
        let text = [b"1\n", &vec![b'7'; 2 * BLOCK + 5][..]].concat();
        let mut lines = WholeLines::new(Chunks::of(&text, BLOCK).ended_by(Ending::Stopped));
        while next(&mut lines).unwrap() != Block::End(b"") {}
        let cut = CutOff { ending: Ending::Stopped, bytes: 2 * BLOCK as u64 + 5, start: b"" };
        assert_eq!(lines.cut_off(), Some(cut));
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
