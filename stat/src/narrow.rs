//! Short numbers so near zero that 16 bits hold them: eight of them are compared and summed at a time,
//! in vector registers of any processor.

use crate::short::BATCH;

/// No narrow number is farther from zero: the squares of [`SUMMED`] of them have a sum below 2^32.
const GREATEST: u64 = (1 << 14) - 1;

/// Squares that are summed in 32 bits.
const SUMMED: usize = 16;

/// Narrow numbers, in order.
#[derive(Debug)]
pub(crate) struct Narrow {
    numbers: [i16; BATCH],
    count: usize,
}

impl Narrow {
    /// These numbers, none of which is farther from zero than `reach`, if they are narrow and at most
    /// [`BATCH`].
    pub(crate) fn of(numbers: &[i64], reach: u64) -> Option<Narrow> {
        if reach > GREATEST || numbers.len() > BATCH {
            return None;
        }
        let mut narrow = Narrow { numbers: [0; BATCH], count: numbers.len() };
        narrow.numbers.iter_mut().zip(numbers).for_each(|(narrow, it)| *narrow = *it as i16);
        Some(narrow)
    }

    fn as_slice(&self) -> &[i16] {
        &self.numbers[..self.count]
    }

    /// The least and the greatest; if there is none, the least is above the greatest.
    pub(crate) fn ends(&self) -> (i64, i64) {
        let widen = |(min, max): (i16, i16), it: &i16| (min.min(*it), max.max(*it));
        let (min, max) = self.as_slice().iter().fold((i16::MAX, i16::MIN), widen);
        (min.into(), max.into())
    }

    /// Their sum, and that of their squares.
    pub(crate) fn sums(&self) -> (i64, i64) {
        let (some, rest) = self.as_slice().as_chunks::<SUMMED>();
        let sums = some.iter().map(sums_of).chain([sums_of(&filled(rest))]);
        sums.fold((0, 0), |(sum, squares), (own, own_squares)| (sum + own, squares + own_squares))
    }
}

/// These numbers, and zeros.
fn filled(numbers: &[i16]) -> [i16; SUMMED] {
    std::array::from_fn(|at| numbers.get(at).copied().unwrap_or(0))
}

fn sums_of(numbers: &[i16; SUMMED]) -> (i64, i64) {
    let sum: i32 = numbers.iter().map(|number| i32::from(*number)).sum();
    let square = |number: &i16| i32::from(*number) * i32::from(*number);
    let squares = numbers.iter().fold(0u32, |sum, number| sum.wrapping_add(square(number) as u32));
    (sum.into(), squares.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn they_are_compared_and_summed_like_wide_ones(
            codes in proptest::collection::vec(any::<i64>(), 0..100), cut in 49u32..64, same in any::<bool>(),
        ) {
            let numbers: Vec<i64> = codes.iter().map(|code| if same { codes[0] >> cut } else { code >> cut }).collect();
            let reach = numbers.iter().map(|number| number.unsigned_abs()).max().unwrap_or(0);
            let narrow = Narrow::of(&numbers, reach);
            prop_assert_eq!(narrow.is_some(), reach <= GREATEST);
            if let Some(narrow) = narrow {
                let ends = numbers.iter().min().copied().zip(numbers.iter().max().copied());
                prop_assert_eq!(Some(narrow.ends()).filter(|_| !numbers.is_empty()), ends);
                let squares = numbers.iter().map(|number| number * number).sum();
                prop_assert_eq!(narrow.sums(), (numbers.iter().sum(), squares));
            }
        }
    }
}
