//! Reading [short](crate::short) numbers from text, many at a time.
//!
//! The reference is [`stage::format::row`]: whatever is taken here has the same value there, and
//! what is not taken here is left to it. So [`scan`] may stop at any line, and stops at the first
//! whose number is not short, or not of a form that is common.
//!
//! 64 bytes at a time are compared with a line feed, a point, a sign and the digits, in vector
//! registers (by the crate `wide`, which works without them where there are none). The lines are
//! then read one after the other, each without a branch that depends on its number. Small integers
//! (`small`) and exponents (`exponent`), whose lines look alike, have ways of their own.

mod exponent;
mod number;
pub(crate) mod rows;
pub(crate) mod small;
pub(crate) mod stamps;
mod window;

use self::number::{Number, integer, number, signed, unusual, with_exponent};
use self::small::ROOM;
use self::window::{CHUNK, Masks, Window};
use super::BATCH;

/// Lines that may be read: those from a place of a block on, at most this many. They are read with the
/// bytes in front of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lines<'a> {
    /// Whole lines, but for the last one, which is not taken if it has no line feed.
    pub block: &'a [u8],
    /// Where the first of them begins.
    pub from: usize,
    /// How many may be taken.
    pub most: u64,
}

impl<'a> Lines<'a> {
    /// Their bytes, and what follows.
    pub(crate) fn text(self) -> &'a [u8] {
        &self.block[self.from..]
    }

    /// Those behind the first ones, which were taken.
    pub(crate) fn behind(self, taken: Scanned) -> Lines<'a> {
        Lines { from: self.from + taken.bytes, most: self.most - taken.lines, ..self }
    }

    /// At most this many of them.
    pub(crate) fn at_most(self, most: u64) -> Lines<'a> {
        Lines { most: self.most.min(most), ..self }
    }
}

/// What was taken from the start of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scanned {
    /// Bytes of whole lines.
    pub bytes: usize,
    /// Lines, each a sample.
    pub lines: u64,
    /// Where the last of them begins.
    pub last: usize,
}

impl Scanned {
    /// Adds `lines` lines of `bytes` bytes in all, the last of which begins at `last`.
    fn add(&mut self, bytes: usize, last: usize, lines: usize) {
        if lines > 0 {
            self.last = self.bytes + last;
            self.bytes += bytes;
            self.lines += lines as u64;
        }
    }

    /// Adds the lines that follow these.
    pub(crate) fn append(&mut self, next: Scanned) {
        self.add(next.bytes, next.last, next.lines as usize);
    }
}

/// Short numbers in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers {
    /// `None` until there are some.
    numbers: Option<Box<[i64; ROOM]>>,
    count: usize,
    /// All magnitudes, combined by `or`.
    magnitudes: u64,
}

impl Numbers {
    /// The numbers.
    pub(crate) fn as_slice(&self) -> &[i64] {
        self.numbers.as_ref().map_or(&[], |numbers| &numbers[..self.count])
    }

    /// No number is farther from zero than this, which is less than twice as far as the farthest.
    pub(crate) fn reach(&self) -> u64 {
        window::up_to_the_last(self.magnitudes)
    }
}

/// Reads the short numbers of `lines` into `numbers`, in units of 10^−`scale`.
pub(crate) fn scan(lines: Lines<'_>, scale: u16, numbers: &mut Numbers) -> Scanned {
    let lines = lines.at_most(BATCH as u64);
    let mut scanned = Scanned::default();
    let room = numbers.numbers.get_or_insert_with(|| Box::new([0; ROOM]));
    let mut batch = Batch { numbers: room, count: 0, magnitudes: 0 };
    let mut copy = window::EMPTY;
    while scanned.lines < lines.most {
        let rest = lines.behind(scanned);
        let (window, masks) = window::at(rest.block, rest.from, &mut copy);
        let alike = batch.take_alike(rest, &masks, scale);
        scanned.append(alike);
        if alike.lines > 0 {
            continue;
        }
        let room = rest.most as usize;
        let taken = match (masks.are_plain(), masks.points & masks.whole()) {
            (true, 0) => take(window, &masks, room, scale, &mut batch, integer),
            (true, _) => take(window, &masks, room, scale, &mut batch, number),
            (false, _) => take(window, &masks, room, scale, &mut batch, with_exponent),
        };
        scanned.append(taken);
        // A line of another kind follows, or no whole line.
        let lines = masks.line_feeds.count_ones() as usize;
        if lines == 0 || (taken.lines as usize) < lines.min(room) {
            break;
        }
    }
    (numbers.count, numbers.magnitudes) = (batch.count, batch.magnitudes);
    scanned
}

