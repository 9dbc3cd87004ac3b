//! From an exact ratio, or the root of one, to the nearest double: ties to even, the one
//! rounding that IEEE 754 asks for, even for subnormal results.
//!
//! The integer quotient (or root) is computed with more bits than a double has. Those bits, and
//! whether anything is left over, decide the rounding.

pub(super) mod words;

use num_bigint::{BigInt, BigUint};
use num_traits::ToPrimitive;

/// Bits of the quotient before rounding: a double's 53, one to round on, and some to spare.
const BITS: i64 = 66;

/// The bits of a double's significand, the implicit one included.
const SIGNIFICAND: i64 = 53;

/// The greatest exponent of a double, counted from [`MIN_EXPONENT`].
const MAX_BIASED: u64 = 2045;

/// The exponent of the least normal double.
const MIN_EXPONENT: i64 = -1022;

/// The double nearest to `numerator` / `denominator`, which must be above zero; infinite
/// beyond the largest double.
pub(super) fn ratio(numerator: &BigInt, denominator: &BigInt) -> f64 {
    let (top, bottom) = (numerator.magnitude(), denominator.magnitude());
    let shift = BITS - (bits(top) - bits(bottom));
    let (quotient, exact) = divide(top, bottom, shift);
    let magnitude = compose(word(&quotient), -shift, exact);
    if numerator < &BigInt::ZERO { -magnitude } else { magnitude }
}

/// The double nearest to the root of `numerator` / `denominator`, neither of which may be
/// negative, and the latter not zero.
pub(super) fn root_of_ratio(numerator: &BigInt, denominator: &BigInt) -> f64 {
    let (top, bottom) = (numerator.magnitude(), denominator.magnitude());
    // Even, so that its half is the root's shift.
    let shift = (2 * BITS - (bits(top) - bits(bottom))).div_euclid(2) * 2;
    let (quotient, exact_quotient) = divide(top, bottom, shift);
    // ⌊√⌊x⌋⌋ = ⌊√x⌋
    let root = quotient.sqrt();
    let exact = exact_quotient && &root * &root == quotient;
    compose(word(&root), -shift / 2, exact)
}

fn bits(number: &BigUint) -> i64 {
    number.bits() as i64
}

/// ⌊`top` × 2^`shift` / `bottom`⌋, and whether nothing is left over.
fn divide(top: &BigUint, bottom: &BigUint, shift: i64) -> (BigUint, bool) {
    let (top, bottom) = if shift >= 0 {
        (top << shift.unsigned_abs(), bottom.clone())
    } else {
        (top.clone(), bottom << shift.unsigned_abs())
    };
    let quotient = &top / &bottom;
    let exact = &quotient * bottom == top;
    (quotient, exact)
}

/// A quotient or root, which has at most 128 bits.
fn word(number: &BigUint) -> u128 {
    number.to_u128().unwrap_or(u128::MAX)
}

/// The double nearest to (`number` + less than one, unless `exact`) × 2^`exponent`. Unless
/// `number` is zero it has more bits than a double.
fn compose(number: u128, exponent: i64, exact: bool) -> f64 {
    if number == 0 {
        return 0.0;
    }
    let bits = 128 - i64::from(number.leading_zeros());
    let leading = bits - 1 + exponent;
    // A subnormal double has fewer bits, down to none.
    let precision = SIGNIFICAND - (MIN_EXPONENT - leading).max(0);
    let significand = round(number, bits - precision, exact);
    // Added, not combined with `|`: a significand that was rounded up to the next power of two
    // carries into the exponent, as it should.
    let biased = if leading < MIN_EXPONENT { 0 } else { leading - MIN_EXPONENT } as u64;
    if biased > MAX_BIASED {
        return f64::INFINITY;
    }
    f64::from_bits((biased << 52) + significand)
}

/// `number` / 2^`dropped`, rounded to the nearest integer, ties to even.
fn round(number: u128, dropped: i64, exact: bool) -> u64 {
    if dropped > 127 {
        return 0;
    }
    let kept = (number >> dropped) as u64;
    let half = 1u128 << (dropped - 1);
    let rest = number & ((half << 1) - 1);
    let up = rest > half || (rest == half && (!exact || kept & 1 == 1));
    kept + u64::from(up)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stage::format::decimal::power_of_ten;

    #[test]
    fn known_ratios_and_roots() {
        let big = |value: i64| BigInt::from(value);
        assert_eq!(ratio(&big(1), &big(3)), 1.0 / 3.0);
        assert_eq!(ratio(&big(-7), &big(2)), -3.5);
        assert_eq!(ratio(&big(0), &big(5)), 0.0);
        assert_eq!(root_of_ratio(&big(2), &big(1)), std::f64::consts::SQRT_2);
        assert_eq!(root_of_ratio(&big(9), &big(4)), 1.5);
        assert_eq!(root_of_ratio(&big(0), &big(4)), 0.0);
    }

    #[test]
    fn the_edges_of_the_doubles() {
        let (one, huge) = (BigInt::from(1), BigInt::from(1) << 1024u32);
        assert_eq!(ratio(&huge, &one), f64::INFINITY);
        assert_eq!(ratio(&(&huge * 3u8), &BigInt::from(2)), f64::INFINITY);
        assert_eq!(ratio(&(&huge - (&one << 971u32)), &one), f64::MAX);
        assert_eq!(ratio(&(&huge - (&one << 970u32)), &one), f64::INFINITY, "a tie, to even");
        assert_eq!(ratio(&(&huge - (&one << 970u32) - 1), &one), f64::MAX);
        let least = |numerator: i64| ratio(&BigInt::from(numerator), &(&one << 1075u32));
        assert_eq!(least(1), 0.0, "a tie, to even");
        assert_eq!(least(2), 5e-324);
        assert_eq!(least(3), 1e-323, "a tie, to even");
        assert_eq!(ratio(&BigInt::from(3), &(&one << 1076u32)), 5e-324);
        assert_eq!(ratio(&one, &(&one << 5000u32)), 0.0);
        assert_eq!(ratio(&((&one << 53u32) - 1), &(&one << 1075u32)), f64::MIN_POSITIVE);
    }

    proptest! {
        // Rust's own parser rounds decimals to the nearest double, so it can judge ours.
        #[test]
        fn a_decimal_ratio_rounds_as_rusts_parser_does(
            digits in "[1-9][0-9]{0,40}", exponent in -345i32..300,
        ) {
            let number: BigInt = digits.parse().unwrap();
            let power = power_of_ten(exponent.unsigned_abs());
            let ours = if exponent < 0 {
                ratio(&number, &power)
            } else {
                ratio(&(number * power), &BigInt::from(1))
            };
            prop_assert_eq!(ours, format!("{digits}e{exponent}").parse::<f64>().unwrap());
        }

        // The hardware's root of a double is the nearest double, too.
        #[test]
        fn the_root_of_a_double_is_the_hardwares(bits in 1u64..0x7ff0_0000_0000_0000) {
            let double = f64::from_bits(bits);
            let (significand, exponent) = match (bits >> 52, bits & ((1 << 52) - 1)) {
                (0, fraction) => (fraction, -1074),
                (biased, fraction) => (fraction | 1 << 52, biased as i64 - 1075),
            };
            let (mut top, mut bottom) = (BigInt::from(significand), BigInt::from(1));
            if exponent < 0 { bottom <<= -exponent } else { top <<= exponent }
            prop_assert_eq!(root_of_ratio(&top, &bottom), double.sqrt());
        }
    }
}
