//! A stream of raw words, interleaved in frames, read as it comes.

mod reports;
mod rows;

use std::collections::VecDeque;
use std::io;
use std::iter::Empty;
use std::ops::Range;
use std::time::Instant;

use stage::format::columns::Columns;
use stage::format::sample::Sample;
use stage::format::time::Time;
use stage::process::clock::{Clock, Wake};
use stage::stream::ending::Ending;
use stage::stream::framing::Unframed;
use stage::stream::input::Input;
use stage::stream::size::BLOCK;

use super::frame::{Element, Frame};
use super::reconnecting::Reconnecting;
use super::stream::{Beginning, Stream, unread};
use super::word::Word;
use super::{Error, Given, Source};
use crate::for_channel::Called;
use crate::reading::{Codes, NoReading, Place, Reading};

/// Codes handed on at a time: few enough to stay in the fastest cache.
const BATCH: usize = 1024;

/// A stream of raw words.
pub(crate) struct WordStream<I> {
    input: I,
    name: String,
    /// What to report first.
    notices: VecDeque<String>,
    /// What a frame looks like, and the first word that is taken of it.
    frame: Frame,
    first: Element,
    /// Of which channels NaN means that a reading is missing.
    may_be_nan: Vec<bool>,
    /// What the times of readings are taken from, if they are wanted, and when the newest bytes came.
    clock: Option<Box<dyn Clock>>,
    came: Option<Time>,
    /// When to end.
    deadline: Option<Instant>,
    /// What was read: whole frames up to `whole`, of which those from `start` on have not been given
    /// yet, then up to `end` the beginning of a frame.
    buffer: Vec<u8>,
    start: usize,
    whole: usize,
    end: usize,
    /// Bytes at the beginning that are still to be left out.
    skipped: u64,
    /// Frames given so far.
    number: u64,
    codes: [u16; BATCH],
    /// How it ended, and whether what the end cut off has been given or reported; how often something was
    /// dropped.
    ending: Option<Ending>,
    is_rest_done: bool,
    cuts: u64,
}

impl<I: Input> WordStream<I> {
    /// The words of `stream`, which all look like `word`.
    pub(crate) fn new(stream: Stream<I>, word: Word) -> Result<WordStream<I>, Error> {
        match Frame::uniform(&stream.layout, word) {
            Ok(frame) => WordStream::of_frames(stream, frame),
            Err(why) => Err(Error::Columns { name: stream.name, why }),
        }
    }

    /// The words of `stream`, which consists of such frames.
    pub(crate) fn of_frames(stream: Stream<I>, frame: Frame) -> Result<WordStream<I>, Error> {
        let Stream { input, name, layout, beginning, deadline, mut notices, clock } = stream;
        let Some(first) = frame.taken.first().copied() else {
            return Err(Error::Columns { name, why: "nothing of it is taken".to_owned() });
        };
        notices.extend(unknown_beginning(&name, beginning, frame.length));
        let columns = &frame.columns;
        let missing = |index| layout.missing.of(Called::of(columns, index));
        let may_be_nan = (0..columns.count()).map(|index| missing(index).has_nan()).collect();
        Ok(WordStream {
            input,
            name,
            notices,
            first,
            may_be_nan,
            clock,
            came: None,
            deadline,
            buffer: vec![0; BLOCK.max(frame.length)],
            frame,
            start: 0,
            whole: 0,
            end: 0,
            skipped: layout.skip,
            number: 0,
            codes: [0; BATCH],
            ending: None,
            is_rest_done: false,
            cuts: 0,
        })
    }

    /// Where they come from.
    pub(crate) fn input(&self) -> &I {
        &self.input
    }

    /// What the words are sent as.
    pub(crate) fn columns(&self) -> &Columns {
        &self.frame.columns
    }

