//! The ring's memory: two short slots, of which loom watches each byte.
//!
//! loom fails the run if one side can touch a byte while the other does. So what a copy brings is always
//! what the protocol says, and never a value from in between.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::io;
use std::os::fd::BorrowedFd;
use std::rc::Rc;
use std::sync::Arc;

use loom::cell::UnsafeCell;

use super::damaged::Damaged;
use crate::current::{self, Current};
use crate::life;
use crate::process::futex::AtomicU32;
use crate::process::semaphore::Semaphore;

thread_local! {
    static RING: Current<Memory> = const { RefCell::new(None) };
}

/// Slots in a ring: the fewest with which both sides can have one.
pub(crate) const SLOTS: usize = 2;

/// Bytes of a slot: two short lines.
pub(crate) const SLOT: usize = 4;

/// In the real memory, a cache line of its own.
#[derive(Debug, Default)]
pub(crate) struct CacheLine<T>(pub(crate) T);

/// What is in front of the slots.
#[derive(Debug, Default)]
pub(crate) struct RingHeader {
    pub(crate) ended: CacheLine<AtomicU32>,
    pub(crate) gone: CacheLine<AtomicU32>,
    pub(crate) filled: CacheLine<Semaphore>,
    pub(crate) free: CacheLine<Semaphore>,
    pub(crate) words: [CacheLine<AtomicU32>; SLOTS],
}

/// A ring's memory, as one process has it.
#[derive(Clone, Debug)]
pub(crate) struct Memory(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    header: RingHeader,
    slots: [[UnsafeCell<u8>; SLOT]; SLOTS],
}

// SAFETY: all of loom's threads are one thread of the system's.
unsafe impl Send for Shared {}
// SAFETY: likewise; loom fails the run where real threads would race.
unsafe impl Sync for Shared {}

impl Memory {
    /// Begins a run with an empty ring.
    pub(crate) fn start() -> Memory {
        let header = RingHeader::default();
        header.free.0.initialise(SLOTS as u32);
        let slots = std::array::from_fn(|_| std::array::from_fn(|_| UnsafeCell::new(0)));
        let memory = Memory(Arc::new(Shared { header, slots }));
        RING.set(Some(Rc::new(memory.clone())));
        memory
    }

    /// Ends a run.
    pub(crate) fn end() {
        RING.set(None);
    }

    /// Whatever descriptor it is: there is one ring.
    pub(crate) fn map(_fd: BorrowedFd<'_>) -> io::Result<Memory> {
        let ring = current::get(&RING).expect("a run is going on");
        Ok(Memory::clone(&ring))
    }

    pub(crate) fn header(&self) -> &RingHeader {
        &self.0.header
    }

    pub(crate) fn copy_in(&self, slot: usize, at: usize, bytes: &[u8]) -> io::Result<()> {
        for (place, &byte) in self.places(slot, at, bytes.len())?.iter().zip(bytes) {
            life::may_end();
            // SAFETY: loom fails the run if this is not the only access at this time.
            place.with_mut(|place| unsafe { *place = byte });
        }
        Ok(())
    }

    pub(crate) fn copy_out(&self, slot: usize, at: usize, bytes: &mut [u8]) -> io::Result<()> {
        for (place, byte) in self.places(slot, at, bytes.len())?.iter().zip(bytes) {
            life::may_end();
            // SAFETY: loom fails the run if the byte can be written at this time.
            *byte = place.with(|place| unsafe { *place });
        }
        Ok(())
    }

    /// Bytes of a slot, from its byte `at` on.
    fn places(&self, slot: usize, at: usize, length: usize) -> io::Result<&[UnsafeCell<u8>]> {
        let places = self.0.slots.get(slot).and_then(|slot| slot.get(at..at + length));
        places.ok_or_else(|| io::Error::from(Damaged::Length { slot, bytes: at + length }))
    }
}
