//! Cutting a piece at its line ends, and joining a line that was cut.

use memchr::{memchr, memrchr};
use stage::format::row::MAX_LINE;

/// Bytes held of a line that was cut: enough to see that it is too long.
const HELD: usize = MAX_LINE + 2;

/// The parts of a piece; together they are the whole piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::count) struct Cut<'a> {
    /// The rest of a line that began before, up to and with its line feed. The whole piece, if it has
    /// none.
    pub rest: &'a [u8],
    /// Whole lines.
    pub lines: &'a [u8],
    /// The start of a line whose end is not here.
    pub start: &'a [u8],
}

impl Cut<'_> {
    /// Cuts `piece`.
    pub(in crate::count) fn of(piece: &[u8]) -> Cut<'_> {
        let Some((first, last)) = memchr(b'\n', piece).zip(memrchr(b'\n', piece)) else {
            return Cut { rest: piece, lines: &[], start: &[] };
        };
        let (rest, behind) = piece.split_at(first + 1);
        let (lines, start) = behind.split_at(last - first);
        Cut { rest, lines, start }
    }
}

/// A line, or the part of one, put together from what was cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::count) struct Torn {
    /// Its first bytes, up to [`HELD`].
    start: Vec<u8>,
    /// All its bytes.
    bytes: u64,
}

impl Torn {
    /// A part of a line.
    pub(in crate::count) fn of(bytes: &[u8]) -> Torn {
        Torn { start: bytes[..bytes.len().min(HELD)].to_vec(), bytes: bytes.len() as u64 }
    }

    /// Appends what comes next.
    pub(in crate::count) fn append(&mut self, next: &Torn) {
        let room = HELD - self.start.len();
        self.start.extend_from_slice(&next.start[..next.start.len().min(room)]);
        self.bytes += next.bytes;
    }

    /// The line without its line feed; of one that is too long, its start, which is too long as well.
    pub(in crate::count) fn line(&self) -> &[u8] {
        self.start.strip_suffix(b"\n").unwrap_or(&self.start)
    }

    /// Whether it is rejected, however it ends.
    pub(in crate::count) fn is_too_long(&self) -> bool {
        self.start.len() > MAX_LINE
    }

    /// All its bytes.
    pub(in crate::count) fn bytes(&self) -> u64 {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_piece_is_cut_behind_its_first_and_its_last_line_feed() {
        let cut = |piece: &'static str| {
            let Cut { rest, lines, start } = Cut::of(piece.as_bytes());
            [rest, lines, start].map(|it| str::from_utf8(it).unwrap())
        };
        assert_eq!(cut("7\n12\n345\n67"), ["7\n", "12\n345\n", "67"]);
        assert_eq!(cut("7\n12\n"), ["7\n", "12\n", ""]);
        assert_eq!(cut("\n\n"), ["\n", "\n", ""]);
        assert_eq!(cut("7\n12"), ["7\n", "", "12"]);
        assert_eq!(cut("\n"), ["\n", "", ""]);
        assert_eq!(cut("712"), ["712", "", ""]);
        assert_eq!(cut(""), ["", "", ""]);
    }

    #[test]
    fn of_a_line_that_is_too_long_only_the_start_is_held() {
        for length in [MAX_LINE, MAX_LINE + 1, MAX_LINE + 2, MAX_LINE + 3, 3 * MAX_LINE] {
            let text = [vec![b'7'; length], b"\n".to_vec()].concat();
            let mut torn = Torn::default();
            text.chunks(MAX_LINE / 2).for_each(|part| torn.append(&Torn::of(part)));
            assert_eq!(torn.bytes(), text.len() as u64);
            assert_eq!(torn.line().len() > MAX_LINE, length > MAX_LINE, "{length}");
            assert!(torn.is_too_long() || length <= MAX_LINE, "{length}");
            assert!(torn.line().len() <= HELD && torn.line().iter().all(|it| *it == b'7'));
        }
    }

    proptest! {
        #[test]
        fn joined_the_parts_are_the_lines(text in "([0-9]{0,5}\n){0,9}[0-9]{0,3}", size in 1usize..9) {
            let (mut lines, mut torn) = (Vec::new(), Torn::default());
            for piece in text.as_bytes().chunks(size) {
                let Cut { rest, lines: whole, start } = Cut::of(piece);
                torn.append(&Torn::of(rest));
                if rest.ends_with(b"\n") {
                    lines.extend_from_slice(torn.line());
                    lines.push(b'\n');
                    torn = Torn::of(start);
                } else {
                    prop_assert!(whole.is_empty() && start.is_empty());
                }
                lines.extend_from_slice(whole);
            }
            lines.extend_from_slice(torn.line());
            prop_assert_eq!(String::from_utf8(lines).unwrap(), text);
        }
    }
}
