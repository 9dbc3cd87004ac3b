//! When a record is due: every N samples, or at most once in a time.

use std::time::{Duration, Instant};

/// How often a record is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// After so many samples, exactly.
    Samples(u64),
    /// When a new sample has come and so much time has passed since the last record.
    Time(Duration),
}

/// The state of the schedule.
#[derive(Clone, Debug)]
pub struct Schedule {
    every: Every,
    /// Samples since the last record.
    fresh: u64,
    last: Option<Instant>,
}

impl Schedule {
    /// A schedule under which the first sample is due at once, unless samples are counted.
    pub fn new(every: Every) -> Schedule {
        Schedule { every, fresh: 0, last: None }
    }

    /// Counts a sample; whether a record is due because of it.
    pub fn count(&mut self) -> bool {
        self.fresh += 1;
        let due = matches!(self.every, Every::Samples(count) if self.fresh == count);
        if due {
            self.fresh = 0;
        }
        due
    }

    /// When a record will be due even if no more samples come.
    pub fn deadline(&self) -> Option<Instant> {
        match (self.every, self.last) {
            (Every::Time(time), Some(last)) if self.fresh > 0 => last.checked_add(time),
            _ => None,
        }
    }

    /// Whether a record is due at `now`, on account of the time; if so, it is taken as given.
    pub fn is_due(&mut self, now: Instant) -> bool {
        let Every::Time(time) = self.every else { return false };
        let waited = self.last.is_none_or(|last| now.saturating_duration_since(last) >= time);
        let due = self.fresh > 0 && waited;
        if due {
            self.fresh = 0;
            self.last = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENTH: Duration = Duration::from_millis(100);

    #[test]
    fn a_sample_is_due_at_once_if_the_last_record_is_long_ago() {
        let start = Instant::now();
        let mut schedule = Schedule::new(Every::Time(TENTH));
        assert!(!schedule.is_due(start), "without a sample there is nothing to tell");
        schedule.count();
        assert!(schedule.is_due(start));
        schedule.count();
        assert!(schedule.is_due(start + TENTH));
    }

    #[test]
    fn a_sample_soon_after_a_record_waits_for_its_turn() {
        let start = Instant::now();
        let mut schedule = Schedule::new(Every::Time(TENTH));
        schedule.count();
        schedule.is_due(start);
        assert_eq!(schedule.deadline(), None);
        schedule.count();
        assert!(!schedule.is_due(start + TENTH / 2));
        assert_eq!(schedule.deadline(), Some(start + TENTH));
        assert!(schedule.is_due(start + TENTH));
    }

    #[test]
    fn counted_samples_know_no_time() {
        let mut schedule = Schedule::new(Every::Samples(2));
        assert_eq!([schedule.count(), schedule.count(), schedule.count()], [false, true, false]);
        assert!(!schedule.is_due(Instant::now()));
        assert_eq!(schedule.deadline(), None);
    }
}
