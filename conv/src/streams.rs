//! Streams as they come: which source reads each format.

use std::io::Write;

use stage::stream::input::Input;

use crate::processing::Processing;
use crate::sender::Sender;
use crate::source::format::Format;
use crate::source::frame::Frame;
use crate::source::stream::Stream;
use crate::source::text::TextStream;
use crate::source::wav;
use crate::source::words::WordStream;
use crate::{Error, begin, pump, source};

/// Converts a stream of text or of raw words.
pub fn convert_stream(
    stream: Stream<impl Input>,
    mut processing: Processing,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    match stream.layout.format {
        Format::Text | Format::Labelled(_) => convert_text(stream, &mut processing, sender),
        Format::Wav => convert_wav(stream, Vec::new(), &mut processing, sender),
        Format::Words(word) => {
            convert_words(&mut WordStream::new(stream.unframed(), word)?, &mut processing, sender)
        }
    }
}

/// Converts a stream of such frames.
pub fn convert_frames(
    stream: Stream<impl Input>,
    frame: Frame,
    mut processing: Processing,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    convert_words(&mut WordStream::of_frames(stream, frame)?, &mut processing, sender)
}

/// Converts text, or WAV after all, if nobody said that it is text.
fn convert_text<I: Input>(
    stream: Stream<I>,
    processing: &mut Processing,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    let may_be_wav = stream.layout.may_be_wav;
    let mut text = TextStream::new(stream);
    match pump(&mut text, processing, sender) {
        Err(Error::Source(source::Error::Framed { source, .. }))
            if may_be_wav && source.is_riff() =>
        {
            let (stream, ahead) = text.into_wav();
            convert_wav(stream, ahead, processing, sender)
        }
        result => result,
    }
}

/// Converts WAV, of which the bytes `ahead` have been read already.
fn convert_wav<I: Input>(
    stream: Stream<I>,
    ahead: Vec<u8>,
    processing: &mut Processing,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    let name = stream.name.clone();
    let Some(mut words) = wav::begin(stream, ahead)? else { return Ok(()) };
    convert_words(&mut words, processing, sender)?;
    if let Some(lacking) = words.input().lacking() {
        sender.notify(&format!("{name} {lacking}"));
    }
    if let Some(unread) = words.input().unread() {
        sender.reject(words.next_place(), || unread);
        sender.count_rejections();
    }
    Ok(())
}

fn convert_words<I: Input>(
    words: &mut WordStream<I>,
    processing: &mut Processing,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    begin(words.columns(), processing, sender)?;
    pump(words, processing, sender)
}
