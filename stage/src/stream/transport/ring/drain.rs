//! Emptying a ring whose reader has ended, so that its writer can go on.
//!
//! Nobody knows which slot that reader would have taken next, or whether it died halfway through one. But
//! what is thrown away needs no order: every slot that is filled, or taken, is given back. (A reader that
//! died just before it posted `free` has taken one token with it, which costs the writer a slot.)

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::memory::Memory;
use crate::stream::transport::LOOK_AGAIN;
use crate::stream::transport::peer::{End, Peer};

/// Gives every slot back as it is filled, until the writer ends. `fd` is a copy of the reading end.
pub(crate) fn drain(fd: BorrowedFd<'_>) -> io::Result<()> {
    let memory = Memory::map(fd)?;
    let header = memory.header();
    let writer = Peer::of(fd, End::Reader);
    loop {
        // Checked first: what was written before the end is given back as well.
        let is_over = header.ended.0.load(Ordering::Acquire) != 0 || !writer.is_there(fd);
        let words = header.words.iter();
        let given_back = words.filter(|word| word.0.swap(0, Ordering::AcqRel) != 0).count();
        // Not before all are free: the writer drops a token that comes before its slot is.
        (0..given_back).for_each(|_| header.free.0.post());
        if is_over {
            return Ok(());
        }
        header.filled.0.take(Some(Instant::now() + LOOK_AGAIN))?;
    }
}
