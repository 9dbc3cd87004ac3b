//! The directory in which a file's name lies: what is made, renamed or removed in it survives a crash
//! only once the directory is synced as well.
//!
//! [`rename`] and [`remove`] return when what they did is on the disk.
//!
//! Some cannot be: the file system may not sync directories (CIFS, some of FUSE), and a directory may be
//! searched, but not read. That is no failure, but a promise that cannot be kept.

use std::fs::{self, File};
use std::io;
use std::io::ErrorKind::{InvalidFilename, NotFound, PermissionDenied};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use stage::process::message::quoted_path;

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

/// Whether a file has this name. A file that cannot be looked at may well be there, and a rename would
/// replace it: that is an error.
pub(super) fn exists(path: &Path) -> Result<bool, Error> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        // No file can have a name that is too long.
        Err(error) if matches!(error.kind(), NotFound | InvalidFilename) => Ok(false),
        Err(error) => Err(Attempt::Examine.failed(path)(error)),
    }
}

/// Removes a file, unless somebody else has removed or renamed it.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    let directory = Directory::of(path)?;
    match fs::remove_file(path) {
        Err(error) if error.kind() == NotFound => {}
        result => result.map_err(Attempt::Remove.failed(path))?,
    }
    directory.sync().map(drop)
}

/// Renames `from`. A file that has the new name already is replaced only if `may_replace`: it need not
/// be the one that was seen there, if somebody has moved files, or the directory, meanwhile.
pub(super) fn rename(from: &Path, to: &Path, may_replace: bool) -> Result<(), Error> {
    let directory = Directory::of(to)?;
    let renamed = if may_replace { fs::rename(from, to) } else { rename_to_new(from, to) };
    let [name, new_name] = [from, to].map(quoted_path);
    renamed.map_err(|source| Error::Rename { name, to: new_name, source })?;
    // That it cannot be synced was reported when the file was opened.
    directory.sync().map(drop)
}

/// Renames `from`, unless a file has the new name already.
fn rename_to_new(from: &Path, to: &Path) -> io::Result<()> {
    match rename_without_replacing(from, to) {
        // A file that somebody makes just between these two is replaced.
        Err(Errno::EINVAL | Errno::ENOSYS) => match fs::symlink_metadata(to) {
            Ok(_) => Err(Errno::EEXIST.into()),
            Err(error) if error.kind() == NotFound => fs::rename(from, to),
            Err(error) => Err(error),
        },
        result => Ok(result?),
    }
}

/// The same in one step, which not every file system has.
#[cfg(target_env = "gnu")]
fn rename_without_replacing(from: &Path, to: &Path) -> nix::Result<()> {
    let here = nix::fcntl::AT_FDCWD;
    nix::fcntl::renameat2(here, from, here, to, nix::fcntl::RenameFlags::RENAME_NOREPLACE)
}

/// Nor every C library.
#[cfg(not(target_env = "gnu"))]
fn rename_without_replacing(_: &Path, _: &Path) -> nix::Result<()> {
    Err(Errno::ENOSYS)
}
