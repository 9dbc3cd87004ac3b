//! The sample format: which line is a sample.
//!
//! One sample a line: a decimal number, finite as a double, with at most 400 decimal places;
//! blanks around it and a carriage return at the end are ignored. Everything else is rejected
//! for one of the reasons in [`NotASample`]: a new reason for rejecting a *line* goes there.
//! What is wrong with a number's own form or size is found by `decimal::parse`, which has two
//! paths for it. (That a *value* is not plausible, or a raw word torn, are `conv`'s own reasons, in its
//! modules `check` and `reading`.)

use jiff::Timestamp;
use memchr::memchr;
use thiserror::Error;

use crate::format::decimal::{Decimal, Malformed, parse};
use crate::process::message::quoted;

/// Bytes of the longest line that is looked at. The longest useful sample, 309 digits and 400
/// places, has 711; the rest is room for blanks and for zeros that somebody may have padded with.
pub const MAX_LINE: usize = 64 * 1024;

/// Why a line is not a sample. The line itself is not kept: [`NotASample::of`] joins the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotASample {
    /// Nothing but blanks.
    #[error("empty")]
    Empty,
    /// Not of the form of a decimal number.
    #[error("not a number")]
    NotANumber,
    /// A number with a time in front of it.
    #[error("a time stands in front, as log --timestamps puts it (cut -f 2 takes it off)")]
    Timed,
    /// Beyond the finite doubles.
    #[error("too large for a double")]
    NotFinite,
    /// More decimal places than the format has.
    #[error("more than 400 decimal places")]
    TooManyPlaces,
    /// Longer than [`MAX_LINE`].
    #[error("longer than {MAX_LINE} bytes")]
    TooLong,
}

impl NotASample {
    /// The reason together with the start of the line: `not a number: "12abc"`.
    pub fn of(self, line: &[u8]) -> String {
        match self {
            NotASample::Empty => self.to_string(),
            // Only as far as it was looked at: of a line that came in pieces no more may be here.
            NotASample::TooLong => {
                format!("{self}: {}", quoted(trim(&line[..line.len().min(MAX_LINE)])))
            }
            _ => format!("{self}: {}", quoted(trim(line))),
        }
    }
}

impl From<Malformed> for NotASample {
    fn from(malformed: Malformed) -> NotASample {
        match malformed {
            Malformed::NotANumber => NotASample::NotANumber,
            Malformed::NotFinite => NotASample::NotFinite,
            Malformed::TooManyPlaces => NotASample::TooManyPlaces,
        }
    }
}

/// Reads one line, with or without its line feed, as a sample.
pub fn parse_line(line: &[u8]) -> Result<Decimal, NotASample> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    if line.len() > MAX_LINE {
        return Err(NotASample::TooLong);
    }
    let number = trim(line);
    if number.is_empty() {
        return Err(NotASample::Empty);
    }
    parse(number).map_err(|malformed| match split_time(number) {
        Some((_, rest)) if parse(trim(rest)).is_ok() => NotASample::Timed,
        _ => malformed.into(),
    })
}

/// What stands before and behind the first tab, if the former is an arrival time as `log` writes
/// it, in either form: seconds since 1970 with a point, or ISO 8601.
pub fn split_time(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (time, rest) = line.split_at(memchr(b'\t', line)?);
    (is_unix_time(time) || is_iso_time(time)).then_some((time, &rest[1..]))
}

fn is_unix_time(text: &[u8]) -> bool {
    let Some((seconds, parts)) = memchr(b'.', text).map(|at| text.split_at(at)) else {
        return false;
    };
    let digits = [seconds.strip_prefix(b"-").unwrap_or(seconds), &parts[1..]];
    digits.iter().all(|it| !it.is_empty() && it.iter().all(u8::is_ascii_digit))
}

fn is_iso_time(text: &[u8]) -> bool {
    str::from_utf8(text).is_ok_and(|text| text.parse::<Timestamp>().is_ok())
}

/// Whether a computed value, such as a scaled raw reading, may be sent as a sample.
pub fn check_value(value: Decimal) -> Result<Decimal, NotASample> {
    // Machine-word mantissas are always finite; the text decides for the others.
    if value.places() <= 18
        && matches!(value.mantissa(), crate::format::decimal::Mantissa::Small(_))
    {
        return Ok(value);
    }
    Ok(parse(value.to_string().as_bytes())?)
}

/// Strips one line end and the blanks around the rest.
fn trim(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let mut text = line.strip_suffix(b"\r").unwrap_or(line);
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_line_ends_around_a_number_are_ignored() {
        for line in ["57", "57\n", "57\r\n", " \t57\t \r\n", "57 "] {
            assert_eq!(parse_line(line.as_bytes()), Ok(Decimal::new(57, 0)), "{line:?}");
        }
    }

    #[test]
    fn each_reason_is_told_with_the_start_of_the_line() {
        let told = |line: &[u8]| parse_line(line).unwrap_err().of(line);
        assert_eq!(told(b"12abc\n"), r#"not a number: "12abc""#);
        assert_eq!(told(b" \r\n"), "empty");
        assert_eq!(told(b"1\r2\n"), r#"not a number: "1\r2""#);
        assert_eq!(told(b"1e999"), r#"too large for a double: "1e999""#);
        assert_eq!(told(b"1e-999"), r#"more than 400 decimal places: "1e-999""#);
        assert_eq!(
            told("0".repeat(MAX_LINE + 1).as_bytes()),
            format!(r#"longer than 65536 bytes: "{}…""#, "0".repeat(40))
        );
    }

    #[test]
    fn a_time_in_front_is_told_with_the_way_to_take_it_off() {
        let told = |line: &[u8]| parse_line(line).unwrap_err().of(line);
        let why = "a time stands in front, as log --timestamps puts it (cut -f 2 takes it off)";
        for line in ["1700000000.000050\t57", "2023-11-14T22:13:20.000050Z\t-5.7e1"] {
            assert_eq!(told(format!("{line}\r\n").as_bytes()), format!("{why}: {line:?}"));
        }
        for line in ["57\t58", "1700000000.000050\tx", "x\t1", "1700000000.000050\t1\t2"] {
            assert_eq!(told(line.as_bytes()), format!("not a number: {line:?}"));
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_told_alike_whether_all_of_it_is_here_or_its_start() {
        for start in ["", "7"] {
            let line = format!("{start}{}end", " ".repeat(MAX_LINE + 1));
            let (whole, start) = (line.as_bytes(), &line.as_bytes()[..=MAX_LINE]);
            assert_eq!(NotASample::TooLong.of(whole), NotASample::TooLong.of(start));
        }
    }

    #[test]
    fn the_longest_line_that_is_looked_at_is_read() {
        let mut line = "0".repeat(MAX_LINE - 1);
        line.push_str("7\n");
        assert_eq!(parse_line(line.as_bytes()), Ok(Decimal::new(7, 0)));
    }

    #[test]
    fn a_computed_value_obeys_the_same_limits() {
        let tiny = Decimal::new(1, 400);
        assert_eq!(check_value(tiny.clone()).as_ref(), Ok(&tiny));
        assert_eq!(check_value(tiny.times(&tiny)), Err(NotASample::TooManyPlaces));
        let huge = parse_line(b"1e200").unwrap();
        assert_eq!(check_value(huge.times(&huge)), Err(NotASample::NotFinite));
    }
}
