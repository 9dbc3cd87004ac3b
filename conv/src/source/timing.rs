//! Times that an input has: their forms, and the zone of those that do not say theirs.
//!
//! Unless `--time` asks for a column, only times of our own streams are known: RFC 3339, and Unix
//! seconds behind a header. A column that is asked for may have any form.

mod moment;

use std::borrow::Cow;
use std::str::FromStr;

use clap::Args;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use stage::format::row::NotARow;
use stage::format::time::{Form, Time};
use stage::process::quantity;

use self::moment::{Moment, civil, read_iso, read_pattern, read_unix};
use super::choice::Column;
use super::dialect::Dialect;
use crate::reading::NoRow;

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
    dialect: Dialect,
    /// The newest time, and the newest one before it that was another.
    last: Timestamp,
    before: Option<Timestamp>,
    /// A time that comes twice, to be reported, and whether one was.
    twice: Option<DateTime>,
    has_reported: bool,
}

impl TimeReader {
    pub(super) fn new(times: &InputTime, dialect: &Dialect) -> TimeReader {
        TimeReader {
            is_asked: times.time.is_some(),
            format: times.time_format.clone(),
            form: None,
            found: None,
            zone: times.time_zone.clone().unwrap_or(TimeZone::UTC),
            dialect: dialect.clone(),
            last: Timestamp::MIN,
            before: None,
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
        let with_point = self.dialect.with_point(text).unwrap_or(Cow::Borrowed(text));
        if let Some(format) = self.format.as_ref().or(self.found.as_ref()) {
            let why = NoRow::NotATime(format.description());
            let moment = match format {
                TimeFormat::Pattern(_) => format.read(text),
                TimeFormat::Iso | TimeFormat::Unix { .. } => format.read(&with_point),
            };
            return self.settle(moment.ok_or(why)?)?.ok_or(why);
        }
        let forms = match &self.form {
            Some(form) => std::slice::from_ref(form),
            None => &[Form::Iso, Form::Unix],
        };
        if let Some((form, time)) =
            forms.iter().find_map(|form| Some((*form, form.read(&with_point)?)))
        {
            self.form = Some(form);
            self.note(time);
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
        let mut other = TimeReader { last: Timestamp::MIN, before: None, ..self.clone() };
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
        if let Some(time) = time {
            self.note(time);
        }
        Ok(time)
    }

    /// Notes the time of a row.
    fn note(&mut self, time: Time) {
        if time.timestamp() != self.last {
            self.before = Some(self.last).filter(|last| *last != Timestamp::MIN);
            self.last = time.timestamp();
        }
    }

    /// Whether a time that the last row had as well belongs to the second of the two hours: not if rows
    /// come less than the `fold` apart, so that several may have the same time.
    fn is_repeated(&self, fold: SignedDuration) -> bool {
        self.before.is_none_or(|before| self.last.duration_since(before) >= fold)
    }

    /// Of a time that comes twice, as the clocks go back, the first; but the second once a row was later
    /// than that, or, where rows come hourly, as late.
    fn in_zone(&mut self, civil: DateTime) -> Result<Option<Timestamp>, NoRow> {
        match self.zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => Ok(offset.to_timestamp(civil).ok()),
            AmbiguousOffset::Gap { .. } => Err(NoRow::SkippedTime),
            AmbiguousOffset::Fold { before, after } => {
                self.twice = Some(civil).filter(|_| !self.has_reported);
                self.has_reported = true;
                let first = before.to_timestamp(civil).ok();
                let second = after.to_timestamp(civil).ok();
                let (Some(first), Some(second)) = (first, second) else {
                    return Ok(first.or(second));
                };
                let is_repeated =
                    first == self.last && self.is_repeated(second.duration_since(first));
                let is_second = is_repeated || first < self.last && self.last <= second;
                Ok(Some(if is_second { second } else { first }))
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
             back or come again",
            twice.date(),
            twice.time()
        ))
    }
}
