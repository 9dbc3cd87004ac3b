//! When the next lines are likely to come: as long after the last ones as those came after the ones
//! before.
//!
//! What will be due before then is better done at once, with the last ones: otherwise the process would
//! be woken once more, just for it. That matters for slow streams, on machines that run on a battery. In
//! a fast one hardly anything is done earlier, and nothing more often.

use std::time::{Duration, Instant};

/// The pace at which lines come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    last: Option<Instant>,
    /// Between the last two times that lines came.
    gap: Option<Duration>,
}

impl Pace {
    /// Lines came at `now`.
    pub(super) fn note(&mut self, now: Instant) {
        self.gap = self.last.map(|last| now.saturating_duration_since(last));
        self.last = Some(now);
    }

    /// Whether it is time, at `now`, for what has waited since `since` and must not wait beyond
    /// `deadline`: that has come, or will before the next lines are likely to.
    pub(super) fn is_time(&self, since: Instant, deadline: Instant, now: Instant) -> bool {
        now >= deadline || self.is_last_chance(since, deadline)
    }

    /// Whether it was there before the last lines came, and cannot wait for the next.
    fn is_last_chance(&self, since: Instant, deadline: Instant) -> bool {
        let (Some(last), Some(gap)) = (self.last, self.gap) else { return false };
        since < last && last.checked_add(gap).is_none_or(|next| next > deadline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether there is a last chance, at the end of lines that came at these times, for what has
    /// waited since `since` and is due a second later; all in milliseconds.
    fn is_last_chance(came: &[u64], since: u64) -> bool {
        let start = Instant::now();
        let at = |time| start + Duration::from_millis(time);
        let mut pace = Pace::default();
        came.iter().for_each(|&time| pace.note(at(time)));
        pace.is_last_chance(at(since), at(since + 1000))
    }

    #[test]
    fn what_is_due_before_the_next_lines_is_done_with_the_last() {
        assert!(is_last_chance(&[0, 800], 0));
        assert!(!is_last_chance(&[0, 400], 0), "the next come at 800");
        assert!(is_last_chance(&[0, 400, 800], 0));
        assert!(!is_last_chance(&[0, 998, 999], 0), "another batch of a flood");
    }

    #[test]
    fn what_came_with_the_last_lines_waits() {
        assert!(!is_last_chance(&[0, 5000], 5000));
        assert!(is_last_chance(&[0, 5000], 4000));
    }

    #[test]
    fn nothing_is_known_of_the_first_lines() {
        assert!(!is_last_chance(&[], 0));
        assert!(!is_last_chance(&[10], 0));
    }
}
