//! The columns of a stream: whether a time comes first, and the channels behind it; and the header, a
//! line that names them.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::format::name::{Name, NotAName, TIME};

/// The column beside [`TIME`] in a recording of the classic stream: it names no channel.
const VALUE: &str = "value";

/// Columns that a stream can have, one of times included.
pub const MAX_COLUMNS: usize = 1000;

/// The columns of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    has_time: bool,
    channels: Channels,
}

/// The channels of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channels {
    /// One, which nothing names.
    Unnamed,
    /// This many, at least two, whose names are not known. They are numbered from 1.
    Numbered(usize),
    /// At least one, all different.
    Named(Vec<Name>),
}

/// Why names are not those of columns.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotColumns {
    /// One of them is not a name.
    #[error("{1}: {0:?}")]
    Name(String, #[source] NotAName),
    /// One comes twice.
    #[error("two columns cannot have the same name: {0}")]
    Twice(Name),
    /// Only a time.
    #[error("a time alone is no stream: name what is measured, too")]
    TimeAlone,
    /// Too many.
    #[error("a stream has at most {MAX_COLUMNS} columns")]
    TooMany,
}

impl Columns {
    /// A sample a line: the classic stream.
    pub const CLASSIC: Columns = Columns { has_time: false, channels: Channels::Unnamed };

    /// The classic stream with times in front.
    pub const TIMED: Columns = Columns { has_time: true, channels: Channels::Unnamed };

    /// These channels, with or without times.
    pub fn new(has_time: bool, channels: Channels) -> Columns {
        Columns { has_time, channels }
    }

    /// This many channels without names.
    pub fn numbered(has_time: bool, count: usize) -> Columns {
        let channels = if count < 2 { Channels::Unnamed } else { Channels::Numbered(count) };
        Columns { has_time, channels }
    }

    /// Columns of these names, the first of which may be `time`. `time` and `value` name no channel.
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Columns, NotColumns> {
        let names: Vec<&str> = names.into_iter().take(MAX_COLUMNS + 1).collect();
        if names.len() > MAX_COLUMNS {
            return Err(NotColumns::TooMany);
        }
        let (has_time, channels) = match &names[..] {
            [TIME] => return Err(NotColumns::TimeAlone),
            [TIME, VALUE] => return Ok(Columns::TIMED),
            [TIME, channels @ ..] => (true, channels),
            channels => (false, channels),
        };
        let mut seen = BTreeSet::new();
        let name = |text: &&str| {
            let name: Name =
                text.parse().map_err(|why| NotColumns::Name((*text).to_owned(), why))?;
            if seen.insert(name.clone()) { Ok(name) } else { Err(NotColumns::Twice(name)) }
        };
        let names = channels.iter().map(name).collect::<Result<_, _>>()?;
        Ok(Columns { has_time, channels: Channels::Named(names) })
    }

