//! The few system calls that need `unsafe`, behind functions that do not.
#![allow(unsafe_code)]

use std::ffi::{CStr, OsStr, c_char};
use std::fs::{self, DirEntry};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit};
use nix::unistd::{ForkResult, Pid};

use crate::ending::{ProcessEnding, ResourceUse};

/// The path that this program was executed by, which may lead to it only from where that was done.
pub(crate) fn executed_path() -> Option<PathBuf> {
    // SAFETY: the call only reads what the kernel has left in this process's memory.
    let address = unsafe { libc::getauxval(libc::AT_EXECFN) };
    let path = std::ptr::with_exposed_provenance::<c_char>(usize::try_from(address).ok()?);
    // SAFETY: unless there is none, the kernel has left a string there, for as long as the process lives.
    let path = (!path.is_null()).then(|| unsafe { CStr::from_ptr(path) })?;
    Some(PathBuf::from(OsStr::from_bytes(path.to_bytes())))
}

/// Forks.
///
/// # Safety
///
/// The process must have a single thread: then no lock can be held by a thread that the child lacks, and
/// the child may do whatever the parent may.
pub(crate) unsafe fn fork() -> Result<ForkResult, Errno> {
    // SAFETY: by the contract above.
    unsafe { nix::unistd::fork() }
}

/// Closes every descriptor but the standard streams and those to `keep`.
///
/// # Safety
///
/// Nothing that owns one of the others may be used, or dropped, afterwards.
pub(crate) unsafe fn close_all_but(keep: &[BorrowedFd<'_>]) {
    let mut keep: Vec<u32> = keep.iter().map(|fd| fd.as_raw_fd().unsigned_abs()).collect();
    keep.sort_unstable();
    let mut first = libc::STDERR_FILENO.unsigned_abs() + 1;
    for &kept in &keep {
        if !close_range(first, kept.checked_sub(1)) {
            return close_one_by_one(&keep);
        }
        first = kept + 1;
    }
    if !close_range(first, None) {
        close_one_by_one(&keep);
    }
}

/// Closes all descriptors from `first` to `last`, inclusive, where `None` means the highest possible;
/// returns whether the kernel, which must be of 5.9 or later, can do that.
fn close_range(first: u32, last: Option<u32>) -> bool {
    let end = last.unwrap_or(u32::MAX);
    // SAFETY: by the contract of `close_all_but`, nothing still in use owns these descriptors.
    first > end || unsafe { libc::syscall(libc::SYS_close_range, first, end, 0) } != -1
}

/// The same without the kernel's help.
fn close_one_by_one(keep: &[u32]) {
    let number = |entry: io::Result<DirEntry>| entry.ok()?.file_name().to_str()?.parse().ok();
    // The listing's own descriptor is among them, and closed by then.
    let listed = fs::read_dir("/proc/self/fd").map(|entries| entries.filter_map(number).collect());
    let open: Vec<u32> = listed.unwrap_or_else(|_| (0..highest()).collect());
    let is_closed =
        |number: &u32| *number > libc::STDERR_FILENO.unsigned_abs() && !keep.contains(number);
    for number in open.into_iter().filter(is_closed) {
        // SAFETY: by the contract of `close_all_but`, nothing still in use owns it.
        unsafe { libc::close(number.cast_signed()) };
    }
}

/// A number above those of all descriptors, where there is no /proc to list them: a process may have
/// been allowed more of them when it opened them, but not more than this.
fn highest() -> u32 {
    /// What the kernel allows (`fs.nr_open`) unless it is told otherwise.
    const MOST: u32 = 1 << 20;
    let limit = getrlimit(Resource::RLIMIT_NOFILE).map_or(u64::MAX, |(_, hard)| hard);
    u32::try_from(limit).unwrap_or(MOST).min(MOST)
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

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::resource::setrlimit;
    use std::os::fd::{FromRawFd, OwnedFd};

    #[test]
    fn without_the_kernels_help_every_descriptor_is_closed_whatever_its_number() {
        // SAFETY: the parent only waits, and the child only makes system calls and allocates.
        match unsafe { nix::unistd::fork() }.unwrap() {
            ForkResult::Parent { child } => {
                let status = nix::sys::wait::waitpid(child, None).unwrap();
                assert_eq!(status, nix::sys::wait::WaitStatus::Exited(child, 0));
            }
            ForkResult::Child => {
                // SAFETY: plain system calls on numbers that are this child's own.
                let copy = |least: i32| unsafe { libc::fcntl(0, libc::F_DUPFD, least) };
                let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
                setrlimit(Resource::RLIMIT_NOFILE, most, most).unwrap();
                let [kept, closed, high] = [100, 200, 2000].map(copy);
                let higher = copy(high + 1);
                // SAFETY: `kept` was just made, and is closed by the end of the process.
                let owner = unsafe { OwnedFd::from_raw_fd(kept) };
                close_one_by_one(&[kept.unsigned_abs()]);
                // SAFETY: F_GETFD on any number at worst answers EBADF.
                let is_open = |number| unsafe { libc::fcntl(number, libc::F_GETFD) } != -1;
                let is_right = is_open(0)
                    && is_open(kept)
                    && ![closed, high, higher].map(is_open).contains(&true);
                std::mem::forget(owner);
                // SAFETY: it ends this process at once, which a test's child should do.
                unsafe { libc::_exit(i32::from(!is_right)) }
            }
        }
    }
}
