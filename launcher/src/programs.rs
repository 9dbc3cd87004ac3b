//! Where the stages' programs are: beside the launcher's own.

use std::io;
use std::path::{Path, PathBuf};

use crate::process::Process;

/// Advice for a launcher without stages, as `cargo install` of its package leaves it.
pub(crate) const NOT_INSTALLED: &str = " (scripts/install in the sources installs all programs)";

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
