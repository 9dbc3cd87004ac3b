//! When samples were taken: the oldest and the newest of them.

use stage::format::record::Times;
use stage::format::time::Time;

/// When some samples were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Whether their stream has times.
    is_timed: bool,
    /// The times of the oldest and the newest sample; `None` without samples that have one.
    ends: Option<(Time, Time)>,
}

impl Extent {
    /// That of no samples, in a stream with times.
    pub(crate) const TIMED: Extent = Extent { is_timed: true, ends: None };

    /// That of samples from one time to another.
    pub(crate) fn between(oldest: Time, newest: Time) -> Extent {
        Extent { is_timed: true, ends: Some((oldest, newest)) }
    }

    /// Includes a sample of this time.
    #[inline]
    pub(crate) fn include(&mut self, time: Time) {
        self.ends = Some(match self.ends {
            Some((oldest, newest)) => (oldest.min(time), newest.max(time)),
            None => (time, time),
        });
    }

    /// Includes other samples.
    pub(crate) fn join(&mut self, other: Extent) {
        self.is_timed |= other.is_timed;
        if let Some((oldest, newest)) = other.ends {
            self.include(oldest);
            self.include(newest);
        }
    }

    /// The same stream's extent without samples.
    pub(crate) fn emptied(self) -> Extent {
        Extent { ends: None, ..self }
    }

    /// Whether the stream has times.
    pub(crate) fn is_timed(self) -> bool {
        self.is_timed
    }

    /// The times of the oldest and the newest sample.
    pub(crate) fn ends(self) -> Option<(Time, Time)> {
        self.ends
    }

    /// The times as a record has them; `None` if it has none.
    pub(crate) fn to_record(self) -> Option<Times> {
        let (start, end) = self.ends.unzip();
        self.is_timed.then_some(Times { start, end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extent_reaches_from_the_oldest_to_the_newest_in_whatever_order_they_come() {
        let time = |text: &str| Time::parse(text.as_bytes()).unwrap();
        let [a, b, c] = ["1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2026-01-01T00:00:00Z"];
        let [a, b, c] = [a, b, c].map(time);
        let mut extent = Extent::TIMED;
        assert_eq!(extent.to_record(), Some(Times::default()));
        [b, a].iter().for_each(|time| extent.include(*time));
        assert_eq!(extent, Extent::between(a, b));
        extent.join(Extent::between(b, c));
        extent.join(Extent::default());
        assert_eq!(extent.to_record(), Some(Times { start: Some(a), end: Some(c) }));
        assert_eq!(extent.emptied(), Extent::TIMED);
        assert_eq!(Extent::default().to_record(), None);
    }
}
