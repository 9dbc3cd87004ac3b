//! Numbers and times of a state as JSON strings.

use jiff::Timestamp;
use num_bigint::BigInt;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use stage::format::decimal::Decimal;
use stage::format::time::Time;

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

/// A time, in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StoredTime(pub Time);

impl Serialize for StoredTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.timestamp().as_nanosecond())
    }
}

impl<'de> Deserialize<'de> for StoredTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<StoredTime, D::Error> {
        let nanos = String::deserialize(deserializer)?.parse().ok();
        let time = nanos.and_then(|it| Time::of(Timestamp::from_nanosecond(it).ok()?));
        time.map(StoredTime).ok_or_else(|| D::Error::custom("not a time"))
    }
}

/// Reads a field that may be null, so that null is distinguished from no field.
pub(super) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
