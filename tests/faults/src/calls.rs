//! The functions in front of the C library's.
//!
//! `open` and its kin are variadic in C; here the mode is an ordinary last argument, which the
//! calling conventions of 64-bit Linux pass in the same register. It is garbage if the caller
//! gave none, and then the kernel ignores it.
#![allow(unsafe_code, reason = "functions that C's callers find by their names")]
// These functions require of their callers what the C library's require.
#![allow(clippy::missing_safety_doc, missing_docs)]

use std::ffi::{c_char, c_int, c_uint, c_void};

use libc::{AT_FDCWD, iovec, mode_t, off_t, size_t, ssize_t};

use crate::fault::{Call, How, due, errno};
use crate::inode::{self, Asked};
use crate::kernel::{self, Status, fail};
use crate::trace::{escaped_if_known, hex, note};

#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: as for C's.
    unsafe { openat(AT_FDCWD, path, flags, mode) }
}

#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: as for C's.
    unsafe { openat(AT_FDCWD, path, flags, mode) }
}

#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn openat64(
    dir: c_int,
    path: *const c_char,
    flags: c_int,
    mode: mode_t,
) -> c_int {
    // SAFETY: as for C's.
    unsafe { openat(dir, path, flags, mode) }
}

#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn openat(
    dir: c_int,
    path: *const c_char,
    flags: c_int,
    mode: mode_t,
) -> c_int {
    let only_reads = flags & libc::O_ACCMODE == libc::O_RDONLY && flags & libc::O_CREAT == 0;
    // SAFETY: as for C's.
    let before = unsafe { kernel::status_at(dir, path, 0) };
    // O_PATH opens nothing, but says where something is.
    let reads = only_reads && flags & libc::O_PATH == 0;
    if reads && before.is_some_and(|status| status.is_directory()) {
        // SAFETY: as for C's.
        if let Some(errno) = errno(Call::OpenDirectory, || unsafe { kernel::name_at(dir, path) }) {
            return fail(errno);
        }
    }
    // A file that does not exist yet will be a regular one.
    if !only_reads && before.is_none_or(|status| status.is_regular()) {
        // SAFETY: as for C's.
        if let Some(errno) = errno(Call::Open, || unsafe { kernel::name_at(dir, path) }) {
            return fail(errno);
        }
    }
    // SAFETY: as for C's.
    let fd = unsafe { kernel::open(dir, path, flags, mode) };
    if fd >= 0 && !only_reads {
        note_opened(fd, before, flags);
        // SAFETY: as for C's.
        inode::opened(fd, unsafe { kernel::name_at(dir, path) });
    }
    fd
}

/// Notes that a file was opened for writing; `before` is what it was before that.
fn note_opened(fd: c_int, before: Option<Status>, flags: c_int) {
    let Some(now) = kernel::status(fd).filter(Status::is_regular) else { return };
    let name = || escaped_if_known(kernel::name(fd));
    match before {
        None => note(|| Some(format!("create {} {}", now.number, name()?))),
        Some(before) => {
            note(|| Some(format!("open {} {} {}", now.number, before.length, name()?)));
            if flags & libc::O_TRUNC != 0 {
                note(|| Some(format!("truncate {} 0", now.number)));
            }
        }
    }
}

#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn write(fd: c_int, bytes: *const c_void, count: size_t) -> ssize_t {
    let file = kernel::status(fd).filter(|status| fd > libc::STDERR_FILENO && status.is_regular());
    let count = match file.and_then(|_| due(Call::Write, || kernel::name(fd))) {
        Some(How::Errno(errno)) => return fail(errno) as ssize_t,
        Some(How::Short(most)) => count.min(most),
        _ => count,
    };
    // SAFETY: as for C's, and there are no more bytes.
    let result = unsafe { kernel::write(fd, bytes, count) };
    if let Ok(written @ 1..) = usize::try_from(result) {
        // SAFETY: the kernel has just read this many bytes there.
        let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), written) };
        match file {
            Some(file) => note(|| {
                let at = kernel::position(fd)?.checked_sub(written as u64)?;
                Some(format!("write {} {at} {}", file.number, hex(bytes)))
            }),
            None if fd == libc::STDOUT_FILENO => note(|| Some(format!("out {}", hex(bytes)))),
            None => {}
        }
    }
    result
}

/// Writes only the first part that is not empty, as the C library may.
#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn writev(fd: c_int, parts: *const iovec, count: c_int) -> ssize_t {
    // SAFETY: as for C's, there are this many parts.
    let parts = unsafe { std::slice::from_raw_parts(parts, count.try_into().unwrap_or(0)) };
    match parts.iter().find(|part| part.iov_len > 0) {
        // SAFETY: as for C's.
        Some(part) => unsafe { write(fd, part.iov_base, part.iov_len) },
        None => 0,
    }
}

#[cfg_attr(not(test), unsafe(no_mangle))]
pub extern "C" fn fsync(fd: c_int) -> c_int {
    sync(fd, kernel::fsync)
}

#[cfg_attr(not(test), unsafe(no_mangle))]
pub extern "C" fn fdatasync(fd: c_int) -> c_int {
    sync(fd, kernel::fdatasync)
}

