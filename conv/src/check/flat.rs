//! A flat line: values that stay within a tolerance of each other, as those of a sensor that is stuck.
//!
//! QARTOD's flat line test as ioos_qc has it: a value fails if the range of the values so far back, this
//! one included, is within the tolerance. Differences: a tolerance of 0 means equal values (theirs fails
//! below it, so that 0 never fails); rows without a value do not count (theirs make a single value behind
//! a gap a flat line); and a duration is measured by the values' own times (theirs is divided by the
//! median interval).

use std::collections::VecDeque;
use std::time::Duration;

use stage::format::decimal::Decimal;
use stage::process::message::counted;
use stage::process::quantity::{count, decimal, duration};

use super::failure::Failure;
use super::moment::Moment;

/// Highest, and lowest, values that are remembered, at most. (Only values that go on rising or falling
/// within the tolerance are that many.) Beyond that, those close to each other are taken for the most extreme
/// of them, as if that had come last: so a line may have to be longer, by one part in [`PRECISION`], until
/// it is found flat; but it is never by mistake. A line of fewer values is exact.
const MOST: usize = 4096;

/// A line is this many times as long as the longest stretch that is joined. At most about half of [`MOST`]
/// remain, since any two neighbours together are longer than that.
const PRECISION: i128 = MOST as i128 / 4;

/// How long values must not stay within a tolerance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlatLine {
    span: Span,
    /// What messages call it.
    text: String,
    tolerance: Decimal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    /// This many values before.
    Values(u64),
    Time(Duration),
}

impl FlatLine {
    /// Reads a number of values or a duration, and a tolerance if there is one.
    pub(super) fn parse(text: &str) -> Result<FlatLine, String> {
        let (span, tolerance) = match text.split_once(',') {
            Some((span, tolerance)) => (span, decimal(tolerance)?),
            None => (text, Decimal::ZERO),
        };
        let is_number = span.bytes().all(|byte| byte.is_ascii_digit()) && !span.is_empty();
        let (span, text) = match is_number {
            true => (Span::Values(count(span)?), counted(count(span)?, "reading")),
            false => (Span::Time(duration(span)?), span.to_owned()),
        };
        match span {
            Span::Values(0) | Span::Time(Duration::ZERO) => {
                Err("a flat line must be longer than zero".to_owned())
            }
            _ if tolerance.is_negative() => Err("a tolerance must not be negative".to_owned()),
            _ => Ok(FlatLine { span, text, tolerance }),
        }
    }

    /// Whether it is measured by the values' times.
    pub(super) fn needs_times(&self) -> bool {
        matches!(self.span, Span::Time(_))
    }
}

/// The flat-line check of one channel.
#[derive(Debug)]
pub(crate) struct Flat {
    line: FlatLine,
    /// Values so far.
    count: u64,
    /// The newest values that stay within the tolerance, or as many of them as are needed: the number
    /// and the position of the first.
    first: u64,
    since: i128,
    /// Those that no later one exceeds, and those that no later one falls below, the oldest first.
    highest: VecDeque<Extreme>,
    lowest: VecDeque<Extreme>,
}

#[derive(Debug)]
struct Extreme {
    value: Decimal,
    number: u64,
    /// The position of the value behind it, once that has come.
    next: i128,
}

impl Flat {
    /// Rejects values that end such a `line`.
    pub(super) fn new(line: FlatLine) -> Flat {
        let (highest, lowest) = (VecDeque::new(), VecDeque::new());
        Flat { line, count: 0, first: 0, since: 0, highest, lowest }
    }

    /// Whether it is measured by the values' times.
    pub(super) fn needs_times(&self) -> bool {
        self.line.needs_times()
    }

    /// Judges the next value.
    pub(super) fn judge(&mut self, value: Option<&Decimal>, moment: Moment) -> Option<Failure> {
        let value = value?;
        let (at, span) = match self.line.span {
            Span::Values(values) => (self.count.into(), values.into()),
            Span::Time(time) => (moment.nanos()?, i128::try_from(time.as_nanos()).ok()?),
        };
        if at < self.since {
            // The clock has been set back: what came before it says nothing of how long this lasts.
            self.begin_anew(at);
        }
        self.remember(value, at);
        while self.range() > self.line.tolerance {
            self.shorten();
        }
        self.forget(at - span);
        self.thin(span / PRECISION);
        (at - self.since >= span).then(|| Failure::Flat(self.line.text.clone()))
    }

    /// Forgets all values; the next one comes at this position.
    fn begin_anew(&mut self, at: i128) {
        (self.first, self.since) = (self.count, at);
        self.highest.clear();
        self.lowest.clear();
    }

