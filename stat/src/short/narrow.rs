//! Short numbers so near zero that 16 bits hold them: eight of them are compared and summed at a time,
//! in vector registers of any processor.

use wide::{i16x8, i32x4, i32x8};

/// No narrow number is farther from zero: the squares of [`SUMMED`] of them have a sum below 2^34, and
/// in each of four lanes below 2^32.
const GREATEST: u64 = (1 << 14) - 1;

/// Numbers whose squares are summed in 32 bits.
const SUMMED: usize = 64;

/// What is known of narrow numbers together.
#[derive(Debug)]
pub(crate) struct Narrow {
    /// The least and the greatest; if there is none, the least is above the greatest.
    pub ends: (i64, i64),
    /// Their sum.
    pub sum: i64,
    /// The sum of their squares.
    pub squares: i64,
}

impl Narrow {
    /// What is known of these numbers, none of which is farther from zero than `reach`, if they are
    /// narrow.
    pub(crate) fn of(numbers: &[i64], reach: u64) -> Option<Narrow> {
        if reach > GREATEST {
            return None;
        }
        let (mut min, mut max) = (i16x8::MAX, i16x8::MIN);
        let (mut sum, mut squares) = (0, 0);
        for some in numbers.chunks(SUMMED) {
            let (mut sums, mut square_sums) = (i32x4::ZERO, i32x4::ZERO);
            let (eights, rest) = some.as_chunks();
            for lanes in eights.iter().map(lanes) {
                (min, max) = (min.min(lanes), max.max(lanes));
                sums += lanes.dot(i16x8::ONE);
                square_sums += lanes.dot(lanes);
            }
            for number in rest {
                let lane = i16x8::splat(*number as i16);
                (min, max) = (min.min(lane), max.max(lane));
                (sum, squares) = (sum + number, squares + number * number);
            }
            sum += sums.to_array().iter().map(|sum| i64::from(*sum)).sum::<i64>();
            squares += square_sums.to_array().iter().map(|sum| i64::from(*sum as u32)).sum::<i64>();
        }
        let ends = (min.reduce_min().into(), max.reduce_max().into());
        Some(Narrow { ends, sum, squares })
    }
}

fn lanes(numbers: &[i64; 8]) -> i16x8 {
    i16x8::from_i32x8_saturate(i32x8::from(numbers.map(|number| number as i32)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn they_are_compared_and_summed_like_wide_ones(
            codes in proptest::collection::vec(any::<i64>(), 0..200), cut in 49u32..64, same in any::<bool>(),
        ) {
            let numbers: Vec<i64> = codes.iter().map(|code| if same { codes[0] >> cut } else { code >> cut }).collect();
            let reach = numbers.iter().map(|number| number.unsigned_abs()).max().unwrap_or(0);
            let narrow = Narrow::of(&numbers, reach);
            prop_assert_eq!(narrow.is_some(), reach <= GREATEST);
            if let Some(narrow) = narrow {
                let ends = numbers.iter().min().copied().zip(numbers.iter().max().copied());
                prop_assert_eq!(Some(narrow.ends).filter(|_| !numbers.is_empty()), ends);
                prop_assert_eq!(narrow.sum, numbers.iter().sum::<i64>());
                let squares: i64 = numbers.iter().map(|number| number * number).sum();
                prop_assert_eq!(narrow.squares, squares);
            }
        }
    }
}
