//! The names of channels.
//!
//! A name is a letter, then letters, digits, blanks and `_-/%°µ()[]`, at most 64 bytes; not a word for
//! no value. (No point: `temp.p99` is a figure of a channel.) A unit may stand behind it in square or round
//! brackets, `temp [°C]` or `temp (°C)`, and the name may be given without it.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::fmt;
use std::hash::Hash;
use std::str::FromStr;

use thiserror::Error;

/// The name of the column of times, and no channel's.
pub(crate) const TIME: &str = "time";

/// Bytes of the longest name.
const MAX_BYTES: usize = 64;

/// Bytes of the longest unit that keeps its place behind a name that gets a number: a longer one would
/// leave the name too little room.
const MAX_UNIT: usize = MAX_BYTES / 2;

/// What a name may have besides letters and digits.
const SIGNS: &str = " _-/%°µ()[]";

/// The brackets around a unit.
const UNIT_BRACKETS: [(char, char); 2] = [('[', ']'), ('(', ')')];

/// Words for no value, which name no column: a row of them is a row without values.
const NO_VALUES: [&str; 9] =
    ["nan", "inf", "infinity", "na", "n/a", "null", "none", "nil", "missing"];

/// The name of a channel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotAName {
    /// Nothing.
    #[error("a name is empty")]
    Empty,
    /// Over `MAX_BYTES`.
    #[error("a name has at most {MAX_BYTES} bytes")]
    TooLong,
    /// It begins with something other than a letter.
    #[error("a name begins with a letter")]
    NoLetterInFront,
    /// It has a character that no name may have.
    #[error("a name has only letters, digits, blanks and {}", SIGNS.trim_start())]
    Character,
    /// It is one of `NO_VALUES`.
    #[error("this stands for no value")]
    NoValue,
    /// It is `TIME`.
    #[error("{TIME} names the column of times, which is the first")]
    Time,
}

/// Whether a name may begin with this byte: an ASCII letter, or one beyond ASCII.
pub fn begins_name(byte: &u8) -> bool {
    byte.is_ascii_alphabetic() || !byte.is_ascii()
}

impl Name {
    /// A name for a text that may not be one, such as a foreign file's: what no name may have becomes
    /// `_`, and what is too long is cut. `None` if nothing is left of it.
    pub fn fitted(text: &str) -> Option<Name> {
        let is_allowed = |char: char| char.is_alphanumeric() || SIGNS.contains(char);
        let text = text.trim();
        let fitted: String =
            text.chars().map(|char| if is_allowed(char) { char } else { '_' }).collect();
        // At least one letter or digit, or the name says nothing.
        let says_something = fitted.chars().any(char::is_alphanumeric);
        let mut fitted = match fitted.starts_with(char::is_alphabetic) {
            true => fitted,
            false => format!("ch_{fitted}"),
        };
        shorten(&mut fitted, MAX_BYTES);
        match fitted.parse() {
            Ok(name) if says_something => Some(name),
            Err(NotAName::NoValue | NotAName::Time) => Some(Name(format!("{fitted}_"))),
            _ => None,
        }
    }

    /// Names for the texts of a foreign header, all different (`_2` for the second of a name, and so
    /// on); `ch` and the column's number where a text leaves nothing.
    pub fn all_fitted<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<Name> {
        let mut taken: BTreeSet<Name> = BTreeSet::new();
        let texts = texts.into_iter().zip(1..);
        let names = texts.map(|(text, number)| {
            let name = Name::fitted(text).unwrap_or_else(|| Name::numbered(number));
            let name = (1..).map(|turn| name.another(turn)).find(|it| !taken.contains(it));
            let name = name.unwrap_or_else(|| Name::numbered(number));
            taken.insert(name.clone());
            name
        });
        names.collect()
    }

    /// The name of a column that nothing names: `ch1`, `ch2`, …
    pub fn numbered(number: usize) -> Name {
        Name(format!("ch{number}"))
    }

    /// The name with `_` and this number behind it, but before its unit; the first is the name as it
    /// is.
    fn another(&self, turn: usize) -> Name {
        if turn == 1 {
            return self.clone();
        }
        let (name, unit) = match self.0.split_at(self.without_unit().len()) {
            (name, unit) if unit.len() <= MAX_UNIT => (name, unit),
            _ => (self.as_str(), ""),
        };
        let ending = format!("_{turn}{unit}");
        let mut text = name.to_owned();
        shorten(&mut text, MAX_BYTES - ending.len());
        Name(text + &ending)
    }

    /// The name, with its unit if it has one.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without the unit in square or round brackets behind it.
    pub fn without_unit(&self) -> &str {
        let name = UNIT_BRACKETS.iter().find_map(|(open, close)| {
            let (name, _) = self.0.strip_suffix(*close)?.rsplit_once(*open)?;
            Some(name.trim_end()).filter(|name| !name.is_empty())
        });
        name.unwrap_or(&self.0)
    }

