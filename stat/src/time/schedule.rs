//! When a record is due: every N samples; at most once in a given time; at the end of a window; or
//! only at the end of the input.

use std::time::{Duration, Instant};

/// How often a record is wanted, or how long a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// Exactly this many samples.
    Samples(u64),
    /// This much time.
    Time(Duration),
}

/// The state of the schedule.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    rhythm: Rhythm,
    /// Samples since the last record.
    fresh: u64,
    /// Whether lines were rejected since the last record.
    rejected: bool,
}

#[derive(Clone, Copy, Debug)]
enum Rhythm {
    /// Not before the end.
    End,
    /// After this many samples.
    Samples(u64),
    /// When there is news and this much time has passed since the last record.
    Time { time: Duration, last: Option<Instant> },
    /// When the window ends. Windows follow each other from the first sample on; one without samples
    /// has no record.
    Windows { time: Duration, end: Option<Instant> },
}

impl Schedule {
    /// A schedule under which the first sample makes a record due at once, unless records come by the
    /// number of samples.
    pub(crate) fn new(every: Every) -> Schedule {
        let rhythm = match every {
            Every::Samples(count) => Rhythm::Samples(count),
            Every::Time(time) => Rhythm::Time { time, last: None },
        };
        Schedule { rhythm, fresh: 0, rejected: false }
    }

    /// A schedule under which no record is due before the end.
    pub(crate) fn of_the_end() -> Schedule {
        Schedule { rhythm: Rhythm::End, fresh: 0, rejected: false }
    }

    /// Whether no record is due before the end.
    pub(crate) fn is_of_the_end(&self) -> bool {
        matches!(self.rhythm, Rhythm::End)
    }

    /// Whether records are due by the time alone, so that one can be put off.
    pub(crate) fn is_by_time(&self) -> bool {
        matches!(self.rhythm, Rhythm::Time { .. })
    }

    /// A schedule under which each record is due at the end of a window.
    pub(crate) fn of_windows(every: Every) -> Schedule {
        match every {
            Every::Time(time) => {
                let rhythm = Rhythm::Windows { time, end: None };
                Schedule { rhythm, fresh: 0, rejected: false }
            }
            Every::Samples(_) => Schedule::new(every),
        }
    }

    /// Notes that samples about to be counted arrived at `now`.
    #[inline]
    pub(crate) fn arrived(&mut self, now: Instant) {
        if let Rhythm::Windows { time, end } = &mut self.rhythm
            && self.fresh == 0
        {
            let late = end.map_or(Duration::ZERO, |end| now.saturating_duration_since(end));
            let over = Duration::from_nanos((late.as_nanos() % time.as_nanos()) as u64);
            match *end {
                Some(end) if now < end => {}
                // The end of the window that `now` lies in.
                _ => *end = now.checked_add(*time - over),
            }
        }
    }

    /// How many samples may be counted at once without skipping a record.
    pub(crate) fn room(&self) -> u64 {
        match self.rhythm {
            Rhythm::Samples(count) => count - self.fresh,
            Rhythm::End | Rhythm::Time { .. } | Rhythm::Windows { .. } => u64::MAX,
        }
    }

    /// Counts samples, at most as many as there is room for; returns whether they make a record due.
    #[inline]
    pub(crate) fn count(&mut self, samples: u64) -> bool {
        self.fresh += samples;
        let due = matches!(self.rhythm, Rhythm::Samples(count) if self.fresh == count);
        if due {
            self.fresh = 0;
        }
        due
    }

    /// Notes that a line was rejected, which counts as news where records come by time.
    pub(crate) fn rejected(&mut self) {
        self.rejected = matches!(self.rhythm, Rhythm::Time { .. });
    }

