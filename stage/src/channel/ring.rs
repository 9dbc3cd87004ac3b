//! Shared memory as a channel: a ring of slots, with two semaphores that say who may go on.
//!
//! # The protocol
//!
//! The memory is a sealed memfd of a fixed size ([`memory`] has its layout). Slots are used one
//! after another, round and round; each side counts by itself which is its next one. A slot's
//! *word* says what is with it, and nobody but the one named here may change it then:
//!
//! | word | the slot is | whose move, and what it may do |
//! |---|---|---|
//! | 0 | free | the writer: copies bytes in, sets the word to their number, posts `filled` |
//! | 1 … `SLOT` | filled | the writer: copies more bytes behind them, and adds their number if the word is still what it was; the reader: adds `TAKEN` |
//! | `TAKEN` + number | taken | the reader: copies the bytes out, sets the word to 0, posts `free` |
//!
//! So a trickle joins the last slot as long as the reader has not come to it, as small writes to a
//! pipe join its last page: the ring holds as many samples as there is room for, not as many as
//! there are slots.
//!
//! The semaphores are counts of slots: the writer takes a token of `free` (at first there is one
//! for each slot) before it fills a slot, and the reader one of `filled` before it takes one. Who
//! finds none sleeps. **A token may be a mere call to look up**: whoever has one looks at the
//! word, and if that is not as it should be, drops the token and looks at the flags. Such
//! tokens are posted
//!
//! - by a side that ends: it sets `ended` (the writer) or `gone` (the reader), and posts
//!   the other side's semaphore;
//! - by the launcher ([`Keeper`]), the same, for a process that has ended, however that was;
//! - by a stop request, in the reader's own process, so that it does not sleep through it.
//!
//! `ended` and an empty word are the end of the stream; `gone` is EPIPE. (That is the "empty slot"
//! of other rings, but it needs no free one.) A writer that was killed while it filled a slot has
//! not set the word, so nothing of that is ever seen; one that was killed before it posted is
//! spoken for by the launcher's post. Who is about to sleep also looks whether the other end is
//! still open ([`super::ends`]), so that the launcher's own death does no harm.
//!
//! # What each side may assume of the other
//!
//! Nothing that its memory's safety depends on. Both processes can write everywhere, so a word is
//! read once and checked before it is used: a number beyond `SLOT` is an error, and bytes are only
//! ever copied to and from memory of one's own. A peer that breaks the rules can send wrong
//! bytes, end the stream, or let the other side wait: just as it could through a pipe. The seals
//! keep it from taking the memory away.

pub mod memory;
mod semaphore;

use std::fs::OpenOptions;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::uio::pread;
use nix::unistd::ftruncate;
use thiserror::Error;

use super::ends::{self, End, Opposite};
use super::{Ends, Sleep};
use crate::stop::{Event, Polled};
use memory::{MAGIC, Memory, SIZE};
pub use memory::{SLOT, SLOTS};
pub use semaphore::{Semaphore, Taken};

/// Added to the word of a slot that the reader has taken.
const TAKEN: u32 = 1 << 31;

/// Memory that is not, or no longer, a ring.
#[derive(Debug, Error)]
pub enum Damaged {
    /// It could be taken away while it is used.
    #[error("the ring in shared memory is not sealed")]
    NotSealed,
    /// It has another size.
    #[error("the ring in shared memory has {bytes} bytes, and not {SIZE}")]
    Size {
        /// Which.
        bytes: i64,
    },
    /// A slot's word is beyond all bounds.
    #[error("the ring in shared memory is damaged: slot {slot} claims {bytes} bytes")]
    Length {
        /// Counted from 0.
        slot: usize,
        /// What it claims to hold.
        bytes: usize,
    },
}

impl From<Damaged> for io::Error {
    fn from(damaged: Damaged) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, damaged)
    }
}

