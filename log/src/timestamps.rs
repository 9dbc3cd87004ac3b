//! Arrival times in front of lines.
//!
//! A line gets the time at which it began to arrive.

use std::time::SystemTime;

use clap::ValueEnum;
use memchr::memchr;
use stage::format::time::{Form, Time};

use crate::batch::Batch;

/// The form of an arrival time; both with microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Timestamps {
    /// Seconds since 1970: 1700000000.123456
    Unix,
    /// UTC in ISO 8601: 2023-11-14T22:13:20.123456Z
    Iso,
}

impl Timestamps {
    /// The form of the times.
    pub(crate) fn form(self) -> Form {
        match self {
            Timestamps::Unix => Form::Unix,
            Timestamps::Iso => Form::Iso,
        }
    }

    /// What stands in front of a line that arrived at `time`.
    fn stamp(self, time: SystemTime) -> Vec<u8> {
        let mut text = Vec::new();
        Time::of_clock(time).print(self.form(), &mut text);
        text.push(b'\t');
        text
    }
}

/// Puts arrival times in front of lines, if they are wanted.
#[derive(Debug)]
pub(crate) struct Stamper {
    form: Option<Timestamps>,
    /// The newest lines with their times.
    stamped: Vec<u8>,
    /// Whether the next byte begins a line.
    at_line_start: bool,
}

impl Stamper {
    /// Puts times of this form in front of lines; with `None`, leaves lines as they are.
    pub(crate) fn new(form: Option<Timestamps>) -> Stamper {
        Stamper { form, stamped: Vec::new(), at_line_start: true }
    }

    /// Whether all lines so far were whole.
    pub(crate) fn is_at_line_start(&self) -> bool {
        self.at_line_start
    }

    /// Puts a time in front of each line that begins in `bytes`. The first byte arrived at `began`,
    /// and what is behind the first line feed, at `now`.
    pub(crate) fn stamp<'a>(
        &'a mut self,
        bytes: &'a [u8],
        began: SystemTime,
        now: SystemTime,
    ) -> Batch<'a> {
        let begins_line = self.at_line_start;
        self.at_line_start = bytes.last().map_or(begins_line, |&byte| byte == b'\n');
        let Some(form) = self.form else { return Batch::new(bytes, begins_line) };
        let (line, others) = bytes.split_at(memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1));
        self.stamped.clear();
        if begins_line && !line.is_empty() {
            self.stamped.extend_from_slice(&form.stamp(began));
        }
        self.stamped.extend_from_slice(line);
        let stamp = form.stamp(now);
        for line in others.split_inclusive(|&byte| byte == b'\n') {
            self.stamped.extend_from_slice(&stamp);
            self.stamped.extend_from_slice(line);
        }
        Batch::new(&self.stamped, begins_line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_line_gets_the_time_at_which_it_began_to_arrive() {
        let mut stamper = Stamper::new(Some(Timestamps::Unix));
        let mut text = Vec::new();
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        for (bytes, began, now) in [(&b"1\n2"[..], 1, 1), (b"2\n3\n", 2, 2), (b"4\n5\n", 3, 4)] {
            text.extend_from_slice(stamper.stamp(bytes, at(began), at(now)).rest());
        }
        let expected = b"1.000000\t1\n1.000000\t22\n2.000000\t3\n3.000000\t4\n4.000000\t5\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn both_forms_have_microseconds() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_050);
        let stamp = |form: Timestamps| String::from_utf8(form.stamp(time)).unwrap();
        assert_eq!(stamp(Timestamps::Unix), "1700000000.000050\t");
        assert_eq!(stamp(Timestamps::Iso), "2023-11-14T22:13:20.000050Z\t");
    }
}
