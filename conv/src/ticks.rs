//! A clock that does not drift: which ticks are due, and which were missed.
//!
//! Tick k is due at start + k × period, computed from k each time, so that errors do not add up. A
//! tick that could not be kept because the reader or the machine was slow is missed: it is counted,
//! not made up for. Time comes in as an argument; nothing here waits.

use std::time::{Duration, Instant};

use stage::process::quantity::Period;

/// How long simulated samples may be gathered before they are written: half of the 1 ms that a
/// sample may wait. The other half is for waking up and writing.
const GATHER: Duration = Duration::from_micros(500);

/// How late a simulated sample may be made before its tick counts as missed. Longer than a
/// busy machine's scheduler lets a process wait, shorter than a person notices.
const LATENESS: Duration = Duration::from_millis(10);

/// Ticks handled at a time: about a block of samples. At a rate that cannot be sustained, the rest
/// turns out to be late, and is missed.
const AT_A_TIME: u64 = 64 * 1024;

/// A hundred years: longer than any run, yet within the range of the system's clock.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// How a converter is sampled, and so how late a tick may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// One reading at a time. It belongs to the moment it is taken, so only the newest tick can be
    /// kept.
    Single,
    /// Several at a time where the period is short. A simulated sample is the same whenever it is
    /// made, so it may be late by up to `LATENESS` or one period, whichever is longer.
    Batched,
}

/// The ticks of one run.
#[derive(Clone, Debug)]
pub struct Ticks {
    start: Instant,
    period: Period,
    /// The first tick not handled yet.
    next: u64,
    /// The first tick after the run.
    end: u64,
    gather: Duration,
    lateness: Duration,
}

/// What is due at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Ticks that passed without a sample.
    pub missed: u64,
    /// Samples to take now.
    pub taken: u64,
}

impl Ticks {
    /// The ticks from `start` on, up to `start` + `duration` if there is one.
    pub fn new(
        start: Instant,
        period: Period,
        duration: Option<Duration>,
        sampling: Sampling,
    ) -> Ticks {
        let end = match duration.map(|duration| duration.checked_sub(Duration::from_nanos(1))) {
            None => u64::MAX,
            Some(None) => 0,
            Some(Some(last_moment)) => period.ticks_in(last_moment).saturating_add(1),
        };
        let one = period.times(1);
        let (gather, lateness) = match sampling {
            Sampling::Single => (Duration::ZERO, one),
            Sampling::Batched if one < 2 * GATHER => (GATHER, LATENESS),
            Sampling::Batched => (Duration::ZERO, one.max(LATENESS)),
        };
        Ticks { start, period, next: 0, end, gather, lateness }
    }

    /// How many ticks have been handled: taken or missed.
    pub fn handled(&self) -> u64 {
        self.next
    }

    /// When tick `number` is due, counted from the start.
    pub fn since_start(&self, number: u64) -> Duration {
        self.period.times(number)
    }

    /// When to ask again; `None` once the run is over.
    pub fn deadline(&self) -> Option<Instant> {
        let after = self.period.times(self.next).saturating_add(self.gather).min(FOR_EVER);
        (self.next < self.end).then(|| self.start + after)
    }

