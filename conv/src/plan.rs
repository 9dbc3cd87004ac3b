//! From the options to a plan: what happens to readings, whatever their source.

use std::time::Duration;

use stage::format::columns::Columns;
use stage::process::progress::Progress;
use stage::process::stop::Stop;

use crate::channel::Settings;
use crate::options::Options;

/// What a run does.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What is done to each channel's readings; a device's own attributes may fill in what the user
    /// left out.
    pub settings: Settings,
    /// What is sent, unless the input says more.
    pub columns: Columns,
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
            settings: options.settings(),
            // That it can be sent has been checked.
            columns: options.sent().unwrap_or(Columns::CLASSIC),
            duration: options.duration,
            stop,
            progress,
        }
    }
}
