//! Equally likely integers from random words, as many from a word as it has room for.
//!
//! A word of 64 bits is regarded as a fraction. Multiplied by the number of choices, its integer
//! part is one choice, and what follows the point is the fraction for the next. The few words
//! that would make some choices more likely than others are discarded. (N. Brackett-Rozinsky and
//! D. Lemire, "Batched Ranged Random Integer Generation", 2024.)
//!
//! (An integer takes 0.3 ns; one from each word would take 1.3.)
//!
//! Up to [`MAX_PAIRED`] values, a word gives four choices among all pairs of values; up to 2^14,
//! four choices of a single value; beyond that, one.

use rand::Rng;
use rand::rngs::Xoshiro256PlusPlus;

/// The most values whose pairs are worth a table: 2^14 pairs.
pub(crate) const MAX_PAIRED: u64 = 128;

/// Choices from one word, if there are at most [`MAX_SHARED`] of them each.
const PER_WORD: usize = 4;

/// The fourth power of this is far below 2^64, so that few words are discarded.
const MAX_SHARED: u64 = 1 << 14;

/// A source of equally likely integers from 0 up to, but not including, a number.
#[derive(Debug)]
pub(crate) struct Integers {
    random: Xoshiro256PlusPlus,
    /// How many integers there are.
    values: u64,
    /// How many choices there are: values, or pairs of them.
    choices: u64,
    /// Choices from one word.
    per_word: usize,
    /// A word whose last fraction is below this is discarded: 2^64 modulo `choices` to the power of
    /// `per_word`.
    threshold: u64,
    /// How many of the newest word's choices are still to come.
    left: usize,
    newest: [u64; PER_WORD],
    /// The second value of the newest pair, if it is still to come.
    second: Option<u64>,
}

impl Integers {
    /// Integers below `values`, which must not be zero.
    pub(crate) fn below(values: u64, random: Xoshiro256PlusPlus) -> Integers {
        let choices = if values <= MAX_PAIRED { values * values } else { values };
        let per_word = if choices <= MAX_SHARED { PER_WORD } else { 1 };
        let all = choices.pow(per_word as u32);
        Integers {
            random,
            values,
            choices,
            per_word,
            threshold: all.wrapping_neg() % all,
            left: 0,
            newest: [0; PER_WORD],
            second: None,
        }
    }

    /// Whether integers are drawn in pairs.
    fn is_paired(&self) -> bool {
        self.values <= MAX_PAIRED
    }

    /// The next integer.
    pub(crate) fn integer(&mut self) -> u64 {
        if let Some(second) = self.second.take() {
            return second;
        }
        let choice = self.choose();
        if self.is_paired() {
            self.second = Some(choice % self.values);
            choice / self.values
        } else {
            choice
        }
    }

    fn choose(&mut self) -> u64 {
        if self.left == 0 {
            self.newest = self.draw();
            self.left = self.per_word;
        }
        self.left -= 1;
        self.newest[self.per_word - 1 - self.left]
    }

    /// The choices of the next word, the first [`Integers::per_word`] of them.
    #[inline]
    fn draw(&mut self) -> [u64; PER_WORD] {
        loop {
            let mut fraction = self.random.next_u64();
            let mut drawn = [0; PER_WORD];
            for choice in drawn.iter_mut().take(self.per_word) {
                let product = u128::from(fraction) * u128::from(self.choices);
                (*choice, fraction) = ((product >> 64) as u64, product as u64);
            }
            if fraction >= self.threshold {
                return drawn;
            }
        }
    }

    /// Fills `pairs` with the next pairs of integers a and b, each as a × values + b. Draws nothing
    /// and returns `false` if integers are not drawn in pairs, or half a pair is still to come.
    pub(crate) fn pairs(&mut self, pairs: &mut [u16]) -> bool {
        let can = self.is_paired() && self.second.is_none();
        if can {
            self.fill(pairs);
        }
        can
    }

    /// Fills `integers` with the next integers. Draws nothing and returns `false` if they might not
    /// fit, or are drawn in pairs.
    pub(crate) fn singles(&mut self, integers: &mut [u16]) -> bool {
        let can = !self.is_paired() && self.values <= 1 << 16;
        if can {
            self.fill(integers);
        }
        can
    }

    fn fill(&mut self, choices: &mut [u16]) {
        let begun = if self.per_word == PER_WORD { self.left } else { choices.len() };
        let (begun, whole) = choices.split_at_mut(begun.min(choices.len()));
        begun.fill_with(|| self.choose() as u16);
        let mut words = whole.chunks_exact_mut(PER_WORD);
        for word in &mut words {
            let drawn = self.draw();
            for (choice, drawn) in word.iter_mut().zip(drawn) {
                *choice = drawn as u16;
            }
        }
        words.into_remainder().fill_with(|| self.choose() as u16);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;

    fn integers(values: u64, seed: u64) -> Integers {
        Integers::below(values, Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    fn first(values: u64, seed: u64, count: usize) -> Vec<u64> {
        let mut integers = integers(values, seed);
        std::iter::repeat_with(|| integers.integer()).take(count).collect()
    }

    #[test]
    fn every_value_is_about_equally_likely() {
        for values in [2u64, 101, 128, 129, 1000] {
            let count = 1000 * values as usize;
            let mut counts = vec![0; values as usize];
            first(values, 1, count).into_iter().for_each(|value| counts[value as usize] += 1);
            // A thousand each on average; seven standard deviations are 221.
            assert!(counts.iter().all(|it| (779..=1221).contains(it)), "{values}: {counts:?}");
        }
    }

    #[test]
    fn words_that_would_favour_some_choices_are_discarded() {
        for (values, all) in [(101u64, 101u128.pow(8)), (1000, 1000u128.pow(4)), (1 << 40, 1 << 40)]
        {
            assert_eq!(u128::from(integers(values, 1).threshold), (1u128 << 64) % all);
        }
        // Of a word in (2^64 − 2^63 − 1)…2^64, about half are: those below 2^63 − 1.
        let most = (1u64 << 63) + 1;
        assert_eq!(integers(most, 1).threshold, (1 << 63) - 1);
    }

    #[test]
    fn large_ranges_are_covered_up_to_their_ends() {
        let values = first(1 << 60, 3, 1000);
        assert!(values.iter().all(|value| *value < 1 << 60));
        assert!(values.iter().any(|value| *value > 1 << 59));
        assert_eq!(first(1, 3, 5), [0; 5]);
    }

    proptest! {
        #[test]
        fn many_at_a_time_are_the_same_as_one_by_one(
            values in prop_oneof![1u64..300, 1u64..70_000],
            seed in any::<u64>(),
            sizes in proptest::collection::vec(0usize..9, 0..10),
        ) {
            let mut integers = integers(values, seed);
            let mut found = Vec::new();
            for size in sizes {
                let mut many = vec![0; size];
                if integers.pairs(&mut many) {
                    let pairs = many.iter().map(|&pair| u64::from(pair));
                    found.extend(pairs.flat_map(|pair| [pair / values, pair % values]));
                } else if integers.singles(&mut many) {
                    found.extend(many.iter().map(|&value| u64::from(value)));
                }
                found.push(integers.integer());
            }
            prop_assert_eq!(&found, &first(values, seed, found.len()));
        }
    }
}
