//! How far the file reaches: its header, its whole lines, half a line; and what still fits into it.

use memchr::{memchr, memrchr};

/// The file's bytes, as far as the recorder knows them.
#[derive(Debug)]
pub(super) struct Extent {
    /// What each new file begins with; may be empty.
    header: Vec<u8>,
    /// Bytes that the file may have, if there is a limit.
    limit: Option<u64>,
    /// Bytes in the file, and in its whole lines.
    length: u64,
    whole: u64,
    /// Where the header is to stand before the next line, if it is missing: at the file's beginning, or
    /// behind rows of other columns.
    due: Option<u64>,
    /// Bytes of the header at the file's beginning: all of them, or 0 if it was not written here.
    headed: u64,
}

impl Extent {
    /// A file that holds `length` bytes of whole lines.
    pub(super) fn new(length: u64, limit: Option<u64>) -> Extent {
        let due = (length == 0).then_some(0);
        Extent { header: Vec::new(), limit, length, whole: length, due, headed: 0 }
    }

    /// Begins each new file with `header`, a line.
    pub(super) fn set_header(&mut self, header: Vec<u8>) {
        self.header = header;
    }

    /// What each new file begins with; may be empty.
    pub(super) fn header(&self) -> &[u8] {
        &self.header
    }

    /// Puts the header before the next line, since the file ends in rows of other columns.
    pub(super) fn owe_header(&mut self) {
        self.due = Some(self.length);
    }

    /// Whether the header stands before the next line.
    pub(super) fn owes_header(&self) -> bool {
        self.due.is_some()
    }

    /// Bytes in the file.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Bytes in its whole lines.
    pub(super) fn whole(&self) -> u64 {
        self.whole
    }

    /// Whether it holds more than a header, or its beginning.
    pub(super) fn has_rows(&self) -> bool {
        self.due.unwrap_or(self.length) > self.headed
    }

    /// Whether it ends in half a line, which may be the header.
    pub(super) fn ends_in_half(&self) -> bool {
        self.length != self.whole
    }

    /// Notes that another file was begun, which holds `length` bytes of whole lines.
    pub(super) fn begin(&mut self, length: u64) {
        self.resize(length);
        self.headed = 0;
    }

    /// Notes that the file now holds `length` bytes of whole lines.
    pub(super) fn resize(&mut self, length: u64) {
        (self.length, self.whole) = (length, length);
        self.due = (length == 0).then_some(0);
    }

    /// Notes that half a line is gone.
    pub(super) fn drop_half(&mut self) {
        self.length = self.whole;
    }

    /// Notes bytes of lines that were written.
    pub(super) fn wrote(&mut self, bytes: &[u8]) {
        if let Some(at) = memrchr(b'\n', bytes) {
            self.whole = self.length + at as u64 + 1;
        }
        self.length += bytes.len() as u64;
        self.due = None;
    }

    /// Notes that the next `count` bytes of the header were written.
    pub(super) fn wrote_header(&mut self, count: usize) {
        self.length += count as u64;
        if self.header_left().is_empty() {
            self.whole = self.length;
            self.headed = if self.due == Some(0) { self.length } else { self.headed };
            self.due = None;
        }
    }

    /// What is to be written of the header before the next line.
    pub(super) fn header_left(&self) -> &[u8] {
        let Some(at) = self.due else { return &[] };
        let written = usize::try_from(self.length - at).unwrap_or(usize::MAX);
        self.header.get(written..).unwrap_or_default()
    }

    /// How much of `rest` goes into this file: whole lines up to its limit, and the rest of a line
    /// that has begun in it. A file without a line takes one of any length.
    pub(super) fn fitting<'a>(&self, rest: &'a [u8]) -> &'a [u8] {
        let Some(limit) = self.limit else { return rest };
        let half = self.rest_of_line(rest);
        if !half.is_empty() {
            return half;
        }
        let header = self.header_left().len();
        let room = limit.saturating_sub(self.length + header as u64);
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        // A last line without a line feed will get one.
        let needed = rest.len() + usize::from(rest.last() != Some(&b'\n'));
        if needed <= room {
            return rest;
        }
        match memrchr(b'\n', &rest[..room.min(rest.len())]) {
            Some(at) => &rest[..=at],
            None if self.whole <= self.headed => &rest[..first_line(rest)],
            None => &[],
        }
    }

    /// The rest of a line that has begun in this file.
    pub(super) fn rest_of_line<'a>(&self, rest: &'a [u8]) -> &'a [u8] {
        let has_begun = self.ends_in_half() && self.header_left().is_empty();
        &rest[..if has_begun { first_line(rest) } else { 0 }]
    }
}

/// Bytes of the first line.
fn first_line(bytes: &[u8]) -> usize {
    memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1)
}
