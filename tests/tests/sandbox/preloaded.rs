//! A library to preload into a stage that it takes over, as foreign bytes might: the second time that
//! the stage reads, it does what `WANDLER_DEED` says, in every process that is called
//! `WANDLER_VICTIM`, and says on standard error what came of it. (`tee` is the launcher's child that runs
//! no program of its own; `helper`, any thread but the first, and its first piece of a file.) Compiled by
//! the test that uses it.

use std::env;
use std::ffi::{c_int, c_void};
use std::fs::{self, File};
use std::net::TcpListener;
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

#[repr(C)]
struct Piece {
    start: *mut c_void,
    length: usize,
}

unsafe extern "C" {
    fn readv(fd: c_int, pieces: *const Piece, count: c_int) -> isize;
    fn __pread64(fd: c_int, start: *mut c_void, length: usize, offset: i64) -> isize;
    fn write(fd: c_int, start: *const c_void, length: usize) -> isize;
    fn gettid() -> u32;
}

/// How often the victim has read.
static READ: AtomicU32 = AtomicU32::new(0);

/// Which process executed the program; its children may run on without executing another.
static EXECUTED: AtomicU32 = AtomicU32::new(0);

#[unsafe(link_section = ".init_array")]
#[used]
static NOTE_EXECUTED: extern "C" fn() = note_executed;

extern "C" fn note_executed() {
    EXECUTED.store(process::id(), Ordering::Relaxed);
}

/// Stands before the C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn read(fd: c_int, start: *mut c_void, length: usize) -> isize {
    if is_victim() && READ.fetch_add(1, Ordering::Relaxed) == 1 {
        do_it();
    }
    // SAFETY: the caller says that this many bytes can be put there.
    unsafe { readv(fd, &Piece { start, length }, 1) }
}

/// Stands before the C library's. While there is a helper to take over, the first thread waits for it,
/// lest nothing be left to read.
#[unsafe(no_mangle)]
unsafe extern "C" fn pread64(fd: c_int, start: *mut c_void, length: usize, offset: i64) -> isize {
    if env::var("WANDLER_VICTIM").is_ok_and(|victim| victim == "helper") {
        // SAFETY: it only returns a number.
        if unsafe { gettid() } != process::id() && READ.fetch_add(1, Ordering::Relaxed) == 0 {
            do_it();
        }
        while READ.load(Ordering::Relaxed) == 0 {
            thread::yield_now();
        }
    }
    // SAFETY: the caller says that this many bytes can be put there.
    unsafe { __pread64(fd, start, length, offset) }
}

fn is_victim() -> bool {
    let called = env::args().next().unwrap_or_default();
    let name = match called.rsplit('/').next() {
        Some("launcher") if process::id() != EXECUTED.load(Ordering::Relaxed) => Some("tee"),
        name => name,
    };
    name == env::var("WANDLER_VICTIM").ok().as_deref()
}

/// A deed, and its argument if it has one. Where it is not allowed, nothing may come after it.
fn do_it() {
    let deed = env::var("WANDLER_DEED").unwrap_or_default();
    let (deed, argument) = deed.split_once(' ').unwrap_or((&deed, ""));
    let result = match deed {
        "open" => File::open(argument).map(drop),
        "write" => File::options().write(true).open(argument).map(drop),
        "make" => File::create(argument).map(drop),
        "rename" => fs::rename("made", "renamed"),
        "run" => Command::new("true").status().map(drop),
        "connect" => TcpListener::bind("127.0.0.1:0").map(drop),
        _ => return,
    };
    let told = result.map_or_else(|error| error.to_string(), |()| "done".to_owned());
    let told = format!("deed: {told}\n");
    // SAFETY: the bytes are there.
    unsafe { write(2, told.as_ptr().cast(), told.len()) };
}
