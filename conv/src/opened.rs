//! Which source the options ask for, and opening it: what is done before any stage of a pipeline begins, so that no `log` has emptied
//! its file when there is nothing to record. Nothing is read here.

use std::fs::File;
use std::io::{self, Stdin};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

use stage::process::quantity::Rate;

use crate::options::Options;
use crate::source::device::Device;
use crate::source::simulated::{Grid, Signal};
use crate::source::stream::Layout;
use crate::source::{self, Error, polled};

/// A source that can be read.
#[derive(Debug)]
pub enum Opened {
    /// A stream that is taken as it comes.
    Stream(OpenStream),
    /// A file that is read at each tick.
    Polled {
        /// The file.
        path: PathBuf,
        /// How often.
        rate: Rate,
    },
    /// A simulated converter.
    Simulated {
        /// Its signal.
        signal: Signal,
        /// Its values.
        grid: Grid,
        /// What its random numbers begin with.
        seed: Option<u64>,
        /// How often it is asked.
        rate: Rate,
    },
}

/// A stream that is open.
#[derive(Debug)]
pub struct OpenStream {
    /// What messages call it; a file's name in quotes.
    pub name: String,
    /// Its bytes.
    pub bytes: Bytes,
    /// What they consist of.
    pub layout: Layout,
    /// The device that it is, taken for as long as this lives.
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

impl Opened {
    /// Opens what `options` ask for.
    pub fn of(options: &Options) -> Result<Opened, Error> {
        let rate = options.ticking();
        match (&options.from, &options.poll) {
            (Some(path), _) => OpenStream::open(path, options.layout()).map(Opened::Stream),
            (None, Some(path)) => {
                polled::check(path)?;
                Ok(Opened::Polled { path: path.clone(), rate })
            }
            (None, None) => {
                let (signal, grid, seed) = (options.signal, options.range, options.seed);
                Ok(Opened::Simulated { signal, grid, seed, rate })
            }
        }
    }
}

impl OpenStream {
    fn open(path: &Path, layout: Layout) -> Result<OpenStream, Error> {
        let (name, file) = source::open_stream(path)?;
        let bytes = file.map_or_else(|| Bytes::StandardInput(io::stdin()), Bytes::File);
        let device = Device::take(&bytes, &name, layout.format)?;
        Ok(OpenStream { name, bytes, layout, device })
    }
}
