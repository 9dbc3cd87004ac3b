//! One channel: everything known about its samples, and what came in their place.

use stage::format::record::{Record, Window};

use crate::accumulator::Accumulator;
use crate::course::Course;
use crate::plan::Plan;
use crate::sequence::RunPlace;
use crate::state::State;
use crate::state::origin::Origin;
use crate::windows::EarlierWindows;

/// A channel.
#[derive(Debug)]
pub(crate) struct Channel {
    /// All samples, or those of the current window.
    pub accumulator: Accumulator,
    /// What was rejected in this time.
    rejected: u64,
    /// What is kept of earlier windows.
    earlier: EarlierWindows,
}

impl Channel {
    /// No samples yet.
    pub(crate) fn new(plan: &Plan) -> Channel {
        Channel {
            accumulator: plan.accumulator(plan.first.unwrap_or(1)),
            rejected: 0,
            earlier: EarlierWindows::default(),
        }
    }

    /// Notes that this many samples were rejected.
    pub(crate) fn reject(&mut self, count: u64) {
        self.rejected += count;
    }

    /// Whether anything was rejected in the current window.
    pub(crate) fn has_rejected(&self) -> bool {
        self.rejected > 0
    }

    /// The number, in the stream, of the first sample in the accumulator.
    pub(crate) fn first(&self, plan: &Plan) -> u64 {
        plan.first.unwrap_or(1).saturating_add(self.earlier.samples)
    }

    /// The record of the samples so far, or of the current window.
    pub(crate) fn record(&mut self, plan: &Plan, is_final: bool) -> Record {
        let mut record = self.accumulator.record(&plan.wanted, self.earlier.span.as_ref());
        record.labels = plan.labels.clone();
        record.rejected = self.earlier.rejected + self.rejected;
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
        let origin =
            Origin { labels: plan.labels.clone(), rejected: self.rejected, ..Origin::default() };
        State::new(self.accumulator.parts(), &origin)
    }

    /// Begins another window.
    pub(crate) fn begin_window(&mut self, plan: &Plan) {
        let span = plan.wanted.histogram.and_then(|_| self.accumulator.span());
        self.earlier.add(self.accumulator.count(), span, self.accumulator.course());
        self.earlier.rejected += std::mem::take(&mut self.rejected);
        self.accumulator.clear();
    }
}
