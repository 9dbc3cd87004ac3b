//! The few system calls that need `unsafe`, behind functions that do not.
#![allow(unsafe_code)]

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::unistd::{ForkResult, Pid};

use crate::ending::{ProcessEnding, ResourceUse};

/// Forks. The process must have a single thread, as the launcher always does.
pub(crate) fn fork() -> Result<ForkResult, Errno> {
    // SAFETY: with a single thread, no lock can be held by a thread that the child lacks, so the child
    // may do whatever the parent may.
    unsafe { nix::unistd::fork() }
}

/// Closes every descriptor but the standard streams and those to `keep`.
///
/// Called at the launcher's start, before anything is opened, so that no stage gets what the launcher
/// inherited; and in the child that executes no program, for which close-on-exec does nothing, before
/// it starts work and after its last use of what its parent had open.
pub(crate) fn close_all_but(keep: &[BorrowedFd<'_>]) {
    let mut keep: Vec<u32> = keep.iter().map(|fd| fd.as_raw_fd().unsigned_abs()).collect();
    keep.sort_unstable();
    let mut first = libc::STDERR_FILENO.unsigned_abs() + 1;
    for kept in keep {
        close_range(first, kept.checked_sub(1));
        first = kept + 1;
    }
    close_range(first, None);
}

/// Closes all descriptors from `first` to `last`, inclusive; `None` means the highest possible.
fn close_range(first: u32, last: Option<u32>) {
    let end = last.unwrap_or(u32::MAX);
    if first > end {
        return;
    }
    // SAFETY: by the contract above, nothing still in use owns these descriptors.
    if unsafe { libc::syscall(libc::SYS_close_range, first, end, 0) } == -1 {
        // A kernel before 5.9 lacks the call.
        for number in first..=end.min(1023) {
            // SAFETY: as above.
            unsafe { libc::close(number.cast_signed()) };
        }
    }
}

/// Reaps one child that has ended, if there is one.
pub fn reap() -> io::Result<Option<(Pid, ProcessEnding, ResourceUse)>> {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both pointers are to memory of the right type.
    let result = unsafe { libc::wait4(-1, &mut status, libc::WNOHANG, usage.as_mut_ptr()) };
    match Errno::result(result) {
        Ok(0) | Err(Errno::ECHILD) => Ok(None),
        Ok(pid) => {
            // SAFETY: the kernel has filled it in; zeroes are valid, too.
            let usage = unsafe { usage.assume_init() };
            let cpu = duration(usage.ru_utime) + duration(usage.ru_stime);
            let peak_kib = u64::try_from(usage.ru_maxrss).unwrap_or(0);
            Ok(Some((
                Pid::from_raw(pid),
                ProcessEnding::from_status(status),
                ResourceUse { cpu, peak_kib },
            )))
        }
        Err(error) => Err(error.into()),
    }
}

fn duration(time: libc::timeval) -> Duration {
    let micros = time.tv_sec.saturating_mul(1_000_000).saturating_add(time.tv_usec);
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

/// Bytes that can be read from a pipe at once.
pub(crate) fn pending(pipe: impl AsFd) -> io::Result<usize> {
    let mut count: libc::c_int = 0;
    // SAFETY: FIONREAD writes an int to the address it is given.
    Errno::result(unsafe { libc::ioctl(pipe.as_fd().as_raw_fd(), libc::FIONREAD, &mut count) })?;
    Ok(usize::try_from(count).unwrap_or(0))
}
