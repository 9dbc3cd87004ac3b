//! A stage's output: bytes written to a descriptor at once, without a buffer of our own.
//!
//! [`Unbuffered`] writes to any descriptor: [`crate::stream::transport`] knows the kinds. Callers hand
//! over blocks of whole lines; each is one `write` if the transport takes it whole.

use std::io::{self, Write};
use std::os::fd::AsFd;

use thiserror::Error;

use crate::process::progress::Progress;
use crate::process::stop::Stop;
use crate::stream::transport::Writer;

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

/// An output to any descriptor.
#[derive(Debug)]
pub struct Unbuffered<F: AsFd> {
    writer: Writer<F>,
    stop: Stop,
    /// What must be removed before anything is written.
    below: Progress,
}

impl<F: AsFd> Unbuffered<F> {
    /// An output to `fd`. A stop does not cut a write short: what was begun is completed.
    pub fn new(fd: F, stop: Stop) -> Unbuffered<F> {
        Unbuffered { writer: Writer::new(fd), stop, below: Progress::default() }
    }

    /// The same, written above `progress`, on the same terminal.
    pub(crate) fn above(self, progress: Progress) -> Unbuffered<F> {
        Unbuffered { below: progress, ..self }
    }
}

impl<F: AsFd> Write for Unbuffered<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.below.clear();
        loop {
            if let Some(count) = self.writer.write(bytes)? {
                return Ok(count);
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
