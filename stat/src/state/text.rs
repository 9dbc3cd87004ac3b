//! Numbers of a state as JSON strings.

use num_bigint::BigInt;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use stage::format::decimal::Decimal;

/// Digits of the longest integer: 2^64 times the fourth power of a sample with 309 digits and
/// 400 places has 2856. Reading a longer one would take time that grows with its square.
const MAX_DIGITS: usize = 2900;

/// An integer of any size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Integer(pub BigInt);

impl Serialize for Integer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Integer, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() > MAX_DIGITS {
            return Err(D::Error::custom("an integer is too long"));
        }
        text.parse().map(Integer).map_err(|_| D::Error::custom("not an integer"))
    }
}

/// A sample, in canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StoredSample(pub Decimal);

impl Serialize for StoredSample {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for StoredSample {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<StoredSample, D::Error> {
        let text = String::deserialize(deserializer)?;
        let sample: Decimal = text.parse().map_err(D::Error::custom)?;
        Ok(StoredSample(sample.normalized()))
    }
}
