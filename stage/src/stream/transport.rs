//! What a transport is made of, as its reader and its writer see it.
//!
//! A stage finds out from its descriptor what it is attached to. This is the only module that knows the
//! kinds (waiting knows only descriptors and semaphores); [`crate::stream::input`] and
//! [`crate::stream::output`] see a `Reader` and a `Writer` that have bytes or room now, or must be
//! waited for:
//!
//! | kernel object | how it is known | its module |
//! |---|---|---|
//! | pipe, FIFO, socket, file, terminal, … | it is none of the others | here: read(2) and write(2) suffice |
//! | POSIX message queue | its file system (fstatfs) | [`queue`] |
//! | ring in shared memory | a memfd that begins like one | [`ring`] |
//!
//! The caller decides how long to wait, and whether a stop ends the wait: it passes a `Sleep`. Before a
//! side of a busy transport goes to sleep, it gives way (`turn`). What the kernel does for a pipe when a
//! process ends, the launcher does for queues and rings, with their [`Keeper`].

pub mod drain;
pub mod peer;
mod piece;
pub mod queue;
pub mod ring;
mod turn;

use std::io;
use std::mem;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::PollFlags;
use nix::sys::stat::SFlag;

use crate::process::clock::Wake;
use crate::process::wait::{Awaited, Sleep};
use crate::stream::files::kind_of;
use crate::stream::size;
use peer::End;
use turn::Turn;

/// How often a sleeper in a queue or a ring checks that its peer is still there, in case the launcher
/// cannot say so: rarely enough to cost nothing, and often enough for a person who waits for the end.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Both ends of a new transport.
#[derive(Debug)]
pub struct Pair {
    /// Where bytes come out.
    pub reader: OwnedFd,
    /// Where they go in.
    pub writer: OwnedFd,
}

/// What the launcher keeps of a transport, to notify one side that the other has ended.
#[derive(Debug)]
pub enum Keeper {
    /// Nothing: the kernel notifies it.
    Kernel,
    /// A queue.
    Queue(queue::Keeper),
    /// A ring.
    Ring(ring::Keeper),
}

impl Keeper {
    /// The process at this end has ended.
    pub fn close(&self, end: End) {
        match self {
            Keeper::Kernel => {}
            Keeper::Queue(keeper) => keeper.close(end),
            Keeper::Ring(keeper) => keeper.close(end),
        }
    }
}

/// What a descriptor is.
#[derive(Debug)]
enum Kind<Q, R> {
    Stream,
    Queue(Q),
    Ring(R),
    /// It looks like one of the above, and cannot be used. Reported at first use, where callers expect
    /// an error.
    Unusable(io::Error),
}

impl<Q, R> Kind<Q, R> {
    fn of<'fd>(
        fd: BorrowedFd<'fd>,
        queue: fn(BorrowedFd<'fd>) -> io::Result<Q>,
        ring: fn(BorrowedFd<'fd>) -> io::Result<R>,
    ) -> Kind<Q, R> {
        let kind = if queue::is_queue(fd) {
            queue(fd).map(Kind::Queue)
        } else if ring::is_ring(fd) {
            ring(fd).map(Kind::Ring)
        } else {
            Ok(Kind::Stream)
        };
        kind.unwrap_or_else(Kind::Unusable)
    }
}

/// The reading end of a transport. Dropping it tells the writer that there is no reader.
#[derive(Debug)]
pub(crate) struct Reader<F> {
    fd: F,
    kind: Kind<queue::Reader, ring::Reader>,
    turn: Turn,
    /// Whether the last read took all that was there, so that the next wait will have to sleep.
    is_drained: bool,
}

impl<F: AsFd> Reader<F> {
    /// Finds out what `fd` is.
    pub(crate) fn new(fd: F) -> Reader<F> {
        let kind = Kind::of(fd.as_fd(), queue::Reader::new, ring::Reader::new);
        Reader { fd, kind, turn: Turn::default(), is_drained: false }
    }

    /// The descriptor.
    pub(crate) fn fd(&self) -> &F {
        &self.fd
    }

    /// Whether it is a regular file, all of which is there already. (Queues and rings look like one
    /// as well.)
    pub(crate) fn is_regular(&self) -> bool {
        kind_of(&self.fd) == Some(SFlag::S_IFREG) && matches!(self.kind, Kind::Stream)
    }

    /// What must be called when a stop is requested, so that no sleep goes on; `None` where a
    /// signal ends it.
    pub(crate) fn waker(&self) -> Option<impl Fn() + Send + Sync + 'static> {
        match &self.kind {
            Kind::Ring(reader) => Some(reader.waker()),
            _ => None,
        }
    }

