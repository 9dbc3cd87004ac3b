//! The numbers in canonical lines.

use stage::format::decimal::fixed::{Fixed, power};

use crate::chunk::{CHUNK, places_of};

/// The most characters, without the sign, of a number that is read here: 18 digits, a point, and the
/// zero that often stands before it.
const LONGEST: usize = 20;

const EIGHT: i64 = 100_000_000;

/// Lines of `text`, each without its line feed, with its number; `None` for one that
/// fits no word. The lines must be canonical.
pub(crate) fn numbers(text: &[u8]) -> Numbers<'_> {
    Numbers { text, start: 0, chunk: 0, line_feeds: 0 }
}

/// The numbers in lines. (All that reads them is always a part of its callers, which do little else:
/// with several of them, the compiler would call it for each number.)
pub(crate) struct Numbers<'t> {
    text: &'t [u8],
    /// Where the next line begins.
    start: usize,
    /// Where the next chunk begins, and the line feeds that are left of the one before.
    chunk: usize,
    line_feeds: u64,
}

impl<'t> Iterator for Numbers<'t> {
    type Item = (&'t [u8], Option<Fixed>);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let Numbers { text, start, chunk, line_feeds } = self;
        while *line_feeds == 0 {
            *line_feeds = places_of([b'\n'], text.get(*chunk..).filter(|rest| !rest.is_empty())?);
            *chunk += CHUNK;
        }
        let end = *chunk - CHUNK + line_feeds.trailing_zeros() as usize;
        *line_feeds &= *line_feeds - 1;
        let begin = std::mem::replace(start, end + 1);
        Some((&text[begin..end], number(text, begin, end)))
    }
}

/// The number in `text[start..end]`.
#[inline(always)]
fn number(text: &[u8], start: usize, end: usize) -> Option<Fixed> {
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

/// Defines how the last characters of a text become digits, in a register of these bytes.
macro_rules! register {
    ($name:ident, $word:ty) => {
        /// The digits in `text[start..end]`, which is not empty and no longer than a register: the
        /// last one in the highest byte, and zeros below the first; and how many are behind the
        /// point, if there is one.
        #[inline(always)]
        fn $name(text: &[u8], start: usize, end: usize) -> ($word, Option<usize>) {
            const LENGTH: usize = size_of::<$word>();
            let characters = match text[..end].last_chunk() {
                Some(bytes) => <$word>::from_le_bytes(*bytes),
                None => {
                    let mut bytes = [0; LENGTH];
                    bytes[LENGTH - end..].copy_from_slice(&text[..end]);
                    <$word>::from_le_bytes(bytes)
                }
            };
            let used = <$word>::MAX << (8 * (LENGTH + start - end));
            let each = |byte| <$word>::from_ne_bytes([byte; LENGTH]);
            let digits = characters & used & each(0x0f);
            // The digits' characters have a bit that the point's has not.
            let points = !characters & used & each(0x10);
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

register!(eight_characters, u64);
register!(sixteen_characters, u128);

/// The digits of up to eight characters as a number, and how many are behind the point.
#[inline(always)]
fn short(text: &[u8], start: usize, end: usize) -> (i64, Option<usize>) {
    let (digits, places) = eight_characters(text, start, end);
    (eight_digits(digits), places)
}

/// The same of up to sixteen.
#[inline(always)]
fn medium(text: &[u8], start: usize, end: usize) -> (i64, Option<usize>) {
    let (digits, places) = sixteen_characters(text, start, end);
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
