//! `--reconnect`: a stream that is waited for, at the start and whenever it is gone.
//!
//! 1. It is opened, as often as that takes. Why it cannot be is reported, each reason once.
//! 2. What it brings is converted.
//! 3. That it is gone is reported: after a hang-up or an error of a device, which is closed at once, so
//!    that it gets its name again; when a device ends; or when the last writer of a FIFO leaves. The FIFO
//!    stays open, so that a writer always finds a reader. But a FIFO that a writer has left does not
//!    sleep, so it is opened once more to sleep on. (Only to sleep on: what was opened after a writer has
//!    left already never comes to that writer's end.) What comes and goes by itself is reported only the
//!    first few times (`changes`).
//! 4. The stream goes on with what is opened next: its columns, the numbers of its lines and the account
//!    are those of before.

mod changes;

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use stage::process::clock::{Clock as _, Timer as _, Wake};
use stage::process::message::{chain, quoted_path};
use stage::process::progress::Progress;
use stage::process::stop::Stop;
use stage::stream::ending::Ending;
use stage::stream::input::Input as _;

use self::changes::Changes;
use super::OpenSource;
use crate::options::Options;
use crate::plan::Plan;
use crate::processing::Processing;
use crate::sender::Sender;
use crate::source::clocked::end_of_run;
use crate::source::connection::Connection;
use crate::source::format::Format;
use crate::source::layout::Layout;
use crate::source::open_stream::OpenStream;
use crate::source::reconnecting::Reconnecting;
use crate::source::stream::Stream;
use crate::source::text::TextStream;
use crate::source::words::WordStream;
use crate::{Error, begin, pump, source};

/// How long to wait before something is opened again: little to whoever plugs it in, much to the time
/// that it takes. The wait doubles for as long as nothing comes of it.
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(3);

/// How often to check that a FIFO without a writer is still the one that writers find.
const STILL_THERE: Duration = Duration::from_secs(1);

/// A stream that may go and return.
pub(super) struct ReconnectingStream {
    place: Place,
    /// What the first attempt to open it brought.
    first: Result<OpenStream, source::Error>,
}

