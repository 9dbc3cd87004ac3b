//! Waiting for a token, with no signals but a stop, and no messages.

use std::io;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use loom::sync::atomic::AtomicBool;

use super::clock::Wake;
use super::semaphore::Semaphore;

/// The request to stop.
#[derive(Debug, Default)]
pub(crate) struct Stop(AtomicBool);

impl Stop {
    /// Makes it.
    pub(crate) fn request(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it was made.
    fn is_made(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// What can be waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Awaited<'a> {
    /// A token of this semaphore, which is then taken.
    Token(&'a Semaphore),
}

/// What ends a sleep besides what is waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sleep<'a> {
    /// Nothing.
    Deaf,
    /// A stop.
    Until(&'a Stop),
    /// A deadline that has passed.
    AtOnce,
}

impl Sleep<'_> {
    fn is_stopped(self) -> bool {
        match self {
            Sleep::Deaf | Sleep::AtOnce => false,
            Sleep::Until(stop) => stop.is_made(),
        }
    }

    /// Sleeps until `event`, but for at most `time`; `None` if that elapses first.
    pub(crate) fn until_or_for(
        self,
        event: Awaited<'_>,
        time: Duration,
    ) -> io::Result<Option<Wake>> {
        let Awaited::Token(semaphore) = event;
        if self.is_stopped() {
            return Ok(Some(Wake::Stop));
        }
        if matches!(self, Sleep::AtOnce) {
            return Ok(Some(Wake::Deadline));
        }
        let taken = semaphore.take(Some(Instant::now() + time))?;
        Ok(taken.filter(|wake| *wake != Wake::Deadline))
    }
}
