//! What is sent in one piece, a message or a slot.

use memchr::memrchr;

/// As much of `bytes` as fits, up to the end of a line; `None` if no line fits whole. (The last line
/// may have no end.)
pub(super) fn whole_lines(bytes: &[u8], fit: usize) -> Option<&[u8]> {
    if bytes.len() <= fit {
        return Some(bytes);
    }
    memrchr(b'\n', &bytes[..fit]).map(|last| &bytes[..=last])
}
