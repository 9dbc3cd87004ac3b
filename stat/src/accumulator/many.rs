//! Taking [short](crate::short) numbers many at a time.
//!
//! While every value is counted they are only tallied; once there are too many distinct values, sums,
//! extremes and cells are kept up to date.

use std::mem::take;

use memchr::memchr;
use stage::format::decimal::Decimal;
use stage::format::sample::Sample;

use super::Accumulator;
use crate::exact::sequence::RunPlace;
use crate::short::integers::Integers;
use crate::short::narrow::Narrow;
use crate::short::scan::{self, Lines, Numbers, Scanned, small};
use crate::short::{BATCH, Scale, decimal};

/// With fewer samples before the next record, tallying them does not pay: the tables are searched for
/// each record. It pays if they are small integers, and this many times as many as the table's counters
/// that have to be searched.
const FEW: u64 = 1 << 14;
const TIMES: u64 = 4;

impl Accumulator {
    /// Takes the samples of `lines` as long as they are short numbers; there must be
    /// [room](Accumulator::room) for them. The `place` given with the first sample is where these samples lie
    /// in the stream.
    pub(crate) fn add_short(&mut self, lines: Lines<'_>, place: RunPlace) -> Scanned {
        let are_few = lines.most < FEW;
        let are_in_order =
            self.sequence.has_products() || are_few && !self.are_small_for(lines.most);
        let mut scanned = Scanned::default();
        while scanned.lines < lines.most {
            let rest = lines.behind(scanned);
            let batch = match are_in_order {
                true => self.add_in_order(rest, place, are_few),
                false => self.add_batch(rest, are_few),
            };
            if batch.lines == 0 {
                break;
            }
            scanned.append(batch);
        }
        self.count += scanned.lines;
        let text = &lines.text()[..scanned.bytes];
        if !are_in_order && let Some(last) = first_sample(&text[scanned.last..]) {
            let first = || first_sample(text).unwrap_or_else(|| last.clone());
            self.sequence.add_many(first, last.clone(), scanned.lines, place);
        }
        scanned
    }

    /// How many small integers may be counted in [tables](Accumulator::small) at once, if `expected`
    /// samples are likely to come before the next record; 0 if that is not possible, or does not pay.
    pub(crate) fn room_for_small(&mut self, expected: u64) -> u64 {
        let pays = expected >= FEW || self.are_small_for(expected);
        let is_possible = self.scale.places() == 0
            && self.distribution.is_exact()
            && !self.sequence.has_products();
        if !pays || !is_possible {
            return 0;
        }
        if self.tally.room() == 0 {
            self.settle();
        }
        self.tally.room().min(self.room())
    }

    /// The counters of small integers. What is counted there must be [noted](Accumulator::add_small).
    pub(crate) fn small(&mut self) -> &mut Integers {
        self.tally.small()
    }

    /// Takes `n` samples, at least one, that were counted in tables. The `place` given with the first
    /// sample is where these samples lie in the stream.
    pub(crate) fn add_small(
        &mut self,
        n: u64,
        first: impl FnOnce() -> Decimal,
        last: Decimal,
        place: RunPlace,
    ) {
        self.tally.note_small(n);
        self.scale.note(small::REACH);
        self.count += n;
        self.sequence.add_many(first, last, n, place);
        self.pass(n);
    }

    /// The decimal places of the unit in which [numbers](Accumulator::add_numbers) are taken.
    pub(crate) fn places(&self) -> u16 {
        self.scale.places()
    }

    /// Changes the unit in which [numbers](Accumulator::add_numbers) are taken to 10^−`places`; there must be
    /// no samples.
    pub(crate) fn set_places(&mut self, places: u16) {
        if self.scale.places() != places {
            self.scale = Scale::of(places);
        }
    }

    /// Takes at most [`BATCH`] short numbers, none of which is farther from zero than `reach`. `expected`
    /// is how many samples are expected before the next record.
    pub(crate) fn add_numbers(
        &mut self,
        numbers: &[i64],
        reach: u64,
        expected: u64,
        place: RunPlace,
    ) {
        if self.tally.room() < BATCH as u64 {
            self.settle();
        }
        self.scale.note(reach);
        self.count += numbers.len() as u64;
        self.sequence.add_short(numbers, self.scale.places(), place);
        match expected < FEW {
            true => self.add_at_once(numbers, reach),
            false => self.tally_numbers(numbers, reach),
        }
    }

