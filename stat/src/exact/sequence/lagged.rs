//! The exact sum of the products of neighbouring samples.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use stage::format::decimal::{Decimal, Mantissa, SMALL_DIGITS, power_of_ten};

use crate::exact::moments::{in_shared_unit, shared_unit};
use crate::exact::wide::Wide;

/// The sum, kept separately for each number of places that a product has, or for about as many.
#[derive(Clone, Debug)]
pub(super) struct Lagged {
    /// Of mantissas below 10^18; indexed by the products' places.
    small: [Wide; 2 * SMALL_DIGITS as usize + 1],
    /// Of others, by the places of a [shared unit](shared_unit).
    big: BTreeMap<u16, BigInt>,
}

impl Default for Lagged {
    fn default() -> Lagged {
        Lagged { small: [Wide::default(); 2 * SMALL_DIGITS as usize + 1], big: BTreeMap::new() }
    }
}

impl Lagged {
    pub(super) fn add(&mut self, earlier: &Decimal, later: &Decimal) {
        let places = earlier.places() + later.places();
        match (earlier.mantissa(), later.mantissa(), self.small.get_mut(usize::from(places))) {
            (Mantissa::Small(a), Mantissa::Small(b), Some(sum)) => {
                sum.add(i128::from(*a) * i128::from(*b));
            }
            _ => self.add_product(&(earlier * later)),
        }
    }

    /// Adds the products of neighbours among `numbers`, which are short and in units of 10^−`scale`.
    pub(super) fn add_short(&mut self, numbers: &[i64], scale: u16) {
        let Some(sum) = self.small.get_mut(2 * usize::from(scale)) else { return };
        let pairs = numbers.iter().zip(&numbers[1.min(numbers.len())..]);
        if numbers.iter().all(|number| i32::try_from(*number).is_ok()) {
            sum.add(pairs.map(|(earlier, later)| i128::from(earlier * later)).sum());
        } else {
            pairs.for_each(|(earlier, later)| sum.add(i128::from(*earlier) * i128::from(*later)));
        }
    }

    pub(super) fn add_product(&mut self, product: &Decimal) {
        let places = product.places();
        let sum = self.big.entry(shared_unit(places)).or_default();
        *sum += in_shared_unit(product.mantissa(), places);
    }

    pub(super) fn total(&self) -> Decimal {
        let small = (0u16..).zip(&self.small).map(|(places, sum)| (places, sum.to_big()));
        let big = self.big.iter().map(|(places, sum)| (*places, sum.clone()));
        let parts: Vec<(u16, BigInt)> =
            small.chain(big).filter(|(_, sum)| *sum != BigInt::ZERO).collect();
        let places = parts.iter().map(|(places, _)| *places).max().unwrap_or(0);
        let aligned =
            parts.into_iter().map(|(own, sum)| sum * power_of_ten(u32::from(places - own)));
        Decimal::from_big(aligned.sum(), places).normalized()
    }
}
