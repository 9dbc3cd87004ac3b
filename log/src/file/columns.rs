//! The columns that a file shows: at its beginning, and at its end.
//!
//! They differ if there are headers in the middle, as in files that were put together, or where a
//! stream's channels became more: what is appended stands behind the last one. That is searched from
//! the end, at most [`REACH`] far, so that a start does not read a whole recording. Of a header farther
//! away, the last line tells something if it has another width than the beginning.

use std::io;

use memchr::{memchr, memchr_iter, memrchr};
use stage::format::name::begins_name;
use stage::format::row::{Beginning, MAX_LINE, fields};

/// How far from the end the last header is searched: about 0.1 s of reading.
const REACH: u64 = 64 << 20;

/// Bytes read in one step back from the end: more than any header has.
const STEP: u64 = 256 << 10;

/// Bytes read for two lines at first: they nearly always suffice.
const START: u64 = 4096;

/// The columns of a file's rows, as far as it shows them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// By its first lines; `None` if these are neither a header nor a row.
    pub(crate) first: Option<Beginning>,
    /// By its last header, or else its first lines; `None` if they say nothing of its last line.
    pub(crate) last: Option<Beginning>,
}

impl Shown {
    /// Those of a file of `length` bytes, of which `read` fills a buffer from a place on.
    pub(crate) fn of(
        length: u64,
        read: impl Fn(&mut [u8], u64) -> io::Result<()>,
    ) -> io::Result<Shown> {
        let bytes = Bytes { length, read };
        let first = bytes.shown_at(0)?;
        let is_classic = |it: &Beginning| it.columns.width() == 1;
        // Samples alone never follow a header.
        if first.as_ref().is_some_and(is_classic) && bytes.ends_like(first.as_ref())? {
            return Ok(Shown { last: first.clone(), first });
        }
        let last = match bytes.last_header()? {
            Some(at) => bytes.shown_at(at)?,
            None if length > REACH && !bytes.ends_like(first.as_ref())? => None,
            None => first.clone(),
        };
        Ok(Shown { first, last })
    }

    /// Whether rows that begin with `stream` go on where the file ends, without a header.
    pub(crate) fn is_continued_by(&self, stream: &Beginning) -> bool {
        match (&self.first, &self.last) {
            (_, Some(last)) => last.is_continued_by(stream),
            (Some(first), None) => !stream.is_header && first.is_continued_by(stream),
            (None, None) => true,
        }
    }

    /// Whether they belong in the file, if their header stands before them: it began like this, or what
    /// it has come to is not known.
    pub(crate) fn is_taken_up_by(&self, stream: &Beginning) -> bool {
        self.last.is_none() || self.first.as_ref().is_some_and(|it| it.is_continued_by(stream))
    }
}

/// What is in a file.
struct Bytes<R> {
    length: u64,
    read: R,
}

impl<R: Fn(&mut [u8], u64) -> io::Result<()>> Bytes<R> {
    fn read(&self, start: u64, end: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; (end - start) as usize];
        (self.read)(&mut bytes, start)?;
        Ok(bytes)
    }

    /// What the lines from `start` on show: nearly always two are needed.
    fn shown_at(&self, start: u64) -> io::Result<Option<Beginning>> {
        let mut size = START;
        loop {
            let bytes = self.read(start, self.length.min(start + size))?;
            let is_all = (bytes.len() as u64) < size || size > 2 * MAX_LINE as u64;
            if is_all || memchr_iter(b'\n', &bytes).nth(1).is_some() {
                return Ok(Beginning::of_file(&bytes));
            }
            size *= 8;
        }
    }

    /// Where the last header begins, within [`REACH`].
    fn last_header(&self) -> io::Result<Option<u64>> {
        let mut end = self.length;
        while end > self.length.saturating_sub(REACH) {
            let start = end.saturating_sub(STEP);
            let bytes = self.read(start, end)?;
            // Of the first line, the beginning may be missing: it is the last one of the next step.
            let first = match start {
                0 => 0,
                _ => memchr(b'\n', &bytes).map_or(bytes.len(), |at| at + 1),
            };
            if let Some(at) = last_header_in(&bytes[first..]) {
                return Ok(Some(start + (first + at) as u64));
            }
            // A line that is longer than a step is not a header.
            let is_divided = start > 0 && first < bytes.len();
            end = if is_divided { start + first as u64 } else { start };
        }
        Ok(None)
    }

    /// Whether the last line has as many fields as rows of these columns.
    fn ends_like(&self, first: Option<&Beginning>) -> io::Result<bool> {
        let end = self.read(self.length.saturating_sub(STEP), self.length)?;
        let line = end.strip_suffix(b"\n").unwrap_or(&end);
        let line = &line[memrchr(b'\n', line).map_or(0, |at| at + 1)..];
        Ok(first.is_none_or(|first| first.columns.width() == fields(line).count()))
    }
}

