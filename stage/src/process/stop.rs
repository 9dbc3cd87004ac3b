//! The request to stop (SIGINT, SIGTERM, SIGHUP), and how it is heard. (`super::wait` does the
//! waiting.)
//!
//! A process that sleeps in `poll` must hear of a signal at once, without a descriptor of its
//! own for it (a stage has only its standard streams and the ledger), and without the classic race in
//! which the signal comes between checking the flag and going to sleep. So:
//!
//! 1. the three signals are blocked, so that the thread that `ctrlc` starts inherits the block
//!    and only this thread ever takes one;
//! 2. `ctrlc` installs its handler; those that were ignored before (`nohup`, a background job)
//!    are ignored again, which also drops any that came meanwhile;
//! 3. the signals are let in only inside `ppoll`, which swaps the mask and goes to sleep in one
//!    step. A handler that runs there ends the `ppoll` with EINTR;
//! 4. `ctrlc`'s thread, woken by the handler, sets the flag and sends this thread one more of
//!    the signals: it stays pending until the next `ppoll`, which therefore cannot sleep past a flag
//!    that was set after it was checked.
//!
//! A semaphore cannot be waited for together with that. There the signals are let in around the wait,
//! which would bring the race back but for step 4: `ctrlc`'s thread also calls what was registered with
//! `Stop::wake_also`, which posts the semaphore, and a token does not get lost.
//!
//! A process that starts with the signals blocked, as the launcher's stages do, loses none that
//! comes before the handler stands. Several requests count as one.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use nix::errno::Errno;
use nix::sys::pthread::{pthread_kill, pthread_self};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use thiserror::Error;

use super::kernel;

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

/// A request that may have been made, and what to wake when it is.
#[derive(Default)]
struct Request {
    made: AtomicBool,
    wakers: Mutex<Vec<Box<dyn Fn() + Send>>>,
}

impl Request {
    /// Makes the request; returns whether this was the first time.
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

impl Stop {
    /// Listens for SIGINT, SIGTERM and SIGHUP, except those that were ignored before. Call it once.
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
    pub(crate) fn wake_also(&self, wake: impl Fn() + Send + 'static) {
        let mut wakers = self.request.wakers.lock().unwrap_or_else(PoisonError::into_inner);
        wakers.push(Box::new(wake));
    }

    /// Whether one was made, and heard.
    pub(super) fn is_made(&self) -> bool {
        self.request.made.load(Ordering::SeqCst)
    }

    /// The signal mask to wait with.
    pub(super) fn waiting(&self) -> SigSet {
        self.waiting
    }
}
