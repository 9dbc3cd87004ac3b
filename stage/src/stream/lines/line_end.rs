//! What ends a line: LF, or, where foreign devices and files are read, LF, CRLF or CR.

use memchr::{memchr, memchr2, memrchr, memrchr2};

/// What ends a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnd {
    Lf,
    LfCrlfOrCr,
}

impl LineEnd {
    pub(super) fn first_in(self, bytes: &[u8]) -> Option<usize> {
        match self {
            LineEnd::Lf => memchr(b'\n', bytes),
            LineEnd::LfCrlfOrCr => memchr2(b'\n', b'\r', bytes),
        }
    }

    pub(super) fn last_in(self, bytes: &[u8]) -> Option<usize> {
        match self {
            LineEnd::Lf => memrchr(b'\n', bytes),
            LineEnd::LfCrlfOrCr => memrchr2(b'\n', b'\r', bytes),
        }
    }
}

/// The lines of a block, each without its line feed.
pub fn each_line(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = block;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, behind) = match memchr(b'\n', rest) {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (rest, &[][..]),
        };
        rest = behind;
        Some(line)
    })
}

/// The lines of a block in which CR ends a line as well, each without its line end.
pub fn each_line_to_cr_too(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = block;
    std::iter::from_fn(move || {
        let (line, behind) = first_line_to_cr_too(rest)?;
        rest = behind;
        Some(line)
    })
}

/// The first line of a block in which CR ends a line as well, without its line end, and what is
/// behind it; `None` if there is nothing.
#[inline]
pub fn first_line_to_cr_too(block: &[u8]) -> Option<(&[u8], &[u8])> {
    match memchr2(b'\n', b'\r', block) {
        None if block.is_empty() => None,
        None => Some((block, &[])),
        Some(at) if block[at..].starts_with(b"\r\n") => Some((&block[..at], &block[at + 2..])),
        Some(at) => Some((&block[..at], &block[at + 1..])),
    }
}
