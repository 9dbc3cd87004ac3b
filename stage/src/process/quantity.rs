//! Quantities on command lines: durations (`800ms`, `1.5s`, `2min`), rates (`10`, `2.5k`, `max`) and
//! sizes (`64K`, `100M`); and time zones.

use std::time::Duration;

use jiff::SpanRelativeTo;
use jiff::fmt::friendly::SpanParser;
use jiff::tz::TimeZone;

use crate::format::decimal::{Decimal, Mantissa, ParseError};

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// The highest rate: one tick a nanosecond, the clock's own resolution.
const MAX_RATE: i64 = 1_000_000_000;

/// Reads a duration, which must have a unit; a day has 24 hours.
pub fn duration(text: &str) -> Result<Duration, String> {
    let parser = SpanParser::new();
    let in_days = || {
        let span = parser.parse_span(text).ok()?;
        span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?.try_into().ok()
    };
    parser.parse_unsigned_duration(text).ok().or_else(in_days).ok_or_else(|| {
        match text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && !text.is_empty() {
            true => format!("a duration needs a unit, as in {text}s"),
            false => "expected a duration such as 800ms, 1.5s or 2min".to_owned(),
        }
    })
}

/// Reads a count.
pub fn count(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a whole number up to {}", u64::MAX))
}

/// Reads a time zone, whose rules are loaded with it.
pub fn time_zone(text: &str) -> Result<TimeZone, String> {
    let zone = match text {
        "local" => TimeZone::try_system().map_err(|_| "this machine's time zone is not known"),
        "UTC" => Ok(TimeZone::UTC),
        name => TimeZone::get(name).map_err(|_| {
            "expected a time zone that this machine knows, such as Europe/Berlin, or local (zones are \
             in /usr/share/zoneinfo; Debian's package tzdata)"
        }),
    };
    zone.map_err(str::to_owned)
}

/// Suffixes of a size, and the powers of 1024 that they stand for.
const SIZES: [(char, u32); 4] = [('K', 1), ('M', 2), ('G', 3), ('T', 4)];

/// Reads a number of bytes, which must not be zero.
pub fn bytes(text: &str) -> Result<u64, String> {
    let (number, factor) = match text.chars().last().and_then(power_of_1024) {
        Some(factor) => (&text[..text.len() - 1], factor),
        None => (text, 1),
    };
    number
        .parse::<u64>()
        .ok()
        .filter(|number| *number > 0)
        .and_then(|number| number.checked_mul(factor))
        .ok_or_else(|| "expected a size such as 4096, 64K or 100M".to_owned())
}

fn power_of_1024(letter: char) -> Option<u64> {
    let (_, power) = SIZES.iter().find(|(size, _)| *size == letter)?;
    Some(1024u64.pow(*power))
}

/// How often something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// Once a period.
    Every(Period),
    /// As often as possible.
    Max,
}

/// The time between two ticks, exactly: `nanos` / `ticks`, in nanoseconds.
///
/// A fraction, because a period of 1/3 s that is rounded to nanoseconds drifts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    nanos: u128,
    ticks: u128,
}

impl Period {
    /// A period of `duration`; `None` if that is zero.
    pub fn every(duration: Duration) -> Option<Period> {
        (!duration.is_zero()).then_some(Period { nanos: duration.as_nanos(), ticks: 1 })
    }

    /// How long `ticks` periods take, rounded down to nanoseconds.
    pub fn times(self, ticks: u64) -> Duration {
        let nanos = u128::from(ticks).saturating_mul(self.nanos) / self.ticks;
        let seconds = u64::try_from(nanos / NANOS_PER_SECOND).unwrap_or(u64::MAX);
        Duration::new(seconds, (nanos % NANOS_PER_SECOND) as u32)
    }

    /// The number of the last tick at most `elapsed` after tick 0.
    pub fn ticks_in(self, elapsed: Duration) -> u64 {
        // Tick k comes at ⌊k·nanos/ticks⌋, so k is the greatest with k·nanos < (elapsed+1)·ticks.
        let end = (elapsed.as_nanos() + 1).saturating_mul(self.ticks);
        u64::try_from((end - 1) / self.nanos).unwrap_or(u64::MAX)
    }
}

/// Reads a period: a duration above zero.
pub fn period(text: &str) -> Result<Period, String> {
    Period::every(duration(text)?).ok_or_else(|| "a period must be longer than zero".to_owned())
}

