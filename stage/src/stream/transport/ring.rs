//! Shared memory as a transport: a ring of slots, with two semaphores that say which side may go on.
//!
//! # The protocol
//!
//! The memory is a sealed memfd of a fixed size ([`memory`] has its layout). Slots are used one
//! after another, round and round; each side keeps count of its own next slot. A slot's *word* holds
//! its state, and only the side named here may change it then:
//!
//! | word | the slot is | whose move, and what it may do |
//! |---|---|---|
//! | 0 | free | the writer: copies bytes in, sets the word to their number, posts `filled` |
//! | 1 … `SLOT` | filled | the writer: copies more bytes behind them, and adds their number if the word is still what it was; the reader: adds `TAKEN` |
//! | `TAKEN` + number | taken | the reader: copies the bytes out, sets the word to 0, posts `free` |
//!
//! Whole lines are copied in, unless one alone is longer than a slot; and a reader with room for whole
//! slots gets whole slots. So a process killed on the way does not tear a line.
//!
//! Small writes join the last slot until the reader reaches it, as they join a pipe's last page: the
//! ring holds as many samples as there is room for, not as many as there are slots.
//!
//! The semaphores are counts of slots: the writer takes a token of `free` (at first there is one
//! for each slot) before it fills a slot, and the reader one of `filled` before it takes one. A side
//! that finds none sleeps. **A token may be a mere wake-up call**: its taker checks the word, and if
//! that is not as it should be, drops the token and checks the flags. Such tokens are posted
//!
//! - by a writer that ends: it sets `ended`, and posts `filled`;
//! - by a reader that ends: it sets `gone`, and posts `free`; but not where the ends are marked
//!   ([`super::peer`]), as in the launcher's pipeline;
//! - by the launcher ([`Keeper`]), in the same way, for a process that has ended, for whatever reason;
//! - by a stop request, in the reader's own process, so that it does not sleep through it.
//!
//! `ended` and an empty word are the end of the stream; `gone` is EPIPE. (That is the "empty slot"
//! of other rings, but it needs no free one.) A writer that was killed while it filled a slot has
//! not set the word, so nothing of that is ever seen; for one that was killed before it posted, the
//! launcher posts. A side about to sleep also checks, and then again every `LOOK_AGAIN`, that the other
//! end is still open ([`super::peer`]), in case the launcher cannot say so.
//!
//! `tests/model` tries this in every order of events, with either side killed at any step, as far as its
//! head says.
//!
//! # What each side may assume of the other
//!
//! Nothing that its memory's safety depends on. Both processes can write everywhere, so a word is
//! read once and checked before it is used: a number beyond `SLOT` is an error, and bytes are only ever
//! copied to and from the process's own memory. A peer that breaks the rules can send wrong bytes, end
//! the stream, make the other side wait, or wake it in vain: a reader still hears a stop and a deadline; a
//! writer, which completes what it has begun, gives up with an error after more vain tokens in a row than
//! there are slots. The seals keep a peer from taking the memory away.

mod damaged;
mod drain;
pub mod memory;
mod protocol;
mod reader;
mod writer;

use std::fs::OpenOptions;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::sync::atomic::Ordering;

use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::uio::pread;

use super::Pair;
use super::peer::{self, End};
pub(crate) use drain::drain;
use memory::{MAGIC, Memory};
pub use memory::{SLOT, SLOTS};
use protocol::close;
pub(crate) use reader::Reader;
pub(crate) use writer::Writer;

/// Whether `fd` is a ring: a memfd that begins like one.
pub(crate) fn is_ring(fd: BorrowedFd<'_>) -> bool {
    let mut start = [0; MAGIC.len()];
    // A named file in memory is sealed against sealing, and nothing else.
    let named = SealFlag::F_SEAL_SEAL.bits();
    fcntl(fd, FcntlArg::F_GET_SEALS).is_ok_and(|seals| seals != named)
        && pread(fd, &mut start, 0) == Ok(MAGIC.len())
        && start == *MAGIC
}

/// Makes a ring, whose memory is called `label` where `/proc` shows it.
pub fn create(label: &str) -> io::Result<(Pair, Keeper)> {
    let (fd, memory) = Memory::create(label)?;
    let ends = Pair { reader: open(&fd)?, writer: open(&fd)? };
    peer::hold(&ends.reader, End::Reader)?;
    peer::hold(&ends.writer, End::Writer)?;
    Ok((ends, Keeper { memory }))
}

/// Opens the memory once more, so that this end has a lock of its own.
fn open(memory: &OwnedFd) -> io::Result<OwnedFd> {
    let path = format!("/proc/self/fd/{}", memory.as_raw_fd());
    Ok(OpenOptions::new().read(true).write(true).open(path)?.into())
}

/// What the launcher keeps to act for a process that has ended.
#[derive(Debug)]
pub struct Keeper {
    memory: Memory,
}

impl Keeper {
    /// The process at this end has ended.
    pub(crate) fn close(&self, end: End) {
        close(&self.memory, end);
    }

    /// Whether a slot is filled, or not yet given back.
    pub(crate) fn has_unread(&self) -> bool {
        let words = &self.memory.header().words;
        words.iter().any(|word| word.0.load(Ordering::Relaxed) != 0)
    }
}

#[cfg(test)]
mod tests;
