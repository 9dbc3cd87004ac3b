//! Points in time as people give them: `22:00`, `2026-11-25`, `-8h`.
//!
//! What names no zone is in the local one: `TZ`, or else the system's.

use jiff::civil::{self, DateTime};
use jiff::{Timestamp, ZonedDateTime};
use stage::format::time::Time;
use stage::process::quantity;

/// Reads a point in time.
pub(crate) fn parse(text: &str) -> Result<Time, String> {
    parse_at(text, &ZonedDateTime::now())
}

/// The same, at the time `now`, in its zone.
fn parse_at(text: &str, now: &ZonedDateTime) -> Result<Time, String> {
    let timestamp = match text.strip_prefix('-') {
        Some(ago) => before(now, ago),
        None => Time::parse(text.as_bytes())
            .map(Time::timestamp)
            .or_else(|| text.parse::<Timestamp>().ok())
            .or_else(|| last(now, text))
            .or_else(|| local(now, text)),
    };
    timestamp.and_then(Time::of).ok_or_else(|| {
        "expected a time such as 22:00, 2026-11-25, 2026-11-25T22:00, 2026-11-25T22:00:00Z or -8h"
            .to_owned()
    })
}

/// So long ago.
fn before(now: &ZonedDateTime, ago: &str) -> Option<Timestamp> {
    let ago = quantity::duration(ago).ok()?;
    now.timestamp().checked_sub(ago).ok()
}

/// The last time that it was so late, up to now. Of two such moments, when clocks go back, the earlier.
fn last(now: &ZonedDateTime, text: &str) -> Option<Timestamp> {
    let is_clock =
        text.contains(':') && text.bytes().all(|it| it.is_ascii_digit() || b":.".contains(&it));
    let digits = if text.find(':') == Some(1) { format!("0{text}") } else { text.to_owned() };
    let time: civil::Time = is_clock.then(|| digits.parse().ok())??;
    let on =
        |day: civil::Date| day.to_datetime(time).to_zoned_datetime(now.time_zone().clone()).ok();
    let today = on(now.date())?;
    let moment = if today <= *now { today } else { on(now.date().yesterday().ok()?)? };
    Some(moment.timestamp())
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
        parse_at(text, &now.parse().unwrap()).map(|time| time.to_string())
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
    fn anything_else_is_refused() {
        for text in
            ["", "22", "2200", "24:30", "8h", "-8", "--8h", "yesterday", "2026-13-01", "T22:00"]
        {
            assert!(
                at(text, NOW).unwrap_err().starts_with("expected a time such as 22:00,"),
                "{text}"
            );
        }
    }
}
