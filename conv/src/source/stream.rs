//! A stream that is taken as it comes: text, or interleaved raw words.

use std::io::{self, Write};
use std::time::Instant;

use stage::ending::{CutOff, Ending, Fate, Half};
use stage::input::{Input, Wait};
use stage::lines::{Block, Lines, each_line_to_cr_too};
use stage::sample::{NotASample, parse_line};
use stage::size::BLOCK;

use super::framing::Unframed;
use super::word::Format;
use crate::rejected::Rejected;
use crate::sender::{Codes, Offer, Place, Sender};

/// Words that are handed on at a time: few enough to stay in the fastest cache.
const BATCH: usize = 1024;

/// What the stream consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The format of a word.
    pub format: Format,
    /// Words in a frame.
    pub channels: usize,
    /// Which of them is taken, from 1.
    pub channel: usize,
}

/// Where in the stream its first byte lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning<'a> {
    /// At its beginning.
    Whole,
    /// Anywhere: the device of this name may have been sending before. What comes up to the first
    /// line end is dropped; where a raw word begins, nobody can know.
    Anywhere(&'a str),
}

/// Why the stream could not be taken to its end.
#[derive(Debug)]
pub enum Error {
    /// It could not be read.
    Read(io::Error),
    /// The samples could not be written.
    Write(io::Error),
}

/// Takes `input` until it ends, `end` has come, or the sender wants no more.
pub fn take(
    input: impl Input,
    layout: &Layout,
    beginning: Beginning<'_>,
    end: Option<Instant>,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    let input = match beginning {
        Beginning::Whole => Unframed::new(input, layout.format == Format::Text),
        Beginning::Anywhere(_) => Unframed::unseen(input),
    };
    let Some(width) = layout.format.width() else {
        let lines = Lines::new(input).ended_by_cr_too();
        return match beginning {
            Beginning::Whole => take_text(lines, "", end, sender),
            Beginning::Anywhere(name) => take_text(lines.from_the_next(), name, end, sender),
        };
    };
    match beginning {
        Beginning::Anywhere(name) if width * layout.channels > 1 => sender.tell(&format!(
            "{name} may have been sending before: nothing tells where a word begins"
        )),
        Beginning::Whole | Beginning::Anywhere(_) => {}
    }
    take_words(input, layout, width, end, sender)
}

/// Takes lines, and reports what is left without a line end.
fn take_text(
    mut lines: Lines<impl Input>,
    name: &str,
    end: Option<Instant>,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    let mut place = Place { what: "line", number: 0 };
    let result = take_lines(&mut lines, name, &mut place, end, sender);
    tell_before_first(&mut lines, name, sender);
    if let Some(cut) = lines.cut_off() {
        // A line that is too long has its number already; before the first there is none.
        place.number += u64::from(!cut.start.is_empty());
        match place.number {
            0 => sender.tell(&format!("{name} has sent no line end: {cut}")),
            _ => sender.tell(&format!("{place}: {cut}")),
        }
    }
    result
}

/// Reports what was dropped before the first line, once that is known.
fn tell_before_first(lines: &mut Lines<impl Input>, name: &str, sender: &mut Sender<impl Write>) {
    if let Some(bytes @ 1..) = lines.take_before_first() {
        let unit = if bytes == 1 { "byte" } else { "bytes" };
        sender.tell(&format!(
            "{name} may have been sending before: {bytes} {unit} up to the first line end dropped"
        ));
    }
}

fn take_lines(
    lines: &mut Lines<impl Input>,
    name: &str,
    place: &mut Place,
    end: Option<Instant>,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    while !sender.is_done() {
        match lines.next(end).map_err(Error::Read)? {
            Block::Lines(block) => {
                for line in each_line_to_cr_too(block) {
                    place.number += 1;
                    match parse_line(line) {
                        Ok(raw) => sender.offer(*place, raw),
                        Err(reason) => sender.reject(*place, || reason.of(line)),
                    }
                    if sender.is_done() {
                        break;
                    }
                }
            }
            Block::TooLong(start) => {
                place.number += 1;
                sender.reject(*place, || NotASample::TooLong.of(start));
            }
            Block::Deadline => {
                lines.end_by(Ending::Deadline);
                break;
            }
            Block::End => break,
        }
        sender.flush().map_err(Error::Write)?;
        tell_before_first(lines, name, sender);
    }
    Ok(())
}

/// Takes words, and rejects or reports what is left of one, as the table of ends says.
fn take_words(
    input: impl Input,
    layout: &Layout,
    width: usize,
    end: Option<Instant>,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    let frame = width * layout.channels;
    let mut frames = Frames { input, frame, buffer: vec![0; BLOCK.max(frame)], held: 0 };
    let mut place = Place { what: "word", number: 0 };
    let result = frames.take(end, sender, |frames, sender| {
        take_frames(frames, layout, width, &mut place, sender);
    });
    let ending = match &result {
        Ok(Some(ending)) => *ending,
        Err(Error::Read(error)) => Ending::of_error(error),
        // Nobody wants any more.
        Ok(None) | Err(Error::Write(_)) => return result.map(drop),
    };
    if frames.held > 0 {
        place.number += 1;
        let bytes = frames.held;
        match ending.fate(Half::Word) {
            Fate::Torn => sender.reject(place, || Rejected::Torn { bytes, frame }.to_string()),
            Fate::Taken | Fate::Dropped => {
                let cut = CutOff { ending, bytes: bytes as u64, start: b"" };
                sender.tell(&format!("{place}: {cut}"));
            }
        }
    }
    result.map(drop)
}

