//! The file that is recorded in, whatever becomes of its name.

use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use stage::process::message::{Messages, quoted_path};

use crate::error::{Action, Error, not_regular};
use crate::open::{Opened, lies_at, open, real_path};
use crate::options::Options;
use crate::recorder::Disk;
use crate::rotation::Rotation;
use crate::torn::set_aside;

/// The file that is recorded in.
#[derive(Debug)]
pub struct LogFile {
    file: File,
    /// Its name, as it was given; it may be a symbolic link.
    path: PathBuf,
    /// Whether there is a disk behind it that can be synced.
    is_regular: bool,
    /// Whether it is rotated, and how many old files are kept.
    rotates: bool,
    keep: u64,
    /// A rotation of which a step has failed.
    rotation: Option<Rotation>,
}

/// What became of a file that its name does not lead to any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fate {
    /// Whether it has another name.
    pub has_name: bool,
    /// Whether its name leads to another file.
    pub is_replaced: bool,
}

impl LogFile {
    /// Opens the file that `options` name; with it, the bytes that are in it.
    pub fn open(options: &Options, messages: &mut dyn Messages) -> Result<(LogFile, u64), Error> {
        let path = options.file().to_owned();
        let rotates = options.rotate.is_some();
        let opened = open_fitting(&path, options.truncate, rotates, messages)?;
        let file = LogFile {
            file: opened.file,
            path,
            is_regular: opened.length.is_some(),
            rotates,
            keep: options.keep,
            rotation: None,
        };
        Ok((file, opened.length.unwrap_or(0)))
    }

    /// What is known of the file, if it is one whose name may be taken from it; the name of one that
    /// is just being rotated away is nobody's, and that file is an old one already.
    fn named(&self) -> Option<Metadata> {
        let has_freed_name = self.rotation.as_ref().is_some_and(Rotation::has_freed_name);
        self.file.metadata().ok().filter(|_| self.is_regular && !has_freed_name)
    }
}

/// Opens `path`, which must be a regular file if it is to be rotated.
fn open_fitting(
    path: &Path,
    truncate: bool,
    rotates: bool,
    messages: &mut dyn Messages,
) -> Result<Opened, Error> {
    match open(path, truncate, messages)? {
        Opened { length: None, .. } if rotates => Err(Action::Rotate.failed(path)(not_regular())),
        opened => Ok(opened),
    }
}

impl Disk for LogFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        loop {
            match self.file.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) => {
                    return Err(Action::Write.failed(&self.path)(io::ErrorKind::WriteZero.into()));
                }
                result => return result.map_err(Action::Write.failed(&self.path)),
            }
        }
    }

    fn sync(&mut self) -> Result<(), Error> {
        if !self.is_regular {
            return Ok(());
        }
        self.file.sync_data().map_err(Action::Sync.failed(&self.path))
    }

    fn cut(&mut self, length: u64) -> Result<(), Error> {
        if !self.is_regular {
            // What was sent cannot be taken back.
            return self.write(b"\n").map(drop);
        }
        // Not to be made longer: somebody may have emptied the file.
        let there = self.file.metadata().map_err(Action::Cut.failed(&self.path))?.len();
        self.file.set_len(length.min(there)).map_err(Action::Cut.failed(&self.path))
    }

    fn rotate(&mut self, messages: &mut dyn Messages) -> Result<u64, Error> {
        let rotation = match self.rotation.take() {
            Some(begun) if begun.has_freed_name() => begun,
            // Since the last attempt somebody may have moved it, and the link that leads to it.
            _ => Rotation::begin(real_path(&self.path)?),
        };
        let rotation = self.rotation.insert(rotation);
        let (next, length) = rotation.advance(&self.file, self.keep, messages)?;
        self.file = next;
        self.rotation = None;
        Ok(length)
    }

    fn has_name(&self) -> bool {
        self.is_regular
    }

    fn fate(&self) -> Option<Fate> {
        let own = self.named()?;
        let has_name = own.nlink() > 0;
        match lies_at(&own, &self.path) {
            Ok(true) => None,
            // What may not be looked at may well be in place, and writing it still works.
            Err(_) if has_name => None,
            _ => Some(Fate { has_name, is_replaced: self.path.exists() }),
        }
    }

    fn reopen(&mut self, messages: &mut dyn Messages) -> Result<u64, Error> {
        let opened = open_fitting(&self.path, false, self.rotates, messages)?;
        self.rotation = None;
        // What is not a regular file was put there by somebody who knows what that means.
        self.is_regular = opened.length.is_some();
        self.file = opened.file;
        Ok(opened.length.unwrap_or(0))
    }

    fn length(&self) -> Option<u64> {
        self.named().map(|own| own.len())
    }

    fn mend(&mut self, messages: &mut dyn Messages) -> Result<u64, Error> {
        set_aside(&self.file, &self.path, messages)
    }

    fn name(&self) -> String {
        quoted_path(&self.path)
    }
}
