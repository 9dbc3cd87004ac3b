//! How far along the work is, as text: `stat: 45 %, 1.2 of 2.7 GB, 512 MB/s, 3 s left`.

use std::time::{Duration, Instant};

/// How much has been read of what is expected, since when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meter {
    /// Later than it did begin, by the times that do not count.
    began: Instant,
    /// When something was last done.
    newest: Instant,
    expected: u64,
    done: u64,
}

impl Meter {
    /// Nothing is expected yet.
    pub(super) fn new(began: Instant) -> Meter {
        Meter { began, newest: began, expected: 0, done: 0 }
    }

    /// Adds to what is expected.
    pub(super) fn expect(&mut self, bytes: u64) {
        self.expected = self.expected.saturating_add(bytes);
    }

    /// Adds to what is done.
    pub(super) fn advance(&mut self, bytes: u64, now: Instant) {
        self.done = self.done.saturating_add(bytes);
        self.newest = now;
    }

    /// For how long nothing has been done.
    pub(super) fn silence(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.newest)
    }

    /// Does not count this much of the time since the beginning.
    pub(super) fn leave_out(&mut self, time: Duration) {
        self.began = self.began.checked_add(time).unwrap_or(self.began);
    }

    /// The text, without the parts at its end for which there is no room.
    pub(super) fn text(&self, program: &str, now: Instant, columns: usize) -> String {
        // A file may have grown since.
        let total = self.expected.max(self.done).max(1);
        let seconds = now.saturating_duration_since(self.began).as_secs_f64().max(1e-3);
        let rate = self.done as f64 / seconds;
        let unit = Unit::of(total);
        let percent = (u128::from(self.done) * 100 / u128::from(total)).to_string();
        let mut parts = vec![
            format!("{program}: {percent} %"),
            format!(", {} of {} {}", unit.number(self.done), unit.number(total), unit.name),
        ];
        if self.done > 0 {
            let (speed, left) = (Unit::of(rate as u64), (total - self.done) as f64 / rate);
            parts.push(format!(", {} {}/s", speed.number(rate as u64), speed.name));
            parts.extend(time(left).map(|time| format!(", {time} left")));
        }
        let mut text = String::new();
        for part in parts {
            if text.len() + part.len() > columns {
                break;
            }
            text += &part;
        }
        text
    }
}

/// A unit of bytes.
#[derive(Clone, Copy, Debug)]
struct Unit {
    name: &'static str,
    bytes: u64,
}

impl Unit {
    /// The one in which `bytes` has one to three digits before the point.
    fn of(bytes: u64) -> Unit {
        let units = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
        let unit = units.into_iter().find(|(_, size)| bytes as f64 > *size);
        let (name, bytes) = unit.unwrap_or(("B", 1.0));
        Unit { name, bytes: bytes as u64 }
    }

    /// `bytes` in this unit, with one decimal below ten.
    fn number(self, bytes: u64) -> String {
        match bytes / self.bytes {
            whole @ 0..10 if self.bytes > 1 => {
                format!("{whole}.{}", bytes % self.bytes / (self.bytes / 10))
            }
            whole => whole.to_string(),
        }
    }
}

/// A time in words; `None` beyond what anybody waits for.
fn time(seconds: f64) -> Option<String> {
    let time = Duration::try_from_secs_f64(seconds.ceil()).ok()?.as_secs();
    let (hours, minutes, seconds) = (time / 3600, time / 60 % 60, time % 60);
    match (hours, minutes) {
        (0, 0) => Some(format!("{seconds} s")),
        (0, _) => Some(format!("{minutes} min {seconds} s")),
        (1..100, _) => Some(format!("{hours} h {minutes} min")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text when `done` of `expected` bytes have taken `seconds`.
    fn text(done: u64, expected: u64, seconds: u64, columns: usize) -> String {
        let began = Instant::now();
        let mut meter = Meter::new(began);
        meter.expect(expected);
        meter.advance(done, began);
        meter.text("stat", began + Duration::from_secs(seconds), columns)
    }

    #[test]
    fn it_says_how_far_the_work_is_how_fast_and_how_long_it_will_take() {
        for (done, expected, seconds, told) in [
            (1_250_000_000, 2_712_345_678, 2, "46 %, 1.2 of 2.7 GB, 625 MB/s, 3 s left"),
            (55_000, 200_000_000, 1, "0 %, 0.0 of 200 MB, 55 kB/s, 1 h 0 min left"),
            (1_000_000, 3_600_000_000, 1, "0 %, 0.0 of 3.6 GB, 1000 kB/s, 59 min 59 s left"),
            (1_000_001, 9_000_000_000, 1, "0 %, 0.0 of 9.0 GB, 1.0 MB/s, 2 h 29 min left"),
            (10, 999, 1, "1 %, 10 of 999 B, 10 B/s, 1 min 39 s left"),
            (1, 1_000_000_000_000, 5, "0 %, 0.0 of 1000 GB, 0 B/s"),
            (0, 5_000_000_000_000, 5, "0 %, 0.0 of 5.0 TB"),
            (7_000, 7_000, 7, "100 %, 7.0 of 7.0 kB, 1000 B/s, 0 s left"),
            (9_000, 7_000, 9, "100 %, 9.0 of 9.0 kB, 1000 B/s, 0 s left"),
        ] {
            assert_eq!(text(done, expected, seconds, 200), format!("stat: {told}"));
        }
    }

    #[test]
    fn a_narrow_terminal_has_its_first_parts() {
        let whole = "stat: 50 %, 500 of 1000 B, 500 B/s, 1 s left";
        let at = |columns| text(500, 1000, 1, columns);
        assert_eq!(at(whole.len()), whole);
        assert_eq!(at(whole.len() - 1), "stat: 50 %, 500 of 1000 B, 500 B/s");
        assert_eq!(at(25), "stat: 50 %, 500 of 1000 B");
        assert_eq!(at(24), "stat: 50 %");
        assert_eq!(at(9), "");
        assert_eq!(at(0), "");
    }

    #[test]
    fn no_number_is_too_large() {
        assert_eq!(text(u64::MAX, u64::MAX, 1, 9), "");
        assert!(text(u64::MAX, u64::MAX, 1, 99).starts_with("stat: 100 %, "));
    }
}
