//! A POSIX message queue as a transport: a stream of bytes in messages of whole lines.
//!
//! | side | does |
//! |---|---|
//! | writer | sends what it is given in messages as long as the queue allows, each cut after its last line feed; a line longer than a message crosses in several. An empty message is the end |
//! | reader | joins messages into a stream again, so it need not know how they were cut |
//! | launcher | makes the queue and unlinks it at once ([`create()`]); when a process has ended, wakes its peer ([`Keeper`]) |
//!
//! A queue does not report that a side has died, and its peer sleeps on. Therefore:
//!
//! 1. a side that may be about to sleep first checks that the other end is still open
//!    ([`super::peer`]): a reader of an empty queue without a writer has come to the end, a writer to a
//!    full queue without a reader gets EPIPE. If the last check was a moment ago, it sleeps only
//!    until the next one is due;
//! 2. a side that already sleeps is woken by the launcher when it learns of the death: a reader by an
//!    empty message, for which there is room since it sleeps; a writer by taking out a message, which
//!    no process will read. Once awake, either follows rule 1;
//! 3. in case the launcher cannot do that, either checks again every `LOOK_AGAIN`.

mod create;

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::mqueue::{mq_getattr, mq_receive, mq_send, mq_set_nonblock};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::statfs::{FsType, fstatfs};

use super::peer::{End, Watched};
use super::piece::whole_lines;
use super::turn::Turn;
use crate::process::clock::Wake;
use crate::process::kernel::with_queue;
use crate::process::wait::{Awaited, Sleep};
pub use create::{Capacity, Error, create};

/// What `fstatfs` reports for a queue: MQUEUE_MAGIC of the kernel's `ipc/mqueue.c`.
const MAGIC: FsType = FsType(0x1980_0202);

/// How long an ending writer waits for room for the empty message, while there is a reader: longer than
/// a reader is normally away from its input. If it is too short, nothing is lost: in the launcher's
/// queues the reader finds the writer gone (rules 1 and 2).
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether `fd` is a message queue.
pub(crate) fn is_queue(fd: BorrowedFd<'_>) -> bool {
    fstatfs(fd).is_ok_and(|it| it.filesystem_type() == MAGIC)
}

/// Makes sure that calls do not block, since waiting is done where a stop can end it; returns the bytes
/// of the longest message.
fn prepare(fd: BorrowedFd<'_>) -> io::Result<usize> {
    let attributes = with_queue(fd, |queue| {
        mq_set_nonblock(queue)?;
        mq_getattr(queue)
    })?;
    Ok(usize::try_from(attributes.msgsize()).unwrap_or(0))
}

/// The reading side.
#[derive(Debug)]
pub(crate) struct Reader {
    size: usize,
    writer: Watched,
    /// A message for which the caller's buffer was too small, and how much of it was handed out.
    spare: Vec<u8>,
    handed_out: usize,
    /// Whether there was no message when the last one was asked for.
    drained: bool,
    /// Whether no more can be sent.
    alone: bool,
    over: bool,
}

impl Reader {
    /// Reads from the queue `fd`.
    pub(crate) fn new(fd: BorrowedFd<'_>) -> io::Result<Reader> {
        let size = prepare(fd)?;
        let writer = Watched::of(fd, End::Reader);
        let (spare, handed_out) = (Vec::new(), 0);
        Ok(Reader { size, writer, spare, handed_out, drained: false, alone: false, over: false })
    }

    /// As many messages as are there and fit; 0 bytes at the end, `None` if there is none yet.
    pub(crate) fn read(
        &mut self,
        fd: BorrowedFd<'_>,
        buffer: &mut [u8],
    ) -> io::Result<Option<usize>> {
        let mut count = self.hand_out(buffer);
        while !self.over && buffer.len() - count >= self.size {
            match self.receive(fd, &mut buffer[count..]) {
                Ok(Some(bytes)) => count += bytes,
                // It will come again.
                Err(_) if count > 0 => break,
                Err(error) => return Err(error),
                Ok(None) => break,
            }
        }
        if count == 0 && !self.over && !buffer.is_empty() && buffer.len() < self.size {
            let mut spare = std::mem::take(&mut self.spare);
            self.handed_out = 0;
            spare.resize(self.size, 0);
            let received = self.receive(fd, &mut spare)?;
            spare.truncate(received.unwrap_or(0));
            self.spare = spare;
            count = self.hand_out(buffer);
        }
        Ok((count > 0 || self.over || buffer.is_empty()).then_some(count))
    }

