//! Making the records.

use std::time::Instant;

use stage::format::record::Times;
use stage::stream::output::Output;
use stage::stream::size::BLOCK;

use super::delivery::flush;
use super::{Count, nanoseconds};
use crate::Error;
use crate::exact::sequence::RunPlace;
use crate::records::print;
use crate::time::calendar::Bounds;

impl<W: Output> Count<'_, W> {
    /// When records become due even if no more rows come.
    pub(super) fn deadline(&self) -> Option<Instant> {
        // What was put off is due already.
        self.look_again.or_else(|| match self.is_timed {
            true => self.closing_time(),
            false => self.schedule.deadline(),
        })
    }

    /// Makes the records for which it is time.
    pub(super) fn record_if_due(&mut self) -> Result<(), Error> {
        if self.is_timed {
            return self.close_by_the_clock();
        }
        if !self.schedule.has_come(self.clock.now()) || !self.may_record()? {
            return Ok(());
        }
        self.schedule.made(self.clock.now());
        self.record(false)
    }

    /// Makes the records that are due, and begins another window if each covers one.
    pub(super) fn record(&mut self, is_final: bool) -> Result<(), Error> {
        self.record_window(is_final, None)
    }

    /// The same, of a window by the stream's own time if it has `bounds`.
    pub(super) fn record_window(
        &mut self,
        is_final: bool,
        bounds: Option<Bounds>,
    ) -> Result<(), Error> {
        let ended = self.keeps_state(is_final).then(|| self.end_counting());
        self.channels.settle();
        // The course is that of the whole stream.
        let is_of_all = !self.plan.has_windows || (is_final && self.plan.course.is_some());
        let is_early = !is_final && self.channels.are_awaited();
        let (before, count) = (self.counted_before, self.counted - self.counted_before);
        let rows = bounds.is_none().then_some((before, count));
        for channel in self.channels.recorded(is_of_all).filter(|_| !is_early) {
            let mut record = channel.record(&self.plan, is_final);
            if let Some(Bounds { start, end }) = bounds {
                record.times = Some(Times { start: Some(start), end: Some(end) });
            }
            if let Some((began, ended)) = ended {
                let place = channel.numbered(&self.plan, rows);
                let place = place.unwrap_or(RunPlace::Time { began, ended });
                record.state = Some(channel.state(&self.plan, place).print()?);
            }
            print(&record, &mut self.records)?;
            if self.records.len() >= BLOCK && (is_final || !self.schedule.is_by_time()) {
                flush(&mut self.output, &mut self.records, &mut self.reader_gone)?;
            }
        }
        if self.plan.has_windows {
            self.channels.iter_mut().for_each(|channel| channel.begin_window(&self.plan));
            self.counted_before = self.counted;
        }
        Ok(())
    }

    fn keeps_state(&self, is_final: bool) -> bool {
        self.plan.keeps_state && (is_final || self.plan.has_windows)
    }

    /// When counting what is recorded now began and ended. What follows begins later, so that windows
    /// have an order.
    fn end_counting(&mut self) -> (u64, u64) {
        let began = self.began;
        let now = nanoseconds(self.clock.time_of_day()).max(began);
        self.began = now.saturating_add(1);
        (began, now)
    }

    /// Writes the last records, unless they are those of an empty window, which would hide the records
    /// before them and add nothing.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        if self.windows.as_ref().is_some_and(|windows| windows.oldest().is_some()) {
            return self.close_windows(true);
        }
        let is_empty = self.plan.has_windows && self.counted == self.counted_before;
        let has_others = self.counted_before > 0;
        let has_news = self.channels.has_rejected() || self.plan.course.is_some();
        self.gather();
        if is_empty && has_others && !has_news { Ok(()) } else { self.record(true) }
    }
}
