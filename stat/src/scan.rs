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
use crate::short::BATCH;

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

/// Reads the short numbers from the place `from` of `block` on, where a line begins, but at most `most`
/// of them, into `numbers`, in units of 10^−`scale`. A last line without a line feed is not taken.
pub(crate) fn scan(
    block: &[u8],
    from: usize,
    most: u64,
    scale: u16,
    numbers: &mut Numbers,
) -> Scanned {
    let most = most.min(BATCH as u64) as usize;
    let mut scanned = Scanned::default();
    let room = numbers.numbers.get_or_insert_with(|| Box::new([0; ROOM]));
    let mut batch = Batch { numbers: room, count: 0, magnitudes: 0 };
    let mut copy = window::EMPTY;
    while batch.count < most {
        let at = from + scanned.bytes;
        let (window, masks) = window::at(block, at, &mut copy);
        let alike = batch.take_alike(block, at, &masks, most, scale);
        scanned.append(alike);
        if alike.lines > 0 {
            continue;
        }
        let room = most - batch.count;
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
    /// Takes the lines from the place `at` of `block` on, until there are `most` numbers, as far as they
    /// are of a kind that is read many at a time. Takes none if the first is of another.
    #[inline(always)]
    fn take_alike(
        &mut self,
        block: &[u8],
        at: usize,
        masks: &Masks,
        most: usize,
        scale: u16,
    ) -> Scanned {
        if scale == 0 && small::are_small(masks) {
            let taken = self.take_small(block, at, most);
            if taken.lines > 0 {
                return taken;
            }
        }
        if !masks.are_plain() && are_alike(masks) {
            return exponent::take(block, at, most - self.count, scale, self);
        }
        Scanned::default()
    }

    /// Takes the small integers from the place `from` of `block` on, until there are `most` numbers.
    fn take_small(&mut self, block: &[u8], from: usize, most: usize) -> Scanned {
        let numbers = &mut self.numbers[self.count..];
        let taken = small::read(block, from, (most - self.count) as u64, numbers);
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
mod tests {
    use super::*;
    use crate::short::decimal;
    use proptest::prelude::*;
    use stage::format::decimal::Decimal;
    use stage::format::row::single;

    /// The samples that were scanned, as the reference reads them.
    pub(super) fn expected(block: &[u8], from: usize, scanned: Scanned) -> Vec<Decimal> {
        let taken = &block[from..from + scanned.bytes];
        let lines: Vec<&[u8]> = taken.split_inclusive(|&byte| byte == b'\n').collect();
        assert_eq!(lines.len() as u64, scanned.lines);
        let last = lines.last().copied().unwrap_or_default();
        assert_eq!(&taken[scanned.last..], last, "the last line");
        let read = |line: &&[u8]| single(line).unwrap().into_decimal().normalized();
        lines.iter().map(read).collect()
    }

    /// Compares with the reference, in units of 10^−`scale`.
    #[track_caller]
    fn agrees_at(block: &[u8], from: usize, most: u64, scale: u16) -> Scanned {
        let mut numbers = Numbers::default();
        let scanned = scan(block, from, most, scale, &mut numbers);
        let values: Vec<_> = numbers.as_slice().iter().map(|it| decimal(*it, scale)).collect();
        assert_eq!(values, expected(block, from, scanned));
        let farthest = numbers.as_slice().iter().map(|number| number.unsigned_abs()).max();
        let (farthest, reach) = (farthest.unwrap_or(0), numbers.reach());
        assert!(farthest <= reach && reach / 2 <= farthest, "{farthest} {reach}");
        scanned
    }

    /// The longest scan of any scale.
    #[track_caller]
    fn agrees(block: &[u8], most: u64) -> Scanned {
        let scans = [0, 1, 2, 3, 6, 9, 17, 18].map(|scale| agrees_at(block, 0, most, scale));
        scans.into_iter().max_by_key(|scanned| scanned.bytes).unwrap()
    }

    #[test]
    fn what_programs_write_is_taken_to_the_last_line() {
        for lines in [
            "0\n100\n57\n7\n9999\n",
            "-12.345\n32.767\n.5\n-.5\n1.\n-0\n007\n",
            "1013.25\n16777215\n-9.806650\n48.1371540\n",
            "1700000000.123456\n1700000001.5\n",
            "1.234560e+01\n-9.87E-2\n5e0\n1e3\n12\r\n-1.5\r\n",
            "1.234560E+01\r\n-9e-02\n12.5e+00\n3\n",
        ] {
            let block = lines.repeat(20);
            assert_eq!(agrees(block.as_bytes(), u64::MAX).bytes, block.len(), "{lines}");
        }
        let floats = "0.8444218515250481\n0.12345678901234567\n-0.012345678901234567\n";
        assert_eq!(agrees_at(floats.as_bytes(), 0, 9, 18).lines, 3);
    }

    #[test]
    fn it_stops_at_the_first_line_that_is_not_short() {
        let rest = "1\n22\n333\n".repeat(30);
        let others = [
            "",
            "-",
            ".",
            "-.",
            ".-5",
            "1.2.3",
            "--1",
            "1-",
            "1-2",
            "+1",
            "1e",
            "e2",
            "1e+",
            "1e2e3",
            "e+10",
            ".e+10",
            "1e*10",
            "1e+1x",
            "1.5+e10",
            "1e00002",
            "-e1",
            "1.e",
            "e",
            " 1",
            "1 ",
            "1\r\r",
            "\r",
            "1\re2",
            "12a",
            "x",
            "1,5",
            "12345678901234567",
            "9000000000000000001",
            "0.1234567890123456789",
            "10.000000000000000001",
            "1e300",
            "\u{7f}",
            "é",
            "1\0",
            "/",
            ":",
            "0x1f",
            &"1".repeat(100),
        ];
        for other in others {
            let block = format!("{rest}{other}\n{rest}");
            assert_eq!(agrees(block.as_bytes(), u64::MAX).bytes, rest.len(), "{other:?}");
        }
    }

    #[test]
    fn numbers_that_are_too_great_or_too_fine_for_the_unit_are_left() {
        assert_eq!(agrees_at(b"1\n0.5\n1.5\n", 0, 9, 0).lines, 1);
        assert_eq!(agrees_at(b"9\n9.0\n9.1\n", 0, 9, 18).lines, 2);
        assert_eq!(agrees_at(b"90000\n-90000\n90001\n", 0, 9, 14).lines, 2);
    }

    #[test]
    fn no_more_are_taken_than_wanted() {
        let block = "5\n".repeat(2000);
        for most in [0, 1, 31, 32, 33, 999, 1023, 1024, 1025] {
            let scanned = agrees(block.as_bytes(), most);
            assert_eq!(scanned.lines, most.min(BATCH as u64));
        }
    }

    #[test]
    fn a_last_line_without_a_line_feed_is_left() {
        assert_eq!(agrees(b"1\n2", u64::MAX).bytes, 2);
        assert_eq!(agrees(b"", u64::MAX), Scanned::default());
    }

    pub(super) fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            10 => "[0-9]{1,3}",
            4 => "-?[0-9]{1,10}",
            5 => "-?[0-9]{0,4}\\.?[0-9]{0,4}",
            3 => "-?[0-9]{0,11}\\.?[0-9]{0,19}",
            2 => "-?[0-9]\\.[0-9]{0,9}[eE][-+]?[0-9]{1,3}",
            1 => "[-+0-9. ex\r]{0,9}",
        ]
    }

    proptest! {
        #[test]
        fn whatever_is_taken_is_what_the_reference_reads(
            lines in proptest::collection::vec(line(), 0..100),
            most in prop_oneof![Just(u64::MAX), 0u64..100], begin in 0usize..5,
        ) {
            let block = lines.join("\n");
            agrees(block.as_bytes(), most);
            let begins = lines.iter().take(begin).map(|line| line.len() + 1).sum::<usize>();
            agrees_at(block.as_bytes(), begins.min(block.len()), most, 4);
        }

        #[test]
        fn bytes_of_any_kind_do_no_harm(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), b'-'..=b'9', any::<u8>()], 0..300),
        ) {
            agrees(&bytes, u64::MAX);
        }
    }
}
