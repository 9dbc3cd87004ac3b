//! A file with one number in it, as the kernel's attributes are.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use stage::format::row::{MAX_LINE, NotARow};
use stage::format::sample::Sample;
use stage::process::message::{chain, quoted_path};

use super::{Error, open};

/// Reads the one number in a file; an error is the reason in words.
pub(super) fn read_number(path: &Path) -> Result<Sample, String> {
    number(&read_text(path)?)
}

/// Reads a file of one number; an error is the reason in words.
pub(super) fn read_text(path: &Path) -> Result<Vec<u8>, String> {
    text(path).map_err(|error| chain(&error))
}

/// Reads a file of one number, or of one word.
pub(super) fn text(path: &Path) -> Result<Vec<u8>, Error> {
    contents(open(path)?).map_err(|source| Error::Read { name: quoted_path(path), source })
}

/// The number in a file's text, apart from blanks and line ends around it; an error is the reason in words.
pub(super) fn number(text: &[u8]) -> Result<Sample, String> {
    let number = match text.trim_ascii() {
        _ if text.len() > MAX_LINE + 1 => Err(NotARow::TooLong),
        [] => Err(NotARow::Empty),
        number => Sample::parse(number).map_err(NotARow::Number),
    };
    number.map_err(|why| why.of(text))
}

/// A file's contents, cut just beyond the longest line, so that a longer one shows.
fn contents(file: File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.take(MAX_LINE as u64 + 2).read_to_end(&mut text)?;
    Ok(text)
}
