//! From the options to a plan: which figures of which samples, and when.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::accumulator::Accumulator;
use crate::accumulator::record::Wanted;
use crate::course::Course;
use crate::options::Options;
use crate::schedule::{Every, Schedule};

/// How often records come from a stream: often enough to watch, seldom enough to read.
const DEFAULT_EVERY: Every = Every::Time(Duration::from_millis(100));

/// What a run is to do.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// What a record is to tell.
    pub wanted: Wanted,
    /// When records are due.
    pub schedule: Schedule,
    /// Whether they are about windows.
    pub has_windows: bool,
    /// The number of the first sample, if these are a part of a stream.
    pub first: Option<u64>,
    /// The most stretches of the course, if it is wanted.
    pub course: Option<u16>,
    /// The labels, values by their names.
    pub labels: BTreeMap<String, String>,
    /// Whether a record has its state.
    pub keeps_state: bool,
    /// Whether a line that is not a sample is an error.
    pub is_strict: bool,
}

impl Plan {
    /// What `options` ask for.
    pub(crate) fn of(options: &Options) -> Plan {
        let Options { more, histogram, .. } = *options;
        let schedule = match (options.window, options.every) {
            (Some(length), _) => Schedule::of_windows(length),
            (None, Some(every)) => Schedule::new(every),
            (None, None) if options.input_is_regular => Schedule::of_the_end(),
            (None, None) => Schedule::new(DEFAULT_EVERY),
        };
        let label = options.label.iter();
        Plan {
            wanted: Wanted { quantiles: options.quantiles.clone(), more, histogram },
            schedule,
            has_windows: options.window.is_some(),
            first: options.first,
            course: options.course,
            labels: label.map(|it| (it.name.clone(), it.value.clone())).collect(),
            keeps_state: options.state,
            is_strict: options.strict,
        }
    }

    /// Nothing counted yet; the first sample of the course has this number.
    pub(crate) fn accumulator(&self, first: u64) -> Accumulator {
        let course = self.course.map(|most| Course::new(most.into(), first));
        Accumulator::new(self.wanted.more).with_course(course)
    }
}