    /// Reads what is there: 0 bytes at the end, `None` if there is nothing yet.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        let fd = self.fd.as_fd();
        match &mut self.kind {
            Kind::Stream => {
                let read = unless_blocking(|| nix::unistd::read(fd, buffer))?;
                self.is_drained = read.is_none_or(|count| count < buffer.len());
                Ok(read)
            }
            Kind::Queue(reader) => {
                let read = reader.read(fd, buffer);
                self.is_drained = reader.is_drained();
                read
            }
            Kind::Ring(reader) => reader.read(buffer),
            Kind::Unusable(error) => Err(copy_of(error)),
        }
    }

    /// Waits until there is something to read, or the end.
    pub(crate) fn wait(&mut self, sleep: Sleep<'_>) -> io::Result<Wake> {
        if mem::take(&mut self.is_drained) {
            self.turn.give_way();
        }
        let fd = self.fd.as_fd();
        match &mut self.kind {
            Kind::Stream => sleep.until(Awaited::Descriptor(fd, PollFlags::POLLIN)),
            Kind::Queue(reader) => reader.wait(fd, sleep),
            Kind::Ring(reader) => reader.wait(fd, sleep),
            Kind::Unusable(error) => Err(copy_of(error)),
        }
    }
}

/// The writing end of a transport. The stream ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Writer<F: AsFd> {
    fd: F,
    kind: Kind<queue::Writer, ring::Writer>,
}

impl<F: AsFd> Writer<F> {
    /// Finds out what `fd` is.
    pub(crate) fn new(fd: F) -> Writer<F> {
        let kind = Kind::of(fd.as_fd(), queue::Writer::new, ring::Writer::new);
        Writer { fd, kind }
    }

    /// Writes as much as there is room for; `None` if there is none yet.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<Option<usize>> {
        let fd = self.fd.as_fd();
        match &mut self.kind {
            Kind::Stream => unless_blocking(|| nix::unistd::write(fd, bytes)),
            Kind::Queue(writer) => writer.write(fd, bytes),
            Kind::Ring(writer) => writer.write(bytes),
            Kind::Unusable(error) => Err(copy_of(error)),
        }
    }

    /// The same, of a piece that does not block, if there [is room](Writer::has_room).
    pub(crate) fn write_piece(&mut self, bytes: &[u8]) -> io::Result<Option<usize>> {
        match self.kind {
            Kind::Stream => self.write(&bytes[..bytes.len().min(size::PIECE)]),
            _ => self.write(bytes),
        }
    }

    /// The descriptor.
    pub(crate) fn fd(&self) -> &F {
        &self.fd
    }

    /// Whether there is room, or no reader, which a write then reports; `at_once` does not wait.
    pub(crate) fn has_room(&mut self, at_once: Sleep<'_>) -> io::Result<bool> {
        match &mut self.kind {
            Kind::Ring(writer) => writer.has_room(self.fd.as_fd(), at_once),
            _ => Ok(self.wait(at_once)? == Wake::Ready),
        }
    }

    /// Waits until there is room, or no reader.
    pub(crate) fn wait(&mut self, sleep: Sleep<'_>) -> io::Result<Wake> {
        let fd = self.fd.as_fd();
        match &mut self.kind {
            Kind::Stream => sleep.until(Awaited::Descriptor(fd, PollFlags::POLLOUT)),
            Kind::Queue(writer) => writer.wait(fd, sleep),
            Kind::Ring(writer) => writer.wait(fd, sleep),
            Kind::Unusable(error) => Err(copy_of(error)),
        }
    }
}

impl<F> Drop for Reader<F> {
    fn drop(&mut self) {
        match &mut self.kind {
            Kind::Ring(reader) => reader.end(),
            // Closing the descriptor is enough.
            Kind::Stream | Kind::Queue(_) | Kind::Unusable(_) => {}
        }
    }
}

impl<F: AsFd> Drop for Writer<F> {
    fn drop(&mut self) {
        match &mut self.kind {
            Kind::Queue(writer) => writer.end(self.fd.as_fd()),
            Kind::Ring(writer) => writer.end(),
            Kind::Stream | Kind::Unusable(_) => {}
        }
    }
}

/// Pair without a word, as a process that is killed.
#[cfg(test)]
mod die {
    use super::*;

    impl<F> Reader<F> {
        pub(crate) fn die(mut self) {
            self.kind = Kind::Stream;
        }
    }

    impl<F: AsFd> Writer<F> {
        pub(crate) fn die(mut self) {
            self.kind = Kind::Stream;
        }
    }
}

/// The same error, to be reported once more.
fn copy_of(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

/// The result of a system call; `None` if it would block.
pub(crate) fn unless_blocking(
    mut call: impl FnMut() -> nix::Result<usize>,
) -> io::Result<Option<usize>> {
    loop {
        match call() {
            Ok(count) => return Ok(Some(count)),
            Err(Errno::EINTR) => {}
            // Another process may have made the descriptor non-blocking, and another reader or writer
            // may have been faster.
            Err(Errno::EAGAIN) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
