//! Giving way before going to sleep.
//!
//! Two processes between which small pieces cross quickly put each other to sleep and wake each other
//! up for every few of them, which costs more than the pieces do. If the one that has nothing left to
//! do lets others have the processor first, its peer often gets far enough that it need not sleep.
//!
//! Where pieces come less often, it does sleep at once: one that sleeps is woken without delay, one that
//! gave way waits for its turn.

use std::thread;
use std::time::{Duration, Instant};

/// Waits closer together than this belong to a busy transport: a piece crosses in a few microseconds, and
/// `conv` gathers what it sends more often than every millisecond.
const BUSY: Duration = Duration::from_micros(100);

/// When to give way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Turn {
    last_wait: Option<Instant>,
}

impl Turn {
    /// Called before a wait that will probably have to sleep: gives way if the transport is busy.
    pub(super) fn give_way(&mut self) {
        if self.is_busy(Instant::now()) {
            thread::yield_now();
        }
    }

    /// Whether a wait at `now` is close to the one before.
    fn is_busy(&mut self, now: Instant) -> bool {
        let before = self.last_wait.replace(now);
        before.is_some_and(|before| now.saturating_duration_since(before) < BUSY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_waits_close_to_each_other_give_way() {
        let start = Instant::now();
        let mut turn = Turn::default();
        let waits = [0, 99, 198, 299, 1299, 1300].map(Duration::from_micros);
        let busy = waits.map(|at| turn.is_busy(start + at));
        assert_eq!(busy, [false, true, true, false, false, true]);
    }
}
