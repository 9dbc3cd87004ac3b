//! The request to stop (SIGINT, SIGTERM, SIGHUP), and all waiting.
//!
//! A process that sleeps in `poll` must hear of a signal at once, without a descriptor of its
//! own for it (a stage has only its standard streams and the ledger), and without the classic
//! race in which the signal comes between the look at the flag and the sleep. So:
//!
//! 1. the three signals are blocked, so that the thread that `ctrlc` starts inherits the block
//!    and only this thread ever takes one;
//! 2. `ctrlc` installs its handler; those that were ignored before (`nohup`, a background job)
//!    are ignored again, which also drops any that came meanwhile;
//! 3. the signals are let in only inside `ppoll`, which swaps the mask and goes to sleep in one
//!    step. A handler that runs there ends the `ppoll` with EINTR;
//! 4. `ctrlc`'s thread, woken by the handler, sets the flag and sends this thread one more of
//!    the signals: it stays pending until the next `ppoll`, which therefore cannot sleep past
//!    a flag that was set after it was looked at.
//!
//! A semaphore cannot be waited for together with that. There the signals are let in around the
//! wait, which would bring the race back, were there not step 4: `ctrlc`'s thread also calls what
//! was left with [`Stop::wake_also`], which posts the semaphore, and a token does not get lost.
//!
//! A process that starts with the signals blocked, as the launcher's stages do, loses none that
//! comes before the handler stands. Several requests count as one.

use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::pthread::{pthread_kill, pthread_self};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_gettime};
use thiserror::Error;

use crate::process::clock::{Clock, Timer, Wake};
use crate::process::kernel;
use crate::process::semaphore::{Semaphore, Waited};

/// The signals that ask for an orderly stop.
pub const SIGNALS: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// Stop requests cannot be heard.
#[derive(Debug, Error)]
pub enum Error {
    /// The signal mask or a disposition could not be read or set.
    #[error("cannot set the signal mask")]
    Mask(#[source] io::Error),
    /// The handler, or its thread, could not be installed.
    #[error("cannot install the signal handler")]
    Handler(#[source] ctrlc::Error),
}

/// Whether a stop was requested, and the waiting that a request interrupts.
///
/// Clones share the request. All of them belong to the thread that made the first.
#[derive(Clone, Debug)]
pub struct Stop {
    request: Arc<Request>,
    /// The signal mask while waiting.
    waiting: SigSet,
}

/// A request that may have been made, and who wants to be told.
#[derive(Default)]
struct Request {
    made: AtomicBool,
    wakers: Mutex<Vec<Box<dyn Fn() + Send>>>,
}

impl Request {
    /// Makes it; whether this was the first time.
    fn make(&self) -> bool {
        let first = !self.made.swap(true, Ordering::SeqCst);
        if first {
            self.wake();
        }
        first
    }

    fn wake(&self) {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|wake| wake());
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Request").field("made", &self.made).finish_non_exhaustive()
    }
}

/// What can be waited for, besides a deadline and a stop.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// One of these of a descriptor, or an error to tell.
    Descriptor(BorrowedFd<'a>, PollFlags),
    /// A token of this semaphore, which is then taken.
    Token(&'a Semaphore),
}

/// What a wait brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polled {
    /// The event.
    Ready,
    /// The deadline has come.
    Deadline,
    /// A stop was requested.
    Stop,
}

impl Stop {
    /// Hears SIGINT, SIGTERM and SIGHUP, save those that were ignored before. Once a process.
    pub fn on_signals() -> Result<Stop, Error> {
        let mask = |error: Errno| Error::Mask(error.into());
        let mut waiting = SigSet::thread_get_mask().map_err(mask)?;
        let mut heard = Vec::new();
        let mut ignored = Vec::new();
        for signal in SIGNALS {
            waiting.remove(signal);
            let list =
                if kernel::is_ignored(signal).map_err(mask)? { &mut ignored } else { &mut heard };
            list.push(signal);
        }
        sigprocmask(SigmaskHow::SIG_BLOCK, Some(&SigSet::from_iter(SIGNALS)), None)
            .map_err(mask)?;

        let request = Arc::<Request>::default();
        let to_make = Arc::clone(&request);
        let waiter = pthread_self();
        let nudge = heard.first().copied();
        ctrlc::set_handler(move || {
            if to_make.make() {
                let _ = pthread_kill(waiter, nudge);
            }
        })
        .map_err(Error::Handler)?;
        for signal in ignored {
            kernel::ignore(signal).map_err(mask)?;
        }
        Ok(Stop { request, waiting })
    }

    /// Never requested by a signal.
    pub fn never() -> Stop {
        Stop { request: Arc::default(), waiting: SigSet::all() }
    }

    /// Requested before anything is done with it.
    #[cfg(test)]
    pub(crate) fn requested_already() -> Stop {
        let stop = Stop::never();
        stop.request();
        stop
    }

