//! When samples arrived, and how far that is from a grid of ticks.
//!
//! Nothing shows when `conv`'s tick 0 was, so the grid is the latest one that no sample precedes: the
//! sample that came with the least delay lies on it.

use std::time::Duration;

/// A grid of ticks: its tick 0, on the clock of the arrivals, and its period, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TickGrid {
    start: i128,
    period: i128,
}

impl TickGrid {
    /// The grid of `arrivals`, the first of which is tick 0, with no tick skipped.
    pub(super) fn of(arrivals: &[Duration], period: Duration) -> TickGrid {
        let period = nanos(period);
        let starts = (0..).zip(arrivals).map(|(tick, &arrival)| nanos(arrival) - tick * period);
        TickGrid { start: starts.min().unwrap_or_default(), period }
    }

    /// How much later than tick `tick` this is; zero if it is earlier.
    pub(super) fn lateness(self, tick: usize, arrival: Duration) -> Duration {
        duration(nanos(arrival) - self.start - tick as i128 * self.period)
    }

    /// How far from the nearest tick this is: half a period at most.
    pub(super) fn distance(self, arrival: Duration) -> Duration {
        let past = (nanos(arrival) - self.start).rem_euclid(self.period);
        duration(past.min(self.period - past))
    }
}

fn nanos(time: Duration) -> i128 {
    time.as_nanos() as i128
}

fn duration(nanos: i128) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn micros(micros: u64) -> Duration {
        Duration::from_micros(micros)
    }

    #[test]
    fn the_sample_with_the_least_delay_lies_on_the_grid() {
        let arrivals = [micros(5300), micros(6100), micros(7200)];
        let grid = TickGrid::of(&arrivals, MS);
        let late = (0..).zip(arrivals).map(|(tick, arrival)| grid.lateness(tick, arrival));
        assert_eq!(late.collect::<Vec<_>>(), [micros(200), micros(0), micros(100)]);
    }

    #[test]
    fn the_distance_is_to_the_nearest_tick() {
        let grid = TickGrid::of(&[micros(5300)], MS);
        assert_eq!(grid.distance(micros(105_350)), micros(50));
        assert_eq!(grid.distance(micros(105_250)), micros(50));
        assert_eq!(grid.distance(micros(250)), micros(50));
    }
}
