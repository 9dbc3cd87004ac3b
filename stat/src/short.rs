//! Short numbers: those whose digits fit a machine word, all in the same unit, 10^−`scale`.
//!
//! Converters, loggers and programs send little else. They are read, counted and summed many at a
//! time; everything else is a [`Decimal`](stage::format::decimal::Decimal) from the beginning.
//!
//! | module | owns |
//! |---|---|
//! | [`scan`] | reading them from text: lines of one number, rows of several, the times in front of rows |
//! | [`integers`] | counters of small integers, which are counted as they are read |
//! | [`narrow`] | those of 16 bits, compared and summed many at a time |
//! | [`ascending`] | numbers with their counts, in ascending order |
//! | [`divisor`] | dividing many numbers by the same one |
//! | [`tables`] | tables of counters |
//!
//! Nothing here needs any other part of this program.

pub(crate) mod ascending;
pub(crate) mod divisor;
pub(crate) mod integers;
pub(crate) mod narrow;
pub(crate) mod scan;
pub(crate) mod tables;

use stage::format::decimal::{Decimal, Mantissa};

/// The most decimal places of the unit: with more, a word has no room for a digit before the point.
pub(crate) const MAX_SCALE: u16 = 18;

/// The greatest magnitude: nine units of the first of 19 digits, so that the sum of two still fits
/// 64 bits without a sign.
pub(crate) const GREATEST: u64 = 9_000_000_000_000_000_000;

/// Short numbers that are handed on together.
pub(crate) const BATCH: usize = 1024;

/// Powers of ten up to 10^[`MAX_SCALE`]; the others are never used.
pub(crate) const POWERS: [u64; 32] = {
    let mut powers = [0; 32];
    let mut at = 0;
    while at <= MAX_SCALE as usize {
        powers[at] = 10u64.pow(at as u32);
        at += 1;
    }
    powers
};

/// By exponent: the greatest number that can be multiplied by that power of ten.
pub(crate) const MULTIPLIABLE: [u64; 32] = {
    let mut limits = [0; 32];
    let mut at = 0;
    while at <= MAX_SCALE as usize {
        limits[at] = GREATEST / POWERS[at];
        at += 1;
    }
    limits
};

/// `magnitude` × 10^`exponent`, if that is short.
#[inline]
pub(crate) fn scaled(magnitude: u64, exponent: u16) -> Option<u64> {
    let at = usize::from(exponent);
    (at < POWERS.len() && magnitude <= MULTIPLIABLE[at]).then(|| magnitude * POWERS[at])
}

/// `number` in units that are finer by `places`, if it is short in them.
pub(crate) fn refined(number: i64, places: u16) -> Option<i64> {
    let magnitude = scaled(number.unsigned_abs(), places)? as i64;
    Some(if number < 0 { -magnitude } else { magnitude })
}

/// `number` × 10^−`scale`, without useless zeros.
pub(crate) fn decimal(number: i64, scale: u16) -> Decimal {
    Decimal::new(number, scale).normalized()
}

/// `value` in units of 10^−`scale`, if it is short in them.
pub(crate) fn units(value: &Decimal, scale: u16) -> Option<i64> {
    let (mantissa, places) = match value.places() > scale {
        true => {
            let value = value.normalized();
            (word(&value)?, value.places())
        }
        false => (word(value)?, value.places()),
    };
    let magnitude = scaled(mantissa.unsigned_abs(), scale.checked_sub(places)?)? as i64;
    Some(if mantissa < 0 { -magnitude } else { magnitude })
}

/// The greatest short number in units of 10^−`scale` that is not above `value`, if there is one.
pub(crate) fn units_down(value: &Decimal, scale: u16) -> Option<i64> {
    units(&value.floor_to(1, -i32::from(scale)), scale)
}

/// The mantissa, if it fits a machine word: short numbers have up to 19 digits, the small mantissas of
/// decimals up to 18.
fn word(value: &Decimal) -> Option<i64> {
    match value.mantissa() {
        Mantissa::Small(mantissa) => Some(*mantissa),
        Mantissa::Big(mantissa) => i64::try_from(&**mantissa).ok(),
    }
}

/// The least short number in units of 10^−`scale` that is not below `value`; if none is, or `value` is
/// below them all, the last integer on that side.
pub(crate) fn units_up(value: &Decimal, scale: u16) -> i64 {
    let floor = value.floor_to(1, -i32::from(scale));
    let beyond = if value.is_negative() { i64::MIN } else { i64::MAX };
    units(&floor, scale).map_or(beyond, |units| if floor < *value { units + 1 } else { units })
}

/// The unit of short numbers, 10^−`places`. It is as fine as the numbers so far need, unless the
/// greatest of them would then not be short. It decides what is fast, and nothing else.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scale {
    places: u16,
    /// No number so far is farther from zero, in this unit.
    reach: u64,
    /// Numbers that were too great for this unit.
    too_great: u32,
}

/// This many numbers must be too great for the unit before it becomes coarser, since numbers that need
/// the finer one are slow from then on.
const MANY: u32 = 64;

impl Scale {
    /// This unit, in which there are no numbers so far.
    pub(crate) fn of(places: u16) -> Scale {
        Scale { places, ..Scale::default() }
    }

    /// The unit's decimal places.
    #[inline]
    pub(crate) fn places(&self) -> u16 {
        self.places
    }

    /// Notes how far from zero numbers in this unit are.
    #[inline]
    pub(crate) fn note(&mut self, reach: u64) {
        self.reach = self.reach.max(reach);
    }

    /// A better unit, if this number is not short in the present one but is in another.
    pub(crate) fn better_for(&mut self, number: &Decimal) -> Option<Scale> {
        let (magnitude, places) = (number.small_mantissa()?.unsigned_abs(), number.places());
        if places > self.places {
            let reach = scaled(self.reach, places - self.places).filter(|_| places <= MAX_SCALE)?;
            return Some(Scale { places, reach: reach.max(magnitude), too_great: 0 });
        }
        if scaled(magnitude, self.places - places).is_some() {
            return None;
        }
        self.too_great += 1;
        let coarsest =
            (places..self.places).rev().find(|to| scaled(magnitude, to - places).is_some());
        let coarser = coarsest.filter(|_| self.too_great >= MANY)?;
        let reach = scaled(magnitude, coarser - places)?;
        Some(Scale { places: coarser, reach, too_great: 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_have_up_to_nineteen_digits() {
        let value: Decimal = "5.123456789012345678".parse().unwrap();
        assert_eq!(units(&value, 18), Some(5_123_456_789_012_345_678));
        assert_eq!(units_up(&value, 18), 5_123_456_789_012_345_678);
        assert_eq!(units(&-&value, 18), Some(-5_123_456_789_012_345_678));
        assert_eq!((units(&value, 17), units_up(&value, 17)), (None, 512_345_678_901_234_568));
        assert_eq!(units(&"9.000000000000000001".parse().unwrap(), 18), None);
    }
}
