//! A stage's input: bytes that may be waited for.
//!
//! [`Input`] is what the stages' logic sees; a byte slice is one, so unit tests need no
//! process. [`Stoppable`] reads any descriptor: [`crate::stream::transport`] knows the kinds.
//!
//! After a stop is requested, the input at the pipeline's head ends at once; the others are drained:
//! read until they end, or until nothing has come for `GRACE`. That is the grace period of a stage in a
//! shell pipeline. At a terminal there is none. Under a launcher it does not expire: the launcher makes
//! sure that the input ends, and has a `--grace` of its own.
//!
//! How an input ended decides what becomes of half a line or word: see [`crate::stream::ending`].

mod after_stop;

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

pub use self::after_stop::AfterStop;
use crate::process::clock::{Timer, Wake};
use crate::process::progress::Progress;
use crate::process::stop::Stop;
use crate::stream::ending::Ending;
use crate::stream::regular::{Length, Regular};
use crate::stream::terminal::{Silence, Terminal, has_hung_up};
use crate::stream::transport::Reader;

/// How often to check for a stop while data keep coming: a wait without data notices one at once. Short
/// against a person's patience, long against a wait.
const UNHEARD: Duration = Duration::from_millis(1);

/// How long after the writer's end a stop that ended both may take to arrive: the kernel sends a signal
/// to a whole group before any of its processes can end, but the thread that notes it must get its
/// turn.
const ON_ITS_WAY: Duration = Duration::from_millis(20);

/// Bytes that may be waited for. An input that a stop ends reads as at end of file.
pub trait Input: Read {
    /// Waits until a read will not block, or until `deadline` if there is one; a stop that ends the
    /// input makes it ready as well. A deadline that has passed wins, so that a flood cannot hide it.
    fn wait(&mut self, deadline: Option<Instant>) -> io::Result<Wake>;

    /// How it ended, once a read has brought 0 bytes. (After an error, see [`Ending::of_error`].)
    fn ending(&self) -> Ending {
        Ending::Clean
    }

    /// The same, when half a line or word is left: Ctrl-C ends the writer as well, so a stop may be on
    /// its way.
    fn ending_in_half(&mut self) -> io::Result<Ending> {
        Ok(self.ending())
    }

    /// The regular file that it is, which threads may read in pieces.
    fn file(&self) -> Option<Regular> {
        None
    }

    /// Whether what a stop leaves unread stays where it is, as in a regular file.
    fn keeps_its_rest(&self) -> bool {
        self.file().is_some()
    }

    /// Notes that threads have read this many bytes of it.
    fn read_by_threads(&mut self, _bytes: u64) {}
}

impl Input for &[u8] {
    fn wait(&mut self, _deadline: Option<Instant>) -> io::Result<Wake> {
        Ok(Wake::Ready)
    }
}

impl<I: Input + ?Sized> Input for Box<I> {
    fn wait(&mut self, deadline: Option<Instant>) -> io::Result<Wake> {
        (**self).wait(deadline)
    }

    fn ending(&self) -> Ending {
        (**self).ending()
    }

    fn ending_in_half(&mut self) -> io::Result<Ending> {
        (**self).ending_in_half()
    }

    fn file(&self) -> Option<Regular> {
        (**self).file()
    }

    fn read_by_threads(&mut self, bytes: u64) {
        (**self).read_by_threads(bytes);
    }
}

/// An input from any descriptor.
#[derive(Debug)]
pub struct Stoppable<F> {
    reader: Reader<F>,
    /// Whose terminal it is, if it is a terminal.
    terminal: Option<Terminal>,
    /// How long it was at first, if it is a regular file.
    length: Length,
    stop: Stop,
    after_stop: AfterStop,
    /// When the grace period ends, once a stop was requested.
    patience_ends: Option<Instant>,
    /// When a stop request was last checked for.
    asked: Option<Instant>,
    /// Whether a stop has ended it. (An end of file is a read of 0 bytes.)
    ended: bool,
    progress: Progress,
}

impl<F: AsFd> Stoppable<F> {
    /// An input from `fd` that obeys `stop` as `after_stop` says.
    pub fn new(fd: F, stop: Stop, after_stop: AfterStop) -> Stoppable<F> {
        let terminal = Terminal::of(&fd);
        let reader = Reader::new(fd);
        let length = Length::of(reader.fd());
        if let Some(wake) = reader.waker() {
            stop.wake_also(wake);
        }
        Stoppable {
            reader,
            terminal,
            length,
            stop,
            after_stop,
            patience_ends: None,
            asked: None,
            ended: false,
            progress: Progress::default(),
        }
    }

    /// The same, with its reads shown in `progress` if it is a regular file. How much any other input
    /// will bring is not known.
    pub fn showing(self, progress: &Progress) -> Stoppable<F> {
        let progress = if self.is_regular() { progress.clone() } else { Progress::default() };
        Stoppable { progress, ..self }
    }

