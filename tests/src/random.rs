//! Random choices that can be repeated: the same seed gives the same choices on every machine.

/// A source of random choices (Marsaglia's xorshift, 64 bits, with the triple 13, 7, 17).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The choices that belong to `seed`.
    pub fn new(seed: u64) -> Random {
        // Never zero, which would stay zero; and neighbouring seeds start far apart.
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end`, which is not zero.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The upper bits are the better ones. For the small `end`s used here, the remainder is all
        // but uniform.
        (self.0 >> 16) % end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_the_same_choices_and_all_of_them() {
        let of = |seed| {
            let mut random = Random::new(seed);
            (0..100).map(|_| random.below(3)).collect::<Vec<_>>()
        };
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        assert!((0..3).all(|choice| of(0).contains(&choice)));
    }
}