/// Whether `fd` is a ring: memory that begins like one.
pub fn is_ring(fd: BorrowedFd<'_>) -> bool {
    let mut start = [0; MAGIC.len()];
    // Only memory files have seals at all.
    fcntl(fd, FcntlArg::F_GET_SEALS).is_ok()
        && pread(fd, &mut start, 0) == Ok(MAGIC.len())
        && start == *MAGIC
}

/// The reading side.
#[derive(Debug)]
pub struct Reader {
    memory: Arc<Memory>,
    writer: Opposite,
    /// The slot to take next, or the one that is taken.
    slot: usize,
    /// What is taken.
    taken: Option<Part>,
    /// Whether there is a token in hand.
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

/// What is with the reader's next slot.
enum Next {
    Filled,
    Nothing,
    End,
}

impl Reader {
    /// Reads from the ring `fd`.
    pub fn new(fd: BorrowedFd<'_>) -> io::Result<Reader> {
        let memory = Arc::new(Memory::map(fd)?);
        let writer = Opposite::of(fd, End::Reader);
        Ok(Reader { memory, writer, slot: 0, taken: None, token: false, alone: false })
    }

    /// What wakes the reader from its sleep, to be called from anywhere.
    pub fn waker(&self) -> impl Fn() + Send + Sync + 'static {
        let memory = Arc::clone(&self.memory);
        move || memory.header().filled.0.post()
    }

    /// As many slots as are filled and fit; 0 bytes at the end, `None` if there is nothing yet.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        let mut count = 0;
        while count < buffer.len() {
            if self.taken.is_none() {
                match self.next() {
                    Next::Filled => self.take()?,
                    Next::End => break,
                    Next::Nothing if count > 0 => break,
                    Next::Nothing => return Ok(None),
                }
            }
            count += self.hand_out(&mut buffer[count..])?;
        }
        Ok(Some(count))
    }

    fn next(&mut self) -> Next {
        let header = self.memory.header();
        loop {
            // Before the word: what was written before the end is seen behind it.
            let over = self.alone || header.ended.0.load(Ordering::Acquire) != 0;
            let token = self.token || header.filled.0.try_take();
            let is_filled = header.words[self.slot].0.load(Ordering::Acquire) != 0;
            self.token = token && is_filled;
            match (is_filled, token) {
                (true, true) => return Next::Filled,
                // A writer that died may have failed to post.
                (true, false) if over => return Next::Filled,
                (false, _) if over => return Next::End,
                // A mere call to look up.
                (false, true) => {}
                (_, false) => return Next::Nothing,
            }
        }
    }

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
    pub fn wait(&mut self, fd: BorrowedFd<'_>, sleep: Sleep<'_>) -> io::Result<Polled> {
        loop {
            if self.taken.is_some() || !matches!(self.next(), Next::Nothing) {
                return Ok(Polled::Ready);
            }
            if !self.writer.is_there(fd) {
                self.alone = true;
                continue;
            }
            match sleep(Event::Token(&self.memory.header().filled.0))? {
                Polled::Ready => self.token = true,
                other => return Ok(other),
            }
        }
    }

    /// Says that nobody will read any more.
    pub fn end(&mut self) {
        close(&self.memory, End::Reader);
    }
}

/// The writing side.
#[derive(Debug)]
pub struct Writer {
    memory: Arc<Memory>,
    reader: Opposite,
    /// The slot to fill next.
    slot: usize,
    /// How many bytes were put into the one before it.
    last: usize,
    /// Whether there is a token in hand.
    token: bool,
}

impl Writer {
    /// Writes to the ring `fd`.
    pub fn new(fd: BorrowedFd<'_>) -> io::Result<Writer> {
        let memory = Arc::new(Memory::map(fd)?);
        let reader = Opposite::of(fd, End::Writer);
        Ok(Writer { memory, reader, slot: 0, last: 0, token: false })
    }

