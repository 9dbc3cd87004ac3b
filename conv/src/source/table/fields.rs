//! The fields of a line.

use std::ops::Range;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::{memchr, memchr_iter};

use super::super::dialect::Delimiter;
use crate::reading::NoRow;

/// Where the fields of the newest line are.
#[derive(Debug, Default)]
pub(super) struct Fields {
    /// Their places in the line; in `copy` if quotes had to be taken off.
    places: Vec<Range<usize>>,
    copy: Vec<u8>,
    is_copied: bool,
    are_labelled: bool,
    /// Whether an empty last one was taken away.
    is_last_dropped: bool,
    quotes: Option<Quotes>,
}

/// What takes quotes off.
#[derive(Debug)]
struct Quotes {
    delimiter: u8,
    reader: Box<Reader>,
    ends: Vec<usize>,
}

impl Fields {
    /// Cuts `line`; fails if a quote is not closed on it.
    #[inline]
    pub(super) fn cut(&mut self, line: &[u8], delimiter: Delimiter) -> Result<(), NoRow> {
        self.places.clear();
        (self.is_copied, self.is_last_dropped) = (false, false);
        match delimiter {
            Delimiter::Tab => self.cut_at(b'\t', line),
            Delimiter::Byte(byte) if memchr(b'"', line).is_none() => self.cut_at(byte, line),
            Delimiter::Byte(byte) => return self.cut_quoted(byte, line),
            Delimiter::Blanks => self.cut_at_blanks(line),
        }
        Ok(())
    }

    #[inline]
    fn cut_at(&mut self, delimiter: u8, line: &[u8]) {
        let mut start = 0;
        for at in memchr_iter(delimiter, line) {
            self.places.push(start..at);
            start = at + 1;
        }
        self.places.push(start..line.len());
    }

    fn cut_at_blanks(&mut self, line: &[u8]) {
        let mut start = None;
        for (at, byte) in line.iter().enumerate() {
            match (is_blank(byte), start) {
                (true, Some(begun)) => {
                    self.places.push(begun..at);
                    start = None;
                }
                (false, None) => start = Some(at),
                _ => {}
            }
        }
        self.places.extend(start.map(|start| start..line.len()));
    }

    /// The same where quotes surround fields, as RFC 4180 has them.
    fn cut_quoted(&mut self, delimiter: u8, line: &[u8]) -> Result<(), NoRow> {
        let quotes = match &mut self.quotes {
            Some(quotes) if quotes.delimiter == delimiter => quotes,
            quotes => quotes.insert(Quotes::new(delimiter)),
        };
        self.is_copied = true;
        // It has no more bytes than the line, and at most a field for each of them, and one.
        self.copy.resize(line.len() + 1, 0);
        quotes.ends.resize(line.len() + 2, 0);
        let fields = quotes.read(line, &mut self.copy).ok_or(NoRow::Unclosed)?;
        let mut start = 0;
        for &end in &quotes.ends[..fields] {
            self.places.push(start..end);
            start = end;
        }
        Ok(())
    }

    /// Makes room for this many fields, all of them empty.
    pub(super) fn begin(&mut self, count: usize) {
        self.places.clear();
        self.places.resize(count, 0..0);
        self.copy.clear();
        (self.is_copied, self.are_labelled) = (true, true);
    }

    /// Fills the one at `at`, from 0.
    pub(super) fn put(&mut self, at: usize, text: &[u8]) {
        let start = self.copy.len();
        self.copy.extend_from_slice(text);
        if let Some(place) = self.places.get_mut(at) {
            *place = start..self.copy.len();
        }
    }

    /// Makes room for this many fields of the line itself, all of them empty.
    #[inline]
    pub(super) fn begin_in_line(&mut self, count: usize) {
        self.places.clear();
        self.places.resize(count, 0..0);
        (self.is_copied, self.are_labelled) = (false, true);
    }

    /// Fills the one at `at`, from 0, with what stands at this `place` of the line.
    #[inline]
    pub(super) fn put_in_line(&mut self, at: usize, place: Range<usize>) {
        if let Some(field) = self.places.get_mut(at) {
            *field = place;
        }
    }

    /// Takes the last one away if nothing stands in it.
    pub(super) fn drop_empty_last(&mut self, line: &[u8]) {
        let last = self.count().checked_sub(1);
        if last.is_some_and(|last| self.text(line, last).is_empty()) {
            self.places.pop();
            self.is_last_dropped = true;
        }
    }

