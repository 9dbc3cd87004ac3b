//! One channel: everything known about its samples, and what came in their place.
//!
//! | module | owns |
//! |---|---|
//! | `covered` | what a record covers: all samples, or those of a window |
//! | `few` | the first samples of a window, which are only listed |
//! | `windows` | what is kept of the windows that ended before the current one |

mod covered;
mod few;
mod windows;

use std::collections::BTreeMap;

use stage::format::columns::Columns;
use stage::format::record::{Record, Window};
use stage::format::sample::Sample;
use stage::format::time::Time;

use self::covered::{Aside, Covered};
use self::windows::EarlierWindows;
use crate::exact::course::Course;
use crate::exact::sequence::RunPlace;
use crate::plan::Plan;
use crate::ranks::distribution::capacity::Capacity;
use crate::records::state::State;
use crate::records::state::origin::Origin;
use crate::time::extent::Extent;

/// A channel.
#[derive(Debug)]
pub(in crate::count) struct Channel {
    /// Its name or number; `None` if nothing names it.
    label: Option<String>,
    /// Whether a row can lack its sample, as everywhere but in the classic stream.
    can_be_missing: bool,
    /// All samples, or those of the current window.
    pub current: Covered,
    /// What may be kept of a distribution.
    capacity: Capacity,
    /// Whether the first samples of each window are only listed.
    are_listed: bool,
    /// Other windows that are open, by their start.
    open: BTreeMap<Time, Aside>,
    /// What is kept of earlier windows.
    earlier: EarlierWindows,
}

impl Channel {
    /// No samples yet.
    pub(in crate::count) fn new(plan: &Plan, label: Option<String>) -> Channel {
        Channel {
            label,
            can_be_missing: false,
            current: Covered::nothing(plan, plan.first.unwrap_or(1)),
            capacity: Capacity::default(),
            are_listed: false,
            open: BTreeMap::new(),
            earlier: EarlierWindows::default(),
        }
    }

    /// Holds no more than this in each window from now on; the capacity must not grow. Where `many` windows
    /// are open, their first samples are only listed.
    pub(in crate::count) fn hold(&mut self, capacity: Capacity, many: bool) {
        (self.capacity, self.are_listed) = (capacity, many);
        let aside = self.open.values_mut().filter_map(|aside| match aside {
            Aside::Many(covered) => Some(&mut **covered),
            Aside::Few(..) => None,
        });
        aside.chain([&mut self.current]).for_each(|covered| covered.hold(capacity, many));
    }

    /// Notes that its samples come in rows of these columns.
    pub(in crate::count) fn begin_part(&mut self, columns: &Columns) {
        self.can_be_missing |= *columns != Columns::CLASSIC;
        if columns.have_time() {
            self.current.came.extent.join(Extent::TIMED);
        }
    }

    /// Takes the sample of a row, which was taken at this time.
    pub(in crate::count) fn add(&mut self, sample: &Sample, time: Option<Time>) {
        self.current.add(sample);
        if let Some(time) = time {
            self.current.came.extent.include(time);
        }
    }

    /// Notes how many of some rows lacked its sample, and the oldest and the newest time of the others,
    /// whose samples are in the accumulator.
    pub(in crate::count) fn took(&mut self, missing: u64, times: Option<(Time, Time)>) {
        self.current.came.missing += missing;
        if let Some((oldest, newest)) = times {
            self.current.came.extent.join(Extent::between(oldest, newest));
        }
    }

    /// Notes that a row lacks its sample.
    pub(in crate::count) fn miss(&mut self) {
        self.current.came.missing += 1;
    }

    /// Notes that this many samples were rejected.
    pub(in crate::count) fn reject(&mut self, count: u64) {
        self.current.came.rejected += count;
    }

    /// Notes that its field of a row was rejected.
    pub(in crate::count) fn reject_field(&mut self) {
        self.current.came.rejected += 1;
        self.current.came.rejected_fields += 1;
    }

    /// How many samples were rejected, in all windows.
    pub(in crate::count) fn rejected(&self) -> u64 {
        self.earlier.rejected + self.current.came.rejected
    }

