//! Text before or behind a number, which all lines have in common.

use wide::u8x16;

/// Characters that are compared together.
const TOGETHER: usize = 16;

/// A text that is compared with others.
#[derive(Debug, Default)]
pub(super) struct Text {
    length: usize,
    /// Its first characters, followed by zeros if there are fewer.
    start: [u8; TOGETHER],
    /// Those that follow.
    rest: Vec<u8>,
}

impl Text {
    pub(super) fn of(text: &[u8]) -> Text {
        let (first, rest) = text.split_at(text.len().min(TOGETHER));
        let mut start = [0; TOGETHER];
        start[..first.len()].copy_from_slice(first);
        Text { length: text.len(), start, rest: rest.to_vec() }
    }

    /// How many characters it has.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Where `text` goes on behind it, if it stands there at `at`.
    #[inline(always)]
    pub(super) fn behind(&self, text: &[u8], at: usize) -> Option<usize> {
        let text = &text[at..];
        let is_there = match text.first_chunk() {
            Some(start) if self.length <= TOGETHER => alike(start, &self.start) >= self.length,
            _ => self.begins(text),
        };
        is_there.then_some(at + self.length)
    }

    /// Whether `text` begins with it.
    fn begins(&self, text: &[u8]) -> bool {
        let start = &self.start[..self.length.min(TOGETHER)];
        text.starts_with(start)
            && (self.rest.is_empty() || text[TOGETHER..].starts_with(&self.rest))
    }
}

/// How many characters are the same, from the first on.
#[inline(always)]
fn alike(one: &[u8; TOGETHER], other: &[u8; TOGETHER]) -> usize {
    let same = u8x16::new(*one).simd_eq(u8x16::new(*other)).to_bitmask();
    same.trailing_ones() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_stands_where_it_is_found(
            before in "a{0,3}", text in "[ab\0]{0,20}", behind in "[ab\0]{0,20}", other in "[ab\0]{0,20}",
        ) {
            let whole = format!("{before}{text}{behind}");
            let at = before.len();
            prop_assert_eq!(Text::of(text.as_bytes()).behind(whole.as_bytes(), at), Some(at + text.len()));
            let expected = whole[at..].starts_with(&other).then_some(at + other.len());
            prop_assert_eq!(Text::of(other.as_bytes()).behind(whole.as_bytes(), at), expected);
        }
    }
}
