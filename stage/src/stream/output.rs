//! A stage's output: bytes written to a descriptor at once, without a buffer of our own.
//!
//! [`Unbuffered`] writes to any descriptor: [`crate::stream::transport`] knows the kinds. Callers hand
//! over blocks of whole lines; each is one `write` if the transport takes it whole.
//!
//! What may be put off, since something newer will take its place, is *offered*: the output takes as much
//! of it as it has room for now, and never blocks.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::time::Instant;

use nix::errno::Errno;
use nix::poll::PollFlags;

use thiserror::Error;

use crate::process::clock::Wake;
use crate::process::progress::Progress;
use crate::process::stop::Stop;
use crate::process::wait::Awaited;
use crate::stream::terminal;
use crate::stream::transport::{Writer, unless_blocking};

/// A stage's output.
pub trait Output: Write {
    /// Whether it takes something now.
    fn has_room(&mut self) -> io::Result<bool> {
        Ok(true)
    }

    /// Writes as much of `bytes` as it takes now; returns how many.
    fn offer(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }
}

impl Output for Vec<u8> {}

impl<O: Output + ?Sized> Output for &mut O {
    fn has_room(&mut self) -> io::Result<bool> {
        (**self).has_room()
    }

    fn offer(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (**self).offer(bytes)
    }
}

/// Whether a failed write means that the reader left, which is a normal end. (A socket whose reader
/// left bytes unread reports a reset.)
pub fn reader_is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset)
}

/// Standard output could not be written.
#[derive(Debug, Error)]
#[error("cannot write standard output")]
pub struct Unwritable(#[from] pub io::Error);

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Delivery {
    /// All of it was taken.
    Taken,
    /// The reader left, which is a normal end.
    ReaderGone,
}

impl Delivery {
    /// What became of a write with this result.
    fn of(result: io::Result<()>) -> Result<Delivery, Unwritable> {
        match result {
            Ok(()) => Ok(Delivery::Taken),
            Err(error) if reader_is_gone(&error) => Ok(Delivery::ReaderGone),
            Err(error) => Err(error.into()),
        }
    }
}

/// Writes all of `bytes`; returns how many were written, even if that failed halfway, and what became
/// of them.
pub fn deliver(output: &mut impl Write, bytes: &[u8]) -> (usize, Result<Delivery, Unwritable>) {
    let mut written = 0;
    let mut result = Ok(());
    while written < bytes.len() && result.is_ok() {
        match output.write(&bytes[written..]) {
            Ok(0) => result = Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => written += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => result = Err(error),
        }
    }
    (written, Delivery::of(result))
}

/// Offers `bytes`, and removes those that are taken; returns what became of it.
pub fn offer(output: &mut impl Output, bytes: &mut Vec<u8>) -> Result<Delivery, Unwritable> {
    Delivery::of(output.offer(bytes).map(|taken| drop(bytes.drain(..taken))))
}

/// An output to any descriptor.
#[derive(Debug)]
pub struct Unbuffered<F: AsFd> {
    writer: Writer<F>,
    /// If it is a terminal: the same one, opened non-blocking.
    terminal: Option<File>,
    /// Whether a person looks at it, so that a hang-up means that they left.
    has_viewer: bool,
    stop: Stop,
    /// What must be removed before anything is written.
    below: Progress,
}

impl<F: AsFd> Unbuffered<F> {
    /// An output to `fd`. A stop does not cut a write short: what was begun is completed.
    pub fn new(fd: F, stop: Stop) -> Unbuffered<F> {
        let has_viewer = terminal::has_viewer(&fd);
        let writer = Writer::new(fd);
        Unbuffered { writer, terminal: None, has_viewer, stop, below: Progress::default() }
    }

    /// The same, where `terminal` is the terminal that it leads to, opened once more and non-blocking:
    /// without it, what is offered to a terminal may block.
    pub(crate) fn with_terminal(self, terminal: Option<File>) -> Unbuffered<F> {
        Unbuffered { terminal, ..self }
    }

    /// The same, written above `progress`, on the same terminal.
    pub(crate) fn above(self, progress: Progress) -> Unbuffered<F> {
        Unbuffered { below: progress, ..self }
    }

    /// The same error; but if a terminal hung up, its viewer is a reader that left.
    fn explained(&self, error: io::Error) -> io::Error {
        match self.has_viewer && error.raw_os_error() == Some(Errno::EIO as i32) {
            true if terminal::has_hung_up(self.writer.fd()) => Errno::EPIPE.into(),
            _ => error,
        }
    }
}

impl<F: AsFd> Output for Unbuffered<F> {
    fn has_room(&mut self) -> io::Result<bool> {
        let at_once = self.stop.sleep_deaf_until(Some(Instant::now()));
        let Some(terminal) = &self.terminal else { return self.writer.has_room(at_once) };
        let room = Awaited::Descriptor(terminal.as_fd(), PollFlags::POLLOUT);
        Ok(at_once.until(room)? == Wake::Ready)
    }

    fn offer(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut taken = 0;
        while taken < bytes.len() && self.has_room()? {
            self.below.clear();
            let rest = &bytes[taken..];
            let written = match &self.terminal {
                Some(terminal) => unless_blocking(|| nix::unistd::write(terminal, rest)),
                None => self.writer.write_piece(rest),
            };
            match written.map_err(|error| self.explained(error))? {
                Some(count) => taken += count,
                None => break,
            }
        }
        Ok(taken)
    }
}

impl<F: AsFd> Write for Unbuffered<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.below.clear();
        loop {
            match self.writer.write(bytes) {
                Ok(Some(count)) => return Ok(count),
                Ok(None) => {}
                Err(error) => return Err(self.explained(error)),
            }
            self.writer.wait(self.stop.sleep_deaf_until(None))?;
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
impl<F: AsFd> Unbuffered<F> {
    /// Ends silently, like a process that is killed.
    pub(crate) fn die(self) {
        self.writer.die();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Accepts this many bytes, two at a time; then it is full.
    struct Small(usize);

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            assert!(!bytes.is_empty(), "nothing is not worth a call");
            let count = bytes.len().min(2).min(self.0);
            self.0 -= count;
            if count == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(count) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_was_written_is_counted_even_if_the_rest_fails() {
        let (written, result) = deliver(&mut Small(10), b"12345");
        assert_eq!((written, result.unwrap()), (5, Delivery::Taken));
        let (written, result) = deliver(&mut Small(3), b"12345");
        assert_eq!((written, result.unwrap_err().0.kind()), (3, io::ErrorKind::StorageFull));
        let (written, result) = deliver(&mut Small(0), b"");
        assert_eq!((written, result.unwrap()), (0, Delivery::Taken));
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        for kind in [io::ErrorKind::BrokenPipe, io::ErrorKind::ConnectionReset] {
            assert_eq!(Delivery::of(Err(kind.into())).unwrap(), Delivery::ReaderGone);
        }
    }
}
