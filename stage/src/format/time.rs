//! Times of rows: reading and printing them.
//!
//! Two forms, both to the nanosecond: RFC 3339, which flows, and Unix seconds, which only files have.
//! RFC 3339 is read here rather than by jiff, which accepts more (a date without dashes, a zone in
//! brackets) and turns a leap second into the second before it.

use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

use jiff::civil::DateTime;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::fmt::{StdFmtWrite, StdIoWrite};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const NANOS_PER_SECOND: i128 = 1_000_000_000;
const NANOS_PER_MICRO: i128 = 1_000;

/// Decimals of a time that is printed: microseconds.
const DECIMALS: u8 = 6;

/// Decimals that a time can have: nanoseconds.
const MAX_DECIMALS: u8 = 9;

/// 0000-01-01T00:00:00Z, in seconds since 1970: RFC 3339 has four digits for the year, and no sign.
const FIRST_SECOND: i64 = -62_167_219_200;

/// The form of a time as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// RFC 3339: `2023-11-14T22:13:20.123456Z`, with `Z` or an offset.
    Iso,
    /// Seconds since 1970: `1700000000.123456`.
    Unix,
}

impl Form {
    /// Reads a time of this form that fills the whole of `text`.
    pub fn read(self, text: &[u8]) -> Option<Time> {
        match self {
            Form::Iso => read_iso(text),
            Form::Unix => read_unix(text),
        }
    }
}

/// A time from the year 0 to 9999, to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(Timestamp);

impl Time {
    /// The first one: 0000-01-01T00:00:00Z.
    pub const MIN: Time = Time(Timestamp::constant(FIRST_SECOND, 0));

    /// 1970-01-01T00:00:00Z.
    const EPOCH: Time = Time(Timestamp::UNIX_EPOCH);

    fn new(timestamp: Timestamp) -> Option<Time> {
        (timestamp.as_second() >= FIRST_SECOND).then_some(Time(timestamp))
    }

    /// This point in time, if a time may be that early.
    pub fn of(timestamp: Timestamp) -> Option<Time> {
        Time::new(timestamp)
    }

    /// The point in time.
    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    /// Reads a time in RFC 3339.
    pub fn parse(text: &[u8]) -> Option<Time> {
        Form::Iso.read(text)
    }

    fn from_nanos(nanos: i128) -> Option<Time> {
        Time::new(Timestamp::from_nanosecond(nanos).ok()?)
    }

    /// What the system's clock says, to the microsecond; the epoch if that is out of range.
    pub fn of_clock(time: SystemTime) -> Time {
        let micros = |time: Timestamp| time.as_nanosecond().div_euclid(NANOS_PER_MICRO);
        Timestamp::try_from(time)
            .ok()
            .and_then(|time| Time::from_nanos(micros(time) * NANOS_PER_MICRO))
            .unwrap_or(Time::EPOCH)
    }

    /// Appends the time in UTC to `text`: to the microsecond, or the nanosecond if it has any.
    pub fn print(self, form: Form, text: &mut Vec<u8>) {
        let nanos = self.0.as_nanosecond();
        let decimals = if nanos % NANOS_PER_MICRO == 0 { DECIMALS } else { MAX_DECIMALS };
        match form {
            Form::Iso => {
                let printer = DateTimePrinter::new().precision(Some(decimals));
                // Writing to a vector does not fail.
                let _ = printer.print_timestamp(&self.0, StdIoWrite(text));
            }
            Form::Unix => {
                let magnitude = nanos.unsigned_abs();
                let seconds = magnitude / NANOS_PER_SECOND.unsigned_abs();
                let rest = magnitude % NANOS_PER_SECOND.unsigned_abs();
                let sign = if nanos < 0 { "-" } else { "" };
                let digits = format!("{sign}{seconds}.{rest:09}");
                let useless = usize::from(MAX_DECIMALS - decimals);
                text.extend_from_slice(&digits.as_bytes()[..digits.len() - useless]);
            }
        }
    }
}

