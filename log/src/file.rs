//! The file that is recorded in, whatever becomes of its name.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use stage::message::{Messages, quoted_path};

use crate::error::{Action, Error, not_regular};
use crate::open::{is_same, open, target_of_link};
use crate::options::Options;
use crate::recorder::Disk;
use crate::rotation::Rotation;
use crate::torn::set_aside;

/// The file that is recorded in.
#[derive(Debug)]
pub struct LogFile {
    file: File,
    /// Its name, as it was given.
    path: PathBuf,
    /// The same, or where it leads to if it is a symbolic link.
    real_path: PathBuf,
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
        let opened = open(&path, options.truncate, messages)?;
        // Only now: it may have led nowhere before.
        let target = target_of_link(&path).map_err(Action::Open.failed(&path))?;
        if let Some(target) = &target {
            let [name, target] = [&path, target].map(|path| quoted_path(path));
            messages.tell(&format!("{name} is a symbolic link: recording in {target}"));
        }
        if options.rotate.is_some() && opened.length.is_none() {
            return Err(Action::Rotate.failed(&path)(not_regular()));
        }
        let file = LogFile {
            file: opened.file,
            real_path: target.unwrap_or_else(|| path.clone()),
            path,
            is_regular: opened.length.is_some(),
            rotates: options.rotate.is_some(),
            keep: options.keep,
            rotation: None,
        };
        Ok((file, opened.length.unwrap_or(0)))
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

    fn cut(&mut self, bytes: u64) -> Result<(), Error> {
        if !self.is_regular {
            return Ok(());
        }
        // Of what is there: somebody may have emptied the file.
        let there = self.file.metadata().map_err(Action::Cut.failed(&self.path))?.len();
        self.file.set_len(there.saturating_sub(bytes)).map_err(Action::Cut.failed(&self.path))
    }

    fn rotate(&mut self, messages: &mut dyn Messages) -> Result<u64, Error> {
        let mut rotation = self.rotation.take().unwrap_or_else(Rotation::begin);
        match rotation.advance(&self.file, &self.real_path, self.keep, messages) {
            Ok((next, length)) => {
                self.file = next;
                Ok(length)
            }
            Err(error) => {
                self.rotation = Some(rotation);
                Err(error)
            }
        }
    }

    fn has_name(&self) -> bool {
        self.is_regular
    }

    fn fate(&self) -> Option<Fate> {
        // While it is being rotated its name is nobody's.
        if !self.is_regular || self.rotation.is_some() {
            return None;
        }
        let own = self.file.metadata().ok()?;
        let is_replaced = match fs::metadata(&self.path) {
            Ok(there) if is_same(&own, &there) => return None,
            Ok(_) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            // What cannot be looked at may be in place; writing it still works.
            Err(_) => return None,
        };
        Some(Fate { has_name: own.nlink() > 0, is_replaced })
    }

    fn reopen(&mut self, messages: &mut dyn Messages) -> Result<u64, Error> {
        let opened = open(&self.path, false, messages)?;
        let target = target_of_link(&self.path).map_err(Action::Open.failed(&self.path))?;
        if self.rotates && opened.length.is_none() {
            return Err(Action::Rotate.failed(&self.path)(not_regular()));
        }
        // What is not a regular file was put there by somebody who knows what that means.
        self.is_regular = opened.length.is_some();
        self.file = opened.file;
        self.real_path = target.unwrap_or_else(|| self.path.clone());
        Ok(opened.length.unwrap_or(0))
    }

    fn length(&self) -> Option<u64> {
        let metadata = self.file.metadata().ok().filter(|_| self.is_regular)?;
        Some(metadata.len())
    }

    fn mend(&mut self, messages: &mut dyn Messages) -> Result<u64, Error> {
        set_aside(&self.file, &self.path, messages)
    }

    fn name(&self) -> String {
        quoted_path(&self.path)
    }
}