    /// Columns of the names that are [made](Name::all_fitted) of a foreign header's fields. `time` and
    /// `value` are what they are elsewhere.
    pub fn fitted<'a>(texts: impl IntoIterator<Item = &'a str>) -> Columns {
        let texts: Vec<&str> = texts.into_iter().collect();
        match &texts[..] {
            [TIME, VALUE] => Columns::TIMED,
            [TIME, channels @ ..] if !channels.is_empty() => {
                let channels = Channels::Named(Name::all_fitted(channels.iter().copied()));
                Columns { has_time: true, channels }
            }
            channels => {
                let channels = Channels::Named(Name::all_fitted(channels.iter().copied()));
                Columns { has_time: false, channels }
            }
        }
    }

    /// Reads a header, given without its line end; `None` if the line is not one. At least two fields,
    /// each a name.
    pub fn of_header(line: &[u8]) -> Option<Columns> {
        let line = str::from_utf8(line).ok()?;
        let names = line.split('\t').map(|name| name.trim_matches(' '));
        Columns::named(names).ok().filter(|columns| columns.width() >= 2)
    }

    /// Appends the header, with its line feed, to `text`. A stream whose channels have no names, or
    /// with only one column, has none: then nothing is appended.
    pub fn print_header(&self, text: &mut Vec<u8>) {
        let names: Vec<&str> = match &self.channels {
            Channels::Unnamed if self.has_time => vec![VALUE],
            Channels::Named(names) if self.width() >= 2 => names.iter().map(Name::as_str).collect(),
            _ => return,
        };
        let time = self.has_time.then_some(TIME);
        let names: Vec<&str> = time.into_iter().chain(names).collect();
        text.extend_from_slice(names.join("\t").as_bytes());
        text.push(b'\n');
    }

    /// The same channels, with a time in front.
    pub fn with_time(self) -> Columns {
        Columns { has_time: true, ..self }
    }

    /// Whether the first column is a time.
    pub fn have_time(&self) -> bool {
        self.has_time
    }

    /// The channels.
    pub fn channels(&self) -> &Channels {
        &self.channels
    }

    /// How many channels there are.
    pub fn count(&self) -> usize {
        match &self.channels {
            Channels::Unnamed => 1,
            Channels::Numbered(count) => *count,
            Channels::Named(names) => names.len(),
        }
    }

    /// How many fields a row has.
    pub fn width(&self) -> usize {
        self.count() + usize::from(self.has_time)
    }

    /// What the channel at `index`, from 0, is called: its name or number; `None` for the unnamed one.
    pub fn label(&self, index: usize) -> Option<String> {
        match &self.channels {
            Channels::Unnamed => None,
            Channels::Numbered(_) => Some((index + 1).to_string()),
            Channels::Named(names) => names.get(index).map(Name::to_string),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn header(line: &str) -> Option<String> {
        let columns = Columns::of_header(line.as_bytes())?;
        let mut text = Vec::new();
        columns.print_header(&mut text);
        Some(String::from_utf8(text).unwrap())
    }

    #[test]
    fn a_header_names_at_least_two_columns() {
        for (line, expected) in [
            ("time\tvalue", "time\tvalue\n"),
            ("time\ttemp", "time\ttemp\n"),
            (" temp [°C] \thum/%", "temp [°C]\thum/%\n"),
            ("ch1\tin_voltage0", "ch1\tin_voltage0\n"),
            ("Druck (µbar)\tépaisseur", "Druck (µbar)\tépaisseur\n"),
            ("temp\tvalue", "temp\tvalue\n"),
        ] {
            assert_eq!(header(line).as_deref(), Some(expected), "{line}");
        }
    }

    #[test]
    fn everything_else_is_not_a_header() {
        for line in [
            "",
            "temp",
            "time",
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
            assert_eq!(header(line), None, "{line:?}");
        }
        assert_eq!(Columns::of_header(b"temp\t\xff"), None);
        let wide = |columns: usize| {
            let names: Vec<String> = (0..columns).map(|column| format!("ch{column}")).collect();
            Columns::of_header(names.join("\t").as_bytes())
        };
        assert!(wide(MAX_COLUMNS).is_some() && wide(MAX_COLUMNS + 1).is_none());
    }

    #[test]
    fn names_that_are_not_those_of_columns_are_refused() {
        let refusal =
            |names: &[&str]| Columns::named(names.iter().copied()).unwrap_err().to_string();
        assert_eq!(refusal(&["a", "2b"]), "a name begins with a letter: \"2b\"");
        assert_eq!(refusal(&["a", "b", "a"]), "two columns cannot have the same name: a");
        assert_eq!(refusal(&["time"]), "a time alone is no stream: name what is measured, too");
        let why = "time names the column of times, which is the first: \"time\"";
        assert_eq!(refusal(&["a", "time"]), why);
    }

    #[test]
    fn channels_are_called_by_name_or_number() {
        assert_eq!(Columns::TIMED.label(0), None);
        assert_eq!(Columns::numbered(true, 1), Columns::TIMED);
        assert_eq!(Columns::numbered(false, 3).label(2).unwrap(), "3");
        let named = Columns::named(["time", "temp", "hum"]).unwrap();
        assert_eq!((named.width(), named.count()), (3, 2));
        assert_eq!(named.label(1).unwrap(), "hum");
        let alone = Columns::named(["temp"]).unwrap();
        let mut text = Vec::new();
        alone.print_header(&mut text);
        assert!(text.is_empty(), "a single column without times has no header");
        assert_eq!(alone.with_time().width(), 2);
    }

    proptest! {
        #[test]
        fn printing_and_reading_round_trip(
            names in proptest::collection::hash_set("[a-zäµ]{1,3}[0-9_/%°()\\[\\] -]{0,3}[0-9]", 2..9),
        ) {
            let line = Vec::from_iter(names).join("\t");
            prop_assert_eq!(header(&line), Some(format!("{line}\n")));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            Columns::of_header(&bytes);
        }
    }
}