    /// The descriptor, for what is done to it other than reading, such as splicing.
    pub fn fd(&self) -> &F {
        self.reader.fd()
    }

    /// Whether it is a regular file, all of which is there already.
    pub fn is_regular(&self) -> bool {
        self.reader.is_regular()
    }

    /// Whether a stop has ended it, so that [`Stoppable::fd`] must not be read any more.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    fn wait_running(&mut self, deadline: Option<Instant>) -> io::Result<Option<Wake>> {
        if matches!(self.after_stop, AfterStop::End) && self.is_stopped_in_a_flood()? {
            self.ended = true;
            return Ok(None);
        }
        match self.reader.wait(self.stop.sleep_until(deadline))? {
            Wake::Ready => Ok(Some(Wake::Ready)),
            Wake::Deadline => Ok(Some(Wake::Deadline)),
            Wake::Stop => {
                self.be_patient();
                Ok(None)
            }
        }
    }

    /// Whether a stop is requested; checked at most once every `UNHEARD`.
    fn is_stopped_in_a_flood(&mut self) -> io::Result<bool> {
        let now = Instant::now();
        if self.asked.is_some_and(|asked| now.saturating_duration_since(asked) < UNHEARD) {
            return Ok(false);
        }
        self.asked = Some(now);
        self.stop.is_requested()
    }

    /// Starts the grace period, or starts it again.
    fn be_patient(&mut self) {
        match self.after_stop {
            AfterStop::End => self.ended = true,
            AfterStop::Drain { grace, .. } => self.patience_ends = Some(Instant::now() + grace),
        }
    }

    fn wait_draining(
        &mut self,
        deadline: Option<Instant>,
        end: Instant,
    ) -> io::Result<Option<Wake>> {
        let until = deadline.map_or(end, |deadline| deadline.min(end));
        match self.reader.wait(self.stop.sleep_deaf_until(Some(until)))? {
            Wake::Ready => {
                self.be_patient();
                Ok(Some(Wake::Ready))
            }
            _ if until < end => Ok(Some(Wake::Deadline)),
            _ => {
                if self.is_supervised() {
                    self.be_patient();
                } else {
                    self.ended = true;
                }
                Ok(None)
            }
        }
    }

    fn is_supervised(&self) -> bool {
        match &self.after_stop {
            AfterStop::Drain { launcher: Some(launcher), .. } => launcher.is_there(),
            _ => false,
        }
    }
}

impl<F: AsFd> Input for Stoppable<F> {
    fn wait(&mut self, deadline: Option<Instant>) -> io::Result<Wake> {
        loop {
            if self.ended {
                return Ok(Wake::Ready);
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(Wake::Deadline);
            }
            let waited = match self.patience_ends {
                None => self.wait_running(deadline)?,
                Some(end) => self.wait_draining(deadline, end)?,
            };
            if let Some(wait) = waited {
                return Ok(wait);
            }
        }
    }

    fn ending(&self) -> Ending {
        if self.ended { Ending::Stopped } else { Ending::Clean }
    }

    fn ending_in_half(&mut self) -> io::Result<Ending> {
        let may_stop = matches!(self.after_stop, AfterStop::End) && !self.is_regular();
        if may_stop && !self.ended {
            self.ended = self.stop.wait_until(Instant::now() + ON_ITS_WAY)? == Wake::Stop;
        }
        Ok(self.ending())
    }

    fn file(&self) -> Option<Regular> {
        Regular::of(self.fd())
    }

    fn read_by_threads(&mut self, bytes: u64) {
        self.progress.advance(bytes);
    }
}

impl<F: AsFd> Read for Stoppable<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.ended {
            let read = self.reader.read(buffer);
            match (self.terminal, read) {
                (Some(terminal), Ok(Some(0))) if !buffer.is_empty() => {
                    match terminal.silence(self.reader.fd())? {
                        Silence::Nothing => drop(self.wait(None)?),
                        Silence::End => return Ok(0),
                        Silence::Stop => self.ended = true,
                    }
                }
                (Some(terminal), Err(error)) if has_hung_up(self.reader.fd()) => {
                    match terminal.silence(self.reader.fd())? {
                        Silence::Stop => self.ended = true,
                        Silence::Nothing | Silence::End => return Err(error),
                    }
                }
                (_, Ok(None)) => drop(self.wait(None)?),
                (_, read) => {
                    let count = read?.unwrap_or_default();
                    if count == 0 && !buffer.is_empty() {
                        self.length.check_at_end(self.reader.fd())?;
                    }
                    self.progress.advance(count as u64);
                    return Ok(count);
                }
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
impl<F: AsFd> Stoppable<F> {
    /// Ends silently, like a process that is killed.
    pub(crate) fn die(self) {
        self.reader.die();
    }
}

#[cfg(test)]
mod tests;