    /// Writes as much of `bytes` as goes into one slot; `None` if there is none free yet.
    pub fn write(&mut self, fd: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<Option<usize>> {
        let memory = Arc::clone(&self.memory);
        let header = memory.header();
        if header.gone.0.load(Ordering::Acquire) != 0 {
            return Err(Errno::EPIPE.into());
        }
        if bytes.is_empty() {
            return Ok(Some(0));
        }
        if let Some(count) = self.append(bytes)? {
            return Ok(Some(count));
        }
        while std::mem::take(&mut self.token) || header.free.0.try_take() {
            let word = &header.words[self.slot].0;
            if word.load(Ordering::Acquire) != 0 {
                // A mere call to look up.
                continue;
            }
            let count = bytes.len().min(SLOT);
            memory.copy_in(self.slot, 0, &bytes[..count])?;
            word.store(count as u32, Ordering::Release);
            header.filled.0.post();
            (self.slot, self.last) = ((self.slot + 1) % SLOTS, count);
            return Ok(Some(count));
        }
        if header.gone.0.load(Ordering::Acquire) != 0 || !self.reader.is_there(fd) {
            return Err(Errno::EPIPE.into());
        }
        Ok(None)
    }

    /// Puts bytes behind those of the last slot, if it has room and the reader has not come to
    /// it.
    fn append(&mut self, bytes: &[u8]) -> io::Result<Option<usize>> {
        let last = self.last as u32;
        let slot = (self.slot + SLOTS - 1) % SLOTS;
        let word = &self.memory.header().words[slot].0;
        // A word of 0 is no match either: at first nothing is there, and later it was read.
        if last == 0 || self.last == SLOT || word.load(Ordering::Relaxed) != last {
            return Ok(None);
        }
        let count = bytes.len().min(SLOT - self.last);
        self.memory.copy_in(slot, self.last, &bytes[..count])?;
        let longer = last + count as u32;
        if word.compare_exchange(last, longer, Ordering::Release, Ordering::Relaxed).is_err() {
            return Ok(None);
        }
        self.last += count;
        Ok(Some(count))
    }

    /// Waits for a free slot.
    pub fn wait(&mut self, sleep: Sleep<'_>) -> io::Result<Polled> {
        let polled = sleep(Event::Token(&self.memory.header().free.0))?;
        self.token |= polled == Polled::Ready;
        Ok(polled)
    }

    /// Says that no more will be written.
    pub fn end(&mut self) {
        close(&self.memory, End::Writer);
    }
}

/// Sets the flag of an end that is no more, and wakes the other.
fn close(memory: &Memory, end: End) {
    let header = memory.header();
    let (flag, other) = match end {
        End::Writer => (&header.ended.0, &header.filled.0),
        End::Reader => (&header.gone.0, &header.free.0),
    };
    flag.store(1, Ordering::Release);
    other.post();
}

/// Makes a ring.
pub fn create() -> io::Result<(Ends, Keeper)> {
    let memory = memfd_create("wandler-ring", MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING)?;
    ftruncate(&memory, SIZE as libc::off_t)?;
    let keeper = Keeper { memory: Memory::create(memory.as_fd())? };
    let ends = Ends { reader: open(&memory)?, writer: open(&memory)? };
    ends::hold(&ends.reader, End::Reader)?;
    ends::hold(&ends.writer, End::Writer)?;
    Ok((ends, keeper))
}

/// Opens the memory once more, so that this end can be told from the other.
fn open(memory: &OwnedFd) -> io::Result<OwnedFd> {
    let path = format!("/proc/self/fd/{}", memory.as_raw_fd());
    Ok(OpenOptions::new().read(true).write(true).open(path)?.into())
}

/// What the launcher keeps to speak for a process that has ended.
#[derive(Debug)]
pub struct Keeper {
    memory: Memory,
}

impl Keeper {
    /// The process at this end has ended.
    pub fn close(&self, end: End) {
        close(&self.memory, end);
    }
}

#[cfg(test)]
mod tests;
