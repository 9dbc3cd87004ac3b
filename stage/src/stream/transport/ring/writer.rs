//! The writing side of a ring.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use nix::errno::Errno;

use super::damaged::Damaged;
use super::memory::{Memory, SLOT, SLOTS};
use super::protocol::close;
use crate::process::clock::Wake;
use crate::process::wait::{Awaited, Sleep};
use crate::stream::transport::LOOK_AGAIN;
use crate::stream::transport::peer::{End, Peer};
use crate::stream::transport::piece::whole_lines;

/// The writing side.
#[derive(Debug)]
pub(crate) struct Writer {
    memory: Arc<Memory>,
    reader: Peer,
    /// The slot to fill next.
    slot: usize,
    /// How many bytes were put into the one before it.
    last: usize,
    /// Whether it holds a token.
    token: bool,
    /// How many tokens in a row came without a free slot.
    vain: usize,
    /// Whether the reader is known to be gone, whatever the flag says.
    alone: bool,
}

impl Writer {
    /// Writes to the ring `fd`.
    pub(crate) fn new(fd: BorrowedFd<'_>) -> io::Result<Writer> {
        let memory = Arc::new(Memory::map(fd)?);
        let reader = Peer::of(fd, End::Writer);
        Ok(Writer { memory, reader, slot: 0, last: 0, token: false, vain: 0, alone: false })
    }

    /// Writes as much of `bytes` as goes into one slot; `None` if there is none free yet.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<Option<usize>> {
        if self.is_alone() {
            return Err(Errno::EPIPE.into());
        }
        if bytes.is_empty() {
            return Ok(Some(0));
        }
        match self.append(bytes)? {
            None => self.fill(bytes),
            appended => Ok(appended),
        }
    }

    /// Whether the reader has left.
    fn is_alone(&self) -> bool {
        self.alone || self.memory.header().gone.0.load(Ordering::Acquire) != 0
    }

    /// Puts bytes into the next slot, if that is free.
    fn fill(&mut self, bytes: &[u8]) -> io::Result<Option<usize>> {
        let header = self.memory.header();
        if !std::mem::take(&mut self.token) && !header.free.0.try_take() {
            return Ok(None);
        }
        let word = &header.words[self.slot].0;
        if word.load(Ordering::Acquire) != 0 {
            self.note_vain_token()?;
            return Ok(None);
        }
        let lines = whole_lines(bytes, SLOT).unwrap_or_else(|| &bytes[..SLOT]);
        self.memory.copy_in(self.slot, 0, lines)?;
        let count = lines.len();
        word.store(count as u32, Ordering::Release);
        header.filled.0.post();
        (self.slot, self.last, self.vain) = ((self.slot + 1) % SLOTS, count, 0);
        Ok(Some(count))
    }

    /// Notes a mere wake-up call, which an honest reader posts only as it leaves. A peer that goes on
    /// posting them would keep a write, which no stop cuts short, from ever ending.
    fn note_vain_token(&mut self) -> Result<(), Damaged> {
        self.vain += 1;
        if self.vain > SLOTS { Err(Damaged::Tokens) } else { Ok(()) }
    }

    /// Appends bytes to the last slot, if it has room and the reader has not reached it.
    fn append(&mut self, bytes: &[u8]) -> io::Result<Option<usize>> {
        let last = self.last as u32;
        let slot = (self.slot + SLOTS - 1) % SLOTS;
        let word = &self.memory.header().words[slot].0;
        // A word of 0 does not match either: the slot is not filled yet, or was already read.
        if last == 0 || self.last == SLOT || word.load(Ordering::Relaxed) != last {
            return Ok(None);
        }
        let Some(lines) = whole_lines(bytes, SLOT - self.last) else { return Ok(None) };
        self.memory.copy_in(slot, self.last, lines)?;
        let longer = last + lines.len() as u32;
        if word.compare_exchange(last, longer, Ordering::Release, Ordering::Relaxed).is_err() {
            return Ok(None);
        }
        self.last += lines.len();
        Ok(Some(lines.len()))
    }

    /// Whether a slot is free, or the reader has left; `at_once` does not wait.
    pub(crate) fn has_room(&mut self, fd: BorrowedFd<'_>, at_once: Sleep<'_>) -> io::Result<bool> {
        self.token = self.token || self.memory.header().free.0.try_take();
        Ok(self.token || self.wait(fd, at_once)? == Wake::Ready)
    }

    /// Waits for a free slot, or for the end of the reader.
    pub(crate) fn wait(&mut self, fd: BorrowedFd<'_>, sleep: Sleep<'_>) -> io::Result<Wake> {
        loop {
            self.alone = !self.reader.is_there(fd);
            if self.is_alone() {
                return Ok(Wake::Ready);
            }
            let free = Awaited::Token(&self.memory.header().free.0);
            if let Some(polled) = sleep.until_or_for(free, LOOK_AGAIN)? {
                self.token |= polled == Wake::Ready;
                return Ok(polled);
            }
        }
    }

    /// Announces that no more will be written.
    pub(crate) fn end(&mut self) {
        close(&self.memory, End::Writer);
    }
}
