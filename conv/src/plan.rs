//! From the options to a plan: what becomes of readings. (Where they come from: [`crate::opened`].)

use std::time::Duration;

use crate::check::Checks;
use crate::conversion::Conversion;
use crate::options::Options;

/// What a run is to do.
#[derive(Debug)]
pub(crate) struct Plan {
    /// For how long.
    pub duration: Option<Duration>,
    /// The most samples to send.
    pub limit: Option<u64>,
    /// How readings are converted; a device may know better what the user has not said.
    pub conversion: Conversion,
    /// What converted values have to pass.
    pub checks: Checks,
}

impl Plan {
    /// What `options` ask for.
    pub(crate) fn of(options: &Options) -> Plan {
        Plan {
            duration: options.duration,
            limit: options.count,
            conversion: options.conversion(),
            checks: options.checks(),
        }
    }
}
