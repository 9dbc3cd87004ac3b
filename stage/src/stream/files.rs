//! Opening what a stage reads; and which files stages read and write, so that none reads its own
//! output.
//!
//! A file is known by its device and inode, whatever name leads to it: a link, `/dev/stdin`, a
//! descriptor's name below `/proc`. One that does not exist yet is known by its directory's, and by its
//! name in it, even if a link leads there. Devices such as `/dev/null` and terminals do not count: many
//! processes may write to them, and none reads what another writes.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::iter;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use nix::sys::stat::{FileStat, SFlag, fstat};
use serde::{Deserialize, Serialize};

use crate::process::message::quoted_path;

/// The name for standard input in the place of a file.
pub const STANDARD_INPUT: &str = "-";

/// Opens `path` for reading, without waiting for a FIFO's writer or a modem's carrier, and
/// without making a terminal this process's own.
pub fn open(path: &Path) -> io::Result<File> {
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    OpenOptions::new().read(true).custom_flags(flags.bits()).open(path)
}

/// A file that is read or written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UsedFile {
    /// Its name in messages, quoted.
    pub name: String,
    #[serde(flatten)]
    identity: Identity,
}

/// What a file is, whatever its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    device: u64,
    inode: u64,
    /// If it does not exist yet: its name in the directory that the two identify.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entry: Option<String>,
}

impl UsedFile {
    /// The file at `path`; `None` for a device, and if it cannot be identified.
    pub(crate) fn at(path: &Path) -> Option<UsedFile> {
        let identity = match fs::metadata(path) {
            Ok(it) if it.file_type().is_char_device() => return None,
            Ok(it) => Identity { device: it.dev(), inode: it.ino(), entry: None },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let path = links(path).last()?;
                let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
                let directory = fs::metadata(parent.unwrap_or(Path::new("."))).ok()?;
                let entry = Some(quoted_path(&PathBuf::from(path.file_name()?)));
                Identity { device: directory.dev(), inode: directory.ino(), entry }
            }
            Err(_) => return None,
        };
        Some(UsedFile { name: quoted_path(path), identity })
    }

    /// Standard input; `None` for a device, and for a socket, which may legitimately be standard output
    /// as well.
    pub(crate) fn standard_input() -> Option<UsedFile> {
        let identity = identity_of(io::stdin().as_fd())?;
        let is_socket = kind_of(io::stdin())? == SFlag::S_IFSOCK;
        (!is_socket).then(|| UsedFile { name: "standard input".to_owned(), identity })
    }

    /// Whether it is this process' standard output.
    pub(crate) fn is_standard_output(&self) -> bool {
        identity_of(io::stdout().as_fd()).as_ref() == Some(&self.identity)
    }

    /// Whether both are the same file.
    pub fn is_same(&self, other: &UsedFile) -> bool {
        self.identity == other.identity
    }

    /// Which of this process' standard streams it is.
    pub fn standard_stream(&self) -> Option<&'static str> {
        let (input, output, error) = (io::stdin(), io::stdout(), io::stderr());
        let streams = [input.as_fd(), output.as_fd(), error.as_fd()];
        let is_it = |fd: &BorrowedFd<'_>| identity_of(*fd).as_ref() == Some(&self.identity);
        streams.iter().zip(STREAMS).find(|(fd, _)| is_it(fd)).map(|(_, name)| name)
    }
}

/// The standard streams, by the numbers of their descriptors.
const STREAMS: [&str; 3] = ["standard input", "standard output", "standard error"];

/// How many links to follow: as many as the kernel does.
const MAX_LINKS: usize = 40;

/// The standard stream that a path names as such, whatever it is connected to: `/dev/stdin`,
/// `/dev/fd/1`, or a link to one of these.
pub(crate) fn named_stream(path: &Path) -> Option<&'static str> {
    links(path).find_map(|path| descriptor(&path)).and_then(|it| STREAMS.get(it).copied())
}

/// The number of the descriptor that a path names.
fn descriptor(path: &Path) -> Option<usize> {
    let is_descriptor =
        ["/dev/fd", "/proc/self/fd"].iter().any(|it| path.parent() == Some(it.as_ref()));
    path.file_name()?.to_str()?.parse().ok().filter(|_| is_descriptor)
}

/// A path, and those that it leads to if it is a link.
pub(crate) fn links(path: &Path) -> impl Iterator<Item = PathBuf> {
    let target = |path: &PathBuf| {
        let link = fs::read_link(path).ok()?;
        Some(path.parent().map(|parent| parent.join(&link)).unwrap_or(link))
    };
    iter::successors(Some(path.to_owned()), target).take(1 + MAX_LINKS)
}

/// The open file's identity; `None` for a device.
#[allow(clippy::unnecessary_cast, reason = "they are smaller on some architectures")]
fn identity_of(fd: BorrowedFd<'_>) -> Option<Identity> {
    let FileStat { st_dev, st_ino, .. } = fstat(fd).ok()?;
    let is_device = kind_of(fd)? == SFlag::S_IFCHR;
    let identity = Identity { device: st_dev as u64, inode: st_ino as u64, entry: None };
    (!is_device).then_some(identity)
}

/// What kind of file it is: one of the `S_IF` constants.
pub fn kind_of(fd: impl AsFd) -> Option<SFlag> {
    Some(SFlag::from_bits_truncate(fstat(fd).ok()?.st_mode) & SFlag::S_IFMT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn are_same(one: &Path, other: &Path) -> bool {
        UsedFile::at(one).unwrap().is_same(&UsedFile::at(other).unwrap())
    }

    #[test]
    fn a_file_is_the_same_under_every_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write(path("file"), "").unwrap();
        fs::write(path("other"), "").unwrap();
        fs::hard_link(path("file"), path("hard")).unwrap();
        symlink("hard", path("soft")).unwrap();
        assert!(are_same(&path("file"), &path("soft")));
        assert!(!are_same(&path("file"), &path("other")));
        assert_eq!(UsedFile::at(&path("soft")).unwrap().name, quoted_path(&path("soft")));
    }

    #[test]
    fn a_file_that_is_still_to_be_made_is_known_by_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        assert!(are_same(&path("new"), &path("./new")));
        assert!(!are_same(&path("new"), &path("newer")));
        assert!(!are_same(&path("new"), dir.path()));
        assert!(UsedFile::at(&path("missing/new")).is_none());
        fs::create_dir(path("below")).unwrap();
        symlink("../new", path("below/link")).unwrap();
        symlink("below/link", path("link")).unwrap();
        assert!(are_same(&path("new"), &path("link")));
        assert_eq!(UsedFile::at(&path("link")).unwrap().name, quoted_path(&path("link")));
    }

    #[test]
    fn a_standard_stream_has_many_names() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        symlink("/dev/stdout", path("link")).unwrap();
        symlink("file", path("other")).unwrap();
        fs::write(path("file"), "").unwrap();
        for (path, stream) in [
            (PathBuf::from("/dev/stdin"), Some("standard input")),
            (PathBuf::from("/dev/fd/1"), Some("standard output")),
            (PathBuf::from("/proc/self/fd/2"), Some("standard error")),
            (path("link"), Some("standard output")),
            (PathBuf::from("/dev/fd/63"), None),
            (path("other"), None),
            (path("1"), None),
        ] {
            assert_eq!(named_stream(&path), stream, "{path:?}");
        }
    }

    #[test]
    fn devices_are_left_out() {
        assert!(UsedFile::at(Path::new("/dev/null")).is_none());
        let null = File::open("/dev/null").unwrap();
        assert_eq!(identity_of(null.as_fd()), None);
    }
}