    /// Which frame this is, by its number from 1.
    fn place(&self, number: u64) -> Place {
        Place { what: self.frame.what, number }
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
                Ok(count) => {
                    self.end += count;
                    if self.skipped > 0 {
                        self.skip();
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            self.whole = self.end - self.end % self.frame.length;
            self.came = self.clock.as_ref().map(|clock| Time::of_clock(clock.time_of_day()));
        }
        Ok(())
    }

    /// Drops what is to be left out of the bytes that were read.
    fn skip(&mut self) {
        let skipped = usize::try_from(self.skipped).map_or(self.end, |all| all.min(self.end));
        self.buffer.copy_within(skipped..self.end, 0);
        self.end -= skipped;
        self.skipped -= skipped as u64;
    }

    /// The number in the `bytes` of a word, for the channel at `index`, from 0.
    fn read_word(
        &self,
        word: Word,
        bytes: &[u8],
        index: usize,
    ) -> Result<Sample, NoReading<'static>> {
        word.decode(bytes).ok_or_else(|| self.no_number(word, bytes, index))
    }

    #[cold]
    fn no_number(&self, word: Word, bytes: &[u8], index: usize) -> NoReading<'static> {
        match self.may_be_nan.get(index) {
            Some(true) if word.is_nan(bytes) => NoReading::Missing,
            _ => NoReading::NotFinite,
        }
    }

    /// The frame that was given last.
    fn newest(&self) -> &[u8] {
        &self.buffer[self.start - self.frame.length..self.start]
    }

    /// Fills `codes` with the next words; returns how many.
    fn read_codes(&mut self) -> usize {
        let frames = &self.buffer[self.start..self.whole];
        let words = chosen(frames, self.frame.length, self.first.range());
        let filled = self.first.word.codes(words, &mut self.codes);
        self.number += filled as u64;
        self.start += filled * self.frame.length;
        filled
    }
}

/// Reports that nothing tells where a word begins.
fn unknown_beginning(name: &str, beginning: Beginning, frame: usize) -> Option<String> {
    (beginning == Beginning::Anywhere && frame > 1)
        .then(|| format!("{name} may have been sending before: nothing tells where a word begins"))
}

impl<I: Input> Reconnecting for WordStream<Unframed<I>> {
    type Input = I;

    fn go_on(&mut self, stream: Option<Stream<I>>) {
        (self.start, self.whole, self.end) = (0, 0, 0);
        (self.ending, self.is_rest_done) = (None, false);
        let Some(stream) = stream else { return };
        let Stream { input, name, beginning, mut notices, .. } = stream;
        notices.extend(unknown_beginning(&name, beginning, self.frame.length));
        self.input = Unframed::examined(input);
        self.notices = notices;
    }

    fn ending(&self) -> Option<Ending> {
        self.ending
    }

    fn number(&self) -> u64 {
        self.number
    }

    fn cuts(&self) -> u64 {
        self.cuts
    }
}

/// The word at `taken` of each of these frames.
fn chosen(
    frames: &[u8],
    frame: usize,
    taken: Range<usize>,
) -> impl ExactSizeIterator<Item = &[u8]> {
    frames.chunks_exact(frame).map(move |frame| &frame[taken.clone()])
}

impl<I: Input> Source for WordStream<I> {
    fn next(
        &mut self,
        gathered: usize,
    ) -> Result<Given<'_, impl Iterator<Item = Reading<'_>>>, Error> {
        if self.start == self.whole {
            if gathered > 0 {
                return Ok(Given::<Empty<_>>::Nothing);
            }
            if let Err(error) = self.read() {
                self.ending = Some(Ending::of_error(&error));
                return Err(unread(&self.name, error));
            }
        }
        if self.start == self.whole {
            return Ok(self.torn().map_or(Given::End, Given::One));
        }
        if self.frame.columns.width() > 1 || !self.first.word.has_codes() {
            return Ok(Given::Rows(self));
        }
        let place = self.place(self.number + 1);
        let filled = self.read_codes();
        let (table, codes) = (&self.first.word, &self.codes[..filled]);
        Ok(Given::Codes(Codes { place, table, codes }))
    }

    fn notice(&mut self) -> Option<String> {
        self.notices.pop_front().or_else(|| self.cut_off())
    }
}
