//! The header of a stream: a first line that names its columns.
//!
//! At least two fields, each a name, and none a number or a time; `time` first if there is one. A name
//! is a letter, then letters, digits, blanks and `_-/%°µ()[]`, at most 64 bytes; not a word for no
//! value. (No point: `temp.p99` is a figure of a channel.)

use std::collections::HashSet;

/// The name of the column of times.
pub(super) const TIME: &str = "time";

/// The column beside [`TIME`] in a recording of the classic stream: it names no channel.
pub(super) const VALUE: &str = "value";

/// Columns that a stream can have.
const MAX_COLUMNS: usize = 1000;

/// Bytes of the longest name.
const MAX_NAME: usize = 64;

/// What a name may have besides letters and digits.
const SIGNS: &str = " _-/%°µ()[]";

/// Words for no value, which name no column: a row of them is a row without values.
const NO_VALUES: [&str; 9] =
    ["nan", "inf", "infinity", "na", "n/a", "null", "none", "nil", "missing"];

/// The names of a stream's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    names: Vec<String>,
}

impl Header {
    /// The header of recordings of the classic stream with times: `time`, TAB, `value`.
    pub fn of_times() -> Header {
        Header { names: vec![TIME.to_owned(), VALUE.to_owned()] }
    }

    /// Reads a line without its line end; `None` if it is not a header.
    pub(crate) fn parse(line: &[u8]) -> Option<Header> {
        let line = str::from_utf8(line).ok()?;
        let names = line.split('\t').map(|name| name.trim_matches(' '));
        let names: Vec<&str> = names.take(MAX_COLUMNS + 1).collect();
        let is_of_fit_width = (2..=MAX_COLUMNS).contains(&names.len());
        let has_time_in_front = names.iter().skip(1).all(|name| *name != TIME);
        let mut seen = HashSet::new();
        let mut are_names = || names.iter().all(|name| is_name(name) && seen.insert(*name));
        (is_of_fit_width && has_time_in_front && are_names())
            .then(|| Header { names: names.into_iter().map(str::to_owned).collect() })
    }

    /// Appends the header, with its line feed, to `text`.
    pub fn print(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(self.names.join("\t").as_bytes());
        text.push(b'\n');
    }
}

fn is_name(text: &str) -> bool {
    text.len() <= MAX_NAME
        && text.starts_with(char::is_alphabetic)
        && text.chars().all(|char| char.is_alphanumeric() || SIGNS.contains(char))
        && !NO_VALUES.iter().any(|word| word.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(line: &str) -> Option<Vec<String>> {
        Header::parse(line.as_bytes()).map(|header| header.names)
    }

    #[test]
    fn a_header_names_at_least_two_columns() {
        for (line, expected) in [
            ("time\tvalue", ["time", "value"]),
            (" temp [°C] \thum/%", ["temp [°C]", "hum/%"]),
            ("ch1\tin_voltage0", ["ch1", "in_voltage0"]),
            ("Druck (µbar)\tépaisseur", ["Druck (µbar)", "épaisseur"]),
        ] {
            assert_eq!(names(line).unwrap(), expected, "{line}");
        }
    }

    #[test]
    fn everything_else_is_not_a_header() {
        for line in [
            "",
            "temp",
            "temp\t",
            "\ttemp",
            "temp\t1",
            "1\t2",
            "temp\t1x",
            "temp\ttime",
            "temp\ttemp",
            "temp.p99\thum",
            "temp\tNaN",
            "INF\ttemp",
            "N/A\ttemp",
            "temp\thum\r",
            "2023-11-14T22:13:20Z\ttemp",
            "a,b\tc",
        ] {
            assert_eq!(names(line), None, "{line:?}");
        }
        assert_eq!(Header::parse(b"temp\t\xff"), None);
        assert_eq!(names(&format!("{}\tb", "a".repeat(65))), None);
        let wide = |columns: usize| {
            let names: Vec<String> = (0..columns).map(|column| format!("ch{column}")).collect();
            Header::parse(names.join("\t").as_bytes())
        };
        assert!(wide(MAX_COLUMNS).is_some() && wide(MAX_COLUMNS + 1).is_none());
    }

    proptest! {
        #[test]
        fn printing_and_reading_round_trip(
            names in proptest::collection::hash_set("[a-zäµ]{1,3}[0-9_/%°()\\[\\] -]{0,3}[0-9]", 2..9),
        ) {
            let line = Vec::from_iter(names).join("\t");
            let header = Header::parse(line.as_bytes()).unwrap();
            let mut text = Vec::new();
            header.print(&mut text);
            prop_assert_eq!(String::from_utf8_lossy(&text), format!("{line}\n"));
            prop_assert_eq!(Header::parse(text.strip_suffix(b"\n").unwrap()), Some(header));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            Header::parse(&bytes);
        }
    }
}
