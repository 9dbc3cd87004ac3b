//! Least privilege: **which system calls a stage keeps** once it runs, and how it gives up all others.
//!
//! A stage reads foreign bytes: from a serial line, from a socket, from whoever writes into its pipe.
//! Should a flaw in a parser, ours or a library's, ever let such bytes take a stage over, they find
//! a process that can do little more than read its input and write its output: it cannot open a
//! file that it was not meant to, start a program, fork, talk to the network, signal another
//! process, type into its terminal (TIOCSTI), or map memory that can be executed. Who tries is
//! killed by the kernel (SIGSYS), and the launcher says so.
//!
//! What every stage keeps, and what a [`Grant`] adds, is listed in `calls`; `calls::filter` makes of
//! it what the kernel wants. It is an allow-list: a call that is not on it is forbidden, also one that
//! some later kernel will have.
//!
//! The order, in [`crate::process::program::run_stage`]:
//!
//! 1. the command line is read, and the ledger taken over: of them comes what the stage needs; `conv`
//!    opens its stream;
//! 2. the stop handler is installed, whose thread must be made before no more can be;
//! 3. the process swears off new privileges (`no_new_privs`), without which the kernel lets only
//!    root go on;
//! 4. the filter is set, for all threads at once. Nobody can take it off again;
//! 5. the stage begins its own work, and only then looks at what it was sent.
//!
//! It does not protect:
//!
//! - what a stage holds and does: a `log` that was taken over can write, rename and remove what its
//!   user may, and can read it; so can a `report` that keeps a file; a `conv` that polls a file can
//!   open any for reading. The kernel's filter sees a path as an address, and not what is there.
//!   (/proc/self/mem is a file, too: a way for `log` to run code after all, but to no more calls);
//! - whether a file exists, and its size and times, which every stage can ask for;
//! - against a flaw in what is left of the kernel's interface, nor the time before step 4;
//! - the launcher, which has to start programs, and reads only what the stages tell it, which may
//!   then be lies;
//! - where there is no seccomp: an old kernel, an outer sandbox that forbids it, or an architecture
//!   other than x86-64, 64-bit ARM and RISC-V. That is no error, and [`obstacle`] tells it who asks.
//!
//! Where memory has run out glibc may look up how the kernel hands it out (a file below /proc), so that
//! a stage without a grant ends by SIGSYS where it would have ended by SIGABRT.
//!
//! What is loaded into a stage from outside may need more: libraries that are preloaded, valgrind,
//! coverage and profiles that are written at the end, the file names in a panic's backtrace. That is
//! what `--no-sandbox` is for. (strace, gdb and perf look on from another process and need nothing.)

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
    /// Take a terminal for oneself: lock it, and drop what waits in it.
    TakeTerminal,
}

/// The option that every program has.
#[derive(Args, Clone, Copy, Debug)]
pub struct SandboxOption {
    /// Do not give up the system calls that are not needed after the start; for valgrind,
    /// preloaded libraries and the like, which need more of them
    // Under a heading of its own it stands last, where the fewest look.
    #[arg(long, overrides_with = "no_sandbox", help_heading = "System calls")]
    pub no_sandbox: bool,
}

/// How [`SandboxOption`] is spelt.
pub const OFF: &str = "--no-sandbox";

impl SandboxOption {
    /// What a stage with this option will enter, to which these grants were made.
    pub fn granting(self, grants: impl IntoIterator<Item = Grant>) -> Sandbox {
        Sandbox((!self.no_sandbox).then(|| grants.into_iter().collect()))
    }
}

/// A promise of which system calls a stage will keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sandbox(Option<Vec<Grant>>);

impl Sandbox {
    /// Gives up what the stage does not need, for good, in all of its threads; nothing if that is
    /// switched off, or cannot be had here.
    pub(crate) fn enter(&self) -> io::Result<()> {
        let Some(grants) = &self.0 else { return Ok(()) };
        match calls::give_up_all_but(grants) {
            Err(Errno::ENOSYS | Errno::EINVAL | Errno::EPERM | Errno::EACCES) => Ok(()),
            result => result.map_err(io::Error::from),
        }
    }
}

/// Why no stage can give up anything here, if that is so.
pub fn obstacle() -> Option<String> {
    if let Some(why) = calls::OBSTACLE {
        return Some(why.to_owned());
    }
    let why = crate::process::kernel::can_filter_calls().err()?;
    Some(format!("seccomp is not to be had: {}", why.desc()))
}
