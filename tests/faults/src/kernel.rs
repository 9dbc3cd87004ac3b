//! The real calls, and what a descriptor or name stands for.
//!
//! The calls that [`crate::calls`] intercepts are made by number, so that they do not come back to
//! it.
#![allow(unsafe_code, reason = "system calls on a C program's pointers")]

use std::ffi::{CStr, CString, OsStr, OsString, c_char, c_int, c_uint, c_void};
use std::mem::MaybeUninit;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use libc::{mode_t, off_t, size_t, ssize_t, syscall};

/// The longest name that is handled, in bytes: Linux's `PATH_MAX`.
const LONGEST_NAME: usize = 4096;

/// What a descriptor or name stands for.
#[derive(Clone, Copy, Debug)]
pub struct Status {
    kind: mode_t,
    /// Number of the file on its disk: its inode.
    pub number: u64,
    /// Its length in bytes.
    pub length: u64,
}

impl Status {
    /// Whether it is a regular file.
    pub fn is_regular(&self) -> bool {
        self.kind == libc::S_IFREG
    }

    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        self.kind == libc::S_IFDIR
    }

    fn of(status: &libc::stat) -> Status {
        let length = status.st_size.cast_unsigned();
        Status { kind: status.st_mode & libc::S_IFMT, number: status.st_ino, length }
    }
}

/// Opens a file, relative to a directory.
///
/// # Safety
/// `path` is a C string.
pub unsafe fn open(dir: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: the kernel reads the string only.
    unsafe { syscall(libc::SYS_openat, dir, path, flags, mode) as c_int }
}

/// Writes to a file.
///
/// # Safety
/// `bytes` points to `count` bytes.
pub unsafe fn write(fd: c_int, bytes: *const c_void, count: size_t) -> ssize_t {
    // SAFETY: the kernel reads the bytes only.
    unsafe { syscall(libc::SYS_write, fd, bytes, count) as ssize_t }
}

/// Syncs a file's data and metadata.
pub fn fsync(fd: c_int) -> c_int {
    // SAFETY: no memory is touched.
    unsafe { syscall(libc::SYS_fsync, fd) as c_int }
}

/// Syncs a file's data.
pub fn fdatasync(fd: c_int) -> c_int {
    // SAFETY: no memory is touched.
    unsafe { syscall(libc::SYS_fdatasync, fd) as c_int }
}

/// Sets a file's length.
pub fn ftruncate(fd: c_int, length: off_t) -> c_int {
    // SAFETY: no memory is touched.
    unsafe { syscall(libc::SYS_ftruncate, fd, length) as c_int }
}

/// Renames a file.
///
/// # Safety
/// `from` and `to` are C strings.
pub unsafe fn rename(
    from_dir: c_int,
    from: *const c_char,
    to_dir: c_int,
    to: *const c_char,
    flags: c_uint,
) -> c_int {
    // SAFETY: the kernel reads the strings only.
    unsafe { syscall(libc::SYS_renameat2, from_dir, from, to_dir, to, flags) as c_int }
}

/// Removes a name.
///
/// # Safety
/// `path` is a C string.
pub unsafe fn unlink(dir: c_int, path: *const c_char, flags: c_int) -> c_int {
    // SAFETY: the kernel reads the string only.
    unsafe { syscall(libc::SYS_unlinkat, dir, path, flags) as c_int }
}

/// Does something to a descriptor.
///
/// # Safety
/// The argument is what the command needs, which may be an address.
pub unsafe fn fcntl(fd: c_int, command: c_int, argument: *mut c_void) -> c_int {
    // SAFETY: as promised by the caller.
    unsafe { syscall(libc::SYS_fcntl, fd, command, argument) as c_int }
}

/// Finds out what a file is.
///
/// # Safety
/// As for C's; the path may be a null pointer, though.
pub unsafe fn statx(
    dir: c_int,
    path: *const c_char,
    flags: c_int,
    mask: c_uint,
    found: *mut libc::statx,
) -> c_int {
    // SAFETY: the kernel answers EFAULT for a pointer that leads nowhere.
    unsafe { syscall(libc::SYS_statx, dir, path, flags, mask, found) as c_int }
}

