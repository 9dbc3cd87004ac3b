//! Lines that are canonical already: recognised many at a time, and read without checking again.
//!
//! | module | owns |
//! |---|---|
//! | `masks` | which lines of 64 bytes are canonical |
//! | `line` | a line that is, and the number in it |
//!
//! The reference is [`stage::format::row`] and the canonical text of what it reads: [`scan`] takes
//! only what would come out as it went in (but for useless zeros behind the point, which it cuts
//! off), and stops at any other line.

mod line;
mod masks;

use memchr::memrchr;

pub(crate) use self::line::{Characters, Line, Lines, lines};
use self::masks::Masks;
use crate::chunk::chunk_of;

/// What was taken from the start of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scanned {
    /// Bytes of whole lines.
    pub bytes: usize,
    /// Lines, each a sample.
    pub lines: u64,
}

/// Takes the lines at the start of `block` that are canonical, or would be without useless zeros at
/// their ends. If there are such zeros, `trimmed` has the lines without them, and otherwise nothing.
/// A last line without a line feed is not taken.
pub(crate) fn scan(block: &[u8], trimmed: &mut Vec<u8>) -> Scanned {
    trimmed.clear();
    let mut scanned = Scanned::default();
    // Up to where `trimmed` has the lines.
    let mut copied = 0;
    loop {
        let rest = &block[scanned.bytes..];
        let masks = Masks::of(&chunk_of(rest));
        let mut taken = masks.canonical();
        let mut zeros = taken.useless_zeros;
        while zeros != 0 {
            let end = scanned.bytes + zeros.trailing_zeros() as usize;
            zeros &= zeros - 1;
            let Some(cut) = without_zeros(block, end) else {
                taken = taken.before_the_line_of(end - scanned.bytes);
                break;
            };
            trimmed.extend_from_slice(&block[copied..cut]);
            copied = end;
        }
        scanned.bytes += taken.bytes();
        scanned.lines += taken.lines();
        if !taken.is_all_of(&masks) || taken.bytes() == 0 {
            break;
        }
    }
    if copied > 0 {
        trimmed.extend_from_slice(&block[copied..scanned.bytes]);
    }
    scanned
}

/// The same of rows of this many lines each; returns how many rows were taken. Then `trimmed`, if there
/// is anything in it, has all their lines.
pub(crate) fn scan_rows(block: &[u8], width: usize, trimmed: &mut Vec<u8>) -> u64 {
    let Scanned { lines, .. } = scan(block, trimmed);
    let width = width.max(1) as u64;
    for _ in 0..lines % width {
        // The line before the last line feed.
        let whole = trimmed.strip_suffix(b"\n").unwrap_or_default();
        trimmed.truncate(memrchr(b'\n', whole).map_or(0, |at| at + 1));
    }
    lines / width
}

/// Where the number that ends at `end` with useless zeros ends without them, and without a point
/// behind which nothing is left; `None` if it is a zero with a sign.
fn without_zeros(block: &[u8], end: usize) -> Option<usize> {
    let mut text = &block[..end];
    while let [before @ .., b'0'] = text {
        text = before;
    }
    match text {
        [.., b'-', b'0', b'.'] => None,
        [before @ .., b'.'] => Some(before.len()),
        _ => Some(text.len()),
    }
}

#[cfg(test)]
mod tests;
