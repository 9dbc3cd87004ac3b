//! A stream that is open, but from which nothing has been read yet.

use std::fs::File;
use std::io::{self, Stdin};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use nix::errno::Errno;
use nix::sys::stat::SFlag;
use stage::process::message::quoted_path;
use stage::stream::files::{STANDARD_INPUT, kind_of};

use super::device::Device;
use super::layout::Layout;
use super::{Error, STANDARD_INPUT_NAME, open};

/// A stream that is open.
#[derive(Debug)]
pub struct OpenStream {
    /// What messages call it; a file's name in quotes.
    pub name: String,
    /// Its bytes.
    pub bytes: Bytes,
    /// What they consist of.
    pub layout: Layout,
    /// The device that it is, used by this process alone for as long as this lives.
    pub device: Option<Device>,
}

/// Where a stream's bytes come from.
#[derive(Debug)]
pub enum Bytes {
    /// A file, FIFO or device.
    File(File),
    /// Standard input.
    StandardInput(Stdin),
}

impl AsFd for Bytes {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Bytes::File(file) => file.as_fd(),
            Bytes::StandardInput(input) => input.as_fd(),
        }
    }
}

impl OpenStream {
    /// Opens the stream at `path`, or standard input; if it is a device, claims it, and sets its rate to
    /// `baud`.
    pub fn open(path: &Path, layout: Layout, baud: Option<u32>) -> Result<OpenStream, Error> {
        let (name, bytes) = bytes_of(path)?;
        let device = Device::take(&bytes, &name, layout.format, baud)?;
        Ok(OpenStream { name, bytes, layout, device })
    }
}

impl OpenStream {
    /// Whether it may go and return: a device, or a FIFO.
    pub(crate) fn may_return(&self) -> bool {
        matches!(kind_of(&self.bytes), Some(SFlag::S_IFCHR | SFlag::S_IFIFO))
    }
}

/// The bytes of the stream at `path`, and the name that messages use for it.
fn bytes_of(path: &Path) -> Result<(String, Bytes), Error> {
    if path == Path::new(STANDARD_INPUT) {
        return Ok((STANDARD_INPUT_NAME.to_owned(), Bytes::StandardInput(io::stdin())));
    }
    let name = quoted_path(path);
    let file = open(path)?;
    match file.metadata() {
        Ok(metadata) if metadata.is_dir() => {
            Err(Error::Read { name, source: Errno::EISDIR.into() })
        }
        Ok(_) => Ok((name, Bytes::File(file))),
        Err(source) => Err(Error::Read { name, source }),
    }
}
