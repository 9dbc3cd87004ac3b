//! A library to preload into a stage that it takes over, as foreign bytes might: the second time that
//! the stage reads, it does what `WANDLER_DEED` says, in every process that is called
//! `WANDLER_VICTIM`. Compiled by the test that uses it.

use std::env;
use std::ffi::{c_int, c_void};
use std::fs::{self, File};
use std::net::UdpSocket;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

#[repr(C)]
struct Piece {
    start: *mut c_void,
    length: usize,
}

unsafe extern "C" {
    fn readv(fd: c_int, pieces: *const Piece, count: c_int) -> isize;
}

static READ: AtomicU32 = AtomicU32::new(0);

/// Stands before the C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn read(fd: c_int, start: *mut c_void, length: usize) -> isize {
    if READ.fetch_add(1, Ordering::Relaxed) == 1 && is_victim() {
        do_it();
    }
    // SAFETY: the caller says that this many bytes can be put there.
    unsafe { readv(fd, &Piece { start, length }, 1) }
}

fn is_victim() -> bool {
    let name = env::args().next().unwrap_or_default();
    name.rsplit('/').next() == env::var("WANDLER_VICTIM").ok().as_deref()
}

/// What matters is not whether it succeeds, but whether anything comes after it.
fn do_it() {
    match env::var("WANDLER_DEED").as_deref() {
        Ok("open") => drop(File::open("/etc/passwd")),
        Ok("make") => drop(File::create("made")),
        Ok("rename") => drop(fs::rename("made", "renamed")),
        Ok("run") => drop(Command::new("true").status()),
        Ok("connect") => drop(UdpSocket::bind("127.0.0.1:0")),
        _ => {}
    }
}
