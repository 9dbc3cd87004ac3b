//! The launcher's own non-blocking output, on standard output and standard error: a hung reader must
//! not hold up the supervisor.
//!
//! What cannot be written yet is queued here, in order. (A write may still block if another process
//! fills the same pipe between our poll and our write, or on a terminal that cannot be reopened.)

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::write;

/// Bytes that a writable pipe accepts without blocking (PIPE_BUF).
const PIECE: usize = 4096;

/// Pause before retrying a terminal that polls as writable but accepts nothing.
const PAUSE: Duration = Duration::from_millis(10);

/// A stream, and what is queued for it.
#[derive(Debug)]
pub(crate) struct NonBlockingWriter<S> {
    stream: S,
    /// If it is a terminal: the same one, opened non-blocking.
    terminal: Option<File>,
    waiting: VecDeque<Vec<u8>>,
}

impl<S: AsFd + IsTerminal> NonBlockingWriter<S> {
    /// A writer to `stream`, with nothing queued.
    pub(crate) fn new(stream: S) -> NonBlockingWriter<S> {
        let terminal = stream.is_terminal().then(|| reopened(&stream).ok()).flatten();
        NonBlockingWriter { stream, terminal, waiting: VecDeque::new() }
    }

    fn descriptor(&self) -> BorrowedFd<'_> {
        self.terminal.as_ref().map_or_else(|| self.stream.as_fd(), AsFd::as_fd)
    }

    /// Writes `bytes` now, or queues them.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.waiting.extend(bytes.chunks(PIECE).map(<[u8]>::to_vec));
        self.flush();
    }

    /// Writes as much of the queue as can be written now.
    pub(crate) fn flush(&mut self) {
        while let Some(bytes) = self.waiting.front() {
            if !takes_more(&self.descriptor()) {
                return;
            }
            match write(self.descriptor(), bytes) {
                Ok(count) if count < bytes.len() => drop(self.waiting[0].drain(..count)),
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return thread::sleep(PAUSE),
                // Written whole, or no reader is left.
                _ => drop(self.waiting.pop_front()),
            }
        }
    }

    /// The descriptor to poll for writing, while something is queued.
    pub(crate) fn blocked_on(&self) -> Option<BorrowedFd<'_>> {
        (!self.waiting.is_empty()).then(|| self.descriptor())
    }
}

/// The terminal, opened again and non-blocking, since it may accept less than a pipe does. (The
/// descriptors that other processes share stay blocking.)
fn reopened(terminal: &impl AsFd) -> io::Result<File> {
    let path = format!("/proc/self/fd/{}", terminal.as_fd().as_raw_fd());
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    OpenOptions::new().write(true).custom_flags(flags.bits()).open(path)
}

/// Whether something can be written without blocking.
pub(crate) fn takes_more(stream: &impl AsFd) -> bool {
    let mut interest = [PollFd::new(stream.as_fd(), PollFlags::POLLOUT)];
    !matches!(poll(&mut interest, PollTimeout::ZERO), Ok(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, pipe};
    use std::os::fd::OwnedFd;

    #[test]
    fn what_cannot_be_written_is_queued_in_order_and_blocks_nothing() {
        let (mut reader, writer) = pipe().unwrap();
        let text: Vec<u8> = (0..1_000_000u32).flat_map(u32::to_le_bytes).collect();
        let mut outlet = NonBlockingWriter::new(OwnedFd::from(writer));
        outlet.write(&text[..7]);
        assert!(outlet.blocked_on().is_none());
        outlet.write(&text[7..]);
        let mut read = Vec::new();
        while outlet.blocked_on().is_some() {
            let mut buffer = vec![0; PIECE];
            let count = reader.read(&mut buffer).unwrap();
            read.extend_from_slice(&buffer[..count]);
            outlet.flush();
        }
        drop(outlet);
        reader.read_to_end(&mut read).unwrap();
        assert!(read == text, "{} of {} bytes", read.len(), text.len());
    }

    #[test]
    fn what_has_no_reader_is_dropped() {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let mut outlet = NonBlockingWriter::new(OwnedFd::from(writer));
        outlet.write(b"text");
        assert!(outlet.blocked_on().is_none());
    }
}
