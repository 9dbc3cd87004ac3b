//! Samples and rows to the output: limits them, gathers them in blocks of whole lines, writes these,
//! and counts what was sent, rejected and missed.

use std::io::Write;

use memchr::memchr_iter;
use stage::format::columns::Columns;
use stage::format::decimal::fixed::Fixed;
use stage::format::name::Name;
use stage::format::sample::Sample;
use stage::format::time::Time;
use stage::process::ledger::{Entry, Table};
use stage::process::message::Messages;
use stage::process::rejections::Rejections;
use stage::stream::output::{Delivery, Unwritable, deliver};
use stage::stream::rejects::{REPORTED, Rejects};

use crate::channel::Value;
use crate::check::Tally;
use crate::gathered::{Gathered, NewRow};
use crate::reading::Place;
use crate::text_cache::Slots;

/// When this many rejections have come and no sample, the newest is reported; then after ten times as many,
/// and so on: seldom enough for a reading every microsecond.
const FIRST_REMINDER: u64 = 100;

/// Where every sample ends up, and the account of them.
pub struct Sender<'a, W> {
    output: W,
    messages: &'a mut dyn Messages,
    /// Rows that may still be sent; in the classic stream, samples.
    left: u64,
    gathered: Gathered,
    /// Those of the rows that are sent, and the most channels that any had.
    columns: Columns,
    channels: u64,
    sent: u64,
    missed: u64,
    /// Readings that were missing in their rows.
    missing: u64,
    rejects: Rejects,
    /// At how many of them it is said again that nothing else has come.
    reminder: u64,
    /// Those of them that failed a check.
    tally: Tally,
    /// Where rejections are counted for `report` to see, and how many of them are counted there.
    rejections: Option<Rejections>,
    counted: u64,
    reader_gone: bool,
}

impl<'a, W: Write> Sender<'a, W> {
    /// Sends at most `limit` rows to `output`.
    pub fn new(output: W, limit: Option<u64>, messages: &'a mut dyn Messages) -> Sender<'a, W> {
        Sender {
            output,
            messages,
            left: limit.unwrap_or(u64::MAX),
            gathered: Gathered::default(),
            columns: Columns::CLASSIC,
            channels: 1,
            sent: 0,
            missed: 0,
            missing: 0,
            rejects: Rejects::default(),
            reminder: FIRST_REMINDER,
            tally: Tally::default(),
            rejections: None,
            counted: 0,
            reader_gone: false,
        }
    }

    /// Also counts rejected readings in `rejections`.
    pub fn counting_in(self, rejections: Option<Rejections>) -> Sender<'a, W> {
        Sender { rejections, ..self }
    }

    /// Whether no more rows are wanted.
    pub fn is_done(&self) -> bool {
        self.left == 0 || self.reader_gone
    }

    /// Bytes gathered but not written yet.
    pub fn gathered(&self) -> usize {
        self.gathered.as_bytes().len()
    }

    /// Readings rejected so far.
    pub fn rejected(&self) -> u64 {
        self.rejects.count()
    }

    /// Counts ticks at which no sample was taken.
    pub fn miss(&mut self, ticks: u64) {
        self.missed += ticks;
    }

    /// Counts a reading that is missing in its row.
    pub fn miss_reading(&mut self) {
        self.missing += 1;
    }

    /// Reports something that is not a rejection.
    pub fn notify(&mut self, text: &str) {
        self.messages.tell(text);
    }

    /// Rejects a reading. The reason is put into words only if it is reported.
    pub fn reject(&mut self, place: Place, why: impl FnOnce() -> String) {
        let describe = || format!("{place}: {}", why());
        if self.rejects.count() + 1 < self.reminder || self.sent + self.gathered.lines() > 0 {
            return self.rejects.add(self.messages, describe);
        }
        self.remind(describe());
    }

    /// Rejects a reading, and reports that there was nothing else so far: who waits for the first sample must
    /// not wait in silence.
    #[cold]
    fn remind(&mut self, text: String) {
        self.reminder = self.reminder.saturating_mul(10);
        self.rejects.add(self.messages, || text.clone());
        let count = self.rejects.count();
        self.messages.tell(&format!("{count} readings rejected so far, and none sent: {text}"));
    }

    /// Rejects a value that fails the check of this option. It is the channel's called `whose`, or the
    /// only one's.
    #[cold]
    pub(crate) fn fail(
        &mut self,
        place: Place,
        option: &'static str,
        whose: Option<&Name>,
        why: impl FnOnce() -> String,
    ) {
        self.tally.add(option, whose);
        self.reject(place, || match whose {
            Some(name) => format!("{name}: {}", why()),
            None => why(),
        });
    }

    /// Publishes the rejections since the last call, so that `report` sees them. To be called before
    /// the samples that follow them are written, and before waiting for more readings.
    pub fn count_rejections(&mut self) {
        let count = self.rejects.count() - self.counted;
        if let Some(rejections) = self.rejections.as_ref().filter(|_| count > 0) {
            rejections.add(count);
        }
        self.counted += count;
    }

    /// Sends a sample and returns its line. The sender must not be done.
    pub fn send(&mut self, sample: &Sample) -> &[u8] {
        self.left = self.left.saturating_sub(1);
        self.gathered.push_sample(sample)
    }