/// Reads a rate in samples a second, with an optional `k` or `M`, or `max`.
pub fn rate(text: &str) -> Result<Rate, String> {
    if text == "max" {
        return Ok(Rate::Max);
    }
    let expected = || "expected a rate such as 10, 2.5k, 1M or max".to_owned();
    let (number, thousands) = match text.as_bytes() {
        [.., b'k'] => (&text[..text.len() - 1], 1_000),
        [.., b'M'] => (&text[..text.len() - 1], 1_000_000),
        _ => (text, 1),
    };
    let hertz = decimal(number).map_err(|_| expected())?;
    if &hertz * Decimal::new(thousands, 0) > Decimal::new(MAX_RATE, 0) {
        return Err("a rate is at most 1000M; max is as fast as possible".to_owned());
    }
    match hertz.mantissa() {
        // Nine places allow a tick in thirty years; the products below stay below 2^127.
        Mantissa::Small(ticks @ 1..) if hertz.places() <= 9 => Ok(Rate::Every(Period {
            nanos: NANOS_PER_SECOND * 10u128.pow(hertz.places().into()),
            ticks: u128::from(ticks.unsigned_abs()) * u128::from(thousands.unsigned_abs()),
        })),
        Mantissa::Small(..=0) => Err("a rate must be above zero".to_owned()),
        _ => Err(expected()),
    }
}

/// Reads a number, without blanks or anything else around it.
pub fn decimal(text: &str) -> Result<Decimal, String> {
    text.parse().map_err(|reason: ParseError| match reason {
        ParseError::NotANumber => {
            let with_point = text.replace(',', ".");
            let is_number = with_point.parse::<Decimal>().is_ok();
            format!("expected a number such as {}", if is_number { &with_point } else { "0.5" })
        }
        reason => reason.to_string(),
    })
}

/// A range, including both bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The least value.
    pub min: Decimal,
    /// The greatest value, at least [`Range::min`].
    pub max: Decimal,
}

impl Range {
    /// Whether `value` lies within the bounds.
    pub fn contains(&self, value: &Decimal) -> bool {
        self.min <= *value && *value <= self.max
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}..{}", self.min, self.max)
    }
}

/// Reads a range such as `0..100` or `-1.5..1.5`.
pub fn range(text: &str) -> Result<Range, String> {
    let expected = || "expected a range such as 0..100 or -1.5..1.5".to_owned();
    let (min, max) = text.split_once("..").ok_or_else(expected)?;
    let min = decimal(min).map_err(|_| expected())?;
    let max = decimal(max).map_err(|_| expected())?;
    if min > max {
        return Err(format!("the range's minimum {min} is above its maximum {max}"));
    }
    Ok(Range { min, max })
}

/// A range that may be open at one end, including both bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The least value, if there is one.
    pub min: Option<Decimal>,
    /// The greatest value, if there is one; at least [`Bounds::min`].
    pub max: Option<Decimal>,
}

impl Bounds {
    /// Whether `value` lies within the bounds.
    pub fn contains(&self, value: &Decimal) -> bool {
        self.min.as_ref().is_none_or(|min| min <= value)
            && self.max.as_ref().is_none_or(|max| value <= max)
    }
}

impl std::fmt::Display for Bounds {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |bound: &Option<Decimal>| bound.as_ref().map(Decimal::to_string);
        let (min, max) = (text(&self.min), text(&self.max));
        write!(formatter, "{}..{}", min.unwrap_or_default(), max.unwrap_or_default())
    }
}

