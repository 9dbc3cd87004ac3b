//! One plain number, in a word of 64 bits.

/// Characters of the longest plain number.
const LONGEST: usize = 8;

/// The bytes from `start` to `end` as the upper bytes of a word; `None` if there are none, or more
/// than [`LONGEST`].
#[inline]
pub(super) fn word(block: &[u8], start: usize, end: usize) -> Option<u64> {
    let length = end - start;
    if length == 0 || length > LONGEST {
        return None;
    }
    let unused = 8 * (LONGEST - length) as u32;
    match end.checked_sub(LONGEST).and_then(|from| block[from..end].first_chunk()) {
        Some(bytes) => Some(u64::from_le_bytes(*bytes) >> unused << unused),
        None => {
            let mut bytes = [0; LONGEST];
            bytes[LONGEST - length..].copy_from_slice(&block[start..end]);
            Some(u64::from_le_bytes(bytes))
        }
    }
}

/// A word whose bytes are all `byte`.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The highest bit of each byte of `text` that equals `byte`.
#[inline]
fn bytes_equal(text: u64, byte: u8) -> u64 {
    let others = text ^ each(byte);
    !(((others & each(0x7f)) + each(0x7f)) | others | each(0x7f))
}

/// The mantissa and the places of the number whose `length` characters are the upper bytes of
/// `text`, the last character uppermost. The other bytes must be zero.
#[inline]
pub(super) fn number(text: u64, length: usize) -> Option<(i64, u16)> {
    let mut text = text;
    let mut length = length as u32;
    let first = 8 * (8 - length);
    let is_negative = (text >> first) as u8 == b'-';
    if is_negative {
        text &= !(0xff << first);
        length -= 1;
    }
    let points = bytes_equal(text, b'.');
    let mut places = 0;
    if points != 0 {
        let at = points.trailing_zeros() / 8;
        places = 7 - at;
        let above = u64::MAX.checked_shl(8 * (at + 1)).unwrap_or(0);
        let below = !(u64::MAX << (8 * at));
        text = (text & above) | (text & below) << 8;
        length -= 1;
    }
    if length == 0 {
        return None;
    }
    let used = u64::MAX << (8 * (8 - length));
    let digits = text ^ (each(b'0') & used);
    if (digits.wrapping_add(each(0x76)) | digits) & each(0x80) != 0 {
        return None;
    }
    let magnitude = eight_digits(digits) as i64;
    Some((if is_negative { -magnitude } else { magnitude }, places as u16))
}

/// The number of eight digits, the first one in the lowest byte.
#[inline]
fn eight_digits(digits: u64) -> u64 {
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let odd = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(100 + (1_000_000 << 32));
    let even = (pairs >> 16 & 0x0000_00ff_0000_00ff).wrapping_mul(1 + (10_000 << 32));
    odd.wrapping_add(even) >> 32
}
