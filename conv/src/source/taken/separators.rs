//! Where fields and lines end, found 64 bytes at a time.

use crate::chunk::{CHUNK, places_of};

/// The places in `text` of this delimiter, of line feeds, and of carriage returns, in their order.
pub(super) fn separators(text: &[u8], delimiter: u8) -> impl Iterator<Item = usize> {
    let (mut next, mut found) = (0, 0u64);
    std::iter::from_fn(move || {
        while found == 0 {
            let rest = text.get(next..).filter(|rest| !rest.is_empty())?;
            found = places_of([delimiter, b'\n', b'\r'], rest);
            next += CHUNK;
        }
        let at = next - CHUNK + found.trailing_zeros() as usize;
        found &= found - 1;
        Some(at)
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
