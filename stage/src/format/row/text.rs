//! Cutting a line into fields, and stripping what may surround them.

/// Bytes of the longest line that is read. The longest useful sample, 309 digits and 400 places, has
/// 711; a thousand columns leave 65 for each.
pub const MAX_LINE: usize = 64 * 1024;

/// The fields of a line without its line end, without the spaces around them.
pub fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|&byte| byte == b'\t').map(spaces_trimmed)
}

/// Strips one line end.
pub fn without_end(line: &[u8]) -> &[u8] {
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
pub fn spaces_trimmed(field: &[u8]) -> &[u8] {
    let mut text = field;
    while let [b' ', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b' '] = text {
        text = rest;
    }
    text
}
