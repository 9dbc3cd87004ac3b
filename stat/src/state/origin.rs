//! Where a state's samples come from, which their values do not show.

use std::collections::BTreeMap;

use thiserror::Error;

/// What is known about some samples besides their values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The channel's name, if it has one.
    pub channel: Option<String>,
    /// Labels: values by name.
    pub labels: BTreeMap<String, String>,
    /// Lines that were not a sample.
    pub rejected: u64,
    /// Samples that were missing.
    pub missing: u64,
    /// When the oldest and the newest sample were taken, in nanoseconds since 1970.
    pub times: Option<(u64, u64)>,
}

/// Why samples of two origins cannot be merged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Different {
    /// They are of different channels.
    #[error("its samples are of another channel")]
    Channel,
    /// A count would overflow.
    #[error("there would be more than 2^64 rejected lines")]
    TooMany,
}

impl Origin {
    /// What is known about the samples of both. Labels that they do not share are dropped.
    pub(crate) fn joined(mut self, other: Origin) -> Result<Origin, Different> {
        if self.channel != other.channel {
            return Err(Different::Channel);
        }
        self.labels.retain(|name, value| other.labels.get(name) == Some(value));
        let sum = |a: u64, b: u64| a.checked_add(b).ok_or(Different::TooMany);
        let times = match (self.times, other.times) {
            (Some(own), Some(other)) => Some((own.0.min(other.0), own.1.max(other.1))),
            (own, other) => own.or(other),
        };
        Ok(Origin {
            rejected: sum(self.rejected, other.rejected)?,
            missing: sum(self.missing, other.missing)?,
            times,
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(labels: &[(&str, &str)], counts: [u64; 2], times: Option<(u64, u64)>) -> Origin {
        let labels = labels.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let [rejected, missing] = counts;
        Origin { channel: None, labels: labels.collect(), rejected, missing, times }
    }

    #[test]
    fn what_two_origins_share_holds_for_both() {
        let a = origin(&[("site", "roof"), ("unit", "V")], [1, 2], Some((5, 9)));
        let b = origin(&[("site", "cellar"), ("unit", "V")], [3, 4], Some((2, 6)));
        let both = origin(&[("unit", "V")], [4, 6], Some((2, 9)));
        assert_eq!(a.clone().joined(b.clone()), Ok(both.clone()));
        assert_eq!(b.joined(a), Ok(both));
    }

    #[test]
    fn channels_do_not_mix_and_counts_do_not_overflow() {
        let channel = Origin { channel: Some("temp".into()), ..Origin::default() };
        assert_eq!(channel.joined(Origin::default()), Err(Different::Channel));
        let many = origin(&[], [u64::MAX, 0], None);
        assert_eq!(many.clone().joined(many), Err(Different::TooMany));
    }
}