    /// Whether `text` is this name, with or without its unit.
    pub fn is_called(&self, text: &str) -> bool {
        self.0 == text || self.without_unit() == text
    }
}

/// Cuts `text` to at most `bytes`, between characters.
fn shorten(text: &mut String, bytes: usize) {
    let end = text.char_indices().map(|(at, char)| at + char.len_utf8());
    let end = end.take_while(|end| *end <= bytes).last().unwrap_or(0);
    text.truncate(end);
    text.truncate(text.trim_end().len());
}

impl FromStr for Name {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Name, NotAName> {
        let is_allowed = |char: char| char.is_alphanumeric() || SIGNS.contains(char);
        match text {
            "" => Err(NotAName::Empty),
            TIME => Err(NotAName::Time),
            _ if text.len() > MAX_BYTES => Err(NotAName::TooLong),
            _ if !text.starts_with(char::is_alphabetic) => Err(NotAName::NoLetterInFront),
            _ if !text.chars().all(is_allowed) => Err(NotAName::Character),
            _ if NO_VALUES.iter().any(|word| word.eq_ignore_ascii_case(text)) => {
                Err(NotAName::NoValue)
            }
            _ => Ok(Name(text.to_owned())),
        }
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_a_name_says_why() {
        for (text, why) in [
            ("", "a name is empty"),
            ("1x", "a name begins with a letter"),
            (" x", "a name begins with a letter"),
            ("temp.p99", "a name has only letters, digits, blanks and _-/%°µ()[]"),
            ("a,b", "a name has only letters, digits, blanks and _-/%°µ()[]"),
            ("NaN", "this stands for no value"),
            ("n/a", "this stands for no value"),
            ("time", "time names the column of times, which is the first"),
            (&"a".repeat(65), "a name has at most 64 bytes"),
        ] {
            assert_eq!(text.parse::<Name>().unwrap_err().to_string(), why, "{text:?}");
        }
        for text in ["temp [°C]", "in_voltage0", "Druck (µbar)", "épaisseur", "x", "hum/%"] {
            assert_eq!(text.parse::<Name>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_name_may_be_given_without_its_unit() {
        let name: Name = "temp [°C]".parse().unwrap();
        assert!(name.is_called("temp") && name.is_called("temp [°C]") && !name.is_called("tem"));
        assert_eq!("a[b] [c]".parse::<Name>().unwrap().without_unit(), "a[b]");
        for (text, without) in [
            ("temp (°C)", "temp"),
            ("x]", "x]"),
            ("x)", "x)"),
            ("x(]", "x(]"),
            ("a (b) [c]", "a (b)"),
        ] {
            assert_eq!(text.parse::<Name>().unwrap().without_unit(), without, "{text}");
        }
    }

    #[test]
    fn foreign_names_are_made_fit_and_different() {
        let fitted = |texts: &[&str]| -> Vec<String> {
            Name::all_fitted(texts.iter().copied()).iter().map(Name::to_string).collect()
        };
        assert_eq!(
            fitted(&["a.b", "a b", "2x", "", "time"]),
            ["a_b", "a b", "ch_2x", "ch4", "time_"]
        );
        assert_eq!(fitted(&["x", "x", "x", "x_2"]), ["x", "x_2", "x_3", "x_2_2"]);
        assert_eq!(fitted(&["t [K]", "t [K]", "t[K]", "t"]), ["t [K]", "t_2 [K]", "t[K]", "t"]);
        assert_eq!(fitted(&["t (K)", "t (K)"]), ["t (K)", "t_2 (K)"]);
        assert_eq!(fitted(&["nan", "***", "\"q\""]), ["nan_", "ch2", "ch__q_"]);
        let long = "ä".repeat(40);
        assert_eq!(fitted(&[&long, &long])[1], format!("{}_2", "ä".repeat(31)));
        let unit = format!("a [{}]", "k".repeat(60));
        assert_eq!(fitted(&[&unit, &unit])[1], format!("a [{}_2", "k".repeat(59)));
    }

    proptest! {
        #[test]
        fn fitted_names_are_names_and_different(
            texts in proptest::collection::vec(
                prop_oneof![
                    "\\PC{0,70}",
                    "[ab]{1,2} ?\\[[km]{0,2}\\]",
                    "(a|ä{40}) \\[(k{29}|k{30}|k{60})\\]",
                ],
                1..20,
            ),
        ) {
            let names = Name::all_fitted(texts.iter().map(String::as_str));
            let distinct: BTreeSet<&Name> = names.iter().collect();
            prop_assert_eq!(distinct.len(), texts.len());
            for name in &names {
                prop_assert!(name.as_str().parse::<Name>().is_ok(), "{}", name);
            }
        }
    }
}