fn sync(fd: c_int, real: fn(c_int) -> c_int) -> c_int {
    let status = kernel::status(fd);
    let call = match status {
        Some(status) if status.is_regular() => Call::Sync,
        Some(status) if status.is_directory() => Call::SyncDirectory,
        _ => return real(fd),
    };
    if let Some(errno) = errno(call, || kernel::name(fd)) {
        return fail(errno);
    }
    let result = real(fd);
    if result == 0 {
        note(|| match call {
            Call::Sync => Some(format!("sync {}", status?.number)),
            _ => Some(format!("syncdir {}", escaped_if_known(kernel::name(fd))?)),
        });
    }
    result
}

#[cfg_attr(not(test), unsafe(no_mangle))]
pub extern "C" fn ftruncate64(fd: c_int, length: off_t) -> c_int {
    ftruncate(fd, length)
}

#[cfg_attr(not(test), unsafe(no_mangle))]
pub extern "C" fn ftruncate(fd: c_int, length: off_t) -> c_int {
    let Some(file) = kernel::status(fd).filter(Status::is_regular) else {
        return kernel::ftruncate(fd, length);
    };
    if let Some(errno) = errno(Call::Truncate, || kernel::name(fd)) {
        return fail(errno);
    }
    let result = kernel::ftruncate(fd, length);
    if result == 0 {
        note(|| Some(format!("truncate {} {length}", file.number)));
    }
    result
}

#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    // SAFETY: as for C's.
    unsafe { renameat2(AT_FDCWD, from, AT_FDCWD, to, 0) }
}

#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn renameat(
    from_dir: c_int,
    from: *const c_char,
    to_dir: c_int,
    to: *const c_char,
) -> c_int {
    // SAFETY: as for C's.
    unsafe { renameat2(from_dir, from, to_dir, to, 0) }
}

/// The trace has no form for exchanging two names, or for white-outs: they are noted as plain
/// renames, and checking the outcome reveals the difference.
#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn renameat2(
    from_dir: c_int,
    from: *const c_char,
    to_dir: c_int,
    to: *const c_char,
    flags: c_uint,
) -> c_int {
    // SAFETY: as for C's, here and below.
    let from_name = || unsafe { kernel::name_at(from_dir, from) };
    // SAFETY: as for C's.
    let status = unsafe { kernel::status_at(from_dir, from, libc::AT_SYMLINK_NOFOLLOW) };
    let is_file = status.is_some_and(|status| status.is_regular());
    if is_file && let Some(errno) = errno(Call::Rename, from_name) {
        return fail(errno);
    }
    // SAFETY: as for C's.
    let result = unsafe { kernel::rename(from_dir, from, to_dir, to, flags) };
    if result == 0 {
        // SAFETY: as for C's.
        let to_name = || escaped_if_known(unsafe { kernel::name_at(to_dir, to) });
        note(|| Some(format!("rename {} {}", escaped_if_known(from_name())?, to_name()?)));
    }
    result
}

#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    // SAFETY: as for C's.
    unsafe { unlinkat(AT_FDCWD, path, 0) }
}

#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn unlinkat(dir: c_int, path: *const c_char, flags: c_int) -> c_int {
    // SAFETY: as for C's, here and below.
    let name = || unsafe { kernel::name_at(dir, path) };
    // SAFETY: as for C's.
    let status = unsafe { kernel::status_at(dir, path, libc::AT_SYMLINK_NOFOLLOW) };
    let is_file = status.is_some_and(|status| status.is_regular());
    if is_file && let Some(errno) = errno(Call::Unlink, name) {
        return fail(errno);
    }
    // SAFETY: as for C's.
    let result = unsafe { kernel::unlink(dir, path, flags) };
    if result == 0 && is_file {
        note(|| Some(format!("unlink {}", escaped_if_known(name())?)));
    }
    result
}

#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn fcntl(fd: c_int, command: c_int, argument: *mut c_void) -> c_int {
    let locks = command == libc::F_OFD_SETLK;
    if locks
        && kernel::status(fd).is_some_and(|status| status.is_regular())
        && let Some(errno) = errno(Call::Lock, || kernel::name(fd))
    {
        return fail(errno);
    }
    // SAFETY: as for C's.
    unsafe { kernel::fcntl(fd, command, argument) }
}

#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn statx(
    dir: c_int,
    path: *const c_char,
    flags: c_int,
    mask: c_uint,
    found: *mut libc::statx,
) -> c_int {
    // SAFETY: as for C's.
    let is_of_descriptor = !path.is_null() && unsafe { *path } == 0;
    if is_of_descriptor
        && kernel::status(dir).is_some_and(|status| status.is_regular())
        && let Some(errno) = errno(Call::Status, || kernel::name(dir))
    {
        return fail(errno);
    }
    // SAFETY: as for C's.
    let result = unsafe { kernel::statx(dir, path, flags, mask, found) };
    if result == 0 {
        // SAFETY: the call has filled it in.
        let found = unsafe { &mut *found };
        // SAFETY: as for C's.
        let name = || unsafe { kernel::name_at(dir, path) };
        inode::change(found, if is_of_descriptor { Asked::File(dir) } else { Asked::Name(&name) });
    }
    result
}
