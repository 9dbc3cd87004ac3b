//! From the options to a plan: which source, and what becomes of its readings. Nothing is opened
//! or started here.

use std::path::Path;
use std::time::Duration;

use stage::process::quantity::Rate;

use crate::check::Checks;
use crate::conversion::Conversion;
use crate::options::Options;
use crate::source::simulated::{Grid, Signal};
use crate::source::stream::Layout;

/// Where readings come from.
#[derive(Clone, Copy, Debug)]
pub enum SourcePlan<'a> {
    /// A stream that is taken as it comes.
    Stream {
        /// The file, or what names standard input.
        path: &'a Path,
        /// What it consists of.
        layout: Layout,
    },
    /// A file that is read at each tick.
    Polled {
        /// The file.
        path: &'a Path,
        /// How often.
        rate: Rate,
    },
    /// A simulated converter.
    Simulated {
        /// Its signal.
        signal: Signal,
        /// Its values.
        grid: Grid,
        /// What its random numbers begin with.
        seed: Option<u64>,
        /// How often it is asked.
        rate: Rate,
    },
}

/// What a run is to do.
#[derive(Debug)]
pub struct Plan<'a> {
    /// Where readings come from.
    pub source: SourcePlan<'a>,
    /// For how long.
    pub duration: Option<Duration>,
    /// The most samples to send.
    pub limit: Option<u64>,
    /// How readings are converted; a device may know better what the user has not said.
    pub conversion: Conversion,
    /// What converted values have to pass.
    pub checks: Checks,
}

impl Plan<'_> {
    /// What `options` ask for.
    pub fn of(options: &Options) -> Plan<'_> {
        let rate = options.ticking();
        let source = match (&options.from, &options.poll) {
            (Some(path), _) => SourcePlan::Stream { path, layout: options.layout() },
            (None, Some(path)) => SourcePlan::Polled { path, rate },
            (None, None) => {
                let (signal, grid, seed) = (options.signal, options.range, options.seed);
                SourcePlan::Simulated { signal, grid, seed, rate }
            }
        };
        Plan {
            source,
            duration: options.duration,
            limit: options.count,
            conversion: options.conversion(),
            checks: options.checks(),
        }
    }
}
