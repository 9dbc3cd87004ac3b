//! The data of WAV as an input: it ends where they do. What is behind them is read as well, since
//! whoever writes it to a pipe may not have ended yet.

use std::io::{self, Read};
use std::time::Instant;

use stage::process::clock::Wake;
use stage::process::message::bytes;
use stage::stream::ending::Ending;
use stage::stream::input::Input;

use super::behind::Behind;
use super::chunks::Chunks;
use super::format::Sound;

/// The bytes of the data.
#[derive(Debug)]
pub(crate) struct Data<I> {
    input: I,
    /// What was read with the headers; from `at` on, it has not been handed on.
    ahead: Vec<u8>,
    at: usize,
    /// Bytes still to come, if that is known.
    left: Option<u64>,
    /// Whether the input has ended before they all came.
    is_cut: bool,
    /// What they are, where they begin in the input, how many they are if that is known, and what follows.
    sound: Sound,
    begin: u64,
    length: Option<u64>,
    behind: Behind,
}

impl<I: Input> Data<I> {
    /// The next `length` bytes, which are `sound`; without a length, all.
    pub(super) fn new(chunks: Chunks<I>, sound: Sound, length: Option<u64>) -> Data<I> {
        let begin = chunks.taken();
        let (input, ahead) = chunks.into_rest();
        let behind = Behind::default();
        Data { input, ahead, at: 0, left: length, is_cut: false, sound, begin, length, behind }
    }

    /// What may be samples behind the end of the data, as a message says it, with the command that reads
    /// them.
    pub(crate) fn unread(&self) -> Option<String> {
        let Sound { word, channels, .. } = self.sound;
        let length = self.length?;
        let count = bytes(self.behind.samples(self.sound.frame(), length)?);
        let channels = match channels {
            1 => String::new(),
            several => format!(" --channels {several} --columns all"),
        };
        let first = self.begin + length + 1;
        Some(format!(
            "{count} behind the data are not read, and are no other chunk; as samples: \
             tail -c +{first} FILE | conv --from - --format {word}{channels}"
        ))
    }

    /// How much less has come than the headers promise, as a message says it.
    pub(crate) fn lacking(&self) -> Option<String> {
        let left = self.left.filter(|_| self.is_cut)?;
        Some(format!("ends {} before the end that its header promises", bytes(left)))
    }

    /// Reads what was read ahead first.
    fn read_on(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.ahead[self.at..];
        if rest.is_empty() {
            return self.input.read(buffer);
        }
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }

    fn is_behind(&self) -> bool {
        self.left == Some(0)
    }
}

impl<I: Input> Input for Data<I> {
    fn wait(&mut self, deadline: Option<Instant>) -> io::Result<Wake> {
        if self.at < self.ahead.len() { Ok(Wake::Ready) } else { self.input.wait(deadline) }
    }

    fn ending(&self) -> Ending {
        self.input.ending()
    }

    fn ending_in_half(&mut self) -> io::Result<Ending> {
        self.input.ending_in_half()
    }

    fn keeps_its_rest(&self) -> bool {
        self.input.keeps_its_rest()
    }
}

impl<I: Input> Read for Data<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.and_then(|left| usize::try_from(left).ok()).unwrap_or(usize::MAX);
        let most = if self.is_behind() { buffer.len() } else { left.min(buffer.len()) };
        let count = self.read_on(&mut buffer[..most])?;
        if self.is_behind() {
            self.behind.take(&buffer[..count]);
            // The reader waits again.
            return if count > 0 { Err(io::ErrorKind::Interrupted.into()) } else { Ok(0) };
        }
        if count == 0 {
            self.is_cut = self.input.ending() == Ending::Clean;
        }
        self.left = self.left.map(|left| left - count as u64);
        Ok(count)
    }
}
