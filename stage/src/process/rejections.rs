//! The count of rejections: `conv` adds what it rejects, and `report` shows it at once.
//!
//! `conv` rejects before `stat` sees anything, so `stat`'s records do not count it. If the environment
//! variable [`VARIABLE`] holds the number of an open eventfd, as it does in the launcher's pipeline for
//! these two stages, `conv` adds its rejections there, and `report` adds them to the `rejected` of
//! every record that it shows.
//!
//! An eventfd is a number in the kernel: adding to it needs no reader, taking it sets it to zero, and
//! nothing is lost if one of the two processes is slow, suspended or killed. A write adds a number of 8
//! bytes in the machine's order, and a read takes the sum; neither may block. `conv` adds before it
//! sends the samples that came after, so that a record never counts a sample without the rejections
//! before it, and the last record counts all.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;

use nix::sys::eventfd::{EfdFlags, EventFd};

use crate::process::inherited;

/// The environment variable that names the descriptor.
pub const VARIABLE: &str = "WANDLER_REJECTED";

/// One side of the count.
#[derive(Debug)]
pub struct Rejections(File);

impl Rejections {
    /// The count that the environment names, if any. Call it once.
    pub(crate) fn from_environment() -> Result<Option<Rejections>, inherited::Error> {
        Ok(inherited::descriptor(VARIABLE)?.map(Rejections::new))
    }

    /// The count behind `fd`.
    pub fn new(fd: OwnedFd) -> Rejections {
        Rejections(fd.into())
    }

    /// Adds to it. Failing to is no reason to stop converting.
    pub fn add(&self, count: u64) {
        let _ = (&self.0).write_all(&count.to_ne_bytes());
    }

    /// Takes what was added since the last time.
    pub fn take(&self) -> u64 {
        let mut count = [0; 8];
        // While the count is zero, a read fails rather than block.
        match (&self.0).read_exact(&mut count) {
            Ok(()) => u64::from_ne_bytes(count),
            Err(_) => 0,
        }
    }
}

/// A new count, close-on-exec from birth: its two sides, for `conv` and for `report`.
pub fn create() -> io::Result<[OwnedFd; 2]> {
    let one = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?;
    let one = OwnedFd::from(one);
    Ok([one.try_clone()?, one])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_taken_once_whoever_is_slow_or_gone() {
        let [conv, report] = create().unwrap().map(Rejections::new);
        assert_eq!(report.take(), 0);
        conv.add(1);
        conv.add(41);
        assert_eq!((report.take(), report.take()), (42, 0));
        conv.add(7);
        drop(conv);
        assert_eq!((report.take(), report.take()), (7, 0), "although conv has ended");
        let [conv, report] = create().unwrap().map(Rejections::new);
        drop(report);
        conv.add(1);
    }

    #[test]
    fn a_count_of_another_kind_counts_nothing() {
        let (reader, writer) = io::pipe().unwrap();
        drop(writer);
        assert_eq!(Rejections::new(reader.into()).take(), 0);
    }
}