    /// The same for a sample in machine words.
    #[inline]
    pub fn send_fixed(&mut self, sample: Fixed) -> &[u8] {
        self.left = self.left.saturating_sub(1);
        self.gathered.push_fixed(sample)
    }

    /// Sends lines that are samples already, as many as may still be sent. They must be in canonical
    /// form, each with its line feed, and there must be at least `count` of them.
    pub fn send_lines(&mut self, lines: &[u8], count: u64) {
        let sent = count.min(self.left);
        let lines = if sent < count { first_lines(lines, sent) } else { lines };
        self.gathered.push_lines(lines, sent);
        self.left -= sent;
    }

    /// The same for this many rows of `width` samples each.
    pub(crate) fn send_rows(&mut self, lines: &[u8], width: usize, count: u64) {
        let sent = count.min(self.left);
        let lines = if sent < count { first_lines(lines, sent * width as u64) } else { lines };
        self.gathered.push_rows(lines, width, sent);
        self.left -= sent;
    }

    /// Begins rows of `columns`, with their header if they have one, unless no more are wanted.
    pub fn begin(&mut self, columns: &Columns) -> Result<(), Unwritable> {
        if *columns != self.columns && !self.is_done() {
            // A header is not counted, so it stands first in what is gathered.
            self.flush()?;
            self.columns = columns.clone();
            self.channels = self.channels.max(columns.count() as u64);
            self.gathered.push_header(columns);
        }
        Ok(())
    }

    /// Sends a row with a field for each channel, empty where there is no value. A row of a single
    /// column is sent only with a value. The sender must not be done.
    pub(crate) fn send_row(&mut self, time: Option<Time>, values: &[Option<Value>]) {
        if let ([None], None) = (values, time) {
            return;
        }
        self.left = self.left.saturating_sub(1);
        self.gathered.push_row(time, values);
    }

    /// The same for a sample in machine words for each channel.
    pub(crate) fn send_row_of_fixed(&mut self, samples: &[Fixed]) {
        self.left = self.left.saturating_sub(1);
        self.gathered.push_row_of_fixed(samples);
    }

    /// Sends the row that `print` makes, unless that returns false; returns whether it was sent. The sender must
    /// not be done.
    #[inline(always)]
    pub(crate) fn send_new(&mut self, print: impl FnOnce(&mut NewRow<'_>) -> bool) -> bool {
        let is_sent = self.gathered.push_new(print);
        self.left = self.left.saturating_sub(is_sent.into());
        is_sent
    }

    /// Makes room for the texts of this many codes.
    pub fn make_room(&mut self, codes: usize) {
        self.gathered.make_room(codes);
    }

    /// Sends the cached texts of `codes`, each of `lines` lines, up to the first code that has none
    /// or would exceed the limit; returns how many were sent. There must be room for them.
    pub fn send_texts(&mut self, slots: &Slots, codes: &[u16], lines: u64) -> usize {
        let most = usize::try_from(self.left / lines.max(1)).unwrap_or(usize::MAX);
        let sent = self.gathered.push_texts(slots, &codes[..most.min(codes.len())], lines);
        self.left -= lines * sent as u64;
        sent
    }

    /// Writes what was gathered. A reader that has gone away is a normal end, not an error.
    pub fn flush(&mut self) -> Result<(), Unwritable> {
        let block = self.gathered.as_bytes();
        let (written, result) = deliver(&mut self.output, block);
        self.sent += match block.get(..written) {
            Some(part) if written < block.len() => self.gathered.lines_in(part),
            _ => self.gathered.lines(),
        };
        self.gathered.clear();
        self.reader_gone |= result? == Delivery::ReaderGone;
        Ok(())
    }

    /// Reports how many readings were rejected in all, and returns the account.
    pub fn close(&mut self) -> Entry {
        self.rejects.sum_up(self.messages, "readings");
        if self.rejects.count() > REPORTED {
            self.tally.lines().iter().for_each(|line| self.messages.tell(line));
        }
        let Sender { channels, missing, .. } = *self;
        let table = (channels > 1 || missing > 0).then_some(Table { channels, missing });
        let rejected = self.rejects.count();
        Entry::Conv { sent: self.sent, rejected, missed: self.missed, table }
    }
}

/// The first `count` of `lines`.
fn first_lines(lines: &[u8], count: u64) -> &[u8] {
    let last = memchr_iter(b'\n', lines).take(count as usize).last();
    &lines[..last.map_or(0, |at| at + 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    /// Accepts this many bytes, three at a time; then the reader is gone.
    struct Leaving(usize);

    impl Write for Leaving {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            let count = bytes.len().min(self.0).min(3);
            self.0 -= count;
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn only_samples_that_went_out_whole_are_counted_as_sent() {
        let mut messages = Vec::new();
        let mut sender = Sender::new(Leaving(8), None, &mut messages);
        for _ in 0..4 {
            sender.send(&Sample::parse(b"57").unwrap());
        }
        sender.flush().unwrap();
        assert!(sender.is_done());
        assert_eq!(sender.close(), Entry::Conv { sent: 2, rejected: 0, missed: 0, table: None });
    }
}
