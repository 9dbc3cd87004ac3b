//! What is made of the times of a race.

use crate::job::Run;
use crate::targets::target::Kind;
use crate::timing::Times;

/// The runs of ours and of the fastest rival.
pub(crate) struct Contest {
    ours: Side,
    rival: Side,
}

/// One command's runs, in the order of the rounds.
#[derive(Clone)]
pub(crate) struct Side {
    times: Times,
    /// The most memory that any run held, in bytes.
    peak: u64,
    samples: u64,
}

/// A figure, and what else its runs tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    /// The figure, of the kind that was asked for.
    pub value: f64,
    /// The ratio of times in the round where it was least and in the one where it was greatest.
    pub rounds: Option<(f64, f64)>,
    /// Our time a sample, in seconds.
    pub per_sample: Option<f64>,
    /// The most memory that ours and the rival held, in bytes.
    pub memory: Option<(u64, u64)>,
}

impl Side {
    /// Of these runs, one or more, with this many samples each.
    pub(crate) fn new(runs: &[Run], samples: u64) -> Side {
        Side {
            times: runs.iter().map(|run| run.time).collect(),
            peak: runs.iter().map(|run| run.peak).max().unwrap_or_default(),
            samples,
        }
    }

    fn per_sample(&self) -> f64 {
        self.times.per_sample(self.samples)
    }
}

impl Contest {
    /// Of all sides, ours first; without a rival, ours is its own.
    pub(crate) fn new(sides: impl IntoIterator<Item = Side>) -> Contest {
        let mut sides = sides.into_iter();
        let ours = sides.next().unwrap_or_else(|| Side::new(&[], 0));
        let fastest = sides.min_by(|a, b| a.per_sample().total_cmp(&b.per_sample()));
        Contest { rival: fastest.unwrap_or_else(|| ours.clone()), ours }
    }

    /// The figure of this kind.
    pub(crate) fn figure(&self, kind: Kind) -> Figure {
        let (ours, rival) = (self.ours.per_sample(), self.rival.per_sample());
        let value = match kind {
            Kind::Time => ours / rival,
            Kind::Speed => rival / ours,
            Kind::More => (ours - rival) * 1e9,
            Kind::Memory => self.ours.peak as f64 / self.rival.peak as f64,
            Kind::Rate => 1.0 / ours,
        };
        let (least, most) = self.ours.times.ratios_to(&self.rival.times);
        let fewer = self.rival.samples as f64 / self.ours.samples as f64;
        Figure {
            value,
            rounds: Some((least * fewer, most * fewer)),
            per_sample: Some(ours),
            memory: Some((self.ours.peak, self.rival.peak)),
        }
    }
}

impl Figure {
    /// One about which nothing else is known.
    pub(crate) fn alone(value: f64) -> Figure {
        Figure { value, rounds: None, per_sample: None, memory: None }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn side(millis: &[u64], peak: u64, samples: u64) -> Side {
        let time = |millis| Duration::from_millis(millis);
        let run = |&millis: &u64| Run { time: time(millis), cpu: time(0), peak };
        Side::new(&millis.iter().map(run).collect::<Vec<_>>(), samples)
    }

    /// Equal but for a double's rounding.
    fn is_close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9 * b
    }

    #[test]
    fn ours_is_compared_with_the_fastest_rival_by_medians_of_times_a_sample() {
        // 30 ms for a thousand samples, beside 40 ms for a hundred and 20 ms for a thousand.
        let ours = side(&[30, 20, 90], 3, 1000);
        let sides = [ours, side(&[40, 40, 40], 1, 100), side(&[20, 10, 30], 2, 1000)];
        let contest = Contest::new(sides);
        let figure = contest.figure(Kind::Time);
        assert!(is_close(figure.value, 1.5), "{figure:?}");
        assert_eq!(figure.rounds, Some((1.5, 3.0)));
        assert!(is_close(figure.per_sample.unwrap(), 30e-6), "{figure:?}");
        assert_eq!(figure.memory, Some((3, 2)));
        assert_eq!(contest.figure(Kind::Memory).value, 1.5);
        assert!(is_close(contest.figure(Kind::More).value, 10_000.0));
        assert!(is_close(contest.figure(Kind::Speed).value, 1.0 / 1.5));
    }

    #[test]
    fn rounds_are_compared_by_the_sample_too() {
        let contest = Contest::new([side(&[40], 1, 1000), side(&[20], 1, 100)]);
        let (least, most) = contest.figure(Kind::Time).rounds.unwrap();
        assert!(is_close(least, 0.2) && is_close(most, 0.2), "{least} {most}");
    }
}
