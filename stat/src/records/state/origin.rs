//! Where a state's samples come from, which their values do not show.

use std::collections::BTreeMap;

use stage::format::columns::MAX_COLUMNS;
use thiserror::Error;

use crate::time::extent::Extent;

/// What is known about some samples of one channel besides their values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The channel's name or number; `None` if nothing names it.
    pub channel: Option<String>,
    /// Labels: values by name.
    pub labels: BTreeMap<String, String>,
    /// Lines and fields that were not a sample.
    pub rejected: u64,
    /// Samples that were missing; `None` in the classic stream.
    pub missing: Option<u64>,
    /// When they were taken.
    pub extent: Extent,
}

/// A count would overflow.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there would be more than 2^64 rejected lines")]
pub struct TooManyRejected;

/// Whether this is the number of a channel that nothing names.
pub(crate) fn is_number(label: &str) -> bool {
    let number = label.parse().ok().filter(|number| (1..=MAX_COLUMNS).contains(number));
    number.is_some_and(|number| number.to_string() == label)
}

impl Origin {
    /// What is known about the samples of both, which are of the same channel. Labels that they do not
    /// share are dropped.
    pub(crate) fn joined(mut self, other: Origin) -> Result<Origin, TooManyRejected> {
        self.labels.retain(|name, value| other.labels.get(name) == Some(value));
        let sum = |a: u64, b: u64| a.checked_add(b).ok_or(TooManyRejected);
        self.extent.join(other.extent);
        let missing = match (self.missing, other.missing) {
            (Some(own), Some(other)) => Some(sum(own, other)?),
            (own, other) => own.or(other),
        };
        Ok(Origin { rejected: sum(self.rejected, other.rejected)?, missing, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::format::time::Time;

    fn origin(labels: &[(&str, &str)], rejected: u64, missing: u64, extent: Extent) -> Origin {
        let labels = labels.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Origin { channel: None, labels: labels.collect(), rejected, missing: Some(missing), extent }
    }

    #[test]
    fn what_two_origins_share_holds_for_both() {
        let extent = |ends: [u8; 2]| {
            let [oldest, newest] = ends.map(|second| {
                Time::parse(format!("2026-01-01T00:00:0{second}Z").as_bytes()).unwrap()
            });
            Extent::between(oldest, newest)
        };
        let a = origin(&[("site", "roof"), ("unit", "V")], 1, 2, extent([5, 9]));
        let b = origin(&[("site", "cellar"), ("unit", "V")], 3, 4, extent([2, 6]));
        let both = origin(&[("unit", "V")], 4, 6, extent([2, 9]));
        assert_eq!(a.clone().joined(b.clone()), Ok(both.clone()));
        assert_eq!(b.joined(a.clone()), Ok(both));
        let classic = Origin { labels: a.labels.clone(), ..Origin::default() };
        assert_eq!(a.clone().joined(classic), Ok(a));
    }

    #[test]
    fn counts_do_not_overflow() {
        let many = origin(&[], u64::MAX, 0, Extent::default());
        assert_eq!(many.clone().joined(many), Err(TooManyRejected));
    }
}