/// In RFC 3339, with as few decimals as it needs.
impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        DateTimePrinter::new()
            .print_timestamp(&self.0, StdFmtWrite(formatter))
            .map_err(|_| fmt::Error)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Time::parse(text.as_bytes())
            .ok_or_else(|| D::Error::custom(format_args!("not a time in RFC 3339: {text:?}")))
    }
}

/// Unix seconds as `log` writes them, with a point, which distinguishes them from most numbers.
pub(crate) fn arrival(text: &[u8]) -> Option<Time> {
    Form::Unix.read(text).filter(|_| text.contains(&b'.'))
}

fn read_iso(text: &[u8]) -> Option<Time> {
    let (civil, rest) = text.split_first_chunk::<19>()?;
    let &[
        y1,
        y2,
        y3,
        y4,
        b'-',
        mo1,
        mo2,
        b'-',
        d1,
        d2,
        b'T' | b't',
        h1,
        h2,
        b':',
        mi1,
        mi2,
        b':',
        s1,
        s2,
    ] = civil
    else {
        return None;
    };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(mo1, mo2)? as i8, two(d1, d2)? as i8);
    let (hour, minute, second) = (two(h1, h2)? as i8, two(mi1, mi2)? as i8, two(s1, s2)? as i8);
    let (nanos, offset) = match rest.split_first() {
        Some((b'.', rest)) => split_fraction(rest)?,
        _ => (0, rest),
    };
    let is_leap = second == 60;
    let second = second - i8::from(is_leap);
    let civil = DateTime::new(year, month, day, hour, minute, second, nanos).ok()?;
    let time = read_offset(offset)?.to_timestamp(civil).ok()?;
    // A leap second is the second that follows it.
    Time::new(if is_leap { time.checked_add(SignedDuration::from_secs(1)).ok()? } else { time })
}

/// The number of two digits.
fn two(tens: u8, units: u8) -> Option<i16> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i16::from(byte - b'0'));
    Some(digit(tens)? * 10 + digit(units)?)
}

/// The digits behind a point, in nanoseconds, and what follows them.
fn split_fraction(text: &[u8]) -> Option<(i32, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(digits);
    Some((nanos(digits)?, rest))
}

/// One to nine decimals, all of them digits, in nanoseconds.
fn nanos(digits: &[u8]) -> Option<i32> {
    if digits.is_empty() || digits.len() > usize::from(MAX_DECIMALS) {
        return None;
    }
    let number = digits.iter().fold(0, |number, digit| number * 10 + i32::from(digit - b'0'));
    Some(number * 10i32.pow(u32::from(MAX_DECIMALS) - digits.len() as u32))
}

