//! The one grammar of messages on standard error: `PROGRAM: cannot VERB OBJECT: cause`.
//!
//! A message is one line and one `write`, so that the lines of several processes on one terminal do not
//! mix. Failing to write to standard error is no reason to fail, nor to wait: what it does not take at
//! once is kept in `unwritten`.

pub(crate) mod unwritten;

use std::error::Error;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// Bytes of foreign text that a message quotes: enough to recognise a line, less than one.
const QUOTED: usize = 40;

/// Characters at the start and at the end of an explanation that is cut.
const EXPLAINED: usize = 60;

/// The environment variable that names the descriptor from which `report` reads what the other
/// stages say while its live view is on.
pub const VARIABLE: &str = "WANDLER_MESSAGES";

/// A number of bytes, as messages say it.
pub fn bytes(count: u64) -> String {
    counted(count, "byte")
}

/// How many things there are, with their noun, which is given in the singular: `1 row`, `3 rows`.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Where messages go.
pub trait Messages {
    /// Reports one line, given without the program's name and without a line end.
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

    /// A message as one line.
    pub fn line(self, text: &str) -> String {
        format!("{}: {}\n", self.program, text.replace('\n', " "))
    }
}

impl Messages for StandardError {
    fn tell(&mut self, text: &str) {
        unwritten::tell(self.program, self.line(text));
    }
}

/// Messages kept for a test to check.
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

/// The reason in the system's own words, without the ` (os error 2)` that Rust adds.
fn os_reason(error: &(dyn Error + 'static)) -> String {
    let text = error.to_string();
    let number = error.downcast_ref::<io::Error>().and_then(io::Error::raw_os_error);
    let added = number.map(|number| format!(" (os error {number})"));
    match added.and_then(|added| text.strip_suffix(&added)) {
        Some(reason) => reason.to_owned(),
        None => text,
    }
}

/// Foreign text in quotes: at most 40 bytes of it, control characters and broken UTF-8 escaped.
pub fn quoted(text: &[u8]) -> String {
    let start = &text[..end_of_quote(text)];
    let cut = if start.len() < text.len() { "…" } else { "" };
    format!("\"{}{cut}\"", escaped(start))
}

/// An explanation that may contain any amount of foreign text: control characters are escaped, and if
/// it is too long its middle is cut out, since what was expected stands at the end.
pub(crate) fn explained(text: &str) -> String {
    let mut ends = text.char_indices().map(|(at, _)| at);
    let is_short = text.chars().nth(2 * EXPLAINED).is_none();
    let mut line = String::new();
    if is_short {
        escape_controls(text, &mut line);
        return line;
    }
    let head = ends.nth(EXPLAINED).unwrap_or(text.len());
    let tail = ends.nth_back(EXPLAINED - 1).unwrap_or(text.len());
    escape_controls(&text[..head], &mut line);
    line.push('…');
    escape_controls(&text[tail..], &mut line);
    line
}

fn escape_controls(text: &str, line: &mut String) {
    for char in text.chars() {
        match char.is_control() {
            true => line.extend(char.escape_debug()),
            false => line.push(char),
        }
    }
}

/// Where to cut text without splitting a UTF-8 character.
fn end_of_quote(text: &[u8]) -> usize {
    let continues = |at: &usize| text.get(*at).is_some_and(|byte| byte & 0xC0 == 0x80);
    let end = text.len().min(QUOTED);
    // A character has at most four bytes; if none begins there, the text is not UTF-8 anyway.
    (end.saturating_sub(3)..=end).rev().find(|at| !continues(at)).unwrap_or(end)
}

/// A file's name in quotes: all of it, escaped like [`quoted`].
pub fn quoted_path(path: &Path) -> String {
    format!("\"{}\"", escaped(path.as_os_str().as_encoded_bytes()))
}

/// A file's name without quotes, for standard output: what a terminal would obey is escaped.
pub fn plain_path(path: &Path) -> String {
    escaped_but(path.as_os_str().as_encoded_bytes(), &['\'', '"', '\\'])
}

fn escaped(bytes: &[u8]) -> String {
    // It needs no escape in double quotes.
    escaped_but(bytes, &['\''])
}

/// Escapes all but printable characters, and these.
fn escaped_but(bytes: &[u8], plain: &[char]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            match plain.contains(&char) {
                true => text.push(char),
                false => text.extend(char.escape_debug()),
            }
        }
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
    struct CannotOpen(#[source] io::Error);

    #[test]
    fn an_error_is_reported_with_its_cause_in_the_systems_words() {
        let error = CannotOpen(io::Error::from_raw_os_error(2));
        assert_eq!(chain(&error), "cannot open \"x.raw\": No such file or directory");
        let error = io::Error::other("a (os error 5) b");
        assert_eq!(chain(&CannotOpen(error)), "cannot open \"x.raw\": a (os error 5) b");
    }

    #[test]
    fn a_single_thing_is_counted_in_the_singular() {
        assert_eq!([0, 1, 2].map(|count| counted(count, "row")), ["0 rows", "1 row", "2 rows"]);
        assert_eq!(bytes(1), "1 byte");
    }

    #[test]
    fn foreign_text_is_escaped_and_cut() {
        assert_eq!(quoted(b"12abc"), r#""12abc""#);
        assert_eq!(quoted(b"\x1b[2J\"\xff\0"), r#""\u{1b}[2J\"\xff\0""#);
        assert_eq!(quoted("3 µV".as_bytes()), r#""3 µV""#);
        assert_eq!(quoted(b"it's"), r#""it's""#);
        assert_eq!(plain_path("it's \"a\\b\" µ".as_ref()), "it's \"a\\b\" µ");
        assert_eq!(plain_path("\x1b[2J\u{9b}\u{202e}\n".as_ref()), r"\u{1b}[2J\u{9b}\u{202e}\n");
        assert_eq!(quoted(&[b'7'; 41]), format!("\"{}…\"", "7".repeat(40)));
        let long = format!("{}µV", "7".repeat(39));
        assert_eq!(quoted(long.as_bytes()), format!("\"{}…\"", "7".repeat(39)));
    }
}
