//! What `conv` has rejected, in the launcher's pipeline.
//!
//! Records count only what `stat` rejects, and come only when samples do. So what `conv` counts is added
//! to each record as it comes, and to the newest one in between, before any view sees it: no two views
//! differ.

use std::time::{Duration, Instant};

use stage::process::rejections::Rejections;

/// How often to look for more: soon enough for a person or an alarm, and as often as for the other
/// stages' messages, which come with it. (It cannot be waited for together with records: those in
/// shared memory are waited for with a semaphore. And this way a flood of rejections costs no more.)
pub(crate) const LOOK: Duration = Duration::from_millis(200);

/// Readings that `conv` has rejected.
#[derive(Debug)]
pub(crate) struct ByConv {
    rejections: Option<Rejections>,
    /// All of them so far.
    pub(crate) total: u64,
}

impl ByConv {
    /// None so far; where there is no count, there never will be any.
    pub(crate) fn new(rejections: Option<Rejections>) -> ByConv {
        ByConv { rejections, total: 0 }
    }

    /// Those since the last look, which are in the total then.
    pub(crate) fn look(&mut self) -> u64 {
        let count = self.rejections.as_ref().map_or(0, Rejections::take);
        self.total = self.total.saturating_add(count);
        count
    }

    /// When to look again.
    pub(crate) fn next_look(&self, now: Instant) -> Option<Instant> {
        self.rejections.is_some().then_some(now + LOOK)
    }
}
