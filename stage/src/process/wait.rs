//! All waiting: for an event, for a deadline, or for a stop.
//!
//! The head of [`super::stop`] describes the race to avoid, and how it is avoided.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant, SystemTime};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_gettime};

use super::clock::{Clock, Timer, Wake};
use super::semaphore::Semaphore;
use super::stop::Stop;

/// What can be waited for, besides a deadline and a stop.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Awaited<'a> {
    /// One of these events of a descriptor, or an error on it.
    Descriptor(BorrowedFd<'a>, PollFlags),
    /// A token of this semaphore, which is then taken.
    Token(&'a Semaphore),
}

impl Stop {
    /// Waits for `event`, until `deadline` if there is one, or until a stop is requested.
    ///
    /// While a descriptor is always ready, the kernel does not deliver signals here: a caller that must
    /// not miss a stop in a flood asks separately, with no `event` and a deadline in the past.
    pub(crate) fn poll(
        &self,
        event: Option<Awaited<'_>>,
        deadline: Option<Instant>,
    ) -> io::Result<Wake> {
        loop {
            if self.is_made() {
                return Ok(Wake::Stop);
            }
            if let Some(polled) = self.sleep_once(event, deadline)? {
                return Ok(polled);
            }
        }
    }

    /// Whether a stop was requested.
    pub(crate) fn is_requested(&self) -> io::Result<bool> {
        Ok(self.poll(None, Some(Instant::now()))? == Wake::Stop)
    }

    /// A sleep until `deadline`, or until a stop is requested.
    pub(crate) fn sleep_until(&self, deadline: Option<Instant>) -> Sleep<'_> {
        Sleep { stop: self, deadline, is_deaf: false }
    }

    /// A sleep until `deadline`, deaf to stop requests: for what must go on after one.
    pub(crate) fn sleep_deaf_until(&self, deadline: Option<Instant>) -> Sleep<'_> {
        Sleep { stop: self, deadline, is_deaf: true }
    }

    /// Sleeps once; `None` if a signal cut it short.
    fn sleep_once(
        &self,
        event: Option<Awaited<'_>>,
        deadline: Option<Instant>,
    ) -> io::Result<Option<Wake>> {
        let mut interest = match event {
            Some(Awaited::Token(semaphore)) => return self.sleep_on(semaphore, deadline),
            Some(Awaited::Descriptor(fd, events)) => Some(PollFd::new(fd, events)),
            None => None,
        };
        let timeout = deadline.map(|deadline| {
            TimeSpec::from_duration(deadline.saturating_duration_since(Instant::now()))
        });
        match ppoll(interest.as_mut_slice(), timeout, Some(self.waiting())) {
            Ok(0) => Ok(Some(Wake::Deadline)),
            Ok(_) => Ok(Some(Wake::Ready)),
            Err(Errno::EINTR) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn sleep_on(
        &self,
        semaphore: &Semaphore,
        deadline: Option<Instant>,
    ) -> io::Result<Option<Wake>> {
        let mut blocked = SigSet::empty();
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&self.waiting()), Some(&mut blocked))?;
        let taken = semaphore.take(deadline);
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&blocked), None)?;
        taken
    }
}

/// What may end a sleep besides the event that is waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sleep<'a> {
    stop: &'a Stop,
    deadline: Option<Instant>,
    is_deaf: bool,
}

impl Sleep<'_> {
    /// Sleeps until `event`.
    pub(crate) fn until(self, event: Awaited<'_>) -> io::Result<Wake> {
        if !self.is_deaf {
            return self.stop.poll(Some(event), self.deadline);
        }
        loop {
            if let Some(polled) = self.stop.sleep_once(Some(event), self.deadline)? {
                return Ok(polled);
            }
        }
    }

    /// Sleeps until `event`, but for at most `time`; `None` if that elapses first.
    pub(crate) fn until_or_for(
        self,
        event: Awaited<'_>,
        time: Duration,
    ) -> io::Result<Option<Wake>> {
        let end = Instant::now().checked_add(time);
        match (self.deadline, end) {
            (Some(deadline), Some(end)) if deadline <= end => self.until(event).map(Some),
            (_, end) => match (Sleep { deadline: end, ..self }).until(event)? {
                Wake::Deadline => Ok(None),
                polled => Ok(Some(polled)),
            },
        }
    }
}

impl Clock for Stop {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn time_of_day(&self) -> SystemTime {
        SystemTime::now()
    }

    /// The time now, less the processor time used: a start spends hardly any other time.
    fn start_of_process(&self) -> SystemTime {
        let now = SystemTime::now();
        let spent = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map(Duration::from);
        spent.ok().and_then(|spent| now.checked_sub(spent)).unwrap_or(now)
    }
}

impl Timer for Stop {
    fn wait_until(&mut self, deadline: Instant) -> io::Result<Wake> {
        match self.poll(None, Some(deadline))? {
            Wake::Stop => Ok(Wake::Stop),
            Wake::Ready | Wake::Deadline => Ok(Wake::Deadline),
        }
    }
}
