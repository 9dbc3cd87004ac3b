//! Times in front of rows, most of which differ from the one before only in their last digits.
//!
//! A time is parsed in full only if it belongs to another day, or is written otherwise, than the one
//! before. Of all others it is enough to see that digits stand where digits may change, and that
//! everything else is as it was: 32 bytes compared with the limits of each ([`Layout`]). Since all of
//! them are written alike, the order of their bytes is their order in time, and the oldest and the
//! newest need not be parsed before somebody asks for them.
//!
//! What is not read here is left to [`stage::format::time`]: times of more than 32 bytes, a leap
//! second, Unix seconds.

use stage::format::time::Time;
use wide::u8x16;

/// Bytes of a vector. A time has at least as many, and at most twice as many.
const VECTOR: usize = 16;

/// The first [`VECTOR`] bytes of a time and its last, which may overlap.
type Ends = [[u8; VECTOR]; 2];

/// Orders times of one layout: 16 of their bytes, among which are all that may change.
type Key = u128;

/// The times of the rows that are being taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stamps {
    layout: Option<Layout>,
    /// Times before the first one, or from the second one on, are not read.
    limits: Option<(Time, Time)>,
    /// The oldest and the newest in this layout, since it began to be used.
    keys: Option<(Key, Key)>,
    /// Those before.
    times: Option<(Time, Time)>,
    /// Whether one was older than the one before it.
    went_back: bool,
}

/// A time in front of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    key: Key,
    /// Its bytes, and the TAB behind it.
    pub bytes: usize,
}

/// When the samples of some rows were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// The oldest time.
    pub oldest: Time,
    /// The newest time.
    pub newest: Time,
    /// Whether none is older than the one before it.
    pub is_ascending: bool,
}

impl Stamps {
    /// Lets only times be read from the first of these on, and before the second.
    pub(crate) fn limit(&mut self, limits: Option<(Time, Time)>) {
        if self.limits != limits {
            self.leave_layout();
            (self.limits, self.layout) = (limits, None);
        }
    }

    /// Reads the time at this place of `block`, if that is one in RFC 3339 with a TAB behind it.
    #[inline(always)]
    pub(super) fn read(&mut self, block: &[u8], place: usize) -> Option<Stamp> {
        let text = block.get(place..)?;
        match self.layout.as_ref().and_then(|layout| layout.read(text)) {
            Some(stamp) => Some(stamp),
            None => self.read_otherwise(text),
        }
    }

    /// Reads a time that is written otherwise.
    #[cold]
    fn read_otherwise(&mut self, text: &[u8]) -> Option<Stamp> {
        let length = text.iter().take(2 * VECTOR + 1).position(|byte| *byte == b'\t')?;
        let layout = Layout::of(&text[..length], self.limits)?;
        let stamp = layout.read(text)?;
        self.leave_layout();
        self.layout = Some(layout);
        Some(stamp)
    }

    /// Includes the time of a row that is taken.
    #[inline(always)]
    pub(super) fn include(&mut self, stamp: Stamp) {
        match &mut self.keys {
            Some((_, newest)) if stamp.key >= *newest => *newest = stamp.key,
            Some((oldest, _)) => {
                self.went_back = true;
                *oldest = (*oldest).min(stamp.key);
            }
            None => self.keys = Some((stamp.key, stamp.key)),
        }
    }

    fn leave_layout(&mut self) {
        let (Some(layout), Some((oldest, newest))) = (&self.layout, self.keys.take()) else {
            return;
        };
        // (They are times, since they were read.)
        let (Some(oldest), Some(newest)) = (layout.time(oldest), layout.time(newest)) else {
            return;
        };
        self.times = Some(match self.times {
            Some((first, last)) => {
                self.went_back |= oldest < last;
                (first.min(oldest), last.max(newest))
            }
            None => (oldest, newest),
        });
    }

    /// The times of the rows taken since this was last asked for; `None` if there were none.
    pub(crate) fn take(&mut self) -> Option<Span> {
        self.leave_layout();
        let went_back = std::mem::take(&mut self.went_back);
        let (oldest, newest) = self.times.take()?;
        Some(Span { oldest, newest, is_ascending: !went_back })
    }
}

/// How the times of a day are written.
#[derive(Clone, Debug)]
struct Layout {
    /// Bytes of a time.
    length: usize,
    /// The least and the greatest byte at each place.
    least: Ends,
    greatest: Ends,
    /// Where a key's bytes begin.
    key: usize,
    /// The first key, and how far beyond it keys go.
    begin: Key,
    range: Key,
}

/// Where minutes and decimals begin.
const MINUTES: usize = 14;
const DECIMALS: usize = 20;

/// The places of the digits from the hours to the seconds, each with the greatest.
const CLOCK: [(usize, u8); 6] =
    [(11, b'2'), (12, b'9'), (MINUTES, b'5'), (15, b'9'), (17, b'5'), (18, b'9')];

/// With more decimals, a key has no room for hours.
const MOST_DECIMALS: usize = 7;

/// A second, in nanoseconds, and its digits behind the point.
const NANOS: i128 = 1_000_000_000;
const NANOS_PLACES: u32 = 9;

