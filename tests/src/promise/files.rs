//! A log's files after a crash: which are old, and where their lines end.

use crate::disk::Files;

/// What the old files hold, the oldest first.
pub(super) fn rotated(files: &Files, name: &str) -> Vec<Vec<u8>> {
    let mut old: Vec<_> =
        files.iter().filter_map(|(it, bytes)| Some((number(it, name)?, bytes))).collect();
    old.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    old.into_iter().map(|(_, bytes)| bytes.clone()).collect()
}

/// The number of an old file, from 1.
pub(super) fn number(old: &str, name: &str) -> Option<u32> {
    let number = old.strip_prefix(name)?.strip_prefix('.')?;
    number.parse().ok().filter(|it: &u32| *it > 0 && it.to_string() == number)
}

/// The bytes up to and including the last line feed.
pub(super) fn whole(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1)
}

/// The bytes up to and including the first line feed, if there is one.
pub(super) fn first_line(bytes: &[u8]) -> &[u8] {
    bytes.split_inclusive(|&byte| byte == b'\n').next().unwrap_or_default()
}

pub(super) fn shown(files: &Files) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    files.iter().map(|(name, bytes)| format!("  {name}: {:?}\n", text(bytes))).collect()
}
