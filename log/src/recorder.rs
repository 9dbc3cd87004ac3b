//! Writing lines, and counting those written and those on the disk.

use std::io::{self, Write};
use std::time::Instant;

use memchr::{memchr, memchr_iter};
use stage::clock::Clock;
use stage::output::write_counting;

use crate::sync::Policy;
use crate::timestamps::Timestamps;

/// Something to record on, which can put what was written out of reach of a power failure.
pub trait Disk: Write {
    /// Returns when everything written is on the disk.
    fn sync(&mut self) -> io::Result<()>;
}

/// What could not be done with the disk.
#[derive(Debug)]
pub enum Failed {
    /// Writing.
    Write(io::Error),
    /// Syncing. Final: the kernel may have dropped what it could not write, so that a second
    /// sync would succeed without the data.
    Sync(io::Error),
}

/// Records lines on a disk.
#[derive(Debug)]
pub struct Recorder<D> {
    disk: D,
    policy: Policy,
    timestamps: Option<Timestamps>,
    /// Lines with their timestamps, before they are written.
    stamped: Vec<u8>,
    /// Whether the next byte begins a line.
    at_line_start: bool,
    recorded: u64,
    durable: u64,
    /// When the oldest bytes that are not synced were written.
    oldest: Option<Instant>,
}

impl<D: Disk> Recorder<D> {
    /// Records on `disk`, whose last line is whole.
    pub fn new(disk: D, policy: Policy, timestamps: Option<Timestamps>) -> Recorder<D> {
        Recorder {
            disk,
            policy,
            timestamps,
            stamped: Vec::new(),
            at_line_start: true,
            recorded: 0,
            durable: 0,
            oldest: None,
        }
    }

    /// Whole lines written.
    pub fn recorded(&self) -> u64 {
        self.recorded
    }

    /// Whole lines known to be on the disk.
    pub fn durable(&self) -> u64 {
        self.durable
    }

    /// What is recorded on.
    #[cfg(test)]
    pub(crate) fn disk(&self) -> &D {
        &self.disk
    }