    /// Whether the last read took all that was there.
    pub(crate) fn is_drained(&self) -> bool {
        self.drained
    }

    /// What is left of a message that did not fit.
    fn hand_out(&mut self, buffer: &mut [u8]) -> usize {
        let rest = &self.spare[self.handed_out..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.handed_out += count;
        count
    }

    /// One message; `None` if there is none now.
    fn receive(&mut self, fd: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        let received =
            super::unless_blocking(|| with_queue(fd, |queue| mq_receive(queue, buffer, &mut 0)))?;
        self.drained = received.is_none();
        self.over |= received == Some(0) || (received.is_none() && self.alone);
        Ok(received)
    }

    /// Waits for a message, or for the end.
    pub(crate) fn wait(&mut self, fd: BorrowedFd<'_>, sleep: Sleep<'_>) -> io::Result<Wake> {
        loop {
            if self.over || self.handed_out < self.spare.len() {
                return Ok(Wake::Ready);
            }
            // Checked before the queue: what was sent until then is still read.
            let Some(time) = self.writer.trusted_for(fd) else {
                self.alone = true;
                return Ok(Wake::Ready);
            };
            let message = Awaited::Descriptor(fd, PollFlags::POLLIN);
            if let Some(polled) = sleep.until_or_for(message, time)? {
                return Ok(polled);
            }
        }
    }
}

/// The writing side.
#[derive(Debug)]
pub(crate) struct Writer {
    size: usize,
    reader: Watched,
    turn: Turn,
    /// Whether nobody will read any more.
    alone: bool,
}

impl Writer {
    /// Writes to the queue `fd`.
    pub(crate) fn new(fd: BorrowedFd<'_>) -> io::Result<Writer> {
        let (size, reader) = (prepare(fd)?, Watched::of(fd, End::Writer));
        Ok(Writer { size, reader, turn: Turn::default(), alone: false })
    }

    /// Sends one message of what is at the start of `bytes`; `None` if there is no room yet, which is
    /// the reason to [wait](Writer::wait).
    pub(crate) fn write(&mut self, fd: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<Option<usize>> {
        if bytes.is_empty() {
            return Ok(Some(0));
        }
        let message = whole_lines(bytes, self.size).unwrap_or_else(|| &bytes[..self.size]);
        let sent = super::unless_blocking(|| {
            with_queue(fd, |queue| mq_send(queue, message, 0)).map(|()| message.len())
        })?;
        match sent {
            None if self.alone => Err(Errno::EPIPE.into()),
            sent => Ok(sent),
        }
    }

    /// Waits for room, or for the end of the reader.
    pub(crate) fn wait(&mut self, fd: BorrowedFd<'_>, sleep: Sleep<'_>) -> io::Result<Wake> {
        self.turn.give_way();
        while let Some(time) = self.reader.trusted_for(fd) {
            let room = Awaited::Descriptor(fd, PollFlags::POLLOUT);
            if let Some(polled) = sleep.until_or_for(room, time)? {
                return Ok(polled);
            }
        }
        self.alone = true;
        Ok(Wake::Ready)
    }

    /// Sends the empty message that means the end, if there is a reader.
    pub(crate) fn end(&mut self, fd: BorrowedFd<'_>) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let sent = super::unless_blocking(|| {
                with_queue(fd, |queue| mq_send(queue, &[], 0)).map(|()| 0)
            });
            let left = deadline.saturating_duration_since(Instant::now());
            if !matches!(sent, Ok(None)) || left.is_zero() || !self.reader.is_there(fd) {
                return;
            }
            let mut interest = [PollFd::new(fd, PollFlags::POLLOUT)];
            let _ = poll(&mut interest, PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO));
        }
    }
}

/// What the launcher keeps to wake the peer of a process that has ended.
#[derive(Debug)]
pub struct Keeper {
    queue: OwnedFd,
    size: usize,
}

impl Keeper {
    /// The process at this end has ended. If the queue has no room, or no message, its peer is not
    /// asleep; that is no failure.
    pub(crate) fn close(&self, end: End) {
        let _ = with_queue(self.queue.as_fd(), |queue| match end {
            End::Writer => mq_send(queue, &[], 0),
            End::Reader => mq_receive(queue, &mut vec![0; self.size], &mut 0).map(drop),
        });
    }

    /// Whether a message waits.
    pub(crate) fn has_unread(&self) -> bool {
        with_queue(self.queue.as_fd(), mq_getattr).is_ok_and(|attributes| attributes.curmsgs() > 0)
    }
}
