//! Samples that follow each other, and where they lie in the whole stream.

use stage::format::decimal::Decimal;
use thiserror::Error;

/// Where a run lies in the whole stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RunPlace {
    /// The rows that its samples lie in, where rows are numbered. (Some may lack a sample.)
    Rows {
        /// The number of the first one.
        first: u64,
        /// How many.
        count: u64,
    },
    /// The number of its part.
    Part(u64),
    /// When it was counted, in nanoseconds since 1970.
    Time {
        /// The beginning; 0 if that is not known.
        began: u64,
        /// The end.
        ended: u64,
    },
}

impl RunPlace {
    /// Stands for the place of samples that are still being counted, until it is
    /// [noted](crate::accumulator::Accumulator::place).
    pub(crate) const NOT_KNOWN_YET: RunPlace = RunPlace::Rows { first: 0, count: 0 };
}

/// Samples that follow each other. Ordered by place; ties are broken arbitrarily but consistently.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Run {
    /// Where it lies.
    pub place: RunPlace,
    /// Its samples; none only if all of its rows lack one.
    pub n: u64,
    /// `None` if there are no samples.
    pub ends: Option<Ends>,
}

/// The ends of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ends {
    /// The first sample.
    pub first: Decimal,
    /// The last sample.
    pub last: Decimal,
}

impl Run {
    pub(super) fn is_numbered(&self) -> bool {
        matches!(self.place, RunPlace::Rows { .. })
    }

    /// How many of its rows lack a sample, if they are numbered.
    pub(crate) fn lacking(&self) -> u64 {
        match self.place {
            RunPlace::Rows { count, .. } => count.saturating_sub(self.n),
            RunPlace::Part(_) | RunPlace::Time { .. } => 0,
        }
    }

    /// Whether `later` may come after this run, and the two cannot be joined into one.
    pub(crate) fn is_apart_from(&self, later: &Run) -> bool {
        let joined = self.is_numbered() && self.is_followed_by(later);
        self < later && self.conflict(later).is_none() && !joined
    }

    /// Whether the samples of `later` come immediately after these.
    pub(super) fn is_followed_by(&self, later: &Run) -> bool {
        match (self.place, later.place) {
            (RunPlace::Rows { first, count }, RunPlace::Rows { first: next, .. }) => {
                first.checked_add(count) == Some(next)
            }
            (RunPlace::Part(own), RunPlace::Part(next)) => own.checked_add(1) == Some(next),
            (RunPlace::Time { ended, .. }, RunPlace::Time { began, .. }) => ended < began,
            _ => false,
        }
    }

    /// Why the two cannot be merged, if they cannot.
    pub(super) fn conflict(&self, other: &Run) -> Option<Conflict> {
        match (self.place, other.place) {
            (RunPlace::Rows { first: a, count }, RunPlace::Rows { first: b, count: others }) => {
                let (first, end) =
                    (a.max(b), a.saturating_add(count).min(b.saturating_add(others)));
                let have_all = self.lacking() == 0 && other.lacking() == 0;
                let overlap = if have_all { Conflict::Overlap } else { Conflict::OverlappingRows };
                (first < end).then(|| overlap(first, end - 1))
            }
            (RunPlace::Part(a), RunPlace::Part(b)) => (a == b).then_some(Conflict::Part(a)),
            (RunPlace::Time { .. }, RunPlace::Time { .. }) => {
                (self == other).then_some(Conflict::Repeated)
            }
            _ => Some(Conflict::Numbered),
        }
    }
}

/// Why runs cannot be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Conflict {
    /// The run is merged already.
    #[error("its samples are merged already")]
    Repeated,
    /// Samples with these numbers, from the first to the last, are merged already.
    #[error("its samples {0} to {1} are merged already")]
    Overlap(u64, u64),
    /// The same of rows, some of which lack a sample.
    #[error(
        "its rows {0} to {1} are merged already (--first numbers rows, also those that lack a sample)"
    )]
    OverlappingRows(u64, u64),
    /// The part with this number is merged already.
    #[error("part {0} is merged already")]
    Part(u64),
    /// Only one of them has numbers.
    #[error("its samples are numbered (--first) and others' are not, or the other way round")]
    Numbered,
}
