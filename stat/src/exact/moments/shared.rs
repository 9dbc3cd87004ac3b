//! Sums of samples of any size, in units that samples with about as many places share: numbers of
//! hundreds of magnitudes would otherwise need sums for each number of places.

use num_bigint::BigInt;
use stage::format::decimal::{Mantissa, power_of_ten};

use super::{PowerSums, Powers, Totals};

/// The places of a shared unit are a multiple of this: a mantissa of 18 digits and the zeros that it gets
/// fit 128 bits.
const STEP: u16 = 16;

/// The places of the unit that samples with this many places share.
pub(in crate::exact) fn shared_unit(places: u16) -> u16 {
    places.div_ceil(STEP) * STEP
}

/// The mantissa of a sample with this many places in its shared unit.
#[inline]
pub(in crate::exact) fn in_shared_unit(mantissa: &Mantissa, places: u16) -> BigInt {
    let zeros = u32::from(shared_unit(places) - places);
    match mantissa {
        Mantissa::Small(mantissa) => (i128::from(*mantissa) * 10i128.pow(zeros)).into(),
        Mantissa::Big(mantissa) => &**mantissa * 10i64.pow(zeros),
    }
}

/// Power sums in a shared unit.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedSums {
    pub(super) sums: PowerSums,
    /// The most places that a sample other than zero was written with.
    pub(super) finest: u16,
}

impl SharedSums {
    /// Takes one more sample, without useless zeros.
    pub(super) fn add(&mut self, mantissa: &Mantissa, places: u16, powers: Powers) {
        self.sums.add(&in_shared_unit(mantissa, places), powers);
        self.finest = self.finest.max(places);
    }

    /// The same of `count` samples.
    pub(super) fn add_times(&mut self, mantissa: i64, places: u16, count: u64, powers: Powers) {
        let mantissa = in_shared_unit(&Mantissa::Small(mantissa), places);
        self.sums.add_times(&mantissa, count, powers);
        self.finest = self.finest.max(places);
    }

    /// Takes the samples whose sums are `totals`.
    pub(super) fn absorb(&mut self, totals: &Totals) {
        let zeros = u32::from(shared_unit(totals.places) - totals.places);
        self.sums.add_scaled(&totals.sums, &power_of_ten(zeros));
        self.finest = self.finest.max(totals.places);
    }
}
