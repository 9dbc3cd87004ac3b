//! The lock that keeps a second `log` from a file.
//!
//! A write lock of the open description (`F_OFD_SETLK`), on the whole file, however long it grows. Only
//! a process that may write the file can take one. (With flock(2), anybody who may read it could stop a
//! recording, or win the new file's lock during a rotation.)
//!
//! A reader can still take a read lock, which is in a write lock's way. But no `log` takes one, so such a
//! lock is reported, and otherwise ignored.

use std::fs::File;
use std::io;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;

/// What came of locking a file.
#[derive(Debug)]
pub(super) enum Locked {
    /// It is locked.
    Yes,
    /// Somebody who may write it has locked it: another `log`.
    ByAnother,
    /// Somebody who may read it keeps it from being locked.
    ByAReader,
}

/// Locks a file that is open for writing, until it is closed, or released.
pub(super) fn try_lock(file: &File) -> io::Result<Locked> {
    loop {
        match fcntl(file, FcntlArg::F_OFD_SETLK(&whole_file(libc::F_WRLCK))) {
            Ok(_) => return Ok(Locked::Yes),
            Err(Errno::EAGAIN | Errno::EACCES) => {}
            Err(errno) => return Err(errno.into()),
        }
        let mut other = whole_file(libc::F_WRLCK);
        fcntl(file, FcntlArg::F_OFD_GETLK(&mut other))?;
        match i32::from(other.l_type) {
            libc::F_WRLCK => return Ok(Locked::ByAnother),
            libc::F_RDLCK => return Ok(Locked::ByAReader),
            // It is gone by now.
            _ => {}
        }
    }
}

/// Gives the lock up. (This cannot fail for a lock that is held; of one that is not, nothing is left
/// to do.)
pub(super) fn release(file: &File) {
    let _ = fcntl(file, FcntlArg::F_OFD_SETLK(&whole_file(libc::F_UNLCK)));
}

fn whole_file(kind: libc::c_int) -> libc::flock {
    libc::flock {
        l_type: kind as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: 0,
        // To the end, wherever that will be.
        l_len: 0,
        l_pid: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::OpenOptions;

    fn opened(path: &std::path::Path) -> File {
        OpenOptions::new().read(true).append(true).open(path).unwrap()
    }

    fn lock(file: &File, kind: libc::c_int) -> Result<i32, Errno> {
        fcntl(file, FcntlArg::F_OFD_SETLK(&whole_file(kind)))
    }

    #[test]
    fn a_file_is_locked_once_until_it_is_closed_or_released() {
        let named = tempfile::NamedTempFile::new().unwrap();
        let [first, second] = [opened(named.path()), opened(named.path())];
        assert!(matches!(try_lock(&first).unwrap(), Locked::Yes));
        assert!(matches!(try_lock(&second).unwrap(), Locked::ByAnother));
        release(&first);
        assert!(matches!(try_lock(&second).unwrap(), Locked::Yes));
        drop(second);
        assert!(matches!(try_lock(&first).unwrap(), Locked::Yes));
    }

    #[test]
    fn whoever_may_only_read_a_file_can_neither_lock_it_nor_keep_it_from_being_recorded_in() {
        let named = tempfile::NamedTempFile::new().unwrap();
        let (log, reader) = (opened(named.path()), File::open(named.path()).unwrap());
        reader.lock().unwrap();
        assert_eq!(lock(&reader, libc::F_WRLCK), Err(Errno::EBADF));
        assert!(matches!(try_lock(&log).unwrap(), Locked::Yes));
        release(&log);
        lock(&reader, libc::F_RDLCK).unwrap();
        assert!(matches!(try_lock(&log).unwrap(), Locked::ByAReader));
    }
}
