//! What a record is made of, besides plain numbers.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::format::decimal::Decimal;
use crate::format::time::Time;

/// The numbers of a window's samples, from 1; null in an empty window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The number of its first sample.
    pub from: Option<u64>,
    /// The number of its last sample.
    pub to: Option<u64>,
}

/// When samples were taken: the oldest and the newest of them or, of a window by the stream's own
/// time, where it begins and ends. Null without samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// The first time.
    pub start: Option<Time>,
    /// The last time.
    pub end: Option<Time>,
}

/// A number with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The field's name, such as `p99.9` or `skew`.
    pub name: String,
    /// Null where it has no value.
    pub value: Option<Decimal>,
}

/// How quantiles were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exactness {
    /// Every value was counted.
    Exact,
    /// There were too many distinct values: quantiles are near the sample of their rank.
    Approximate {
        /// The most that any of them is off. Records of other programs may not say.
        error: Option<Decimal>,
    },
}

impl Exactness {
    /// The word for it in a record.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Exactness::Exact => "exact",
            Exactness::Approximate { .. } => "approximate",
        }
    }

    /// The bound of the quantiles' error; `None` if they are exact, or if it is unknown.
    pub fn error(&self) -> Option<&Decimal> {
        match self {
            Exactness::Exact => None,
            Exactness::Approximate { error } => error.as_ref(),
        }
    }

    /// Whether quantiles are only near the sample of their rank.
    pub fn is_approximate(&self) -> bool {
        matches!(self, Exactness::Approximate { .. })
    }
}

/// Samples x of a histogram with `low` ≤ x < `high`; in the last bin, x = `high` as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bin {
    /// The lower limit.
    pub low: Decimal,
    /// The upper limit.
    pub high: Decimal,
    /// Samples in between.
    pub count: u64,
}

/// Consecutive samples: a part of the stream's [course](super::Record::course).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The number of the first of them, from 1.
    pub first: u64,
    /// The least of them.
    pub min: Decimal,
    /// The double nearest to their mean.
    pub mean: Decimal,
    /// The greatest of them.
    pub max: Decimal,
}

/// By its word alone; the error is a field of its own.
impl<'de> Deserialize<'de> for Exactness {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Exactness, D::Error> {
        let name = String::deserialize(deserializer)?;
        [Exactness::Exact, Exactness::Approximate { error: None }]
            .into_iter()
            .find(|exactness| exactness.name() == name)
            .ok_or_else(|| D::Error::custom(format_args!("unknown kind of quantiles: {name:?}")))
    }
}

impl<'de> Deserialize<'de> for Bin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Bin, D::Error> {
        let (low, high, count) = Deserialize::deserialize(deserializer)?;
        Ok(Bin { low, high, count })
    }
}

impl<'de> Deserialize<'de> for Stretch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Stretch, D::Error> {
        let (first, min, mean, max) = Deserialize::deserialize(deserializer)?;
        Ok(Stretch { first, min, mean, max })
    }
}
