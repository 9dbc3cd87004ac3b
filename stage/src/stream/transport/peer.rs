//! Which ends of a transport are still open, where the kernel does not report it.
//!
//! A reader of a pipe sees its end once no process has it open for writing, for whatever reason.
//! Message queues and shared memory have no such notion; but a file can have locks that belong to an
//! opening of it (open file description locks, `fcntl(2)`), and that the kernel drops with the last
//! descriptor, even if `kill -9` closed it. So the launcher, which opens each end separately, puts a
//! lock on it: byte 0 for the writer, byte 1 for the reader. The locks follow the descriptors through
//! `fork` and `exec`, and each side can check that the other's is still held.

use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, fcntl};

use super::LOOK_AGAIN;

/// An end of a transport. The number is the byte that its lock is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where bytes go in.
    Writer = 0,
    /// Where they come out.
    Reader = 1,
}

impl End {
    fn other(self) -> End {
        match self {
            End::Writer => End::Reader,
            End::Reader => End::Writer,
        }
    }
}

/// Marks `fd` as this end of its transport, until the last descriptor of the same opening is closed.
pub(crate) fn hold(fd: impl AsFd, end: End) -> io::Result<()> {
    // A read lock needs a descriptor open for reading, a write lock one open for writing.
    let kind = if end == End::Writer { libc::F_WRLCK } else { libc::F_RDLCK };
    fcntl(fd, FcntlArg::F_OFD_SETLK(&lock(kind, end)))?;
    Ok(())
}

/// Whether any process holds this end, seen from any descriptor of the transport.
fn is_held(fd: impl AsFd, end: End) -> bool {
    let mut found = lock(libc::F_WRLCK, end);
    // The older query: its answer includes locks that this opening itself holds.
    match fcntl(fd, FcntlArg::F_GETLK(&mut found)) {
        Ok(_) => found.l_type != libc::F_UNLCK as libc::c_short,
        // If this fails, assume that it is there: the launcher will notify us.
        Err(_) => true,
    }
}

fn lock(kind: libc::c_int, end: End) -> libc::flock {
    libc::flock {
        l_type: kind as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: end as libc::off_t,
        l_len: 1,
        l_pid: 0,
    }
}

/// What one end knows of the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    end: End,
    /// Whether this transport's ends are marked. If not, another program made it, and has to signal its
    /// end itself.
    held: bool,
}

impl Peer {
    /// The end opposite to `fd`, which is `mine`.
    pub(crate) fn of(fd: impl AsFd, mine: End) -> Peer {
        Peer { end: mine.other(), held: is_held(fd, mine) }
    }

    /// Whether the kernel knows when it is gone.
    pub(crate) fn is_marked(self) -> bool {
        self.held
    }

    /// Whether a process may still have it open.
    pub(crate) fn is_there(self, fd: impl AsFd) -> bool {
        !self.held || is_held(fd, self.end)
    }
}

/// How long after a check the other end is taken to be there: long against the waits of a busy
/// transport, which would otherwise check as often as they send, and short against a person's patience.
const FRESH: Duration = Duration::from_millis(10);

/// The other end, as a side sees it that checks before it sleeps, but not each time anew.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watched {
    peer: Peer,
    /// When it was last there.
    seen: Option<Instant>,
}

impl Watched {
    /// The end opposite to `fd`, which is `mine`.
    pub(crate) fn of(fd: impl AsFd, mine: End) -> Watched {
        Watched { peer: Peer::of(fd, mine), seen: None }
    }

    /// How long to sleep before asking again; `None` if it is gone. It may have left since it was last
    /// seen, and then wakes nobody: so a sleep without a check is a short one.
    pub(crate) fn trusted_for(&mut self, fd: impl AsFd) -> Option<Duration> {
        if !self.peer.held {
            return Some(LOOK_AGAIN);
        }
        let now = Instant::now();
        let age = self.seen.map(|seen| now.saturating_duration_since(seen));
        if let Some(age) = age.filter(|age| *age < FRESH) {
            return Some(FRESH - age);
        }
        let is_there = self.peer.is_there(fd);
        self.seen = is_there.then_some(now);
        is_there.then_some(LOOK_AGAIN)
    }

    /// Whether it may still be there, checked now.
    pub(crate) fn is_there(self, fd: impl AsFd) -> bool {
        self.peer.is_there(fd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{File, OpenOptions};

    /// The reader's and the writer's opening of one file, marked as such.
    fn ends() -> (File, File) {
        let file = tempfile::NamedTempFile::new().unwrap();
        let reader = OpenOptions::new().read(true).open(file.path()).unwrap();
        let writer = OpenOptions::new().write(true).open(file.path()).unwrap();
        hold(&reader, End::Reader).unwrap();
        hold(&writer, End::Writer).unwrap();
        (reader, writer)
    }

    #[test]
    fn an_end_is_there_as_long_as_a_descriptor_of_its_opening() {
        let (reader, writer) = ends();
        let to_reader = Peer::of(&writer, End::Writer);
        assert!(to_reader.is_there(&writer));
        let copy = reader.try_clone().unwrap();
        drop(reader);
        assert!(to_reader.is_there(&writer), "a copy is left");
        drop(copy);
        assert!(!to_reader.is_there(&writer));
    }

    #[test]
    fn where_ends_are_not_held_nothing_is_concluded() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(Peer::of(file.as_file(), End::Reader).is_there(file.as_file()));
        let mut watched = Watched::of(file.as_file(), End::Reader);
        let trusted = [(); 2].map(|()| watched.trusted_for(file.as_file()));
        assert_eq!(trusted, [Some(LOOK_AGAIN); 2]);
    }

    #[test]
    fn after_a_check_the_other_end_is_trusted_for_a_short_time_only() {
        let (reader, writer) = ends();
        let mut watched = Watched::of(&writer, End::Writer);
        assert_eq!(watched.trusted_for(&writer), Some(LOOK_AGAIN), "it was checked");
        drop(reader);
        // However slow this test is, an end that is gone is never trusted for longer than that.
        while let Some(time) = watched.trusted_for(&writer) {
            assert!(time <= FRESH, "{time:?}");
        }
        assert_eq!(watched.trusted_for(&writer), None, "gone is gone");
    }
}
