//! What has to be found in rows that were taken many at a time: each column's first and last sample,
//! and the times between which its samples were taken.

use memchr::memchr;
use stage::format::decimal::Decimal;
use stage::format::sample::Sample;
use stage::format::time::Time;

use crate::short::scan::stamps::Span;

/// Rows that were taken.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    /// Whole lines.
    pub text: &'a [u8],
    /// The index of the first column that is not a time.
    pub column: usize,
    /// Their times, if they have any.
    pub span: Option<Span>,
}

impl<'a> Rows<'a> {
    /// The newest time.
    pub(super) fn newest(&self) -> Option<Time> {
        self.span.map(|span| span.newest)
    }

    /// The first sample of a field.
    pub(super) fn first(&self, field: usize) -> Option<Decimal> {
        self.lines().find_map(|line| self.sample(line, field))
    }

    /// The last sample of a field.
    pub(super) fn last(&self, field: usize) -> Option<Decimal> {
        self.lines().rev().find_map(|line| self.sample(line, field))
    }

    /// The oldest and the newest time of the `n` samples of a field, which `missing` rows lack. The first
    /// and the last row with one begin at the places `ends`, if that is known.
    pub(super) fn times(
        &self,
        field: usize,
        n: u64,
        missing: u64,
        ends: Option<(usize, usize)>,
    ) -> Option<(Time, Time)> {
        let Span { oldest, newest, is_ascending } = self.span.filter(|_| n > 0)?;
        if missing == 0 {
            return Some((oldest, newest));
        }
        let has_sample = |line: &&[u8]| self.sample(line, field).is_some();
        if !is_ascending {
            let mut times = self.lines().filter(has_sample).filter_map(time);
            let first = times.next()?;
            return Some(times.fold((first, first), |(oldest, newest), time| {
                (oldest.min(time), newest.max(time))
            }));
        }
        match ends {
            Some((first, last)) => Some((time(&self.text[first..])?, time(&self.text[last..])?)),
            None => {
                let first = self.lines().find(has_sample)?;
                Some((time(first)?, time(self.lines().rev().find(has_sample)?)?))
            }
        }
    }

    fn lines(&self) -> impl DoubleEndedIterator<Item = &'a [u8]> {
        self.text.strip_suffix(b"\n").unwrap_or(self.text).split(|byte| *byte == b'\n')
    }

    fn sample(&self, line: &[u8], field: usize) -> Option<Decimal> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let cell = line.split(|byte| *byte == b'\t').nth(self.column + field)?;
        Sample::parse(cell).ok().map(Sample::into_decimal)
    }
}

/// The time at the start of a row.
fn time(line: &[u8]) -> Option<Time> {
    Time::parse(&line[..memchr(b'\t', line)?])
}
