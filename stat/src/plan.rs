//! From the options to a plan: which figures of which samples, and when.
//!
//! | module | owns |
//! |---|---|
//! | `options` | the command line |
//! | [`selection`] | which channels are counted |
//! | [`label`] | labels, which distinguish these samples from others |

pub(crate) mod label;
mod options;
pub(crate) mod selection;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::TimeZone;
use stage::format::columns::Columns;
use stage::format::row::Rows;

pub use self::options::Options;
use self::selection::Selection;
use crate::accumulator::Accumulator;
use crate::accumulator::record::Wanted;
use crate::exact::course::Course;
use crate::time::calendar::Calendar;
use crate::time::open_windows::OpenWindows;
use crate::time::schedule::{Every, Schedule};

/// How often a stream gives records by default: often enough to watch, seldom enough to read.
const DEFAULT_EVERY: Every = Every::Time(Duration::from_millis(100));

/// What a run does.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// What a record contains.
    pub wanted: Wanted,
    /// When records are due.
    pub schedule: Schedule,
    /// The windows of rows with times, if windows are a time long.
    pub windows: Option<OpenWindows>,
    /// Whether each record covers a window.
    pub has_windows: bool,
    /// How lines are read.
    pub rows: Rows,
    /// The columns, if the user names them.
    pub names: Option<Columns>,
    /// Which channels are counted.
    pub selection: Selection,
    /// The number of the first sample, if the samples are part of a larger stream.
    pub first: Option<u64>,
    /// The most stretches of the course, if it is wanted.
    pub course: Option<u16>,
    /// The labels: values by name.
    pub labels: BTreeMap<String, String>,
    /// Whether records carry their state.
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
            windows: options.window.and_then(|window| match window {
                Every::Samples(_) => None,
                Every::Time(length) => {
                    let zone = options.time_zone.clone().unwrap_or(TimeZone::UTC);
                    let late = options.late.unwrap_or_default();
                    Some(OpenWindows::new(Calendar::new(length, zone), late))
                }
            }),
            has_windows: options.window.is_some(),
            rows: match &options.names {
                Some(names) => Rows::named(names.clone()),
                None if options.header => Rows::behind_header(),
                None => Rows::new(),
            },
            names: options.names.clone(),
            selection: Selection::of(&options.columns),
            first: options.first,
            course: options.course,
            labels: label.map(|it| (it.name.clone(), it.value.clone())).collect(),
            keeps_state: options.state,
            is_strict: options.strict,
        }
    }

    /// Whether pieces of a stream may be counted separately and joined: there is only one record, and
    /// nothing in it depends on where in the stream each sample is. (What depends on which samples are
    /// neighbours can be joined.)
    pub(crate) fn may_be_joined(&self) -> bool {
        self.course.is_none() && self.schedule.is_of_the_end()
    }

    /// An accumulator without samples; the first sample of its course has the number `first`.
    pub(crate) fn accumulator(&self, first: u64) -> Accumulator {
        let course = self.course.map(|most| Course::new(most.into(), first));
        Accumulator::new(self.wanted.more).with_course(course)
    }
}