    /// Writes `bytes`, which may begin and end anywhere in a line.
    pub fn write(&mut self, bytes: &[u8], clock: &impl Clock) -> Result<(), Failed> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.oldest.get_or_insert_with(|| clock.now());
        match self.timestamps {
            None => self.write_out(bytes)?,
            Some(timestamps) => {
                let mut stamp = Vec::new();
                timestamps.print(clock.time_of_day(), &mut stamp);
                let stamped = self.stamp(bytes, &stamp);
                self.write_out(&stamped)?;
                self.stamped = stamped;
            }
        }
        self.at_line_start = bytes.last().map_or(self.at_line_start, |&byte| byte == b'\n');
        Ok(())
    }

    /// `bytes` with `stamp` in front of each line that begins in them.
    fn stamp(&mut self, bytes: &[u8], stamp: &[u8]) -> Vec<u8> {
        let mut stamped = std::mem::take(&mut self.stamped);
        stamped.clear();
        let mut at_line_start = self.at_line_start;
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            if at_line_start {
                stamped.extend_from_slice(stamp);
            }
            stamped.extend_from_slice(&rest[..end]);
            rest = &rest[end..];
            at_line_start = true;
        }
        stamped
    }

    /// Writes all of `bytes`, and counts the lines that are whole, also if it fails halfway.
    fn write_out(&mut self, bytes: &[u8]) -> Result<(), Failed> {
        let (written, result) = write_counting(&mut self.disk, bytes);
        self.recorded += memchr_iter(b'\n', &bytes[..written]).count() as u64;
        result.map_err(Failed::Write)
    }

    /// When to sync although nothing more has come.
    pub fn deadline(&self) -> Option<Instant> {
        self.oldest.and_then(|oldest| self.policy.deadline(oldest))
    }

    /// Syncs if the policy says so.
    pub fn sync_if_due(&mut self, now: Instant) -> Result<(), Failed> {
        match self.oldest {
            Some(oldest) if self.policy.is_due(oldest, now) => self.sync(),
            _ => Ok(()),
        }
    }

    /// Gives the last line its line feed, and syncs.
    pub fn finish(&mut self) -> Result<(), Failed> {
        if !self.at_line_start {
            self.write_out(b"\n")?;
            self.at_line_start = true;
        }
        self.sync()
    }

    fn sync(&mut self) -> Result<(), Failed> {
        self.disk.sync().map_err(Failed::Sync)?;
        self.durable = self.recorded;
        self.oldest = None;
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod fake {
    use super::*;
    use stage::fake::FakeClock;
    use std::time::Duration;

    /// A disk in memory that notes when it was synced, and fails when told to.
    #[derive(Debug)]
    pub(crate) struct Memory {
        pub(crate) bytes: Vec<u8>,
        pub(crate) room: usize,
        pub(crate) broken_sync: bool,
        pub(crate) clock: FakeClock,
        pub(crate) syncs: Vec<Duration>,
    }

    impl Memory {
        pub(crate) fn new(clock: &FakeClock) -> Memory {
            Memory {
                bytes: Vec::new(),
                room: usize::MAX,
                broken_sync: false,
                clock: clock.clone(),
                syncs: Vec::new(),
            }
        }

        /// When it was synced, after the clock's start.
        pub(crate) fn syncs(&self) -> &[Duration] {
            &self.syncs
        }
    }

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let count = bytes.len().min(self.room);
            if count == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.room -= count;
            self.bytes.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Disk for Memory {
        fn sync(&mut self) -> io::Result<()> {
            if self.broken_sync {
                return Err(io::ErrorKind::Other.into());
            }
            self.syncs.push(self.clock.elapsed());
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fake::Memory;
    use super::*;
    use proptest::prelude::*;
    use stage::fake::FakeClock;
    use std::time::Duration;

    #[test]
    fn a_line_gets_the_time_at_which_it_began_to_arrive() {
        let clock = FakeClock::new();
        let mut recorder =
            Recorder::new(Memory::new(&clock), Policy::Never, Some(Timestamps::Unix));
        recorder.write(b"1\n2", &clock).unwrap();
        clock.advance(Duration::from_secs(1));
        recorder.write(b"2\n3\n", &clock).unwrap();
        let text = String::from_utf8_lossy(&recorder.disk.bytes);
        assert_eq!(text, "1000000000.000000\t1\n1000000000.000000\t22\n1000000001.000000\t3\n");
    }

    #[test]
    fn only_whole_lines_count_and_only_synced_ones_are_durable() {
        let clock = FakeClock::new();
        let mut recorder = Recorder::new(Memory::new(&clock), Policy::Never, None);
        recorder.write(b"1\n2", &clock).unwrap();
        assert_eq!((recorder.recorded(), recorder.durable()), (1, 0));
        recorder.finish().unwrap();
        assert_eq!((recorder.recorded(), recorder.durable()), (2, 2));
    }

    #[test]
    fn lines_written_before_the_disk_was_full_are_counted() {
        let clock = FakeClock::new();
        let disk = Memory { room: 5, ..Memory::new(&clock) };
        let mut recorder = Recorder::new(disk, Policy::Never, None);
        let failed = recorder.write(b"1\n2\n3\n", &clock).unwrap_err();
        assert!(matches!(failed, Failed::Write(_)));
        assert_eq!(recorder.recorded(), 2);
    }

    #[test]
    fn a_failed_sync_makes_nothing_durable() {
        let clock = FakeClock::new();
        let disk = Memory { broken_sync: true, ..Memory::new(&clock) };
        let mut recorder = Recorder::new(disk, Policy::Always, None);
        recorder.write(b"1\n", &clock).unwrap();
        assert!(matches!(recorder.sync_if_due(clock.now()), Err(Failed::Sync(_))));
        assert_eq!((recorder.recorded(), recorder.durable()), (1, 0));
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_file(
            text in "([a-z]{0,5}\n){0,10}[a-z]{0,3}", size in 1usize..10, stamped in any::<bool>(),
        ) {
            let written = |size: usize| {
                let clock = FakeClock::new();
                let stamps = stamped.then_some(Timestamps::Iso);
                let mut recorder = Recorder::new(Memory::new(&clock), Policy::Never, stamps);
                for chunk in text.as_bytes().chunks(size) {
                    recorder.write(chunk, &clock).unwrap();
                }
                recorder.finish().unwrap();
                (recorder.disk.bytes.clone(), recorder.recorded())
            };
            prop_assert_eq!(written(size), written(1000));
        }
    }
}
