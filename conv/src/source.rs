//! Where raw readings come from.
//!
//! A new source that is asked at each tick is a [`Converter`]; one that comes by itself is read
//! like [`stream`]. `crate::convert` chooses between them.

pub mod device;
pub mod framing;
pub mod iio;
pub mod polled;
pub mod simulated;
pub mod stream;
pub mod uniform;
pub mod word;

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use stage::message::quoted_path;
use thiserror::Error;

use crate::sender::Offer;

/// A source that gives a reading when it is asked.
pub trait Converter {
    /// Takes one reading and offers it.
    fn read(&mut self, to: &mut dyn Offer);

    /// Takes as many readings as it is good at, and offers them; how many.
    fn read_many(&mut self, to: &mut dyn Offer) -> usize {
        self.read(to);
        1
    }
}

/// A source could not be set up.
#[derive(Debug, Error)]
pub enum Error {
    /// A file could not be opened.
    #[error("cannot open {name}")]
    Open {
        /// The file, quoted.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// A file could not be read.
    #[error("cannot read {name}")]
    Read {
        /// The file, quoted.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// A device's own offset or scale is none.
    #[error("cannot use {name}: {why}")]
    Attribute {
        /// The file, quoted.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// A terminal or serial line could not be taken.
    #[error(transparent)]
    Device(#[from] device::Error),
    /// The system gave no seed for the simulation.
    #[error("cannot seed the simulation")]
    Seed(#[source] rand::rngs::SysError),
}

/// Opens `path` for reading, without waiting for a FIFO's writer or a modem's carrier, and
/// without making a terminal this process's own.
fn open(path: &Path) -> Result<File, Error> {
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits())
        .open(path)
        .map_err(|source| Error::Open { name: quoted_path(path), source })
}

/// What names standard input in the place of a file.
pub const STANDARD_INPUT: &str = "-";

/// What messages call it.
const STANDARD_INPUT_NAME: &str = "standard input";

/// Opens a stream; `None` stands for standard input, which `-` names. With it comes the name
/// that messages use.
pub fn open_stream(path: &Path) -> Result<(String, Option<File>), Error> {
    if path == Path::new(STANDARD_INPUT) {
        return Ok((STANDARD_INPUT_NAME.to_owned(), None));
    }
    let name = quoted_path(path);
    let file = open(path)?;
    match file.metadata() {
        Ok(metadata) if metadata.is_dir() => {
            Err(Error::Read { name, source: Errno::EISDIR.into() })
        }
        Ok(_) => Ok((name, Some(file))),
        Err(source) => Err(Error::Read { name, source }),
    }
}
