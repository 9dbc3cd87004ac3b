//! Random numbers that are the same in every run and on every machine.

/// Knuth's MMIX generator (The Art of Computer Programming, vol. 2, 3.3.4): its upper bits are as
/// good as random, and only those are used.
pub(crate) struct Random(u64);

impl Random {
    /// The numbers of this seed.
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// An integer from 0 up to, but without, `limit`.
    pub(crate) fn below(&mut self, limit: u32) -> i64 {
        let product = (self.next() >> 32) * u64::from(limit);
        (product >> 32).cast_signed()
    }

    /// A number from 0 up to, but without, 1, with all of a double's digits.
    pub(crate) fn unit(&mut self) -> f64 {
        // A double has 53 of them.
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn next(&mut self) -> u64 {
        let product = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = product.wrapping_add(1_442_695_040_888_963_407);
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_reach_both_ends_of_their_range_and_no_further() {
        let mut random = Random::new(1);
        let drawn: Vec<i64> = (0..1000).map(|_| random.below(5)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&0), Some(&4)));
        assert!((0..1000).map(|_| random.unit()).all(|number| (0.0..1.0).contains(&number)));
    }

    #[test]
    fn a_seed_always_gives_the_same_numbers() {
        let first = |seed| Random::new(seed).below(1 << 31);
        assert_eq!(first(1), first(1));
        assert_ne!(first(1), first(2));
    }
}
