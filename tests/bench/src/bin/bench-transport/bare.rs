//! The bare kernel objects: as few calls as will move bytes, each of them blocking, with no thought
//! of stops, deadlines or a side that dies.
//!
//! | manner | for | a message | the end |
//! |---|---|---|---|
//! | `stream` | pipes, named pipes, sockets | write, read | close |
//! | `mqueue` | message queues | mq_send, mq_receive, in as many messages as are needed | an empty message |
//! | `shm` | shared memory | a token, memcpy, a token on either side, a slot at a time | an empty slot |

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::Ordering;

use nix::mqueue::{mq_getattr, mq_receive, mq_remove_nonblock, mq_send};
use nix::unistd;
use stage::process::kernel::with_queue;
use stage::stream::transport::ring::memory::{Memory, SLOT, SLOTS};

use crate::{Receiver, Sender};

/// The sender of this manner.
pub(crate) fn sender(manner: &str, fd: OwnedFd) -> io::Result<Box<dyn Sender>> {
    match manner {
        "stream" => Ok(Box::new(Stream(fd))),
        "mqueue" => Ok(Box::new(Queue::new(fd)?)),
        "shm" => Ok(Box::new(Slots::new(&fd)?)),
        _ => Err(io::Error::other("no such manner")),
    }
}

/// The receiver of this manner.
pub(crate) fn receiver(manner: &str, fd: OwnedFd) -> io::Result<Box<dyn Receiver>> {
    match manner {
        "stream" => Ok(Box::new(Stream(fd))),
        "mqueue" => Ok(Box::new(Queue::new(fd)?)),
        "shm" => Ok(Box::new(Slots::new(&fd)?)),
        _ => Err(io::Error::other("no such manner")),
    }
}

struct Stream(OwnedFd);

impl Sender for Stream {
    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        let mut rest = message;
        while !rest.is_empty() {
            rest = &rest[unistd::write(&self.0, rest)?..];
        }
        Ok(())
    }

    fn end(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}

impl Receiver for Stream {
    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(unistd::read(&self.0, buffer)?)
    }
}

struct Queue {
    fd: OwnedFd,
    size: usize,
}

impl Queue {
    fn new(fd: OwnedFd) -> io::Result<Queue> {
        let attributes = with_queue(fd.as_fd(), |queue| {
            mq_remove_nonblock(queue)?;
            mq_getattr(queue)
        })?;
        Ok(Queue { fd, size: attributes.msgsize() as usize })
    }
}

impl Sender for Queue {
    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        for piece in message.chunks(self.size) {
            with_queue(self.fd.as_fd(), |queue| mq_send(queue, piece, 0))?;
        }
        Ok(())
    }

    fn end(self: Box<Self>) -> io::Result<()> {
        Ok(with_queue(self.fd.as_fd(), |queue| mq_send(queue, &[], 0))?)
    }
}

impl Receiver for Queue {
    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(with_queue(self.fd.as_fd(), |queue| mq_receive(queue, buffer, &mut 0))?)
    }
}

struct Slots {
    memory: Memory,
    next: usize,
}

impl Slots {
    fn new(fd: &OwnedFd) -> io::Result<Slots> {
        Ok(Slots { memory: Memory::map(fd.as_fd())?, next: 0 })
    }

    fn fill(&mut self, bytes: &[u8]) -> io::Result<()> {
        let header = self.memory.header();
        header.free.0.take(None)?;
        self.memory.copy_in(self.next, 0, bytes)?;
        header.words[self.next].0.store(bytes.len() as u32, Ordering::Release);
        header.filled.0.post();
        self.next = (self.next + 1) % SLOTS;
        Ok(())
    }
}

impl Sender for Slots {
    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        message.chunks(SLOT).try_for_each(|piece| self.fill(piece))
    }

    fn end(mut self: Box<Self>) -> io::Result<()> {
        self.fill(&[])
    }
}

impl Receiver for Slots {
    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let header = self.memory.header();
        header.filled.0.take(None)?;
        let bytes = header.words[self.next].0.load(Ordering::Acquire) as usize;
        self.memory.copy_out(self.next, 0, &mut buffer[..bytes])?;
        header.free.0.post();
        self.next = (self.next + 1) % SLOTS;
        Ok(bytes)
    }
}