/// An input cut into frames.
struct Frames<I> {
    input: I,
    /// Bytes in one.
    frame: usize,
    buffer: Vec<u8>,
    /// Bytes at the buffer's start that are the beginning of a frame.
    held: usize,
}

impl<I: Input> Frames<I> {
    /// Hands whole frames on until the input ends, `end` has come, or the sender wants no more
    /// (`None`).
    fn take<W: Write>(
        &mut self,
        end: Option<Instant>,
        sender: &mut Sender<W>,
        mut hand_on: impl FnMut(&[u8], &mut Sender<W>),
    ) -> Result<Option<Ending>, Error> {
        while !sender.is_done() {
            if self.input.wait(end).map_err(Error::Read)? == Wait::Deadline {
                return Ok(Some(Ending::Deadline));
            }
            let count = match self.input.read(&mut self.buffer[self.held..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                result => result.map_err(Error::Read)?,
            };
            if count == 0 {
                return Ok(Some(self.input.ending()));
            }
            let filled = self.held + count;
            let whole = filled - filled % self.frame;
            hand_on(&self.buffer[..whole], sender);
            self.buffer.copy_within(whole..filled, 0);
            self.held = filled - whole;
            sender.flush().map_err(Error::Write)?;
        }
        Ok(None)
    }
}

/// Takes the chosen channel's word of each frame.
fn take_frames(
    frames: &[u8],
    layout: &Layout,
    width: usize,
    place: &mut Place,
    sender: &mut Sender<impl Write>,
) {
    let taken = width * (layout.channel - 1)..width * layout.channel;
    let mut words = frames.chunks_exact(width * layout.channels).map(|frame| &frame[taken.clone()]);
    let format = layout.format;
    if let Some(number) = format.codes() {
        let codes = Codes { number, raw: &|code| format.decode_code(code) };
        let mut batch = [0; BATCH];
        while !sender.is_done() {
            let mut filled = 0;
            for (code, word) in batch.iter_mut().zip(&mut words) {
                *code = Format::code(word);
                filled += 1;
            }
            if filled == 0 {
                return;
            }
            let first = Place { number: place.number + 1, ..*place };
            sender.offer_codes(first, codes, &batch[..filled]);
            place.number += filled as u64;
        }
        return;
    }
    for word in words {
        if sender.is_done() {
            return;
        }
        place.number += 1;
        match format.decode(word) {
            Some(raw) => sender.offer(*place, raw),
            None => sender.reject(*place, || Rejected::NotFinite.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stage::fake::Chunks;
    use stage::ledger::Entry;

    /// What came out, what was told, and the entry.
    fn taken(input: impl Input, layout: Layout) -> (String, Vec<String>, Entry) {
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let mut sender = Sender::new(&mut output, None, &mut messages);
        take(input, &layout, Beginning::Whole, None, &mut sender).unwrap();
        let entry = sender.close();
        (String::from_utf8(output).unwrap(), messages, entry)
    }

    const TEXT: Layout = Layout { format: Format::Text, channels: 1, channel: 1 };
    const STEREO_RIGHT: Layout = Layout { format: Format::S16le, channels: 2, channel: 2 };

    #[test]
    fn text_is_made_canonical_and_what_is_no_number_is_told() {
        let (output, messages, entry) = taken(&b"+07\r\n 1.50\t\nNaN\n\n1e2"[..], TEXT);
        assert_eq!(output, "7\n1.5\n100\n");
        assert_eq!(messages, ["line 3: not a number: \"NaN\"", "line 4: empty"]);
        assert_eq!(entry, Entry::Conv { sent: 3, rejected: 2, missed: 0 });
    }

    #[test]
    fn one_channel_of_several_is_taken() {
        let (output, messages, _) = taken(&[1, 0, 2, 0, 3, 0, 0xff, 0xff][..], STEREO_RIGHT);
        assert_eq!(output, "2\n-1\n");
        assert!(messages.is_empty());
    }

    #[test]
    fn a_torn_last_word_is_rejected() {
        let layout = Layout { format: Format::S16le, channels: 1, channel: 1 };
        let (output, messages, entry) = taken(&[1, 0, 2][..], layout);
        assert_eq!(output, "1\n");
        assert_eq!(messages, ["word 2: torn: the stream ends after 1 of 2 bytes"]);
        assert_eq!(entry, Entry::Conv { sent: 1, rejected: 1, missed: 0 });
    }

    #[test]
    fn a_word_that_is_not_finite_is_rejected() {
        let layout = Layout { format: Format::F32le, channels: 1, channel: 1 };
        let (output, messages, _) = taken(&f32::NAN.to_le_bytes()[..], layout);
        assert_eq!(output, "");
        assert_eq!(messages, ["word 1: not a number"]);
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_samples(
            bytes in proptest::collection::vec(any::<u8>(), 0..100), size in 1usize..10,
        ) {
            prop_assert_eq!(
                taken(Chunks::of(&bytes, size), STEREO_RIGHT),
                taken(&bytes[..], STEREO_RIGHT)
            );
            prop_assert_eq!(taken(Chunks::of(&bytes, size), TEXT), taken(&bytes[..], TEXT));
        }
    }
}
