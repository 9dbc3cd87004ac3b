//! The file that is recorded in, whatever becomes of its name.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use stage::message::{Messages, quoted_path};

use crate::error::{Action, Error};
use crate::open::{lies_at, open, target_of_link};
use crate::options::Options;
use crate::recorder::Disk;
use crate::rotation::Rotation;

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
    /// Old files that are kept.
    keep: u64,
    /// A rotation of which a step has failed.
    rotation: Option<Rotation>,
}

/// What became of a file that its name does not lead to any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The file has no name any more.
    Removed,
    /// It has another name, and this one leads nowhere.
    Moved,
    /// Its name leads to another file.
    Replaced,
}

impl LogFile {
    /// Opens the file that `options` name; with it, the bytes that are in it.
    pub fn open(options: &Options, messages: &mut dyn Messages) -> Result<(LogFile, u64), Error> {
        let path = options.file().to_owned();
        let target = target_of_link(&path).map_err(Action::Open.failed(&path))?;
        if let Some(target) = &target {
            let [name, target] = [&path, target].map(|path| quoted_path(path));
            messages.tell(&format!("{name} is a symbolic link: recording in {target}"));
        }
        let opened = open(&path, options.truncate, messages)?;
        if options.rotate.is_some() && opened.length.is_none() {
            return Err(Error::NotRegular { name: quoted_path(&path) });
        }
        let file = LogFile {
            file: opened.file,
            real_path: target.unwrap_or_else(|| path.clone()),
            path,
            is_regular: opened.length.is_some(),
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

    fn cut(&mut self, length: u64) -> Result<(), Error> {
        if !self.is_regular {
            return Ok(());
        }
        self.file.set_len(length).map_err(Action::Cut.failed(&self.path))
    }

    fn rotate(&mut self) -> Result<(), Error> {
        let mut rotation = self.rotation.take().unwrap_or_else(Rotation::begin);
        match rotation.advance(&self.file, &self.real_path, self.keep) {
            Ok(next) => {
                self.file = next;
                Ok(())
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
        match self.file.metadata() {
            Ok(own) if lies_at(&own, &self.path) => None,
            Ok(own) if own.nlink() == 0 => Some(Fate::Removed),
            _ if fs::symlink_metadata(&self.path).is_ok() => Some(Fate::Replaced),
            _ => Some(Fate::Moved),
        }
    }

    fn reopen(&mut self, messages: &mut dyn Messages) -> Result<u64, Error> {
        let target = target_of_link(&self.path).map_err(Action::Open.failed(&self.path))?;
        let opened = open(&self.path, false, messages)?;
        // What is not a regular file was put there by somebody who knows what that means.
        self.is_regular = opened.length.is_some();
        self.file = opened.file;
        self.real_path = target.unwrap_or_else(|| self.path.clone());
        Ok(opened.length.unwrap_or(0))
    }

    fn name(&self) -> String {
        quoted_path(&self.path)
    }
}
