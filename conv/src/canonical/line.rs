//! Canonical lines, and the numbers in them.

use stage::format::decimal::fixed::{Fixed, power};

use crate::chunk::{CHUNK, places_of};

/// The most characters, without the sign, of a number that is read here: 18 digits, a point, and the
/// zero that often stands before it.
const LONGEST: usize = 20;

/// What eight more digits multiply a number by.
const EIGHT: i64 = 100_000_000;

/// The lines of `text`, which must be canonical.
pub(crate) fn lines(text: &[u8]) -> Lines<'_> {
    Lines { text, start: 0, chunk: 0, line_feeds: 0 }
}

/// The lines of a text, one after another.
pub(crate) struct Lines<'t> {
    text: &'t [u8],
    /// Where the next line begins.
    start: usize,
    /// Where the next chunk begins, and the line feeds that are left of the one before.
    chunk: usize,
    line_feeds: u64,
}

impl Lines<'_> {
    /// Bytes of the lines taken so far.
    pub(crate) fn taken(&self) -> usize {
        self.start
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    #[inline(always)]
    fn next(&mut self) -> Option<Line<'t>> {
        let Lines { text, start, chunk, line_feeds } = self;
        while *line_feeds == 0 {
            *line_feeds = places_of([b'\n'], text.get(*chunk..).filter(|rest| !rest.is_empty())?);
            *chunk += CHUNK;
        }
        let end = *chunk - CHUNK + line_feeds.trailing_zeros() as usize;
        *line_feeds &= *line_feeds - 1;
        Some(Line { text, start: std::mem::replace(start, end + 1), end })
    }
}

/// A line. (All that reads it is always a part of its callers, which do little else: with several of them, the
/// compiler would call it for each line.)
#[derive(Clone, Copy)]
pub(crate) struct Line<'t> {
    /// The text that it is in, and where.
    text: &'t [u8],
    start: usize,
    end: usize,
}

impl<'t> Line<'t> {
    /// The line, without its line feed.
    #[inline(always)]
    pub(crate) fn bytes(self) -> &'t [u8] {
        &self.text[self.start..self.end]
    }

    /// Its characters in a register, if it has at most eight.
    #[inline(always)]
    pub(crate) fn characters(self) -> Option<Characters> {
        let Line { text, start, end } = self;
        matches!(end - start, 1..=8).then(|| Characters(eight_characters(text, start, end)))
    }

    /// The number in it; `None` if it fits no word.
    #[inline(always)]
    pub(crate) fn number(self) -> Option<Fixed> {
        let Line { text, start, end } = self;
        let is_negative = text[start] == b'-';
        let start = start + usize::from(is_negative);
        let (magnitude, places) = match end - start {
            1..=8 => short(text, start, end),
            9..=16 => medium(text, start, end),
            17..=LONGEST => long(text, start, end)?,
            _ => return None,
        };
        let mantissa = if is_negative { -magnitude } else { magnitude };
        Fixed::new(mantissa.into(), places.unwrap_or(0) as u16)
    }
}

/// The characters of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Characters(u64);

impl Characters {
    /// All of them, in a register that is not 0.
    #[inline(always)]
    pub(crate) fn register(self) -> u64 {
        self.0
    }

    /// A number that tells lines near each other apart: that of the digits, with the point as a digit of its
    /// own; negative ones count down from zero.
    #[inline(always)]
    pub(crate) fn nearness(self) -> usize {
        // '-' has the first and the sixth bit, but not the fifth; no digit or point is like that.
        let sign = self.0 & self.0 >> 5 & !(self.0 >> 4) & u64::from_ne_bytes([1; 8]);
        let digits = self.0 & u64::from_ne_bytes([0x0f; 8]) & !(sign * 0x0f);
        let number = eight_digits(digits) as usize;
        if sign == 0 { number } else { number.wrapping_neg() }
    }
}

/// Defines how characters are taken into a register, and become digits there: the last one in the highest byte,
/// and zeros below the first.
macro_rules! register {
    ($characters:ident, $digits:ident, $word:ty) => {
        /// The characters of `text[start..end]`, which is not empty and no longer than a register.
        #[inline(always)]
        fn $characters(text: &[u8], start: usize, end: usize) -> $word {
            const LENGTH: usize = size_of::<$word>();
            let characters = match text[..end].last_chunk() {
                Some(bytes) => <$word>::from_le_bytes(*bytes),
                None => {
                    let mut bytes = [0; LENGTH];
                    bytes[LENGTH - end..].copy_from_slice(&text[..end]);
                    <$word>::from_le_bytes(bytes)
                }
            };
            characters & <$word>::MAX << (8 * (LENGTH + start - end))
        }

        /// The digits among such characters, without the point; and how many are behind that, if there is one.
        #[inline(always)]
        fn $digits(characters: $word) -> ($word, Option<usize>) {
            const LENGTH: usize = size_of::<$word>();
            let each = |byte| <$word>::from_ne_bytes([byte; LENGTH]);
            let digits = characters & each(0x0f);
            // Of the two bits above these, digits have both, and the point has the upper one.
            let points = characters >> 1 & !characters & each(0x10);
            if points == 0 {
                return (digits, None);
            }
            let at = points.trailing_zeros() as usize / 8;
            // What is before the point moves over it.
            let above = digits & (<$word>::MAX << (8 * at) << 8);
            (above | (digits & !(<$word>::MAX << (8 * at))) << 8, Some(LENGTH - 1 - at))
        }
    };
}

register!(eight_characters, digits_of_eight, u64);
register!(sixteen_characters, digits_of_sixteen, u128);

/// The digits of up to eight characters as a number, and how many are behind the point.
#[inline(always)]
fn short(text: &[u8], start: usize, end: usize) -> (i64, Option<usize>) {
    let (digits, places) = digits_of_eight(eight_characters(text, start, end));
    (eight_digits(digits), places)
}

/// The same of up to sixteen.
#[inline(always)]
fn medium(text: &[u8], start: usize, end: usize) -> (i64, Option<usize>) {
    let (digits, places) = digits_of_sixteen(sixteen_characters(text, start, end));
    (eight_digits(digits as u64) * EIGHT + eight_digits((digits >> 64) as u64), places)
}

/// The same of up to [`LONGEST`], but at least seventeen; `None` if the number fits no word.
#[inline(always)]
fn long(text: &[u8], start: usize, end: usize) -> Option<(i64, Option<usize>)> {
    let last = end - 16;
    let ((head, before), (tail, behind)) = (short(text, start, last), medium(text, last, end));
    // A point among the last sixteen characters leaves fifteen digits there.
    let digits = if behind.is_some() { 15 } else { 16 };
    let magnitude = head.checked_mul(power(digits)?)?.checked_add(tail)?;
    Some((magnitude, behind.or(before.map(|places| places + 16))))
}

/// The number of eight digits, the first one in the lowest byte.
#[inline]
fn eight_digits(digits: u64) -> i64 {
    // Two digits each, then four, then eight.
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let odd = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(100 + (1_000_000 << 32));
    let even = (pairs >> 16 & 0x0000_00ff_0000_00ff).wrapping_mul(1 + (10_000 << 32));
    (odd.wrapping_add(even) >> 32) as i64
}