    /// Requests a stop, as a signal would.
    #[cfg(test)]
    pub(crate) fn request(&self) {
        self.request.make();
    }

    /// Calls `wake`, from another thread, when a stop is requested: it is to post the semaphore
    /// that [`Stop::poll`] may be sleeping on. (A request that was made before is seen there.)
    pub fn wake_also(&self, wake: impl Fn() + Send + 'static) {
        let mut wakers = self.request.wakers.lock().unwrap_or_else(PoisonError::into_inner);
        wakers.push(Box::new(wake));
    }

    /// Waits for `event`, until `deadline` if there is one, or until a stop is requested.
    ///
    /// While a descriptor is always ready the kernel does not look for signals: who must not miss
    /// a stop in a flood asks for it by itself, with no `event` and a deadline in the past.
    pub fn poll(&self, event: Option<Event<'_>>, deadline: Option<Instant>) -> io::Result<Polled> {
        loop {
            if self.request.made.load(Ordering::SeqCst) {
                return Ok(Polled::Stop);
            }
            if let Some(polled) = self.sleep_once(event, deadline)? {
                return Ok(polled);
            }
        }
    }

    /// Whether a stop was requested.
    pub fn is_requested(&self) -> io::Result<bool> {
        Ok(self.poll(None, Some(Instant::now()))? == Polled::Stop)
    }

    /// Sleeping until `deadline`, or until a stop is requested.
    pub fn sleep_until(&self, deadline: Option<Instant>) -> Sleep<'_> {
        Sleep { stop: self, deadline, is_deaf: false }
    }

    /// Sleeping until `deadline`, deaf to stop requests: for what must go on after one.
    pub fn sleep_deaf_until(&self, deadline: Option<Instant>) -> Sleep<'_> {
        Sleep { stop: self, deadline, is_deaf: true }
    }

    /// Sleeps once; `None` if a signal cut it short.
    fn sleep_once(
        &self,
        event: Option<Event<'_>>,
        deadline: Option<Instant>,
    ) -> io::Result<Option<Polled>> {
        let mut interest = match event {
            Some(Event::Token(semaphore)) => return self.sleep_on(semaphore, deadline),
            Some(Event::Descriptor(fd, events)) => Some(PollFd::new(fd, events)),
            None => None,
        };
        let timeout = deadline.map(|deadline| {
            TimeSpec::from_duration(deadline.saturating_duration_since(Instant::now()))
        });
        match ppoll(interest.as_mut_slice(), timeout, Some(self.waiting)) {
            Ok(0) => Ok(Some(Polled::Deadline)),
            Ok(_) => Ok(Some(Polled::Ready)),
            Err(Errno::EINTR) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn sleep_on(
        &self,
        semaphore: &Semaphore,
        deadline: Option<Instant>,
    ) -> io::Result<Option<Polled>> {
        let mut blocked = SigSet::empty();
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&self.waiting), Some(&mut blocked))?;
        let taken = semaphore.take(deadline);
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&blocked), None)?;
        match taken? {
            Waited::Token => Ok(Some(Polled::Ready)),
            Waited::Deadline => Ok(Some(Polled::Deadline)),
            Waited::Interrupted => Ok(None),
        }
    }
}

/// What may end a sleep besides the event that is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Sleep<'a> {
    stop: &'a Stop,
    deadline: Option<Instant>,
    is_deaf: bool,
}

impl Sleep<'_> {
    /// Sleeps until `event`.
    pub fn until(self, event: Event<'_>) -> io::Result<Polled> {
        if !self.is_deaf {
            return self.stop.poll(Some(event), self.deadline);
        }
        loop {
            if let Some(polled) = self.stop.sleep_once(Some(event), self.deadline)? {
                return Ok(polled);
            }
        }
    }

    /// Sleeps until `event`, but not longer than `time`; `None` if that is over first.
    pub fn until_or_for(self, event: Event<'_>, time: Duration) -> io::Result<Option<Polled>> {
        let end = Instant::now().checked_add(time);
        match (self.deadline, end) {
            (Some(deadline), Some(end)) if deadline <= end => self.until(event).map(Some),
            (_, end) => match (Sleep { deadline: end, ..self }).until(event)? {
                Polled::Deadline => Ok(None),
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

    /// Less the processor's time for it: starting takes hardly anything else.
    fn start_of_process(&self) -> SystemTime {
        let now = SystemTime::now();
        let spent = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map(Duration::from);
        spent.ok().and_then(|spent| now.checked_sub(spent)).unwrap_or(now)
    }
}

impl Timer for Stop {
    fn wait_until(&mut self, deadline: Instant) -> io::Result<Wake> {
        match self.poll(None, Some(deadline))? {
            Polled::Stop => Ok(Wake::Stop),
            Polled::Ready | Polled::Deadline => Ok(Wake::Deadline),
        }
    }
}