fn read_offset(text: &[u8]) -> Option<Offset> {
    let &[sign, h1, h2, b':', m1, m2] = text else {
        return matches!(text, b"Z" | b"z").then_some(Offset::UTC);
    };
    let (hours, minutes) = (two(h1, h2)?, two(m1, m2)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = (i32::from(hours) * 60 + i32::from(minutes)) * 60;
    match sign {
        b'+' => Offset::from_seconds(seconds).ok(),
        b'-' => Offset::from_seconds(-seconds).ok(),
        _ => None,
    }
}

/// Seconds with up to nine decimals.
fn read_unix(text: &[u8]) -> Option<Time> {
    let (is_negative, digits) = match text.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (seconds, fraction) = match digits.iter().position(|&byte| byte == b'.') {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let are_digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    if !are_digits(seconds) || !fraction.is_none_or(are_digits) {
        return None;
    }
    let seconds: i64 = str::from_utf8(seconds).ok()?.parse().ok()?;
    let nanos = fraction.map_or(Some(0), nanos)?;
    let (seconds, nanos) = if is_negative { (-seconds, -nanos) } else { (seconds, nanos) };
    Time::new(Timestamp::new(seconds, nanos).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn printed(time: Time, form: Form) -> String {
        let mut text = Vec::new();
        time.print(form, &mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn rfc_3339_is_read_with_any_offset_and_up_to_nine_decimals() {
        for (text, unix) in [
            ("2023-11-14T22:13:20Z", "1700000000.000000"),
            ("2023-11-14t22:13:20.5z", "1700000000.500000"),
            ("2023-11-14T22:13:20.000000001Z", "1700000000.000000001"),
            ("2023-11-15T03:43:20.123456+05:30", "1700000000.123456"),
            ("2023-11-14T22:13:20-00:00", "1700000000.000000"),
            ("1969-12-31T23:59:59.75Z", "-0.250000"),
            ("2016-12-31T23:59:60Z", "1483228800.000000"),
            ("2017-01-01T00:59:60.25+01:00", "1483228800.250000"),
            ("0000-01-01T00:00:00Z", "-62167219200.000000"),
        ] {
            let time = Form::Iso.read(text.as_bytes()).unwrap_or_else(|| unreachable!("{text}"));
            assert_eq!(printed(time, Form::Unix), unix, "{text}");
        }
    }

    #[test]
    fn everything_else_is_not_a_time() {
        for text in [
            "",
            "2023-11-14",
            "2023-11-14T22:13Z",
            "2023-11-14T22:13:20",
            "2023-11-14 22:13:20Z",
            "20231114T221320Z",
            "2023-11-14T22:13:20,5Z",
            "2023-11-14T22:13:20.Z",
            "2023-11-14T22:13:20.0000000001Z",
            "2023-11-14T22:13:20+0100",
            "2023-11-14T22:13:20+24:00",
            "2023-11-14T22:13:20Z ",
            "2023-11-14T22:13:20Z[UTC]",
            "2023-02-29T00:00:00Z",
            "2023-13-01T00:00:00Z",
            "2023-11-14T24:00:00Z",
            "2023-11-14T22:13:61Z",
            "0000-01-01T00:00:00+00:01",
            "9999-12-31T23:59:60Z",
            "1700000000.5",
        ] {
            assert_eq!(Form::Iso.read(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn unix_seconds_need_no_point() {
        for (text, iso) in [
            ("1700000000", "2023-11-14T22:13:20.000000Z"),
            ("1700000000.5", "2023-11-14T22:13:20.500000Z"),
            ("-0.25", "1969-12-31T23:59:59.750000Z"),
            ("0", "1970-01-01T00:00:00.000000Z"),
        ] {
            let time = Form::Unix.read(text.as_bytes()).unwrap();
            assert_eq!(printed(time, Form::Iso), iso, "{text}");
        }
        for text in ["", "-", ".", "1.", ".5", "+1", "1e9", "1.0000000001", "99999999999999999999"]
        {
            assert_eq!(Form::Unix.read(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn the_clocks_time_has_microseconds() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_nanos(1_700_000_000_000_050_999);
        let time = Time::of_clock(time);
        assert_eq!(printed(time, Form::Unix), "1700000000.000050");
        assert_eq!(printed(time, Form::Iso), "2023-11-14T22:13:20.000050Z");
        let beyond = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
        assert_eq!(Time::of_clock(beyond), Time::EPOCH);
    }

    proptest! {
        #[test]
        fn printing_and_reading_round_trip(
            seconds in FIRST_SECOND..253_402_200_000, nanos in 0i128..1_000_000_000,
            is_fine in any::<bool>(),
        ) {
            let nanos = if is_fine { nanos } else { nanos / 1000 * 1000 };
            let nanos = i128::from(seconds) * NANOS_PER_SECOND + nanos;
            let time = Time::from_nanos(nanos).unwrap();
            for form in [Form::Iso, Form::Unix] {
                let text = printed(time, form);
                prop_assert_eq!(form.read(text.as_bytes()), Some(time), "{}", text);
            }
        }

        // jiff accepts more; what is read here means the same there.
        #[test]
        fn what_is_read_is_what_jiff_reads(
            text in "(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[-+][01][0-9]:[0-5][0-9])",
        ) {
            let theirs = text.parse::<Timestamp>().ok();
            prop_assert_eq!(Form::Iso.read(text.as_bytes()), theirs.and_then(Time::new));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = (Form::Iso.read(&bytes), Form::Unix.read(&bytes));
        }
    }
}
