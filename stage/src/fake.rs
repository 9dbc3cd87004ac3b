//! Scripted input, an output without a reader, and hand-set time, for unit tests without processes or
//! waiting.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime};

use nix::errno::Errno;

use crate::process::clock::{Clock, Timer, Wake};
use crate::stream::ending::{Ending, Lost};
use crate::stream::input::Input;
use crate::stream::output::Output;

/// A clock that stands still until it is moved; clones share the time.
#[derive(Clone, Debug)]
pub struct FakeClock {
    start: Instant,
    elapsed: Rc<Cell<Duration>>,
    /// When a stop is requested, counted from the start.
    stop_at: Duration,
}

impl FakeClock {
    /// A clock at whose start the time of day is 2001-09-09 01:46:40 UTC, 10^9 seconds after
    /// the epoch.
    pub fn new() -> FakeClock {
        FakeClock { start: Instant::now(), elapsed: Rc::default(), stop_at: Duration::MAX }
    }

    /// The same, with a stop requested `elapsed` after the start.
    pub fn stopping_at(elapsed: Duration) -> FakeClock {
        FakeClock { stop_at: elapsed, ..FakeClock::new() }
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.elapsed.set(self.elapsed.get() + by);
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.elapsed.get()
    }
}

impl Default for FakeClock {
    fn default() -> FakeClock {
        FakeClock::new()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Instant {
        self.start + self.elapsed.get()
    }

    fn time_of_day(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000) + self.elapsed.get()
    }
}

impl Timer for FakeClock {
    fn wait_until(&mut self, deadline: Instant) -> io::Result<Wake> {
        let target = deadline.saturating_duration_since(self.start).max(self.elapsed.get());
        self.elapsed.set(target.min(self.stop_at.max(self.elapsed.get())));
        Ok(if self.elapsed.get() >= self.stop_at { Wake::Stop } else { Wake::Deadline })
    }
}

/// An input that comes in chunks, with pauses between them that a [`FakeClock`] takes.
#[derive(Debug)]
pub struct Chunks {
    /// When each chunk comes, and its bytes.
    script: VecDeque<(Duration, Vec<u8>)>,
    clock: FakeClock,
    ending: Ending,
}

impl Chunks {
    /// `bytes` in chunks of `size`, without pauses.
    pub fn of(bytes: &[u8], size: usize) -> Chunks {
        let script = bytes.chunks(size).map(|chunk| (Duration::ZERO, chunk.to_vec())).collect();
        Chunks { script, clock: FakeClock::new(), ending: Ending::Clean }
    }

    /// Each text at its time after the clock's start; then the end.
    pub fn timed(clock: &FakeClock, script: &[(Duration, &str)]) -> Chunks {
        let script = script.iter().map(|(at, text)| (*at, text.as_bytes().to_vec())).collect();
        Chunks { script, clock: clock.clone(), ending: Ending::Clean }
    }

    /// The same, but with another end than a clean one.
    pub fn ended_by(self, ending: Ending) -> Chunks {
        Chunks { ending, ..self }
    }
}

impl Input for Chunks {
    fn wait(&mut self, deadline: Option<Instant>) -> io::Result<Wake> {
        let Some((at, _)) = self.script.front() else { return Ok(Wake::Ready) };
        let comes = self.clock.start + *at;
        match deadline {
            Some(deadline) if deadline < comes => {
                self.clock.wait_until(deadline)?;
                Ok(Wake::Deadline)
            }
            _ => {
                self.clock.wait_until(comes)?;
                Ok(Wake::Ready)
            }
        }
    }

    fn ending(&self) -> Ending {
        self.ending
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some((_, chunk)) = self.script.front_mut() else {
            return match self.ending {
                Ending::HungUp => Err(Lost::HungUp.into()),
                Ending::EndByte => Err(Lost::EndByte.into()),
                Ending::Failed => Err(Errno::EIO.into()),
                Ending::Clean
                | Ending::Recorded
                | Ending::WriterGone
                | Ending::Stopped
                | Ending::Deadline => Ok(0),
            };
        };
        let count = chunk.len().min(buffer.len());
        buffer[..count].copy_from_slice(&chunk[..count]);
        chunk.drain(..count);
        if chunk.is_empty() {
            self.script.pop_front();
        }
        Ok(count)
    }
}

/// An output whose reader takes nothing for a while: what is offered until this time of a [`FakeClock`]
/// is not taken. It notes when it took what.
#[derive(Debug)]
pub struct Held {
    /// The time.
    pub clock: FakeClock,
    /// Until when it is held, counted from the clock's start.
    pub until: Duration,
    /// What was taken, and when.
    pub taken: Vec<(Duration, String)>,
}

impl Output for Held {
    fn has_room(&mut self) -> io::Result<bool> {
        Ok(self.clock.elapsed() >= self.until)
    }

    fn offer(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.has_room()? { self.write(bytes) } else { Ok(0) }
    }
}

impl Write for Held {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.taken.push((self.clock.elapsed(), String::from_utf8_lossy(bytes).into_owned()));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An output whose reader is gone.
#[derive(Clone, Copy, Debug)]
pub struct Gone;

impl Output for Gone {}

impl Write for Gone {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
