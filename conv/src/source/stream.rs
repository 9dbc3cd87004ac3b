//! What streams of text and of raw words have in common: where they begin, and what their errors mean.

use std::collections::VecDeque;
use std::io;
use std::time::Instant;

use stage::process::clock::Clock;
use stage::process::message;
use stage::process::progress::Progress;
use stage::process::stop::Stop;
use stage::stream::ending::Unread;
use stage::stream::framing::{Framed, Unframed};
use stage::stream::input::{AfterStop, Input, Stoppable};

use super::Error;
use super::connection::Connection;
use super::device::Device;
use super::format::Format;
use super::layout::Layout;
use super::open_stream::OpenStream;

/// Where the first byte lies in what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// At the beginning.
    Whole,
    /// Anywhere: a device may have been sending before. What precedes the first line end is dropped;
    /// nothing shows where a raw word begins.
    Anywhere,
}

/// A stream that can be read.
pub struct Stream<I> {
    /// Its bytes.
    pub input: I,
    /// What messages call it; a file's name in quotes.
    pub name: String,
    /// What it consists of.
    pub layout: Layout,
    /// Where it begins.
    pub beginning: Beginning,
    /// When to end at the latest.
    pub deadline: Option<Instant>,
    /// What to report before anything is read, in this order.
    pub notices: VecDeque<String>,
    /// What the time of a reading is taken from, if it is wanted.
    pub clock: Option<Box<dyn Clock>>,
}

impl Stream<Connection> {
    /// Begins reading what was opened, until `deadline` or a stop; shows in `progress` how far along it
    /// is.
    pub fn begin(
        opened: OpenStream,
        deadline: Option<Instant>,
        stop: Stop,
        progress: &Progress,
    ) -> Stream<Connection> {
        let OpenStream { name, bytes, layout, device } = opened;
        let beginning = if device.is_some() { Beginning::Anywhere } else { Beginning::Whole };
        let not_raw = device.as_ref().and_then(|device| device.not_raw.as_ref());
        let not_raw = not_raw.map(|not_raw| format!("{name} {}", not_raw.description()));
        let waiting = device.as_ref().map_or(0, Device::drop_waiting);
        let dropped = (waiting > 0).then(|| {
            let waiting = message::bytes(waiting as u64);
            format!("{name} was sending before: {waiting} that waited in it dropped")
        });
        let notices = not_raw.into_iter().chain(dropped).collect();
        let clock = layout.choice.is_stamped.then(|| Box::new(stop.clone()) as _);
        let input = Stoppable::new(bytes, stop, AfterStop::End).showing(progress);
        progress.expect_rest_of(|| input.file());
        let input = Connection::new(input, device);
        Stream { input, name, layout, beginning, deadline, notices, clock }
    }
}

impl<I: Input> Stream<I> {
    /// All of `input`, from its beginning to its end; readings get their times from `clock`.
    pub fn whole(input: I, name: &str, layout: Layout, clock: impl Clock + 'static) -> Stream<I> {
        let (name, beginning) = (name.to_owned(), Beginning::Whole);
        let clock = layout.choice.is_stamped.then(|| Box::new(clock) as _);
        let notices = VecDeque::new();
        Stream { input, name, layout, beginning, deadline: None, notices, clock }
    }
}

impl<I: Input> Stream<I> {
    /// The same, with its beginning checked for a framing that is not supported, unless that is left out.
    pub(crate) fn unframed(self) -> Stream<Unframed<I>> {
        let Stream { input, name, layout, beginning, deadline, notices, clock } = self;
        let input = match layout.skip {
            0 => unframed(input, layout.format),
            _ => Unframed::examined(input),
        };
        Stream { input, name, layout, beginning, deadline, notices, clock }
    }
}

/// The command with which this program reads text.
const READER: &str = "conv --from -";

/// The bytes of a stream. Its beginning is checked for a format that is not supported, even if a
/// device was sending before.
pub(super) fn unframed<I: Input>(input: I, format: Format) -> Unframed<I> {
    Unframed::new(input, format.is_text(), READER)
}

/// Why the stream called `name` could not be read any further.
pub(super) fn unread(name: &str, error: io::Error) -> Error {
    let name = name.to_owned();
    match Framed::of(&error) {
        Some(source) => Error::Framed { name, source },
        None => Unread::new(name, error).into(),
    }
}
