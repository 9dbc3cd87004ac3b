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
        if rest.is_empty() {
            return None;
        }
        let (line, behind) = match memchr2(b'\n', b'\r', rest) {
            Some(at) if rest[at..].starts_with(b"\r\n") => (&rest[..at], &rest[at + 2..]),
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (rest, &[][..]),
        };
        rest = behind;
        Some(line)
    })
}
