//! What a channel is made of, on the side of who reads or writes it.
//!
//! A stage finds out from its descriptor what it is attached to. This is the only module that
//! knows of the kinds; [`crate::input`] and [`crate::output`] see a [`Reader`] and a [`Writer`]
//! that have bytes or room now, or must be waited for:
//!
//! | kernel object | how it is known | its module |
//! |---|---|---|
//! | pipe, FIFO, socket, file, terminal, … | it is nothing of the below | here: read(2) and write(2) do it |
//!
//! What waiting means (until when, and whether a stop ends it) is the caller's affair: it hands
//! in how to sleep until an [`Event`]. (`launcher::wiring` makes the channels.)

use std::io;
use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::poll::PollFlags;

use crate::stop::{Event, Polled};

/// Sleeps until an event, or until whatever else ends the caller's wait.
pub type Sleep<'a> = &'a mut dyn FnMut(Event<'_>) -> io::Result<Polled>;

/// The reading end of a channel.
#[derive(Debug)]
pub struct Reader<F> {
    fd: F,
}

impl<F: AsFd> Reader<F> {
    /// Finds out what `fd` is.
    pub fn new(fd: F) -> Reader<F> {
        Reader { fd }
    }

    /// The descriptor.
    pub fn fd(&self) -> &F {
        &self.fd
    }

    /// Reads what is there: 0 bytes at the end, `None` if there is nothing yet.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        now(|| nix::unistd::read(self.fd.as_fd(), buffer))
    }

    /// Waits until there is something to read, or the end.
    pub fn wait(&mut self, sleep: Sleep<'_>) -> io::Result<Polled> {
        sleep(Event::Descriptor(self.fd.as_fd(), PollFlags::POLLIN))
    }
}

/// The writing end of a channel.
#[derive(Debug)]
pub struct Writer<F> {
    fd: F,
}

impl<F: AsFd> Writer<F> {
    /// Finds out what `fd` is.
    pub fn new(fd: F) -> Writer<F> {
        Writer { fd }
    }

    /// Writes as much as there is room for; `None` if there is none yet.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<Option<usize>> {
        now(|| nix::unistd::write(self.fd.as_fd(), bytes))
    }

    /// Waits until there is room, or nobody to read.
    pub fn wait(&mut self, sleep: Sleep<'_>) -> io::Result<Polled> {
        sleep(Event::Descriptor(self.fd.as_fd(), PollFlags::POLLOUT))
    }
}

/// What a system call brings; `None` if it would have to block, which it may not.
fn now(mut call: impl FnMut() -> nix::Result<usize>) -> io::Result<Option<usize>> {
    loop {
        match call() {
            Ok(count) => return Ok(Some(count)),
            Err(Errno::EINTR) => {}
            // Somebody else may have set the descriptor to non-blocking, and another user of it
            // may have been faster.
            Err(Errno::EAGAIN) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
}
