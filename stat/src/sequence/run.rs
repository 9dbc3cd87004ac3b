//! Samples that follow each other, and where they lie in the whole stream.

use stage::format::decimal::Decimal;
use thiserror::Error;

/// Where a run lies in the whole stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RunPlace {
    /// The number of its first sample.
    Number(u64),
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
    pub(crate) const NOT_KNOWN_YET: RunPlace = RunPlace::Number(0);
}

/// Samples that follow each other. Ordered by place; ties are broken arbitrarily but consistently.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Run {
    /// Where it lies.
    pub place: RunPlace,
    /// Its samples, at least one.
    pub n: u64,
    /// Its first sample.
    pub first: Decimal,
    /// Its last sample.
    pub last: Decimal,
}

impl Run {
    pub(super) fn is_numbered(&self) -> bool {
        matches!(self.place, RunPlace::Number(_))
    }

    /// Whether `later` may come after this run, and the two cannot be joined into one.
    pub(crate) fn is_apart_from(&self, later: &Run) -> bool {
        let joined = self.is_numbered() && self.is_followed_by(later);
        self < later && self.conflict(later).is_none() && !joined
    }

    /// Whether the samples of `later` come immediately after these.
    pub(super) fn is_followed_by(&self, later: &Run) -> bool {
        match (self.place, later.place) {
            (RunPlace::Number(own), RunPlace::Number(next)) => {
                own.checked_add(self.n) == Some(next)
            }
            (RunPlace::Part(own), RunPlace::Part(next)) => own.checked_add(1) == Some(next),
            (RunPlace::Time { ended, .. }, RunPlace::Time { began, .. }) => ended < began,
            _ => false,
        }
    }

    /// Why the two cannot be merged, if they cannot.
    pub(super) fn conflict(&self, other: &Run) -> Option<Conflict> {
        match (self.place, other.place) {
            (RunPlace::Number(a), RunPlace::Number(b)) => {
                let first = a.max(b);
                let end = a.saturating_add(self.n).min(b.saturating_add(other.n));
                (first < end).then(|| Conflict::Overlap(first, end - 1))
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
    /// The part with this number is merged already.
    #[error("part {0} is merged already")]
    Part(u64),
    /// Only one of them has numbers.
    #[error("its samples are numbered (--first) and others' are not, or the other way round")]
    Numbered,
}
