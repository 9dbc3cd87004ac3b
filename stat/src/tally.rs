//! Counts of plain numbers in tables, which are emptied when a record is due.
//!
//! Adding a sample to a table is one increment, so that a flood costs next to nothing; everything
//! else (sums, extremes, distribution) is computed from the counts, value by value.
//!
//! Memory: none until there is a number to count; then 256 kB for integers of up to four digits, and
//! 512 kB for the rest, of which only pages that were touched take room.

use stage::format::decimal::Decimal;

/// Integers counted in [`LANES`] tables: those of up to four digits.
const COUNTED: usize = 10_000;

/// Entries of such a table.
const INTEGERS: usize = 1 << 14;

/// Tables among which consecutive integers alternate: incrementing a counter again has to wait until
/// the first increment is stored.
pub(crate) const LANES: usize = 4;

/// Stands for no integer: its counter is ignored.
pub(crate) const NOTHING: u16 = INTEGERS as u16 - 1;

/// The least mantissa that has a counter: −2^15, the least code of a signed 16-bit converter.
const LEAST: i64 = -(1 << 15);

/// Mantissas that have a counter; the greatest, 98303, is above the unsigned 16-bit codes.
const MANTISSAS: usize = 1 << 17;

/// Decimal places, at most: with more of them, the tables would hold only tiny numbers.
const MAX_PLACES: u16 = 4;

/// Powers of ten up to 10^[`MAX_PLACES`].
const POWERS: [i64; MAX_PLACES as usize + 1] = [1, 10, 100, 1_000, 10_000];

/// Samples that may be tallied before a counter, of 32 bits, might overflow.
pub(crate) const MOST: u64 = 1 << 31;

/// Counts of plain numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    tables: Option<Tables>,
    /// Decimal places that numbers may have.
    places: u16,
}

/// The counters.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    integers: Box<[u32; LANES * INTEGERS]>,
    /// By mantissa, from [`LEAST`], in units of 10^−`places`.
    others: Box<[u32; MANTISSAS]>,
    are_others_used: bool,
    places: u16,
}

/// Zeros; only pages that are touched take room.
fn zeros<const COUNT: usize>() -> Box<[u32; COUNT]> {
    let zeros = vec![0; COUNT].into_boxed_slice();
    // The length is right by construction.
    zeros.try_into().unwrap_or_else(|_| Box::new([0; COUNT]))
}

impl Tally {
    /// The tables, made when first needed.
    pub(crate) fn tables(&mut self) -> &mut Tables {
        let places = self.places;
        self.tables.get_or_insert_with(|| Tables {
            integers: zeros(),
            others: zeros(),
            are_others_used: false,
            places,
        })
    }

    /// Whether only its decimal places keep this number out of the tables.
    pub(crate) fn is_too_coarse_for(&self, sample: &Decimal) -> bool {
        let places = sample.places();
        places > self.places
            && places <= MAX_PLACES
            && sample.small_mantissa().and_then(counter_of).is_some()
    }

    /// Makes room for numbers with this many places, unless that is more than [`MAX_PLACES`]. The
    /// tally must be empty.
    pub(crate) fn refine(&mut self, places: u16) {
        if places <= MAX_PLACES {
            self.places = self.places.max(places);
            if let Some(tables) = &mut self.tables {
                tables.places = self.places;
            }
        }
    }

    /// Prepares the tally for other samples, which need not be as fine. It must be empty.
    pub(crate) fn begin_anew(&mut self) {
        self.places = 0;
        if let Some(tables) = &mut self.tables {
            tables.places = 0;
        }
    }

    /// Empties the tables, and passes each value, without useless zeros, with its count to `take`.
    pub(crate) fn drain(&mut self, mut take: impl FnMut(Decimal, u64)) {
        let Some(tables) = &mut self.tables else { return };
        for value in 0..COUNTED {
            let lanes = tables.integers.iter_mut().skip(value).step_by(INTEGERS);
            let count: u64 = lanes.map(|count| u64::from(std::mem::take(count))).sum();
            if count > 0 {
                take(Decimal::new(value as i64, 0), count);
            }
        }
        let nothing = tables.integers.iter_mut().skip(usize::from(NOTHING)).step_by(INTEGERS);
        nothing.for_each(|count| *count = 0);
        if std::mem::take(&mut tables.are_others_used) {
            for (mantissa, count) in (LEAST..).zip(tables.others.iter_mut()) {
                if *count > 0 {
                    let value = Decimal::new(mantissa, tables.places).normalized();
                    take(value, u64::from(std::mem::take(count)));
                }
            }
        }
    }
}

impl Tables {
    /// Whether only numbers without decimal places are counted.
    #[inline]
    pub(crate) fn has_only_integers(&self) -> bool {
        self.places == 0
    }

    /// Counts an integer of up to four digits, or [`NOTHING`], in the table for this `turn`.
    #[inline]
    pub(crate) fn count_integer(&mut self, value: u32, turn: usize) {
        let (value, lane) = (value as usize % INTEGERS, turn % LANES);
        self.integers[lane * INTEGERS + value] += 1;
    }

    /// Counts `mantissa` × 10^−`places`; returns `false`, and counts nothing, if there is no counter
    /// for it.
    #[inline]
    pub(crate) fn count(&mut self, mantissa: i64, places: u16) -> bool {
        let (mut mantissa, mut places) = (mantissa, places);
        while places > self.places {
            if mantissa % 10 != 0 {
                return false;
            }
            (mantissa, places) = (mantissa / 10, places - 1);
        }
        let scaled = mantissa * POWERS[usize::from(self.places - places) % POWERS.len()];
        if self.places == 0 && (0..COUNTED as i64).contains(&scaled) {
            self.count_integer(scaled as u32, 0);
            return true;
        }
        match counter_of(scaled).and_then(|at| self.others.get_mut(at)) {
            Some(count) => {
                *count += 1;
                self.are_others_used = true;
                true
            }
            None => false,
        }
    }
}

/// The index of a mantissa's counter, if it has one.
#[inline]
fn counter_of(mantissa: i64) -> Option<usize> {
    usize::try_from(mantissa - LEAST).ok().filter(|at| *at < MANTISSAS)
}
