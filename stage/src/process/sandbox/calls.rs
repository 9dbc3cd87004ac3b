//! The lists of system calls.
//!
//! They hold what the programs call, and what glibc, Rust's library, the allocator and `ctrlc` call for
//! them, in this or another version; so they include calls that a trace of today's programs does not
//! show. The thread of `ctrlc` may not have started work when the filter is set, so what a thread calls
//! as it begins and ends is needed, too.

mod filter;

use nix::errno::Errno;

use self::filter::{Argument, Condition, Rule, Rules};
use super::Grant;
use crate::process::kernel;

/// This architecture has them.
pub(super) const OBSTACLE: Option<&str> = None;

/// What every stage keeps.
#[rustfmt::skip]
const EVERY: &[libc::c_long] = &[
    // Reading and writing what is open, and finding out what it is.
    libc::SYS_read, libc::SYS_write, libc::SYS_readv, libc::SYS_writev, libc::SYS_pread64,
    libc::SYS_pwrite64, libc::SYS_lseek, libc::SYS_close, libc::SYS_fstat, libc::SYS_newfstatat,
    libc::SYS_statx, libc::SYS_fstatfs, libc::SYS_mq_timedsend, libc::SYS_mq_timedreceive,
    libc::SYS_mq_getsetattr,
    // Waiting. A process that is suspended and continued restarts the call it was in.
    libc::SYS_ppoll, libc::SYS_futex, libc::SYS_clock_gettime, libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep, libc::SYS_sched_yield, libc::SYS_restart_syscall,
    // Signals.
    libc::SYS_rt_sigaction, libc::SYS_rt_sigprocmask, libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack, libc::SYS_getpid, libc::SYS_gettid,
    // Memory.
    libc::SYS_brk, libc::SYS_munmap, libc::SYS_mremap, libc::SYS_madvise,
    // A thread's beginning and end, and the process'.
    libc::SYS_rseq, libc::SYS_set_robust_list, libc::SYS_sched_getaffinity, libc::SYS_exit,
    libc::SYS_exit_group,
    // Seeds of hash tables; whether the terminal is ours to draw on.
    libc::SYS_getrandom, libc::SYS_getpgid,
];

/// The same under names that newer architectures do not have.
#[cfg(target_arch = "x86_64")]
const EVERY_OLD: &[libc::c_long] =
    &[libc::SYS_poll, libc::SYS_stat, libc::SYS_lstat, libc::SYS_getpgrp];
#[cfg(not(target_arch = "x86_64"))]
const EVERY_OLD: &[libc::c_long] = &[];

/// What [`Grant::KeepFiles`] adds.
#[rustfmt::skip]
const KEEP_FILES: &[libc::c_long] = &[
    libc::SYS_openat, libc::SYS_renameat2, libc::SYS_linkat, libc::SYS_unlinkat,
    libc::SYS_readlinkat, libc::SYS_getcwd, libc::SYS_faccessat, libc::SYS_faccessat2,
    libc::SYS_getdents64, libc::SYS_fsync, libc::SYS_fdatasync, libc::SYS_ftruncate,
    libc::SYS_fallocate, libc::SYS_flock, libc::SYS_fchmod, libc::SYS_copy_file_range,
    libc::SYS_sendfile,
];

/// The same under names that newer architectures do not have.
#[cfg(target_arch = "x86_64")]
#[rustfmt::skip]
const KEEP_FILES_OLD: &[libc::c_long] = &[
    libc::SYS_open, libc::SYS_rename, libc::SYS_renameat, libc::SYS_link, libc::SYS_unlink,
    libc::SYS_readlink, libc::SYS_access,
];
#[cfg(target_arch = "aarch64")]
const KEEP_FILES_OLD: &[libc::c_long] = &[libc::SYS_renameat];
#[cfg(target_arch = "riscv64")]
const KEEP_FILES_OLD: &[libc::c_long] = &[];

/// What [`Grant::ListDirectories`] adds.
const LIST_DIRECTORIES: &[libc::c_long] = &[libc::SYS_getdents64];

/// What [`Grant::Splice`] adds.
const SPLICE: &[libc::c_long] = &[libc::SYS_splice, libc::SYS_tee];

/// What may be asked of a terminal, a serial line or a pipe: is it one, its size, its foreground,
/// the bytes that wait. Never TIOCSTI, which types commands for the shell to run.
const IOCTLS: [libc::Ioctl; 5] =
    [libc::FIONREAD, libc::TCGETS, libc::TCGETS2, libc::TIOCGWINSZ, libc::TIOCGPGRP];

