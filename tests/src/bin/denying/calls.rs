//! The system calls that the programs need, from their first instruction to their last: what strace shows
//! of the launcher and of each stage, and what the sandboxes of the stages let them keep.
//!
//! Docker's default profile (`profiles/seccomp/default.json` of github.com/moby/profiles) allows every one
//! of them to every container, with two limits: `clone` may make no namespaces, and `clone3`, whose
//! arguments a filter cannot see, returns ENOSYS. (Podman's and containerd's are made from it.) A call is
//! added here only after a look into that file.

use nix::libc;

/// Calls with their names in `libc`.
macro_rules! named {
    ($($call:ident)+) => { [$((stringify!($call), libc::$call)),+] };
}

/// What they need.
pub(crate) fn needed() -> impl Iterator<Item = (&'static str, libc::c_long)> {
    NEEDED.iter().chain(OLD).copied()
}

const NEEDED: &[(&str, libc::c_long)] = &named![
    // To become a program, and to start others.
    SYS_execve SYS_clone SYS_clone3 SYS_wait4 SYS_exit SYS_exit_group SYS_kill SYS_tgkill SYS_getpid
    SYS_getppid SYS_gettid SYS_getpgid SYS_prctl SYS_prlimit64 SYS_set_tid_address SYS_set_robust_list
    SYS_rseq SYS_sched_getaffinity SYS_getrandom
    // To give up others.
    SYS_seccomp SYS_landlock_create_ruleset SYS_landlock_add_rule SYS_landlock_restrict_self
    // To read, write and wait.
    SYS_read SYS_write SYS_readv SYS_writev SYS_pread64 SYS_pwrite64 SYS_lseek SYS_close
    SYS_close_range SYS_dup SYS_dup3 SYS_fcntl SYS_ioctl SYS_fstat SYS_newfstatat SYS_statx
    SYS_fstatfs SYS_ppoll SYS_futex SYS_clock_gettime SYS_clock_nanosleep SYS_nanosleep
    SYS_sched_yield SYS_restart_syscall
    // Signals.
    SYS_rt_sigaction SYS_rt_sigprocmask SYS_rt_sigreturn SYS_sigaltstack SYS_signalfd4
    // Memory.
    SYS_brk SYS_mmap SYS_munmap SYS_mremap SYS_mprotect SYS_madvise
    // Transports, ledgers, gates and the count of rejections.
    SYS_pipe2 SYS_tee SYS_splice SYS_mknodat SYS_socketpair SYS_setsockopt SYS_recvfrom SYS_shutdown
    SYS_mq_open SYS_mq_unlink SYS_mq_timedsend SYS_mq_timedreceive SYS_mq_getsetattr
    SYS_memfd_create SYS_eventfd2
    // Files and directories.
    SYS_openat SYS_renameat2 SYS_linkat SYS_unlinkat SYS_mkdirat SYS_readlinkat SYS_getcwd
    SYS_faccessat SYS_faccessat2 SYS_getdents64 SYS_fsync SYS_fdatasync SYS_ftruncate SYS_fallocate
    SYS_flock SYS_fchmod SYS_copy_file_range SYS_sendfile
];

/// The same under names that newer architectures do not have.
#[cfg(target_arch = "x86_64")]
const OLD: &[(&str, libc::c_long)] = &named![
    SYS_arch_prctl SYS_poll SYS_dup2 SYS_pipe SYS_stat SYS_lstat SYS_getpgrp SYS_access SYS_open
    SYS_rename SYS_renameat SYS_link SYS_unlink SYS_mkdir SYS_rmdir SYS_mknod SYS_readlink
];
#[cfg(target_arch = "aarch64")]
const OLD: &[(&str, libc::c_long)] = &named![SYS_renameat];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const OLD: &[(&str, libc::c_long)] = &[];
