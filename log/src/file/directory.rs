//! The directory in which a file's name lies: what is made, renamed or removed in it survives a crash
//! only once the directory is synced as well.
//!
//! Some cannot be: the file system may not sync directories (CIFS, some of FUSE), and a directory may be
//! searched, but not read. That is no failure, but a promise that cannot be kept.

use std::fs::File;
use std::io::ErrorKind::PermissionDenied;
use std::path::{Path, PathBuf};

use crate::error::{Attempt, Error};
use crate::notice::{Notice, Promise};

/// An open directory, which can be synced even if descriptors run short meanwhile.
#[derive(Debug)]
pub(super) struct Directory {
    /// The directory, or why it cannot be synced.
    opened: Result<File, Notice>,
    /// The file whose name lies in it.
    path: PathBuf,
}

impl Directory {
    /// Opens the directory in which the name `path` lies.
    pub(super) fn of(path: &Path) -> Result<Directory, Error> {
        let parent = path.parent().filter(|parent| *parent != Path::new(""));
        let directory = parent.unwrap_or(Path::new("."));
        let opened = match File::open(directory) {
            Err(error) => {
                let is_searched_only = error.kind() == PermissionDenied;
                let error = Attempt::Open.failed(directory)(error);
                if !is_searched_only {
                    return Err(error);
                }
                Err(Notice::lacking(&error, Promise::Name))
            }
            Ok(opened) => Ok(opened),
        };
        Ok(Directory { opened, path: path.to_owned() })
    }

    /// Opens the directory of the file that `path` leads to, which may be a symbolic link.
    pub(super) fn of_target(path: &Path) -> Result<Directory, Error> {
        let target = path.canonicalize().map_err(Attempt::Open.failed(path))?;
        Ok(Directory { path: path.to_owned(), ..Directory::of(&target)? })
    }

    /// Returns when its entries are on the disk; or what is to be reported, if it cannot be synced.
    pub(super) fn sync(&self) -> Result<Option<Notice>, Error> {
        let opened = match &self.opened {
            Ok(opened) => opened,
            Err(notice) => return Ok(Some(notice.clone())),
        };
        match opened.sync_all().map_err(Attempt::SyncDirectory.failed(&self.path)) {
            Err(error) if error.is_lack() => Ok(Some(Notice::lacking(&error, Promise::Name))),
            result => result.map(|()| None),
        }
    }
}
