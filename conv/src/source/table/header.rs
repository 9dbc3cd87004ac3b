//! Headers, of our own streams and of foreign tables.

use std::borrow::Cow;

use stage::format::columns::{Columns, MAX_COLUMNS};
use stage::format::name::{Name, NotAName};
use stage::format::sample::Sample;
use stage::process::message::quoted;

use super::super::choice::Column;
use super::listed::{listed, listed_labels, listed_up_to};

/// How many columns a message names where one is not found.
const MOST_LISTED: usize = 50;

/// A line that names the columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// What stands there.
    texts: Vec<String>,
    /// Names made of that, all different.
    names: Vec<Name>,
}

/// Why a column is not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotFound {
    /// None is called so, or has that number.
    Absent,
    /// Several are called so, apart from their units.
    Ambiguous(Vec<usize>),
}

impl Header {
    /// A header as every program of ours understands it.
    pub(super) fn of_stream(texts: &[&[u8]]) -> Option<Header> {
        let names: Vec<&str> =
            texts.iter().map(|text| str::from_utf8(text).ok()).collect::<Option<_>>()?;
        let is_header = names.len() >= 2 && Columns::named(names).is_ok();
        is_header.then(|| Header::of(texts))
    }

    /// A header whose names have yet to be made fit: fields that are neither numbers nor words for no
    /// value. Unless columns are `asked_by_name`, there are at least two, so that a stray line in a
    /// stream of numbers is not mistaken for one.
    pub(super) fn foreign(texts: &[&[u8]], asked_by_name: bool) -> Option<Header> {
        let least = if asked_by_name { 1 } else { 2 };
        let is_header = (least..=MAX_COLUMNS).contains(&texts.len()) && are_labels(texts);
        is_header.then(|| Header::of(texts))
    }

    /// The names of fields that come with the first line of theirs.
    pub(super) fn of(texts: &[&[u8]]) -> Header {
        let texts: Vec<String> =
            texts.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect();
        let names = Name::all_fitted(texts.iter().map(String::as_str));
        Header { texts, names }
    }

    /// Whether every program of ours understands it.
    pub(super) fn is_own(&self) -> bool {
        self.width() >= 2 && Columns::named(self.texts.iter().map(String::as_str)).is_ok()
    }

    /// How many columns there are.
    pub(super) fn width(&self) -> usize {
        self.texts.len()
    }

    /// Whether nothing stands in its last field.
    pub(super) fn ends_empty(&self) -> bool {
        self.width() > 2 && self.texts.last().is_some_and(String::is_empty)
    }

    /// Whether every field may be the label of a column, whatever it looks like.
    pub(super) fn has_labels_only(&self) -> bool {
        self.texts.iter().all(|text| text.is_empty() || is_label(text.as_bytes()))
    }

    /// What the column at `index`, from 0, is called there.
    pub(super) fn text(&self, index: usize) -> Option<&str> {
        self.texts.get(index).map(String::as_str)
    }

    /// The name made of that.
    pub(super) fn name(&self, index: usize) -> Option<&Name> {
        self.names.get(index)
    }

    /// Whether it has this column, or several that may be it.
    pub(super) fn may_have(&self, column: &Column) -> bool {
        self.find(column) != Err(NotFound::Absent)
    }

    /// The index of a column, from 0.
    pub(super) fn find(&self, column: &Column) -> Result<usize, NotFound> {
        let name = match column {
            Column::Number(number) => {
                let index = number.checked_sub(1).filter(|index| *index < self.width());
                return index.ok_or(NotFound::Absent);
            }
            Column::Name(name) => name,
        };
        let named = (0..self.width()).filter(|index| self.texts[*index] == *name);
        let named: Vec<usize> = named.collect();
        let made = || self.names.iter().position(|it| it.as_str() == name);
        match named[..] {
            [index] => return Ok(index),
            [] => {}
            _ => return Err(NotFound::Ambiguous(named)),
        }
        if let Some(index) = made() {
            return Ok(index);
        }
        let is_called = |index: &usize| self.names[*index].is_called(name);
        let called: Vec<usize> = (0..self.width()).filter(is_called).collect();
        match called[..] {
            [index] => Ok(index),
            [] => Err(NotFound::Absent),
            _ => Err(NotFound::Ambiguous(called)),
        }
    }

    /// What is lacking where a column was not found, for a message.
    pub(super) fn lacking(&self, column: &Column, why: &NotFound) -> String {
        match (column, why) {
            (Column::Number(number), _) => {
                format!("there is no column {number} of {}: {}", self.width(), self.list())
            }
            (Column::Name(name), NotFound::Ambiguous(called)) => {
                let labels = called.iter().filter_map(|index| self.texts.get(*index));
                let are_alike = labels.clone().all(|label| label == name);
                let listed = match are_alike {
                    true => listed(called.iter().map(|index| (index + 1).to_string())),
                    false => listed_labels(labels),
                };
                format!("several columns are called {name:?}: {listed}")
            }
            (Column::Name(name), NotFound::Absent) => {
                let list = self.list();
                format!("no column {name:?}; the header has {list}{}", self.with_comma(name))
            }
        }
    }

    /// How to ask for a column whose name has a comma in it, if it was divided there.
    fn with_comma(&self, part: &str) -> String {
        let is_part =
            |text: &str| text.contains(',') && text.split(',').any(|it| it.trim() == part);
        let mut columns = self.texts.iter().zip(&self.names);
        match columns.find(|(text, _)| is_part(text)) {
            Some((text, name)) => format!(" ({name} stands for {})", quoted(text.as_bytes())),
            None => String::new(),
        }
    }

