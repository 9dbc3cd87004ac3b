//! What is opened whenever it can be: how long to wait for it, and what is reported of it.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use stage::process::clock::{Clock as _, Timer as _, Wake};
use stage::process::message::{chain, quoted_path};
use stage::process::progress::Progress;
use stage::process::stop::Stop;
use stage::stream::input::Input as _;

use super::changes::Changes;
use crate::sender::Sender;
use crate::source::connection::Connection;
use crate::source::layout::Layout;
use crate::source::open_stream::OpenStream;
use crate::source::stream::Stream;
use crate::{Error, source};

/// How long to wait before something is opened again: little to whoever plugs it in, much to the time
/// that it takes. The wait doubles for as long as nothing comes of it.
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(3);

/// How often to check that a FIFO without a writer is still the one that writers find.
const STILL_THERE: Duration = Duration::from_secs(1);

/// Where it is found, and how it is opened.
pub(super) struct Place {
    pub path: PathBuf,
    pub layout: Layout,
    pub baud: Option<u32>,
}

impl Place {
    /// Opens it once; an error if what is there cannot return, or not as it is.
    pub(super) fn open(&self) -> Result<OpenStream, source::Error> {
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

/// What is gone.
pub(super) enum Lost {
    Device(source::Error),
    /// A device has ended.
    End,
    /// The last writer of a FIFO.
    Writer,
}

/// What comes next.
pub(super) enum Again {
    /// The same input brings more.
    Same,
    Other(Box<Stream<Connection>>),
    /// A stop or the deadline has come.
    Never,
}

/// A stream that is opened whenever it can be.
pub(super) struct Awaited {
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
    /// What is opened at `place` until `deadline` or a stop.
    pub(super) fn new(
        place: Place,
        deadline: Option<Instant>,
        stop: Stop,
        progress: Progress,
    ) -> Awaited {
        let changes = Changes::default();
        Awaited { place, deadline, stop, progress, pause: SHORTEST, open: None, changes }
    }

    /// Begins to read what the first attempt to open it brought, or a later one; `None` if a stop or the
    /// deadline comes before.
    pub(super) fn begin(
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
    pub(super) fn again(
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
    pub(super) fn has_brought(&mut self, something: bool) {
        self.pause = if something { SHORTEST } else { LONGEST.min(2 * self.pause) };
    }

    /// Sums up what was not reported each time; its end has cut something off this many times.
    pub(super) fn sum_up(&self, cuts: u64, sender: &mut Sender<'_, &mut dyn Write>) {
        self.changes.sum_up(cuts, &quoted_path(&self.place.path), sender);
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
