//! The ring's memory: its layout, and the only code that touches it.
//!
//! Another process may write anything anywhere in it at any time. So nothing in it is ever a
//! Rust reference to plain data: the header is atomics and semaphores, which are made for that,
//! and the slots are copied in and out through raw pointers, within bounds that are checked here.
//! Bytes that the other side changes while they are copied come out old or new. A peer that obeys the
//! protocol does not change them; for one that does not, the language promises nothing, but every
//! machine's memcpy behaves so. The copy belongs to the caller alone.
#![allow(unsafe_code)]

use std::io;
use std::mem::{offset_of, size_of};
use std::num::NonZero;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap, munmap};
use nix::sys::stat::fstat;
use nix::unistd::ftruncate;

use super::damaged::Damaged;
use crate::process::semaphore::Semaphore;
use crate::stream::size;

/// Slots in a ring: as many bytes as a pipe for samples has.
pub const SLOTS: usize = size::PIPE / SLOT;

/// Bytes of a slot: long enough that handing one over costs little beside copying it, and short
/// enough that it is still in the cache when the other side copies it.
pub const SLOT: usize = 64 * 1024;

/// Bytes in front of the slots: a page.
const FRONT: usize = 4096;

/// Bytes of the whole.
pub(crate) const SIZE: usize = FRONT + SLOTS * SLOT;

/// What a ring begins with. The number changes with the layout.
pub(crate) const MAGIC: &[u8; 16] = b"wandler ring 1\n\0";

/// Something on a cache line of its own, so that the two sides do not slow each other down.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct CacheLine<T>(pub T);

/// What is in front of the slots. In an empty ring all is zero except the magic number and the tokens
/// of `free`.
#[derive(Debug)]
#[repr(C)]
pub struct RingHeader {
    magic: CacheLine<[AtomicU8; MAGIC.len()]>,
    /// Not 0 once no more will be written.
    pub(crate) ended: CacheLine<AtomicU32>,
    /// Not 0 once no more will be read.
    pub(crate) gone: CacheLine<AtomicU32>,
    /// A token for each slot that was filled, taken by the reader.
    pub filled: CacheLine<Semaphore>,
    /// A token for each slot that is free, taken by the writer.
    pub free: CacheLine<Semaphore>,
    /// A word for each slot.
    pub words: [CacheLine<AtomicU32>; SLOTS],
}

const _: () = assert!(size_of::<RingHeader>() <= FRONT && offset_of!(RingHeader, magic) == 0);

/// What must be sealed, so that the memory exists as long as it is mapped: otherwise the other side
/// could take pages away, and touching them would raise SIGBUS.
fn seals() -> SealFlag {
    SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW
}

/// A memory file that may be sealed and, since Linux 6.3, which may insist on it, not executed.
fn memory_file(name: &str) -> nix::Result<OwnedFd> {
    let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
    let not_executable = MFdFlags::from_bits_retain(libc::MFD_NOEXEC_SEAL);
    match memfd_create(name, flags | not_executable) {
        Err(Errno::EINVAL) => memfd_create(name, flags),
        result => result,
    }
}

/// The memory of a ring, mapped into this process.
#[derive(Debug)]
pub struct Memory {
    base: NonNull<RingHeader>,
}

// SAFETY: it owns the mapping, which belongs to no thread.
unsafe impl Send for Memory {}
// SAFETY: the header is made of what may be shared; the slots are copied in and out by raw
// pointers, from and to memory that other processes write to as well (see the module's head).
unsafe impl Sync for Memory {}

impl Memory {
    /// Maps the memory behind `fd`, if it is of the right size and sealed.
    pub fn map(fd: BorrowedFd<'_>) -> io::Result<Memory> {
        let bits = fcntl(fd, FcntlArg::F_GET_SEALS)?;
        if !SealFlag::from_bits_retain(bits).contains(seals()) {
            return Err(Damaged::NotSealed.into());
        }
        let size = fstat(fd)?.st_size;
        if usize::try_from(size) != Ok(SIZE) {
            return Err(Damaged::Size { bytes: size, expected: SIZE }.into());
        }
        const LENGTH: NonZero<usize> = NonZero::new(SIZE).unwrap();
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new mapping, at an address that the kernel chooses, affects no other memory.
        let base = unsafe { mmap(None, LENGTH, access, MapFlags::MAP_SHARED, fd, 0) }?;
        Ok(Memory { base: base.cast() })
    }

    /// Makes an empty ring, and seals it. Children do not inherit this mapping of it.
    pub fn create(label: &str) -> io::Result<(OwnedFd, Memory)> {
        let fd = memory_file(&format!("wandler-{label}"))?;
        ftruncate(&fd, SIZE as libc::off_t)?;
        fcntl(&fd, FcntlArg::F_ADD_SEALS(seals() | SealFlag::F_SEAL_SEAL))?;
        let memory = Memory::map(fd.as_fd())?;
        // SAFETY: the advice is about the mapping that this owns, and leaves it as it is here.
        unsafe { madvise(memory.base.cast(), SIZE, MmapAdvise::MADV_DONTFORK) }?;
        let header = memory.header();
        header.free.0.initialise(SLOTS as u32);
        for (place, &byte) in header.magic.0.iter().zip(MAGIC) {
            place.store(byte, Ordering::Release);
        }
        Ok((fd, memory))
    }

    /// What is in front of the slots.
    pub fn header(&self) -> &RingHeader {
        // SAFETY: the mapping is large enough and aligned to a page, and lives as long as
        // `self`; it holds nothing but atomics, of which any bits are valid and may change at any time.
        unsafe { self.base.as_ref() }
    }

    /// Copies bytes into a slot, from its byte `at` on.
    pub fn copy_in(&self, slot: usize, at: usize, bytes: &[u8]) -> io::Result<()> {
        let place = self.place(slot, at, bytes.len())?;
        // SAFETY: `place` has made sure that this many bytes are within the mapping; `bytes` is memory
        // of this process alone, so they do not overlap.
        unsafe { place.copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len()) };
        Ok(())
    }

    /// Copies bytes out of a slot, from its byte `at` on.
    pub fn copy_out(&self, slot: usize, at: usize, bytes: &mut [u8]) -> io::Result<()> {
        let place = self.place(slot, at, bytes.len())?;
        // SAFETY: as in `copy_in`.
        unsafe { place.copy_to_nonoverlapping(NonNull::from(&mut *bytes).cast(), bytes.len()) };
        Ok(())
    }

    /// Where byte `at` of a slot is, if `length` bytes from there on are in it.
    fn place(&self, slot: usize, at: usize, length: usize) -> io::Result<NonNull<u8>> {
        if slot >= SLOTS || at > SLOT || length > SLOT - at {
            return Err(Damaged::Length { slot, bytes: at.saturating_add(length) }.into());
        }
        // SAFETY: the sum is at most SIZE, so within the mapping or just behind it.
        Ok(unsafe { self.base.cast::<u8>().add(FRONT + slot * SLOT + at) })
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: whatever was borrowed from the mapping was borrowed from `self`.
        let _ = unsafe { munmap(self.base.cast(), SIZE) };
    }
}
