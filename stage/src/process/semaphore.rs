//! A semaphore that lies in memory shared by processes: a count of tokens, posted by one side and taken
//! by the other, which sleeps in the kernel while there is none (`futex(2)`).
//!
//! It does what POSIX's does (`sem_overview(7)`), and in the same way. POSIX's own cannot be used with
//! an untrusted peer: glibc keeps in it which operation to ask of the kernel, so that a peer that
//! changes it can make the process abort, or write through a stray pointer. Here there are two numbers,
//! and all values are safe: a wrong one only makes a side wait, or wake in vain.
#![allow(unsafe_code)]

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use nix::errno::Errno;
use nix::time::{ClockId, clock_gettime};

use super::clock::Wake;

/// A count of tokens.
#[derive(Debug)]
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
        // Sequentially consistent: either the sleeper is seen here, or it sees the token when the
        // kernel compares. If the count is full already, one more need not be counted.
        let add = |tokens: u32| tokens.checked_add(1);
        let _ = self.tokens.fetch_update(Ordering::SeqCst, Ordering::SeqCst, add);
        if self.sleepers.load(Ordering::SeqCst) > 0 {
            const ONE: u32 = 1;
            // SAFETY: the address is valid as long as the reference is, and the kernel uses it only as
            // a name; the call ignores all other arguments.
            unsafe {
                libc::syscall(libc::SYS_futex, self.tokens.as_ptr(), libc::FUTEX_WAKE, ONE);
            }
        }
    }

    /// Takes a token if there is one.
    pub(crate) fn try_take(&self) -> bool {
        let subtract = |tokens: u32| tokens.checked_sub(1);
        self.tokens.fetch_update(Ordering::SeqCst, Ordering::SeqCst, subtract).is_ok()
    }

    /// Takes a token; sleeps until there is one, or until `deadline`, which wins if it has passed.
    /// `None` if a signal was handled meanwhile.
    pub fn take(&self, deadline: Option<Instant>) -> io::Result<Option<Wake>> {
        let end = deadline.map(monotonic).transpose()?;
        loop {
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(Some(Wake::Deadline));
            }
            if self.try_take() {
                return Ok(Some(Wake::Ready));
            }
            self.sleepers.fetch_add(1, Ordering::SeqCst);
            let slept = self.sleep(end.as_ref());
            self.sleepers.fetch_sub(1, Ordering::SeqCst);
            match slept {
                // Woken, or a token came before the kernel compared, or the deadline has come.
                Ok(()) | Err(Errno::EAGAIN | Errno::ETIMEDOUT) => {}
                Err(Errno::EINTR) => return Ok(None),
                Err(errno) => return Err(errno.into()),
            }
        }
    }

    /// Sleeps while there is no token, until `end` on the monotonic clock.
    fn sleep(&self, end: Option<&libc::timespec>) -> Result<(), Errno> {
        const NONE: u32 = 0;
        let end = end.map_or(std::ptr::null(), std::ptr::from_ref);
        let nobody = std::ptr::null::<u32>();
        // SAFETY: both pointers are valid or null, and the kernel only reads what they point to.
        let result = unsafe {
            libc::syscall(
                libc::SYS_futex,
                self.tokens.as_ptr(),
                libc::FUTEX_WAIT_BITSET,
                NONE,
                end,
                nobody,
                libc::FUTEX_BITSET_MATCH_ANY,
            )
        };
        Errno::result(result).map(drop)
    }
}

/// A deadline in the kernel's form; one that it cannot express becomes the latest that it can.
fn monotonic(deadline: Instant) -> io::Result<libc::timespec> {
    const SECOND: i64 = 1_000_000_000;
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC)?;
    let left = deadline.saturating_duration_since(Instant::now());
    let nanos = now.tv_nsec() + i64::from(left.subsec_nanos());
    let whole = i64::try_from(left.as_secs()).unwrap_or(i64::MAX);
    let seconds = now.tv_sec().saturating_add(whole).saturating_add(nanos / SECOND);
    Ok(libc::timespec { tv_sec: seconds, tv_nsec: nanos % SECOND })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;
    use std::time::Duration;

    fn semaphore(tokens: u32) -> Semaphore {
        Semaphore { tokens: AtomicU32::new(tokens), sleepers: AtomicU32::new(0) }
    }

    #[test]
    fn tokens_are_counted() {
        let semaphore = semaphore(2);
        assert!(semaphore.try_take() && semaphore.try_take() && !semaphore.try_take());
        semaphore.post();
        assert_eq!(semaphore.take(None).unwrap(), Some(Wake::Ready));
    }

    #[test]
    fn a_deadline_is_kept_and_one_beyond_all_time_does_not_come() {
        let semaphore = semaphore(0);
        let start = Instant::now();
        let soon = start + Duration::from_millis(20);
        assert_eq!(semaphore.take(Some(soon)).unwrap(), Some(Wake::Deadline));
        assert!(Instant::now() >= soon);
        let never = start + Duration::from_secs(1 << 61);
        thread::scope(|scope| {
            let taker = scope.spawn(|| semaphore.take(Some(never)).unwrap());
            semaphore.post();
            assert_eq!(taker.join().unwrap(), Some(Wake::Ready));
        });
    }

    #[test]
    fn each_token_wakes_one_sleeper() {
        const TOKENS: usize = 100_000;
        let (there, back) = (semaphore(0), semaphore(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..TOKENS {
                    there.take(None).unwrap();
                    back.post();
                }
            });
            for _ in 0..TOKENS {
                there.post();
                back.take(None).unwrap();
            }
        });
        assert!(!there.try_take() && !back.try_take());
    }

    #[test]
    fn a_full_count_stays_full() {
        let semaphore = semaphore(u32::MAX);
        semaphore.post();
        assert_eq!(semaphore.tokens.load(Ordering::SeqCst), u32::MAX);
    }
}