    /// Adds a value at this position.
    fn remember(&mut self, value: &Decimal, at: i128) {
        let number = self.count;
        self.count += 1;
        if number == 0 {
            self.since = at;
        }
        let add = |extremes: &mut VecDeque<Extreme>, is_beyond: fn(&Decimal, &Decimal) -> bool| {
            if let Some(newest) = extremes.back_mut() {
                newest.next = at;
            }
            while extremes.back().is_some_and(|it| !is_beyond(&it.value, value)) {
                extremes.pop_back();
            }
            extremes.push_back(Extreme { value: value.clone(), number, next: i128::MAX });
        };
        add(&mut self.highest, |before, value| before > value);
        add(&mut self.lowest, |before, value| before < value);
    }

    /// The greatest difference of two of the values.
    fn range(&self) -> Decimal {
        match (self.highest.front(), self.lowest.front()) {
            (Some(highest), Some(lowest)) => &highest.value - &lowest.value,
            _ => Decimal::ZERO,
        }
    }

    /// Leaves out the values up to the older one of the extremes.
    fn shorten(&mut self) {
        let [high, low] = [&self.highest, &self.lowest].map(|it| it.front().map(|it| it.number));
        let older = if high < low { &mut self.highest } else { &mut self.lowest };
        let gone = older.pop_front();
        self.begin_behind(gone);
    }

    /// Leaves out the values that another one followed at or before `limit`.
    fn forget(&mut self, limit: i128) {
        let is_old = |extremes: &VecDeque<Extreme>| {
            extremes.front().is_some_and(|first| first.next <= limit)
        };
        loop {
            let gone = match (is_old(&self.highest), is_old(&self.lowest)) {
                (true, _) => self.highest.pop_front(),
                (_, true) => self.lowest.pop_front(),
                _ => break,
            };
            self.begin_behind(gone);
        }
    }

    /// Joins extremes that are together no wider than this, if there are too many.
    fn thin(&mut self, width: i128) {
        for extremes in [&mut self.highest, &mut self.lowest] {
            if extremes.len() > MOST {
                *extremes = joined(std::mem::take(extremes), self.since, width);
            }
        }
    }

    fn begin_behind(&mut self, gone: Option<Extreme>) {
        let Some(Extreme { number, next, .. }) = gone.filter(|gone| gone.number >= self.first)
        else {
            return;
        };
        (self.first, self.since) = (number + 1, next);
        for extremes in [&mut self.highest, &mut self.lowest] {
            while extremes.front().is_some_and(|it| it.number <= number) {
                extremes.pop_front();
            }
        }
    }
}

