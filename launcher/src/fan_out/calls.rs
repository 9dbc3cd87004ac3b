//! The system calls with which the kernel copies and moves bytes between pipes. Each of them may be refused:
//! an outer sandbox, such as a container's, forbids it, or the kernel lacks it.

use std::os::fd::BorrowedFd;

use nix::errno::Errno;
use nix::fcntl::{SpliceFFlags, splice, tee};
use stage::process::kernel::waiting_bytes;

/// The calls, which tests replace.
#[derive(Clone, Copy)]
pub(super) struct Calls {
    /// Bytes that wait in a pipe.
    pub(super) waiting: fn(BorrowedFd<'_>) -> Result<usize, Errno>,
    /// Copies from one pipe to another, at most this many bytes.
    pub(super) tee: fn(BorrowedFd<'_>, BorrowedFd<'_>, usize) -> Result<usize, Errno>,
    /// Moves from one pipe to another, at most this many bytes.
    pub(super) splice: fn(BorrowedFd<'_>, BorrowedFd<'_>, usize) -> Result<usize, Errno>,
}

/// The kernel's.
pub(super) const CALLS: Calls = Calls {
    waiting: waiting_bytes,
    tee: |from, to, most| retry(|| tee(from, to, most, SpliceFFlags::empty())),
    splice: |from, to, most| retry(|| splice(from, None, to, None, most, SpliceFFlags::empty())),
};

/// Whether a call failed because it is not available here, rather than for what it was asked.
pub(super) fn is_refusal(errno: Errno) -> bool {
    matches!(errno, Errno::ENOSYS | Errno::EPERM | Errno::EACCES | Errno::EINVAL | Errno::ENOTTY)
}

/// Repeats a call that a signal interrupts.
fn retry<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            result => return result,
        }
    }
}
