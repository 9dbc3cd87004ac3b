//! Integer sums of 192 and of 320 bits: fast to add to, and never overflowing.

use num_bigint::BigInt;

/// The sum of up to 2^64 integers of 128 bits: `high` × 2^128 + `low`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wide {
    low: u128,
    high: i64,
}

impl Wide {
    /// Adds `value`.
    pub(super) fn add(&mut self, value: i128) {
        // In two's complement a negative value reads as 2^128 − |value|, which is 2^128 too much.
        let (low, carry) = self.low.overflowing_add(value as u128);
        self.low = low;
        self.high = self.high.wrapping_add(i64::from(carry) - i64::from(value < 0));
    }

    /// Adds `value` `count` times; the product must be below 2^191.
    pub(super) fn add_times(&mut self, value: i128, count: u64) {
        let magnitude = value.unsigned_abs();
        let (lower, upper) = (magnitude & u128::from(u64::MAX), magnitude >> 64);
        // Both products are below 2^128, and the second one stands for 2^64 times as much.
        let (lower, upper) = (lower * u128::from(count), upper * u128::from(count));
        let (low, carry) = lower.overflowing_add(upper << 64);
        let high = i64::from(carry) + (upper >> 64) as i64;
        let (sum, carry) = match value < 0 {
            true => self.low.overflowing_sub(low),
            false => self.low.overflowing_add(low),
        };
        let high = high + i64::from(carry);
        self.low = sum;
        self.high = self.high.wrapping_add(if value < 0 { -high } else { high });
    }

    /// The sum, if it is in the range of 128 bits and not negative.
    pub(super) fn to_word(self) -> Option<u128> {
        (self.high == 0).then_some(self.low)
    }

    /// The sum as a big integer.
    pub(super) fn to_big(self) -> BigInt {
        (BigInt::from(self.high) << 128) + self.low
    }
}

/// The sum of up to 2^64 products below 2^254: `low` + 2^128 × `middle` + 2^256 × `high`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wider {
    low: u128,
    middle: u128,
    high: u64,
}

impl Wider {
    /// Adds the product of two factors below 2^127.
    #[inline]
    pub(super) fn add_product(&mut self, a: u128, b: u128) {
        let halves = |factor: u128| (factor & u128::from(u64::MAX), factor >> 64);
        let ((a, a_upper), (b, b_upper)) = (halves(a), halves(b));
        // Both summands are below 2^127.
        let cross = a * b_upper + a_upper * b;
        let (low, carry) = (a * b).overflowing_add(cross << 64);
        let middle = a_upper * b_upper + (cross >> 64) + u128::from(carry);
        let (low, carry) = self.low.overflowing_add(low);
        // The product is so small that the carry fits.
        let (middle, over) = self.middle.overflowing_add(middle + u128::from(carry));
        (self.low, self.middle, self.high) = (low, middle, self.high + u64::from(over));
    }

    /// The sum as a big integer.
    pub(super) fn to_big(self) -> BigInt {
        (BigInt::from(self.high) << 256) + (BigInt::from(self.middle) << 128) + self.low
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_carries_up_and_down() {
        let mut sum = Wide::default();
        for _ in 0..5 {
            sum.add(i128::MAX);
        }
        assert_eq!(sum.to_big(), BigInt::from(i128::MAX) * 5);
        for _ in 0..10 {
            sum.add(i128::MIN);
        }
        assert_eq!(sum.to_big(), BigInt::from(i128::MAX) * 5 + BigInt::from(i128::MIN) * 10);
    }

    proptest! {
        #[test]
        fn products_are_summed_exactly(
            factors in proptest::collection::vec((any::<u128>(), any::<u128>(), 1u32..128), 0..50),
        ) {
            let mut sum = Wider::default();
            let factors: Vec<_> = factors.iter().map(|&(a, b, cut)| (a >> 1 >> (cut / 2), b >> cut)).collect();
            factors.iter().for_each(|&(a, b)| sum.add_product(a, b));
            let expected = factors.iter().map(|&(a, b)| BigInt::from(a) * b).sum();
            prop_assert_eq!(sum.to_big(), expected);
        }

        #[test]
        fn many_of_the_same_are_added_at_once(
            values in proptest::collection::vec((any::<i128>(), any::<u64>()), 0..9),
        ) {
            let mut sum = Wide::default();
            values.iter().for_each(|&(value, count)| sum.add_times(value >> 4, count >> 4));
            let expected =
                values.iter().map(|&(value, count)| BigInt::from(value >> 4) * (count >> 4)).sum();
            prop_assert_eq!(sum.to_big(), expected);
        }

        #[test]
        fn it_agrees_with_a_big_integer(values in proptest::collection::vec(any::<i128>(), 0..50)) {
            let mut sum = Wide::default();
            values.iter().for_each(|&value| sum.add(value));
            prop_assert_eq!(sum.to_big(), values.iter().map(|&value| BigInt::from(value)).sum());
        }
    }
}
