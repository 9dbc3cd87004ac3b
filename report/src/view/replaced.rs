//! Replacing a file atomically, so that a reader always sees one complete state.
//!
//! The order: write a new file beside it, then rename it. Nothing is synced: if the system crashes,
//! the next state is as good as the one that was lost.
//!
//! Where its directory does not allow that, an existing file is written in place: one that is mounted
//! by itself, as into a container (EBUSY), or one in a directory that must not be changed. Then a reader
//! may see a part of it.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tempfile::Builder;

/// How a text was written.
#[derive(Debug)]
pub(crate) enum Manner {
    /// All of it, at once.
    Whole,
    /// In place, since the directory does not let the file be replaced, for this reason.
    InPlace(io::Error),
    /// To a reader that has not taken all of it.
    InPart(Unsent),
}

/// What the reader of a FIFO or the like has not taken yet.
#[derive(Debug)]
pub(crate) struct Unsent {
    /// Does not block.
    file: File,
    rest: Vec<u8>,
}

impl Unsent {
    /// Whether all of it has been sent.
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Sends as much as is taken now; returns how much that was.
    pub(crate) fn send(&mut self) -> io::Result<usize> {
        let before = self.rest.len();
        while !self.rest.is_empty() {
            match self.file.write(&self.rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => drop(self.rest.drain(..count)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(before - self.rest.len())
    }

    /// Waits until more is taken, but not for longer than `time`.
    pub(crate) fn wait(&self, time: Duration) {
        let mut interest = [PollFd::new(self.file.as_fd(), PollFlags::POLLOUT)];
        let time = PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX);
        let _ = poll(&mut interest, time);
    }
}

/// Replaces the file at `path`, or the one that a link there leads to, with a new one that has this
/// text. Anything else that is there, such as a FIFO or a device, is written to.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<Manner> {
    let place = match path.metadata() {
        Ok(there) if !there.is_file() => {
            return send(path, text).map_err(|error| match error.raw_os_error() {
                Some(errno) if errno == Errno::ENXIO as i32 && there.file_type().is_fifo() => {
                    io::Error::other("it has no reader")
                }
                _ => error,
            });
        }
        Ok(_) => path.canonicalize()?,
        Err(_) => path.to_owned(),
    };
    match rename_over(&place, text) {
        Ok(()) => Ok(Manner::Whole),
        // The reason to report is the first, unless it is written in place.
        Err(why) if is_of_the_directory(&why) && place.is_file() => {
            write_in_place(&place, text).map(|()| Manner::InPlace(plain(why)))
        }
        Err(why) => Err(plain(why)),
    }
}

/// Whether an error of making or renaming a file may be due to its directory alone.
fn is_of_the_directory(error: &io::Error) -> bool {
    use ErrorKind::{PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem | ResourceBusy)
}

/// Writes to whatever is at `path`. Without a reader, or with one that hangs, this does not block.
fn send(path: &Path, text: &str) -> io::Result<Manner> {
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = OpenOptions::new().write(true).custom_flags(flags.bits()).open(path)?;
    let mut unsent = Unsent { file, rest: text.as_bytes().to_vec() };
    unsent.send()?;
    Ok(if unsent.is_empty() { Manner::Whole } else { Manner::InPart(unsent) })
}

/// Writes a new file, and gives it the name of the one at `place`.
fn rename_over(place: &Path, text: &str) -> io::Result<()> {
    let directory = place.parent().filter(|it| !it.as_os_str().is_empty());
    // A name that no collector looks for; the umask decides who may read it.
    let mut new = Builder::new()
        .prefix(".wandler-")
        .permissions(Permissions::from_mode(0o644))
        .tempfile_in(directory.unwrap_or(Path::new(".")))?;
    new.write_all(text.as_bytes())?;
    new.persist(place)?;
    Ok(())
}

/// Writes over what an existing file contains, and then cuts off what was longer, so that it is never
/// empty.
pub(crate) fn write_in_place(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.set_len(text.len() as u64)
}

/// The system's reason alone, without the name of the temporary file that tempfile adds.
fn plain(error: io::Error) -> io::Error {
    let text = error.to_string();
    match text.split_once(" (os error ") {
        Some((reason, _)) => io::Error::new(error.kind(), reason),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Read;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_file_is_replaced_even_behind_a_link_and_anything_else_is_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let [file, link] = ["file", "link"].map(|name| dir.path().join(name));
        replace(&file, "1").unwrap();
        symlink("file", &link).unwrap();
        replace(&link, "2").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "2");

        let (mut reader, writer) = io::pipe().unwrap();
        let number = std::os::fd::AsRawFd::as_raw_fd(&writer);
        replace(Path::new(&format!("/proc/self/fd/{number}")), "3").unwrap();
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "3");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 2, "nothing is left behind");
    }

    #[test]
    fn in_place_a_shorter_text_leaves_nothing_of_a_longer_one() {
        let file = tempfile::NamedTempFile::new().unwrap();
        write_in_place(file.path(), "12345").unwrap();
        write_in_place(file.path(), "67").unwrap();
        assert_eq!(fs::read_to_string(file.path()).unwrap(), "67");
    }
}
