//! Counts of plain numbers in tables, from which they are taken when a record is due.
//!
//! Adding a sample to a table is one increment, so that a flood costs next to nothing, and
//! everything else (sums, extremes, distribution) is computed from the counts, value by value.
//!
//! Memory: 256 kB for integers of up to four digits, and 512 kB for the rest, if there are such.

use stage::decimal::Decimal;

/// Integers below this are counted in [`LANES`] tables, the others in one.
const INTEGERS: usize = 1 << 14;

/// Integers that are counted there: those of up to four digits.
const COUNTED: usize = 10_000;

/// Neighbours are counted in different tables: incrementing the same counter again has to wait
/// until the first increment is stored.
pub const LANES: usize = 4;

/// An integer that is not counted.
pub const NOTHING: u16 = INTEGERS as u16 - 1;

/// The least mantissa that has a counter, −2^15, as 16-bit converters with a sign have it.
const LEAST: i64 = -(1 << 15);

/// Mantissas that have a counter; the greatest, 98303, is above that of 16 bits without a sign.
const MANTISSAS: usize = 1 << 17;

/// Decimal places of the finest mantissas: those of a plain number of 8 characters.
const MAX_PLACES: u16 = 7;

/// Powers of ten up to 10^[`MAX_PLACES`].
const POWERS: [i64; MAX_PLACES as usize + 1] =
    [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

/// Numbers before the counters, of 32 bits, might overflow.
pub const MOST: u64 = 1 << 31;

/// Counts of plain numbers.
#[derive(Clone, Debug)]
pub struct Tally {
    integers: Box<[u32; LANES * INTEGERS]>,
    /// By mantissa, from [`LEAST`], in units of 10^−`places`; empty until there is one.
    others: Vec<u32>,
    places: u16,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally { integers: Box::new([0; LANES * INTEGERS]), others: Vec::new(), places: 0 }
    }
}

impl Tally {
    /// Whether all numbers so far had no decimal places.
    #[inline]
    pub fn has_only_integers(&self) -> bool {
        self.places == 0
    }

    /// Counts an integer of up to four digits, or [`NOTHING`]; `turn` tells neighbours apart.
    #[inline]
    pub fn count_integer(&mut self, value: u32, turn: usize) {
        let (value, lane) = (value as usize % INTEGERS, turn % LANES);
        self.integers[lane * INTEGERS + value] += 1;
    }

    /// Counts `mantissa` × 10^−`places`; `false`, and nothing is counted, if there is no counter
    /// for it.
    #[inline]
    pub fn count(&mut self, mantissa: i64, places: u16) -> bool {
        let Some(finer) = self.places.checked_sub(places) else { return false };
        let scaled = mantissa * POWERS[usize::from(finer) % POWERS.len()];
        let counter = usize::try_from(scaled - LEAST).ok();
        if self.others.is_empty() {
            self.others.resize(MANTISSAS, 0);
        }
        match counter.and_then(|at| self.others.get_mut(at)) {
            Some(count) => {
                *count += 1;
                true
            }
            None => false,
        }
    }

    /// Lets numbers with so many places be counted, too, if there are not too many. The tally must
    /// be empty.
    pub fn refine(&mut self, places: u16) {
        if places <= MAX_PLACES {
            self.places = self.places.max(places);
        }
    }

    /// Decimal places that numbers can have.
    pub fn places(&self) -> u16 {
        self.places
    }

    /// Takes out each value, without useless zeros, with its count.
    pub fn drain(&mut self, mut take: impl FnMut(Decimal, u64)) {
        for value in 0..COUNTED {
            let lanes = self.integers.iter_mut().skip(value).step_by(INTEGERS);
            let count: u64 = lanes.map(|count| u64::from(std::mem::take(count))).sum();
            if count > 0 {
                take(Decimal::new(value as i64, 0), count);
            }
        }
        self.integers
            .iter_mut()
            .skip(usize::from(NOTHING))
            .step_by(INTEGERS)
            .for_each(|it| *it = 0);
        for (mantissa, count) in (LEAST..).zip(&mut self.others) {
            if *count > 0 {
                let value = Decimal::new(mantissa, self.places).normalized();
                take(value, u64::from(std::mem::take(count)));
            }
        }
    }
}