/// Whether the first two lines that end in a chunk have the same shape but for a sign in front, with more
/// than digits, points and signs.
#[inline(always)]
fn are_alike(masks: &Masks) -> bool {
    let first = masks.line_feeds & masks.line_feeds.wrapping_neg();
    let second = (masks.line_feeds ^ first) & (masks.line_feeds ^ first).wrapping_neg();
    let unusual = masks.others & !(masks.points | masks.signs);
    if second == 0 || unusual & (second - 1) == 0 {
        return false;
    }
    // What is not a digit, up to the line feed, without the sign in front.
    let shape = |start: u32, end: u64| {
        let bits = (masks.others & (end - 1) | end) >> start;
        bits >> (masks.signs >> start & 1)
    };
    shape(0, first) == shape(first.trailing_zeros() + 1, second)
}

/// Numbers that are being read.
struct Batch<'a> {
    numbers: &'a mut [i64; ROOM],
    count: usize,
    magnitudes: u64,
}

/// A line, by the places of its first byte and its end in a chunk.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// The bits of its bytes.
    #[inline(always)]
    fn bits(self) -> u64 {
        u64::MAX << self.start & !(u64::MAX << self.end)
    }
}

/// Takes at most `room` of the lines that end in a chunk, which begins with a line. Stops at one that
/// `read` cannot read, or whose number is not short in this unit.
#[inline(always)]
fn take(
    window: &Window,
    masks: &Masks,
    room: usize,
    scale: u16,
    batch: &mut Batch<'_>,
    read: impl Fn(&Window, &Masks, Span) -> Option<Number>,
) -> Scanned {
    let mut line_feeds = masks.line_feeds;
    let (mut start, mut last, mut lines) = (0, 0, 0);
    while line_feeds != 0 && lines < room {
        let end = line_feeds.trailing_zeros() as usize % CHUNK;
        line_feeds &= line_feeds - 1;
        let line = Span { start, end };
        let Some(number) = read(window, masks, line).or_else(|| unusual(window, masks, line))
        else {
            break;
        };
        let Some(magnitude) = number.in_units(scale) else { break };
        batch.push(magnitude, number.is_negative);
        (last, start) = (start, end + 1);
        lines += 1;
    }
    let mut scanned = Scanned::default();
    scanned.add(start, last, lines);
    scanned
}

impl Batch<'_> {
    /// Takes lines, as far as they are of a kind that is read many at a time. Takes none if the first is of
    /// another.
    #[inline(always)]
    fn take_alike(&mut self, lines: Lines<'_>, masks: &Masks, scale: u16) -> Scanned {
        if scale == 0 && small::are_small(masks) {
            let taken = self.take_small(lines);
            if taken.lines > 0 {
                return taken;
            }
        }
        if !masks.are_plain() && are_alike(masks) {
            return exponent::take(lines, scale, self);
        }
        Scanned::default()
    }

    /// Takes small integers.
    fn take_small(&mut self, lines: Lines<'_>) -> Scanned {
        let numbers = &mut self.numbers[self.count..];
        let taken = small::read(lines, numbers);
        let taken_numbers = numbers.iter().take(taken.lines as usize);
        self.magnitudes |= taken_numbers.fold(0, |all, number| all | *number as u64);
        self.count += taken.lines as usize;
        taken
    }

    #[inline(always)]
    fn push(&mut self, magnitude: u64, is_negative: bool) {
        self.numbers[self.count % BATCH] = signed(magnitude, is_negative);
        self.count += 1;
        self.magnitudes |= magnitude;
    }
}

#[cfg(test)]
mod tests;