    /// Whether the numbers so far are integers so small that tallying `samples` like them pays.
    fn are_small_for(&self, samples: u64) -> bool {
        self.scale.places() == 0 && self.reach.is_some_and(|reach| reach < samples / TIMES)
    }

    /// Takes some of the short numbers on `lines`, if their order does not matter.
    fn add_batch(&mut self, lines: Lines<'_>, are_few: bool) -> Scanned {
        if self.tally.room() == 0 {
            self.settle();
        }
        let lines = lines.at_most(self.tally.room());
        if self.scale.places() == 0 && self.distribution.is_exact() {
            let scanned = self.tally.count_small(lines);
            if scanned.lines > 0 {
                self.scale.note(small::REACH);
                self.pass(scanned.lines);
                return scanned;
            }
        }
        let lines = if are_few { small::in_front(lines) } else { lines };
        let (scanned, numbers) = self.scan(lines);
        match are_few {
            true => self.add_at_once(numbers.as_slice(), numbers.reach()),
            false => self.tally_numbers(numbers.as_slice(), numbers.reach()),
        }
        self.numbers = numbers;
        scanned
    }

    /// The same if their order matters, or they are so few that tallying them does not pay.
    fn add_in_order(&mut self, lines: Lines<'_>, place: RunPlace, are_few: bool) -> Scanned {
        if self.tally.room() < BATCH as u64 {
            self.settle();
        }
        let (scanned, numbers) = self.scan(lines);
        self.sequence.add_short(numbers.as_slice(), self.scale.places(), place);
        match are_few {
            true => self.add_at_once(numbers.as_slice(), numbers.reach()),
            false => self.tally_numbers(numbers.as_slice(), numbers.reach()),
        }
        self.numbers = numbers;
        scanned
    }

    /// Reads short numbers, into memory that must be given back when they are taken.
    fn scan(&mut self, lines: Lines<'_>) -> (Scanned, Numbers) {
        let mut numbers = take(&mut self.numbers);
        let scanned = scan::scan(lines, self.scale.places(), &mut numbers);
        self.scale.note(numbers.reach());
        (scanned, numbers)
    }

    /// Tallies short numbers, none of which is farther from zero than `reach`, as long as every value is
    /// counted, and takes the others at once.
    fn tally_numbers(&mut self, numbers: &[i64], reach: u64) {
        let mut rest = numbers;
        while !rest.is_empty() && self.distribution.is_exact() {
            let tallied = self.tally.add(rest);
            self.pass(tallied as u64);
            rest = &rest[tallied..];
            if !rest.is_empty() {
                self.settle();
            }
        }
        self.add_at_once(rest, reach);
    }

    /// Takes short numbers without tallying them.
    fn add_at_once(&mut self, numbers: &[i64], reach: u64) {
        if numbers.is_empty() {
            return;
        }
        if self.course.is_some() {
            // What was tallied may belong to a stretch that ends here.
            self.settle();
        }
        let scale = self.scale.places();
        let narrow = Narrow::of(numbers, reach);
        self.moments.add_short(numbers, narrow.as_ref(), scale);
        let (min, max) = narrow.map_or_else(|| ends(numbers), |narrow| narrow.ends);
        self.widen_to(min, max, scale);
        self.distribution.add_short(numbers, (min, max), scale);
        if let Some(course) = &mut self.course {
            let (min, max) = (decimal(min, scale), decimal(max, scale));
            let sum = numbers.iter().fold(0, |sum, number| sum + i128::from(*number));
            let sum = Decimal::from_big(sum.into(), scale);
            course.add_many(numbers.len() as u64, min, max, sum);
        }
    }

    /// Advances the course past samples that were only tallied. At the end of a stretch, where there
    /// is no room for more, the course needs their values.
    fn pass(&mut self, samples: u64) {
        let Some(course) = &mut self.course else { return };
        let is_full = samples == course.room();
        course.pass(samples);
        if is_full {
            self.settle();
        }
    }
}

/// The least and the greatest of these.
fn ends(numbers: &[i64]) -> (i64, i64) {
    let widen = |(min, max): (i64, i64), it: &i64| (min.min(*it), max.max(*it));
    numbers.iter().fold((i64::MAX, i64::MIN), widen)
}

/// The sample in the first of these lines, which must be a short number.
fn first_sample(lines: &[u8]) -> Option<Decimal> {
    let end = memchr(b'\n', lines).unwrap_or(lines.len());
    let line = lines[..end].strip_suffix(b"\r").unwrap_or(&lines[..end]);
    Sample::parse(line).ok().map(Sample::into_decimal)
}
