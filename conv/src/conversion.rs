//! From a raw reading to a value: (raw + offset) × scale, as Linux' Industrial I/O defines it
//! (Documentation/ABI/testing/sysfs-bus-iio), in exact decimal arithmetic; and whether the
//! value is plausible. A new check of values goes here, its reason into [`Rejected`] and its
//! option into [`crate::options`].

use stage::decimal::Decimal;
use stage::quantity::Range;
use stage::sample::check_value;

use crate::options::Options;
use crate::rejected::Rejected;

/// What a device itself says of its conversion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// To be added to a raw reading.
    pub offset: Option<Decimal>,
    /// To multiply by, after that.
    pub scale: Option<Decimal>,
}

/// What is done to each raw reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversion {
    offset: Option<Decimal>,
    scale: Option<Decimal>,
    plausible: Option<Range>,
}

impl Conversion {
    /// What the user asked for, and else what the device says.
    pub fn new(options: &Options, attributes: Option<Attributes>) -> Conversion {
        let attributes = attributes.unwrap_or_default();
        Conversion {
            offset: options.offset.clone().or(attributes.offset),
            scale: options.scale.clone().or(attributes.scale),
            plausible: options.plausible.clone(),
        }
    }

    /// Only a scale, and what is plausible.
    #[cfg(test)]
    pub(crate) fn of(scale: Option<Decimal>, plausible: Option<Range>) -> Conversion {
        Conversion { offset: None, scale, plausible }
    }

    /// The value of a raw reading.
    pub fn apply(&self, raw: Decimal) -> Result<Decimal, Rejected> {
        let mut value = raw;
        if let Some(offset) = &self.offset {
            value = value.plus(offset);
        }
        if let Some(scale) = &self.scale {
            value = value.times(scale);
        }
        if self.offset.is_some() || self.scale.is_some() {
            value = check_value(value.clone())
                .map_err(|reason| Rejected::NotASample { reason, value })?;
        }
        match &self.plausible {
            Some(range) if !range.contains(&value) => {
                Err(Rejected::Implausible(range.clone(), value))
            }
            _ => Ok(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::quantity::{decimal, range};

    fn conversion(offset: &str, scale: &str) -> Conversion {
        let given = |text: &str| (!text.is_empty()).then(|| decimal(text).unwrap());
        Conversion { offset: given(offset), scale: given(scale), plausible: None }
    }

    fn apply(conversion: &Conversion, raw: &str) -> Result<String, String> {
        match conversion.apply(decimal(raw).unwrap()) {
            Ok(value) => Ok(value.to_string()),
            Err(why) => Err(why.to_string()),
        }
    }

    #[test]
    fn conversion_is_exact() {
        assert_eq!(apply(&conversion("", "0.1"), "3").unwrap(), "0.3");
        assert_eq!(apply(&conversion("-2048", "0.805664062"), "2049").unwrap(), "0.805664062");
        assert_eq!(apply(&conversion("0.5", ""), "-0.5").unwrap(), "0");
        assert_eq!(apply(&conversion("", ""), "1e300").unwrap(), "1e300");
    }

    #[test]
    fn a_value_out_of_the_format_is_rejected() {
        let why = apply(&conversion("", "1e300"), "1e10").unwrap_err();
        assert_eq!(why, "too large for a double: \"1e310\"");
        let why = apply(&conversion("", "1e-300"), "1e-200").unwrap_err();
        assert_eq!(why, "more than 400 decimal places: \"1e-500\"");
    }

    #[test]
    fn plausibility_is_judged_after_the_conversion() {
        let plausible = Some(range("0..50").unwrap());
        let conversion = Conversion { plausible, ..conversion("", "0.1") };
        assert_eq!(apply(&conversion, "500").unwrap(), "50");
        assert_eq!(apply(&conversion, "501").unwrap_err(), "outside 0..50: 50.1");
    }
}
