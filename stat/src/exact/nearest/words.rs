//! The same for ratios in machine words: those of nearly every record, in a tenth of the time.

use super::compose;

/// The double nearest to `numerator` / `denominator`, which must be above zero.
pub(in crate::exact) fn ratio(numerator: i128, denominator: u64) -> f64 {
    let Quotient { quotient, shift, is_exact } =
        Quotient::of(numerator.unsigned_abs(), denominator);
    let magnitude = compose(quotient, -shift, is_exact);
    if numerator < 0 { -magnitude } else { magnitude }
}

/// The double nearest to the root of `numerator` / `denominator`, which must be above zero.
pub(in crate::exact) fn root_of_ratio(numerator: u128, denominator: u64) -> f64 {
    let Quotient { quotient, shift, is_exact } = Quotient::of(numerator, denominator);
    let root = quotient.isqrt();
    // With 126 bits or more, the quotient's root has at least 63.
    compose(root, -shift / 2, is_exact && root * root == quotient)
}

/// ⌊top × 2^`shift` / bottom⌋, which has 126 to 128 bits unless it is zero.
struct Quotient {
    quotient: u128,
    /// Even, and not negative.
    shift: i64,
    /// Whether nothing is left over.
    is_exact: bool,
}

impl Quotient {
    fn of(top: u128, bottom: u64) -> Quotient {
        if top == 0 {
            return Quotient { quotient: 0, shift: 0, is_exact: true };
        }
        let bits = u64::BITS - bottom.leading_zeros();
        let shift = (u128::BITS - 1 + bits - (u128::BITS - top.leading_zeros())) & !1;
        let (words, rest) = (shift / u64::BITS, shift % u64::BITS);
        let beyond = top.checked_shr(u128::BITS - rest).unwrap_or(0) as u64;
        let [upper, lower] = [(top << rest >> u64::BITS) as u64, (top << rest) as u64];
        let digits = [beyond, upper, lower, 0, 0];
        let (mut quotient, mut left) = (0, 0);
        // As on paper, with words as digits.
        for digit in &digits[..3 + words as usize] {
            let part = (left << u64::BITS) | u128::from(*digit);
            quotient = (quotient << u64::BITS) | (part / u128::from(bottom));
            left = part % u128::from(bottom);
        }
        Quotient { quotient, shift: shift.into(), is_exact: left == 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::nearest;
    use num_bigint::BigInt;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn they_are_rounded_like_big_integers(
            top in any::<i128>(), cut in 0u32..128, bottom in 1..=u64::MAX, short in 0u32..64, many in 1u64..99,
        ) {
            let (top, bottom) = (top >> cut, (bottom >> short).max(1));
            // The second is a ratio without remainder.
            let whole = (top >> 16) / i128::from(bottom) * i128::from(bottom);
            for top in [top, whole, whole.saturating_mul(many.into()), i128::MIN, i128::MAX, 0] {
                let (big, below) = (BigInt::from(top), BigInt::from(bottom));
                prop_assert_eq!(ratio(top, bottom), nearest::ratio(&big, &below));
                let magnitude = top.unsigned_abs();
                let root = nearest::root_of_ratio(&BigInt::from(magnitude), &below);
                prop_assert_eq!(root_of_ratio(magnitude, bottom), root);
            }
        }

        #[test]
        fn roots_of_squares_are_exact(root in any::<u64>(), cut in 0u32..64, bottom in 1u64..1 << 16) {
            let (root, bottom) = (u128::from(root >> cut), bottom);
            let square = (root * root).checked_mul(u128::from(bottom));
            if let Some(top) = square.filter(|top| *top > 0) {
                prop_assert_eq!(root_of_ratio(top, bottom), root as f64);
            }
        }
    }
}
