//! The bytes that are looked at together, and what they are.

use wide::u8x16;

/// Bytes whose lines are read: they begin with a line.
pub(super) const CHUNK: usize = 64;

/// Bytes in front of these, so that the digits of every line can be read as whole words.
pub(super) const FRONT: usize = 24;

/// A chunk, and the bytes in front of it.
pub(super) type Window = [u8; FRONT + CHUNK];

/// A window without anything.
pub(super) const EMPTY: Window = [0; FRONT + CHUNK];

/// What the bytes of a chunk are: bit i stands for byte i.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Masks {
    /// Line feeds.
    pub line_feeds: u64,
    /// Neither digits nor line feeds.
    pub others: u64,
    /// Points.
    pub points: u64,
    /// Signs `-`.
    pub signs: u64,
    /// TABs.
    pub tabs: u64,
}

impl Masks {
    /// All bytes up to the last line feed.
    #[inline(always)]
    pub(super) fn whole(&self) -> u64 {
        up_to_the_last(self.line_feeds)
    }

    /// Whether the lines that end here have nothing but digits, points and signs.
    #[inline(always)]
    pub(super) fn are_plain(&self) -> bool {
        self.others & self.whole() & !(self.points | self.signs) == 0
    }

    /// What ends a cell of any row, or only of the first one.
    #[inline(always)]
    pub(super) fn separators(&self, of_one_row: bool) -> u64 {
        let separators = self.line_feeds | self.tabs;
        if of_one_row { separators & up_to_the_first(self.line_feeds) } else { separators }
    }

    /// The same without the line feeds behind the first `most`.
    #[inline(always)]
    pub(super) fn of_lines(self, most: u64) -> Masks {
        if u64::from(self.line_feeds.count_ones()) <= most {
            return self;
        }
        let behind = (0..most).fold(self.line_feeds, |rest, _| rest & rest.wrapping_sub(1));
        Masks { line_feeds: self.line_feeds ^ behind, ..self }
    }

    #[inline(always)]
    pub(super) fn of(chunk: &[u8; CHUNK]) -> Masks {
        let mut masks = Masks::default();
        for (at, bytes) in chunk.as_chunks().0.iter().enumerate() {
            let bytes = u8x16::new(*bytes);
            let bits = |lanes: u8x16| u64::from(lanes.to_bitmask()) << (16 * at);
            let values = bytes - u8x16::splat(b'0');
            let digits = values.min(u8x16::splat(9)).simd_eq(values);
            let line_feeds = bytes.simd_eq(u8x16::splat(b'\n'));
            masks.line_feeds |= bits(line_feeds);
            masks.others |= bits(!(digits | line_feeds));
            masks.points |= bits(bytes.simd_eq(u8x16::splat(b'.')));
            masks.signs |= bits(bytes.simd_eq(u8x16::splat(b'-')));
            masks.tabs |= bits(bytes.simd_eq(u8x16::splat(b'\t')));
        }
        masks
    }
}

/// The bits up to the first one of `mask`; all if it has none.
#[inline(always)]
fn up_to_the_first(mask: u64) -> u64 {
    mask ^ mask.wrapping_sub(1)
}

/// The bits up to the last one of `mask`; none if it has none.
#[inline(always)]
pub(super) fn up_to_the_last(mask: u64) -> u64 {
    u64::MAX.checked_shr(mask.leading_zeros()).unwrap_or(0)
}

/// The window whose chunk begins at `begin`, and what is in it. Near the ends of the block it is a
/// `copy`, and shows only line feeds that are in the block.
#[inline(always)]
pub(super) fn at<'a>(block: &'a [u8], begin: usize, copy: &'a mut Window) -> (&'a Window, Masks) {
    let window = begin.checked_sub(FRONT).and_then(|from| block[from..].first_chunk());
    match window {
        Some(window) => (window, masks(window)),
        None => near_an_end(block, begin, copy),
    }
}

/// What the bytes of a window's chunk are.
#[inline(always)]
pub(super) fn masks(window: &Window) -> Masks {
    // The length is right by construction.
    window[FRONT..].first_chunk().map_or(Masks::default(), Masks::of)
}

#[cold]
fn near_an_end<'a>(block: &[u8], begin: usize, copy: &'a mut Window) -> (&'a Window, Masks) {
    let front = begin.min(FRONT);
    let behind = (block.len() - begin).min(CHUNK);
    *copy = EMPTY;
    copy[FRONT - front..FRONT + behind].copy_from_slice(&block[begin - front..begin + behind]);
    (copy, masks(copy))
}