    /// Whether anything was rejected in the current window.
    pub(in crate::count) fn has_rejected(&self) -> bool {
        self.current.came.rejected > 0
    }

    /// Whether anything came in the current window.
    pub(in crate::count) fn has_any(&self) -> bool {
        self.current.has_any()
    }

    /// The number, in the stream, of the first sample in the accumulator.
    fn first(&self, plan: &Plan) -> u64 {
        plan.first.unwrap_or(1).saturating_add(self.earlier.samples)
    }

    /// Where the samples in the accumulator lie, if rows are numbered. `rows` says how many came
    /// before, and how many there are since. Without it this is a window by the stream's own time,
    /// whose rows are taken to come behind those of the windows before it.
    pub(in crate::count) fn numbered(
        &self,
        plan: &Plan,
        rows: Option<(u64, u64)>,
    ) -> Option<RunPlace> {
        let (before, count) = rows.unwrap_or_else(|| (self.earlier.rows, self.current.rows()));
        Some(RunPlace::Rows { first: plan.first?.saturating_add(before), count })
    }

    /// The record of the samples so far, or of the current window.
    pub(in crate::count) fn record(&mut self, plan: &Plan, is_final: bool) -> Record {
        let mut record =
            self.current.accumulator().record(&plan.wanted, self.earlier.span.as_ref());
        record.channel = self.label.clone();
        record.labels = plan.labels.clone();
        record.missing = self.can_be_missing.then_some(self.current.came.missing);
        record.rejected = self.rejected();
        record.times = self.current.came.extent.to_record();
        record.is_final = is_final;
        if is_final {
            record.course = self.course().map(|course| course.to_record());
        }
        if plan.has_windows {
            record.window = Some(self.window(plan));
        }
        record
    }

    fn window(&self, plan: &Plan) -> Window {
        let first = self.first(plan);
        match self.current.count() {
            0 => Window { from: None, to: None },
            n => Window { from: Some(first), to: Some(first.saturating_add(n - 1)) },
        }
    }

    /// The course of the whole stream so far.
    fn course(&mut self) -> Option<Course> {
        let own = self.current.accumulator().course()?;
        Some(self.earlier.course_with(own))
    }

    /// The state of the samples in the accumulator, which lie at this `place` in the stream.
    pub(in crate::count) fn state(&mut self, plan: &Plan, place: RunPlace) -> State {
        self.current.accumulator().place(place);
        let origin = Origin {
            channel: self.label.clone(),
            labels: plan.labels.clone(),
            rejected: self.current.came.rejected,
            missing: self.can_be_missing.then_some(self.current.came.missing),
            extent: self.current.came.extent,
        };
        let mut parts = self.current.accumulator().parts();
        if let (Some(course), RunPlace::Rows { first, .. }) = (&mut parts.course, place) {
            course.skipped = first.saturating_sub(self.first(plan));
        }
        State::new(parts, &origin)
    }

    /// Goes from the window that began `before`, unless that is over, to the one that begins at `start`.
    pub(in crate::count) fn switch(&mut self, before: Option<Time>, start: Time, plan: &Plan) {
        let before = before.filter(|_| self.current.has_any());
        match (before, self.open.remove(&start)) {
            (Some(before), Some(Aside::Many(mut next))) if !self.current.may_list() => {
                self.current.change_places(&mut next);
                self.open.insert(before, Aside::Many(next));
            }
            (before, next) => {
                if let Some(before) = before {
                    self.open.insert(before, self.current.set_aside(plan));
                }
                if let Some(next) = next {
                    self.current.resume(next);
                }
            }
        }
        self.current.hold(self.capacity, self.are_listed);
    }

    /// Begins another window.
    pub(in crate::count) fn begin_window(&mut self, plan: &Plan) {
        self.earlier.rows += self.current.rows();
        let accumulator = self.current.accumulator();
        let span = plan.wanted.histogram.and_then(|_| accumulator.span());
        self.earlier.add(accumulator.count(), span, accumulator.course());
        self.earlier.rejected += self.current.came.rejected;
        self.current.clear();
    }
}
