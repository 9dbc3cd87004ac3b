//! An integer sum of 192 bits: fast to add to, and never overflowing.

use num_bigint::BigInt;

/// The sum of up to 2^64 integers of 128 bits: `high` × 2^128 + `low`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wide {
    low: u128,
    high: i64,
}

impl Wide {
    /// Adds `value`.
    pub(crate) fn add(&mut self, value: i128) {
        // In two's complement a negative value reads as 2^128 − |value|, which is 2^128 too much.
        let (low, carry) = self.low.overflowing_add(value as u128);
        self.low = low;
        self.high = self.high.wrapping_add(i64::from(carry) - i64::from(value < 0));
    }

    /// Adds `value`, which must be below 2^127, `count` times.
    pub(crate) fn add_times(&mut self, value: u128, count: u64) {
        let (lower, upper) = (value & u128::from(u64::MAX), value >> 64);
        // Each product is below 2^128, and the second one stands for 2^64 times as much.
        let (lower, upper) = (lower * u128::from(count), upper * u128::from(count));
        let (low, carry) = self.low.overflowing_add(lower);
        let (low, again) = low.overflowing_add(upper << 64);
        self.low = low;
        self.high += i64::from(carry) + i64::from(again) + (upper >> 64) as i64;
    }

    /// The sum as a big integer.
    pub(crate) fn to_big(self) -> BigInt {
        (BigInt::from(self.high) << 128) + self.low
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
        fn many_of_the_same_are_added_at_once(
            values in proptest::collection::vec((0..=i128::MAX >> 1, any::<u64>()), 0..9),
        ) {
            let mut sum = Wide::default();
            values.iter().for_each(|&(value, count)| sum.add_times(value as u128, count >> 4));
            let expected = values.iter().map(|&(value, count)| BigInt::from(value) * (count >> 4)).sum();
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
