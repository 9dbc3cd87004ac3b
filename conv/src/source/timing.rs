//! Times that an input has: their forms, and the zone of those that do not say theirs.
//!
//! Unless `--time` asks for a column, only times of our own streams are known: RFC 3339, and Unix
//! seconds behind a header. A column that is asked for may have any form.

use std::str::FromStr;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::{DateTime, Time as CivilTime};
use jiff::fmt::strtime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::{AmbiguousOffset, TimeZone};
use stage::format::decimal::Decimal;
use stage::format::row::NotARow;
use stage::format::sample::Sample;
use stage::format::time::{Form, Time};
use stage::process::quantity;

use super::choice::Column;
use crate::reading::NoRow;

/// Decimals of a second that a time can have: nanoseconds.
const NANO: u16 = 9;

/// Where times stand, and what they look like.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct InputTime {
    /// Put the time in this column of the text in front
    #[arg(long, value_name = "COL", help_heading = "Times and names")]
    #[arg(conflicts_with_all = ["poll", "stamp"])]
    pub time: Option<Column>,
    /// What it looks like: iso, unix, unix-ms, unix-us, unix-ns, or a pattern: "%d.%m.%Y %H:%M:%S" [default: iso or unix]
    #[arg(long, value_name = "FORM", help_heading = "Times and names")]
    #[arg(conflicts_with_all = ["poll", "stamp"])]
    pub time_format: Option<TimeFormat>,
    /// The zone of times without an offset: Europe/Berlin, local [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = quantity::time_zone, help_heading = "Times and names")]
    #[arg(conflicts_with_all = ["poll", "stamp"])]
    pub time_zone: Option<TimeZone>,
}

impl InputTime {
    /// Checks what the options' grammar cannot say.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self.time_format {
            Some(TimeFormat::Unix { .. }) if self.time_zone.is_some() => {
                Err("--time-zone is for times without an offset: Unix times are UTC".to_owned())
            }
            _ => Ok(()),
        }
    }
}

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

