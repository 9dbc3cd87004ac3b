//! The input of a stream that was opened, together with the device that it is.
//!
//! Once it hangs up, or cannot be read any more, both are let go of, so that a device that returns gets
//! the name that it had.

use std::fs;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Instant;

use nix::sys::stat::{SFlag, fstat};
use stage::process::clock::Wake;
use stage::stream::ending::Ending;
use stage::stream::files::kind_of;
use stage::stream::input::{Input, Stoppable};
use stage::stream::regular::Regular;

use super::device::Device;
use super::open_stream::Bytes;

/// The input of an open stream.
#[derive(Debug)]
pub struct Connection {
    open: Option<(Stoppable<Bytes>, Option<Device>)>,
    /// How it ended, once it was let go of.
    ending: Ending,
    /// Whether it is a FIFO that another writer is awaited at.
    awaits_writers: bool,
}

impl Connection {
    pub(super) fn new(input: Stoppable<Bytes>, device: Option<Device>) -> Connection {
        Connection { open: Some((input, device)), ending: Ending::Clean, awaits_writers: false }
    }

    /// Lets the end of a FIFO's last writer be no end of the stream.
    pub(crate) fn await_writers(&mut self) {
        let kind = self.open.as_ref().and_then(|(input, _)| kind_of(input.fd()));
        self.awaits_writers = kind == Some(SFlag::S_IFIFO);
    }

    /// How it ended: like this, unless only the last writer of a FIFO has left.
    fn ended(&self, ending: Ending) -> Ending {
        match ending {
            Ending::Clean if self.awaits_writers => Ending::WriterGone,
            ending => ending,
        }
    }

    /// Whether a stop has ended it.
    pub(crate) fn is_stopped(&self) -> bool {
        self.open.as_ref().is_some_and(|(input, _)| input.has_ended())
    }

    /// Whether it is what `path` leads to.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        let of_path = fs::metadata(path).ok().map(|it| (it.dev(), it.ino()));
        of_path.is_some() && self.identity() == of_path
    }

    /// The device and the inode of what is open.
    #[allow(clippy::unnecessary_cast, reason = "they are smaller on some architectures")]
    pub(crate) fn identity(&self) -> Option<(u64, u64)> {
        let (input, _) = self.open.as_ref()?;
        fstat(input.fd().as_fd()).ok().map(|it| (it.st_dev as u64, it.st_ino as u64))
    }
}

impl Input for Connection {
    fn wait(&mut self, deadline: Option<Instant>) -> io::Result<Wake> {
        match &mut self.open {
            Some((input, _)) => input.wait(deadline),
            None => Ok(Wake::Ready),
        }
    }

    fn ending(&self) -> Ending {
        self.open.as_ref().map_or(self.ending, |(input, _)| self.ended(input.ending()))
    }

    fn ending_in_half(&mut self) -> io::Result<Ending> {
        match &mut self.open {
            Some((input, _)) => input.ending_in_half().map(|ending| self.ended(ending)),
            None => Ok(self.ending),
        }
    }

    fn file(&self) -> Option<Regular> {
        self.open.as_ref().and_then(|(input, _)| input.file())
    }
}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some((input, _)) = &mut self.open else { return Ok(0) };
        let read = input.read(buffer);
        if let Err(error) = &read
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.ending = Ending::of_error(error);
            self.open = None;
        }
        read
    }
}