/// Where the last header begins in `lines`.
fn last_header_in(lines: &[u8]) -> Option<usize> {
    let mut end = lines.len();
    while end > 0 {
        let start = memrchr(b'\n', &lines[..end - 1]).map_or(0, |at| at + 1);
        if is_header(&lines[start..end]) {
            return Some(start);
        }
        end = start;
    }
    None
}

fn is_header(line: &[u8]) -> bool {
    let is_likely = line.first().is_some_and(begins_name) && line.ends_with(b"\n");
    is_likely && Beginning::of_stream(line).is_some_and(|it| it.is_header)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file shows, at its beginning and at its end, that holds each of these texts so many times.
    fn shown(parts: &[(&str, usize)]) -> [String; 2] {
        let text: Vec<u8> =
            parts.iter().flat_map(|(text, count)| text.as_bytes().repeat(*count)).collect();
        let read = |buffer: &mut [u8], at: u64| {
            buffer.copy_from_slice(&text[at as usize..][..buffer.len()]);
            Ok(())
        };
        let shown = Shown::of(text.len() as u64, read).unwrap();
        [shown.first, shown.last].map(|it| {
            it.map_or("nothing".to_owned(), |it| {
                let mut header = Vec::new();
                it.columns.print_header(&mut header);
                let form = it.form.map(|form| format!(" {form:?}")).unwrap_or_default();
                String::from_utf8(header).unwrap().trim_end().replace('\t', " ") + &form
            })
        })
    }

    #[test]
    fn the_last_header_holds_at_the_end() {
        let long = format!("1\t2{}\n", " ".repeat(3 << 20));
        for (parts, expected) in [
            (&[][..], ["nothing", "nothing"]),
            (&[("a\tb\n1\t2\n", 1)], ["a b", "a b"]),
            (&[("a\tb\n1\t2\n", 1), ("b\ta\n", 1)], ["a b", "b a"]),
            (&[("a\tb\n1\t2\n", 1), ("c\td\n", 1), ("3\t4\n", 1 << 20)], ["a b", "c d"]),
            (&[("a\tb\n", 1 << 16), ("b\ta\n", 1), ("3\t4\n", 65_535)], ["a b", "b a"]),
            (&[("a\tb\n", 1), ("b\ta\n", 1), (&long, 2)], ["a b", "b a"]),
            (&[("?\n", 1), ("b\ta\n", 1)], ["nothing", "b a"]),
            (&[("a\tb\n", 1), ("1\t2\nb\ta", 1)], ["a b", "a b"]),
            (&[("time\tvalue\n1.5\t1\n", 1)], ["time value Unix"; 2]),
            (
                &[("time\ta\tb\n1.5\t1\t2\n", 1), ("time\tb\ta\n2023-11-14T22:13:20Z\t1\t2\n", 1)],
                ["time a b Unix", "time b a Iso"],
            ),
        ] {
            assert_eq!(shown(parts), expected.map(str::to_owned), "{expected:?}");
        }
    }

    #[test]
    fn beyond_reach_the_width_of_the_last_line_tells_whether_the_beginning_still_holds() {
        let far = |row: &'static str| (row, (REACH + STEP) as usize / row.len() + 1);
        let (two, three) =
            (concat!("1\t2", "                            ", "\n"), "1\t2\t        3\n");
        let header = ("a\tb\n", 1);
        assert_eq!(shown(&[header, far(two)]), ["a b", "a b"]);
        assert_eq!(shown(&[header, ("a\tb\tc\n", 1), far(three)]), ["a b", "nothing"]);
        assert_eq!(shown(&[header, far(two), ("b\ta\n", 1)]), ["a b", "b a"]);
    }
}
