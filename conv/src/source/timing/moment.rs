//! Reading a time of one form.

use std::ops::RangeInclusive;

use jiff::civil::{DateTime, Time as CivilTime};
use jiff::fmt::strtime;
use jiff::fmt::temporal::Pieces;
use jiff::{SignedDuration, Timestamp};
use stage::format::decimal::Decimal;
use stage::format::sample::Sample;
use stage::format::time::Form;

/// Decimals of a second that a time can have: nanoseconds.
const NANO: u16 = 9;

/// A time as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    Exact(Timestamp),
    /// Without an offset.
    Civil(DateTime),
}

impl Moment {
    /// One second later.
    fn next_second(self) -> Option<Moment> {
        let second = SignedDuration::from_secs(1);
        match self {
            Moment::Exact(time) => time.checked_add(second).ok().map(Moment::Exact),
            Moment::Civil(time) => time.checked_add(second).ok().map(Moment::Civil),
        }
    }
}

/// The date and time of day, if there is a date.
pub(super) fn civil(read: &strtime::BrokenDownTime) -> Option<DateTime> {
    let date = || read.to_date().ok().filter(|_| read.hour().is_none());
    read.to_datetime().ok().or_else(|| Some(date()?.to_datetime(CivilTime::midnight())))
}

/// Reads a time in ISO 8601, or one that would be if it had a T.
pub(super) fn read_iso(text: &[u8]) -> Option<Moment> {
    // It also has leap seconds.
    match Form::Iso.read(text) {
        Some(time) => Some(Moment::Exact(time.timestamp())),
        None => with_leap_seconds(text, read_pieces).or_else(|| read_digits(text)),
    }
}

/// Reads a date, perhaps with a time of day to the minute or the second, that is written in digits alone and
/// is no count: 8, 12 or 14 of them, of these centuries.
pub(super) fn read_digits(text: &[u8]) -> Option<Moment> {
    let pattern = match text.len() {
        8 => "%Y%m%d",
        12 => "%Y%m%d%H%M",
        14 => "%Y%m%d%H%M%S",
        _ => return None,
    };
    are_digits(text).then(|| read_likely(pattern, text))?
}

/// Whether a text may be a date with its hour, in digits alone. (As Unix seconds, it is a time from 2030 on.)
pub(super) fn may_be_hour(text: &[u8]) -> bool {
    text.len() == 10 && are_digits(text) && read_likely("%Y%m%d%H", text).is_some()
}

fn are_digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

/// The years of dates that are recognised although nobody says how they are written.
const LIKELY: RangeInclusive<i16> = 1900..=2100;

/// Reads a time without an offset by strptime's pattern, if it is likely.
pub(super) fn read_likely(pattern: &str, text: &[u8]) -> Option<Moment> {
    let is_likely = |it: &Moment| match it {
        Moment::Civil(civil) => LIKELY.contains(&civil.year()),
        Moment::Exact(_) => false,
    };
    read_pattern(pattern, text).filter(is_likely)
}

/// What `read` gives, but the next second for the second 60, which it takes for 59. (A 60 in the text is
/// that of the seconds if `read` gives the same for 59 in its place.)
fn with_leap_seconds(text: &[u8], read: impl Fn(&[u8]) -> Option<Moment>) -> Option<Moment> {
    let moment = read(text)?;
    let is_leap = |at: usize| {
        let mut other = text.to_vec();
        other[at..at + 2].copy_from_slice(b"59");
        read(&other) == Some(moment)
    };
    let mut sixties = text.windows(2).enumerate().filter(|(_, two)| *two == b"60");
    match sixties.any(|(at, _)| is_leap(at)) {
        true => moment.next_second(),
        false => Some(moment),
    }
}

fn read_pieces(text: &[u8]) -> Option<Moment> {
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

/// Reads a time by strptime's pattern.
pub(super) fn read_pattern(pattern: &str, text: &[u8]) -> Option<Moment> {
    with_leap_seconds(text, |text| read_by_pattern(pattern, text))
}

fn read_by_pattern(pattern: &str, text: &[u8]) -> Option<Moment> {
    let read = strtime::parse(pattern, text).ok()?;
    match read.to_timestamp() {
        Ok(timestamp) => Some(Moment::Exact(timestamp)),
        Err(_) if read.offset().is_some() => None,
        Err(_) => civil(&read).map(Moment::Civil),
    }
}

/// A count of units since 1970, of which a second has 10^`places`; what is below a nanosecond is cut
/// off.
pub(super) fn read_unix(text: &[u8], places: u16) -> Option<Timestamp> {
    let count: Decimal = Sample::parse(text).ok()?.into_decimal().normalized();
    let mantissa = i128::try_from(count.mantissa().to_big()).ok()?;
    let shift = i32::from(NANO) - i32::from(count.places()) - i32::from(places);
    let power = 10i128.checked_pow(shift.unsigned_abs())?;
    let nanos = if shift < 0 { mantissa.div_euclid(power) } else { mantissa.checked_mul(power)? };
    Timestamp::from_nanosecond(nanos).ok()
}

/// Whether a time in ISO 8601 has no time of day.
pub(super) fn is_date(text: &[u8]) -> bool {
    Pieces::parse(text).is_ok_and(|pieces| pieces.time().is_none())
}
