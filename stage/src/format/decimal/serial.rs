//! Decimals from JSON numbers. All digits are kept, which a double would not do.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::Decimal;

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Decimal::parse_computed(raw.get().as_bytes())
            .map_err(|_| D::Error::custom(format_args!("not a number: {}", raw.get())))
    }
}
