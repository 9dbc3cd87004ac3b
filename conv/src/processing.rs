//! From reading to sample: conversion, then the checks, then the sender.
//!
//! Where readings come as codes, a code seen before bypasses conversion and checks: its printed text
//! is sent from a cache. That is right only if neither the conversion nor any check remembers
//! earlier readings; otherwise nothing is cached.
//!
//! Numbers are converted, checked and printed in machine words where they fit ([`Fixed`]), and
//! otherwise as decimals: with the same result.

use std::io::Write;

use stage::format::decimal::fixed::Fixed;
use stage::format::sample::Sample;
use stage::format::single::NotARow;

use crate::canonical;
use crate::check::Checks;
use crate::conversion::{Conversion, Linear};
use crate::reading::{CodeTable, Codes, NoReading, Place, Reading, Text};
use crate::sender::Sender;
use crate::text_cache::TextCache;

/// What is done to every reading.
#[derive(Debug)]
pub struct Processing {
    conversion: Conversion,
    /// The same in machine words.
    linear: Linear,
    checks: Checks,
    /// Texts by code.
    cache: TextCache,
    /// A buffer for the lines of one code.
    text: Vec<u8>,
}

impl Processing {
    /// Applies `conversion`, then `checks`.
    pub fn new(conversion: Conversion, checks: Checks) -> Processing {
        let is_memoryless = conversion.is_memoryless() && checks.are_memoryless();
        let cache = if is_memoryless { TextCache::default() } else { TextCache::off() };
        let linear = Linear::new(conversion.clone());
        Processing { conversion, linear, checks, cache, text: Vec::new() }
    }

