//! The windows of a stream by its own time: which are open, and when each closes.
//!
//! A window opens with its first row. It closes once a row has come whose time is past its end by the
//! time that late rows are waited for. Rows of windows that are closed, or would be, are late. So records
//! depend on the rows alone, not on when they come.
//!
//! Only a live stream that falls silent needs the clock: its windows are closed once that is past their
//! end by the same time, by the delay with which its newest row came, and by [`PATIENCE`].

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use stage::format::time::Time;

use super::calendar::{Bounds, Calendar};

/// A stream whose newest row came later than this after its own time is not live.
const LIVE: SignedDuration = SignedDuration::from_secs(10);

/// How much longer a live stream is waited for than its newest row needed: a row's delay varies.
const PATIENCE: SignedDuration = SignedDuration::from_secs(1);

/// An open window.
#[derive(Clone, Copy, Debug)]
struct Open {
    bounds: Bounds,
    /// The first time of a row with which it closes.
    closes: Timestamp,
}

impl Open {
    /// Whether it closes at a time. (Only the end of the stream closes the last window that there is.)
    fn is_over_at(&self, time: Timestamp) -> bool {
        self.closes <= time && self.closes < Timestamp::MAX
    }
}

/// The windows.
#[derive(Clone, Debug)]
pub(crate) struct OpenWindows {
    calendar: Calendar,
    /// How long late rows are waited for.
    late: SignedDuration,
    /// Those that are open, from the oldest to the newest.
    open: Vec<Open>,
    /// The one to which the last row belongs, unless it has been closed.
    current: Option<Bounds>,
    /// The newest time of a row.
    newest: Option<Time>,
    /// The end of the newest window that was closed.
    closed: Option<Time>,
    /// By how much the newest row came after its own time.
    delay: Option<SignedDuration>,
}

impl OpenWindows {
    /// None yet; rows are waited for until `late` after the end of their window.
    pub(crate) fn new(calendar: Calendar, late: Duration) -> OpenWindows {
        let late = SignedDuration::try_from(late).unwrap_or(SignedDuration::MAX);
        let (open, current, newest, closed, delay) = (Vec::new(), None, None, None, None);
        OpenWindows { calendar, late, open, current, newest, closed, delay }
    }

    /// How many may be open at the same time.
    pub(crate) fn most(&self) -> usize {
        let late = u128::try_from(self.late.as_nanos()).unwrap_or_default();
        let lengths = late.div_ceil(self.calendar.length());
        usize::try_from(lengths).unwrap_or(usize::MAX).saturating_add(1)
    }

    /// Takes the time of a row that belongs to the current window and closes none, as nearly all do;
    /// returns whether it does.
    #[inline]
    pub(crate) fn pass(&mut self, time: Time) -> bool {
        let closes = self.open.first().map_or(Timestamp::MIN, |open| open.closes);
        let belongs = self.current.is_some_and(|it| it.start <= time && time < it.end);
        let passes = belongs && time.timestamp() < closes;
        if passes {
            self.newest = self.newest.max(Some(time));
        }
        passes
    }

    /// Rows [pass](OpenWindows::pass) if their time is not before the first of these, and before the second.
    pub(crate) fn passing(&self) -> (Time, Time) {
        let closes = self.open.first().map_or(Timestamp::MIN, |open| open.closes);
        let nothing = (Time::MIN, Time::MIN);
        self.current.map_or(nothing, |Bounds { start, end }| {
            (start, Time::of(closes).map_or(end, |closes| closes.min(end)))
        })
    }

    /// The end of the window to which a row of this time belongs, if that is closed or would be.
    pub(crate) fn is_late(&self, time: Time) -> Option<Time> {
        let bounds = self.calendar.window_of(time);
        let is_open = self.open.iter().any(|open| open.bounds == bounds);
        let is_closed = self.closed.is_some_and(|closed| time < closed)
            || self.newest.is_some_and(|newest| self.of(bounds).is_over_at(newest.timestamp()));
        (!is_open && is_closed).then_some(bounds.end)
    }

    fn of(&self, bounds: Bounds) -> Open {
        let end = bounds.end.timestamp();
        Open { bounds, closes: end.checked_add(self.late).unwrap_or(Timestamp::MAX) }
    }

    /// Takes the time of a row that is not late; it may be that windows are [due](OpenWindows::due).
    pub(crate) fn advance(&mut self, time: Time) {
        self.newest = self.newest.max(Some(time));
    }

    /// The oldest window, if it is closed by the rows so far.
    pub(crate) fn due(&self) -> Option<Bounds> {
        let newest = self.newest?.timestamp();
        self.open.first().filter(|open| open.is_over_at(newest)).map(|open| open.bounds)
    }

    /// The oldest window.
    pub(crate) fn oldest(&self) -> Option<Bounds> {
        self.open.first().map(|open| open.bounds)
    }

    /// Whether it is the only one.
    pub(crate) fn are_few(&self) -> bool {
        self.open.len() <= 1
    }