/// Reads a range such as `0..100`, `..100` or `0..`.
pub fn bounds(text: &str) -> Result<Bounds, String> {
    let expected = || "expected a range such as 0..100, -1.5.. or ..100".to_owned();
    let open = |min: Option<Decimal>, max: Option<Decimal>| Ok(Bounds { min, max });
    match text.split_once("..").ok_or_else(expected)? {
        ("", "") => Err(expected()),
        ("", max) => open(None, Some(decimal(max).map_err(|_| expected())?)),
        (min, "") => open(Some(decimal(min).map_err(|_| expected())?), None),
        (min, max) if decimal(min).is_err() || decimal(max).is_err() => Err(expected()),
        _ => range(text).and_then(|Range { min, max }| open(Some(min), Some(max))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_are_in_powers_of_1024() {
        assert_eq!(bytes("4096"), Ok(4096));
        assert_eq!(bytes("64K"), Ok(65536));
        assert_eq!(bytes("3T"), Ok(3 << 40));
        for wrong in ["", "0", "0K", "K", "1k", "-1", "1.5M", "64KB", "99999999T"] {
            bytes(wrong).unwrap_err();
        }
    }

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(duration("800ms"), Ok(Duration::from_millis(800)));
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("2min"), Ok(Duration::from_secs(120)));
        assert_eq!(duration("1d"), Ok(Duration::from_secs(86_400)));
        assert_eq!(duration("1w 12h"), Ok(Duration::from_secs(7 * 86_400 + 43_200)));
        for wrong in ["", "-1s", "1 parsec", "s", "1mo", "-1d"] {
            let told = duration(wrong).unwrap_err();
            assert_eq!(told, "expected a duration such as 800ms, 1.5s or 2min", "{wrong:?}");
        }
        assert_eq!(duration("0.5").unwrap_err(), "a duration needs a unit, as in 0.5s");
    }

    #[test]
    fn rates_are_exact_periods() {
        let every = |text| match rate(text) {
            Ok(Rate::Every(period)) => period,
            other => unreachable!("{text}: {other:?}"),
        };
        assert_eq!(every("3").times(3_000_000_000), Duration::from_secs(1_000_000_000));
        assert_eq!(every("44.1k").times(44_100), Duration::from_secs(1));
        assert_eq!(every("1M").times(1), Duration::from_micros(1));
        assert_eq!(every("0.1").times(1), Duration::from_secs(10));
        assert_eq!(rate("max"), Ok(Rate::Max));
        for wrong in ["", "k", "fast", "1G", "1e-30"] {
            assert_eq!(rate(wrong).unwrap_err(), "expected a rate such as 10, 2.5k, 1M or max");
        }
        let highest = "a rate is at most 1000M; max is as fast as possible";
        assert_eq!(rate("1001M").unwrap_err(), highest);
        assert_eq!(rate("0").unwrap_err(), "a rate must be above zero");
        assert_eq!(rate("-5").unwrap_err(), "a rate must be above zero");
    }

    #[test]
    fn a_number_has_a_point() {
        assert_eq!(decimal("-1.5"), Ok(Decimal::new(-15, 1)));
        assert_eq!(decimal("1,5").unwrap_err(), "expected a number such as 1.5");
        for wrong in ["", "x", "1/3", "1,234,5", "1 "] {
            assert_eq!(decimal(wrong).unwrap_err(), "expected a number such as 0.5", "{wrong:?}");
        }
        assert_eq!(decimal("1e999").unwrap_err(), "too large for a double");
    }

    #[test]
    fn ranges_include_their_bounds() {
        let unit = range("-1.5..1.5").unwrap();
        assert!(unit.contains(&Decimal::new(-15, 1)) && !unit.contains(&Decimal::new(151, 2)));
        assert_eq!(range("5..4").unwrap_err(), "the range's minimum 5 is above its maximum 4");
        assert_eq!(range("5").unwrap_err(), "expected a range such as 0..100 or -1.5..1.5");
    }

    #[test]
    fn bounds_may_be_open_at_one_end() {
        let contained = |text: &str| {
            let bounds = bounds(text).unwrap();
            assert_eq!(bounds.to_string(), text);
            [-2, -1, 0, 1, 2].map(|value| bounds.contains(&Decimal::new(value, 0)))
        };
        assert_eq!(contained("-1..1"), [false, true, true, true, false]);
        assert_eq!(contained("-1.."), [false, true, true, true, true]);
        assert_eq!(contained("..1"), [true, true, true, true, false]);
        let expected = "expected a range such as 0..100, -1.5.. or ..100";
        for wrong in ["", "..", "5", "x..", "..x", "0..1..2", "0...", "1.. 2"] {
            assert_eq!(bounds(wrong).unwrap_err(), expected, "{wrong:?}");
        }
        assert_eq!(bounds("5..4").unwrap_err(), "the range's minimum 5 is above its maximum 4");
    }

    proptest! {
        #[test]
        fn a_tick_is_due_exactly_when_its_time_has_come(
            hertz in 1u32..2_000_000, tick in 0u64..1_000_000_000_000,
        ) {
            let Ok(Rate::Every(period)) = rate(&hertz.to_string()) else { unreachable!() };
            let due = period.times(tick);
            prop_assert_eq!(period.ticks_in(due), tick);
            if let Some(before) = due.checked_sub(Duration::from_nanos(1)) {
                prop_assert_eq!(period.ticks_in(before), tick - 1);
            }
        }
    }
}
