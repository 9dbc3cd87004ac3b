//! The directory in which a file's name lies: what is made, renamed or removed there survives a crash
//! only once that is synced as well.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::error::{Action, Error};

/// A directory that is open, so that it can be synced whatever else runs short meanwhile.
#[derive(Debug)]
pub struct Directory {
    opened: File,
    /// The file whose name lies in it.
    path: PathBuf,
}

impl Directory {
    /// Opens the one in which the name `path` lies.
    pub fn of(path: &Path) -> Result<Directory, Error> {
        let parent = path.parent().filter(|parent| *parent != Path::new(""));
        let directory = parent.unwrap_or(Path::new("."));
        let opened = File::open(directory).map_err(Action::Open.failed(directory))?;
        Ok(Directory { opened, path: path.to_owned() })
    }

    /// The same; but of a symbolic link, it is the directory of what it leads to that counts.
    pub fn of_target(path: &Path) -> Result<Directory, Error> {
        let target = path.canonicalize().map_err(Action::Open.failed(path))?;
        Ok(Directory { path: path.to_owned(), ..Directory::of(&target)? })
    }

    /// Returns when its entries are on the disk.
    pub fn sync(&self) -> Result<(), Error> {
        self.opened.sync_all().map_err(Action::SyncDirectory.failed(&self.path))
    }
}
