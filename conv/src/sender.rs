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

use crate::block::Block;
use crate::conversion::Conversion;
use crate::source::Converter;
use crate::texts::{Slots, Texts};

/// Which reading of a source: `line 17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// What the source calls a reading.
    pub what: &'static str,
    /// Counted from 1.
    pub number: u64,
}

impl Place {
    /// The place so many readings later.
    fn after(self, readings: u64) -> Place {
        Place { number: self.number + readings, ..self }
    }
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
    block: Block,
    /// Of single samples, and of pairs.
    texts: Texts,
    pairs: Texts,
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
            block: Block::default(),
            texts: Texts::default(),
            pairs: Texts::default(),
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

    /// Asks `converter` until a block is full, but at most about `most` times: it may have nothing
    /// but readings that are rejected.
    pub fn fill(&mut self, converter: &mut dyn Converter, most: usize) {
        let mut asked = 0;
        while asked < most && self.block.as_bytes().len() < BLOCK && !self.is_done() {
            asked += converter.read_many(self);
        }
    }

    /// Tells something that is no rejection.
    pub fn tell(&mut self, text: &str) {
        self.messages.tell(text);
    }

    /// Rejects a reading, for a reason that is put into words only if it is told.
    pub fn reject(&mut self, place: Place, why: impl FnOnce() -> String) {
        self.rejects.add(self.messages, || format!("{place}: {}", why()));
    }
}

/// A converter's codes, and what they stand for.
#[derive(Clone, Copy)]
pub struct Codes<'a> {
    /// How many there are: each is below this.
    pub number: usize,
    /// The reading of a code, always the same.
    pub raw: &'a dyn Fn(u16) -> Decimal,
}

impl Codes<'_> {
    /// The two codes of a pair.
    fn split(&self, pair: u16) -> [u16; 2] {
        let number = self.number.max(1);
        [usize::from(pair) / number, usize::from(pair) % number].map(|code| code as u16)
    }

    /// The codes of pairs, one by one.
    fn singles(&self, pairs: &[u16]) -> Vec<u16> {
        pairs.iter().flat_map(|pair| self.split(*pair)).collect()
    }
}

/// What a source hands its readings to.
pub trait Offer {
    /// Takes one raw reading.
    fn offer(&mut self, place: Place, raw: Decimal);
    /// Takes raw readings that are given as the converter's codes. The first is at `place`, the
    /// others follow.
    fn offer_codes(&mut self, place: Place, codes: Codes<'_>, readings: &[u16]) {
        for (at, &code) in (0..).zip(readings) {
            self.offer(place.after(at), (codes.raw)(code));
        }
    }
    /// Takes pairs of such codes a and b, each pair as a × their number + b.
    fn offer_pairs(&mut self, place: Place, codes: Codes<'_>, readings: &[u16]) {
        self.offer_codes(place, codes, &codes.singles(readings));
    }
    /// Takes note of a reading that is no number.
    fn refuse(&mut self, place: Place, why: &dyn Fn() -> String);
}

impl<W: Write> Offer for Sender<'_, W> {
    fn offer(&mut self, place: Place, raw: Decimal) {
        self.send(place, raw);
    }

    fn offer_codes(&mut self, place: Place, codes: Codes<'_>, readings: &[u16]) {
        self.texts.prepare(codes.number, readings.len());
        self.block.make_room(readings.len());
        let mut at = 0;
        while at < readings.len() && self.left > 0 {
            // None of these takes more than one of the samples that are left.
            let most = usize::try_from(self.left).unwrap_or(usize::MAX);
            let rest = &readings[at..at + most.min(readings.len() - at)];
            let known = self.block.push_texts(self.texts.slots(), rest, 1);
            self.left -= known as u64;
            at += known;
            if self.left > 0
                && let Some(&code) = readings.get(at)
            {
                self.send_code(place.after(at as u64), codes, code);
                at += 1;
            }
        }
    }

    fn offer_pairs(&mut self, place: Place, codes: Codes<'_>, readings: &[u16]) {
        let pairs = codes.number * codes.number;
        let texts = self.texts.prepare(codes.number, 0);
        if matches!(
            (texts, self.pairs.prepare(pairs, readings.len())),
            (Slots::None, _) | (_, Slots::None)
        ) {
            return self.offer_codes(place, codes, &codes.singles(readings));
        }
        self.texts.asked_for(2 * readings.len());
        self.block.make_room(readings.len());
        let mut at = 0;
        while at < readings.len() && self.left > 0 {
            let most = usize::try_from(self.left / 2).unwrap_or(usize::MAX);
            let rest = &readings[at..at + most.min(readings.len() - at)];
            let known = self.block.push_texts(self.pairs.slots(), rest, 2);
            self.left -= 2 * known as u64;
            at += known;
            if self.left > 0
                && let Some(&pair) = readings.get(at)
            {
                let place = place.after(2 * at as u64);
                let [first, second] = codes.split(pair);
                self.send_code(place, codes, first);
                if self.left > 0 {
                    self.send_code(place.after(1), codes, second);
                }
                let both = [first, second].map(|code| self.texts.text(code));
                if let [Some(first), Some(second)] = both {
                    self.pairs.keep(pair, &[first, second].concat());
                }
                at += 1;
            }
        }
    }

    fn refuse(&mut self, place: Place, why: &dyn Fn() -> String) {
        self.reject(place, why);
    }
}