impl FromStr for TimeFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<TimeFormat, String> {
        match text {
            "iso" => Ok(TimeFormat::Iso),
            "unix" => Ok(TimeFormat::Unix { places: 0 }),
            "unix-ms" => Ok(TimeFormat::Unix { places: 3 }),
            "unix-us" => Ok(TimeFormat::Unix { places: 6 }),
            "unix-ns" => Ok(TimeFormat::Unix { places: 9 }),
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

/// The date and time of day, if there is a date.
fn civil(read: &strtime::BrokenDownTime) -> Option<DateTime> {
    let date = || read.to_date().ok().filter(|_| read.hour().is_none());
    read.to_datetime().ok().or_else(|| Some(date()?.to_datetime(CivilTime::midnight())))
}

/// A time as it was read.
enum Moment {
    Exact(Timestamp),
    /// Without an offset.
    Civil(DateTime),
}

impl TimeFormat {
    fn read(&self, text: &[u8]) -> Option<Moment> {
        match self {
            TimeFormat::Iso => read_iso(text),
            TimeFormat::Unix { places } => read_unix(text, *places).map(Moment::Exact),
            TimeFormat::Pattern(pattern) => read_pattern(pattern, text),
        }
    }

    /// What a text that is not one is not.
    fn description(&self) -> &'static str {
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

fn read_iso(text: &[u8]) -> Option<Moment> {
    // It also has leap seconds.
    if let Some(time) = Form::Iso.read(text) {
        return Some(Moment::Exact(time.timestamp()));
    }
    let pieces = Pieces::parse(text).ok()?;
    if pieces.time_zone_annotation().is_some() {
        return None;
    }
    let time = pieces.time().unwrap_or(CivilTime::midnight());
    let civil = pieces.date().to_datetime(time);
    match pieces.to_numeric_offset() {
        Some(offset) => offset.to_timestamp(civil).ok().map(Moment::Exact),
        None => Some(Moment::Civil(civil)),
    }
}

fn read_pattern(pattern: &str, text: &[u8]) -> Option<Moment> {
    let read = strtime::parse(pattern, text).ok()?;
    match read.to_timestamp() {
        Ok(timestamp) => Some(Moment::Exact(timestamp)),
        Err(_) if read.offset().is_some() => None,
        Err(_) => civil(&read).map(Moment::Civil),
    }
}

/// A count of units since 1970, of which a second has 10^`places`; what is below a nanosecond is cut
/// off.
fn read_unix(text: &[u8], places: u16) -> Option<Timestamp> {
    let count: Decimal = Sample::parse(text).ok()?.into_decimal().normalized();
    let mantissa = i128::try_from(count.mantissa().to_big()).ok()?;
    let shift = i32::from(NANO) - i32::from(count.places()) - i32::from(places);
    let power = 10i128.checked_pow(shift.unsigned_abs())?;
    let nanos = if shift < 0 { mantissa.div_euclid(power) } else { mantissa.checked_mul(power)? };
    Timestamp::from_nanosecond(nanos).ok()
}

/// Reads the times of a stream.
#[derive(Clone, Debug)]
pub(super) struct TimeReader {
    /// Whether a column of times was asked for.
    is_asked: bool,
    format: Option<TimeFormat>,
    /// Of our own times: which form they have, once the first has come.
    form: Option<Form>,
    /// Of others, likewise.
    found: Option<TimeFormat>,
    zone: TimeZone,
    last: Timestamp,
    /// A time that comes twice, to be reported, and whether one was.
    twice: Option<DateTime>,
    has_reported: bool,
}

impl TimeReader {
    pub(super) fn new(times: &InputTime) -> TimeReader {
        TimeReader {
            is_asked: times.time.is_some(),
            format: times.time_format.clone(),
            form: None,
            found: None,
            zone: times.time_zone.clone().unwrap_or(TimeZone::UTC),
            last: Timestamp::MIN,
            twice: None,
            has_reported: false,
        }
    }

    /// Goes on to times whose form is not known yet, unless the user has said which it is.
    pub(super) fn begin(&mut self) {
        (self.form, self.found) = (None, None);
    }

    /// The time in a field.
    pub(super) fn read(&mut self, text: &[u8]) -> Result<Time, NoRow> {
        if let Some(format) = self.format.as_ref().or(self.found.as_ref()) {
            let why = NoRow::NotATime(format.description());
            let moment = format.read(text).ok_or(why)?;
            return self.settle(moment)?.ok_or(why);
        }
        let forms = match &self.form {
            Some(form) => std::slice::from_ref(form),
            None => &[Form::Iso, Form::Unix],
        };
        if let Some((form, time)) = forms.iter().find_map(|form| Some((*form, form.read(text)?))) {
            self.form = Some(form);
            self.last = time.timestamp();
            return Ok(time);
        }
        let why = NoRow::from(NotARow::NotATime(self.form));
        // Other forms of ISO 8601 may be mixed with RFC 3339.
        let moment = TimeFormat::Iso.read(text).filter(|_| self.takes_iso()).ok_or(why)?;
        self.found = Some(TimeFormat::Iso);
        self.settle(moment)?.ok_or(why)
    }

    fn takes_iso(&self) -> bool {
        self.is_asked && self.form != Some(Form::Unix)
    }

    /// Whether a field may be a time.
    pub(super) fn is_time(&self, text: &[u8]) -> bool {
        let mut other = TimeReader { last: Timestamp::MIN, ..self.clone() };
        !matches!(other.read(text), Err(NoRow::NotARow(_) | NoRow::NotATime(_)))
    }

    /// Whether a field is a time in RFC 3339.
    pub(super) fn is_iso(&self, text: &[u8]) -> bool {
        Form::Iso.read(text).is_some()
    }

    /// The point in time; `None` if no row may have it.
    fn settle(&mut self, moment: Moment) -> Result<Option<Time>, NoRow> {
        let timestamp = match moment {
            Moment::Exact(timestamp) => Some(timestamp),
            Moment::Civil(civil) => self.in_zone(civil)?,
        };
        let time = timestamp.and_then(Time::of);
        self.last = time.map_or(self.last, Time::timestamp);
        Ok(time)
    }

    /// Of a time that comes twice, as the clocks go back, the first; but the second if a row has
    /// already been later than that.
    fn in_zone(&mut self, civil: DateTime) -> Result<Option<Timestamp>, NoRow> {
        match self.zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => Ok(offset.to_timestamp(civil).ok()),
            AmbiguousOffset::Gap { .. } => Err(NoRow::SkippedTime),
            AmbiguousOffset::Fold { before, after } => {
                self.twice = Some(civil).filter(|_| !self.has_reported);
                self.has_reported = true;
                let (first, second) = (before.to_timestamp(civil).ok(), after.to_timestamp(civil));
                let is_later = first < Some(self.last);
                Ok(second.ok().filter(|second| is_later && self.last <= *second).or(first))
            }
        }
    }

    /// Whether there is something to report.
    pub(super) fn has_notice(&self) -> bool {
        self.twice.is_some()
    }

    /// What to report: once, that a time comes twice.
    pub(super) fn take_notice(&mut self) -> Option<String> {
        let twice = self.twice.take()?;
        let zone = self.zone.iana_name().unwrap_or("this zone");
        Some(format!(
            "{} {} comes twice in {zone}: taken as the first, or as the second once times have gone \
             back",
            twice.date(),
            twice.time()
        ))
    }
}
