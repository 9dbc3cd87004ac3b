//! What the launcher itself writes, on standard output and standard error: no more than is taken at
//! once, since a reader that hangs must not hold up the one who looks after the pipeline.
//!
//! What is not taken waits here, in order. (Another process that writes to the same pipe between our
//! look and our write may still make us wait, for as long as the reader hangs.)

use std::collections::VecDeque;
use std::io::{self, Stderr, Stdout};
use std::os::fd::{AsFd, BorrowedFd};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::write;

/// Bytes that a pipe takes without making the writer wait, once it can be written (PIPE_BUF).
const PIECE: usize = 4096;

/// Where something is to be written.
#[derive(Debug)]
pub enum Stream {
    /// Standard output, which is `report`'s while that runs.
    Output(Stdout),
    /// Standard error.
    Error(Stderr),
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Stream::Output(output) => output.as_fd(),
            Stream::Error(error) => error.as_fd(),
        }
    }
}

/// What is to be written.
#[derive(Debug, Default)]
pub struct Outlet {
    waiting: VecDeque<(Stream, Vec<u8>)>,
}

impl Outlet {
    /// Writes `bytes` now, or as soon as they are taken.
    pub fn write(&mut self, stream: fn() -> Stream, bytes: &[u8]) {
        self.waiting.extend(bytes.chunks(PIECE).map(|piece| (stream(), piece.to_vec())));
        self.flush();
    }

    /// Writes what is taken now.
    pub fn flush(&mut self) {
        while let Some((stream, bytes)) = self.waiting.front_mut() {
            if !takes_more(stream) {
                return;
            }
            match write(&*stream, bytes) {
                Ok(count) if count < bytes.len() => drop(bytes.drain(..count)),
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return,
                // Nobody wants it, or it is written.
                _ => drop(self.waiting.pop_front()),
            }
        }
    }

    /// What must take more before anything else is written.
    pub fn blocked_on(&self) -> Option<BorrowedFd<'_>> {
        self.waiting.front().map(|(stream, _)| stream.as_fd())
    }
}

/// Whether something can be written without waiting.
pub fn takes_more(stream: &impl AsFd) -> bool {
    let mut interest = [PollFd::new(stream.as_fd(), PollFlags::POLLOUT)];
    !matches!(poll(&mut interest, PollTimeout::ZERO), Ok(0))
}

/// Standard output.
pub fn output() -> Stream {
    Stream::Output(io::stdout())
}

/// Standard error.
pub fn error() -> Stream {
    Stream::Error(io::stderr())
}
