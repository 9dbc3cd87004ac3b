//! Where the stages' programs are: beside the launcher's own.

use std::io;
use std::path::{Path, PathBuf};

use crate::process::Process;

/// Advice for a launcher without stages, as a copy of it is, or what `cargo install` leaves.
pub(crate) const NOT_INSTALLED: &str = " (its programs stay together: copy all five, or install a package, or the sources with scripts/install)";

/// This executable's directory, where the stages are, too.
pub(crate) fn directory() -> io::Result<PathBuf> {
    let executable = std::env::current_exe()?;
    Ok(executable.parent().map(PathBuf::from).unwrap_or_default())
}

/// The stages that are missing in `directory`.
pub(crate) fn missing_in(directory: &Path) -> Vec<&'static str> {
    let is_missing = |name: &&str| {
        let found = directory.join(name).symlink_metadata();
        found.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    };
    Process::STAGES.map(Process::name).into_iter().filter(is_missing).collect()
}
