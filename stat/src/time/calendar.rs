//! In which window a time lies: windows begin at multiples of their length in the civil time of a time
//! zone, counted from 1970-01-01 00:00 there, a Thursday; whole weeks from the Monday before it, so that
//! they are those of ISO 8601.
//!
//! - Up to an hour long, they are those of each UTC offset: a window ends early where the offset
//!   changes, and the hour that comes twice in autumn makes two windows.
//! - Longer ones are those of civil time, so that days of 23 and 25 hours are whole. A window begins
//!   when the clocks first show its beginning, or what comes after it.
//!
//! Pure functions of the time: machines that count the same stream have the same windows.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use stage::format::time::Time;

const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// The longest window that does not go across a change of the offset, in nanoseconds: an hour.
const WITHIN_AN_OFFSET: i128 = 3600 * NANOS_PER_SECOND;

/// Where windows are counted from.
const ORIGIN: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

const NANOS_PER_DAY: i128 = 24 * 3600 * NANOS_PER_SECOND;

/// How far before it weeks are counted from: the Monday of its week.
const SINCE_MONDAY: i128 = 3 * NANOS_PER_DAY;

/// A window: the times from its start on, and before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// The first time in it.
    pub start: Time,
    /// The first time behind it.
    pub end: Time,
}

/// Windows of one length, in one time zone.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    /// In nanoseconds, above zero.
    length: i128,
    /// From where windows are counted, in nanoseconds since [`ORIGIN`].
    origin: i128,
    zone: TimeZone,
}

impl Calendar {
    /// Windows of this length, above zero.
    pub(crate) fn new(length: Duration, zone: TimeZone) -> Calendar {
        let length = i128::try_from(length.as_nanos()).unwrap_or(i128::MAX).max(1);
        let are_weeks = length % (7 * NANOS_PER_DAY) == 0;
        let origin = if are_weeks { -SINCE_MONDAY } else { 0 };
        Calendar { length, origin, zone }
    }

    /// How long a window is, in nanoseconds; where clocks are changed, some are longer or shorter.
    pub(crate) fn length(&self) -> u128 {
        self.length.unsigned_abs()
    }

    /// The window in which `time` lies.
    pub(crate) fn window_of(&self, time: Time) -> Bounds {
        let at = time.timestamp();
        let (start, end) = match self.length <= WITHIN_AN_OFFSET {
            true => self.within_an_offset(at),
            false => self.by_civil_time(at),
        };
        // Where the year would be below 0 or above 9999, the window ends with the calendar.
        let start = Time::of(start).unwrap_or(Time::MIN);
        Bounds { start, end: Time::of(end).unwrap_or(time) }
    }

    fn within_an_offset(&self, at: Timestamp) -> (Timestamp, Timestamp) {
        let nanos = at.as_nanosecond();
        let offset = self.zone.to_offset(at);
        let start = nanos - (nanos + nanoseconds(offset)).rem_euclid(self.length);
        let (start, end) = (timestamp(start), timestamp(start + self.length));
        let start = self.change_before(at).map_or(start, |change| change.max(start));
        let end = self.change_after(at, end).map_or(end, |change| change.min(end));
        (start, end)
    }

    fn by_civil_time(&self, at: Timestamp) -> (Timestamp, Timestamp) {
        let civil = at.as_nanosecond() + nanoseconds(self.zone.to_offset(at));
        let mut number = (civil - self.origin).div_euclid(self.length);
        let mut start = self.beginning_of(number).unwrap_or(Timestamp::MIN);
        loop {
            number += 1;
            match self.beginning_of(number) {
                // The clocks have shown this before they were set back.
                Some(next) if next <= at => start = next,
                end => return (start, end.unwrap_or(Timestamp::MAX)),
            }
        }
    }

    /// When the clocks first show the beginning of a window, or what comes after it; `None` beyond the
    /// calendar.
    fn beginning_of(&self, number: i128) -> Option<Timestamp> {
        let since = self.length.checked_mul(number)?.checked_add(self.origin)?;
        let nanos = (since % NANOS_PER_SECOND) as i32;
        let seconds = i64::try_from(since / NANOS_PER_SECOND).ok()?;
        let civil = ORIGIN.checked_add(SignedDuration::new(seconds, nanos)).ok()?;
        match self.zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(civil).ok(),
            AmbiguousOffset::Fold { before, .. } => before.to_timestamp(civil).ok(),
            // The clocks have just been set forward past it.
            AmbiguousOffset::Gap { before, .. } => {
                let after = before.to_timestamp(civil).ok()?;
                Some(self.change_before(after).unwrap_or(after))
            }
        }
    }

    /// The newest change of the offset, at or before a time.
    fn change_before(&self, at: Timestamp) -> Option<Timestamp> {
        let next = at.checked_add(SignedDuration::from_nanos(1)).unwrap_or(at);
        let mut changes = self.zone.preceding(next).map(|it| (it.timestamp(), it.offset()));
        changes.find(|(at, offset)| self.offset_before(*at) != *offset).map(|(at, _)| at)
    }

    /// The next change of the offset behind a time, and before another one.
    fn change_after(&self, at: Timestamp, end: Timestamp) -> Option<Timestamp> {
        let changes = self.zone.following(at).map(|it| (it.timestamp(), it.offset()));
        let mut changes = changes.take_while(|(at, _)| *at < end);
        changes.find(|(at, offset)| self.offset_before(*at) != *offset).map(|(at, _)| at)
    }

    fn offset_before(&self, change: Timestamp) -> Offset {
        let before = change.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(change);
        self.zone.to_offset(before)
    }
}

