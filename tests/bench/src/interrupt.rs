//! Ctrl-C, and all waiting, which it ends.
//!
//! Children also get Ctrl-C from the terminal, and end by themselves; so nothing has to be passed on
//! to them, and it is enough to check before each run. Signals are not blocked here: children would
//! inherit the block, and be measured with it.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use stage::process::{kernel, stop};

use crate::error::Error;

/// Listens for SIGINT, SIGTERM and SIGHUP.
pub(crate) struct Interrupt {
    requests: Receiver<()>,
}

impl Interrupt {
    /// Begins to listen, except for signals that were ignored before (`nohup`). Once per process.
    pub(crate) fn listen() -> Result<Interrupt, Error> {
        let mut ignored = Vec::new();
        for signal in stop::SIGNALS {
            if kernel::is_ignored(signal).map_err(Error::Disposition)? {
                ignored.push(signal);
            }
        }
        let (sender, requests) = mpsc::channel();
        ctrlc::set_handler(move || {
            let _ = sender.send(());
        })
        .map_err(Error::Handler)?;
        for signal in ignored {
            kernel::ignore(signal).map_err(Error::Disposition)?;
        }
        Ok(Interrupt { requests })
    }

    /// Fails if a stop was requested.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.wait(Duration::ZERO)
    }

    /// Waits; fails as soon as a stop is requested.
    pub(crate) fn wait(&self, time: Duration) -> Result<(), Error> {
        match self.requests.recv_timeout(time) {
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Ok(()) | Err(RecvTimeoutError::Disconnected) => Err(Error::Interrupted),
        }
    }
}
