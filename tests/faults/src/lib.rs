//! Preloaded into a program: makes its calls to the disk fail, and notes them.
//!
//! A test cannot have a disk that fails or loses its power, but it can have this library: with its
//! path in `LD_PRELOAD`, its functions take precedence over the C library's of the same names, which
//! Rust's standard library and nix call. It is made for `log`, which writes to the disk with one
//! thread and few functions: `open`, `write`, `fsync`, `fdatasync`, `ftruncate`, `rename`, `unlink`,
//! `fcntl`, `statx`, and their variants. Only calls on regular files and directories are affected; writes to standard
//! output and standard error never fail. Without variables it does nothing.
//!
//! | variable | what it says |
//! |---|---|
//! | `WANDLER_FAULTS` | what fails: see [`fault`] |
//! | `WANDLER_FAULTS_WHILE` | a file, the switch: only while it exists does anything fail |
//! | `WANDLER_FAULTS_TRACE` | a file to which each call that succeeded is appended: see [`trace`] |
//!
//! A variable that cannot be understood, or a call that cannot be noted, ends the program at once,
//! with a message and status 125, so that no test passes because of it.
//!
//! | module | owns |
//! |---|---|
//! | [`fault`] | which call fails, and how |
//! | [`trace`] | the calls that succeeded, in text |
//! | [`inode`] | numbers of files that change |
//! | [`calls`] | the functions in front of the C library's |
//! | [`kernel`] | the real calls, and what a descriptor or name stands for |

// Elsewhere the calls have other numbers and arguments; the library is empty there.
#![cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]

pub mod calls;
pub mod fault;
pub mod inode;
pub mod kernel;
pub mod trace;

/// The status of a program for which the variables could not be obeyed.
const UNUSABLE: i32 = 125;

/// Ends the program with a message.
fn give_up(message: &str) -> ! {
    kernel::write_all(libc::STDERR_FILENO, format!("wandler-faults: {message}\n").as_bytes());
    kernel::exit(UNUSABLE)
}
