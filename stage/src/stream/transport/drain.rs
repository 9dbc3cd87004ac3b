//! What the launcher does with its copy of a transport's reading end: it checks whether anything is left
//! unread, and drains the transport once its reader has ended. What comes is thrown away, and the writer
//! neither waits nor learns of it.
//!
//! The launcher has the copy from the start: if it made one only after the reader has ended, the writer
//! could see that end in between.

use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use super::{Keeper, ring};
use crate::process::kernel::waiting_bytes;
use crate::process::stop::Stop;
use crate::stream::input::{AfterStop, Stoppable};
use crate::stream::size;

impl Keeper {
    /// Whether something has been written that nobody has read, as `reader`, a copy of the reading end,
    /// shows it.
    pub fn has_unread(&self, reader: BorrowedFd<'_>) -> bool {
        match self {
            Keeper::Kernel => waiting_bytes(reader).is_ok_and(|bytes| bytes > 0),
            Keeper::Queue(keeper) => keeper.has_unread(),
            Keeper::Ring(keeper) => keeper.has_unread(),
        }
    }

    /// Whether [`Keeper::close`] shows a reader the end of its input, even if the writer still lives.
    pub fn can_end_input(&self) -> bool {
        match self {
            Keeper::Kernel => false,
            Keeper::Queue(_) | Keeper::Ring(_) => true,
        }
    }
}

/// A transport that is read only to be emptied.
#[derive(Debug)]
pub struct Drain {
    reader: OwnedFd,
    is_ring: bool,
}

impl Drain {
    /// Of the transport that `keeper` keeps, by a copy of its reading end.
    pub fn new(keeper: &Keeper, reader: OwnedFd) -> Drain {
        Drain { reader, is_ring: matches!(keeper, Keeper::Ring(_)) }
    }

    /// Reads until the writer ends.
    pub fn run(self) -> io::Result<()> {
        if self.is_ring {
            return ring::drain(self.reader.as_fd());
        }
        let mut input = Stoppable::new(self.reader, Stop::never(), AfterStop::End);
        let mut buffer = vec![0; size::BLOCK];
        while input.read(&mut buffer)? > 0 {}
        Ok(())
    }
}
