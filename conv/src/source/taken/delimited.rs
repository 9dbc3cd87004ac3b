//! Rows whose fields are columns, between delimiters.
//!
//! Only rows are taken that are of the right width, without quotes, and begin like a number or with nothing.

use memchr::memchr;
use stage::format::row::{MAX_LINE, spaces_trimmed};

use super::separators::separators;
use super::{Delimited, Taken};

impl Taken {
    /// Takes the columns of as many rows as can be taken. (Not inlined: on its own, the loop has enough
    /// registers.)
    #[inline(never)]
    pub(super) fn take_delimited(
        &mut self,
        block: &[u8],
        at: usize,
        columns: &[Option<usize>],
        Delimited { delimiter, may_be_quoted, width }: Delimited,
    ) {
        let rest = &block[at..];
        let plain = match memchr(b'"', rest).filter(|_| may_be_quoted) {
            Some(quote) => &rest[..quote],
            None => rest,
        };
        self.starts.clear();
        self.starts.resize(width + 1, 0);
        let (mut row, mut fields) = (0, 0);
        for end in separators(plain, delimiter) {
            if end < row {
                // The LF of a CRLF.
                continue;
            }
            fields += 1;
            if let Some(next) = self.starts.get_mut(fields) {
                *next = end + 1;
            }
            if plain[end] == delimiter {
                continue;
            }
            if fields != width || end - row > MAX_LINE || !begins_a_row(&plain[row..end], delimiter)
            {
                break;
            }
            self.put_fields(plain, columns);
            row = end + if rest[end..].starts_with(b"\r\n") { 2 } else { 1 };
            (self.starts[0], fields) = (row, 0);
            self.rows.end_row(at + row);
        }
    }

    /// Appends the lines of these columns of the newest row in `text`.
    #[inline]
    fn put_fields(&mut self, text: &[u8], columns: &[Option<usize>]) {
        for column in columns.iter().flatten() {
            if let Some(&[start, behind]) = self.starts.get(*column..=column + 1) {
                let end = behind - 1;
                let field = spaces_trimmed(&text[start..end]);
                match field.len() == end - start {
                    true => self.rows.put(text, start, end),
                    false => self.rows.put_any(field),
                }
            }
        }
    }
}

/// Whether a line that begins like this is neither a header nor a comment.
fn begins_a_row(line: &[u8], delimiter: u8) -> bool {
    let first = line.iter().copied().find(|byte| *byte != b' ');
    let is_row = |first: u8| first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.');
    first.is_some_and(|first| first == delimiter || is_row(first))
}
