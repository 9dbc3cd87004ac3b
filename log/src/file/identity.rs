//! Whether a file is the one at a name.
//!
//! Files are told apart by their device and inode number. On some file systems, such as some of FUSE,
//! the number is another one each time, or changes with the name. There a name that leads to a file at
//! all is taken to lead to this one.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::errno::Errno;

use crate::error::{Attempt, Error};

/// How an open file is known again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Identity {
    /// By its number.
    #[default]
    Number,
    /// By nothing but its name.
    Name,
}

/// An open file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    pub(super) file: &'a File,
    pub(super) identity: Identity,
}

impl Known<'_> {
    /// Whether this file is the one that `path` leads to.
    pub(super) fn lies_at(self, path: &Path) -> Result<bool, Error> {
        let own = self.file.metadata().map_err(Attempt::Examine.failed(path))?;
        self.identity.lies_at(&own, path)
    }

    /// The same just after it was renamed, which may have changed its number.
    pub(super) fn was_renamed_to(self, path: &Path) -> Result<bool, Error> {
        if self.lies_at(path)? {
            return Ok(true);
        }
        let [own, there] = [self.file.metadata(), fs::metadata(path)]
            .map(|it| it.map_err(Attempt::Examine.failed(path)));
        let looks = |it: &Metadata| (it.dev(), it.len(), it.mtime(), it.mtime_nsec());
        Ok(looks(&own?) == looks(&there?))
    }
}

impl Identity {
    /// Whether the file with this metadata is the one that `path` leads to.
    pub(super) fn lies_at(self, own: &Metadata, path: &Path) -> Result<bool, Error> {
        match fs::metadata(path) {
            Ok(there) => {
                Ok(self == Identity::Name || (own.dev(), own.ino()) == (there.dev(), there.ino()))
            }
            Err(error) if leads_nowhere(&error) => Ok(false),
            Err(error) => Err(Attempt::Examine.failed(path)(error)),
        }
    }
}

/// Whether this error, from looking at a name, says that nothing is there.
pub(super) fn leads_nowhere(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
        || error.kind() == io::ErrorKind::NotADirectory
        || error.raw_os_error() == Some(Errno::ELOOP as i32)
}
