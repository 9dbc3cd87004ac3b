//! From the options to a plan: what happens to readings, whatever their source.

use std::time::Duration;

use stage::process::progress::Progress;
use stage::process::stop::Stop;

use crate::check::Checks;
use crate::conversion::Conversion;
use crate::options::Options;

/// What a run does.
#[derive(Debug)]
pub(crate) struct Plan {
    /// How readings are converted; a device's own attributes may fill in what the user left out.
    pub conversion: Conversion,
    /// The checks that converted values must pass.
    pub checks: Checks,
    /// How long it lasts at most.
    pub duration: Option<Duration>,
    /// The request to stop, and the clock to wait on.
    pub stop: Stop,
    /// Where to show how far along the work is.
    pub progress: Progress,
}

impl Plan {
    /// What `options` ask for.
    pub(crate) fn of(options: &Options, stop: Stop, progress: Progress) -> Plan {
        Plan {
            conversion: options.conversion(),
            checks: options.checks(),
            duration: options.duration,
            stop,
            progress,
        }
    }
}
