//! Least privilege: **which system calls a stage keeps** once it runs, and how it gives up all others.
//!
//! A stage reads foreign bytes: from a serial line, from a socket, from whatever writes into its pipe.
//! Should a flaw in a parser, ours or a library's, ever let such bytes take over a stage, they find a
//! process that can do little more than read its input and write its output: it cannot open files it
//! was not meant to, start a program, fork, use the network, signal another process, type into its
//! terminal (TIOCSTI), or map executable memory. A process that tries is killed by the kernel (SIGSYS),
//! and the launcher reports it.
//!
//! `calls` lists what every stage keeps and what a [`Grant`] adds; `calls::filter` turns that into the
//! kernel's form. It is an allow-list: a call that is not on it is forbidden, even one that only a
//! later kernel has.
//!
//! The order, in [`crate::process::program`]:
//!
//! 1. the command line is read, and the ledger taken over, which determines what the stage needs;
//!    `conv` opens its stream;
//! 2. the allocator is told what it would look up in files later; the stop handler is installed, since
//!    its thread cannot be made later; so are the threads with which the stage is going to work
//!    ([`crate::process::helpers`]);
//! 3. the process gives up gaining privileges (`no_new_privs`), without which the kernel lets only root
//!    set a filter;
//! 4. the filter is set, for all threads at once. It cannot be removed again;
//! 5. the stage begins its own work, and only then reads what it was sent.
//!
//! What a library does at its first use, it may do only there: so nothing may be drawn or looked up for
//! the first time after step 4. A hash table with the standard library's keys would be such a case:
//! where there is no `getrandom` (an outer sandbox forbids it, or an old kernel has no random numbers
//! yet), these are read from /dev/urandom. The stages keep sorted tables, or those of `foldhash`, whose
//! keys need no system call; `conv` draws its seeds as it opens its stream.
//!
//! It does not protect:
//!
//! - what a stage legitimately does: a `log` that was taken over can read, write, rename and remove
//!   whatever its user may; so can a `report` that keeps a file; a `conv` that polls a file can open
//!   any for reading. The kernel's filter sees a path's address, not the path. (/proc/self/mem is a
//!   file, too: through it `log` could run code after all, but make no more calls);
//! - the existence of a file, its size and its times, which every stage can ask for;
//! - against a flaw in the calls that are left, or before step 4;
//! - the launcher, which has to start programs, and reads only what the stages report, which may then
//!   be false;
//! - where there is no seccomp: an old kernel, an outer sandbox that forbids it, or an architecture
//!   other than x86-64, 64-bit ARM and RISC-V. That is no error; [`obstacle`] reports it.
//!
//! When memory has run out, glibc may open a file below /proc to see how the kernel overcommits it, so
//! that a stage without a grant dies of SIGSYS rather than SIGABRT.
//!
//! Tools that run inside a stage may need more: preloaded libraries, valgrind, coverage and profiles
//! written at the end, the file names in a panic's backtrace. That is what `--no-sandbox` is for.
//! (strace, gdb and perf watch from another process and need nothing.)

use std::io;

use clap::Args;
use nix::errno::Errno;

#[cfg(all(
    target_endian = "little",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
mod calls;
#[cfg(test)]
mod tests;

/// An architecture for which there are no lists.
#[cfg(not(all(
    target_endian = "little",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
)))]
mod calls {
    use super::{Errno, Grant};

    pub(super) const OBSTACLE: Option<&str> = Some("nobody has listed those of this architecture");

    pub(super) fn give_up_all_but(_: &[Grant]) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }
}

/// What a stage may do besides what every stage may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Open files for reading.
    ReadFiles,
    /// List directories.
    ListDirectories,
    /// Open, make, rename, remove, lock, truncate and sync files.
    KeepFiles,
    /// Move bytes between pipes inside the kernel.
    Splice,
    /// Take over a terminal: lock it, and drop what waits in it.
    TakeTerminal,
    /// Take over a terminal, and set its rate and its modes.
    SetTerminal,
}

/// The option that every program has.
#[derive(Args, Clone, Copy, Debug)]
pub struct SandboxOption {
    /// Do not give up the system calls that are not needed after the start; for valgrind,
    /// preloaded libraries and the like, which need more of them
    // A heading of its own puts it last, where few look.
    #[arg(long, overrides_with = "no_sandbox", help_heading = "System calls")]
    pub no_sandbox: bool,
}

/// How [`SandboxOption`] is spelt.
pub const OFF: &str = "--no-sandbox";

impl SandboxOption {
    /// The sandbox of a stage with this option and these grants.
    pub fn granting(self, grants: impl IntoIterator<Item = Grant>) -> Sandbox {
        Sandbox((!self.no_sandbox).then(|| grants.into_iter().collect()))
    }
}

/// A promise of which system calls a stage will keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sandbox(Option<Vec<Grant>>);

impl Sandbox {
    /// Gives up, irrevocably and in all threads, the calls that the stage does not need; does nothing
    /// if that is switched off, or not supported here.
    pub(crate) fn enter(&self) -> io::Result<()> {
        let Some(grants) = &self.0 else { return Ok(()) };
        match calls::give_up_all_but(grants) {
            Err(Errno::ENOSYS | Errno::EINVAL | Errno::EPERM | Errno::EACCES) => Ok(()),
            result => result.map_err(io::Error::from),
        }
    }
}

/// Why stages cannot give up system calls here, if they cannot.
pub fn obstacle() -> Option<String> {
    if let Some(why) = calls::OBSTACLE {
        return Some(why.to_owned());
    }
    let why = crate::process::kernel::can_filter_calls().err()?;
    Some(format!("seccomp is not to be had: {}", why.desc()))
}
