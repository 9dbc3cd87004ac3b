//! Whole lines, gathered so that one call writes them.

mod new_row;

use memchr::memchr_iter;
use stage::format::columns::Columns;
use stage::format::decimal::fixed::Fixed;
use stage::format::sample::Sample;
use stage::format::time::{Form, Time};

pub(crate) use self::new_row::NewRow;
use crate::channel::Value;
use crate::text_cache::{self, LONGEST, Slot, Slots};

/// Lines, and how many.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// The lines, followed by spare room, which keeps old bytes until it is used again.
    bytes: Vec<u8>,
    filled: usize,
    lines: u64,
    /// Bytes of the header at the start, which is not counted.
    header: usize,
    /// The newest line that was not printed in place.
    line: Vec<u8>,
}

impl Gathered {
    /// Makes room for the texts of this many codes, whatever the size of their slots.
    pub(crate) fn make_room(&mut self, codes: usize) {
        let needed = self.filled + (codes + 1) * LONGEST;
        if self.bytes.len() < needed {
            self.bytes.resize(needed, 0);
        }
    }

    /// Appends the cached texts of `codes`, each of `lines` lines, up to the first code without one;
    /// returns how many were appended. There must be room for them.
    pub(crate) fn push_texts(&mut self, slots: &Slots, codes: &[u16], lines: u64) -> usize {
        let added = match slots {
            Slots::Short(slots) => self.push_slots(slots, codes),
            Slots::Long(slots) => self.push_slots(slots, codes),
            Slots::Longer(slots) => self.push_slots(slots, codes),
            Slots::Longest(slots) => self.push_slots(slots, codes),
            Slots::None => 0,
        };
        self.lines += lines * added as u64;
        added
    }

    // Not inlined: on its own, the loop has enough registers.
    #[inline(never)]
    fn push_slots<const SIZE: usize>(&mut self, slots: &[Slot<SIZE>], codes: &[u16]) -> usize {
        let mut end = self.filled;
        let mut added = 0;
        for &code in codes {
            let Some(slot) = slots.get(usize::from(code)) else { break };
            let Some(room) = self.bytes.get_mut(end..end + SIZE) else { break };
            let length = text_cache::length(slot);
            if length == 0 {
                break;
            }
            // The whole slot is copied; the next text overwrites the excess.
            room.copy_from_slice(slot);
            end += length;
            added += 1;
        }
        self.filled = end;
        added
    }

    /// Appends the line of a sample; returns it with its line feed.
    pub(crate) fn push_sample(&mut self, sample: &Sample) -> &[u8] {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        sample.print(&mut line);
        line.push(b'\n');
        let start = self.filled;
        self.push_lines(&line, 1);
        self.line = line;
        &self.bytes[start..self.filled]
    }

    /// The same for a sample in machine words.
    #[inline]
    pub(crate) fn push_fixed(&mut self, sample: Fixed) -> &[u8] {
        let start = self.filled;
        self.push_new(|row| {
            row.push_fixed(sample, b'\n');
            true
        });
        &self.bytes[start..self.filled]
    }