impl<W: Write> Sender<'_, W> {
    /// Converts, and puts the sample into the block; gives its line, if there is one.
    fn send(&mut self, place: Place, raw: Decimal) -> Option<&[u8]> {
        match self.conversion.apply(raw) {
            Ok(value) if self.left > 0 => {
                self.left -= 1;
                Some(self.block.push_line(|line| value.print(line)))
            }
            Ok(_) => None,
            Err(why) => {
                self.reject(place, || why.to_string());
                None
            }
        }
    }

    /// The same of a code whose text may not be known yet, but is then.
    fn send_code(&mut self, place: Place, codes: Codes<'_>, code: u16) {
        let line = self.send(place, (codes.raw)(code)).map(<[u8]>::to_vec);
        if let Some(line) = line {
            self.texts.keep(code, &line);
        }
    }

    /// Writes what was gathered. A reader that is gone is a normal end, not an error.
    pub fn flush(&mut self) -> io::Result<()> {
        let block = self.block.as_bytes();
        let (written, result) = write_counting(&mut self.output, block);
        self.sent += match block.get(..written) {
            Some(part) if written < block.len() => memchr_iter(b'\n', part).count() as u64,
            _ => self.block.lines(),
        };
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
    use proptest::prelude::*;

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

    type OfferAll = fn(&mut Sender<&mut Vec<u8>>, Place, Codes<'_>, &[u16]);

    /// What comes of readings by code, of a range from −3, offered in one of three ways.
    fn sent(
        readings: &[u16],
        limit: u64,
        scale: Option<Decimal>,
        offer: OfferAll,
    ) -> (String, Vec<String>, Entry) {
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let mut sender = Sender::new(&mut output, Some(limit), &mut messages);
        let plausible = stage::quantity::range("-2..7").unwrap();
        sender.convert_with(Conversion::of(scale, Some(plausible)));
        let mut number = 1;
        for batch in readings.chunks(10) {
            let raw = |code| Decimal::new(i64::from(code) - 3, 0);
            offer(&mut sender, place(number), Codes { number: 12, raw: &raw }, batch);
            number += batch.len() as u64;
        }
        sender.flush().unwrap();
        let entry = sender.close();
        (String::from_utf8(output).unwrap(), messages, entry)
    }

    proptest! {
        #[test]
        fn readings_by_code_give_what_they_give_one_by_one(
            mut readings in proptest::collection::vec(0u16..12, 0..100),
            limit in 0u64..100,
            scale in prop_oneof![
                Just(None), Just(Some(Decimal::new(1, 9))), Just(Some(Decimal::new(10_000_001, 7))),
            ],
        ) {
            readings.truncate(readings.len() / 2 * 2);
            let one_by_one = sent(&readings, limit, scale.clone(), |sender, place, codes, readings| {
                for (at, code) in (0..).zip(readings) {
                    if !sender.is_done() {
                        sender.offer(place.after(at), (codes.raw)(*code));
                    }
                }
            });
            let by_code = sent(&readings, limit, scale.clone(), |sender, place, codes, readings| {
                sender.offer_codes(place, codes, readings);
            });
            prop_assert_eq!(&by_code, &one_by_one);
            let by_pair = sent(&readings, limit, scale, |sender, place, codes, readings| {
                let pairs: Vec<u16> = readings.chunks(2).map(|pair| pair[0] * 12 + pair[1]).collect();
                sender.offer_pairs(place, codes, &pairs);
            });
            prop_assert_eq!(&by_pair, &one_by_one);
        }
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
