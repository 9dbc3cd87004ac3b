//! A stream of raw words, interleaved in frames, read as it comes.

use std::collections::VecDeque;
use std::io::{self, Read as _};
use std::time::Instant;

use stage::process::clock::Wake;
use stage::stream::ending::{CutOff, Ending, Fate, Half};
use stage::stream::framing::Unframed;
use stage::stream::input::Input;
use stage::stream::size::BLOCK;

use super::layout::Layout;
use super::stream::{Beginning, Stream, unframed, unread};
use super::word::Format;
use super::{Error, Given, Source};
use crate::reading::{Codes, NoReading, Place, Reading};

/// Codes handed on at a time: few enough to stay in the fastest cache.
const BATCH: usize = 1024;

/// A stream of raw words.
#[derive(Debug)]
pub(crate) struct WordStream<I> {
    input: Unframed<I>,
    name: String,
    /// What to report first.
    notices: VecDeque<String>,
    layout: Layout,
    /// Bytes in a word.
    width: usize,
    /// When to end.
    deadline: Option<Instant>,
    /// What was read: whole frames up to `whole`, of which those from `start` on have not been given
    /// yet, then up to `end` the beginning of a frame.
    buffer: Vec<u8>,
    start: usize,
    whole: usize,
    end: usize,
    /// Frames given so far.
    number: u64,
    codes: [u16; BATCH],
    /// How it ended, and whether what the end cut off has been given or reported.
    ending: Option<Ending>,
    is_rest_done: bool,
}

impl<I: Input> WordStream<I> {
    /// The words of `stream`, of `width` bytes each.
    pub(crate) fn new(stream: Stream<I>, width: usize) -> WordStream<I> {
        let Stream { input, name, layout, beginning, deadline, mut notices } = stream;
        let frame = width * layout.channels;
        let unknown = (beginning == Beginning::Anywhere && frame > 1).then(|| {
            format!("{name} may have been sending before: nothing tells where a word begins")
        });
        notices.extend(unknown);
        WordStream {
            input: unframed(input, layout),
            name,
            notices,
            layout,
            width,
            deadline,
            buffer: vec![0; BLOCK.max(frame)],
            start: 0,
            whole: 0,
            end: 0,
            number: 0,
            codes: [0; BATCH],
            ending: None,
            is_rest_done: false,
        }
    }

    /// Bytes in a frame.
    fn frame(&self) -> usize {
        self.width * self.layout.channels
    }

    /// Waits for whole frames, or for the end.
    fn read(&mut self) -> io::Result<()> {
        while self.start == self.whole && self.ending.is_none() {
            if self.input.wait(self.deadline)? == Wake::Deadline {
                self.ending = Some(Ending::Deadline);
                break;
            }
            self.buffer.copy_within(self.whole..self.end, 0);
            (self.start, self.whole, self.end) = (0, 0, self.end - self.whole);
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) if self.end > 0 => self.ending = Some(self.input.ending_in_half()?),
                Ok(0) => self.ending = Some(self.input.ending()),
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            self.whole = self.end - self.end % self.frame();
        }
        Ok(())
    }

    /// Fills `codes` with the next words; returns how many.
    fn read_codes(&mut self) -> usize {
        let words = chosen(&self.buffer[self.start..self.whole], self.layout, self.width);
        let mut filled = 0;
        for (code, word) in self.codes.iter_mut().zip(words) {
            *code = Format::code(word);
            filled += 1;
        }
        self.number += filled as u64;
        self.start += filled * self.frame();
        filled
    }

    /// Reports what the end has cut off, if that is dropped.
    fn cut_off(&mut self) -> Option<String> {
        let (ending, bytes) = (self.ending?, self.end - self.whole);
        let is_dropped = bytes > 0 && ending.fate(Half::Word) != Fate::Torn;
        (is_dropped && !self.is_rest_done).then(|| {
            self.is_rest_done = true;
            let cut = CutOff { ending, bytes: bytes as u64, start: b"" };
            format!("{}: {cut}", word(self.number + 1))
        })
    }

    /// The frame that the end has cut off, if that counts as a reading.
    fn torn(&mut self) -> Option<Reading<'static>> {
        let (bytes, frame) = (self.end - self.whole, self.frame());
        let is_torn = bytes > 0 && self.ending?.fate(Half::Word) == Fate::Torn;
        (is_torn && !self.is_rest_done).then(|| {
            self.is_rest_done = true;
            let raw = Err(NoReading::Torn { bytes, frame });
            Reading { place: word(self.number + 1), raw }
        })
    }
}

/// The chosen channel's word of each frame.
fn chosen(frames: &[u8], layout: Layout, width: usize) -> impl ExactSizeIterator<Item = &[u8]> {
    let taken = width * (layout.channel - 1)..width * layout.channel;
    frames.chunks_exact(width * layout.channels).map(move |frame| &frame[taken.clone()])
}

fn word(number: u64) -> Place {
    Place { what: "word", number }
}

impl<I: Input> Source for WordStream<I> {
    fn next(
        &mut self,
        gathered: usize,
    ) -> Result<Given<'_, impl Iterator<Item = Reading<'_>>>, Error> {
        if self.start == self.whole {
            if gathered > 0 {
                return Ok(Given::Nothing);
            }
            if let Err(error) = self.read() {
                self.ending = Some(Ending::of_error(&error));
                return Err(unread(&self.name, error));
            }
        }
        if self.start == self.whole {
            return Ok(self.torn().map_or(Given::End, Given::One));
        }
        let (first, format) = (self.number + 1, self.layout.format);
        if format.has_codes() {
            let filled = self.read_codes();
            let (table, codes) = (&self.layout.format, &self.codes[..filled]);
            return Ok(Given::Codes(Codes { place: word(first), table, codes }));
        }
        let words = chosen(&self.buffer[self.start..self.whole], self.layout, self.width);
        self.number += words.len() as u64;
        self.start = self.whole;
        Ok(Given::Readings((first..).zip(words).map(move |(number, bytes)| {
            let raw = format.decode(bytes).ok_or(NoReading::NotFinite);
            Reading { place: word(number), raw }
        })))
    }

    fn notice(&mut self) -> Option<String> {
        self.notices.pop_front().or_else(|| self.cut_off())
    }
}