    /// Appends the row that `print` makes, unless that returns false; returns whether it was appended.
    #[inline(always)]
    pub(crate) fn push_new(&mut self, print: impl FnOnce(&mut NewRow<'_>) -> bool) -> bool {
        let mut row = NewRow { bytes: &mut self.bytes, end: self.filled };
        let is_whole = print(&mut row);
        if is_whole {
            self.filled = row.end;
            self.lines += 1;
        }
        is_whole
    }

    /// Begins with the header of `columns`, if they have one. Nothing may be gathered yet.
    pub(crate) fn push_header(&mut self, columns: &Columns) {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        columns.print_header(&mut line);
        self.push_lines(&line, 0);
        self.header = self.filled;
        self.line = line;
    }

    /// Appends a row.
    pub(crate) fn push_row(&mut self, time: Option<Time>, values: &[Option<Value>]) {
        let mut text = std::mem::take(&mut self.line);
        self.push_new(|row| {
            if let Some(time) = time {
                text.clear();
                time.print(Form::Iso, &mut text);
                row.push_text(&text, b'\t');
            }
            for (at, value) in (1..).zip(values) {
                let behind = if at < values.len() { b'\t' } else { b'\n' };
                text.clear();
                match value {
                    Some(Value::Fixed(value)) => drop(row.push_fixed(*value, behind)),
                    Some(Value::Sample(value)) => {
                        value.print(&mut text);
                        row.push_text(&text, behind);
                    }
                    None => row.push_text(b"", behind),
                }
            }
            true
        });
        self.line = text;
    }

    /// The same for samples in machine words.
    pub(crate) fn push_row_of_fixed(&mut self, samples: &[Fixed]) {
        self.push_new(|row| {
            for (at, sample) in (1..).zip(samples) {
                row.push_fixed(*sample, if at < samples.len() { b'\t' } else { b'\n' });
            }
            true
        });
    }

    /// Appends this many rows of `width` samples each, which are a line each in `text`.
    pub(crate) fn push_rows(&mut self, text: &[u8], width: usize, rows: u64) {
        let start = self.filled;
        self.push_lines(text, rows);
        let appended = &mut self.bytes[start..self.filled];
        for (at, end) in (1..).zip(memchr_iter(b'\n', text)) {
            if at % width != 0 {
                appended[end] = b'\t';
            }
        }
    }

    /// Appends `text`, which has this many lines.
    pub(crate) fn push_lines(&mut self, text: &[u8], lines: u64) {
        let end = self.filled + text.len();
        if self.bytes.len() < end {
            grow(&mut self.bytes, end);
        }
        self.bytes[self.filled..end].copy_from_slice(text);
        self.filled = end;
        self.lines += lines;
    }

    /// All lines.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// How many there are.
    pub(crate) fn lines(&self) -> u64 {
        self.lines
    }

    /// How many of them are whole in `part`, the beginning of the bytes.
    pub(crate) fn lines_in(&self, part: &[u8]) -> u64 {
        let lines = part.get(self.header..).unwrap_or_default();
        memchr_iter(b'\n', lines).count() as u64
    }

    /// Removes the lines but keeps the room.
    pub(crate) fn clear(&mut self) {
        self.filled = 0;
        self.lines = 0;
        self.header = 0;
    }
}

/// Makes room up to `end`, and at least twice as much as before.
#[cold]
fn grow(bytes: &mut Vec<u8>, end: usize) {
    bytes.resize(end.max(2 * bytes.len()), 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_cache::TextCache;

    #[test]
    fn lines_and_texts_follow_each_other() {
        let mut gathered = Gathered::default();
        let (mut singles, mut pairs) = (TextCache::default(), TextCache::default());
        singles.prepare(10, 1, 1);
        singles.keep(7, b"7\n");
        pairs.prepare(10, 2, 1);
        pairs.keep(8, b"8\n7\n");
        gathered.make_room(5);
        assert_eq!(gathered.push_texts(singles.slots(), &[7, 7, 9, 7], 1), 2, "9 has no text");
        assert_eq!(gathered.push_sample(&Sample::new(-1, 0).unwrap()), b"-1\n");
        assert_eq!(gathered.push_fixed(Fixed::new(-15, 1).unwrap()), b"-1.5\n");
        gathered.push_lines(b"3\n4\n", 2);
        assert_eq!(gathered.push_texts(pairs.slots(), &[8], 2), 1);
        assert_eq!(
            (gathered.as_bytes(), gathered.lines()),
            (&b"7\n7\n-1\n-1.5\n3\n4\n8\n7\n"[..], 8)
        );
        gathered.clear();
        assert_eq!((gathered.as_bytes(), gathered.lines()), (&b""[..], 0));
    }
}
