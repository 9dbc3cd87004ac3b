//! What `--check` does not read, although it may have been recorded: a number that is missing among the
//! old files, those behind more than one, and those that somebody has compressed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use stage::process::message::{Messages, chain, quoted_path};

use crate::rotation::numbered;

/// How the names of compressed files end.
const COMPRESSED: [&str; 7] = ["gz", "xz", "zst", "bz2", "lz4", "lzma", "Z"];

/// Files that belong together, with their numbers.
type Numbered = Vec<(u64, PathBuf)>;

/// Tells what of the rotation of `path` is not among the files that are `read`.
pub(super) fn tell(path: &Path, read: &[PathBuf], messages: &mut dyn Messages) {
    match beside(path) {
        Ok((plain, compressed)) => tell_of(path, read, plain, compressed, messages),
        Err(why) => messages.tell(&format!(
            "cannot look for old files of {}: {}",
            quoted_path(path),
            chain(&why)
        )),
    }
}

fn tell_of(
    path: &Path,
    read: &[PathBuf],
    plain: Numbered,
    compressed: Numbered,
    messages: &mut dyn Messages,
) {
    let is_read = |number| read.contains(&numbered(path, number));
    let last = plain.iter().map(|(number, _)| *number).max().unwrap_or(0);
    // Between two that are read; 0 is the file itself.
    for number in (1..last).filter(|&it| is_read(it - 1) && !is_read(it) && is_read(it + 1)) {
        messages.tell(&format!("{} is missing", quoted_path(&numbered(path, number))));
    }
    let behind = plain.into_iter().filter(|(_, file)| !read.contains(file)).collect();
    let before = |what| format!("more than one number is missing before {what}");
    tell_one_or_many(behind, &before("it"), &before("them"), messages);
    tell_one_or_many(compressed, "it is compressed", "they are compressed", messages);
}

fn tell_one_or_many(mut files: Numbered, one: &str, many: &str, messages: &mut dyn Messages) {
    files.sort();
    match &files[..] {
        [] => {}
        [(_, file)] => {
            messages.tell(&format!("{} is not read: {one}", quoted_path(file)));
        }
        [(_, first), .., (_, last)] => {
            let [first, last] = [first, last].map(|file| quoted_path(file.as_path()));
            let number = files.len();
            messages.tell(&format!("{number} files are not read, {first} to {last}: {many}"));
        }
    }
}

/// The old files of `path` that are there, and the compressed ones.
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
        let Ok(number) = number.parse() else { continue };
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
