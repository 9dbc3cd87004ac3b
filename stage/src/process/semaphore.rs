//! A semaphore that lies in memory shared by processes: a count of tokens, posted by one side and taken
//! by the other, which sleeps in the kernel while there is none ([`super::futex`]).
//!
//! It does what POSIX's does (`sem_overview(7)`), and in the same way. POSIX's own cannot be used with
//! an untrusted peer: glibc keeps in it which operation to ask of the kernel, so that a peer that
//! changes it can make the process abort, or write through a stray pointer. Here there are two numbers,
//! and all values are safe: a wrong one only makes a side wait, or wake in vain.

use std::io;
use std::sync::atomic::Ordering;
use std::time::Instant;

use nix::errno::Errno;

use super::clock::Wake;
use super::futex::{self, AtomicU32, Deadline, fence};

/// A count of tokens, 0 at first.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Semaphore {
    tokens: AtomicU32,
    /// Processes asleep or about to sleep. With none, posting needs no system call. (One killed in its
    /// sleep stays counted, which only costs a call for each token.)
    sleepers: AtomicU32,
}

impl Semaphore {
    /// Sets the count, before another process can see it.
    pub(crate) fn initialise(&self, tokens: u32) {
        self.tokens.store(tokens, Ordering::SeqCst);
    }

    /// Adds a token, and wakes a sleeper.
    pub fn post(&self) {
        // If the count is full already, one more need not be counted.
        let add = |tokens: u32| tokens.checked_add(1);
        let _ = self.tokens.fetch_update(Ordering::AcqRel, Ordering::Relaxed, add);
        // The kernel has such a fence between the sleeper's count and its look at the tokens: so either
        // the sleeper is seen here, or it sees the token.
        fence(Ordering::SeqCst);
        if self.sleepers.load(Ordering::Relaxed) > 0 {
            futex::wake_one(&self.tokens);
        }
    }

    /// Takes a token if there is one.
    pub(crate) fn try_take(&self) -> bool {
        let subtract = |tokens: u32| tokens.checked_sub(1);
        self.tokens.fetch_update(Ordering::AcqRel, Ordering::Relaxed, subtract).is_ok()
    }

    /// Takes a token; sleeps until there is one, or until `deadline`, which wins if it has passed.
    /// `None` if a signal was handled meanwhile.
    pub fn take(&self, deadline: Option<Instant>) -> io::Result<Option<Wake>> {
        const NONE: u32 = 0;
        let deadline = deadline.map(Deadline::new).transpose()?;
        loop {
            if deadline.as_ref().is_some_and(Deadline::has_passed) {
                return Ok(Some(Wake::Deadline));
            }
            if self.try_take() {
                return Ok(Some(Wake::Ready));
            }
            self.sleepers.fetch_add(1, Ordering::Relaxed);
            let slept = futex::sleep(&self.tokens, NONE, deadline.as_ref());
            self.sleepers.fetch_sub(1, Ordering::Relaxed);
            match slept {
                // Woken, or a token came before the kernel compared, or the deadline has come.
                Ok(()) | Err(Errno::EAGAIN | Errno::ETIMEDOUT) => {}
                Err(Errno::EINTR) => return Ok(None),
                Err(errno) => return Err(errno.into()),
            }
        }
    }
}
