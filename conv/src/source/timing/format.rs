//! The forms that times of an input may have.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use super::moment::{Moment, civil, read_iso, read_likely, read_pattern, read_unix};
use crate::reading::NoRow;

/// Counts since 1970, and how many units a second has, as a power of ten.
const UNITS: [(&str, u16); 4] = [("unix", 0), ("unix-ms", 3), ("unix-us", 6), ("unix-ns", 9)];

/// Patterns of times that are common, as they are given on a command line.
const COMMON: [&str; 12] = [
    "'%d.%m.%Y %H:%M:%S'",
    "'%d.%m.%Y %H:%M'",
    "%d.%m.%Y",
    "'%d.%m.%y %H:%M:%S'",
    "'%d.%m.%y %H:%M'",
    "'%d/%m/%Y %H:%M:%S'",
    "'%d/%m/%Y %H:%M'",
    "'%m/%d/%Y %H:%M:%S'",
    "'%m/%d/%Y %H:%M'",
    "'%Y/%m/%d %H:%M:%S'",
    "'%Y/%m/%d %H:%M'",
    "'%d %b %Y %H:%M:%S'",
];

/// What a time looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// A date, perhaps with a time of day and an offset, as in ISO 8601.
    Iso,
    /// A count since 1970.
    Unix {
        /// Units in a second, as a power of ten.
        places: u16,
    },
    /// As strptime's pattern says.
    Pattern(String),
}

/// What a time is not that has neither form.
pub(super) const ISO_OR_UNIX: &str = "in ISO 8601 or Unix seconds";

impl FromStr for TimeFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<TimeFormat, String> {
        if let Some((_, places)) = UNITS.iter().find(|(name, _)| *name == text) {
            return Ok(TimeFormat::Unix { places: *places });
        }
        match text {
            "iso" => Ok(TimeFormat::Iso),
            pattern if pattern.contains('%') => {
                check_pattern(pattern).map(|()| TimeFormat::Pattern(pattern.to_owned()))
            }
            _ => {
                Err("expected iso, unix, unix-ms, unix-us, unix-ns, or a pattern such as %Y-%m-%d \
                      %H:%M:%S"
                    .to_owned())
            }
        }
    }
}

/// The refusal of a count of smaller units since 1970 than those of which a second has 10^`places`; `None` if
/// it is no such count. (Each unit is a thousandth of the one before, so that only one gives a year of four digits.)
pub(super) fn other_unit(text: &[u8], places: u16) -> Option<NoRow> {
    if read_unix(text, places).is_some() {
        return None;
    }
    let mut units = UNITS.iter().filter(|(_, it)| *it > places);
    let (unit, _) = units.find(|(_, places)| read_unix(text, *places).is_some())?;
    let refused = TimeFormat::Unix { places };
    Some(NoRow::OtherForm(refused.description(), unit))
}

/// The refusal of a time that one common pattern reads, and no other. (Of `03/04/2025`, nothing says which is
/// the month.)
pub(super) fn by_pattern(text: &[u8]) -> Option<NoRow> {
    let reads = |pattern: &&&str| read_likely(pattern.trim_matches('\''), text).is_some();
    let mut patterns = COMMON.iter().filter(reads);
    match (patterns.next(), patterns.next()) {
        (Some(pattern), None) => Some(NoRow::OtherForm(ISO_OR_UNIX, pattern)),
        _ => None,
    }
}

/// Whether a pattern gives a time: one that it prints must be read by it.
fn check_pattern(pattern: &str) -> Result<(), String> {
    let moment = Timestamp::UNIX_EPOCH.to_zoned_datetime(TimeZone::UTC);
    let printed = strtime::format(pattern, &moment).map_err(|why| why.to_string())?;
    let read = strtime::parse(pattern, &printed).map_err(|why| why.to_string())?;
    if read.iana_time_zone().is_some() {
        return Err("the name of a time's zone is not read; its offset is, by %z".to_owned());
    }
    match read.timestamp().is_some() || civil(&read).is_some() {
        true => Ok(()),
        false => Err("the pattern gives no date".to_owned()),
    }
}

impl TimeFormat {
    pub(super) fn read(&self, text: &[u8]) -> Option<Moment> {
        match self {
            TimeFormat::Iso => read_iso(text),
            TimeFormat::Unix { places } => read_unix(text, *places).map(Moment::Exact),
            TimeFormat::Pattern(pattern) => read_pattern(pattern, text),
        }
    }

    /// Why a text that is not one is no row's.
    pub(super) fn refusal(&self, text: &[u8]) -> NoRow {
        let unit = match self {
            TimeFormat::Unix { places } => other_unit(text, *places),
            TimeFormat::Iso | TimeFormat::Pattern(_) => None,
        };
        unit.unwrap_or_else(|| NoRow::NotATime(self.description()))
    }

    /// What a text that is not one is not.
    pub(super) fn description(&self) -> &'static str {
        match self {
            TimeFormat::Iso => "in ISO 8601",
            TimeFormat::Unix { places: 0 } => "in Unix seconds",
            TimeFormat::Unix { places: 3 } => "in Unix milliseconds",
            TimeFormat::Unix { places: 6 } => "in Unix microseconds",
            TimeFormat::Unix { .. } => "in Unix nanoseconds",
            TimeFormat::Pattern(_) => "by the pattern of --time-format",
        }
    }
}
