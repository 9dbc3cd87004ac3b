//! Rows that differ from one before only in their numbers, as lines of labels do.

use stage::format::row::MAX_LINE;

use super::Taken;
use crate::source::pattern::Pattern;

/// Rows that are taken together, at most: whether their numbers are canonical is only found out later, and
/// those behind one that is not may be taken for nothing.
const MOST: usize = 256;

impl Taken {
    /// Takes the numbers in these columns of the next lines that are like that of `pattern`. (Not inlined:
    /// on its own, the loop has enough registers.)
    #[inline(never)]
    pub(super) fn take_alike(
        &mut self,
        block: &[u8],
        at: usize,
        columns: &[Option<usize>],
        pattern: &Pattern,
    ) {
        let Taken { rows, places, .. } = self;
        places.clear();
        places.resize(pattern.width(), 0..0);
        let mut row = at;
        while rows.count() < MOST
            && let Some(end) = pattern.find(block, row, places)
            && end - row <= MAX_LINE
            && let Some(next) = behind_line_end(block, end)
        {
            for column in columns.iter().flatten() {
                if let Some(place) = places.get(*column) {
                    rows.put(block, place.start, place.end);
                }
            }
            row = next;
            rows.end_row(row);
        }
    }
}

/// Where `text` goes on behind the line end at `at`, if one is there.
#[inline(always)]
fn behind_line_end(text: &[u8], at: usize) -> Option<usize> {
    match &text[at..] {
        [b'\n', ..] => Some(at + 1),
        [b'\r', b'\n', ..] => Some(at + 2),
        [b'\r', ..] => Some(at + 1),
        _ => None,
    }
}
