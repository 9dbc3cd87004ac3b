//! One channel: everything known about its samples, and what came in their place.

use std::collections::BTreeMap;

use stage::format::columns::Columns;
use stage::format::record::{Record, Window};
use stage::format::sample::Sample;
use stage::format::time::Time;

use crate::accumulator::Accumulator;
use crate::course::Course;
use crate::distribution::capacity::Capacity;
use crate::extent::Extent;
use crate::plan::Plan;
use crate::sequence::RunPlace;
use crate::state::State;
use crate::state::origin::Origin;
use crate::windows::EarlierWindows;

/// A channel.
#[derive(Debug)]
pub(crate) struct Channel {
    /// Its name or number; `None` if nothing names it.
    label: Option<String>,
    /// Whether a row can lack its sample, as everywhere but in the classic stream.
    can_be_missing: bool,
    /// All samples, or those of the current window.
    pub current: Covered,
    /// What may be kept of a distribution.
    capacity: Capacity,
    /// Other windows that are open, by their start.
    open: BTreeMap<Time, Covered>,
    /// What is kept of earlier windows.
    earlier: EarlierWindows,
}

/// What a record covers.
#[derive(Debug)]
pub(crate) struct Covered {
    /// The samples.
    pub accumulator: Accumulator,
    /// When they were taken.
    extent: Extent,
    /// How many were missing.
    missing: u64,
    /// How many were rejected.
    rejected: u64,
}

impl Covered {
    /// Nothing, where the first sample has this number in its stream.
    fn nothing(plan: &Plan, first: u64) -> Covered {
        let (accumulator, extent) = (plan.accumulator(first), Extent::default());
        Covered { accumulator, extent, missing: 0, rejected: 0 }
    }

    /// Whether anything came.
    fn has_any(&self) -> bool {
        self.accumulator.count() + self.missing + self.rejected > 0
    }

    /// Removes everything.
    fn clear(&mut self) {
        self.accumulator.clear();
        self.extent = self.extent.emptied();
        (self.missing, self.rejected) = (0, 0);
    }
}

impl Channel {
    /// No samples yet.
    pub(crate) fn new(plan: &Plan, label: Option<String>) -> Channel {
        Channel {
            label,
            can_be_missing: false,
            current: Covered::nothing(plan, plan.first.unwrap_or(1)),
            capacity: Capacity::default(),
            open: BTreeMap::new(),
            earlier: EarlierWindows::default(),
        }
    }

    /// Holds no more than this from now on; the capacity must not grow.
    pub(crate) fn hold(&mut self, capacity: Capacity) {
        self.capacity = capacity;
        let covered = self.open.values_mut().chain([&mut self.current]);
        covered.for_each(|covered| covered.accumulator.hold(capacity));
    }

    /// Notes that its samples come in rows of these columns.
    pub(crate) fn begin_part(&mut self, columns: &Columns) {
        self.can_be_missing |= *columns != Columns::CLASSIC;
        if columns.have_time() {
            self.current.extent.join(Extent::TIMED);
        }
    }

    /// Takes the sample of a row, which was taken at this time.
    pub(crate) fn add(&mut self, sample: &Sample, time: Option<Time>) {
        self.current.accumulator.add(sample, RunPlace::NOT_KNOWN_YET);
        if let Some(time) = time {
            self.current.extent.include(time);
        }
    }

    /// Notes how many of some rows lacked its sample, and the oldest and the newest time of the others,
    /// whose samples are in the accumulator.
    pub(crate) fn took(&mut self, missing: u64, times: Option<(Time, Time)>) {
        self.current.missing += missing;
        if let Some((oldest, newest)) = times {
            self.current.extent.join(Extent::between(oldest, newest));
        }
    }

    /// Notes that a row lacks its sample.
    pub(crate) fn miss(&mut self) {
        self.current.missing += 1;
    }

    /// Notes that this many samples were rejected.
    pub(crate) fn reject(&mut self, count: u64) {
        self.current.rejected += count;
    }

    /// How many samples were rejected, in all windows.
    pub(crate) fn rejected(&self) -> u64 {
        self.earlier.rejected + self.current.rejected
    }

    /// Whether anything was rejected in the current window.
    pub(crate) fn has_rejected(&self) -> bool {
        self.current.rejected > 0
    }

    /// Whether anything came in the current window.
    pub(crate) fn has_any(&self) -> bool {
        self.current.has_any()
    }

    /// The number, in the stream, of the first sample in the accumulator.
    pub(crate) fn first(&self, plan: &Plan) -> u64 {
        plan.first.unwrap_or(1).saturating_add(self.earlier.samples)
    }

    /// The record of the samples so far, or of the current window.
    pub(crate) fn record(&mut self, plan: &Plan, is_final: bool) -> Record {
        let mut record = self.current.accumulator.record(&plan.wanted, self.earlier.span.as_ref());
        record.channel = self.label.clone();
        record.labels = plan.labels.clone();
        record.missing = self.can_be_missing.then_some(self.current.missing);
        record.rejected = self.rejected();
        record.times = self.current.extent.to_record();
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
        match self.current.accumulator.count() {
            0 => Window { from: None, to: None },
            n => Window { from: Some(first), to: Some(first.saturating_add(n - 1)) },
        }
    }

    /// The course of the whole stream so far.
    fn course(&mut self) -> Option<Course> {
        let own = self.current.accumulator.course()?;
        Some(self.earlier.course_with(own))
    }

    /// The state of the samples in the accumulator, which lie at this `place` in the stream.
    pub(crate) fn state(&mut self, plan: &Plan, place: RunPlace) -> State {
        self.current.accumulator.place(place);
        let origin = Origin {
            channel: self.label.clone(),
            labels: plan.labels.clone(),
            rejected: self.current.rejected,
            missing: self.can_be_missing.then_some(self.current.missing),
            extent: self.current.extent,
        };
        State::new(self.current.accumulator.parts(), &origin)
    }

    /// Goes from the window that began `before`, unless that is over, to the one that begins at `start`.
    pub(crate) fn switch(&mut self, before: Option<Time>, start: Time, plan: &Plan) {
        let next = match (self.open.remove(&start), before) {
            (Some(next), _) => next,
            (None, Some(_)) => Covered::nothing(plan, 1),
            (None, None) => return,
        };
        let extent = self.current.extent.emptied();
        let last = std::mem::replace(&mut self.current, next);
        self.current.accumulator.hold(self.capacity);
        self.current.extent.join(extent);
        if let Some(before) = before.filter(|_| last.has_any()) {
            self.open.insert(before, last);
        }
    }

    /// Begins another window.
    pub(crate) fn begin_window(&mut self, plan: &Plan) {
        let Covered { accumulator, rejected, .. } = &mut self.current;
        let span = plan.wanted.histogram.and_then(|_| accumulator.span());
        self.earlier.add(accumulator.count(), span, accumulator.course());
        self.earlier.rejected += *rejected;
        self.current.clear();
    }
}
