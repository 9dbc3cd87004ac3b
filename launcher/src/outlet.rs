//! What the launcher itself writes, on standard output and on standard error: no more than is taken at
//! once, since a reader that hangs must not hold up the one who looks after the pipeline.
//!
//! What is not taken waits here, in order. (Another process that writes to the same pipe between our
//! look and our write may still make us wait, for as long as the reader hangs; and so may a terminal,
//! where it cannot be opened anew.)

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

/// Bytes that a pipe takes without making the writer wait, once it can be written (PIPE_BUF).
const PIECE: usize = 4096;

/// Time to the next look at a terminal that says it takes more, and does not.
const PAUSE: Duration = Duration::from_millis(10);

/// One of the two, and what is to be written there.
#[derive(Debug)]
pub(crate) struct Outlet<S> {
    stream: S,
    /// If it is a terminal: the same, but it can be written without waiting.
    terminal: Option<File>,
    waiting: VecDeque<Vec<u8>>,
}

impl<S: AsFd + IsTerminal> Outlet<S> {
    /// Nothing waits yet to be written to `stream`.
    pub(crate) fn new(stream: S) -> Outlet<S> {
        let terminal = stream.is_terminal().then(|| reopened(&stream).ok()).flatten();
        Outlet { stream, terminal, waiting: VecDeque::new() }
    }

    fn descriptor(&self) -> BorrowedFd<'_> {
        self.terminal.as_ref().map_or_else(|| self.stream.as_fd(), AsFd::as_fd)
    }

    /// Writes `bytes` now, or as soon as they are taken.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.waiting.extend(bytes.chunks(PIECE).map(<[u8]>::to_vec));
        self.flush();
    }

    /// Writes what is taken now.
    pub(crate) fn flush(&mut self) {
        while let Some(bytes) = self.waiting.front() {
            if !takes_more(&self.descriptor()) {
                return;
            }
            match write(self.descriptor(), bytes) {
                Ok(count) if count < bytes.len() => drop(self.waiting[0].drain(..count)),
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return thread::sleep(PAUSE),
                // Nobody wants it, or it is written.
                _ => drop(self.waiting.pop_front()),
            }
        }
    }

    /// What must take more before anything else is written.
    pub(crate) fn blocked_on(&self) -> Option<BorrowedFd<'_>> {
        (!self.waiting.is_empty()).then(|| self.descriptor())
    }
}

/// A terminal that can be written without waiting: it may take less than a pipe does. (The other
/// processes' own descriptors stay as they are.)
fn reopened(terminal: &impl AsFd) -> io::Result<File> {
    let path = format!("/proc/self/fd/{}", terminal.as_fd().as_raw_fd());
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    OpenOptions::new().write(true).custom_flags(flags.bits()).open(path)
}

/// Whether something can be written without waiting.
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
    fn what_is_not_taken_waits_in_order_and_nobody_waits_for_it() {
        let (mut reader, writer) = pipe().unwrap();
        let text: Vec<u8> = (0..1_000_000u32).flat_map(u32::to_le_bytes).collect();
        let mut outlet = Outlet::new(OwnedFd::from(writer));
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
    fn what_nobody_wants_is_dropped() {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let mut outlet = Outlet::new(OwnedFd::from(writer));
        outlet.write(b"text");
        assert!(outlet.blocked_on().is_none());
    }
}
