//! `--reconnect`: a stream that is waited for, at the start and whenever it is gone.
//!
//! 1. It is opened, as often as that takes. Why it cannot be is reported, each reason once.
//! 2. What it brings is converted.
//! 3. That it is gone is reported: after a hang-up or an error of a device, which is closed at once, so
//!    that it gets its name again; when a device ends; or when the last writer of a FIFO leaves. The FIFO
//!    stays open, so that a writer always finds a reader. But a FIFO that a writer has left does not
//!    sleep, so it is opened once more to sleep on. (Only to sleep on: what was opened after a writer has
//!    left already never comes to that writer's end.) What comes and goes by itself is reported only the
//!    first few times (`changes`). `awaited` is all this waiting.
//! 4. The stream goes on with what is opened next: its columns, the numbers of its lines and the account
//!    are those of before.

mod awaited;
mod changes;

use std::io::Write;
use std::path::PathBuf;

use stage::process::clock::Clock as _;
use stage::stream::ending::Ending;

use self::awaited::{Again, Awaited, Lost, Place};
use super::OpenSource;
use crate::options::Options;
use crate::plan::Plan;
use crate::processing::Processing;
use crate::sender::Sender;
use crate::source::clocked::end_of_run;
use crate::source::connection::Connection;
use crate::source::format::Format;
use crate::source::open_stream::OpenStream;
use crate::source::reconnecting::Reconnecting;
use crate::source::text::TextStream;
use crate::source::words::WordStream;
use crate::{Error, begin, pump, source};

/// A stream that may go and return.
pub(super) struct ReconnectingStream {
    place: Place,
    /// What the first attempt to open it brought.
    first: Result<OpenStream, source::Error>,
}

impl ReconnectingStream {
    /// Tries to open what `options` name; an error if it cannot return.
    pub(super) fn open(
        path: PathBuf,
        options: &Options,
    ) -> Result<ReconnectingStream, source::Error> {
        let place = Place { path, layout: options.layout(), baud: options.serial.baud };
        let first = place.open();
        match first {
            Err(why) if !why.may_pass() => Err(why),
            first => Ok(ReconnectingStream { place, first }),
        }
    }
}

impl OpenSource for ReconnectingStream {
    fn convert(
        self: Box<Self>,
        plan: Plan,
        sender: &mut Sender<'_, &mut dyn Write>,
    ) -> Result<(), Error> {
        let ReconnectingStream { place, first } = *self;
        let Plan { settings, duration, stop, progress, .. } = plan;
        let deadline = end_of_run(stop.now(), duration);
        let mut processing = Processing::new(settings);
        let mut awaited = Awaited::new(place, deadline, stop, progress);
        let Some(stream) = awaited.begin(first, sender)? else { return Ok(()) };
        match stream.layout.format {
            Format::Words(word) => {
                let mut words = WordStream::new(stream.unframed(), word)?;
                begin(words.columns(), &mut processing, sender)?;
                convert_and_sum_up(&mut words, &mut awaited, &mut processing, sender)
            }
            _ => {
                let mut text = TextStream::new(stream);
                convert_and_sum_up(&mut text, &mut awaited, &mut processing, sender)
            }
        }
    }
}

/// Converts what `source` gives, with every input that is opened for it; then sums up what was not
/// reported each time.
fn convert_and_sum_up(
    source: &mut impl Reconnecting<Input = Connection>,
    awaited: &mut Awaited,
    processing: &mut Processing,
    sender: &mut Sender<'_, &mut dyn Write>,
) -> Result<(), Error> {
    let result = convert_all(source, awaited, processing, sender);
    awaited.sum_up(source.cuts(), sender);
    result
}

fn convert_all(
    source: &mut impl Reconnecting<Input = Connection>,
    awaited: &mut Awaited,
    processing: &mut Processing,
    sender: &mut Sender<'_, &mut dyn Write>,
) -> Result<(), Error> {
    loop {
        let before = source.number();
        let lost = match pump(source, processing, sender) {
            Err(Error::Source(why)) if why.is_loss() => Lost::Device(why),
            Ok(()) if source.ending() == Some(Ending::WriterGone) => Lost::Writer,
            Ok(()) if source.ending() == Some(Ending::Clean) => Lost::End,
            result => return result,
        };
        if sender.is_done() {
            return Ok(());
        }
        awaited.has_brought(source.number() > before);
        match awaited.again(&lost, sender)? {
            Again::Same => source.go_on(None),
            Again::Other(stream) => source.go_on(Some(*stream)),
            Again::Never => return Ok(()),
        }
        if !matches!(lost, Lost::Writer) {
            processing.interrupt(sender);
        }
    }
}