/// What [`Grant::TakeTerminal`] adds of these: other processes may not open it, and what waits is
/// dropped.
const TERMINAL_IOCTLS: [libc::Ioctl; 3] = [libc::TIOCEXCL, libc::TIOCNXCL, libc::TCFLSH];

/// What [`Grant::SetTerminal`] adds to that.
const MODE_IOCTLS: [libc::Ioctl; 2] = [libc::TCSETS, libc::TCSETS2];

/// What may be done to a descriptor: copy it, its flags, its locks, its size, its seals. Never
/// F_SETOWN, which sends signals to others. (F_SETFL has a condition of its own.)
#[rustfmt::skip]
const FCNTLS: [libc::c_int; 14] = [
    libc::F_GETFD, libc::F_SETFD, libc::F_GETFL, libc::F_DUPFD,
    libc::F_DUPFD_CLOEXEC, libc::F_GETLK, libc::F_SETLK, libc::F_OFD_GETLK, libc::F_OFD_SETLK,
    libc::F_OFD_SETLKW, libc::F_GET_SEALS, libc::F_ADD_SEALS, libc::F_GETPIPE_SZ,
    libc::F_SETPIPE_SZ,
];

/// What a thread may do to itself: take a name; and glibc may name the allocator's memory.
const PRCTLS: [libc::c_int; 2] = [libc::PR_SET_NAME, libc::PR_SET_VMA];

/// Gives up all system calls but those of every stage and those granted, in all threads.
pub(super) fn give_up_all_but(grants: &[Grant]) -> Result<(), Errno> {
    // The lists are fixed, so tests would have found one that cannot be compiled.
    kernel::filter_calls(&filter::program(&rules(grants)).map_err(|_| Errno::ENOEXEC)?)
}

/// The calls that a stage keeps. Of two rules about one call, the later, more permissive one holds.
fn rules(grants: &[Grant]) -> Rules {
    let mut rules = conditions();
    let has = |grant| grants.contains(&grant);
    if has(Grant::ReadFiles) {
        rules.extend(reading());
    }
    if has(Grant::TakeTerminal) {
        rules.extend(taking_a_terminal(&[]));
    }
    if has(Grant::SetTerminal) {
        rules.extend(taking_a_terminal(&MODE_IOCTLS));
    }
    let lists = [
        (EVERY, true),
        (EVERY_OLD, true),
        (KEEP_FILES, has(Grant::KeepFiles)),
        (KEEP_FILES_OLD, has(Grant::KeepFiles)),
        (LIST_DIRECTORIES, has(Grant::ListDirectories)),
        (SPLICE, has(Grant::Splice)),
    ];
    for (calls, _) in lists.into_iter().filter(|(_, is_kept)| *is_kept) {
        rules.extend(calls.iter().map(|&call| (call, Rule::Always)));
    }
    rules
}

/// The conditions on calls that can do more than a stage needs.
fn conditions() -> Rules {
    let no_code = || Rule::without(Argument(2), libc::PROT_EXEC as u32);
    let one_of = |argument, values: &[u32]| Rule::one_of(Argument(argument), values);
    // O_ASYNC has signals sent to whoever was the descriptor's owner before, or has the terminal.
    let flags = vec![
        Condition::Is(Argument(1), libc::F_SETFL as u32),
        Condition::Without(Argument(2), libc::O_ASYNC as u32),
    ];
    Rules::from([
        (libc::SYS_mmap, no_code()),
        (libc::SYS_mprotect, no_code()),
        (libc::SYS_tgkill, one_of(0, &[std::process::id()])),
        (libc::SYS_ioctl, one_of(1, &IOCTLS.map(|it| it as u32))),
        (libc::SYS_fcntl, one_of(1, &FCNTLS.map(|it| it as u32)).or_if(flags)),
        (libc::SYS_prctl, one_of(0, &PRCTLS.map(|it| it as u32))),
    ])
}

/// What [`Grant::TakeTerminal`] adds, and these.
fn taking_a_terminal(more: &[libc::Ioctl]) -> Rules {
    let ioctls = IOCTLS.iter().chain(&TERMINAL_IOCTLS).chain(more).map(|&it| it as u32);
    let ioctls: Vec<u32> = ioctls.collect();
    Rules::from([
        (libc::SYS_ioctl, Rule::one_of(Argument(1), &ioctls)),
        (libc::SYS_flock, Rule::Always),
    ])
}

/// What [`Grant::ReadFiles`] adds: opening, but not for writing, and without making or emptying a
/// file on the way.
fn reading() -> Rules {
    let only = |argument| {
        let others = libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC;
        Rule::without(Argument(argument), others as u32)
    };
    Rules::from([
        (libc::SYS_openat, only(2)),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_open, only(1)),
    ])
}
