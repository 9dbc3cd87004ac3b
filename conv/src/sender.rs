//! Counting readings, converting them, and writing samples in blocks of whole lines. (Why one
//! is rejected is [`crate::rejected`]'s; what is done to it, [`crate::conversion`]'s.)

use std::fmt;
use std::io::{self, Write};

use memchr::memchr_iter;
use stage::decimal::Decimal;
use stage::ledger::Entry;
use stage::message::Messages;
use stage::output::{reader_is_gone, write_counting};
use stage::rejects::Rejects;
use stage::size::BLOCK;

use crate::conversion::Conversion;
use crate::source::Converter;

/// Room for one more sample behind a full block.
const LONGEST_SAMPLE: usize = 1024;

/// Which reading of a source: `line 17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// What the source calls a reading.
    pub what: &'static str,
    /// Counted from 1.
    pub number: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.what, self.number)
    }
}

/// The way of every sample from a source to the output.
pub struct Sender<'a, W> {
    output: W,
    messages: &'a mut dyn Messages,
    conversion: Conversion,
    /// Samples that may still be sent.
    left: u64,
    block: Vec<u8>,
    sent: u64,
    missed: u64,
    rejects: Rejects,
    reader_gone: bool,
}

impl<'a, W: Write> Sender<'a, W> {
    /// Sends to `output`, at most `limit` samples.
    pub fn new(output: W, limit: Option<u64>, messages: &'a mut dyn Messages) -> Sender<'a, W> {
        Sender {
            output,
            messages,
            conversion: Conversion::default(),
            left: limit.unwrap_or(u64::MAX),
            block: Vec::new(),
            sent: 0,
            missed: 0,
            rejects: Rejects::default(),
            reader_gone: false,
        }
    }

    /// Sets what is done to each reading.
    pub fn convert_with(&mut self, conversion: Conversion) {
        self.conversion = conversion;
    }

    /// Whether no more samples are wanted.
    pub fn is_done(&self) -> bool {
        self.left == 0 || self.reader_gone
    }

    /// Readings rejected so far.
    pub fn rejected(&self) -> u64 {
        self.rejects.count()
    }

    /// Counts ticks at which no sample was taken.
    pub fn miss(&mut self, ticks: u64) {
        self.missed += ticks;
    }

    /// Asks `converter` once.
    pub fn take(&mut self, converter: &mut dyn Converter) {
        if !self.is_done() {
            converter.read(self);
        }
    }

    /// Asks `converter` until a block is full, but at most `most` times: it may have nothing but
    /// readings that are rejected.
    pub fn fill(&mut self, converter: &mut dyn Converter, most: usize) {
        self.block.reserve(BLOCK + LONGEST_SAMPLE);
        for _ in 0..most {
            if self.block.len() >= BLOCK || self.is_done() {
                break;
            }
            converter.read(self);
        }
    }

    /// Rejects a reading, for a reason that is put into words only if it is told.
    pub fn reject(&mut self, place: Place, why: impl FnOnce() -> String) {
        self.rejects.add(self.messages, || format!("{place}: {}", why()));
    }
}

/// What a source hands its readings to.
pub trait Offer {
    /// Takes one raw reading.
    fn offer(&mut self, place: Place, raw: Decimal);
    /// Takes note of a reading that is no number.
    fn refuse(&mut self, place: Place, why: &dyn Fn() -> String);
}

impl<W: Write> Offer for Sender<'_, W> {
    fn offer(&mut self, place: Place, raw: Decimal) {
        match self.conversion.apply(raw) {
            Ok(value) if self.left > 0 => {
                value.print(&mut self.block);
                self.block.push(b'\n');
                self.left -= 1;
            }
            Ok(_) => {}
            Err(why) => self.reject(place, || why.to_string()),
        }
    }

    fn refuse(&mut self, place: Place, why: &dyn Fn() -> String) {
        self.reject(place, why);
    }
}

impl<W: Write> Sender<'_, W> {
    /// Writes what was gathered. A reader that is gone is a normal end, not an error.
    pub fn flush(&mut self) -> io::Result<()> {
        let (written, result) = write_counting(&mut self.output, &self.block);
        self.sent += memchr_iter(b'\n', &self.block[..written]).count() as u64;
        self.block.clear();
        match result {
            Err(error) if reader_is_gone(&error) => {
                self.reader_gone = true;
                Ok(())
            }
            result => result,
        }
    }

    /// Sums up what was rejected, and what was done.
    pub fn close(&mut self) -> Entry {
        self.rejects.sum_up(self.messages, "readings");
        Entry::Conv { sent: self.sent, rejected: self.rejects.count(), missed: self.missed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes, three at a time; then the reader is gone.
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

    fn place(number: u64) -> Place {
        Place { what: "line", number }
    }

    #[test]
    fn only_samples_that_went_out_whole_are_counted_as_sent() {
        let mut messages = Vec::new();
        let mut sender = Sender::new(Leaving(8), None, &mut messages);
        for number in 1..=4 {
            sender.offer(place(number), Decimal::new(57, 0));
        }
        sender.flush().unwrap();
        assert!(sender.is_done());
        assert_eq!(sender.close(), Entry::Conv { sent: 2, rejected: 0, missed: 0 });
    }

    #[test]
    fn the_limit_counts_samples_and_not_rejects() {
        let mut messages = Vec::new();
        let mut output = Vec::new();
        let mut sender = Sender::new(&mut output, Some(2), &mut messages);
        sender.refuse(place(1), &|| "empty".to_owned());
        for number in 2..=4 {
            sender.offer(place(number), Decimal::new(number as i64, 0));
        }
        sender.flush().unwrap();
        assert!(sender.is_done());
        assert_eq!(sender.close(), Entry::Conv { sent: 2, rejected: 1, missed: 0 });
        assert_eq!(output, b"2\n3\n");
        assert_eq!(messages, ["line 1: empty"]);
    }
}
