//! The few system calls that need `unsafe`, behind functions that do not.
#![allow(unsafe_code)]

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::unistd::{ForkResult, Pid};

use crate::ending::{Ending, Usage};

/// Forks. To be called while the process has a single thread, as the launcher always has.
pub fn fork() -> Result<ForkResult, Errno> {
    // SAFETY: with a single thread no lock can be held by one that the child lacks, so the
    // child may do all that the parent may.
    unsafe { nix::unistd::fork() }
}

/// Closes every descriptor but the standard streams, so that no stage gets one that the
/// launcher inherited. To be called before anything is opened.
pub fn close_inherited() {
    let first = libc::STDERR_FILENO + 1;
    // SAFETY: nothing in this process owns a descriptor yet, apart from the standard streams.
    let result = unsafe { libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, 0) };
    if result == -1 {
        // A kernel before 5.9 lacks the call.
        for number in first..1024 {
            // SAFETY: as above.
            unsafe { libc::close(number) };
        }
    }
}

/// Reaps one child that has ended, if there is one.
pub fn reap() -> io::Result<Option<(Pid, Ending, Usage)>> {
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
            Ok(Some((Pid::from_raw(pid), Ending::from_status(status), Usage { cpu, peak_kib })))
        }
        Err(error) => Err(error.into()),
    }
}

fn duration(time: libc::timeval) -> Duration {
    let micros = time.tv_sec.saturating_mul(1_000_000).saturating_add(time.tv_usec);
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

/// Bytes that can be read from a pipe at once.
pub fn pending(pipe: impl AsFd) -> io::Result<usize> {
    let mut count: libc::c_int = 0;
    // SAFETY: FIONREAD writes an int to the address it is given.
    Errno::result(unsafe { libc::ioctl(pipe.as_fd().as_raw_fd(), libc::FIONREAD, &mut count) })?;
    Ok(usize::try_from(count).unwrap_or(0))
}
