//! Points in time as people give them: `22:00`, `2026-11-25`, `-8h`; or as files have them: `1764180000.5`.
//!
//! What names no zone is in the local one: `TZ`, or else the system's. A time of day is the last that has
//! passed; only at the end of a range that has a start is it the first one after that, even if it is
//! still to come: from 22:00 to 6:00 is one night, whenever that is typed.

use std::ops::RangeInclusive;

use jiff::civil::{self, DateTime};
use jiff::{Timestamp, ZonedDateTime};
use stage::format::time::{Form, Time};
use stage::process::quantity;

/// How many digits whole Unix seconds have that need no `@` in front: those from 1973 to 2286. Fewer may be
/// meant as a time of day, or as a date.
const UNIX_DIGITS: RangeInclusive<usize> = 9..=10;

/// A point in time at which a range ends.
#[derive(Clone, Debug)]
pub(crate) struct End {
    time: Time,
    /// The same in the local zone, if only its time of day was given.
    of_day: Option<ZonedDateTime>,
}

impl End {
    /// The end of a range that begins at `since`, if it has a start.
    pub(crate) fn of_range_from(&self, since: Option<Time>) -> Time {
        let behind = |since: Time| first_after(since, self.of_day.as_ref()?);
        since.and_then(behind).unwrap_or(self.time)
    }
}

/// Reads a point in time.
pub(crate) fn parse(text: &str) -> Result<Time, String> {
    parse_at(text, &ZonedDateTime::now()).map(|end| end.time)
}

/// Reads the end of a range.
pub(crate) fn parse_end(text: &str) -> Result<End, String> {
    parse_at(text, &ZonedDateTime::now())
}

/// Reads either, at the time `now`, in its zone.
fn parse_at(text: &str, now: &ZonedDateTime) -> Result<End, String> {
    let of_day = last(now, text);
    let timestamp = match text.strip_prefix('-') {
        Some(ago) => before(now, ago),
        None => Time::parse(text.as_bytes())
            .map(Time::timestamp)
            .or_else(|| text.parse::<Timestamp>().ok())
            .or_else(|| of_day.as_ref().map(ZonedDateTime::timestamp))
            .or_else(|| unix(text))
            .or_else(|| local(now, text)),
    };
    timestamp.and_then(Time::of).map(|time| End { time, of_day }).ok_or_else(|| {
        "expected a time such as 22:00, 2026-11-25, 2026-11-25T22:00, 2026-11-25T22:00:00Z, 1764180000 \
         (Unix seconds) or -8h"
            .to_owned()
    })
}

/// This long before `now`.
fn before(now: &ZonedDateTime, ago: &str) -> Option<Timestamp> {
    let ago = quantity::duration(ago).ok()?;
    now.timestamp().checked_sub(ago).ok()
}

/// The last moment, up to `now`, at which clocks showed this time of day. If they went back, and showed
/// it twice, the earlier of the two.
fn last(now: &ZonedDateTime, text: &str) -> Option<ZonedDateTime> {
    let is_clock =
        text.contains(':') && text.bytes().all(|it| it.is_ascii_digit() || b":.".contains(&it));
    let digits = if text.find(':') == Some(1) { format!("0{text}") } else { text.to_owned() };
    let time: civil::Time = is_clock.then(|| digits.parse().ok())??;
    let on =
        |day: civil::Date| day.to_datetime(time).to_zoned_datetime(now.time_zone().clone()).ok();
    let today = on(now.date())?;
    if today <= *now { Some(today) } else { on(now.date().yesterday().ok()?) }
}

/// The first moment after `since` at which clocks show the time of day of `moment`, in its zone.
fn first_after(since: Time, moment: &ZonedDateTime) -> Option<Time> {
    let zone = moment.time_zone();
    let since = since.timestamp();
    let day = since.to_zoned_datetime(zone.clone()).date();
    let on = |day: civil::Date| day.to_datetime(moment.time()).to_zoned_datetime(zone.clone()).ok();
    let today = on(day).filter(|it| it.timestamp() > since);
    Time::of(today.or_else(|| on(day.tomorrow().ok()?))?.timestamp())
}

/// Unix seconds, as `log --timestamps unix` writes them, or with `@` in front, as for date.
fn unix(text: &str) -> Option<Timestamp> {
    let marked = text.strip_prefix('@');
    let seconds = marked.unwrap_or(text);
    let digits = seconds.find('.').unwrap_or(seconds.len());
    let are_seconds = marked.is_some() || UNIX_DIGITS.contains(&digits);
    let time = are_seconds.then(|| Form::Unix.read(seconds.as_bytes()))??;
    Some(time.timestamp())
}

