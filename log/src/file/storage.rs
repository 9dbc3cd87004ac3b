//! What bytes are written to: an open file, whatever its name is by now.

use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::columns::Shown;
use crate::error::{Attempt, Error};

/// Something to write to that can put what was written out of reach of a power failure.
pub(crate) trait Storage {
    /// Writes the beginning of `bytes` at the end; returns how many bytes.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error>;
    /// Returns when everything written is on the disk.
    fn sync(&mut self) -> Result<(), Error>;
    /// Truncates to `length`, removing half a line; where that is impossible, ends the line instead.
    fn cut(&mut self, length: u64) -> Result<(), Error>;
    /// Bytes that are there, if they can be counted.
    fn length(&self) -> Option<u64>;
}

/// An open file, a FIFO or a device.
#[derive(Debug)]
pub(crate) struct OpenFile {
    file: File,
    /// Its name in errors.
    path: PathBuf,
    /// Whether there is a disk behind it, that can be synced.
    is_regular: bool,
}

impl OpenFile {
    /// `file`, which errors call `path`.
    pub(super) fn new(file: File, path: &Path, is_regular: bool) -> OpenFile {
        OpenFile { file, path: path.to_owned(), is_regular }
    }

    /// Its name in errors.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Whether there is a disk behind it.
    pub(super) fn is_regular(&self) -> bool {
        self.is_regular
    }

    /// The columns of its rows, as far as it shows them.
    pub(super) fn columns(&self) -> Result<Shown, Error> {
        let Some(length) = self.length() else { return Ok(Shown::default()) };
        let read = |buffer: &mut [u8], at| self.file.read_exact_at(buffer, at);
        Shown::of(length, read).map_err(Attempt::Read.failed(&self.path))
    }

    /// What is known of it, if there is a disk behind it.
    pub(super) fn metadata(&self) -> Option<Metadata> {
        self.is_regular.then(|| self.file.metadata().ok()).flatten()
    }
}

impl Storage for OpenFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        loop {
            match self.file.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) => {
                    return Err(Attempt::Write.failed(&self.path)(io::ErrorKind::WriteZero.into()));
                }
                result => return result.map_err(Attempt::Write.failed(&self.path)),
            }
        }
    }

    fn sync(&mut self) -> Result<(), Error> {
        if !self.is_regular {
            return Ok(());
        }
        self.file.sync_data().map_err(Attempt::Sync.failed(&self.path))
    }

    fn cut(&mut self, length: u64) -> Result<(), Error> {
        if !self.is_regular {
            // What was sent cannot be taken back.
            return self.write(b"\n").map(drop);
        }
        // It must not grow: somebody may have emptied it.
        let there = self.file.metadata().map_err(Attempt::Cut.failed(&self.path))?.len();
        self.file.set_len(length.min(there)).map_err(Attempt::Cut.failed(&self.path))
    }

    fn length(&self) -> Option<u64> {
        self.metadata().map(|metadata| metadata.len())
    }
}
