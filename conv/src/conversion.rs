//! From a raw reading to a value: (raw + offset) × scale, as Linux's Industrial I/O defines it
//! (Documentation/ABI/testing/sysfs-bus-iio), in exact decimal arithmetic. (Whether the value is
//! plausible is up to [`crate::check`].)

mod linear;
mod options;

use stage::format::decimal::Decimal;
use stage::format::sample::{NotASample, Sample};

pub(crate) use self::linear::Linear;
pub use self::options::ConversionOptions;

/// What is done to each raw reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversion {
    /// Added to a raw reading.
    pub offset: Option<Decimal>,
    /// Then multiplies it.
    pub scale: Option<Decimal>,
}

impl Conversion {
    /// This conversion, with the `device`'s own offset or scale where the user gave none.
    pub fn or(self, device: Conversion) -> Conversion {
        Conversion { offset: self.offset.or(device.offset), scale: self.scale.or(device.scale) }
    }

    /// Whether equal readings always give equal values, whatever came before.
    pub fn is_memoryless(&self) -> bool {
        true
    }

    /// Whether readings are values as they are.
    pub fn is_none(&self) -> bool {
        matches!(self, Conversion { offset: None, scale: None })
    }

    /// Converts a raw reading in place; an error if its value is not a sample.
    pub fn apply(&mut self, reading: &mut Sample) -> Result<(), NotASample> {
        let raw: &Decimal = reading;
        let value = match (&self.offset, &self.scale) {
            (None, None) => return Ok(()),
            (Some(offset), None) => raw + offset,
            (None, Some(scale)) => raw * scale,
            (Some(offset), Some(scale)) => (raw + offset) * scale,
        };
        *reading = Sample::try_from(value)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::process::quantity::decimal;

    fn apply(offset: &str, scale: &str, raw: &str) -> Result<String, String> {
        let given = |text: &str| (!text.is_empty()).then(|| decimal(text).unwrap());
        let mut conversion = Conversion { offset: given(offset), scale: given(scale) };
        let mut value = Sample::parse(raw.as_bytes()).unwrap();
        let result = conversion.apply(&mut value);
        result.map(|()| value.to_string()).map_err(|why| why.to_string())
    }

    #[test]
    fn conversion_is_exact() {
        assert_eq!(apply("", "0.1", "3").unwrap(), "0.3");
        assert_eq!(apply("-2048", "0.805664062", "2049").unwrap(), "0.805664062");
        assert_eq!(apply("0.5", "", "-0.5").unwrap(), "0");
        assert_eq!(apply("", "", "1e300").unwrap(), "1e300");
    }

    #[test]
    fn a_value_beyond_the_format_is_rejected() {
        let why = apply("", "1e300", "1e10").unwrap_err();
        assert_eq!(why, "too large for a double: \"1e310\"");
        let why = apply("", "1e-300", "1e-200").unwrap_err();
        assert_eq!(why, "more than 400 decimal places: \"1e-500\"");
    }

    #[test]
    fn the_users_offset_and_scale_take_precedence_over_the_devices() {
        let of = |offset, scale| Conversion { offset, scale };
        let one = || Some(Decimal::new(1, 0));
        let two = || Some(Decimal::new(2, 0));
        assert_eq!(of(one(), None).or(of(two(), two())), of(one(), two()));
    }
}
