//! WAV: the raw words of a recording, behind headers that say what they are.
//!
//! | module | owns |
//! |---|---|
//! | `chunks` | reading an input chunk by chunk, without seeking |
//! | `format` | what the `fmt ` chunk says of the words |
//! | `data` | the bytes of the `data` chunk, as the input of a stream of words |
//! | `behind` | whether what follows may be samples as well |
//!
//! Read are RIFF and RIFX (the same with big-endian numbers), RF64 and BW64 (beyond 4 GiB): integers of 8
//! to 32 bits and floats, with a plain or an extensible `fmt ` chunk. Samples are the words as they are
//! stored: those of 8 bits are unsigned, and a sample of 12 bits lies in the upper bits of its 16. Other
//! chunks, before and behind the data, are passed over.
//!
//! A program that writes to a pipe cannot go back to write how long the data became. What it writes
//! instead is in `chunks::UNKNOWN`: then the data end with the input. They also do if a recorder was ended
//! before it wrote more than a 0, unless the whole goes on and another chunk follows within it.
//! If it had written another length, the samples behind it are counted as one rejection, and the message
//! says how to read them.
//!
//! (The crate `hound` knows neither RF64 nor data of unknown length, and symphonia's reader wants an
//! input that it may seek in; neither gives words by the block, as the stream of words takes them.)

mod behind;
mod chunks;
mod data;
mod format;

use stage::process::message::counted;
use stage::stream::input::Input;
use thiserror::Error as ThisError;

use self::chunks::{Chunks, Cut};
pub(crate) use self::data::Data;
use self::format::Sound;
use super::Error;
use super::choice::{Choice, Selection};
use super::format::Format;
use super::layout::Layout;
use super::stream::{Stream, unread};
use super::words::WordStream;

/// Why an input is not read as WAV.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum NotWav {
    /// It is something else.
    #[error("it is not WAV: it begins with {0}")]
    Other(String),
    /// It ends before its data begin.
    #[error("it is WAV, but ends within its headers")]
    Short,
    /// Nothing says what the data are.
    #[error("it is WAV, but has no fmt chunk before its data")]
    NoFormat,
    /// Its header says that it has no channels.
    #[error("it is WAV, but its header says that it has no channels")]
    NoChannels,
    /// Its header says what cannot be.
    #[error(
        "it is WAV, but its header contradicts itself: {channels} times {bits} bits in {frame} bytes"
    )]
    Contradictory {
        /// Bytes of a frame.
        frame: u16,
        /// Words of a frame.
        channels: u16,
        /// Bits of a word.
        bits: u16,
    },
    /// Its samples are not numbers.
    #[error(
        "it is WAV, but its samples are {0}: sox FILE -t wav -e signed - | conv --from - --format wav"
    )]
    Coded(String),
}

/// Begins to read `stream`, of which the bytes `ahead` have been read already, as WAV: the words of its
/// data; `None` if a stop or the deadline comes before. Reports what it is if nobody said so.
pub(crate) fn begin<I: Input>(
    stream: Stream<I>,
    ahead: Vec<u8>,
) -> Result<Option<WordStream<Data<I>>>, Error> {
    let Stream { input, name, layout, beginning, deadline, mut notices, clock } = stream;
    let mut chunks = Chunks::new(input, ahead, deadline);
    let (sound, length) = match head(&mut chunks) {
        Ok(head) => head,
        Err(Cut::Over) => return Ok(None),
        Err(Cut::Failed(error)) => return Err(unread(&name, error)),
        Err(Cut::NotWav(source)) => return Err(Error::Wav { name, source }),
    };
    let choice = layout.choice.clone();
    if choice.time.is_some() {
        let why = "it is WAV, which has no column of times".to_owned();
        return Err(Error::Columns { name, why });
    }
    if let Err(why) = layout.check() {
        let why = format!("it is WAV: {why}");
        return Err(Error::Columns { name, why });
    }
    let Sound { word, channels, rate } = sound;
    notices.extend(layout.may_be_wav.then(|| {
        let channels = counted(channels.into(), "channel");
        format!("{name} is WAV: {channels} of {word}, {rate} a second")
    }));
    let choice = Choice { columns: choice.columns.or(Some(Selection::All)), ..choice };
    let channels = channels.into();
    let layout = Layout { format: Format::Words(word), channels, choice, ..layout };
    let input = Data::new(chunks, sound, length);
    let stream = Stream { input, name, layout, beginning, deadline, notices, clock };
    WordStream::new(stream, word).map(Some)
}

/// Reads up to the data: what they are, and how many bytes they have, if that is known.
fn head<I: Input>(chunks: &mut Chunks<I>) -> Result<(Sound, Option<u64>), Cut> {
    let mut long = chunks.begin()?;
    let mut sound = None;
    loop {
        let chunk = chunks.next()?;
        match &chunk.kind {
            b"fmt " => sound = Some(Sound::of(&chunks.start_of(chunk)?, chunks.order())?),
            b"ds64" => long.read(&chunks.start_of(chunk)?),
            b"data" => {
                let sound = sound.ok_or(Cut::NotWav(NotWav::NoFormat))?;
                return Ok((sound, chunks.length(chunk.size, sound.frame(), &long)?));
            }
            _ => chunks.pass(chunk)?,
        }
    }
}

#[cfg(test)]
mod tests;
