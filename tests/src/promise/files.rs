//! A log's files after a crash: which are old, and where their lines end.

use crate::disk::Files;

/// What the old files hold, the oldest first.
pub(super) fn rotated(files: &Files, name: &str) -> Vec<Vec<u8>> {
    let mut old: Vec<_> =
        files.iter().filter_map(|(it, bytes)| Some((number(it, name)?, bytes))).collect();
    old.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    let by_number = old.into_iter().map(|(_, bytes)| bytes.clone());
    let mut by_time: Vec<_> =
        files.iter().filter_map(|(it, bytes)| Some((time(it, name)?, bytes))).collect();
    by_time.sort();
    by_number.chain(by_time.into_iter().map(|(_, bytes)| bytes.clone())).collect()
}

/// The time in an old file's name, and the number behind it.
pub(super) fn time<'a>(old: &'a str, name: &str) -> Option<(&'a str, u32)> {
    let (stem, extension) = name.rsplit_once('.')?;
    let middle = old.strip_prefix(stem)?.strip_prefix('.')?;
    let middle = middle.strip_suffix(extension)?.strip_suffix('.')?;
    let (time, number) = middle.split_once('-').unwrap_or((middle, "0"));
    Some((time, number.parse().ok()?))
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
