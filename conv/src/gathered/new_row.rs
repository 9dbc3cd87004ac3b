//! A row while it is being appended.

use stage::format::decimal::fixed::{Fixed, ROOM};

use super::grow;
use crate::text_cache::{self, Slot};

/// A row that is being appended. (What appends short texts is inlined into its callers, so that `end` stays in a
/// register.)
pub(crate) struct NewRow<'g> {
    /// All lines so far, and room.
    pub(super) bytes: &'g mut Vec<u8>,
    /// Where the row ends so far.
    pub(super) end: usize,
}

impl NewRow<'_> {
    /// Appends a sample, and what follows it; returns both.
    #[inline(always)]
    pub(crate) fn push_fixed(&mut self, sample: Fixed, behind: u8) -> &[u8] {
        let start = self.end;
        if let Some(room) = self.room::<ROOM>() {
            let length = sample.print(room);
            room[length] = behind;
            self.end += length + 1;
        }
        &self.bytes[start..self.end]
    }

    /// Appends a text.
    #[inline(always)]
    pub(crate) fn push_slot<const SIZE: usize>(&mut self, text: &Slot<SIZE>) {
        // The whole slot is copied; the next text overwrites the excess.
        if let Some(room) = self.room() {
            *room = *text;
            self.end += text_cache::length(text);
        }
    }

    /// Appends a text of any length, and what follows it.
    pub(crate) fn push_text(&mut self, text: &[u8], behind: u8) {
        let end = self.end + text.len();
        if self.bytes.len() <= end {
            grow(self.bytes, end + 1);
        }
        self.bytes[self.end..end].copy_from_slice(text);
        self.bytes[end] = behind;
        self.end = end + 1;
    }

    /// Room for a short text.
    #[inline(always)]
    fn room<const SIZE: usize>(&mut self) -> Option<&mut [u8; SIZE]> {
        if self.bytes.len() < self.end + SIZE {
            grow(self.bytes, self.end + SIZE);
        }
        self.bytes[self.end..].first_chunk_mut()
    }
}
