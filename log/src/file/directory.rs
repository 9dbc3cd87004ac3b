//! The directory in which a file's name lies: what is made, renamed or removed in it survives a crash
//! only once the directory is synced as well.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::error::{Attempt, Error};

/// An open directory, which can be synced even if descriptors run short meanwhile.
#[derive(Debug)]
pub(super) struct Directory {
    opened: File,
    /// The file whose name lies in it.
    path: PathBuf,
}

impl Directory {
    /// Opens the directory in which the name `path` lies.
    pub(super) fn of(path: &Path) -> Result<Directory, Error> {
        let parent = path.parent().filter(|parent| *parent != Path::new(""));
        let directory = parent.unwrap_or(Path::new("."));
        let opened = File::open(directory).map_err(Attempt::Open.failed(directory))?;
        Ok(Directory { opened, path: path.to_owned() })
    }

    /// Opens the directory of the file that `path` leads to, which may be a symbolic link.
    pub(super) fn of_target(path: &Path) -> Result<Directory, Error> {
        let target = path.canonicalize().map_err(Attempt::Open.failed(path))?;
        Ok(Directory { path: path.to_owned(), ..Directory::of(&target)? })
    }

    /// Returns when its entries are on the disk.
    pub(super) fn sync(&self) -> Result<(), Error> {
        self.opened.sync_all().map_err(Attempt::SyncDirectory.failed(&self.path))
    }
}