    /// What there is, for a message.
    pub(super) fn list(&self) -> String {
        listed_up_to(MOST_LISTED, self.texts.iter().map(|text| quoted(text.as_bytes())))
    }

    /// Which of the columns at these indexes have got another name, for a message; `None` if none has.
    pub(super) fn changed(&self, indexes: impl IntoIterator<Item = usize>) -> Option<String> {
        let pairs = indexes.into_iter().filter_map(|at| Some((self.text(at)?, self.name(at)?)));
        let changed = pairs.filter(|(text, name)| *text != name.as_str());
        let changed = changed.map(|(text, name)| format!("{} as {name}", quoted(text.as_bytes())));
        Some(listed(changed)).filter(|changed| !changed.is_empty())
    }
}

/// Whether all fields may be the labels of columns.
pub(super) fn are_labels(texts: &[&[u8]]) -> bool {
    texts.iter().all(|text| is_label(text))
}

/// Whether a field may be the label of a column although it looks like a number or a word for no value, as
/// `1st`, `%` and `Na` do: beside labels, and above numbers.
pub(super) fn may_be_label(text: &[u8]) -> bool {
    Sample::parse(text).is_err() && !String::from_utf8_lossy(text).chars().any(char::is_control)
}

/// Whether fields behind a header may be units: none begins like a number or stands for no value, and
/// some say something.
pub(super) fn are_units(texts: &[&[u8]]) -> bool {
    let is_unit = |text: &&[u8]| {
        let stands_for_no_value = || is_no_value(&String::from_utf8_lossy(text));
        !begins_a_number(text) && !stands_for_no_value()
    };
    texts.iter().all(is_unit) && texts.iter().any(|text| is_label(text))
}

/// Whether a field may be the label of a column: it begins like no number, and says something.
fn is_label(field: &[u8]) -> bool {
    let text: Cow<'_, str> = String::from_utf8_lossy(field);
    let is_text = text.chars().any(char::is_alphabetic) && !text.chars().any(char::is_control);
    is_text && !begins_a_number(field) && !is_no_value(&text) && Sample::parse(field).is_err()
}

/// Whether a field begins like a number, with a decimal point or comma.
pub(super) fn begins_a_number(field: &[u8]) -> bool {
    field.first().is_some_and(|first| first.is_ascii_digit() || b"+-.,".contains(first))
}

/// Whether a word stands for no value.
fn is_no_value(text: &str) -> bool {
    text.parse::<Name>() == Err(NotAName::NoValue)
}

/// Whether a line may be a header of our own: its first character is a letter, perhaps behind spaces.
#[inline]
pub(super) fn may_be_header(line: &[u8]) -> bool {
    let first = line.iter().find(|&&byte| byte != b' ');
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::format::row::fields;

    fn foreign(line: &[u8], asked_by_name: bool) -> Option<Header> {
        Header::foreign(&fields(line).collect::<Vec<_>>(), asked_by_name)
    }

    #[test]
    fn labels_make_a_foreign_header_and_numbers_do_not() {
        for line in ["Temp.1\tHum,2", "\"a\"\t#b", "t/s\tU(V)", "Temp \u{b0}C\tx"] {
            assert!(foreign(line.as_bytes(), false).is_some(), "{line}");
        }
        assert!(foreign(b"Temp \xb0C\tx", false).is_some(), "Latin-1");
        for line in
            ["Temp.1", "a.b\t1", "a.b\t", "12abc\t13abc", "NaN\tnull", "***\t---", "a\t\x07b"]
        {
            assert_eq!(foreign(line.as_bytes(), false), None, "{line:?}");
        }
        assert!(foreign(b"Temp.1", true).is_some());
    }

    #[test]
    fn columns_are_found_by_what_stands_there_or_by_the_name_made_of_it() {
        let header = foreign("Temp.1 [C]\tx\tx".as_bytes(), false).unwrap();
        let find = |text: &str| header.find(&text.parse().unwrap()).ok();
        assert_eq!((find("Temp.1 [C]"), find("Temp_1"), find("x")), (Some(0), Some(0), None));
        assert_eq!((find("x_2"), find("3"), find("4"), find("y")), (Some(2), Some(2), None, None));
        let changed = header.changed(0..3).unwrap();
        assert_eq!(changed, "\"Temp.1 [C]\" as Temp_1 [C], \"x\" as x_2");
        assert_eq!(header.changed([1]), None);
        let column = "x".parse().unwrap();
        let why = header.lacking(&column, &header.find(&column).unwrap_err());
        assert_eq!(why, "several columns are called \"x\": 2, 3");
    }

    #[test]
    fn a_column_is_found_without_its_unit_if_only_one_is_called_so() {
        let header = foreign("a [x]\ta (y)\tb (z)\tc\tc [m]\tHum,2".as_bytes(), false).unwrap();
        let find = |text: &str| {
            let column = text.parse().unwrap();
            header.find(&column).map_err(|why| header.lacking(&column, &why))
        };
        assert_eq!((find("a (y)"), find("b"), find("c")), (Ok(1), Ok(2), Ok(3)));
        let several = "several columns are called \"a\": \"a [x]\", \"a (y)\"";
        assert_eq!(find("a"), Err(several.to_owned()));
        let why = find("Hum").unwrap_err();
        assert!(why.ends_with("\"Hum,2\" (Hum_2 stands for \"Hum,2\")"), "{why}");
    }
}
