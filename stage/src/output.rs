//! A stage's output: bytes written to a descriptor at once, without a buffer of our own.
//!
//! The place to change for a new kind of channel's writing side. Callers hand over blocks of
//! whole lines; each is one `write` where the kernel takes it whole.

use std::io::{self, Write};
use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::poll::PollFlags;

use crate::stop::Stop;

/// Whether a failed write means that the reader went away, which is a normal end.
pub fn reader_is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// An output to a descriptor: a pipe, a socket, a file, a terminal.
#[derive(Debug)]
pub struct Channel<F> {
    fd: F,
    stop: Stop,
}

impl<F: AsFd> Channel<F> {
    /// An output to `fd`. A stop does not cut a write short: what was begun is handed over.
    pub fn new(fd: F, stop: Stop) -> Channel<F> {
        Channel { fd, stop }
    }
}

impl<F: AsFd> Write for Channel<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match nix::unistd::write(self.fd.as_fd(), bytes) {
                Ok(count) => return Ok(count),
                Err(Errno::EINTR) => {}
                // Somebody else may have set the descriptor to non-blocking.
                Err(Errno::EAGAIN) => {
                    self.stop.poll_on(self.fd.as_fd(), PollFlags::POLLOUT, None)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
