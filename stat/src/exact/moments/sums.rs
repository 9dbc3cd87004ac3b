//! Sums of machine words: fast to add to, many numbers at a time.

use super::{PowerSums, Powers};
use crate::exact::wide::{Wide, Wider};
use crate::short::narrow::Narrow;
use crate::short::{BATCH, POWERS};

/// Fourth powers of mantissas below this one fit 128 bits.
pub(super) const FOURTH_LIMIT: u64 = 1 << 31;

/// The squares of a batch of numbers below this one have a sum below 2^63.
const SHORT_SUM: i64 = 1 << 26;

/// Sums over mantissas of a machine word that have the same number of places.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    /// At most 2^64 × 2^63, below 2^127.
    pub(super) sum: i128,
    pub(super) squares: Wide,
    cubes: Wide,
    fourths: Wide,
    /// The same of mantissas from [`FOURTH_LIMIT`] on: cubes above and below zero, and fourth powers.
    great: [Wider; 3],
    /// The most places that a sample has without useless zeros.
    pub(super) finest: u16,
}

impl Sums {
    pub(super) fn add(&mut self, mantissa: i64) -> i128 {
        let wide = i128::from(mantissa);
        self.sum += wide;
        self.squares.add(wide * wide);
        wide
    }

    pub(super) fn add_four(&mut self, mantissa: i64) {
        let wide = self.add(mantissa);
        if mantissa.unsigned_abs() < FOURTH_LIMIT {
            self.cubes.add(wide * wide * wide);
            self.fourths.add(wide * wide * wide * wide);
        } else {
            let (magnitude, square) = (wide.unsigned_abs(), wide.unsigned_abs().pow(2));
            let [above, below, fourths] = &mut self.great;
            if mantissa > 0 { above } else { below }.add_product(magnitude, square);
            fourths.add_product(square, square);
        }
    }

    /// For a mantissa below [`FOURTH_LIMIT`].
    pub(super) fn add_four_times(&mut self, mantissa: i64, count: u64) {
        self.add_times(mantissa, count);
        let wide = i128::from(mantissa);
        self.cubes.add_times(wide * wide * wide, count);
        self.fourths.add_times(wide * wide * wide * wide, count);
    }

    pub(super) fn add_times(&mut self, mantissa: i64, count: u64) {
        let wide = i128::from(mantissa);
        self.sum += wide * i128::from(count);
        self.squares.add_times(wide * wide, count);
    }

    /// Adds short numbers, of which more is known if they are `narrow`, with this many `places`.
    pub(super) fn add_short(
        &mut self,
        numbers: &[i64],
        narrow: Option<&Narrow>,
        places: u16,
        powers: Powers,
    ) {
        match (powers, narrow) {
            (Powers::Two, Some(narrow)) => {
                self.sum += i128::from(narrow.sum);
                self.squares.add(narrow.squares.into());
            }
            (Powers::Two, None) => self.add_two_of(numbers),
            (Powers::Four, _) => numbers.iter().for_each(|number| self.add_four(*number)),
        }
        while self.finest < places && !are_multiples(numbers, places - self.finest) {
            self.finest += 1;
        }
    }

    /// Adds the sums of two powers of short numbers with this many `places`.
    pub(super) fn add_counts(&mut self, numbers: &[(i64, u64)], places: u16) {
        self.add_two_of_counts(numbers);
        for (number, _) in numbers {
            if self.finest == places {
                break;
            }
            let is_multiple = |finest| are_multiples(&[*number], places - finest);
            while self.finest < places && !is_multiple(self.finest) {
                self.finest += 1;
            }
        }
    }

    fn add_two_of_counts(&mut self, numbers: &[(i64, u64)]) {
        let (bits, counts) = numbers.iter().fold((0, 0), |(bits, counts), (number, count)| {
            (bits | bits_of(*number), counts | count)
        });
        let width = |word: u64| u64::BITS - word.leading_zeros();
        if 2 * width(bits as u64) + width(counts) + width(numbers.len() as u64) < u64::BITS {
            let (sum, squares) = numbers.iter().fold((0, 0), |(sum, squares), (number, count)| {
                let times = number * *count as i64;
                (sum + times, squares + times * number)
            });
            self.sum += i128::from(sum);
            self.squares.add(squares.into());
            return;
        }
        numbers.iter().for_each(|(number, count)| self.add_times(*number, *count));
    }

    /// Whether these are the sums of nothing, or of zeros without places.
    pub(super) fn is_empty(&self) -> bool {
        self.finest == 0 && self.squares == Wide::default()
    }

    fn add_two_of(&mut self, numbers: &[i64]) {
        let bits = numbers.iter().fold(0, |bits, number| bits | bits_of(*number));
        if bits < SHORT_SUM && numbers.len() <= BATCH {
            let (sum, squares) = numbers
                .iter()
                .fold((0, 0), |(sum, squares), number| (sum + number, squares + number * number));
            self.sum += i128::from(sum);
            self.squares.add(squares.into());
            return;
        }
        self.sum += numbers.iter().fold(0, |sum, number| sum + i128::from(*number));
        if bits < 1 << 31 {
            let square = |sum, number: &i64| sum + i128::from(number * number);
            self.squares.add(numbers.iter().fold(0, square));
        } else {
            let squares = numbers.iter().map(|number| i128::from(*number) * i128::from(*number));
            squares.for_each(|square| self.squares.add(square));
        }
    }

    /// The sums, in the coarsest unit in which all samples are integers, with its places.
    pub(super) fn coarsest(self, places: u16) -> (u16, PowerSums) {
        let finest = self.finest.min(places);
        (finest, self.to_big().coarsened(places - finest))
    }

    fn to_big(self) -> PowerSums {
        let [above, below, fourths] = self.great;
        PowerSums {
            sum: self.sum.into(),
            squares: self.squares.to_big(),
            cubes: self.cubes.to_big() + above.to_big() - below.to_big(),
            fourths: self.fourths.to_big() + fourths.to_big(),
        }
    }
}

/// The bits of a number, or of its complement if it is negative.
fn bits_of(number: i64) -> i64 {
    number ^ (number >> 63)
}

/// Whether all `numbers` are multiples of 10^`exponent`.
fn are_multiples(numbers: &[i64], exponent: u16) -> bool {
    let power = POWERS[usize::from(exponent)];
    numbers.iter().all(|number| number.unsigned_abs().is_multiple_of(power))
}