/// Where it is found, and how it is opened.
struct Place {
    path: PathBuf,
    layout: Layout,
    baud: Option<u32>,
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

impl Place {
    fn open(&self) -> Result<OpenStream, source::Error> {
        let opened = OpenStream::open(&self.path, self.layout.clone(), self.baud)?;
        if !opened.may_return() {
            return Err(source::Error::NeverReturns { name: opened.name });
        }
        let is_set = self.baud.is_some() || self.layout.format.is_text();
        match opened.device.is_none() || is_set {
            true => Ok(opened),
            false => Err(source::Error::ReturnsCooked { name: opened.name }),
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
        let changes = Changes::default();
        let mut awaited =
            Awaited { place, deadline, stop, progress, pause: SHORTEST, open: None, changes };
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
    awaited.changes.sum_up(source.cuts(), &quoted_path(&awaited.place.path), sender);
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

/// What is gone.
enum Lost {
    Device(source::Error),
    /// A device has ended.
    End,
    /// The last writer of a FIFO.
    Writer,
}

/// What comes next.
enum Again {
    /// The same input brings more.
    Same,
    Other(Box<Stream<Connection>>),
    /// A stop or the deadline has come.
    Never,
}

/// A stream that is opened whenever it can be.
struct Awaited {
    place: Place,
    deadline: Option<Instant>,
    stop: Stop,
    progress: Progress,
    /// How long to wait before the next attempt.
    pause: Duration,
    /// What is open: see [`Connection::identity`].
    open: Option<(u64, u64)>,
    /// How often it was waited for because it came and went by itself.
    changes: Changes,
}

impl Awaited {
    /// Begins to read what the first attempt to open it brought, or a later one; `None` if a stop or the
    /// deadline comes before.
    fn begin(
        &mut self,
        first: Result<OpenStream, source::Error>,
        sender: &mut Sender<'_, &mut dyn Write>,
    ) -> Result<Option<Stream<Connection>>, Error> {
        let why = match first {
            Ok(opened) => return Ok(Some(self.stream(opened))),
            Err(why) => chain(&why),
        };
        sender.notify(&format!("{why}: waiting for it"));
        let opened = self.open(Some(why), sender)?;
        Ok(opened.map(|opened| self.is_there(opened, sender)))
    }

    /// Reports what is `lost`, and waits until it is there again.
    fn again(
        &mut self,
        lost: &Lost,
        sender: &mut Sender<'_, &mut dyn Write>,
    ) -> Result<Again, Error> {
        if let Lost::Device(why) = lost {
            sender.notify(&format!("{}: waiting for it to return", chain(why)));
            let opened = self.open(None, sender)?;
            let stream = opened.map(|opened| self.is_there(opened, sender));
            return Ok(stream.map_or(Again::Never, |stream| Again::Other(Box::new(stream))));
        }
        self.changes.add(sender);
        let name = quoted_path(&self.place.path);
        let (gone, returned) = match lost {
            Lost::Writer => ("has no writer any more: waiting for another", "has a writer again"),
            _ => ("has ended: waiting for it to return", "is there now"),
        };
        self.changes.report(&format!("{name} {gone}"), sender);
        let again = match lost {
            Lost::Writer => self.with_writer(sender)?,
            _ => self.opened_again(sender)?,
        };
        if !matches!(again, Again::Never) {
            self.changes.report(&format!("{name} {returned}"), sender);
        }
        Ok(again)
    }

    /// Waits until it can be opened again.
    fn opened_again(&mut self, sender: &mut Sender<'_, &mut dyn Write>) -> Result<Again, Error> {
        let opened = self.open(None, sender)?;
        let stream = opened.map(|opened| self.stream(opened));
        Ok(stream.map_or(Again::Never, |stream| Again::Other(Box::new(stream))))
    }

    /// Notes whether what was opened last has brought anything.
    fn has_brought(&mut self, something: bool) {
        self.pause = if something { SHORTEST } else { LONGEST.min(2 * self.pause) };
    }

    /// Opens it, as often as that takes; reports why it cannot be opened, unless that is as `known`, or it
    /// is simply not there.
    fn open(
        &mut self,
        known: Option<String>,
        sender: &mut Sender<'_, &mut dyn Write>,
    ) -> Result<Option<OpenStream>, Error> {
        let mut known = known;
        while self.waits()? {
            match self.place.open() {
                Ok(opened) => return Ok(Some(opened)),
                Err(why) if !why.may_pass() => return Err(why.into()),
                Err(why) if why.is_absence() => {}
                Err(why) => {
                    let why = chain(&why);
                    if known.as_ref() != Some(&why) {
                        sender.notify(&format!("{why}: waiting for it"));
                    }
                    known = Some(why);
                }
            }
        }
        Ok(None)
    }

    /// Waits before the next attempt; whether there is to be one.
    fn waits(&mut self) -> Result<bool, Error> {
        let until = self.stop.now() + self.pause;
        let is_last = self.deadline.is_some_and(|deadline| deadline <= until);
        let until = self.deadline.map_or(until, |deadline| deadline.min(until));
        let woken = self.stop.wait_until(until).map_err(source::Error::Wait)?;
        Ok(woken != Wake::Stop && !is_last)
    }

    /// Sleeps until the FIFO has a writer again, or another FIFO of its name has one.
    fn with_writer(&mut self, sender: &mut Sender<'_, &mut dyn Write>) -> Result<Again, Error> {
        let (before, mut at_once) = (self.open, self.place.open().ok());
        while let Some(opened) =
            at_once.take().map_or_else(|| self.open(None, sender), |it| Ok(Some(it)))?
        {
            let mut stream = self.stream(opened);
            while stream.input.is_at(&self.place.path) {
                let look = self.stop.now() + STILL_THERE;
                let until = self.deadline.map_or(look, |deadline| deadline.min(look));
                let woken = stream.input.wait(Some(until)).map_err(source::Error::Wait)?;
                let is_over = self.deadline.is_some_and(|deadline| deadline <= self.stop.now());
                if stream.input.is_stopped() || is_over {
                    return Ok(Again::Never);
                }
                if woken == Wake::Ready {
                    let is_same = before == self.open;
                    return Ok(if is_same { Again::Same } else { Again::Other(Box::new(stream)) });
                }
            }
        }
        Ok(Again::Never)
    }

    fn is_there(
        &mut self,
        opened: OpenStream,
        sender: &mut Sender<'_, &mut dyn Write>,
    ) -> Stream<Connection> {
        // What comes from now on is read, and what waited is dropped.
        let stream = self.stream(opened);
        sender.notify(&format!("{} is there now", stream.name));
        stream
    }

    fn stream(&mut self, opened: OpenStream) -> Stream<Connection> {
        let mut stream = Stream::begin(opened, self.deadline, self.stop.clone(), &self.progress);
        stream.input.await_writers();
        self.open = stream.input.identity();
        stream
    }
}