/// A date, at its first moment, or a date and a time.
fn local(now: &ZonedDateTime, text: &str) -> Option<Timestamp> {
    let is_local = text.bytes().all(|it| it.is_ascii_digit() || b"-:. T".contains(&it));
    let time: DateTime = is_local.then(|| text.parse().ok())??;
    Some(time.to_zoned_datetime(now.time_zone().clone()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, now: &str) -> Result<String, String> {
        parse_at(text, &now.parse().unwrap()).map(|end| end.time.to_string())
    }

    const NOW: &str = "2026-11-26T09:30:00+01:00[Europe/Berlin]";

    #[test]
    fn a_time_of_day_is_the_last_that_has_passed() {
        for (text, time) in [
            ("22:00", "2026-11-25T21:00:00Z"),
            ("6:00", "2026-11-26T05:00:00Z"),
            ("09:30", "2026-11-26T08:30:00Z"),
            ("09:30:00.5", "2026-11-25T08:30:00.5Z"),
        ] {
            assert_eq!(at(text, NOW).as_deref(), Ok(time), "{text}");
        }
        let spring = "2026-03-29T12:00:00+02:00[Europe/Berlin]";
        assert_eq!(at("01:00", spring).as_deref(), Ok("2026-03-29T00:00:00Z"));
        assert_eq!(at("22:00", spring).as_deref(), Ok("2026-03-28T21:00:00Z"));
    }

    #[test]
    fn a_range_that_ends_at_a_time_of_day_ends_at_the_first_after_its_start() {
        for (now, since, until, range) in [
            ("09:30", "22:00", "6:00", ["2026-11-25T21:00:00Z", "2026-11-26T05:00:00Z"]),
            ("23:30", "22:00", "6:00", ["2026-11-26T21:00:00Z", "2026-11-27T05:00:00Z"]),
            ("05:59", "22:00", "6:00", ["2026-11-25T21:00:00Z", "2026-11-26T05:00:00Z"]),
            ("08:15", "8:00", "9:00", ["2026-11-26T07:00:00Z", "2026-11-26T08:00:00Z"]),
            ("07:00", "8:00", "9:00", ["2026-11-25T07:00:00Z", "2026-11-25T08:00:00Z"]),
            ("09:30", "22:00", "22:00", ["2026-11-25T21:00:00Z", "2026-11-26T21:00:00Z"]),
            ("09:30", "2026-11-20", "6:00", ["2026-11-19T23:00:00Z", "2026-11-20T05:00:00Z"]),
            ("09:30", "-8h", "-1h", ["2026-11-26T00:30:00Z", "2026-11-26T07:30:00Z"]),
        ] {
            let now = format!("2026-11-26T{now}:00+01:00[Europe/Berlin]").parse().unwrap();
            let [since, end] = [since, until].map(|text| parse_at(text, &now).unwrap());
            let ends = end.of_range_from(Some(since.time));
            assert_eq!([since.time, ends].map(|it| it.to_string()), range, "{since:?} at {now}");
            assert_eq!(end.of_range_from(None), end.time, "{until}: the last that has passed");
        }
        let last = parse_at("22:00", &NOW.parse().unwrap()).unwrap();
        let new_year = Time::parse(b"9999-12-31T22:00:00Z");
        assert_eq!(last.of_range_from(new_year), last.time, "there is none after it");
    }

    #[test]
    fn what_names_no_zone_is_local() {
        for (text, time) in [
            ("2026-11-25", "2026-11-24T23:00:00Z"),
            ("2026-07-01T12:00", "2026-07-01T10:00:00Z"),
            ("2026-07-01 12:00:30.25", "2026-07-01T10:00:30.25Z"),
            ("2026-11-25T22:00:00Z", "2026-11-25T22:00:00Z"),
            ("2026-11-25T22:00+05:30", "2026-11-25T16:30:00Z"),
        ] {
            assert_eq!(at(text, NOW).as_deref(), Ok(time), "{text}");
        }
    }

    #[test]
    fn a_duration_ago_is_counted_from_now() {
        assert_eq!(at("-8h", NOW).as_deref(), Ok("2026-11-26T00:30:00Z"));
        assert_eq!(at("-1.5s", NOW).as_deref(), Ok("2026-11-26T08:29:58.5Z"));
        assert_eq!(at("-1d", NOW).as_deref(), Ok("2026-11-25T08:30:00Z"));
    }

    #[test]
    fn unix_seconds_are_those_of_a_file() {
        for (text, time) in [
            ("1764180000", "2025-11-26T18:00:00Z"),
            ("1764180000.25", "2025-11-26T18:00:00.25Z"),
            ("999999999", "2001-09-09T01:46:39Z"),
            ("@0", "1970-01-01T00:00:00Z"),
            ("@-0.5", "1969-12-31T23:59:59.5Z"),
        ] {
            assert_eq!(at(text, NOW).as_deref(), Ok(time), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let dates =
            ["", "22", "2200", "24:30", "8h", "-8", "--8h", "yesterday", "2026-13-01", "T22:00"];
        let counts = ["17641800", "1764180000123", "1764180000.", "@", "@22:00"];
        for text in dates.into_iter().chain(counts) {
            assert!(
                at(text, NOW).unwrap_err().starts_with("expected a time such as 22:00,"),
                "{text}"
            );
        }
    }
}
