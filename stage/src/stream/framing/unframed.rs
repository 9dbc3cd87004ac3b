//! The input that is examined.

use std::io::{self, Read};
use std::time::Instant;

use super::{Framed, Look, MOST, look};
use crate::process::clock::Wake;
use crate::stream::ending::Ending;
use crate::stream::input::Input;
use crate::stream::regular::Regular;

/// An input that is refused if it is framed: reading it gives an error that [`Framed::of`] knows.
#[derive(Debug)]
pub struct Unframed<I> {
    input: I,
    is_text: bool,
    reader: &'static str,
    /// The first bytes, until it is known what they are and they are handed out.
    first: [u8; MOST],
    held: usize,
    handed_out: usize,
    is_known: bool,
    /// What was read by the time that it was refused.
    refused: Vec<u8>,
}

impl<I: Input> Unframed<I> {
    /// Examines the first bytes of `input`, which is text or raw words; `reader` is a command that
    /// reads text from standard input.
    pub fn new(input: I, is_text: bool, reader: &'static str) -> Unframed<I> {
        let first = [0; MOST];
        Unframed {
            input,
            is_text,
            reader,
            first,
            held: 0,
            handed_out: 0,
            is_known: false,
            refused: Vec::new(),
        }
    }

    /// Hands on `input` as it is: what it is has been examined before.
    pub fn examined(input: I) -> Unframed<I> {
        Unframed { is_known: true, ..Unframed::new(input, false, "") }
    }

    /// The input, if it was refused, and what was read of it by then.
    pub fn into_refused(self) -> (I, Vec<u8>) {
        (self.input, self.refused)
    }

    /// Reads more, until it is known what the first bytes are; returns those held as well.
    fn read_first(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        buffer[..self.held].copy_from_slice(&self.first[..self.held]);
        let count = self.input.read(&mut buffer[self.held..])?;
        let all = &buffer[..self.held + count];
        match look(&all[..all.len().min(MOST)], self.is_text) {
            Look::Is(kind) => {
                self.refused = all.to_vec();
                return Err(io::Error::other(Framed { kind, reader: self.reader }));
            }
            Look::Undecided if count > 0 && all.len() < MOST => {
                self.held = all.len();
                self.first[..self.held].copy_from_slice(all);
                // The reader waits again.
                return Err(io::ErrorKind::Interrupted.into());
            }
            Look::Undecided | Look::IsNone => (self.is_known, self.handed_out) = (true, self.held),
        }
        Ok(all.len())
    }
}

impl<I: Input> Input for Unframed<I> {
    fn wait(&mut self, deadline: Option<Instant>) -> io::Result<Wake> {
        if self.is_known && self.handed_out < self.held {
            return Ok(Wake::Ready);
        }
        match self.input.wait(deadline)? {
            // No more may come in time, so what was held back is handed out.
            Wake::Deadline if !self.is_known && self.held > 0 => {
                self.is_known = true;
                Ok(Wake::Ready)
            }
            wait => Ok(wait),
        }
    }

    fn ending(&self) -> Ending {
        self.input.ending()
    }

    fn ending_in_half(&mut self) -> io::Result<Ending> {
        self.input.ending_in_half()
    }

    fn file(&self) -> Option<Regular> {
        self.input.file()
    }

    fn read_by_threads(&mut self, bytes: u64) {
        self.input.read_by_threads(bytes);
    }
}

impl<I: Input> Read for Unframed<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.is_known && buffer.len() >= MOST {
            return self.read_first(buffer);
        }
        let rest = &self.first[self.handed_out..self.held];
        if rest.is_empty() {
            return self.input.read(buffer);
        }
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.handed_out += count;
        Ok(count)
    }
}
