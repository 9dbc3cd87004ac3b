//! A file with one number in it, as the kernel's attributes are.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use stage::format::decimal::Decimal;
use stage::format::sample::{MAX_LINE, parse_line};
use stage::process::message::quoted_path;

use super::{Error, open};

/// Reads the one number in a file; the error is a reason in words.
pub(super) fn read_number(path: &Path) -> Result<Decimal, String> {
    let file = open(path).map_err(|error| stage::process::message::chain(&error))?;
    let text = contents(file).map_err(|source| {
        stage::process::message::chain(&Error::Read { name: quoted_path(path), source })
    })?;
    parse_line(&text).map_err(|reason| reason.of(&text))
}

/// At most one line, and a little more, which shows that it was too long.
pub(super) fn contents(file: File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.take(MAX_LINE as u64 + 2).read_to_end(&mut text)?;
    Ok(text)
}
