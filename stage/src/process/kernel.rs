//! The few system calls that need `unsafe`, behind functions that do not.
#![allow(unsafe_code)]

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicU8, Ordering};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::mqueue::MqdT;
use nix::sys::signal::{SigHandler, Signal, signal};

/// Whether `signal` is ignored now.
pub fn is_ignored(signal: Signal) -> Result<bool, Errno> {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: with a null new action the call only fills in the old one, which it has done
    // when it returns 0.
    let action = unsafe {
        Errno::result(libc::sigaction(signal as i32, std::ptr::null(), action.as_mut_ptr()))?;
        action.assume_init()
    };
    Ok(action.sa_sigaction == libc::SIG_IGN)
}

/// Ignores `signal` from now on; one that is pending is dropped.
pub fn ignore(signal: Signal) -> Result<(), Errno> {
    set_disposition(signal, SigHandler::SigIgn)
}

/// Gives `signal` its default effect again, whatever this process inherited.
pub fn restore_default(signal: Signal) -> Result<(), Errno> {
    set_disposition(signal, SigHandler::SigDfl)
}

fn set_disposition(signal_: Signal, handler: SigHandler) -> Result<(), Errno> {
    // SAFETY: neither SIG_IGN nor SIG_DFL runs code of this process.
    unsafe { signal(signal_, handler) }.map(drop)
}

/// Takes over a descriptor that this process inherited under a known number, close-on-exec from now on.
///
/// What this process has opened itself is close-on-exec from birth, and nothing inherited is: so a
/// descriptor that has an owner already, because a program opened it or took it over before, is refused
/// (EBUSY). So are standard streams.
pub fn adopt(number: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: F_GETFD on any number at worst answers EBADF.
    let flags = Errno::result(unsafe { libc::fcntl(number, libc::F_GETFD) })?;
    if number <= libc::STDERR_FILENO {
        return Err(Errno::EBADF.into());
    }
    if flags & libc::FD_CLOEXEC != 0 {
        return Err(Errno::EBUSY.into());
    }
    // SAFETY: the descriptor is open, and without an owner, who would have it close-on-exec.
    let fd = unsafe { OwnedFd::from_raw_fd(number) };
    fcntl(&fd, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
    Ok(fd)
}

/// Keeps other processes, except root's, from opening the terminal `fd` from now on; or lets them
/// again.
pub fn set_exclusive(fd: BorrowedFd<'_>, exclusive: bool) -> Result<(), Errno> {
    let request = if exclusive { libc::TIOCEXCL } else { libc::TIOCNXCL };
    // SAFETY: the descriptor is open as long as it is lent, and the request takes no argument.
    Errno::result(unsafe { libc::ioctl(fd.as_raw_fd(), request) }).map(drop)
}

/// Sets the rate of a serial line, in bits a second, in both directions; returns what its driver has made
/// of it. (Any number, where termios has a list.)
#[cfg(not(any(target_arch = "powerpc", target_arch = "powerpc64")))]
pub fn set_rate(fd: BorrowedFd<'_>, rate: u32) -> Result<u32, Errno> {
    let fd = fd.as_raw_fd();
    let get = || {
        let mut modes = MaybeUninit::<libc::termios2>::uninit();
        // SAFETY: the descriptor is open as long as it is lent, and the request fills in what it is
        // given, which it has done when it returns 0.
        unsafe {
            Errno::result(libc::ioctl(fd, libc::TCGETS2, modes.as_mut_ptr()))?;
            Ok(modes.assume_init())
        }
    };
    let mut modes = get()?;
    // No rate for the input of its own: it has that of the output.
    modes.c_cflag = modes.c_cflag & !(libc::CBAUD | libc::CIBAUD) | libc::BOTHER;
    (modes.c_ispeed, modes.c_ospeed) = (rate, rate);
    // SAFETY: the same, and the request only reads.
    Errno::result(unsafe { libc::ioctl(fd, libc::TCSETS2, &raw const modes) })?;
    Ok(get()?.c_ospeed)
}

/// There, rates are set in another way.
#[cfg(any(target_arch = "powerpc", target_arch = "powerpc64"))]
pub fn set_rate(_: BorrowedFd<'_>, _: u32) -> Result<u32, Errno> {
    Err(Errno::ENOTSUP)
}

/// Bytes that wait to be read from a pipe, a socket or a terminal.
pub fn waiting_bytes(fd: BorrowedFd<'_>) -> Result<usize, Errno> {
    let mut count: libc::c_int = 0;
    // SAFETY: the descriptor is open as long as it is lent, and the request writes one integer of the
    // type that it is given.
    Errno::result(unsafe { libc::ioctl(fd.as_raw_fd(), libc::FIONREAD, &raw mut count) })?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Lends a descriptor to the calls for message queues, which take a type of their own.
pub fn with_queue<T>(fd: BorrowedFd<'_>, call: impl FnOnce(&MqdT) -> T) -> T {
    // SAFETY: the descriptor is open as long as it is lent, and the value made from it is dropped, not
    // closed, before that ends. For a descriptor that is not a queue the calls return EBADF.
    let queue = unsafe { MqdT::from_raw_fd(fd.as_raw_fd()) };
    call(&queue)
}

/// How a filter is set: for all threads at once, and with speculative execution allowed, as in a
/// process without a filter. (Forbidding it protects a host from foreign code that could infer its
/// secrets; a kernel before 5.16 forbids it by default, at the cost of speed.)
const FILTER_FLAGS: libc::c_ulong =
    libc::SECCOMP_FILTER_FLAG_TSYNC | libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW;

/// Lets `program` decide, irrevocably, which system calls any thread of this process may make. The
/// process must have given up gaining privileges.
pub(crate) fn filter_calls(program: &[libc::sock_filter]) -> Result<(), Errno> {
    let len = program.len().try_into().map_err(|_| Errno::EINVAL)?;
    let program = libc::sock_fprog { len, filter: program.as_ptr().cast_mut() };
    match seccomp(&program)? {
        0 => Ok(()),
        // The id of a thread that has a filter of its own.
        _ => Err(Errno::EBUSY),
    }
}

/// Whether [`filter_calls`] can do anything here.
pub(crate) fn can_filter_calls() -> Result<(), Errno> {
    match seccomp(std::ptr::null()) {
        // Everything but the program's address was right.
        Err(Errno::EFAULT) => Ok(()),
        result => result.map(drop),
    }
}

fn seccomp(program: *const libc::sock_fprog) -> Result<libc::c_long, Errno> {
    let (call, operation) = (libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER);
    // SAFETY: the kernel copies the program, whose length is beside it, and writes nothing; for an
    // invalid address it returns EFAULT.
    Errno::result(unsafe { libc::syscall(call, operation, FILTER_FLAGS, program) })
}

/// Asks for the version, and for nothing else (LANDLOCK_CREATE_RULESET_VERSION of `linux/landlock.h`).
const LANDLOCK_VERSION: u32 = 1;

/// Which version of Landlock's interface this kernel has.
pub(crate) fn landlock_version() -> Result<u32, Errno> {
    let call = libc::SYS_landlock_create_ruleset;
    let (no_rules, length) = (std::ptr::null::<libc::c_void>(), 0usize);
    // SAFETY: the call reads and writes nothing, and returns a number.
    let version = unsafe { libc::syscall(call, no_rules, length, LANDLOCK_VERSION) };
    Ok(u32::try_from(Errno::result(version)?).unwrap_or_default())
}

/// Lets all threads allocate from one arena; to be called before there is a second thread. glibc gives
/// each thread its own otherwise, and opens files below /proc and /sys to see how many there may be, and
/// whether one may shrink, which a stage that has given up system calls must not. (Each thread still
/// has a cache of its own.)
pub(crate) fn allocate_from_one_arena() {
    #[cfg(target_env = "gnu")]
    {
        // SAFETY: it sets a number, under the allocator's own lock. Where it cannot, nothing changes.
        unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) };
    }
}

