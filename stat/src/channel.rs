//! One channel: everything known about its samples, and what came in their place.

use stage::format::columns::Columns;
use stage::format::record::{Record, Window};
use stage::format::sample::Sample;
use stage::format::time::Time;

use crate::accumulator::Accumulator;
use crate::course::Course;
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
    pub accumulator: Accumulator,
    /// When these were taken.
    extent: Extent,
    /// How many were missing in this time.
    missing: u64,
    /// What was rejected in this time.
    rejected: u64,
    /// What is kept of earlier windows.
    earlier: EarlierWindows,
}

impl Channel {
    /// No samples yet.
    pub(crate) fn new(plan: &Plan, label: Option<String>) -> Channel {
        Channel {
            label,
            can_be_missing: false,
            accumulator: plan.accumulator(plan.first.unwrap_or(1)),
            extent: Extent::default(),
            missing: 0,
            rejected: 0,
            earlier: EarlierWindows::default(),
        }
    }

    /// Notes that its samples come in rows of these columns.
    pub(crate) fn begin_part(&mut self, columns: &Columns) {
        self.can_be_missing |= *columns != Columns::CLASSIC;
        if columns.have_time() {
            self.extent.join(Extent::TIMED);
        }
    }

    /// Takes the sample of a row, which was taken at this time.
    pub(crate) fn add(&mut self, sample: &Sample, time: Option<Time>) {
        self.accumulator.add(sample, RunPlace::NOT_KNOWN_YET);
        if let Some(time) = time {
            self.extent.include(time);
        }
    }

    /// Notes that a row lacks its sample.
    pub(crate) fn miss(&mut self) {
        self.missing += 1;
    }

    /// Notes that this many samples were rejected.
    pub(crate) fn reject(&mut self, count: u64) {
        self.rejected += count;
    }

    /// How many samples were rejected, in all windows.
    pub(crate) fn rejected(&self) -> u64 {
        self.earlier.rejected + self.rejected
    }

    /// Whether anything was rejected in the current window.
    pub(crate) fn has_rejected(&self) -> bool {
        self.rejected > 0
    }

    /// Whether anything came in the current window.
    pub(crate) fn has_any(&self) -> bool {
        self.accumulator.count() + self.missing + self.rejected > 0
    }

    /// The number, in the stream, of the first sample in the accumulator.
    pub(crate) fn first(&self, plan: &Plan) -> u64 {
        plan.first.unwrap_or(1).saturating_add(self.earlier.samples)
    }

    /// The record of the samples so far, or of the current window.
    pub(crate) fn record(&mut self, plan: &Plan, is_final: bool) -> Record {
        let mut record = self.accumulator.record(&plan.wanted, self.earlier.span.as_ref());
        record.channel = self.label.clone();
        record.labels = plan.labels.clone();
        record.missing = self.can_be_missing.then_some(self.missing);
        record.rejected = self.rejected();
        record.times = self.extent.to_record();
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
        match self.accumulator.count() {
            0 => Window { from: None, to: None },
            n => Window { from: Some(first), to: Some(first.saturating_add(n - 1)) },
        }
    }

    /// The course of the whole stream so far.
    fn course(&mut self) -> Option<Course> {
        let own = self.accumulator.course()?;
        Some(self.earlier.course_with(own))
    }

    /// The state of the samples in the accumulator, which lie at this `place` in the stream.
    pub(crate) fn state(&mut self, plan: &Plan, place: RunPlace) -> State {
        self.accumulator.place(place);
        let origin = Origin {
            channel: self.label.clone(),
            labels: plan.labels.clone(),
            rejected: self.rejected,
            missing: self.can_be_missing.then_some(self.missing),
            extent: self.extent,
        };
        State::new(self.accumulator.parts(), &origin)
    }

    /// Begins another window.
    pub(crate) fn begin_window(&mut self, plan: &Plan) {
        let span = plan.wanted.histogram.and_then(|_| self.accumulator.span());
        self.earlier.add(self.accumulator.count(), span, self.accumulator.course());
        self.earlier.rejected += std::mem::take(&mut self.rejected);
        self.accumulator.clear();
        self.extent = self.extent.emptied();
        self.missing = 0;
    }
}
