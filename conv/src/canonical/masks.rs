//! Which of the lines in 64 bytes are canonical, found for all at once: bit i of a mask stands for byte
//! i, and shifting one mask over another checks which character follows which.
//!
//! The bytes are compared in vector registers (by the crate `wide`, which also works on processors
//! without them). What is left is about 40 operations on words, whether the bytes are one line or many.

use stage::format::decimal::MAX_PLAIN;
use wide::u8x16;

use crate::chunk::CHUNK;

/// Where a chunk has which characters.
#[derive(Clone, Copy)]
pub(super) struct Masks {
    line_feeds: u64,
    digits: u64,
    zeros: u64,
    points: u64,
    minuses: u64,
}

/// Lines at the start of a chunk.
#[derive(Clone, Copy)]
pub(super) struct Taken {
    /// Where they end.
    line_feeds: u64,
    /// The ends of those with useless zeros before them.
    pub useless_zeros: u64,
}

impl Masks {
    /// Those of a chunk, the first byte of which begins a line.
    #[inline]
    pub(super) fn of(chunk: &[u8; CHUNK]) -> Masks {
        let mut masks = Masks { line_feeds: 0, digits: 0, zeros: 0, points: 0, minuses: 0 };
        for (at, bytes) in chunk.as_chunks().0.iter().enumerate() {
            let bytes = u8x16::new(*bytes);
            let values = bytes - u8x16::splat(b'0');
            let where_equal = |byte| bytes.simd_eq(u8x16::splat(byte));
            let placed = |mask: u8x16| u64::from(mask.to_bitmask()) << (16 * at);
            masks.line_feeds |= placed(where_equal(b'\n'));
            masks.digits |= placed(values.min(u8x16::splat(9)).simd_eq(values));
            masks.zeros |= placed(where_equal(b'0'));
            masks.points |= placed(where_equal(b'.'));
            masks.minuses |= placed(where_equal(b'-'));
        }
        masks
    }

    /// The lines before the first that is wrong. Useless zeros behind a point are not wrong; the caller
    /// cuts them off. (So a zero with a sign and useless zeros is among the lines, too.)
    #[inline]
    pub(super) fn canonical(self) -> Taken {
        let Masks { line_feeds, digits, zeros, points, minuses } = self;
        let starts = line_feeds << 1 | 1;
        let signs = minuses & starts;
        // Where the digits must begin.
        let numbers = starts & !minuses | signs << 1;
        let leading_zeros = zeros & numbers;
        // Adding a one to a run of digits sets the bit behind the run.
        let fractions = points << 1;
        let fraction_ends = digits.wrapping_add(fractions) & !digits;
        let wrong = !(line_feeds | digits | points | minuses)
            | minuses & !starts
            | (numbers | fractions) & !digits
            | leading_zeros << 1 & digits
            | (leading_zeros & signs << 1) << 1 & line_feeds
            | fraction_ends & !line_feeds
            | too_long(line_feeds);
        // The line with the lowest wrong byte is not taken, nor is any after it.
        let right = wrong & wrong.wrapping_neg();
        let line_feeds = line_feeds & right.wrapping_sub(1);
        Taken { line_feeds, useless_zeros: fraction_ends & zeros << 1 & line_feeds }
    }
}

/// The starts of lines that may need an exponent.
#[inline]
fn too_long(line_feeds: u64) -> u64 {
    let mut run = !line_feeds;
    // A one for each run of 2, 4, 8, 16, 32, 41 bytes from there on without a line feed.
    for more in [1, 2, 4, 8, 16, MAX_PLAIN + 1 - 32] {
        run &= run >> more;
    }
    run
}

impl Taken {
    /// The lines before the one that ends at `end`.
    #[cold]
    pub(super) fn before_the_line_of(self, end: usize) -> Taken {
        let earlier = !(u64::MAX << end);
        Taken { line_feeds: self.line_feeds & earlier, useless_zeros: self.useless_zeros & earlier }
    }

    /// How many bytes they have.
    #[inline]
    pub(super) fn bytes(self) -> usize {
        CHUNK - self.line_feeds.leading_zeros() as usize
    }

    /// How many there are.
    #[inline]
    pub(super) fn lines(self) -> u64 {
        self.line_feeds.count_ones().into()
    }

    /// Whether they are all lines of the chunk.
    #[inline]
    pub(super) fn is_all_of(self, masks: &Masks) -> bool {
        self.line_feeds == masks.line_feeds
    }
}
