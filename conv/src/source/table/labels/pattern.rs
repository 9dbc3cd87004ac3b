//! Lines that differ from the one before only in their numbers, as nearly all do: the text around the
//! numbers says which number is whose, so the line need not be parsed again.
//!
//! Only plain numbers may differ: those that JSON allows, too, without an exponent. Nothing in them can end
//! a word or be part of a label, and anything else on the line was already reported for the one before.

use std::ops::Range;

use super::super::fields::Fields;

/// The longest number that may differ, in characters: every number up to this length is a sample.
const LONGEST: usize = 32;

/// A line, and the places in it where others have other numbers.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    line: Vec<u8>,
    /// In their order; none if there is no line.
    numbers: Vec<Number>,
}

/// A number in the line.
#[derive(Debug)]
struct Number {
    place: Range<usize>,
    /// Its column, from 0, if it is taken.
    column: Option<usize>,
}

impl Pattern {
    /// Forgets the line.
    pub(super) fn clear(&mut self) {
        self.line.clear();
        self.numbers.clear();
    }

    /// Remembers `line`, which has values at these places, each in this column if it is taken; remembers
    /// nothing if a column has anything but a plain number.
    pub(super) fn learn(
        &mut self,
        line: &[u8],
        values: impl Iterator<Item = (Range<usize>, Option<usize>)>,
    ) {
        self.clear();
        for (place, column) in values {
            let text = line.get(place.clone()).unwrap_or_default();
            let is_number = !text.is_empty() && plain_number(text) == text.len();
            if is_number {
                self.numbers.push(Number { place, column });
            } else if column.is_some() {
                return self.numbers.clear();
            }
        }
        self.line.extend_from_slice(line);
    }

    /// Whether `line` is like it; then `fields`, of this many columns, are its numbers.
    #[inline]
    pub(super) fn fits(&self, line: &[u8], fields: &mut Fields, columns: usize) -> bool {
        if self.numbers.is_empty() {
            return false;
        }
        fields.begin_in_line(columns);
        let (mut at, mut before) = (0, 0);
        for Number { place, column } in &self.numbers {
            let around = &self.line[before..place.start];
            if !line[at..].starts_with(around) {
                return false;
            }
            at += around.len();
            let length = plain_number(&line[at..]);
            if length == 0 {
                return false;
            }
            if let Some(column) = column {
                fields.put_in_line(*column, at..at + length);
            }
            (at, before) = (at + length, place.end);
        }
        line[at..] == self.line[before..]
    }
}

/// The length of the plain number that `text` begins with; 0 if there is none, or if it goes on with a
/// character that numbers have.
#[inline]
fn plain_number(text: &[u8]) -> usize {
    let sign = usize::from(text.first() == Some(&b'-'));
    let whole = digits(&text[sign..]);
    let is_zero = text.get(sign) == Some(&b'0');
    if whole == 0 || whole > 1 && is_zero {
        return 0;
    }
    let mut length = sign + whole;
    if text.get(length) == Some(&b'.') {
        let places = digits(&text[length + 1..]);
        if places == 0 {
            return 0;
        }
        length += 1 + places;
    }
    let is_over = !matches!(text.get(length), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
    if length <= LONGEST && is_over { length } else { 0 }
}

/// How many digits stand here.
#[inline]
fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_numbers_are_those_of_json_without_an_exponent() {
        for (text, length) in [
            ("0", 1),
            ("-0", 2),
            ("21.50", 5),
            ("-1.5,x", 4),
            ("7}", 1),
            ("12345678901234567890", 20),
            ("", 0),
            ("-", 0),
            ("a", 0),
            (".5", 0),
            ("1.", 0),
            ("1.,", 0),
            ("007", 0),
            ("+1", 0),
            ("1e3", 0),
            ("1.5E", 0),
            ("1-2", 0),
            ("1.2.3", 0),
            ("-.5", 0),
            ("--1", 0),
            ("123456789012345678901234567890123", 0),
        ] {
            assert_eq!(plain_number(text.as_bytes()), length, "{text}");
        }
    }

    /// The fields of `line`, if it is like `before`, which has values at these places.
    fn like(
        before: &str,
        values: &[(Range<usize>, Option<usize>)],
        line: &str,
    ) -> Option<Vec<String>> {
        let mut pattern = Pattern::default();
        pattern.learn(before.as_bytes(), values.iter().cloned());
        let mut fields = Fields::default();
        let fits = pattern.fits(line.as_bytes(), &mut fields, 2);
        let texts = fields.texts(line.as_bytes()).into_iter();
        fits.then(|| texts.map(|text| String::from_utf8_lossy(text).into_owned()).collect())
    }

    #[test]
    fn lines_are_alike_if_only_their_numbers_differ() {
        let like = |line| like("a:1,b1:2.5;", &[(2..3, Some(1)), (7..10, Some(0))], line);
        assert_eq!(like("a:-10,b1:0;"), Some(vec!["0".to_owned(), "-10".to_owned()]));
        for line in [
            "a:1,b2:2.5;",
            "a:1,b1:2.5",
            "a:1,b1:2.5; ",
            "a:1,b1:;",
            "a:x,b1:2.5;",
            "b:1,b1:2.5;",
            "a:1",
            "",
        ] {
            assert_eq!(like(line), None, "{line}");
        }
    }

    #[test]
    fn what_is_not_taken_may_be_anything_that_stays() {
        let values = [(3..4, None), (7..8, None), (11..12, Some(0))];
        assert_eq!(
            like("id:x,n:5,t:1", &values, "id:x,n:6,t:2"),
            Some(vec!["2".to_owned(), String::new()])
        );
        assert_eq!(like("id:x,n:5,t:1", &values, "id:y,n:5,t:1"), None);
        assert_eq!(like("t:x", &[(2..3, Some(0))], "t:x"), None);
    }
}
