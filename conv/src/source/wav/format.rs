//! What the `fmt ` chunk says of the words.

use super::super::word::{Order, Word};
use super::NotWav;
use super::chunks::Cut;

/// Codings that are numbers.
const INTEGERS: u16 = 1;
const FLOATS: u16 = 3;

/// The real coding is in the first bytes of the GUID that is part of the chunk.
const EXTENSIBLE: u16 = 0xfffe;

/// Other codings, by their registered numbers.
const OTHERS: [(u16, &str); 6] = [
    (2, "Microsoft ADPCM"),
    (6, "A-law"),
    (7, "mu-law"),
    (0x11, "IMA ADPCM"),
    (0x31, "GSM 6.10"),
    (0x55, "MP3"),
];

/// What is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sound {
    pub word: Word,
    pub channels: u16,
    /// Frames a second.
    pub rate: u32,
}

impl Sound {
    /// Bytes in a frame.
    pub(super) fn frame(self) -> u32 {
        self.word.width() as u32 * u32::from(self.channels)
    }

    /// Reads a chunk's contents; numbers are in this order.
    pub(super) fn of(chunk: &[u8], order: Order) -> Result<Sound, Cut> {
        let number = |at: usize, bytes: usize| {
            let bytes = chunk.get(at..at + bytes)?.iter();
            let add = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
            Some(match order {
                Order::Little => bytes.rev().fold(0, add),
                Order::Big => bytes.fold(0, add),
            })
        };
        let short = |at| number(at, 2).map(|it| it as u16);
        let fields = || Some((short(0)?, short(2)?, number(4, 4)?, short(12)?, short(14)?));
        let (coding, channels, rate, frame, bits) =
            fields().ok_or(Cut::NotWav(NotWav::NoFormat))?;
        let coding = match coding {
            EXTENSIBLE => short(24).unwrap_or(coding),
            coding => coding,
        };
        if channels == 0 {
            return Err(Cut::NotWav(NotWav::NoChannels));
        }
        if [INTEGERS, FLOATS].contains(&coding) && !agree(frame, channels, bits) {
            return Err(Cut::NotWav(NotWav::Contradictory { frame, channels, bits }));
        }
        match word(coding, bits.div_ceil(8), order) {
            Some(word) => Ok(Sound { word, channels, rate }),
            None => Err(Cut::NotWav(NotWav::Coded(coded(coding, bits)))),
        }
    }
}

/// Whether a frame of this many bytes has a word of each channel, of as few bytes as its bits need, and
/// nothing else: so the standard wants it, even of an extensible chunk, whose bits are those of the whole
/// word. (Some programs leave the bytes of a frame out.)
fn agree(frame: u16, channels: u16, bits: u16) -> bool {
    frame == 0 || u32::from(frame) == u32::from(channels) * u32::from(bits.div_ceil(8))
}

/// The format of a word of this many bytes.
fn word(coding: u16, bytes: u16, order: Order) -> Option<Word> {
    let bits = 8 * u8::try_from(bytes).ok().filter(|bytes| *bytes <= 8)?;
    match (coding, bytes) {
        (INTEGERS, 1) => Some(Word::unsigned(order, bits)),
        (INTEGERS, 2..=4 | 8) => Some(Word::signed(order, bits)),
        (FLOATS, 4 | 8) => Some(Word::float(order, bits)),
        _ => None,
    }
}

/// What messages call a coding that is not read.
fn coded(coding: u16, bits: u16) -> String {
    match OTHERS.iter().find(|(number, _)| *number == coding) {
        Some((_, name)) => (*name).to_owned(),
        None if coding == INTEGERS => format!("integers of {bits} bits"),
        None if coding == FLOATS => format!("floats of {bits} bits"),
        None => format!("coded in a way that has the number {coding}"),
    }
}
