//! All waiting: for an event, for a deadline, or for a stop; and, on the side, until standard error takes
//! messages that it has not taken yet.
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
use super::message::unwritten;
use super::semaphore::Semaphore;
use super::stop::Stop;

/// How often to try standard error again while a semaphore is waited for: soon enough for a person.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// The longest that a request may take from the handler to the flag: until a thread gets its turn on a
/// machine that has much else to do.
const ON_ITS_WAY: Duration = Duration::from_millis(100);

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

    /// At the end: waits until standard error has taken all messages. Under a launcher, or once a stop is
    /// requested, it waits only for [`unwritten::PATIENCE`], and then drops what is left.
    pub(crate) fn settle_messages(&self, is_supervised: bool) {
        let soon = || Instant::now().checked_add(unwritten::PATIENCE);
        let mut end = if is_supervised { soon() } else { None };
        while let Some(stream) = unwritten::awaited() {
            let sleep = match end {
                Some(_) => self.sleep_deaf_until(end),
                None => self.sleep_until(None),
            };
            match sleep.until(Awaited::Descriptor(stream, PollFlags::POLLOUT)) {
                Ok(Wake::Ready) => unwritten::try_again(),
                Ok(Wake::Stop) => end = soon(),
                Ok(Wake::Deadline) | Err(_) => unwritten::give_up(),
            }
        }
    }

    /// Sleeps once; `None` if something else cut it short.
    fn sleep_once(
        &self,
        event: Option<Awaited<'_>>,
        deadline: Option<Instant>,
    ) -> io::Result<Option<Wake>> {
        let mut event = match event {
            Some(Awaited::Token(semaphore)) => return self.sleep_on(semaphore, deadline),
            Some(Awaited::Descriptor(fd, events)) => Some(PollFd::new(fd, events)),
            None => None,
        };
        let timeout = deadline.map(|deadline| {
            TimeSpec::from_duration(deadline.saturating_duration_since(Instant::now()))
        });
        let is_awaited = event.is_some();
        // What is waited for comes first. (Messages hardly ever wait: only then does this take memory.)
        let mut with_messages;
        let interest = match unwritten::awaited() {
            None => event.as_mut_slice(),
            Some(fd) => {
                let messages = PollFd::new(fd, PollFlags::POLLOUT);
                with_messages = event.into_iter().chain([messages]).collect::<Vec<_>>();
                with_messages.as_mut_slice()
            }
        };
        match ppoll(interest, timeout, Some(self.waiting())) {
            Ok(0) => return Ok(Some(Wake::Deadline)),
            Ok(_) if is_awaited && interest[0].any() != Some(false) => {
                return Ok(Some(Wake::Ready));
            }
            Ok(_) => {}
            Err(Errno::EINTR) => {
                self.await_request();
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        }
        unwritten::try_again();
        Ok(None)
    }

    /// Waits for the request that a handler has just announced: another thread makes it, and a deadline
    /// in the past would be faster than that. (A request that was made already is no wait.)
    fn await_request(&self) {
        let end = Instant::now() + ON_ITS_WAY;
        let left = || end.saturating_duration_since(Instant::now());
        while !self.is_made() && !left().is_zero() {
            // The request's own signal cuts it short.
            let _ = ppoll(&mut [], Some(TimeSpec::from_duration(left())), Some(self.waiting()));
        }
    }

    fn sleep_on(
        &self,
        semaphore: &Semaphore,
        deadline: Option<Instant>,
    ) -> io::Result<Option<Wake>> {
        // It cannot be waited for together with standard error.
        let look = Instant::now().checked_add(LOOK_AGAIN).filter(|_| unwritten::is_waiting());
        if let Some(look) = look.filter(|look| deadline.is_none_or(|deadline| *look < deadline)) {
            let taken = self.sleep_on_once(semaphore, Some(look))?;
            if taken == Some(Wake::Deadline) {
                unwritten::try_again();
                return Ok(None);
            }
            return Ok(taken);
        }
        self.sleep_on_once(semaphore, deadline)
    }

    fn sleep_on_once(
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