    /// When a record becomes due even if no more samples come.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match self.rhythm {
            _ if self.fresh == 0 && !self.rejected => None,
            Rhythm::End | Rhythm::Samples(_) => None,
            Rhythm::Time { time, last } => last.and_then(|last| last.checked_add(time)),
            Rhythm::Windows { end, .. } => end,
        }
    }

    /// Whether the time makes a record due at `now`.
    pub(crate) fn has_come(&self, now: Instant) -> bool {
        (self.fresh > 0 || self.rejected)
            && match self.rhythm {
                Rhythm::End | Rhythm::Samples(_) => false,
                Rhythm::Time { time, last } => {
                    last.is_none_or(|last| now.saturating_duration_since(last) >= time)
                }
                Rhythm::Windows { end, .. } => end.is_some_and(|end| now >= end),
            }
    }

    /// Notes that a record was made at `now`, for which the time had come.
    pub(crate) fn made(&mut self, now: Instant) {
        (self.fresh, self.rejected) = (0, false);
        if let Rhythm::Time { last, .. } = &mut self.rhythm {
            *last = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Schedule {
        /// Whether a record is due, which is then made.
        fn is_due(&mut self, now: Instant) -> bool {
            let is_due = self.has_come(now);
            if is_due {
                self.made(now);
            }
            is_due
        }
    }

    const TENTH: Duration = Duration::from_millis(100);

    #[test]
    fn a_sample_is_due_at_once_if_the_last_record_is_long_ago() {
        let start = Instant::now();
        let mut schedule = Schedule::new(Every::Time(TENTH));
        assert!(!schedule.is_due(start), "without a sample there is nothing to tell");
        schedule.count(1);
        assert!(schedule.is_due(start));
        schedule.count(1);
        assert!(schedule.is_due(start + TENTH));
    }

    #[test]
    fn a_sample_soon_after_a_record_waits_for_its_turn() {
        let start = Instant::now();
        let mut schedule = Schedule::new(Every::Time(TENTH));
        schedule.count(1);
        schedule.is_due(start);
        assert_eq!(schedule.deadline(), None);
        schedule.count(1);
        assert!(!schedule.is_due(start + TENTH / 2));
        assert_eq!(schedule.deadline(), Some(start + TENTH));
        assert!(schedule.is_due(start + TENTH));
    }

    #[test]
    fn a_rejected_line_is_news_even_if_no_sample_comes() {
        let start = Instant::now();
        let mut schedule = Schedule::new(Every::Time(TENTH));
        schedule.rejected();
        assert!(schedule.is_due(start));
        assert!(!schedule.is_due(start + TENTH), "but reported once");
        for every in [Schedule::of_windows(Every::Time(TENTH)), Schedule::new(Every::Samples(1))] {
            let mut schedule = every;
            schedule.rejected();
            assert!(!schedule.is_due(start + TENTH), "not where records cover what they count");
        }
    }

    #[test]
    fn a_schedule_by_number_ignores_the_time() {
        let mut schedule = Schedule::new(Every::Samples(2));
        assert_eq!([schedule.count(1), schedule.count(1), schedule.count(1)], [false, true, false]);
        assert!(!schedule.is_due(Instant::now()));
        assert_eq!(schedule.deadline(), None);
    }

    #[test]
    fn windows_follow_each_other_from_the_first_sample_on() {
        let start = Instant::now();
        let mut schedule = Schedule::of_windows(Every::Time(TENTH));
        let mut sample_at = |tenths: f64| {
            let now = start + TENTH.mul_f64(tenths);
            let due = schedule.is_due(now);
            schedule.arrived(now);
            schedule.count(1);
            (due, schedule.deadline().unwrap() - start)
        };
        assert_eq!(sample_at(0.0), (false, TENTH));
        assert_eq!(sample_at(0.9), (false, TENTH));
        assert_eq!(sample_at(1.5), (true, 2 * TENTH));
        assert_eq!(sample_at(7.25), (true, 8 * TENTH), "windows without samples are passed over");
        assert_eq!(sample_at(8.0), (true, 9 * TENTH), "the end belongs to the next window");
    }

    #[test]
    fn a_window_ends_even_if_nothing_comes() {
        let start = Instant::now();
        let mut schedule = Schedule::of_windows(Every::Time(TENTH));
        assert_eq!(schedule.deadline(), None);
        schedule.arrived(start);
        schedule.count(1);
        assert!(!schedule.is_due(start + TENTH / 2));
        assert!(schedule.is_due(start + TENTH));
        assert_eq!(schedule.deadline(), None, "nothing is due before the next sample");
    }
}
