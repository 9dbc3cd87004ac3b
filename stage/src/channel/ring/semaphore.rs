//! A POSIX semaphore that lies in memory shared by processes (`sem_overview(7)`).
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::io;
use std::time::Instant;

use nix::errno::Errno;
use nix::sys::time::TimeSpec;

/// A count of tokens: posted by one side, taken by the other, who sleeps while there is none.
#[repr(transparent)]
pub struct Semaphore(UnsafeCell<libc::sem_t>);

// SAFETY: a semaphore is made to be used by several threads and processes at once, and all that
// is done to it here is done by the calls that allow for that.
unsafe impl Sync for Semaphore {}

/// What a wait for a token brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// A token.
    Token,
    /// The deadline came first.
    Deadline,
    /// A signal was handled meanwhile.
    Interrupted,
}

impl Semaphore {
    /// Makes it a semaphore for several processes, with so many tokens.
    ///
    /// # Safety
    /// Nobody else may know of it yet.
    pub(super) unsafe fn initialise(&self, tokens: u32) -> io::Result<()> {
        const BETWEEN_PROCESSES: libc::c_int = 1;
        // SAFETY: the pointer is to memory of the right type, that by this function's contract
        // nobody uses.
        Errno::result(unsafe { libc::sem_init(self.0.get(), BETWEEN_PROCESSES, tokens) })?;
        Ok(())
    }

    /// Adds a token. (It can only fail with more than two thousand million there already.)
    pub fn post(&self) {
        // SAFETY: the pointer is valid as long as the reference is. Whatever another process
        // wrote there, the call reads and writes nothing but the semaphore.
        unsafe { libc::sem_post(self.0.get()) };
    }

    /// Takes a token if there is one.
    pub fn try_take(&self) -> bool {
        // SAFETY: as for `post`.
        unsafe { libc::sem_trywait(self.0.get()) == 0 }
    }

    /// Takes a token; sleeps until there is one, or until `deadline`.
    pub fn take(&self, deadline: Option<Instant>) -> io::Result<Taken> {
        let result = match deadline {
            // SAFETY: as for `post`.
            None => unsafe { libc::sem_wait(self.0.get()) },
            Some(deadline) => self.take_until(deadline)?,
        };
        match Errno::result(result) {
            Ok(_) => Ok(Taken::Token),
            Err(Errno::ETIMEDOUT) => Ok(Taken::Deadline),
            Err(Errno::EINTR) => Ok(Taken::Interrupted),
            Err(errno) => Err(errno.into()),
        }
    }

    fn take_until(&self, deadline: Instant) -> io::Result<libc::c_int> {
        let left = TimeSpec::from_duration(deadline.saturating_duration_since(Instant::now()));
        let end = clock::now()? + left;
        // SAFETY: as for `post`; the time is read only.
        Ok(unsafe { clock::sem_wait_until(self.0.get(), end.as_ref()) })
    }
}

/// Waiting by the monotonic clock, as `Instant` is one: somebody may set the other.
#[cfg(target_env = "gnu")]
mod clock {
    use nix::sys::time::TimeSpec;
    use nix::time::{ClockId, clock_gettime};

    unsafe extern "C" {
        /// In glibc since 2.30; like `sem_timedwait`, by a clock that one may choose.
        fn sem_clockwait(
            semaphore: *mut libc::sem_t,
            clock: libc::clockid_t,
            end: *const libc::timespec,
        ) -> libc::c_int;
    }

    pub fn now() -> nix::Result<TimeSpec> {
        clock_gettime(ClockId::CLOCK_MONOTONIC)
    }

    /// # Safety
    /// As for `sem_timedwait`: both pointers must be valid.
    pub unsafe fn sem_wait_until(
        semaphore: *mut libc::sem_t,
        end: *const libc::timespec,
    ) -> libc::c_int {
        // SAFETY: by this function's contract.
        unsafe { sem_clockwait(semaphore, libc::CLOCK_MONOTONIC, end) }
    }
}

/// Other C libraries have POSIX's own call alone, which goes by the time of day: a deadline is
/// missed by as much as somebody sets that back.
#[cfg(not(target_env = "gnu"))]
mod clock {
    pub use libc::sem_timedwait as sem_wait_until;
    use nix::sys::time::TimeSpec;
    use nix::time::{ClockId, clock_gettime};

    pub fn now() -> nix::Result<TimeSpec> {
        clock_gettime(ClockId::CLOCK_REALTIME)
    }
}

impl std::fmt::Debug for Semaphore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Semaphore")
    }
}