fn nanoseconds(offset: Offset) -> i128 {
    i128::from(offset.seconds()) * NANOS_PER_SECOND
}

/// This many nanoseconds after 1970; the nearest end of the calendar if that is beyond it.
fn timestamp(nanos: i128) -> Timestamp {
    let beyond = if nanos < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_nanosecond(nanos).unwrap_or(beyond)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn calendar(length: &str, zone: &str) -> Calendar {
        let length = stage::process::quantity::duration(length).unwrap();
        Calendar::new(length, TimeZone::get(zone).unwrap())
    }

    fn time(text: &str) -> Time {
        Time::parse(text.as_bytes()).unwrap_or_else(|| unreachable!("{text}"))
    }

    /// Whether a time lies in the window. (The last one that there is has its end in it.)
    fn contains(Bounds { start, end }: Bounds, time: Time) -> bool {
        start <= time && (time < end || end.timestamp() == Timestamp::MAX)
    }

    /// The windows of consecutive times, each as its start and end.
    fn windows(length: &str, zone: &str, first: &str, count: usize) -> Vec<String> {
        let calendar = calendar(length, zone);
        let mut at = time(first);
        let mut next = || {
            let bounds = calendar.window_of(at);
            assert!(contains(bounds, at), "{bounds:?}");
            at = bounds.end;
            let show = |time: Time| time.to_string().replace(":00Z", "").replace("2026-", "");
            format!("{} {}", show(bounds.start), show(bounds.end))
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn windows_begin_at_multiples_of_their_length_since_1970() {
        let one = |length: &str, at: &str| windows(length, "UTC", at, 1).remove(0);
        assert_eq!(one("10s", "2026-11-25T18:26:05.6Z"), "11-25T18:26 11-25T18:26:10Z");
        assert_eq!(one("10s", "2026-11-25T18:26:10Z"), "11-25T18:26:10Z 11-25T18:26:20Z");
        assert_eq!(
            one("7min", "1970-01-01T00:06:59.999999999Z"),
            "1970-01-01T00:00 1970-01-01T00:07"
        );
        assert_eq!(one("7min", "1969-12-31T23:59:59Z"), "1969-12-31T23:53 1970-01-01T00:00");
        assert_eq!(one("1h", "2026-11-25T18:26:05Z"), "11-25T18:00 11-25T19:00");
        assert_eq!(one("1d", "2026-11-25T18:26:05Z"), "11-25T00:00 11-26T00:00");
        assert_eq!(one("8d", "1970-01-08T23:59:59Z"), "1970-01-01T00:00 1970-01-09T00:00");
        assert_eq!(one("1d", "1960-02-29T12:00:00Z"), "1960-02-29T00:00 1960-03-01T00:00");
    }

    #[test]
    fn weeks_begin_on_mondays() {
        let one = |length: &str, zone: &str, at: &str| windows(length, zone, at, 1).remove(0);
        // 2026-11-25 is a Wednesday.
        for length in ["7d", "1w", "168h"] {
            assert_eq!(one(length, "UTC", "2026-11-25T18:26:05Z"), "11-23T00:00 11-30T00:00");
        }
        assert_eq!(one("1w", "UTC", "2026-11-23T00:00:00Z"), "11-23T00:00 11-30T00:00");
        assert_eq!(one("1w", "UTC", "2026-11-22T23:59:59Z"), "11-16T00:00 11-23T00:00");
        assert_eq!(one("1w", "UTC", "1970-01-01T00:00:00Z"), "1969-12-29T00:00 1970-01-05T00:00");
        assert_eq!(one("2w", "UTC", "1969-12-28T00:00:00Z"), "1969-12-15T00:00 1969-12-29T00:00");
        // The clocks go back on the last day of this week.
        assert_eq!(one("1w", "Europe/Berlin", "2026-10-25T18:00:00Z"), "10-18T22:00 10-25T23:00");
    }

    #[test]
    fn hours_are_those_of_each_offset() {
        // Berlin goes from +1 to +2 on 29 March, and back on 25 October, both at 1:00 UTC.
        assert_eq!(
            windows("1h", "Europe/Berlin", "2026-10-24T23:00:00Z", 4),
            [
                "10-24T23:00 10-25T00:00",
                "10-25T00:00 10-25T01:00",
                "10-25T01:00 10-25T02:00",
                "10-25T02:00 10-25T03:00"
            ]
        );
        assert_eq!(
            windows("40min", "Europe/Berlin", "2026-03-29T00:00:00Z", 4),
            // 1:00, 1:20 to 2:00 at +1, which is cut short; then from 3:00 at +2 on.
            [
                "03-28T23:40 03-29T00:20",
                "03-29T00:20 03-29T01:00",
                "03-29T01:00 03-29T01:20",
                "03-29T01:20 03-29T02:00"
            ]
        );
        // Lord Howe Island's clocks go back by half an hour, at 2:00 (+11:00 to +10:30).
        assert_eq!(
            windows("1h", "Australia/Lord_Howe", "2026-04-04T14:10:00Z", 3),
            ["04-04T14:00 04-04T15:00", "04-04T15:00 04-04T15:30", "04-04T15:30 04-04T16:30"]
        );
    }

    #[test]
    fn days_of_23_and_25_hours_are_whole() {
        assert_eq!(
            windows("1d", "Europe/Berlin", "2026-03-28T12:00:00Z", 3),
            ["03-27T23:00 03-28T23:00", "03-28T23:00 03-29T22:00", "03-29T22:00 03-30T22:00"]
        );
        assert_eq!(
            windows("1d", "Europe/Berlin", "2026-10-25T12:00:00Z", 2),
            ["10-24T22:00 10-25T23:00", "10-25T23:00 10-26T23:00"]
        );
        assert_eq!(
            windows("6h", "Europe/Berlin", "2026-03-28T23:00:00Z", 2),
            ["03-28T23:00 03-29T04:00", "03-29T04:00 03-29T10:00"]
        );
        assert_eq!(
            windows("6h", "Europe/Berlin", "2026-10-25T00:00:00Z", 1),
            ["10-24T22:00 10-25T05:00"]
        );
    }

    #[test]
    fn a_day_may_begin_late_or_not_at_all() {
        // In São Paulo midnight of 4 November 2018 was 1:00.
        assert_eq!(
            windows("1d", "America/Sao_Paulo", "2018-11-03T12:00:00Z", 2),
            ["2018-11-03T03:00 2018-11-04T03:00", "2018-11-04T03:00 2018-11-05T02:00"]
        );
        // Apia had no 30 December 2011.
        assert_eq!(
            windows("1d", "Pacific/Apia", "2011-12-29T12:00:00Z", 2),
            ["2011-12-29T10:00 2011-12-30T10:00", "2011-12-30T10:00 2011-12-31T10:00"]
        );
    }

    #[test]
    fn a_beginning_that_comes_twice_is_the_first_one() {
        // From 1970 to 2:30 on the day on which the clocks go back from 3:00 to 2:00.
        let calendar = calendar("29881590min", "Europe/Berlin");
        let start = |text: &str| calendar.window_of(time(text)).start.to_string();
        assert_eq!(start("2026-10-25T00:29:59Z"), "1969-12-31T23:00:00Z");
        assert_eq!(start("2026-10-25T00:30:00Z"), "2026-10-25T00:30:00Z");
        assert_eq!(start("2026-10-25T01:05:00Z"), "2026-10-25T00:30:00Z", "at 2:05, once more");
    }

    #[test]
    fn the_ends_of_the_calendar_are_windows_too() {
        for zone in ["UTC", "Asia/Tokyo", "America/New_York"] {
            for length in ["1ns", "1h", "1d", "5000d", "400000d"] {
                for at in ["0000-01-01T00:00:00Z", "9999-12-30T21:59:59Z", "9999-12-30T22:00:00Z"] {
                    let bounds = calendar(length, zone).window_of(time(at));
                    assert!(contains(bounds, time(at)), "{zone} {length} {at}: {bounds:?}");
                }
            }
        }
    }

    const ZONES: [&str; 6] = [
        "UTC",
        "Europe/Berlin",
        "Australia/Lord_Howe",
        "America/Sao_Paulo",
        "Asia/Kathmandu",
        "Pacific/Apia",
    ];

    proptest! {
        #[test]
        fn windows_lie_side_by_side(
            seconds in -3_000_000_000i64..4_000_000_000, length in 1i64..200_000,
            zone in proptest::sample::select(&ZONES[..]),
        ) {
            let zone = TimeZone::get(zone).unwrap();
            let calendar = Calendar::new(Duration::from_secs(length as u64), zone.clone());
            let at = Time::of(Timestamp::from_second(seconds).unwrap()).unwrap();
            let bounds = calendar.window_of(at);
            prop_assert!(contains(bounds, at));
            let step = |time: Time, nanos: i64| {
                Time::of(time.timestamp() + SignedDuration::from_nanos(nanos)).unwrap()
            };
            for inside in [bounds.start, step(bounds.end, -1)] {
                prop_assert_eq!(calendar.window_of(inside), bounds);
            }
            prop_assert_eq!(calendar.window_of(bounds.end).start, bounds.end);
            prop_assert_eq!(calendar.window_of(step(bounds.start, -1)).end, bounds.start);
            if length <= 3600 {
                let offset = |time: Time| zone.to_offset(time.timestamp());
                prop_assert_eq!(offset(bounds.start), offset(step(bounds.end, -1)));
            }
        }
    }
}
