//! Where fields and lines end, found 64 bytes at a time.

use wide::u8x16;

/// Bytes that are examined together.
const CHUNK: usize = 64;

/// The places in `text` of this delimiter, of line feeds, and of carriage returns, in their order.
pub(super) fn separators(text: &[u8], delimiter: u8) -> impl Iterator<Item = usize> {
    let (mut next, mut found) = (0, 0u64);
    std::iter::from_fn(move || {
        while found == 0 {
            found = mask(text.get(next..).filter(|rest| !rest.is_empty())?, delimiter);
            next += CHUNK;
        }
        let at = next - CHUNK + found.trailing_zeros() as usize;
        found &= found - 1;
        Some(at)
    })
}

/// Those among the first bytes of `rest`, a bit for each byte.
#[inline]
fn mask(rest: &[u8], delimiter: u8) -> u64 {
    // None of them is a zero.
    let mut padded = [0; CHUNK];
    let chunk = rest.first_chunk().unwrap_or_else(|| {
        padded[..rest.len()].copy_from_slice(rest);
        &padded
    });
    let parts = chunk.as_chunks::<16>().0.iter().enumerate();
    parts.fold(0, |mask, (at, bytes)| {
        let bytes = u8x16::new(*bytes);
        let where_equal = |byte| bytes.simd_eq(u8x16::splat(byte));
        let found = where_equal(delimiter) | where_equal(b'\n') | where_equal(b'\r');
        mask | u64::from(found.to_bitmask()) << (16 * at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_are_found(text in "[,;\n\r\0a-c]{0,200}", delimiter in proptest::sample::select(vec![b',', b'\t'])) {
            let is_one = |byte: u8| [delimiter, b'\n', b'\r'].contains(&byte);
            let expected: Vec<usize> =
                text.bytes().enumerate().filter_map(|(at, byte)| is_one(byte).then_some(at)).collect();
            prop_assert_eq!(separators(text.as_bytes(), delimiter).collect::<Vec<_>>(), expected);
        }
    }
}
