//! The calls that succeeded, in text.
//!
//! `WANDLER_FAULTS_TRACE` names a file to which a line is appended for each call that changed
//! something, in the order in which they were made, with all that is needed to make them again:
//!
//! ```text
//! create FILE NAME           a new file was opened
//! open FILE LENGTH NAME      an existing file of this length was opened for writing
//! write FILE AT BYTES        the bytes that were written, at this offset
//! truncate FILE LENGTH
//! sync FILE                  fsync or fdatasync
//! syncdir NAME               fsync of a directory
//! rename NAME NAME
//! unlink NAME
//! out BYTES                  written to standard output, whatever that is
//! ```
//!
//! `FILE` is a file's number on its disk (its inode); once the file is gone, a later one may reuse
//! it. `NAME` is absolute; each byte that is a blank, a percent sign or not a printable ASCII
//! character is written as `%` and two hexadecimal digits. `BYTES` are hexadecimal digits, two a
//! byte. Which writes a sync covers is clear only as long as one thread makes all calls, so a call
//! from a second thread ends the program.

use std::ffi::CString;
use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::fault::file_in;
use crate::{give_up, kernel};

/// Appends the line that `line` makes, if a trace is asked for.
pub fn note(line: impl FnOnce() -> Option<String>) {
    static FILE: OnceLock<Option<CString>> = OnceLock::new();
    let Some(file) = FILE.get_or_init(|| file_in("WANDLER_FAULTS_TRACE")) else { return };
    if !kernel::is_first_thread() {
        give_up("cannot trace the calls of more than one thread");
    }
    let Some(line) = line() else { give_up("cannot tell what a call was made on") };
    if !kernel::append(file, format!("{line}\n").as_bytes()) {
        give_up("cannot append to the trace");
    }
}

/// Bytes as the trace shows them.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A name as the trace shows it.
pub fn escaped(name: &Path) -> String {
    let mut text = String::new();
    for &byte in name.as_os_str().as_bytes() {
        if byte.is_ascii_graphic() && byte != b'%' {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02x}");
        }
    }
    text
}

/// The same for a name that may not have been found.
pub fn escaped_if_known(name: Option<PathBuf>) -> Option<String> {
    name.map(|name| escaped(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_blank_and_bytes_two_digits() {
        assert_eq!(escaped(Path::new("/a b/50%\n")), "/a%20b/50%25%0a");
        assert_eq!(hex(b"1\n\xff"), "310aff");
    }
}
