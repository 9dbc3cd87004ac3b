//! What `conv` has rejected, in the launcher's pipeline.
//!
//! Records count only what `stat` rejects, and come only when samples do. So what `conv` counts is added
//! to each record as it comes, and to the newest between two of them, before anything is made of them:
//! no two outputs differ.

use std::time::{Duration, Instant};

use stage::process::rejections::Rejections;

/// How often to look whether there is more: soon enough for a person or an alarm, and as often as for
/// what other stages say, which comes with it. (Waiting for it together with records would not do: a
/// record in shared memory is waited for with a semaphore. And a flood of rejections costs no more.)
pub const LOOK: Duration = Duration::from_millis(200);

/// Readings that `conv` has rejected.
#[derive(Debug)]
pub struct ByConv {
    rejections: Option<Rejections>,
    /// All of them so far.
    pub total: u64,
}

impl ByConv {
    /// None so far; where there is no count, there never will be any.
    pub fn new(rejections: Option<Rejections>) -> ByConv {
        ByConv { rejections, total: 0 }
    }

    /// Those since the last look, which are in the total then.
    pub fn look(&mut self) -> u64 {
        let count = self.rejections.as_ref().map_or(0, Rejections::take);
        self.total += count;
        count
    }

    /// When to look again.
    pub fn next_look(&self, now: Instant) -> Option<Instant> {
        self.rejections.is_some().then_some(now + LOOK)
    }
}
