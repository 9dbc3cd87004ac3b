//! The temporary directory.
//!
//! It is removed when it is dropped, even after an error or Ctrl-C, but not after `kill -9`. It lies
//! in memory, so that no disk is measured.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::Error;

/// Where Linux has a file system in memory that every user may write to.
const IN_MEMORY: &str = "/dev/shm";

/// The directory in which everything is run.
pub(crate) struct Scratch {
    directory: TempDir,
}

impl Scratch {
    /// An empty directory, in memory if possible.
    pub(crate) fn new() -> Result<Scratch, Error> {
        let builder = || {
            let mut builder = tempfile::Builder::new();
            builder.prefix("wandler-bench-");
            builder
        };
        let directory = builder().tempdir_in(IN_MEMORY).or_else(|_| builder().tempdir());
        Ok(Scratch { directory: directory.map_err(Error::Scratch)? })
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// A file in it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}
