//! Text examined 64 bytes at a time, a bit of a word standing for each byte.

use wide::u8x16;

/// Bytes that are examined together.
pub(crate) const CHUNK: usize = 64;

/// The first bytes of `rest`, followed by zeros if there are fewer.
#[inline(always)]
pub(crate) fn chunk_of(rest: &[u8]) -> [u8; CHUNK] {
    match rest.first_chunk() {
        Some(chunk) => *chunk,
        None => {
            let mut chunk = [0; CHUNK];
            chunk[..rest.len()].copy_from_slice(rest);
            chunk
        }
    }
}

/// Where these bytes, none of which is a zero, are in the first chunk of `rest`.
#[inline(always)]
pub(crate) fn places_of<const COUNT: usize>(wanted: [u8; COUNT], rest: &[u8]) -> u64 {
    let chunk = chunk_of(rest);
    let parts = chunk.as_chunks::<16>().0.iter().enumerate();
    parts.fold(0, |places, (at, bytes)| {
        let bytes = u8x16::new(*bytes);
        let found = wanted.iter().map(|byte| bytes.simd_eq(u8x16::splat(*byte)));
        let found = found.fold(u8x16::ZERO, |found, places| found | places);
        places | u64::from(found.to_bitmask()) << (16 * at)
    })
}
