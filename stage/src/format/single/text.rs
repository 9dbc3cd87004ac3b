//! Cutting a line into fields, and stripping what may surround them.

use memchr::memchr;

/// The first field and what is behind its TAB.
pub(super) fn split_first(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, behind) = line.split_at(memchr(b'\t', line)?);
    Some((spaces_trimmed(first), &behind[1..]))
}

/// Strips one line end.
pub(super) fn without_end(line: &[u8]) -> &[u8] {
    without_return(without_feed(line))
}

#[inline]
pub(super) fn without_feed(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

#[inline]
pub(super) fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Strips the blanks around a line.
#[inline]
pub(super) fn trimmed(line: &[u8]) -> &[u8] {
    let mut text = line;
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// Strips the spaces around a field.
pub(super) fn spaces_trimmed(field: &[u8]) -> &[u8] {
    let mut text = field;
    while let [b' ', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b' '] = text {
        text = rest;
    }
    text
}
