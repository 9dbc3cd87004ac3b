//! The one grammar of messages on standard error: `PROGRAM: cannot VERB OBJECT: cause`.
//!
//! A message is one line and one `write`, so that the lines of several processes on one
//! terminal do not mix. A standard error that cannot be written is no reason to fail.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;

/// Bytes of foreign text that a message quotes: enough to recognise a line, less than one.
const QUOTED: usize = 40;

/// Where messages go.
pub trait Messages {
    /// Tells one line, given without the program's name and without a line end.
    fn tell(&mut self, text: &str);
}

/// Standard error, each line preceded by the program's name.
#[derive(Clone, Copy, Debug)]
pub struct StandardError {
    program: &'static str,
}

impl StandardError {
    /// Messages of `program`.
    pub fn of(program: &'static str) -> StandardError {
        StandardError { program }
    }
}

impl Messages for StandardError {
    fn tell(&mut self, text: &str) {
        let line = format!("{}: {}\n", self.program, text.replace('\n', " "));
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
}

/// Messages kept for a test to look at.
impl Messages for Vec<String> {
    fn tell(&mut self, text: &str) {
        self.push(text.to_owned());
    }
}

/// An error and its causes, joined with colons.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = os_reason(error);
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {}", os_reason(error));
        cause = error.source();
    }
    text
}

/// The reason in the system's own words: Rust adds ` (os error 2)` to them.
fn os_reason(error: &(dyn Error + 'static)) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

/// Foreign text in quotes: at most 40 bytes of it, control characters and broken UTF-8 escaped.
pub fn quoted(text: &[u8]) -> String {
    let start = &text[..text.len().min(QUOTED)];
    let cut = if start.len() < text.len() { "…" } else { "" };
    format!("\"{}{cut}\"", escaped(start))
}

/// A file's name in quotes: all of it, escaped like [`quoted`].
pub fn quoted_path(path: &std::path::Path) -> String {
    format!("\"{}\"", escaped(path.as_os_str().as_encoded_bytes()))
}

fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        let _ = write!(text, "{}", chunk.valid().escape_debug());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use thiserror::Error;

    #[derive(Debug, Error)]
    #[error("cannot open \"x.raw\"")]
    struct CannotOpen(#[source] std::io::Error);

    #[test]
    fn an_error_is_told_with_its_cause_in_the_systems_words() {
        let error = CannotOpen(std::io::Error::from_raw_os_error(2));
        assert_eq!(chain(&error), "cannot open \"x.raw\": No such file or directory");
    }

    #[test]
    fn foreign_text_is_escaped_and_cut() {
        assert_eq!(quoted(b"12abc"), r#""12abc""#);
        assert_eq!(quoted(b"\x1b[2J\"\xff\0"), r#""\u{1b}[2J\"\xff\0""#);
        assert_eq!(quoted("3 µV".as_bytes()), r#""3 µV""#);
        assert_eq!(quoted(&[b'7'; 41]), format!("\"{}…\"", "7".repeat(40)));
    }
}
