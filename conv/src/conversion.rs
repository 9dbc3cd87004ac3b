//! From a raw reading to a value: (raw + offset) × scale, as Linux's Industrial I/O defines it
//! (Documentation/ABI/testing/sysfs-bus-iio), in exact arithmetic. (Whether the value is plausible is up
//! to [`crate::check`].)
//!
//! | module | owns |
//! |---|---|
//! | `options` | the options, and which of them are a channel's |
//! | `map` | two points, which are an offset and a scale as well |
//! | `affine` | the conversion of numbers of any length |
//! | `linear` | the same in machine words, where it fits |

mod affine;
mod linear;
mod map;
mod options;

pub(crate) use self::affine::Affine;
pub(crate) use self::linear::Linear;
pub use self::options::ConversionOptions;
use crate::fraction::Fraction;

/// What is done to each raw reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversion {
    /// Added to a raw reading.
    pub offset: Option<Fraction>,
    /// Then multiplies it.
    pub scale: Option<Fraction>,
}

impl Conversion {
    /// This conversion, with the `device`'s own offset or scale where the user gave none.
    pub fn or(self, device: Conversion) -> Conversion {
        Conversion { offset: self.offset.or(device.offset), scale: self.scale.or(device.scale) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::format::decimal::Decimal;
    use stage::format::sample::Sample;

    fn apply(offset: &str, scale: &str, raw: &str) -> Result<String, String> {
        let given = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
        let conversion = Conversion { offset: given(offset), scale: given(scale) };
        let raw = Sample::parse(raw.as_bytes()).unwrap();
        let value = Affine::of(&conversion).map_or(Ok(raw.clone()), |affine| affine.apply(&raw));
        value.map(|value| value.to_string()).map_err(|why| why.to_string())
    }

    #[test]
    fn conversion_is_exact() {
        assert_eq!(apply("", "0.1", "3").unwrap(), "0.3");
        assert_eq!(apply("-2048", "0.805664062", "2049").unwrap(), "0.805664062");
        assert_eq!(apply("0.5", "", "-0.5").unwrap(), "0");
        assert_eq!(apply("", "", "1e300").unwrap(), "1e300");
        assert_eq!(apply("160/9", "9/5", "20").unwrap(), "68");
        assert_eq!(apply("-1/3", "3", "1e300").unwrap(), format!("2.{}e300", "9".repeat(300)));
        assert_eq!(apply("", "1/3", "1e300").unwrap(), "3.3333333333333333e299");
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
        let one = || Some(Decimal::new(1, 0).into());
        let two = || Some(Decimal::new(2, 0).into());
        assert_eq!(of(one(), None).or(of(two(), two())), of(one(), two()));
    }
}
