//! Dividing by the same number many times, by a multiplication, which takes a fraction of the time: T.
//! Granlund and P. L. Montgomery, "Division by invariant integers using multiplication", 1994, theorem
//! 4.2.

/// A positive divisor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Divisor {
    divisor: i64,
    /// The least integer above 2^(63 + `shift`) / `divisor`, where 2^`shift` is the least power of two that is
    /// not below the divisor.
    factor: u64,
    shift: u32,
}

impl Divisor {
    /// The divisor must be positive.
    pub(crate) fn new(divisor: i64) -> Divisor {
        let shift = (divisor as u64).next_power_of_two().ilog2();
        let factor = (1u128 << (63 + shift)) / divisor as u128 + 1;
        Divisor { divisor, factor: factor as u64, shift }
    }

    /// The divisor itself.
    #[inline(always)]
    pub(crate) fn get(self) -> i64 {
        self.divisor
    }

    /// How many times the divisor goes into `number`, which must not be negative.
    #[inline(always)]
    pub(crate) fn quotient(self, number: i64) -> u64 {
        let product = u128::from((number as u64) << 1) * u128::from(self.factor);
        (product >> 64) as u64 >> self.shift
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_quotient_is_exact(number in 0..=i64::MAX, divisor in 1..=i64::MAX, cut in 0u32..63, more in 0u32..63) {
            let (number, divisor) = (number >> cut, (divisor >> more).max(1));
            for number in [number, number / divisor * divisor, (number / divisor * divisor - 1).max(0)] {
                prop_assert_eq!(Divisor::new(divisor).quotient(number), (number / divisor) as u64);
            }
        }
    }

    #[test]
    fn the_ends_of_the_range_are_divided_exactly() {
        for divisor in [1, 2, 3, 10, 1 << 62, (1 << 62) + 1, i64::MAX - 1, i64::MAX] {
            for number in [0, 1, divisor - 1, divisor, i64::MAX - 1, i64::MAX] {
                assert_eq!(Divisor::new(divisor).quotient(number), (number / divisor) as u64);
            }
        }
    }
}
