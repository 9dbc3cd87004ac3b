//! Least privilege: **which system calls and which files a stage keeps** once it runs, and how it gives
//! up all others.
//!
//! A stage reads foreign bytes: from a serial line, from a socket, from whatever writes into its pipe.
//! Should a flaw in a parser, ours or a library's, ever let such bytes take over a stage, they find a
//! process that can do little more than read its input and write its output: it cannot open files it
//! was not meant to, start a program, fork, use the network, signal another process, type into its
//! terminal (TIOCSTI), or map executable memory.
//!
//! Two parts of the kernel see to that, each with an allow-list, so that what only a later kernel has is
//! forbidden as well:
//!
//! | | given up | a process that tries | lists |
//! |---|---|---|---|
//! | seccomp | system calls, and some of their arguments | is killed (SIGSYS), which the launcher reports | `calls`: what every stage keeps, and what a [`Grant`] adds; `calls::filter` turns that into the kernel's form |
//! | Landlock | files, by where they lie; and what leads out of the process | is told EACCES or EPERM | `reach`: what a [`Reach`] keeps; `paths` turns that into the kernel's form |
//!
//! The order, in [`crate::process::program`]:
//!
//! 1. the command line is read, and the ledger taken over, which determines what the stage needs;
//!    `conv` opens its stream;
//! 2. the allocator is told what it would look up in files later, and a terminal is opened again;
//! 3. the process gives up gaining privileges (`no_new_privs`), without which the kernel lets only root
//!    go on;
//! 4. files are given up, as long as there is one thread: that holds for a thread and those that it
//!    starts from then on;
//! 5. the stop handler is installed, since its thread cannot be made later; so are the threads with which
//!    the stage is going to work ([`crate::process::helpers`]);
//! 6. the filter of calls is set, for all threads at once. Nothing of this can be taken back;
//! 7. the stage begins its own work, and only then reads what it was sent.
//!
//! What a library does at its first use, it may do only there: so nothing may be drawn or looked up for
//! the first time after step 3. A hash table with the standard library's keys would be such a case:
//! where there is no `getrandom` (an outer sandbox forbids it, or an old kernel has no random numbers
//! yet), these are read from /dev/urandom. The stages keep sorted tables, or those of `foldhash`, whose
//! keys need no system call; `conv` draws its seeds as it opens its stream.
//!
//! It does not protect:
//!
//! - what a stage legitimately does: a `log` that was taken over can read, write, rename and remove
//!   whatever its user may, in the directories that it keeps; so can a `report` that keeps a file; a
//!   `conv` that polls a file can read all that lies below its directory and the one above, and of a file
//!   below /sys or /proc all of that tree; with `--reconnect`, all of /dev;
//! - the existence of a file, its size and its times, which every stage can ask for; nor, of stages that
//!   keep files, the mode of any file that they can open;
//! - against a flaw in the calls that are left, or before step 4;
//! - the launcher, which has to start programs, and reads only what the stages report, which may then
//!   be false;
//! - where there is no seccomp: an old kernel, an outer sandbox that forbids it, or an architecture
//!   other than x86-64, 64-bit ARM and RISC-V; or no Landlock: a kernel before 5.13, or one that was
//!   built or started without it. Without Landlock, whoever may open one file may open any: the filter of
//!   calls sees a path's address, not the path. That is no error; [`obstacle`] and [`landlock()`] report
//!   it.
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
use nix::sys::prctl::set_no_new_privs;

pub use self::reach::Reach;
use crate::process::kernel;

mod paths;
mod reach;

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
    /// Keep all system calls and files, not only those needed after the start: for valgrind, preloaded
    /// libraries and the like, and for files that come to lie elsewhere
    // A heading of its own puts it last, where few look.
    #[arg(long, overrides_with = "no_sandbox", help_heading = "Privileges")]
    pub no_sandbox: bool,
}

/// How [`SandboxOption`] is spelt.
pub const OFF: &str = "--no-sandbox";

impl SandboxOption {
    /// The sandbox of a stage with this option and these grants.
    pub fn granting(self, grants: impl IntoIterator<Item = Grant>) -> Sandbox {
        let kept = || Kept { calls: grants.into_iter().collect(), files: Vec::new() };
        Sandbox((!self.no_sandbox).then(kept))
    }
}

/// A promise of which system calls and files a stage will keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sandbox(Option<Kept>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    calls: Vec<Grant>,
    files: Vec<Reach>,
}

impl Sandbox {
    /// The same, with these files.
    pub fn reaching(mut self, files: impl IntoIterator<Item = Reach>) -> Sandbox {
        if let Some(kept) = &mut self.0 {
            kept.files.extend(files);
        }
        self
    }

    /// Gives up, irrevocably, gaining privileges and the files that the stage does not need, in this
    /// thread and those that it starts from then on; does nothing if that is switched off, and no more
    /// than is supported here.
    pub(crate) fn give_up_files(&self) -> io::Result<()> {
        let Some(Kept { files, .. }) = &self.0 else { return Ok(()) };
        as_far_as_possible(set_no_new_privs())?;
        as_far_as_possible(paths::give_up_all_but(files))
    }

    /// Gives up, irrevocably and in all threads, the calls that the stage does not need; does nothing
    /// if that is switched off, or not supported here. [`Sandbox::give_up_files`] comes first.
    pub(crate) fn give_up_calls(&self) -> io::Result<()> {
        let Some(Kept { calls, .. }) = &self.0 else { return Ok(()) };
        as_far_as_possible(calls::give_up_all_but(calls))
    }
}

/// What the kernel answers where it does not have what was asked for, or an outer sandbox forbids it;
/// E2BIG, where there are as many sandboxes around each other as can be.
const UNSUPPORTED: [Errno; 6] =
    [Errno::ENOSYS, Errno::EOPNOTSUPP, Errno::EINVAL, Errno::EPERM, Errno::EACCES, Errno::E2BIG];

fn as_far_as_possible(result: Result<(), Errno>) -> io::Result<()> {
    match result {
        Err(why) if UNSUPPORTED.contains(&why) => Ok(()),
        result => Ok(result?),
    }
}

/// Why stages cannot give up system calls here, if they cannot.
pub fn obstacle() -> Option<String> {
    if let Some(why) = calls::OBSTACLE {
        return Some(why.to_owned());
    }
    let why = kernel::can_filter_calls().err()?;
    Some(format!("seccomp is not to be had: {}", why.desc()))
}

/// The version of the kernel's interface by which stages give up files here, or why they cannot.
pub fn landlock() -> Result<u32, String> {
    kernel::landlock_version().map_err(|why| match why {
        Errno::EOPNOTSUPP => "Landlock is not switched on".to_owned(),
        why => format!("Landlock is not to be had: {}", why.desc()),
    })
}
