//! What `--check` and `--cat` do not read, although it may have been recorded: a number that is missing
//! among the old files, files behind more than one such gap, and files that somebody has compressed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use stage::process::message::{chain, quoted_path};

use crate::file::rotation::numbers::numbered;
use crate::file::rotation::times::{self, COMPRESSED};

/// Files that belong together, with their numbers.
type Numbered = Vec<(u64, PathBuf)>;

/// Why compressed files are not read: one, and many.
const ARE_COMPRESSED: [&str; 2] = ["it is compressed", "they are compressed"];

/// Says, a line each, what of the rotation of `path` is not among the files that are `read`.
pub(crate) fn notices(path: &Path, read: &[PathBuf]) -> Vec<String> {
    match beside(path) {
        Ok((plain, compressed)) => left_out(path, read, plain, compressed),
        Err(why) => {
            vec![format!("cannot look for old files of {}: {}", quoted_path(path), chain(&why))]
        }
    }
}

fn left_out(path: &Path, read: &[PathBuf], plain: Numbered, compressed: Numbered) -> Vec<String> {
    let is_read = |number| read.contains(&numbered(path, number));
    // Between two that are read; 0 is the file itself. (Of the numbers that are there: one may be a
    // date, so that nothing can count up to it.)
    let before = plain.iter().filter_map(|(number, _)| number.checked_sub(1));
    let is_gap = |it: &u64| *it > 0 && is_read(it - 1) && !is_read(*it) && is_read(it + 1);
    let mut gaps: Vec<u64> = before.filter(is_gap).collect();
    gaps.sort_unstable();
    let name = |number: u64| quoted_path(&numbered(path, number));
    let missing = gaps.into_iter().map(|number| format!("{} is missing", name(number)));
    let behind = plain.into_iter().filter(|(_, file)| !read.contains(file)).collect();
    let before = |what| format!("more than one number is missing before {what}");
    let behind = unread(behind, &before("it"), &before("them"));
    let [one, many] = ARE_COMPRESSED;
    missing.chain(behind).chain(unread(compressed, one, many)).chain(by_time(path)).collect()
}

/// The same of old files with a time in their names.
fn by_time(path: &Path) -> Option<String> {
    let files = times::old_files(path).unwrap_or_default().into_iter();
    let compressed = files.filter(|file| file.is_compressed).map(|file| (file.stamp, file.path));
    let [one, many] = ARE_COMPRESSED;
    unread(compressed.collect(), one, many)
}

/// One line for all of `files`, with the reason for one or for many.
fn unread(mut files: Vec<(impl Ord, PathBuf)>, one: &str, many: &str) -> Option<String> {
    files.sort();
    match &files[..] {
        [] => None,
        [(_, file)] => Some(format!("{} is not read: {one}", quoted_path(file))),
        [(_, first), .., (_, last)] => {
            let [first, last] = [first, last].map(|file| quoted_path(file.as_path()));
            let number = files.len();
            Some(format!("{number} files are not read, {first} to {last}: {many}"))
        }
    }
}

/// The old files of `path` that are there: the plain ones, and the compressed ones.
fn beside(path: &Path) -> io::Result<(Numbered, Numbered)> {
    let (mut plain, mut compressed) = (Vec::new(), Vec::new());
    let Some(file) = path.file_name().and_then(|name| name.to_str()) else {
        return Ok((plain, compressed));
    };
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    for entry in fs::read_dir(parent.unwrap_or(Path::new(".")))? {
        let Ok(name) = entry?.file_name().into_string() else { continue };
        let rest = name.strip_prefix(file).and_then(|rest| rest.strip_prefix('.'));
        let Some(rest) = rest else { continue };
        let (number, ending) = rest.split_once('.').unwrap_or((rest, ""));
        // Nor is `FILE.01` an old file.
        let is_canonical = |it: &u64| it.to_string() == number;
        let Some(number) = number.parse().ok().filter(is_canonical) else { continue };
        match ending {
            "" => plain.push((number, path.with_file_name(&name))),
            _ if COMPRESSED.contains(&ending) => {
                compressed.push((number, path.with_file_name(&name)));
            }
            _ => {}
        }
    }
    Ok((plain, compressed))
}
