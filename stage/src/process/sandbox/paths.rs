//! Giving up files by their paths: the rules that Landlock is given.
//!
//! They are an allow-list, too. What no rule allows is refused with EACCES: opening, making, renaming and
//! removing, whoever the user is, even root. Given up for good are, as far as this kernel can:
//!
//! | since | what |
//! |---|---|
//! | Linux 5.13 (1) | opening files and listing directories, making, removing and executing them; looking into another process (ptrace, /proc/PID/mem) |
//! | 5.19 (2) | moving files to another directory, which before is refused always |
//! | 6.2 (3) | emptying a file or changing its length |
//! | 6.7 (4) | binding and connecting TCP sockets |
//! | 6.10 (5) | requests to a device (ioctl) that is opened from then on |
//! | 6.12 (6) | connecting to sockets in the abstract namespace, and signals to processes outside, even those that the kernel sends for it (O_ASYNC) |
//!
//! What is open already is not affected. Nor is looking at a file's size and times, or changing its mode,
//! owner and times; a filter of calls has to do that.

use std::error::Error;
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, Scope,
};
use nix::errno::Errno;

use super::reach::Reach;
use crate::process::kernel;

/// The newest interface whose rights are given up. An older kernel refuses what it can; those of a newer
/// one are given up when it has been tried what comes of that.
const NEWEST: ABI = ABI::V6;

/// Gives up all files except these, in the thread that calls it and those that it starts from then on.
pub(super) fn give_up_all_but(kept: &[Reach]) -> Result<(), Errno> {
    kernel::landlock_version()?;
    let mut rules = nothing().map_err(errno)?;
    for (places, rights) in kept.iter().map(Reach::rights) {
        places.iter().try_for_each(|place| allow(&mut rules, place, rights))?;
    }
    rules.restrict_self().map(drop).map_err(errno)
}

/// Rules that allow nothing.
fn nothing() -> Result<RulesetCreated, RulesetError> {
    let rules = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?;
    // Privileges are given up already, for the filter of calls as well.
    Ok(rules.create()?.no_new_privs(false))
}

/// Adds a rule for a file or directory, if it can be reached; if not, the stage will report that.
fn allow(
    rules: &mut RulesetCreated,
    place: &Path,
    rights: BitFlags<AccessFs>,
) -> Result<(), Errno> {
    let place = match PathFd::new(place).map_err(errno) {
        Err(short @ (Errno::EMFILE | Errno::ENFILE | Errno::ENOMEM)) => return Err(short),
        Err(_) => return Ok(()),
        Ok(place) => place,
    };
    match rules.add_rule(PathBeneath::new(place, rights)).map_err(errno) {
        // A pipe, say, that is named by its descriptor: it lies nowhere, and is never refused.
        Err(Errno::EBADFD) => Ok(()),
        result => result.map(drop),
    }
}

/// The kernel's reason.
fn errno(error: impl Error) -> Errno {
    Errno::from_raw(*landlock::Errno::from(error))
}

#[cfg(test)]
mod tests;
