//! From the options to a plan: what is done with readings, whatever their source.

use std::time::Duration;

use stage::process::stop::Stop;

use crate::check::Checks;
use crate::conversion::Conversion;
use crate::options::Options;

/// What a run is to do.
#[derive(Debug)]
pub(crate) struct Plan {
    /// How readings are converted; a device may know better what the user has not said.
    pub conversion: Conversion,
    /// What converted values have to pass.
    pub checks: Checks,
    /// For how long.
    pub duration: Option<Duration>,
    /// The request to stop, and the clock to wait on.
    pub stop: Stop,
}

impl Plan {
    /// What `options` ask for.
    pub(crate) fn of(options: &Options, stop: Stop) -> Plan {
        Plan {
            conversion: options.conversion(),
            checks: options.checks(),
            duration: options.duration,
            stop,
        }
    }
}
