//! The checks of one channel that remember earlier values.
//!
//! They come behind the others, in this order: spike, step, flat line. What one of them rejects is missing
//! for those behind it, so that a spike is no value that a step is measured from.

use stage::format::decimal::Decimal;

use super::failure::Failure;
use super::flat::Flat;
use super::moment::Moment;
use super::spike::Spike;
use super::step::Step;

/// What is remembered of one channel.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(super) spike: Option<Spike>,
    pub(super) step: Option<Step>,
    pub(super) flat: Option<Flat>,
}

impl Memory {
    /// Whether a value must wait for the next one.
    pub(crate) fn waits(&self) -> bool {
        self.spike.is_some()
    }

    /// Whether anything is remembered.
    pub(crate) fn is_empty(&self) -> bool {
        self.spike.is_none() && self.step.is_none() && self.flat.is_none()
    }

    /// Whether rows need times.
    pub(crate) fn needs_times(&self) -> bool {
        self.flat.as_ref().is_some_and(Flat::needs_times)
    }

    /// Notes that any number of values may have been lost since the last one.
    pub(crate) fn interrupt(&mut self) {
        if let Some(step) = &mut self.step {
            step.interrupt();
        }
    }

    /// Judges the next value, `None` where it is missing; `after` is the one that follows it.
    pub(crate) fn judge(
        &mut self,
        value: Option<&Decimal>,
        after: Option<&Decimal>,
        moment: Moment,
    ) -> Result<(), Failure> {
        let spike = self.spike.as_mut().and_then(|spike| spike.judge(value, after));
        let value = value.filter(|_| spike.is_none());
        let step = self.step.as_mut().and_then(|step| step.judge(value, moment));
        let value = value.filter(|_| step.is_none());
        let flat = self.flat.as_mut().and_then(|flat| flat.judge(value, moment));
        spike.or(step).or(flat).map_or(Ok(()), Err)
    }
}