/// What a descriptor stands for.
pub fn status(fd: c_int) -> Option<Status> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the call fills the status in when it returns 0.
    unsafe {
        (libc::fstat(fd, status.as_mut_ptr()) == 0).then(|| Status::of(status.assume_init_ref()))
    }
}

/// What a name stands for, a symbolic link for itself if `flags` say so.
///
/// # Safety
/// `path` is a C string.
pub unsafe fn status_at(dir: c_int, path: *const c_char, flags: c_int) -> Option<Status> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the call reads the string, and fills the status in when it returns 0.
    unsafe {
        let result = libc::fstatat(dir, path, status.as_mut_ptr(), flags);
        (result == 0).then(|| Status::of(status.assume_init_ref()))
    }
}

/// Where the next byte is read or written.
pub fn position(fd: c_int) -> Option<u64> {
    // SAFETY: no memory is touched.
    unsafe { libc::lseek(fd, 0, libc::SEEK_CUR) }.try_into().ok()
}

/// The current name of a descriptor's file.
pub fn name(fd: c_int) -> Option<PathBuf> {
    let link = CString::new(format!("/proc/self/fd/{fd}")).ok()?;
    let mut bytes = vec![0_u8; LONGEST_NAME];
    // SAFETY: the call reads the string, and writes no more than there is room for.
    let length = unsafe { libc::readlink(link.as_ptr(), bytes.as_mut_ptr().cast(), bytes.len()) };
    bytes.truncate(length.try_into().ok()?);
    Some(OsString::from_vec(bytes).into())
}

/// The absolute name of what `path` names in `dir`. The last part need not exist.
///
/// # Safety
/// `path` is a C string.
pub unsafe fn name_at(dir: c_int, path: *const c_char) -> Option<PathBuf> {
    // SAFETY: as promised by the caller.
    let path = Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(path) }.to_bytes()));
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = CString::new(parent.unwrap_or(Path::new(".")).as_os_str().as_bytes()).ok()?;
    let flags = libc::O_PATH | libc::O_DIRECTORY | libc::O_CLOEXEC;
    // SAFETY: the parent's name is a C string.
    let fd = unsafe { open(dir, parent.as_ptr(), flags, 0) };
    let found = name(fd)?;
    close(fd);
    Some(found.join(path.file_name()?))
}

/// Whether a file exists.
pub fn exists(path: &CStr) -> bool {
    // SAFETY: it is a C string.
    unsafe { libc::access(path.as_ptr(), libc::F_OK) == 0 }
}

/// Gives this thread, and so a program with one thread, a name.
pub fn take_name(name: &CStr) {
    // SAFETY: it is a C string.
    unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr()) };
}

/// Whether this is the program's main thread.
pub fn is_first_thread() -> bool {
    // SAFETY: no memory is touched.
    unsafe { libc::gettid() == libc::getpid() }
}

/// Appends `bytes` to a file, creating it if necessary; returns whether that succeeded.
pub fn append(path: &CStr, bytes: &[u8]) -> bool {
    let flags = libc::O_WRONLY | libc::O_APPEND | libc::O_CREAT | libc::O_CLOEXEC;
    // SAFETY: it is a C string.
    let fd = unsafe { open(libc::AT_FDCWD, path.as_ptr(), flags, 0o644) };
    let written = fd >= 0 && write_all(fd, bytes);
    close(fd);
    written
}

/// Writes all of `bytes`; returns whether that succeeded.
pub fn write_all(fd: c_int, mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        // SAFETY: the bytes are there.
        let count = unsafe { write(fd, bytes.as_ptr().cast(), bytes.len()) };
        match usize::try_from(count) {
            Ok(count @ 1..) => bytes = &bytes[count..],
            _ => return false,
        }
    }
    true
}

/// Fails a call as the C library does.
pub fn fail(errno: c_int) -> c_int {
    // SAFETY: the C library says where this thread's error number lies.
    unsafe { *libc::__errno_location() = errno };
    -1
}

/// Ends the program at once, without any cleanup.
pub fn exit(status: c_int) -> ! {
    // SAFETY: it does not return.
    unsafe { libc::_exit(status) }
}

fn close(fd: c_int) {
    // SAFETY: a number that was opened here, or -1, which at worst answers EBADF.
    unsafe { syscall(libc::SYS_close, fd) };
}