    /// Handles the ticks that are due at `now`: all of them, or as many as can be kept in one go.
    pub fn take(&mut self, now: Instant) -> Due {
        let elapsed = now.saturating_duration_since(self.start);
        let due = self.period.ticks_in(elapsed).saturating_add(1).min(self.end);
        let count = due.saturating_sub(self.next);
        let late =
            elapsed.saturating_sub(self.period.times(self.next)) >= self.gather + self.lateness;
        let newest_passed = late && elapsed >= self.period.times(due);
        let due = match count {
            0 => Due { missed: 0, taken: 0 },
            // The run's last tick may itself be long past.
            _ if newest_passed => Due { missed: count, taken: 0 },
            _ if late => Due { missed: count - 1, taken: 1 },
            _ => Due { missed: 0, taken: count.min(AT_A_TIME) },
        };
        self.next += due.missed + due.taken;
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stage::process::quantity::{Rate, rate};

    fn period(text: &str) -> Period {
        match rate(text).unwrap() {
            Rate::Every(period) => period,
            Rate::Max => unreachable!("not a period"),
        }
    }

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn due(missed: u64, taken: u64) -> Due {
        Due { missed, taken }
    }

    #[test]
    fn the_first_sample_is_due_at_once_and_the_next_a_period_later() {
        let start = Instant::now();
        let mut ticks = Ticks::new(start, period("10"), None, Sampling::Batched);
        assert_eq!(ticks.deadline(), Some(start));
        assert_eq!(ticks.take(start), due(0, 1));
        assert_eq!(ticks.deadline(), Some(start + ms(100)));
        assert_eq!(ticks.take(start + ms(99)), due(0, 0));
        assert_eq!(ticks.take(start + ms(150)), due(0, 1), "late, but before the next");
        assert_eq!(ticks.deadline(), Some(start + ms(200)), "and the next is on the grid");
    }

    #[test]
    fn ticks_in_a_stall_are_missed_and_not_made_up_for() {
        let start = Instant::now();
        let mut ticks = Ticks::new(start, period("1k"), None, Sampling::Batched);
        assert_eq!(ticks.take(start), due(0, 1));
        assert_eq!(ticks.take(start + ms(200)), due(199, 1));
        assert_eq!(ticks.deadline(), Some(start + ms(201)));
    }

    #[test]
    fn a_short_delay_costs_a_simulation_nothing_but_a_reading_its_tick() {
        let start = Instant::now();
        for (sampling, expected) in [(Sampling::Batched, due(0, 6)), (Sampling::Single, due(5, 1))]
        {
            let mut ticks = Ticks::new(start, period("1k"), None, sampling);
            assert_eq!(ticks.take(start + ms(5)), expected, "{sampling:?}");
        }
    }

    #[test]
    fn fast_ticks_are_gathered_for_less_than_a_millisecond() {
        let start = Instant::now();
        let mut ticks = Ticks::new(start, period("1M"), None, Sampling::Batched);
        let first = ticks.deadline().unwrap();
        assert!(first < start + ms(1));
        assert_eq!(ticks.take(first), due(0, 501));
    }

    #[test]
    fn an_excessive_rate_is_handled_in_pieces() {
        let start = Instant::now();
        let mut ticks = Ticks::new(start, period("1000M"), None, Sampling::Batched);
        assert_eq!(ticks.take(start + ms(1)), due(0, AT_A_TIME));
        let late = ticks.take(start + ms(20));
        assert_eq!(late.taken, 1);
        assert_eq!(late.missed + late.taken + AT_A_TIME, 20_000_001);
    }

    #[test]
    fn a_duration_holds_as_many_ticks_as_begin_in_it() {
        let start = Instant::now();
        let count = |rate, duration| {
            let mut ticks = Ticks::new(start, period(rate), Some(duration), Sampling::Batched);
            let mut taken = 0;
            while let Some(deadline) = ticks.deadline() {
                taken += ticks.take(deadline).taken;
            }
            taken
        };
        assert_eq!(count("1k", Duration::from_secs(1)), 1000);
        assert_eq!(count("44.1k", Duration::from_secs(1)), 44_100);
        assert_eq!(count("1", ms(1)), 1);
        assert_eq!(count("1", Duration::ZERO), 0);
    }

    #[test]
    fn a_run_that_ended_long_ago_misses_its_last_ticks() {
        let start = Instant::now();
        let mut ticks = Ticks::new(start, period("1k"), Some(ms(3)), Sampling::Batched);
        assert_eq!(ticks.take(start + ms(1000)), due(3, 0));
        assert_eq!(ticks.deadline(), None);
    }

    proptest! {
        #[test]
        fn every_tick_is_taken_or_missed_once(
            hertz in 1u32..100_000,
            steps in proptest::collection::vec(0u64..300_000_000, 1..50),
        ) {
            let start = Instant::now();
            let period = period(&hertz.to_string());
            let mut ticks = Ticks::new(start, period, None, Sampling::Batched);
            let (mut now, mut handled) = (Duration::ZERO, 0);
            for step in steps {
                now += Duration::from_nanos(step);
                let due = ticks.take(start + now);
                handled += due.missed + due.taken;
                prop_assert_eq!(handled, period.ticks_in(now) + 1);
            }
        }
    }
}
