//! Lines that differ from the one before only in their numbers, as nearly all lines of labels do: the text
//! around the numbers says which number is whose, so the line need not be parsed again.
//!
//! Only plain numbers may differ: those that JSON allows, too, without an exponent. Nothing in them can end
//! a word or be part of a label, and anything else on the line was already reported for the one before.
//!
//! The text behind a number never begins with a character that numbers have. So a number ends where such
//! characters end, and can be found before it is known whether it is one.

mod plain;
mod text;

use std::ops::Range;

use self::plain::{is_plain, number_characters, plain_number};
use self::text::Text;

/// A line of which the numbers may be others.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    /// In their order; none if there is no line.
    numbers: Vec<Number>,
    /// What stands behind the last of them.
    tail: Text,
    /// Which columns have a number, up to the last that has.
    columns: Vec<bool>,
}

/// A number in the line.
#[derive(Debug)]
struct Number {
    /// What stands before it, up to the number before that.
    before: Text,
    /// Its column, from 0, if it is taken.
    column: Option<usize>,
}

impl Pattern {
    /// Forgets the line.
    pub(super) fn clear(&mut self) {
        self.numbers.clear();
        self.columns.clear();
    }

    /// Remembers `line`, which has values at these places, each in this column if it is taken; remembers
    /// nothing if a column has anything but a plain number.
    pub(super) fn learn(
        &mut self,
        line: &[u8],
        values: impl Iterator<Item = (Range<usize>, Option<usize>)>,
    ) {
        self.clear();
        let mut at = 0;
        for (place, column) in values {
            let length = line.get(place.start..).map_or(0, plain_number);
            if length > 0 && length == place.len() {
                let Some(before) = line.get(at..place.start) else { return self.clear() };
                at = place.end;
                self.push(Number { before: Text::of(before), column });
            } else if column.is_some() {
                return self.clear();
            }
        }
        self.tail = Text::of(&line[at..]);
    }

    fn push(&mut self, number: Number) {
        if let Some(column) = number.column {
            let columns = self.columns.len().max(column + 1);
            self.columns.resize(columns, false);
            self.columns[column] = true;
        }
        self.numbers.push(number);
    }

    /// How many characters stand before the first number.
    pub(super) fn before_first(&self) -> usize {
        self.numbers.first().map_or(0, |number| number.before.length())
    }

    /// How many columns there are up to the last that has a number.
    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    /// Whether this column has a number.
    pub(super) fn has(&self, column: usize) -> bool {
        self.columns.get(column) == Some(&true)
    }

    /// Whether `line` is like it; gives the places of the numbers that are taken, by column, and may also do
    /// so for a line that is not.
    #[inline]
    pub(super) fn fits(&self, line: &[u8], mut put: impl FnMut(usize, Range<usize>)) -> bool {
        let end = self.walk(line, 0, |column, at| {
            let end = at + plain_number(&line[at..]);
            if let Some(column) = column {
                put(column, at..end);
            }
            (end > at).then_some(end)
        });
        end == Some(line.len())
    }

    /// Where the line that begins at `start` of `text` must end if it is like this one. The places of the numbers
    /// that are taken go into `places`, by column, unchecked.
    #[inline(always)]
    pub(super) fn find(
        &self,
        text: &[u8],
        start: usize,
        places: &mut [Range<usize>],
    ) -> Option<usize> {
        self.walk(text, start, |column, at| {
            let end = at + number_characters(&text[at..]);
            match column {
                Some(column) => *places.get_mut(column)? = at..end,
                None if is_plain(&text[at..end]) => {}
                None => return None,
            }
            Some(end)
        })
    }

    /// Goes through `text` from `start` on, as long as the text around the numbers is that of the line, and
    /// `number` returns where the one ends that begins there; returns where what follows the last one ends.
    #[inline(always)]
    fn walk(
        &self,
        text: &[u8],
        start: usize,
        mut number: impl FnMut(Option<usize>, usize) -> Option<usize>,
    ) -> Option<usize> {
        if self.numbers.is_empty() {
            return None;
        }
        let mut at = start;
        for Number { before, column } in &self.numbers {
            at = number(*column, before.behind(text, at)?)?;
        }
        self.tail.behind(text, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Values<'a> = &'a [(Range<usize>, Option<usize>)];

    fn pattern(line: &str, values: Values<'_>) -> Pattern {
        let mut pattern = Pattern::default();
        pattern.learn(line.as_bytes(), values.iter().cloned());
        pattern
    }

    /// The numbers of two columns of `line`, if it is like `before`, which has values at these places.
    fn like(before: &str, values: Values<'_>, line: &str) -> Option<[String; 2]> {
        let mut texts = [const { String::new() }; 2];
        let pattern = pattern(before, values);
        let put = |column: usize, place: Range<usize>| texts[column] = line[place].to_owned();
        pattern.fits(line.as_bytes(), put).then_some(texts)
    }

    #[test]
    fn lines_are_alike_if_only_their_numbers_differ() {
        let like = |line| like("a:1,b1:2.5;", &[(2..3, Some(1)), (7..10, Some(0))], line);
        assert_eq!(like("a:-10,b1:0;"), Some(["0", "-10"].map(str::to_owned)));
        for line in [
            "a:1,b2:2.5;",
            "a:1,b1:2.5",
            "a:1,b1:2.5; ",
            "a:1,b1:;",
            "a:x,b1:2.5;",
            "a:1e3,b1:2.5;",
            "a:1.2.3,b1:2.5;",
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
        let expected = Some(["2", ""].map(str::to_owned));
        assert_eq!(like("id:x,n:5,t:1", &values, "id:x,n:6,t:2"), expected);
        assert_eq!(like("id:x,n:5,t:1", &values, "id:y,n:5,t:1"), None);
        assert_eq!(like("t:x", &[(2..3, Some(0))], "t:x"), None);
    }

    #[test]
    fn behind_a_number_stands_nothing_that_numbers_have() {
        for (line, place) in [("a:1e3", 2..3), ("a:1/2", 2..3), ("a:12", 2..3), ("a:1+", 2..3)] {
            assert!(pattern(line, &[(place, Some(0))]).numbers.is_empty(), "{line}");
        }
    }

    #[test]
    fn it_says_which_columns_have_numbers() {
        let pattern = pattern("a:1,b:2,c:3", &[(2..3, Some(2)), (6..7, None), (10..11, Some(0))]);
        assert_eq!([0, 1, 2, 3].map(|column| pattern.has(column)), [true, false, true, false]);
        assert_eq!((pattern.width(), pattern.before_first()), (3, 2));
    }

    #[test]
    fn numbers_that_are_taken_are_found_unseen() {
        let pattern = pattern("a:1,b:2", &[(2..3, Some(0)), (6..7, None)]);
        let found = |text: &str| {
            let mut places = vec![0..0; pattern.width()];
            let end = pattern.find(text.as_bytes(), 2, &mut places)?;
            Some((text[places[0].clone()].to_owned(), end))
        };
        let long = "1".repeat(40);
        let texts = ["-21.50", "0-/1..2", "", "7", &long];
        for text in texts {
            let line = format!("a:{text},b:7");
            let expected = Some((text.to_owned(), 2 + line.len()));
            assert_eq!(found(&format!("\r\n{line}")), expected);
            assert_eq!(found(&format!("\r\n{line}\n{line}\n")), expected);
        }
        for line in ["a:1,b:007\n", "a:1,b:\n", "a:1e3,b:2\n", "a:1\n,b:2", "a:1,b2", ""] {
            assert_eq!(found(&format!("\r\n{line}")), None, "{line:?}");
        }
    }
}
