//! What a stop request means for an input.

use std::io::IsTerminal;
use std::time::Duration;

use crate::process::ledger::Launcher;

/// How long a stage waits for more input after a stop request, in a shell pipeline whose writer may
/// never end. Long against a pipeline's latency, short against a person's patience.
pub(super) const GRACE: Duration = Duration::from_secs(1);

/// What a stop request means for an input.
#[derive(Clone, Debug)]
pub enum AfterStop {
    /// It ends at once: for the program at the pipeline's head.
    End,
    /// It is read to its end. One that brings nothing for `grace` is considered ended, unless there is
    /// a launcher, which makes sure that it ends.
    Drain {
        /// How long to wait for more.
        grace: Duration,
        /// The launcher that supervises this process.
        launcher: Option<Launcher>,
    },
}

impl AfterStop {
    /// Draining, as the stages behind `conv` do. A terminal's input does not end by itself, so there is
    /// nothing to wait for.
    pub fn drain(input: &impl IsTerminal, launcher: Option<Launcher>) -> AfterStop {
        let grace = if input.is_terminal() { Duration::ZERO } else { GRACE };
        AfterStop::Drain { grace, launcher }
    }
}