/// A standard stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standard {
    /// Descriptor 0.
    Input = 0,
    /// Descriptor 1.
    Output = 1,
    /// Descriptor 2.
    Error = 2,
}

/// A bit for each standard stream that was closed when the process started.
static CLOSED: AtomicU8 = AtomicU8::new(0);

/// Which standard streams were closed when the process started. (Rust's runtime has put
/// `/dev/null` in their place by the time `main` runs, so that the data would silently vanish.)
pub(crate) fn closed_at_start() -> impl Iterator<Item = Standard> {
    let closed = CLOSED.load(Ordering::Relaxed);
    [Standard::Input, Standard::Output, Standard::Error]
        .into_iter()
        .filter(move |&stream| closed & (1 << stream as u8) != 0)
}

// SAFETY: the C runtime calls each pointer in this section once, before `main`, with arguments
// that a function without parameters may ignore.
#[unsafe(link_section = ".init_array")]
#[used]
static NOTE_CLOSED: extern "C" fn() = note_closed;

/// Runs before Rust's runtime, so it only makes system calls and sets an atomic.
extern "C" fn note_closed() {
    for number in 0..3 {
        // SAFETY: F_GETFD on any number at worst answers EBADF.
        if unsafe { libc::fcntl(number, libc::F_GETFD) } == -1 {
            CLOSED.fetch_or(1 << number, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::unistd::dup;
    use std::os::fd::IntoRawFd;

    #[test]
    fn only_a_descriptor_without_an_owner_is_taken_over_and_only_once() {
        let (reader, _writer) = io::pipe().unwrap();
        let refused = |number| adopt(number).unwrap_err().raw_os_error().map(Errno::from_raw);
        assert_eq!(refused(reader.as_raw_fd()), Some(Errno::EBUSY));
        let number = dup(&reader).unwrap().into_raw_fd();
        let adopted = adopt(number).unwrap();
        assert_eq!(refused(number), Some(Errno::EBUSY));
        drop(adopted);
        assert_eq!(refused(libc::STDERR_FILENO), Some(Errno::EBADF));
    }
}
