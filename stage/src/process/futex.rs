//! Sleeping until a number in shared memory changes: the kernel's part of a [`Semaphore`]
//! (`futex(2)`).
//!
//! Everything that a semaphore shares with other processes, or asks of the kernel, is taken from here.
//!
//! [`Semaphore`]: super::semaphore::Semaphore
#![allow(unsafe_code)]

use std::io;
use std::time::Instant;

use nix::errno::Errno;
use nix::time::{ClockId, clock_gettime};

pub(super) use std::sync::atomic::{AtomicU32, fence};

/// When a sleep ends at the latest.
#[derive(Debug)]
pub(super) struct Deadline {
    at: Instant,
    /// The same, for the kernel.
    monotonic: libc::timespec,
}

impl Deadline {
    /// At `at`; where the kernel cannot express that, at the latest time that it can.
    pub(super) fn new(at: Instant) -> io::Result<Deadline> {
        const SECOND: i64 = 1_000_000_000;
        let now = clock_gettime(ClockId::CLOCK_MONOTONIC)?;
        let left = at.saturating_duration_since(Instant::now());
        let nanos = now.tv_nsec() + i64::from(left.subsec_nanos());
        let whole = i64::try_from(left.as_secs()).unwrap_or(i64::MAX);
        let seconds = now.tv_sec().saturating_add(whole).saturating_add(nanos / SECOND);
        let monotonic = libc::timespec { tv_sec: seconds, tv_nsec: nanos % SECOND };
        Ok(Deadline { at, monotonic })
    }

    /// Whether it has come.
    pub(super) fn has_passed(&self) -> bool {
        Instant::now() >= self.at
    }
}

/// Sleeps if `number` is `expected`, until it is [woken](wake_one) or `deadline` comes. Between the
/// comparison and the sleep, no call that wakes it is lost.
pub(super) fn sleep(
    number: &AtomicU32,
    expected: u32,
    deadline: Option<&Deadline>,
) -> Result<(), Errno> {
    let end = deadline.map_or(std::ptr::null(), |deadline| &raw const deadline.monotonic);
    let nobody = std::ptr::null::<u32>();
    // SAFETY: all pointers are valid or null, and the kernel only reads what they point to.
    let result = unsafe {
        libc::syscall(
            libc::SYS_futex,
            number.as_ptr(),
            libc::FUTEX_WAIT_BITSET,
            expected,
            end,
            nobody,
            libc::FUTEX_BITSET_MATCH_ANY,
        )
    };
    Errno::result(result).map(drop)
}

/// Wakes a process that sleeps on `number`, if there is any.
pub(super) fn wake_one(number: &AtomicU32) {
    const ONE: u32 = 1;
    // SAFETY: the address is valid as long as the reference is, and the kernel uses it only as a name;
    // the call ignores all other arguments.
    unsafe {
        libc::syscall(libc::SYS_futex, number.as_ptr(), libc::FUTEX_WAKE, ONE);
    }
}
