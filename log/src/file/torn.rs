//! Setting aside the torn line that a crash left at the file's end, so that the next sample
//! does not continue it.
//!
//! In this order, so that a crash in between loses nothing (it may set aside the same line
//! again):
//!
//! 1. append the torn line, and a line feed, to `FILE.torn`;
//! 2. sync `FILE.torn`, and its directory;
//! 3. cut the torn line off the file;
//! 4. sync the file.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use stage::process::message::quoted_path;

use super::directory::Directory;
use super::{Begun, MODE};
use crate::error::{Attempt, Error};
use crate::notice::Notice;

/// Bytes read in one step back from the end; lines are short.
const STEP: usize = 4096;

/// Moves what follows the last line feed of `file`, which lies at `path`, to `FILE.torn`.
pub(super) fn set_aside(file: &File, path: &Path) -> Result<Begun, Error> {
    let failed = || Attempt::SetAside.failed(path);
    let length = file.metadata().map_err(failed())?.len();
    let whole = whole_lines(file, length).map_err(failed())?;
    if whole == length {
        return Ok(Begun { length, written: None, notices: Vec::new() });
    }
    let aside = beside(path);
    let mut notices: Vec<Notice> =
        move_to(&aside, file, path, whole..length)?.into_iter().collect();
    sync(file, path)?;
    let [name, aside] = [path, &aside].map(quoted_path);
    notices.push(Notice::SetAside { name, bytes: length - whole, aside });
    Ok(Begun { length: whole, written: None, notices })
}

/// Steps 1 to 3, for the bytes `torn` of `file`; returns what there is to report.
fn move_to(
    aside: &Path,
    file: &File,
    path: &Path,
    torn: Range<u64>,
) -> Result<Option<Notice>, Error> {
    let failed = || Attempt::SetAside.failed(path);
    let mut to = open(aside).map_err(Attempt::Open.failed(aside))?;
    let directory = Directory::of_target(aside)?;
    let before = to.metadata().map_err(failed())?.len();
    let moved = copy(file, torn.start, &mut to)
        .and_then(|()| to.write_all(b"\n"))
        .map_err(failed())
        .and_then(|()| sync(&to, aside))
        .and_then(|()| directory.sync())
        .and_then(|notice| cut(file, torn).map(|()| notice).map_err(failed()));
    if moved.is_err() {
        // It may be tried again, and the torn line is still where it was. Should this fail as well,
        // the first reason is the one to report.
        let _ = to.set_len(before);
    }
    moved
}

/// Syncs, where the file system can: where it cannot, the recorder will report that.
fn sync(file: &File, path: &Path) -> Result<(), Error> {
    match file.sync_all().map_err(Attempt::Sync.failed(path)) {
        Err(error) if error.is_lack() => Ok(()),
        result => result,
    }
}

/// Opens the file for torn lines: without waiting for the reader of a FIFO that somebody put there,
/// and without writing where a link leads.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_NOFOLLOW;
    OpenOptions::new().create(true).append(true).mode(MODE).custom_flags(flags.bits()).open(path)
}

/// Bytes up to and including the last line feed.
fn whole_lines(file: &File, length: u64) -> io::Result<u64> {
    let mut buffer = [0; STEP];
    let mut end = length;
    while end > 0 {
        let start = end.saturating_sub(STEP as u64);
        let step = &mut buffer[..(end - start) as usize];
        file.read_exact_at(step, start)?;
        if let Some(at) = memchr::memrchr(b'\n', step) {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

fn copy(file: &File, from: u64, to: &mut File) -> io::Result<()> {
    let mut buffer = [0; STEP];
    let mut at = from;
    loop {
        let count = file.read_at(&mut buffer, at)?;
        if count == 0 {
            return Ok(());
        }
        to.write_all(&buffer[..count])?;
        at += count as u64;
    }
}

/// Cuts the bytes `torn` off the end of `file`.
fn cut(file: &File, torn: Range<u64>) -> io::Result<()> {
    match file.metadata()?.len() == torn.end {
        true => file.set_len(torn.start),
        // Only what was copied may go.
        false => Err(io::Error::other("somebody else is writing to it")),
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".torn");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of a file with this text, what was set aside, and what was reported.
    fn after(text: &[u8]) -> (Vec<u8>, Option<Vec<u8>>, Vec<String>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.log");
        std::fs::write(&path, text).unwrap();
        let file = OpenOptions::new().read(true).append(true).open(&path).unwrap();
        let begun = set_aside(&file, &path).unwrap();
        let reported = begun.notices.iter().map(|notice| notice.to_string());
        let messages = reported.map(|it| it.replace(dir.path().to_str().unwrap(), ".")).collect();
        (std::fs::read(&path).unwrap(), std::fs::read(beside(&path)).ok(), messages)
    }

    #[test]
    fn whole_lines_are_left_alone() {
        for text in [&b""[..], b"1\n", b"1\n22\n"] {
            assert_eq!(after(text), (text.to_vec(), None, vec![]));
        }
    }

    #[test]
    fn a_torn_line_is_moved() {
        let told = r#""./run.log" ended in a torn line: 3 bytes set aside in "./run.log.torn""#;
        let expected = (b"1\n22\n".to_vec(), Some(b"333\n".to_vec()), vec![told.to_owned()]);
        assert_eq!(after(b"1\n22\n333"), expected);
    }

    #[test]
    fn what_is_in_the_way_is_an_error_and_the_file_is_left_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.log");
        std::fs::write(&path, "1\n2").unwrap();
        nix::unistd::mkfifo(&beside(&path), nix::sys::stat::Mode::S_IRWXU).unwrap();
        let file = OpenOptions::new().read(true).append(true).open(&path).unwrap();
        set_aside(&file, &path).unwrap_err();
        assert_eq!(std::fs::read(&path).unwrap(), b"1\n2");
    }

    #[test]
    fn a_torn_line_may_be_long_and_the_only_one() {
        let text = vec![b'7'; 3 * STEP + 1];
        let (left, aside, _) = after(&text);
        assert_eq!(left, b"");
        assert_eq!(aside.unwrap(), [&text[..], b"\n"].concat());
        let (left, _, _) = after(&[b"1\n", &text[..]].concat());
        assert_eq!(left, b"1\n");
    }
}