    /// Sends a reading as a sample and returns its line, or rejects it. The sender must not be done.
    fn send<'s>(
        &mut self,
        place: Place,
        raw: Sample,
        sender: &'s mut Sender<impl Write>,
    ) -> Option<&'s [u8]> {
        if let Some(value) = Fixed::of(&raw).and_then(|raw| self.linear.apply(raw)) {
            return self.send_fixed(place, value, sender);
        }
        let mut sample = raw;
        if let Err(why) = self.conversion.apply(&mut sample) {
            sender.reject(place, || why.to_string());
            return None;
        }
        if let Some(check) = self.checks.failed(&sample) {
            sender.reject(place, || check.reason(&sample));
            return None;
        }
        Some(sender.send(&sample))
    }

    /// The same for a value in machine words, already converted.
    #[inline]
    fn send_fixed<'s>(
        &mut self,
        place: Place,
        value: Fixed,
        sender: &'s mut Sender<impl Write>,
    ) -> Option<&'s [u8]> {
        match self.checks.failed_fixed(value) {
            None => Some(sender.send_fixed(value)),
            Some(check) => {
                sender.reject(place, || check.reason(&value.into()));
                None
            }
        }
    }

    /// Sends or rejects readings until the sender is done.
    pub fn take<'r>(
        &mut self,
        readings: impl IntoIterator<Item = Reading<'r>>,
        sender: &mut Sender<impl Write>,
    ) {
        for Reading { place, raw } in readings {
            match raw {
                Ok(raw) => drop(self.send(place, raw, sender)),
                Err(why) => sender.reject(place, || why.to_string()),
            }
            if sender.is_done() {
                break;
            }
        }
    }

    /// Like `take`, for readings that come as text.
    pub fn take_text(&mut self, text: Text<'_>, sender: &mut Sender<impl Write>) {
        if self.conversion.is_none() && self.checks.are_none() {
            return sender.send_lines(text.lines, text.readings);
        }
        let mut place = text.place;
        for (line, raw) in canonical::numbers(text.lines) {
            match raw.and_then(|raw| self.linear.apply(raw)) {
                Some(value) => drop(self.send_fixed(place, value, sender)),
                None => self.take_line(place, line, sender),
            }
            if sender.is_done() {
                break;
            }
            place = place.after(1);
        }
    }

    /// Sends or rejects the reading in a line.
    #[cold]
    fn take_line(&mut self, place: Place, line: &[u8], sender: &mut Sender<impl Write>) {
        let raw = Sample::parse(line)
            .map_err(|reason| NoReading::Line { reason: NotARow::Number(reason), line });
        self.take([Reading { place, raw }], sender);
    }

    /// Like `take`, for readings that come as codes.
    pub fn take_codes(&mut self, coded: Codes<'_>, sender: &mut Sender<impl Write>) {
        let Codes { place, table, codes } = coded;
        let readings = table.readings();
        self.cache.prepare(table.size(), readings, codes.len());
        sender.make_room(codes.len());
        let mut at = 0;
        while at < codes.len() && !sender.is_done() {
            at += sender.send_texts(self.cache.slots(), &codes[at..], readings);
            if let Some(&code) = codes.get(at)
                && !sender.is_done()
            {
                let first = place.after(at as u64 * readings);
                self.take_code(first, table, code, sender);
                at += 1;
            }
        }
    }

    /// Sends or rejects the readings of a code that is not cached; caches it if all become samples.
    fn take_code(
        &mut self,
        first: Place,
        table: &dyn CodeTable,
        code: u16,
        sender: &mut Sender<impl Write>,
    ) {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let mut is_whole = true;
        for position in 0..table.readings() {
            if sender.is_done() {
                is_whole = false;
                break;
            }
            let raw = table.reading(code, position);
            match self.send(first.after(position), raw, sender) {
                Some(line) => text.extend_from_slice(line),
                None => is_whole = false,
            }
        }
        if is_whole {
            self.cache.keep(code, &text);
        }
        self.text = text;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use stage::format::decimal::Decimal;
    use stage::process::ledger::Entry;
    use stage::process::quantity::range;

    use super::*;
    use crate::check::{Check, Plausible};

    /// Rejects a value that equals the one before.
    #[derive(Debug, Default)]
    struct Changing(Option<Sample>);

    impl Check for Changing {
        fn passes(&mut self, value: &Sample) -> bool {
            self.0.replace(value.clone()).as_ref() != Some(value)
        }

        fn reason(&self, value: &Sample) -> String {
            format!("still {value}")
        }

        fn is_memoryless(&self) -> bool {
            false
        }
    }

    /// Codes whose digits are readings: the base, and how many digits a code has. Digit 0 is -3.
    struct DigitCodes(usize, u32);

    impl CodeTable for DigitCodes {
        fn size(&self) -> usize {
            self.0.pow(self.1)
        }

        fn readings(&self) -> u64 {
            self.1.into()
        }

        fn reading(&self, code: u16, position: u64) -> Sample {
            let behind = self.0.pow(self.1 - 1 - position as u32);
            Sample::new((usize::from(code) / behind % self.0) as i64 - 3, 0).unwrap()
        }
    }

    fn place(number: u64) -> Place {
        Place { what: "word", number }
    }

    /// What these codes become, processed by code or reading by reading.
    fn processed(
        table: &DigitCodes,
        codes: &[u16],
        limit: u64,
        mut processing: Processing,
        by_code: bool,
    ) -> (String, Vec<String>, Entry) {
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let mut sender = Sender::new(&mut output, Some(limit), &mut messages);
        let mut number = 1;
        for codes in codes.chunks(10) {
            let one = |code| (0..table.readings()).map(move |at| table.reading(code, at));
            let all = codes.iter().flat_map(|&code| one(code));
            let readings = (number..).zip(all);
            match (sender.is_done(), by_code) {
                (true, _) => {}
                (false, true) => {
                    processing
                        .take_codes(Codes { place: place(number), table, codes }, &mut sender);
                }
                (false, false) => processing.take(
                    readings.map(|(number, raw)| Reading { place: place(number), raw: Ok(raw) }),
                    &mut sender,
                ),
            }
            number += codes.len() as u64 * table.readings();
        }
        sender.flush().unwrap();
        let entry = sender.close();
        (String::from_utf8(output).unwrap(), messages, entry)
    }

    proptest! {
        #[test]
        fn readings_by_code_give_what_they_give_one_by_one(
            codes in proptest::collection::vec(0u16..125, 0..100),
            readings in 1u32..4,
            limit in 0u64..300,
            scale in prop_oneof![
                Just(None), Just(Some(Decimal::new(1, 9))), Just(Some(Decimal::new(10_000_001, 7))),
                Just(Some(Decimal::new(1, 18))),
            ],
            has_memory in any::<bool>(),
        ) {
            let table = DigitCodes(5, readings);
            let codes: Vec<u16> =
                codes.into_iter().map(|code| code % table.size() as u16).collect();
            let processing = || {
                let conversion = Conversion { offset: None, scale: scale.clone() };
                let plausible = Box::new(Plausible::new(range("-2..7").unwrap()));
                let changing = has_memory.then(|| Box::<Changing>::default() as Box<dyn Check>);
                let checks = std::iter::once(plausible as Box<dyn Check>).chain(changing);
                Processing::new(conversion, Checks::new(checks.collect()))
            };
            prop_assert_eq!(
                processed(&table, &codes, limit, processing(), true),
                processed(&table, &codes, limit, processing(), false)
            );
        }
    }

    #[test]
    fn a_check_with_memory_sees_codes_that_come_again() {
        let checks = Checks::new(vec![Box::<Changing>::default()]);
        let processing = Processing::new(Conversion::default(), checks);
        let (output, messages, entry) =
            processed(&DigitCodes(9, 1), &[4, 5, 4, 4], 9, processing, true);
        assert_eq!(output, "1\n2\n1\n");
        assert_eq!(messages, ["word 4: still 1"]);
        assert_eq!(entry, Entry::Conv { sent: 3, rejected: 1, missed: 0, table: None });
    }

    #[test]
    fn the_limit_counts_samples_and_not_rejects() {
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let mut sender = Sender::new(&mut output, Some(2), &mut messages);
        let mut processing = Processing::new(Conversion::default(), Checks::default());
        let raws = [Err(NoReading::NotFinite), Ok(2), Ok(3), Ok(4)];
        let readings = (1..).zip(raws).map(|(number, raw)| Reading {
            place: place(number),
            raw: raw.map(|raw| Sample::new(raw, 0).unwrap()),
        });
        processing.take(readings, &mut sender);
        sender.flush().unwrap();
        assert!(sender.is_done());
        assert_eq!(sender.close(), Entry::Conv { sent: 2, rejected: 1, missed: 0, table: None });
        assert_eq!(output, b"2\n3\n");
        assert_eq!(messages, ["word 1: not a number"]);
    }
}