/// The digits that may change: those of the time of day, unless its decimals leave no room for hours.
#[derive(Clone, Copy, Debug)]
struct Digits {
    decimals: usize,
}

impl Digits {
    /// Those of a time in RFC 3339.
    fn of(text: &[u8]) -> Digits {
        let decimals = match text.get(DECIMALS - 1..) {
            Some([b'.', rest @ ..]) => rest.iter().take_while(|it| it.is_ascii_digit()).count(),
            _ => 0,
        };
        Digits { decimals }
    }

    fn have_hours(self) -> bool {
        self.decimals <= MOST_DECIMALS
    }

    /// Their places, each with the greatest digit. (24 to 29 are hours by their digits alone.)
    fn places(self) -> impl Iterator<Item = (usize, u8)> {
        let decimals = (0..self.decimals).map(|at| (DECIMALS + at, b'9'));
        let begin = if self.have_hours() { 0 } else { MINUTES };
        CLOCK.into_iter().chain(decimals).filter(move |(at, _)| *at >= begin)
    }

    /// How long times go on that differ only in these, in nanoseconds.
    fn range(self) -> i128 {
        NANOS * 3600 * if self.have_hours() { 24 } else { 1 }
    }

    /// Writes over `text` the first time that is at least this many nanoseconds after the first one with
    /// these digits. At the end of the range, the hours are 24, or the minutes 60.
    fn write(self, nanos: i128, text: &mut [u8]) {
        let unit = 10i128.pow(NANOS_PLACES.saturating_sub(self.decimals as u32));
        let units = (nanos + unit - 1) / unit;
        let (seconds, rest) = (units * unit / NANOS, units % (NANOS / unit));
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        let clock = match self.have_hours() {
            true => format!("{:02}{:02}{seconds:02}", minutes / 60, minutes % 60),
            false => format!("{minutes:02}{seconds:02}"),
        };
        let rest = format!("{rest:0width$}", width = self.decimals);
        let digits = clock.bytes().chain(rest.bytes());
        self.places().zip(digits).for_each(|((at, _), digit)| text[at] = digit);
    }
}

impl Layout {
    /// That of a time in RFC 3339, if it has at most 32 bytes; within these limits.
    fn of(text: &[u8], limits: Option<(Time, Time)>) -> Option<Layout> {
        // Near the first and the last year, whether a time can be that early or late depends on the
        // hour and the offset.
        let is_usual = !matches!(text.get(..4)?, b"0000" | b"9999");
        if !is_usual || Time::parse(text).is_none() || text.len() > 2 * VECTOR {
            return None;
        }
        let digits = Digits::of(text);
        let (mut least, mut greatest) = (text.to_vec(), text.to_vec());
        for (at, digit) in digits.places() {
            (least[at], greatest[at]) = (b'0', digit);
        }
        let first = Time::parse(&least)?.timestamp().as_nanosecond();
        let since = |time: Time| time.timestamp().as_nanosecond() - first;
        let (from, to) = limits.map_or((0, digits.range()), |it| (since(it.0), since(it.1)));
        let key = digits.places().next()?.0.min(text.len() - VECTOR);
        let key_of = |nanos: i128| {
            let mut text = least.clone();
            digits.write(nanos.clamp(0, digits.range()), &mut text);
            Some(Key::from_be_bytes(*text[key..].first_chunk()?))
        };
        let (least_ends, greatest) = (ends(&least)?, ends(&greatest)?);
        let begin = key_of(from)?;
        let range = key_of(to)?.saturating_sub(begin);
        Some(Layout { length: text.len(), least: least_ends, greatest, key, begin, range })
    }

    /// Reads the time at the start of `text`.
    #[inline(always)]
    fn read(&self, text: &[u8]) -> Option<Stamp> {
        let (time, rest) = text.split_at_checked(self.length)?;
        let ends = ends(time)?;
        let key = Key::from_be_bytes(*time.get(self.key..)?.first_chunk()?);
        let [first, last] = [0, 1].map(|at| {
            let bytes = u8x16::new(ends[at]);
            let limited = bytes.max(u8x16::new(self.least[at])).min(u8x16::new(self.greatest[at]));
            limited.simd_eq(bytes)
        });
        let is_alike = (first & last).to_bitmask() == 0xffff;
        let is_one =
            is_alike && rest.first() == Some(&b'\t') && key.wrapping_sub(self.begin) < self.range;
        is_one.then_some(Stamp { key, bytes: self.length + 1 })
    }

    /// The time of a key.
    fn time(&self, key: Key) -> Option<Time> {
        let mut text = [0; 2 * VECTOR];
        let [first, last] = self.least;
        text[..VECTOR].copy_from_slice(&first);
        text[self.length - VECTOR..self.length].copy_from_slice(&last);
        text[self.key..self.key + VECTOR].copy_from_slice(&key.to_be_bytes());
        Time::parse(&text[..self.length])
    }
}

/// The first and the last bytes of a time.
#[inline(always)]
fn ends(time: &[u8]) -> Option<Ends> {
    Some([*time.first_chunk()?, *time.last_chunk()?])
}

#[cfg(test)]
mod tests;
