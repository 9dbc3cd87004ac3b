//! Times that an input has: their forms, and the zone of those that do not say theirs.
//!
//! Unless `--time` asks for a column, only times of our own streams are known: RFC 3339, and Unix
//! seconds behind a header. A column that is asked for may have any form. (`format`: these forms;
//! `moment`: reading them)

mod format;
mod moment;

use std::borrow::Cow;
use std::collections::VecDeque;

use clap::Args;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use stage::format::row::NotARow;
use stage::format::time::{Form, Time};
use stage::process::quantity;

pub(crate) use self::format::TimeFormat;
use self::format::{by_pattern, other_unit};
use self::moment::{Moment, is_date, may_be_hour, read_digits};
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
    /// Its form: iso, unix, unix-ms, unix-us, unix-ns, or a pattern: "%d.%m.%Y %H:%M" [default: iso or unix]
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
    /// What is to be reported, and whether a time that comes twice, and a date alone, have been.
    notices: VecDeque<String>,
    has_told_twice: bool,
    has_told_date: bool,
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
            notices: VecDeque::new(),
            has_told_twice: false,
            has_told_date: false,
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
            let moment = match format {
                TimeFormat::Pattern(_) => format.read(text),
                TimeFormat::Iso | TimeFormat::Unix { .. } => format.read(&with_point),
            };
            let Some(moment) = moment else { return Err(format.refusal(&with_point)) };
            let why = NoRow::NotATime(format.description());
            return self.settle(moment)?.ok_or(why);
        }
        if let Some(time) = self.in_digits(text) {
            return time;
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
        let why = match self.form {
            None if self.is_asked => {
                NoRow::NotATime("in ISO 8601 or Unix seconds (see --time-format)")
            }
            form => NotARow::NotATime(form).into(),
        };
        let Some((format, moment)) = self.other_form(text, &with_point) else {
            let unit = other_unit(&with_point, 0).filter(|_| self.form != Some(Form::Iso));
            let pattern = || by_pattern(text).filter(|_| self.is_asked && self.form.is_none());
            return Err(unit.or_else(pattern).unwrap_or(why));
        };
        self.begin_other(format, moment, text)
    }

    /// A date that is written like a count of seconds, in a column that is asked for and whose form is not
    /// known yet.
    fn in_digits(&mut self, text: &[u8]) -> Option<Result<Time, NoRow>> {
        if !self.is_asked || self.form.is_some() {
            return None;
        }
        if may_be_hour(text) {
            return Some(Err(NoRow::UnixOrHour));
        }
        let moment = read_digits(text)?;
        Some(self.begin_other(TimeFormat::Iso, moment, text))
    }

    /// Goes on to times of a form that only a column that is asked for may have, of which `text` is one.
    fn begin_other(
        &mut self,
        format: TimeFormat,
        moment: Moment,
        text: &[u8],
    ) -> Result<Time, NoRow> {
        if format == TimeFormat::Iso && is_date(text) {
            self.tell_date();
        }
        let why = NoRow::NotATime(format.description());
        self.found = Some(format);
        self.settle(moment)?.ok_or(why)
    }

    /// A time of a form that only a column that is asked for may have. Other forms of ISO 8601 may be mixed
    /// with RFC 3339, and Unix seconds with an exponent with others.
    fn other_form(&self, text: &[u8], with_point: &[u8]) -> Option<(TimeFormat, Moment)> {
        let unix = TimeFormat::Unix { places: 0 };
        let (is_iso, is_unix) = (self.form == Some(Form::Iso), self.form == Some(Form::Unix));
        let read = || match TimeFormat::Iso.read(text).filter(|_| !is_unix) {
            Some(moment) => Some((TimeFormat::Iso, moment)),
            None => unix.read(with_point).filter(|_| !is_iso).map(|moment| (unix.clone(), moment)),
        };
        self.is_asked.then(read)?
    }

    /// Whether a field may be a time.
    pub(super) fn is_time(&self, text: &[u8]) -> bool {
        self.refusal(text).is_none()
    }

    /// Why a field is no time; `None` if it may be one.
    pub(super) fn refusal(&self, text: &[u8]) -> Option<NoRow> {
        let mut other = TimeReader { last: Timestamp::MIN, before: None, ..self.clone() };
        other.read(text).err().filter(|why| *why != NoRow::SkippedTime)
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
                self.tell_twice(civil);
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
        !self.notices.is_empty()
    }

    /// What to report.
    pub(super) fn take_notice(&mut self) -> Option<String> {
        self.notices.pop_front()
    }

    /// Reports, once, that a time comes twice.
    fn tell_twice(&mut self, twice: DateTime) {
        if std::mem::replace(&mut self.has_told_twice, true) {
            return;
        }
        let zone = self.zone.iana_name().unwrap_or("this zone");
        self.notices.push_back(format!(
            "{} {} comes twice in {zone}: taken as the first, or as the second once times have gone \
             back or come again",
            twice.date(),
            twice.time()
        ));
    }

    /// Reports, once, that a date has no time of day: perhaps another column has it.
    fn tell_date(&mut self) {
        if std::mem::replace(&mut self.has_told_date, true) {
            return;
        }
        let zone = self.zone.iana_name().unwrap_or("this zone");
        self.notices.push_back(format!("a date alone is taken as its midnight in {zone}"));
    }
}
