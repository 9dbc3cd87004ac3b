//! The reading side of a ring.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::damaged::Damaged;
use super::memory::{Memory, SLOT, SLOTS};
use super::protocol::{TAKEN, close};
use crate::process::clock::Wake;
use crate::process::wait::{Awaited, Sleep};
use crate::stream::transport::LOOK_AGAIN;
use crate::stream::transport::peer::{End, Peer};

/// The reading side.
#[derive(Debug)]
pub(crate) struct Reader {
    memory: Arc<Memory>,
    writer: Peer,
    /// The slot to take next, or the one that is taken.
    slot: usize,
    /// What is taken.
    taken: Option<Part>,
    /// Whether it holds a token.
    token: bool,
    /// Whether the writer is known to be gone, whatever the flag says.
    alone: bool,
}

/// A slot that was taken: how many bytes it has, and how many of them were handed out.
#[derive(Clone, Copy, Debug)]
struct Part {
    length: usize,
    handed_out: usize,
}

/// The state of the reader's next slot.
enum Next {
    Filled,
    Nothing,
    End,
}

impl Reader {
    /// Reads from the ring `fd`.
    pub(crate) fn new(fd: BorrowedFd<'_>) -> io::Result<Reader> {
        let memory = Arc::new(Memory::map(fd)?);
        let writer = Peer::of(fd, End::Reader);
        Ok(Reader { memory, writer, slot: 0, taken: None, token: false, alone: false })
    }

    /// What wakes the reader from its sleep, to be called from anywhere.
    pub(crate) fn waker(&self) -> impl Fn() + Send + Sync + 'static {
        let memory = Arc::clone(&self.memory);
        move || memory.header().filled.0.post()
    }

    /// As many slots as are filled and fit; 0 bytes at the end, `None` if there is nothing yet.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        let mut count = 0;
        while count < buffer.len() {
            if self.taken.is_none() {
                match self.next() {
                    Next::Filled => match self.take() {
                        // It will come again.
                        Err(_) if count > 0 => break,
                        result => result?,
                    },
                    Next::End => break,
                    Next::Nothing if count > 0 => break,
                    Next::Nothing => return Ok(None),
                }
            }
            if count > 0 && self.is_longer_than(buffer.len() - count) {
                break;
            }
            count += self.hand_out(&mut buffer[count..])?;
        }
        Ok(Some(count))
    }

    /// Whether what is taken does not fit.
    fn is_longer_than(&self, room: usize) -> bool {
        self.taken.is_some_and(|part| part.length - part.handed_out > room)
    }

    fn next(&mut self) -> Next {
        let header = self.memory.header();
        // If there are more wake-up calls than slots, something is wrong, and a stop or a deadline must
        // have its turn.
        for _ in 0..=SLOTS {
            // Checked before the word: what was written before the end must be seen.
            let over = self.alone || header.ended.0.load(Ordering::Acquire) != 0;
            let token = self.token || header.filled.0.try_take();
            let is_filled = header.words[self.slot].0.load(Ordering::Acquire) != 0;
            self.token = token && is_filled;
            match (is_filled, token) {
                (true, true) => return Next::Filled,
                // A writer that died may have failed to post.
                (true, false) if over => return Next::Filled,
                (false, _) if over => return Next::End,
                // A mere wake-up call.
                (false, true) => {}
                (_, false) => break,
            }
        }
        Next::Nothing
    }

    /// Takes the next slot, which is filled.
    fn take(&mut self) -> io::Result<()> {
        let word = self.memory.header().words[self.slot].0.fetch_or(TAKEN, Ordering::AcqRel);
        let length = word as usize;
        if length > SLOT {
            return Err(Damaged::Length { slot: self.slot, bytes: length }.into());
        }
        self.token = false;
        self.taken = Some(Part { length, handed_out: 0 });
        Ok(())
    }

    /// Copies out what is taken; gives the slot back when that was all.
    fn hand_out(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(part) = &mut self.taken else { return Ok(0) };
        let count = buffer.len().min(part.length - part.handed_out);
        self.memory.copy_out(self.slot, part.handed_out, &mut buffer[..count])?;
        part.handed_out += count;
        if part.handed_out == part.length {
            let header = self.memory.header();
            header.words[self.slot].0.store(0, Ordering::Release);
            header.free.0.post();
            self.taken = None;
            self.slot = (self.slot + 1) % SLOTS;
        }
        Ok(count)
    }

    /// Waits for a slot to be filled, or for the end.
    pub(crate) fn wait(&mut self, fd: BorrowedFd<'_>, sleep: Sleep<'_>) -> io::Result<Wake> {
        loop {
            if self.taken.is_some() || !matches!(self.next(), Next::Nothing) {
                return Ok(Wake::Ready);
            }
            if !self.writer.is_there(fd) {
                self.alone = true;
                continue;
            }
            let filled = Awaited::Token(&self.memory.header().filled.0);
            match sleep.until_or_for(filled, LOOK_AGAIN)? {
                Some(Wake::Ready) => self.token = true,
                Some(other) => return Ok(other),
                None => {}
            }
        }
    }

    /// Announces that no more will be read, unless the launcher decides that: it may drain the ring
    /// instead, as it may a pipe.
    pub(crate) fn end(&mut self) {
        if !self.writer.is_marked() {
            close(&self.memory, End::Reader);
        }
    }
}
