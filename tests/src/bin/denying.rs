//! Runs a program that is denied some system calls, as by an outer sandbox:
//! `denying ERRNO CALL[,CALL…] PROGRAM [ARGUMENT]…`.

use std::error::Error;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use nix::errno::Errno;
use nix::libc;
use stage::process::message::{Messages, StandardError};

/// The calls that can be denied.
const CALLS: [(&str, libc::c_long); 6] = [
    ("getrandom", libc::SYS_getrandom),
    ("seccomp", libc::SYS_seccomp),
    ("splice", libc::SYS_splice),
    ("tee", libc::SYS_tee),
    ("close_range", libc::SYS_close_range),
    ("landlock_create_ruleset", libc::SYS_landlock_create_ruleset),
];

/// The errors that a denied call can return.
const ERRORS: [(&str, Errno); 2] = [("EPERM", Errno::EPERM), ("ENOSYS", Errno::ENOSYS)];

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    // It returns only if something went wrong.
    let Err(error) = run(&words);
    StandardError::of("denying").tell(&error.to_string());
    ExitCode::from(2)
}

fn run(words: &[OsString]) -> Result<std::convert::Infallible, Box<dyn Error>> {
    let [errno, calls, program, arguments @ ..] = words else {
        return Err("expected ERRNO CALL[,CALL…] PROGRAM [ARGUMENT]…".into());
    };
    let errno = one_of(&ERRORS, &errno.to_string_lossy())?;
    let calls = calls.to_string_lossy();
    let numbers = calls.split(',').map(|call| one_of(&CALLS, call));
    deny(&numbers.collect::<Result<Vec<_>, _>>()?, errno)?;
    Err(Command::new(program).args(arguments).exec().into())
}

fn one_of<T: Copy>(known: &[(&str, T)], name: &str) -> Result<T, Box<dyn Error>> {
    let found = known.iter().find(|(it, _)| *it == name).map(|(_, value)| *value);
    found.ok_or_else(|| format!("{name} is not one that it knows").into())
}

/// Denies this process, and what it becomes, these calls.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
fn deny(calls: &[libc::c_long], errno: Errno) -> Result<(), Box<dyn Error>> {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};
    let rules = calls.iter().map(|&call| (call, vec![])).collect();
    let (others, denied) = (SeccompAction::Allow, SeccompAction::Errno(errno as u32));
    let filter = SeccompFilter::new(rules, others, denied, std::env::consts::ARCH.try_into()?)?;
    Ok(apply_filter(&BpfProgram::try_from(filter)?)?)
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
fn deny(_: &[libc::c_long], _: Errno) -> Result<(), Box<dyn Error>> {
    Err("no filter is known for this architecture".into())
}
