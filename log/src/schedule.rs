//! When a new file is begun.

use std::time::{Duration, SystemTime};

use stage::process::quantity;

/// The shortest time that a file may last: names have no parts of a second.
const SHORTEST: Duration = Duration::from_secs(1);

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// When a new file is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schedule {
    /// Before one grows beyond this many bytes.
    Size(u64),
    /// When a time has passed.
    Every(Period),
}

/// A length of time; the first one begins in 1970, in UTC, and so each day at midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period(Duration);

/// Reads a schedule from the command line.
pub(crate) fn parse(text: &str) -> Result<Schedule, String> {
    if let Ok(bytes) = quantity::bytes(text) {
        return Ok(Schedule::Size(bytes));
    }
    if let Some(number) = text.strip_suffix('m').filter(|it| it.parse::<u64>().is_ok()) {
        return Err(format!("{number}M is a size, and {number}min a time"));
    }
    match quantity::duration(text) {
        Ok(duration) if duration >= SHORTEST => Ok(Schedule::Every(Period(duration))),
        Ok(_) => Err("a file must last at least 1s".to_owned()),
        Err(_) => Err("expected a size such as 64K or 100M, or a time such as 1h or 1d".to_owned()),
    }
}

impl Period {
    /// When the period began in which `time` is.
    pub(crate) fn start(self, time: SystemTime) -> SystemTime {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let within = since.as_nanos() % self.0.as_nanos();
        // It is no longer than `since`, which is a duration.
        let seconds = u64::try_from(within / NANOS_PER_SECOND).unwrap_or(u64::MAX);
        let within = Duration::new(seconds, (within % NANOS_PER_SECOND) as u32);
        SystemTime::UNIX_EPOCH + (since - within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every(seconds: u64) -> Schedule {
        Schedule::Every(Period(Duration::from_secs(seconds)))
    }

    #[test]
    fn a_schedule_is_a_size_or_a_time() {
        assert_eq!(parse("4096"), Ok(Schedule::Size(4096)));
        assert_eq!(parse("100M"), Ok(Schedule::Size(100 << 20)));
        assert_eq!(parse("1h"), Ok(every(3600)));
        assert_eq!(parse("1d"), Ok(every(86_400)));
        assert_eq!(parse("90s"), Ok(every(90)));
        assert_eq!(parse("30min"), Ok(every(1800)));
        assert_eq!(parse("100m").unwrap_err(), "100M is a size, and 100min a time");
        assert_eq!(parse("10ms").unwrap_err(), "a file must last at least 1s");
        let expected = "expected a size such as 64K or 100M, or a time such as 1h or 1d";
        for wrong in ["", "0", "1k", "-1h", "1.5", "daily", "m"] {
            assert_eq!(parse(wrong).unwrap_err(), expected, "{wrong:?}");
        }
    }

    #[test]
    fn periods_begin_at_multiples_of_their_length_in_utc() {
        let at = |nanos: u64| SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos);
        let hour = Period(Duration::from_secs(3600));
        assert_eq!(hour.start(at(7_199_999_999_999)), at(3_600_000_000_000));
        assert_eq!(hour.start(at(7_200_000_000_000)), at(7_200_000_000_000));
        assert_eq!(hour.start(SystemTime::UNIX_EPOCH - SHORTEST), at(0));
        assert_eq!(Period(Duration::MAX).start(at(1)), at(0));
    }
}
