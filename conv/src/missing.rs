//! Values that stand for no reading, as sensors and recordings have them: `-9999`, `NA`, or what a sensor
//! gives after it was switched on.
//!
//! They are recognised before conversion: numbers by their value, words as they stand in text or in a
//! file that is polled, `nan` also where a float is not a number. What is missing is counted as such, and
//! not rejected.

use std::convert::Infallible;
use std::str::FromStr;

use clap::Args;
use stage::format::sample::Sample;

use crate::for_channel::{self, Called, ForChannel, heading};

/// Values that stand for no reading, for all channels or for one.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct MissingOptions {
    /// Raw values that mean no reading: -9999,NA,a=85
    #[arg(long, value_name = "VALUE,…", value_parser = value, value_delimiter = ',')]
    #[arg(allow_hyphen_values = true, help_heading = heading::CONVERSION)]
    pub missing: Vec<ForChannel<MissingValue>>,
}

fn value(text: &str) -> Result<ForChannel<MissingValue>, String> {
    for_channel::parse(text, |text| text.parse().map_err(|never: Infallible| match never {}))
}

/// A value that stands for no reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MissingValue {
    /// Any text with this value.
    Number(Sample),
    /// This text.
    Word(String),
}

impl FromStr for MissingValue {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<MissingValue, Infallible> {
        let word = |_| MissingValue::Word(text.trim().to_owned());
        Ok(Sample::parse(text.trim().as_bytes()).map_or_else(word, MissingValue::Number))
    }
}

impl MissingOptions {
    /// The values that stand for no reading of a channel: its own, and those of all.
    pub(crate) fn of(&self, channel: Option<Called<'_>>) -> Missing {
        let mut missing = Missing::default();
        let is_its = |it: &&ForChannel<MissingValue>| match &it.name {
            Some(given) => channel.is_some_and(|channel| channel.is(given)),
            None => true,
        };
        for given in self.missing.iter().filter(is_its) {
            match &given.value {
                MissingValue::Number(number) => {
                    missing.lines.push(number.to_string().into_bytes());
                    missing.numbers.push(number.clone());
                }
                MissingValue::Word(word) => missing.words.push(word.clone().into_bytes()),
            }
        }
        missing
    }
}

/// The values that stand for no reading of a channel.
#[derive(Clone, Debug, Default)]
pub(crate) struct Missing {
    numbers: Vec<Sample>,
    /// The same in canonical form.
    lines: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
}

impl Missing {
    /// Whether no number is among them.
    #[inline]
    pub(crate) fn has_no_numbers(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Whether a number is among them.
    #[inline]
    pub(crate) fn has(&self, number: &Sample) -> bool {
        self.numbers.iter().any(|missing| missing == number)
    }

    /// The same for a number in canonical form.
    #[inline]
    pub(crate) fn has_line(&self, line: &[u8]) -> bool {
        self.lines.iter().any(|missing| missing == line)
    }

    /// Whether `nan` is among them, in any case.
    pub(crate) fn has_nan(&self) -> bool {
        self.words.iter().any(|word| word.eq_ignore_ascii_case(b"nan"))
    }

    /// Whether a text that is no number is among them.
    pub(crate) fn has_word(&self, text: &[u8]) -> bool {
        self.words.iter().any(|word| word == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::format::columns::Columns;

    #[test]
    fn numbers_are_compared_by_value_and_words_as_they_stand() {
        let missing = ["85", "-9.9e2", "NA", "", "temp=7"].map(|text| value(text).unwrap());
        let options = MissingOptions { missing: missing.into() };
        let all = options.of(None);
        let has = |missing: &Missing, text: &str| match Sample::parse(text.as_bytes()) {
            Ok(number) => missing.has(&number),
            Err(_) => missing.has_word(text.as_bytes()),
        };
        for text in ["85", "85.0000", "8.5e1", "-990", "NA", ""] {
            assert!(has(&all, text), "{text}");
        }
        for text in ["85.1", "na", "N/A", "7"] {
            assert!(!has(&all, text), "{text}");
        }
        let columns = Columns::named(["temp [°C]"]).unwrap();
        let temp = options.of(Called::of(&columns, 0));
        assert!(has(&temp, "7") && has(&temp, "85") && temp.has_line(b"-990"));
    }
}
