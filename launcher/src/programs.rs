//! Where the stages' programs are: beside the launcher's own.

use std::io;
use std::path::{Path, PathBuf};

use crate::kernel;
use crate::process::Process;

/// Advice for a launcher without stages, as a copy of it is, or what `cargo install` leaves.
pub(crate) const NOT_INSTALLED: &str = " (its programs stay together: copy all five, or install a package, or the sources with scripts/install)";

/// This executable's directory, where the stages are, too.
pub(crate) fn directory() -> io::Result<PathBuf> {
    let executable = std::env::current_exe().or_else(without_proc)?;
    Ok(executable.parent().map(PathBuf::from).unwrap_or_default())
}

/// This executable's path where `/proc` does not tell it, which failed for this reason: the one that it was
/// executed by, if that leads to a file from here.
fn without_proc(reason: io::Error) -> io::Result<PathBuf> {
    kernel::executed_path().and_then(|path| path.canonicalize().ok()).ok_or(reason)
}

/// The stages that are missing in `directory`.
pub(crate) fn missing_in(directory: &Path) -> Vec<&'static str> {
    let is_missing = |name: &&str| {
        let found = directory.join(name).symlink_metadata();
        found.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    };
    Process::STAGES.map(Process::name).into_iter().filter(is_missing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_proc_the_executable_is_found_by_the_path_that_it_was_executed_by() {
        let found = without_proc(io::ErrorKind::NotFound.into()).unwrap();
        assert_eq!(found, std::env::current_exe().unwrap());
    }
}