/// The same `extremes`, of which the first begins at `since`; but those that are together no wider than this
/// are one: as extreme as the first, and gone with the last.
fn joined(extremes: VecDeque<Extreme>, since: i128, width: i128) -> VecDeque<Extreme> {
    let mut joined: VecDeque<Extreme> = VecDeque::new();
    let mut begin = since;
    for extreme in extremes {
        match joined.back_mut() {
            Some(last) if extreme.next.saturating_sub(begin) <= width => {
                (last.number, last.next) = (extreme.number, extreme.next);
            }
            last => {
                begin = last.map_or(begin, |last| last.next);
                joined.push_back(extreme);
            }
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stage::format::time::Time;

    fn moment(row: usize, second: u64) -> Moment {
        let time =
            format!("2023-11-14T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60);
        Moment { row: row as u64, time: Time::parse(time.as_bytes()) }
    }

    /// Which of these values fail; each comes this many seconds later than the one before.
    fn rejected(line: &str, values: &[(i64, u64)]) -> Vec<usize> {
        let mut flat = Flat::new(FlatLine::parse(line).unwrap());
        let (mut second, mut found) = (0, Vec::new());
        for (row, (value, pause)) in values.iter().enumerate() {
            second += pause;
            let value = Decimal::new(*value, 1);
            found.extend(flat.judge(Some(&value), moment(row, second)).map(|_| row));
        }
        found
    }

    /// The same by the definition: the newest value that is old enough, and all since, are within the
    /// tolerance.
    fn by_definition(line: &str, values: &[(i64, u64)]) -> Vec<usize> {
        let FlatLine { span, tolerance, .. } = FlatLine::parse(line).unwrap();
        let position = |row: usize| match span {
            Span::Values(_) => row as u64,
            Span::Time(_) => values[..=row].iter().map(|(_, pause)| pause).sum(),
        };
        let span = match span {
            Span::Values(values) => values,
            Span::Time(time) => time.as_secs(),
        };
        let fails = |row: &usize| {
            let begins = |first: &usize| position(*first) + span <= position(*row);
            let Some(first) = (0..=*row).rev().find(begins) else { return false };
            let values = values[first..=*row].iter().map(|(value, _)| *value);
            let range = values.clone().max().unwrap() - values.min().unwrap();
            Decimal::new(range, 1) <= tolerance
        };
        (0..values.len()).filter(fails).collect()
    }

    fn at_once_a_second<const N: usize>(values: [i64; N]) -> [(i64, u64); N] {
        values.map(|value| (value, 1))
    }

    #[test]
    fn a_value_equal_to_as_many_before_is_flat() {
        let values = at_once_a_second([5, 5, 5, 5, 6, 5, 5, 5]);
        assert_eq!(rejected("2", &values), [2, 3, 7]);
        assert_eq!(rejected("2s", &values), [2, 3, 7]);
        assert_eq!(rejected("3,0.1", &values), [3, 4, 5, 6, 7]);
        assert_eq!(rejected("9,0.1", &values), [0; 0]);
        let slow = [(5, 0), (5, 100), (5, 1), (5, 58), (5, 1)];
        assert_eq!(rejected("1min", &slow), [1, 2, 3, 4]);
        let after_a_change = [(1, 0), (5, 100), (5, 1), (5, 58), (5, 1)];
        assert_eq!(rejected("1min", &after_a_change), [4]);
    }

    #[test]
    fn a_clock_that_is_set_back_hides_no_sensor_that_is_stuck() {
        let mut flat = Flat::new(FlatLine::parse("1min").unwrap());
        let seconds = [3600, 3630, 3660, 0, 30, 59, 60, 61, 50, 121, 122];
        let is_flat = |(row, second): (usize, &u64)| {
            flat.judge(Some(&Decimal::new(5, 0)), moment(row, *second)).map(|_| *second)
        };
        let found: Vec<u64> = seconds.iter().enumerate().filter_map(is_flat).collect();
        assert_eq!(found, [3660, 60, 61, 121, 122]);
    }

    #[test]
    fn a_flat_line_is_a_number_of_readings_or_a_duration() {
        let text = |text: &str| FlatLine::parse(text).map(|line| line.text);
        assert_eq!(text("1"), Ok("1 reading".to_owned()));
        assert_eq!(text("1.5h,0.25"), Ok("1.5h".to_owned()));
        for (text, why) in [
            ("", "expected a duration such as 800ms, 1.5s or 2min"),
            ("1.5", "a duration needs a unit, as in 1.5s"),
            ("0", "a flat line must be longer than zero"),
            ("0s", "a flat line must be longer than zero"),
            ("5,", "expected a number such as 0.5"),
            ("5,-1", "a tolerance must not be negative"),
        ] {
            assert_eq!(FlatLine::parse(text).unwrap_err(), why, "{text:?}");
        }
    }

    #[test]
    fn a_long_ramp_needs_bounded_memory_and_is_never_flat_by_mistake() {
        let mut flat = Flat::new(FlatLine::parse("5000,300").unwrap());
        // 0.1 a value: 5000 of them range over 500.
        for value in 0..20_000 {
            let failure = flat.judge(Some(&Decimal::new(value, 1)), moment(0, 0));
            assert!(failure.is_none());
            assert!(flat.highest.len() + flat.lowest.len() <= MOST + 1);
        }
    }

    #[test]
    fn a_drift_within_the_tolerance_is_flat_at_once_or_almost() {
        // Up, then down, by one a reading, or a nanosecond.
        let found = |line: &str, length: u64| {
            let mut flat = Flat::new(FlatLine::parse(line).unwrap());
            let up_and_down = (0..length).chain((0..length).rev());
            let is_flat = |(row, value): (usize, u64)| {
                let time = Time::parse(format!("2023-11-14T22:13:20.{row:09}Z").as_bytes());
                let moment = Moment { row: row as u64, time };
                flat.judge(Some(&Decimal::new(value as i64, 0)), moment).map(|_| row as u64)
            };
            up_and_down.enumerate().filter_map(is_flat).collect::<Vec<u64>>()
        };
        assert_eq!(found("4000,4000", 8000), (4000..16_000).collect::<Vec<u64>>());
        assert_eq!(found("4us,4000", 8000), (4000..16_000).collect::<Vec<u64>>());
        // Surely those that are within the tolerance for 1/1024 longer.
        for line in ["20000,20019", "20us,20019"] {
            let found = found(line, 40_000);
            let behind: Vec<u64> = found.iter().copied().filter(|row| *row >= 20_019).collect();
            assert!(found[0] >= 20_000, "{line}: {}", found[0]);
            assert_eq!(behind, (20_019..80_000).collect::<Vec<u64>>(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn it_agrees_with_its_definition(
            values in proptest::collection::vec((0i64..6, 0u64..4), 0..60),
            span in 1u64..9, is_time in any::<bool>(), tolerance in 0u32..6,
        ) {
            let unit = if is_time { "s" } else { "" };
            let line = format!("{span}{unit},0.{tolerance}");
            prop_assert_eq!(rejected(&line, &values), by_definition(&line, &values));
        }
    }
}
