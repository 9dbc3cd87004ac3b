//! Arrival times in front of lines.

use std::io::Write;
use std::time::SystemTime;

use clap::ValueEnum;
use jiff::Timestamp;
use jiff::fmt::StdIoWrite;
use jiff::fmt::temporal::DateTimePrinter;

/// The form of an arrival time; both with microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Timestamps {
    /// Seconds since 1970: 1700000000.123456
    Unix,
    /// UTC in ISO 8601: 2023-11-14T22:13:20.123456Z
    Iso,
}

impl Timestamps {
    /// Appends `time` and a tab to `text`. A time out of the calendar's range (the years
    /// −9999 to 9999) is taken for the epoch.
    pub fn print(self, time: SystemTime, text: &mut Vec<u8>) {
        let time = Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH);
        // Writing to a vector does not fail.
        let _ = match self {
            Timestamps::Unix => {
                let micros = time.as_microsecond();
                let (seconds, rest) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
                write!(text, "{seconds}.{rest:06}").map_err(drop)
            }
            Timestamps::Iso => DateTimePrinter::new()
                .precision(Some(6))
                .print_timestamp(&time, StdIoWrite(&mut *text))
                .map_err(drop),
        };
        text.push(b'\t');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn both_forms_have_microseconds() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_050);
        let text = |form: Timestamps| {
            let mut text = Vec::new();
            form.print(time, &mut text);
            String::from_utf8(text).unwrap()
        };
        assert_eq!(text(Timestamps::Unix), "1700000000.000050\t");
        assert_eq!(text(Timestamps::Iso), "2023-11-14T22:13:20.000050Z\t");
    }
}
