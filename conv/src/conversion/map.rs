//! Two points of a conversion: `0..1023=-40..125`.

use stage::format::decimal::{Decimal, ParseError};

use super::Conversion;
use crate::for_channel::{self, ForChannel};
use crate::fraction::Fraction;

/// The conversion whose line goes through two points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map(Conversion);

impl Map {
    /// Reads two raw readings and their values.
    fn parse(text: &str) -> Result<Map, String> {
        let expected = || "expected two readings and their values, as 0..1023=-40..125".to_owned();
        let (raw, values) = text.split_once('=').ok_or_else(expected)?;
        let end = |text: &str| match text.parse::<Decimal>() {
            Ok(end) => Ok(Fraction::from(end)),
            Err(ParseError::NotANumber) => Err(expected()),
            Err(why) => Err(why.to_string()),
        };
        let ends = |text: &str| -> Result<[Fraction; 2], String> {
            let (one, other) = text.split_once("..").ok_or_else(expected)?;
            Ok([end(one)?, end(other)?])
        };
        let ([a, b], [c, d]) = (ends(raw)?, ends(values)?);
        let level = || "a map needs two different readings and two different values".to_owned();
        // The line through (a, c) and (b, d), as offset and scale.
        let scale = (&d - &c).over(&(&b - &a)).filter(|_| c != d).ok_or_else(level)?;
        let offset = c.over(&scale).map(|shift| &shift - &a);
        Ok(Map(Conversion { offset, scale: Some(scale) }))
    }

    /// The same as offset and scale.
    pub(super) fn conversion(&self) -> Conversion {
        self.0.clone()
    }
}

/// Reads a map, with or without a channel's name in front.
pub(super) fn map(text: &str) -> Result<ForChannel<Map>, String> {
    match text.matches('=').count() {
        0 | 1 => Map::parse(text).map(|value| ForChannel { name: None, value }),
        _ => for_channel::parse(text, Map::parse),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::Affine;

    #[test]
    fn both_points_lie_on_the_line_and_what_lies_between_is_exact() {
        let value = |text: &str, raw: &str| {
            let ForChannel { name, value: Map(conversion) } = map(text).unwrap();
            let affine = Affine::of(&conversion).unwrap();
            let value = affine.apply(&raw.parse().unwrap()).unwrap();
            name.unwrap_or_default() + ":" + &value.to_string()
        };
        for (text, raw, expected) in [
            ("0..1023=-40..125", "0", ":-40"),
            ("0..1023=-40..125", "1023", ":125"),
            ("0..1023=-40..125", "341", ":15"),
            ("0..1023=-40..125", "512", ":42.580645161290323"),
            ("4..20=0..100", "12", ":50"),
            ("temp=4..20=100..0", "4", "temp:100"),
            ("a b=20..4=0..1e3", "4.000", "a b:1000"),
        ] {
            assert_eq!(value(text, raw), expected, "{text} of {raw}");
        }
    }

    #[test]
    fn what_is_no_line_is_refused() {
        let expected = "expected two readings and their values, as 0..1023=-40..125";
        let level = "a map needs two different readings and two different values";
        for (text, why) in [
            ("", expected),
            ("0..1", expected),
            ("0..1=2", expected),
            ("0..=2..3", expected),
            ("temp=0..1", expected),
            ("temp=0..1=x..2", expected),
            ("0..1e999=0..1", "too large for a double"),
            ("5..5=0..1", level),
            ("0..1=5..5.0", level),
        ] {
            assert_eq!(map(text).unwrap_err(), why, "{text}");
        }
    }
}