    /// Whether an empty last one was taken away.
    pub(super) fn is_last_dropped(&self) -> bool {
        self.is_last_dropped
    }

    /// How many there are.
    #[inline]
    pub(super) fn count(&self) -> usize {
        self.places.len()
    }

    /// Whether they carried labels.
    #[inline]
    pub(super) fn are_labelled(&self) -> bool {
        self.are_labelled
    }

    /// Whether quotes were taken off.
    pub(super) fn are_unquoted(&self) -> bool {
        self.is_copied
    }

    /// What stands in the field at `at`, from 0, of the newest line, which is `line`.
    #[inline]
    pub(super) fn text<'l>(&'l self, line: &'l [u8], at: usize) -> &'l [u8] {
        let whole = if self.is_copied { &self.copy } else { line };
        let place = self.places.get(at).cloned();
        trimmed(place.and_then(|place| whole.get(place)).unwrap_or_default())
    }

    /// What stands in all fields.
    pub(super) fn texts<'l>(&'l self, line: &'l [u8]) -> Vec<&'l [u8]> {
        (0..self.count()).map(|at| self.text(line, at)).collect()
    }
}

impl Quotes {
    fn new(delimiter: u8) -> Quotes {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Quotes { delimiter, reader: Box::new(reader), ends: Vec::new() }
    }

    /// Reads the fields of a line into `copy`, and their ends into `ends`; how many there are; `None` if
    /// a quote is not closed.
    fn read(&mut self, line: &[u8], copy: &mut [u8]) -> Option<usize> {
        let Quotes { reader, ends, .. } = self;
        reader.reset();
        let (_, _, copied, fields) = reader.read_record(line, copy, ends);
        let rest = (&mut copy[copied..], &mut ends[fields..]);
        let (result, _, _, last) = reader.read_record(b"\n", rest.0, rest.1);
        (result == ReadRecordResult::Record).then_some(fields + last)
    }
}

#[inline]
fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// A field, or a line, without the blanks around it.
#[inline]
pub(super) fn trimmed(text: &[u8]) -> &[u8] {
    let mut text = text;
    while let [first, rest @ ..] = text
        && is_blank(first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_blank(last)
    {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(line: &str, delimiter: &str) -> Option<Vec<String>> {
        let mut fields = Fields::default();
        fields.cut(line.as_bytes(), delimiter.parse().unwrap()).ok()?;
        let texts = fields.texts(line.as_bytes()).into_iter();
        Some(texts.map(|text| String::from_utf8_lossy(text).into_owned()).collect())
    }

    #[test]
    fn fields_are_what_delimiters_separate() {
        for (line, delimiter, fields) in [
            ("1, 2 ,,3", ",", &["1", "2", "", "3"][..]),
            ("1;", ";", &["1", ""]),
            ("", ",", &[""]),
            ("1  2\t3 ", "blanks", &["1", "2", "3"]),
            ("  1", "blanks", &["1"]),
            (" ", "blanks", &[]),
            ("1  2", " ", &["1", "", "2"]),
            ("\"1,5\",\"say \"\"a\"\"\",x", ",", &["1,5", "say \"a\"", "x"]),
            ("\"a\"\t5\" x\t\"\"", "tab", &["a", "5\" x", ""]),
            ("1,\"\"", ",", &["1", ""]),
        ] {
            assert_eq!(cut(line, delimiter).unwrap(), fields, "{line:?}");
        }
        assert_eq!(cut("1,\"2", ","), None);
        assert_eq!(cut("\"", ","), None);
    }

    proptest! {
        #[test]
        fn quoting_each_field_changes_nothing(
            texts in proptest::collection::vec("[a-z0-9,;.\"]{0,5}", 1..6),
        ) {
            let quoted = texts.iter().map(|text| format!("\"{}\"", text.replace('"', "\"\"")));
            let line = quoted.collect::<Vec<_>>().join(",");
            prop_assert_eq!(cut(&line, ",").unwrap(), texts);
        }

        #[test]
        fn any_line_can_be_cut(
            line in "[\" ,a\t]{0,12}", delimiter in prop_oneof![Just("tab"), Just(","), Just("blanks")],
        ) {
            cut(&line, delimiter);
        }
    }
}
