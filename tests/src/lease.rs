//! Files that hang: whoever opens one sleeps until the test lets it, or is killed.
//!
//! The kernel lets the owner of a lease finish what it does before somebody else opens the file
//! (fcntl(2)), for as long as `/proc/sys/fs/lease-break-time` says, 45 s unless it was changed.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;

use crate::PATIENCE;

/// A file that cannot be opened until this is dropped.
#[derive(Debug)]
pub struct Lease(File);

impl Lease {
    /// Waits until nobody has the file open, and holds it from then on.
    #[track_caller]
    pub fn on(path: &Path) -> Lease {
        let file = File::open(path).expect("a file that can be opened");
        let deadline = Instant::now() + PATIENCE;
        loop {
            match set(&file) {
                Ok(()) => return Lease(file),
                Err(error) => {
                    let is_busy = error.raw_os_error() == Some(Errno::EAGAIN as i32);
                    let has_time = Instant::now() < deadline;
                    assert!(is_busy && has_time, "{}: {error}", path.display());
                    thread::sleep(Duration::from_micros(100));
                }
            }
        }
    }

    /// Whether somebody waits for it.
    pub fn is_awaited(&self) -> bool {
        // SAFETY: the call takes nothing, and the descriptor is open.
        let kind = unsafe { libc::fcntl(self.0.as_raw_fd(), libc::F_GETLEASE) };
        // What the lease must become, so that the other can go on.
        kind != libc::F_WRLCK
    }
}

fn set(file: &File) -> io::Result<()> {
    const NOBODY: libc::c_int = 0;
    let calls = [(libc::F_SETLEASE, libc::F_WRLCK), (libc::F_SETOWN, NOBODY)];
    for (call, argument) in calls {
        // SAFETY: both calls take a number, and the descriptor is open. The second keeps the kernel from
        // signalling this process that somebody waits.
        Errno::result(unsafe { libc::fcntl(file.as_raw_fd(), call, argument) })?;
    }
    Ok(())
}