    /// The window to which a row of this time belongs, which is opened if it is not open.
    pub(crate) fn open(&mut self, time: Time) -> Bounds {
        let bounds = self.calendar.window_of(time);
        let at = self.open.partition_point(|open| open.bounds.start < bounds.start);
        if self.open.get(at).is_none_or(|open| open.bounds != bounds) {
            self.open.insert(at, self.of(bounds));
        }
        bounds
    }

    /// Makes a window the current one; returns the one that was.
    pub(crate) fn enter(&mut self, bounds: Bounds) -> Option<Bounds> {
        self.current.replace(bounds)
    }

    /// Notes that the oldest window, which is the current one, is closed.
    pub(crate) fn close(&mut self) {
        if let Some(bounds) = self.current.take() {
            self.open.retain(|open| open.bounds != bounds);
            self.closed = self.closed.max(Some(bounds.end));
        }
    }

    /// The newest time of a row.
    pub(crate) fn newest(&self) -> Option<Time> {
        self.newest
    }

    /// Notes that the newest row came at this time of day.
    pub(crate) fn came(&mut self, now: Timestamp) {
        self.delay = self.newest.map(|newest| now.duration_since(newest.timestamp()));
    }

    /// The time of day at which the oldest window closes even if no more rows come; `None` if there is
    /// none, or the stream is not live.
    pub(crate) fn closes_by_itself(&self) -> Option<Timestamp> {
        let delay = self.delay.filter(|delay| *delay <= LIVE)?.max(SignedDuration::ZERO);
        self.open.first()?.closes.checked_add(delay + PATIENCE).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    fn time(second: i64) -> Time {
        Time::of(Timestamp::from_second(second).unwrap()).unwrap()
    }

    /// Takes a row; what becomes of it, and which windows it closes.
    fn take(windows: &mut OpenWindows, second: i64) -> String {
        let at = time(second);
        if windows.pass(at) {
            return "passes".to_owned();
        }
        if let Some(end) = windows.is_late(at) {
            return format!("late {}", end.timestamp().as_second());
        }
        windows.advance(at);
        let mut events = Vec::new();
        while let Some(bounds) = windows.due() {
            windows.enter(bounds);
            windows.close();
            events.push(format!("closes {}", bounds.start.timestamp().as_second()));
        }
        let bounds = windows.open(at);
        windows.enter(bounds);
        events.push(format!("in {}", bounds.start.timestamp().as_second()));
        events.join(" ")
    }

    fn windows(late: u64) -> OpenWindows {
        let calendar = Calendar::new(Duration::from_secs(10), TimeZone::UTC);
        OpenWindows::new(calendar, Duration::from_secs(late))
    }

    #[test]
    fn a_window_closes_with_the_first_row_behind_it() {
        let mut windows = windows(0);
        let rows = [3, 9, 4, 10, 9, 35, 29, 34, 40];
        let events = rows.map(|second| take(&mut windows, second));
        assert_eq!(
            events,
            [
                "in 0",
                "passes",
                "passes",
                "closes 0 in 10",
                "late 10",
                "closes 10 in 30",
                "late 30",
                "passes",
                "closes 30 in 40",
            ]
        );
    }

    #[test]
    fn late_rows_are_waited_for() {
        let mut windows = windows(15);
        let rows = [3, 12, 9, 24, 25, 9, 19, 34, 39, 60];
        let events = rows.map(|second| take(&mut windows, second));
        assert_eq!(
            events,
            [
                "in 0",
                "in 10",
                "in 0",
                "in 20",
                "closes 0 in 20",
                "late 10",
                "in 10",
                "in 30",
                "closes 10 in 30",
                "closes 20 closes 30 in 60",
            ]
        );
    }

    #[test]
    fn as_many_are_open_as_late_rows_may_belong_to() {
        assert_eq!([0, 1, 10, 15, 1000].map(|late| windows(late).most()), [1, 2, 2, 3, 101]);
        let mut windows = windows(15);
        for second in [9, 10, 24, 25, 34, 35] {
            take(&mut windows, second);
            assert!(windows.open.len() <= windows.most(), "{windows:?}");
        }
    }

    #[test]
    fn only_a_live_stream_closes_by_the_clock() {
        let mut windows = windows(5);
        take(&mut windows, 3);
        assert_eq!(windows.closes_by_itself(), None);
        let closes = |windows: &mut OpenWindows, now: i64| {
            windows.came(Timestamp::from_second(now).unwrap());
            windows.closes_by_itself().map(Timestamp::as_second)
        };
        assert_eq!(closes(&mut windows, 3), Some(10 + 5 + 1));
        assert_eq!(closes(&mut windows, 7), Some(10 + 5 + 4 + 1));
        assert_eq!(closes(&mut windows, 1), Some(10 + 5 + 1), "a clock that is behind");
        assert_eq!(closes(&mut windows, 13), Some(10 + 5 + 10 + 1));
        assert_eq!(closes(&mut windows, 14), None);
    }
}
