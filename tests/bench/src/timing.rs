//! Taking turns, and what is made of the times.
//!
//! Commands that are compared run interleaved, A B A B, so that whatever slows the machine down
//! for a while hits all of them.

use std::time::{Duration, Instant};

use crate::error::Error;

/// Rounds that are not counted: the first run of a program also reads it from the disk.
const WARM_UP: u32 = 1;
/// Rounds, at most, where there is time for more: beyond it a median hardly moves.
const MOST: u32 = 40;

/// How often something is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// Rounds, at least.
    pub rounds: u32,
    /// While less than this has passed there are more: short runs differ more from each other.
    pub time: Duration,
}

/// What the counted rounds took, in their order; one or more.
#[derive(Clone, Debug)]
pub(crate) struct Times(Vec<Duration>);

/// Runs each of `entrants` once a round, in turns; returns the result of each round for each.
pub(crate) fn interleave<T, R>(
    patience: Patience,
    entrants: &[T],
    mut run: impl FnMut(&T) -> Result<R, Error>,
) -> Result<Vec<Vec<R>>, Error> {
    let mut results: Vec<Vec<R>> = entrants.iter().map(|_| Vec::new()).collect();
    let start = Instant::now();
    let is_enough = |round| {
        let counted = u32::saturating_sub(round, WARM_UP);
        counted >= patience.rounds && (counted >= MOST || start.elapsed() >= patience.time)
    };
    for round in (0..).take_while(|&round| !is_enough(round)) {
        for (entrant, results) in entrants.iter().zip(&mut results) {
            let result = run(entrant)?;
            if round >= WARM_UP {
                results.push(result);
            }
        }
    }
    Ok(results)
}

impl FromIterator<Duration> for Times {
    fn from_iter<I: IntoIterator<Item = Duration>>(times: I) -> Times {
        Times(times.into_iter().collect())
    }
}

impl Times {
    /// The median.
    pub(crate) fn median(&self) -> Duration {
        median(&self.0)
    }

    /// Seconds a sample, in the median round.
    pub(crate) fn per_sample(&self, samples: u64) -> f64 {
        self.median().as_secs_f64() / samples as f64
    }

    /// How many times longer than `other` this took, in the round where that was least and in
    /// the one where it was most.
    pub(crate) fn ratios_to(&self, other: &Times) -> (f64, f64) {
        let ratios = self.0.iter().zip(&other.0).map(|(a, b)| a.as_secs_f64() / b.as_secs_f64());
        ratios
            .fold((f64::INFINITY, 0.0), |(least, most), ratio| (ratio.min(least), ratio.max(most)))
    }
}

/// The middle value, or the mean of the two in the middle; zero of none.
pub(crate) fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => Duration::ZERO,
        odd if odd % 2 == 1 => sorted[middle],
        _ => (sorted[middle - 1] + sorted[middle]) / 2,
    }
}

/// The greatest value; zero of none.
pub(crate) fn worst(times: &[Duration]) -> Duration {
    times.iter().copied().max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: &[u64]) -> Vec<Duration> {
        seconds.iter().copied().map(Duration::from_secs).collect()
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&seconds(&[9, 1, 5])), Duration::from_secs(5));
        assert_eq!(median(&seconds(&[4, 1, 2, 9])), Duration::from_secs(3));
        assert_eq!(median(&[]), Duration::ZERO);
    }

    #[test]
    fn entrants_take_turns_and_the_first_turn_is_not_counted() {
        let mut turns = String::new();
        let patience = Patience { rounds: 2, time: Duration::ZERO };
        let times = interleave(patience, &["A", "B"], |name| {
            turns.push_str(name);
            Ok(Duration::from_secs(turns.len() as u64))
        })
        .unwrap();
        assert_eq!(turns, "ABABAB");
        assert_eq!(times, [seconds(&[3, 5]), seconds(&[4, 6])]);
        let [a, b]: [Times; 2] = [0, 1].map(|at: usize| times[at].iter().copied().collect());
        assert_eq!(b.ratios_to(&a), (6.0 / 5.0, 4.0 / 3.0));
    }

    #[test]
    fn short_runs_are_repeated_but_not_without_end() {
        let rounds = |rounds| {
            let patience = Patience { rounds, time: Duration::MAX };
            interleave(patience, &[()], |()| Ok(())).unwrap()[0].len()
        };
        assert_eq!([rounds(1), rounds(50)], [40, 50]);
    }
}
