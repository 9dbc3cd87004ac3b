//! A file in memory, for unit tests: it notes when it was synced, and fails when told to.

use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use nix::errno::Errno;
use stage::fake::FakeClock;

use crate::error::{Attempt, Error};
use crate::file::columns::Shown;
use crate::file::storage::Storage;
use crate::file::{Begun, Found, Named};
use crate::notice::LostName;

/// A file in memory, with a name and a disk under it.
#[derive(Debug)]
pub(crate) struct FakeFile {
    /// What is in the file.
    pub(crate) bytes: Vec<u8>,
    /// What was in the files before it, the oldest first.
    pub(crate) old: Vec<Vec<u8>>,
    /// When those that were rotated away begin.
    pub(crate) begun: Vec<SystemTime>,
    /// Bytes that can be written before the disk is full.
    pub(crate) room: usize,
    /// When there is room for everything.
    pub(crate) freed_at: Duration,
    /// Bytes that it takes at a time.
    pub(crate) step: usize,
    /// Rotations that fail before one works, and whether the last one failed.
    pub(crate) stuck_rotations: u32,
    pub(crate) is_rotating: bool,
    /// Whether it failed since the disk was full.
    pub(crate) waits_for_room: bool,
    /// Whether rotations fail for another reason than a full disk, and what is written goes on.
    pub(crate) refuses_rotations: bool,
    /// Openings of the next file, after the name was lost, that fail before one works.
    pub(crate) stuck_reopens: u32,
    /// What the file holds that has the name after it was lost.
    pub(crate) replacement: &'static [u8],
    /// What somebody else writes behind each of our writes.
    pub(crate) foreign: &'static [u8],
    /// Whether nothing can be cut off.
    pub(crate) cannot_cut: bool,
    /// How a sync fails.
    pub(crate) broken_sync: Option<Errno>,
    /// What becomes of its name, and when.
    pub(crate) lost: Option<(Duration, LostName)>,
    pub(crate) clock: FakeClock,
    pub(crate) syncs: Vec<Duration>,
    /// When rotations were refused.
    pub(crate) refused: Vec<Duration>,
}

impl FakeFile {
    pub(crate) fn new(clock: &FakeClock) -> FakeFile {
        FakeFile {
            bytes: Vec::new(),
            old: Vec::new(),
            begun: Vec::new(),
            room: usize::MAX,
            freed_at: Duration::MAX,
            step: usize::MAX,
            stuck_rotations: 0,
            is_rotating: false,
            waits_for_room: false,
            refuses_rotations: false,
            stuck_reopens: 0,
            replacement: b"",
            foreign: b"",
            cannot_cut: false,
            broken_sync: None,
            lost: None,
            clock: clock.clone(),
            syncs: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// What all files hold.
    pub(crate) fn all(&self) -> Vec<u8> {
        [self.old.concat(), self.bytes.clone()].concat()
    }
}

fn failed(attempt: Attempt, kind: io::ErrorKind) -> Error {
    attempt.failed(Path::new("memory"))(kind.into())
}

/// A file that holds whole lines of this length, with nothing to report.
fn begun(length: usize) -> Result<Begun, Error> {
    Ok(Begun { length: length as u64, written: None, notices: Vec::new() })
}

impl Storage for FakeFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        assert!(!self.waits_for_room, "written while its rotation waits for room");
        if self.clock.elapsed() >= self.freed_at {
            self.room = usize::MAX;
        }
        let count = bytes.len().min(self.room).min(self.step);
        if count == 0 {
            return Err(failed(Attempt::Write, io::ErrorKind::StorageFull));
        }
        self.room -= count;
        self.bytes.extend_from_slice(&bytes[..count]);
        self.bytes.extend_from_slice(self.foreign);
        Ok(count)
    }

    fn sync(&mut self) -> Result<(), Error> {
        if let Some(errno) = self.broken_sync {
            return Err(Attempt::Sync.failed(Path::new("memory"))(errno.into()));
        }
        self.syncs.push(self.clock.elapsed());
        Ok(())
    }

    fn cut(&mut self, length: u64) -> Result<(), Error> {
        if self.cannot_cut {
            return Err(failed(Attempt::Cut, io::ErrorKind::PermissionDenied));
        }
        self.bytes.truncate(length as usize);
        Ok(())
    }

    fn length(&self) -> Option<u64> {
        Some(self.bytes.len() as u64)
    }
}

impl Named for FakeFile {
    fn name(&self) -> String {
        "\"memory\"".to_owned()
    }

    fn columns(&self) -> Result<Shown, Error> {
        let read = |buffer: &mut [u8], at: u64| {
            buffer.copy_from_slice(&self.bytes[at as usize..][..buffer.len()]);
            Ok(())
        };
        Shown::of(self.bytes.len() as u64, read).map_err(Attempt::Read.failed(Path::new("memory")))
    }

    fn can_lose_name(&self) -> bool {
        true
    }

    fn look(&self) -> Option<Found> {
        let lost = self.lost.filter(|(at, _)| self.clock.elapsed() >= *at).map(|(_, lost)| lost);
        Some(Found { length: self.bytes.len() as u64, lost })
    }

    fn rotate(&mut self, begun: SystemTime) -> Result<Begun, Error> {
        if self.refuses_rotations {
            (self.is_rotating, self.waits_for_room) = (true, false);
            self.refused.push(self.clock.elapsed());
            return Err(failed(Attempt::Rotate, io::ErrorKind::PermissionDenied));
        }
        if self.stuck_rotations > 0 {
            self.stuck_rotations -= 1;
            (self.is_rotating, self.waits_for_room) = (true, true);
            return Err(failed(Attempt::Open, io::ErrorKind::StorageFull));
        }
        (self.is_rotating, self.waits_for_room) = (false, false);
        self.old.push(std::mem::take(&mut self.bytes));
        self.begun.push(begun);
        self::begun(0)
    }

    fn is_rotating(&self) -> bool {
        self.is_rotating
    }

    fn reopen(&mut self) -> Result<Begun, Error> {
        if self.stuck_reopens > 0 {
            self.stuck_reopens -= 1;
            return Err(failed(Attempt::Open, io::ErrorKind::IsADirectory));
        }
        self.lost = None;
        (self.is_rotating, self.waits_for_room) = (false, false);
        self.old.push(std::mem::replace(&mut self.bytes, self.replacement.to_vec()));
        begun(self.bytes.len())
    }

    fn mend(&mut self) -> Result<Begun, Error> {
        let whole = self.bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        self.bytes.truncate(whole);
        begun(whole)
    }
}
