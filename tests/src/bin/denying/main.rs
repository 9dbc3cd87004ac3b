//! Runs a program that is denied some system calls, as by an outer sandbox or an old kernel:
//! `denying ERRNO CALL[,CALL…] PROGRAM [ARGUMENT]…`. In the place of the calls, `others` means all but
//! those that the programs are known to need ([`calls`]).

mod calls;

use std::error::Error;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use nix::errno::Errno;
use nix::libc;
use stage::process::message::{Messages, StandardError};

/// The errors that a denied call can return.
const ERRORS: [(&str, Errno); 5] = [
    ("EPERM", Errno::EPERM),
    ("EACCES", Errno::EACCES),
    ("EINVAL", Errno::EINVAL),
    ("ENOSYS", Errno::ENOSYS),
    ("EOPNOTSUPP", Errno::EOPNOTSUPP),
];

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
    let errno = one_of(ERRORS, &errno.to_string_lossy())?;
    match calls.to_string_lossy().as_ref() {
        "others" => deny(Denied::AllBut(calls::needed().map(|(_, call)| call).collect()), errno)?,
        named => deny(Denied::Just(numbers(named)?), errno)?,
    }
    Err(Command::new(program).args(arguments).exec().into())
}

/// The numbers of calls that are given by name.
fn numbers(names: &str) -> Result<Vec<libc::c_long>, Box<dyn Error>> {
    names.split(',').map(|name| one_of(calls::needed(), &format!("SYS_{name}"))).collect()
}

fn one_of<T>(
    known: impl IntoIterator<Item = (&'static str, T)>,
    name: &str,
) -> Result<T, Box<dyn Error>> {
    let found = known.into_iter().find(|(it, _)| *it == name).map(|(_, value)| value);
    found.ok_or_else(|| format!("{name} is not one that it knows").into())
}

/// Which calls are denied.
enum Denied {
    Just(Vec<libc::c_long>),
    AllBut(Vec<libc::c_long>),
}

/// Denies this process, and what it becomes, these calls.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
fn deny(denied: Denied, errno: Errno) -> Result<(), Box<dyn Error>> {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};
    let (allowed, refused) = (SeccompAction::Allow, SeccompAction::Errno(errno as u32));
    let (calls, others, named) = match denied {
        Denied::Just(calls) => (calls, allowed, refused),
        Denied::AllBut(calls) => (calls, refused, allowed),
    };
    let rules = calls.into_iter().map(|call| (call, vec![])).collect();
    let filter = SeccompFilter::new(rules, others, named, std::env::consts::ARCH.try_into()?)?;
    Ok(apply_filter(&BpfProgram::try_from(filter)?)?)
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
fn deny(_: Denied, _: Errno) -> Result<(), Box<dyn Error>> {
    Err("no filter is known for this architecture".into())
}
