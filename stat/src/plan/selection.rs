//! Which channels are counted: all, or those that the user names (`--columns`).

use std::fmt;

use stage::format::columns::{Channels, Columns, MAX_COLUMNS};
use stage::process::message::quoted;
use thiserror::Error;

/// Channels that a stream can have in all its parts: as many as one part can.
pub(crate) const MAX_CHANNELS: usize = MAX_COLUMNS;

/// Channels named in a message, at most.
const NAMED: usize = 20;

/// One channel that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// That of this number, from 1, in each header's or row's order.
    Number(usize),
    /// That of this name, with or without its unit.
    Name(String),
}

/// A channel is wanted that does not exist, may be several, or is wanted twice.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unknown {
    /// No channel is called so.
    #[error("cannot count channel {wanted}: {}", existing(.columns))]
    Nothing {
        /// What is wanted.
        wanted: Wanted,
        /// What there is.
        columns: Columns,
    },
    /// Several channels are called so, apart from their units.
    #[error("cannot count channel {wanted}: both {:?} and {:?} are called so", .labels[0], .labels[1])]
    Ambiguous {
        /// What is wanted.
        wanted: Wanted,
        /// Two of those that are called so.
        labels: Box<[String; 2]>,
    },
    /// Two of the wanted channels are the same.
    #[error("cannot count channel {wanted} twice: it is {label}, too")]
    Twice {
        /// What is wanted.
        wanted: Wanted,
        /// What it is called.
        label: String,
    },
}

impl Wanted {
    /// Reads one of `NAME|N,…`.
    pub(crate) fn parse(text: &str) -> Result<Wanted, String> {
        let text = text.trim();
        match text.parse() {
            Ok(number) if (1..=MAX_COLUMNS).contains(&number) => Ok(Wanted::Number(number)),
            Err(_) if !text.is_empty() && !text.starts_with(|it: char| it.is_ascii_digit()) => {
                Ok(Wanted::Name(text.to_owned()))
            }
            _ => Err(format!("expected a channel's name, or its number from 1 to {MAX_COLUMNS}")),
        }
    }

    /// The index of the wanted channel among those of `columns`; fails if several are called so, apart
    /// from their units.
    fn index_in(&self, columns: &Columns) -> Result<Option<usize>, Unknown> {
        let (text, names) = match (self, columns.channels()) {
            (Wanted::Number(number), _) => {
                return Ok(Some(number - 1).filter(|at| *at < columns.count()));
            }
            (Wanted::Name(text), Channels::Named(names)) => (text, names),
            _ => return Ok(None),
        };
        if let Some(whole) = names.iter().position(|name| name.as_str() == text) {
            return Ok(Some(whole));
        }
        let is_called = |at: &usize| names[*at].is_called(text);
        let mut called = (0..names.len()).filter(is_called);
        match (called.next(), called.next()) {
            (Some(one), Some(other)) => {
                let labels = [one, other].map(|at| names[at].to_string());
                Err(Unknown::Ambiguous { wanted: self.clone(), labels: Box::new(labels) })
            }
            (one, _) => Ok(one),
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wanted::Number(number) => write!(formatter, "{number}"),
            Wanted::Name(name) => formatter.write_str(&quoted(name.as_bytes())),
        }
    }
}

/// The channels that there are, in words.
fn existing(columns: &Columns) -> String {
    let labels: Vec<String> = (0..columns.count()).filter_map(|at| columns.label(at)).collect();
    let more = match labels.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    match labels.len() {
        0 => "the only channel has no name".to_owned(),
        1 => format!("the only channel is {}", labels[0]),
        count => format!("the channels are {}{more}", labels[..count.min(NAMED)].join(", ")),
    }
}

/// One of the channels that are wanted.
#[derive(Clone, Debug)]
struct Sought {
    wanted: Wanted,
    /// Whether a part of the stream had it: then others may lack it.
    is_found: bool,
    /// Why it was not found in the first part that lacked it.
    lacking: Option<Unknown>,
}

/// A column that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its place among the channels that are wanted, which is that of its records.
    pub rank: usize,
    /// Its index among the columns' channels.
    pub at: usize,
}

/// The channels that are wanted; all if none is named.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    sought: Vec<Sought>,
}

impl Selection {
    /// These channels, in this order; all if there are none.
    pub(crate) fn of(wanted: &[Wanted]) -> Selection {
        let sought =
            |wanted: &Wanted| Sought { wanted: wanted.clone(), is_found: false, lacking: None };
        Selection { sought: wanted.iter().map(sought).collect() }
    }

    /// The wanted channels among those of `columns`, with which a part of the stream begins. One that no
    /// part has had is an error, unless another input `may_have` it.
    pub(crate) fn find_in(
        &mut self,
        columns: &Columns,
        may_have: bool,
    ) -> Result<Vec<Found>, Unknown> {
        if self.sought.is_empty() {
            return Ok((0..columns.count()).map(|at| Found { rank: 0, at }).collect());
        }
        let mut all: Vec<Found> = Vec::new();
        for (rank, Sought { wanted, is_found, lacking }) in self.sought.iter_mut().enumerate() {
            match wanted.index_in(columns)? {
                Some(at) if all.iter().any(|found| found.at == at) => {
                    let label = columns.label(at).unwrap_or_else(|| "1".to_owned());
                    return Err(Unknown::Twice { wanted: wanted.clone(), label });
                }
                Some(at) => {
                    *is_found = true;
                    all.push(Found { rank, at });
                }
                None if *is_found => {}
                None => {
                    let (wanted, columns) = (wanted.clone(), columns.clone());
                    let why = Unknown::Nothing { wanted, columns };
                    if !may_have {
                        return Err(why);
                    }
                    lacking.get_or_insert(why);
                }
            }
        }
        Ok(all)
    }

    /// Fails, once the stream has ended, if a channel was wanted that no part of it had.
    pub(crate) fn check_found(&self) -> Result<(), Unknown> {
        let lacking = self.sought.iter().filter(|sought| !sought.is_found);
        lacking.filter_map(|sought| sought.lacking.clone()).next().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(found: &[Found]) -> Vec<usize> {
        found.iter().map(|found| found.at).collect()
    }

    fn selected(wanted: &str, columns: &Columns) -> Result<Vec<usize>, String> {
        let wanted: Vec<_> = wanted.split(',').map(|it| Wanted::parse(it).unwrap()).collect();
        let found = Selection::of(&wanted).find_in(columns, false).map_err(|it| it.to_string())?;
        Ok(places(&found))
    }

    #[test]
    fn channels_are_found_by_name_by_name_without_unit_and_by_number() {
        let columns = Columns::named(["time", "temp [K]", "temp", "hum [%]"]).unwrap();
        for (wanted, indices) in [
            ("hum,temp", vec![2, 1]),
            ("temp [K]", vec![0]),
            ("3, 1", vec![2, 0]),
            ("hum [%],1", vec![2, 0]),
        ] {
            assert_eq!(selected(wanted, &columns), Ok(indices), "{wanted}");
        }
        let all = Selection::default().find_in(&columns, false).unwrap();
        assert_eq!(places(&all), [0, 1, 2]);
    }

    #[test]
    fn a_channel_that_does_not_exist_is_refused_with_those_that_do() {
        let named = Columns::named(["temp", "hum"]).unwrap();
        let refusal = |wanted: &str, columns: &Columns| selected(wanted, columns).unwrap_err();
        let those = "the channels are temp, hum";
        assert_eq!(refusal("p", &named), format!("cannot count channel \"p\": {those}"));
        assert_eq!(refusal("3", &named), format!("cannot count channel 3: {those}"));
        assert_eq!(refusal("hum,2", &named), "cannot count channel 2 twice: it is hum, too");
        assert_eq!(
            refusal("temp", &Columns::CLASSIC),
            "cannot count channel \"temp\": the only channel has no name"
        );
        let units = Columns::named(["temp [K]", "temp (C)", "hum"]).unwrap();
        let why = "cannot count channel \"temp\": both \"temp [K]\" and \"temp (C)\" are called so";
        assert_eq!(refusal("temp", &units), why);
        let alone = Columns::named(["temp"]).unwrap();
        let why = "cannot count channel \"hum\": the only channel is temp";
        assert_eq!(refusal("hum", &alone), why);
        let many = refusal("x", &Columns::numbered(false, 25));
        assert!(many.ends_with("18, 19, 20, and 5 more"), "{many}");
    }

    #[test]
    fn a_later_part_of_the_stream_may_lack_a_channel() {
        let [first, second] =
            [["temp", "hum"], ["hum", "p"]].map(|names| Columns::named(names).unwrap());
        let mut selection = Selection::of(&[Wanted::Name("temp".into())]);
        assert_eq!(selection.find_in(&first, false), Ok(vec![Found { rank: 0, at: 0 }]));
        assert_eq!(selection.find_in(&second, false), Ok(vec![]));
        assert_eq!(selection.check_found(), Ok(()));
    }

    #[test]
    fn an_earlier_input_may_lack_a_channel_that_another_has() {
        let [first, second] =
            [["hum", "p"], ["temp", "hum"]].map(|names| Columns::named(names).unwrap());
        let mut selection = Selection::of(&["temp", "hum"].map(|it| Wanted::Name(it.into())));
        assert_eq!(selection.find_in(&first, true), Ok(vec![Found { rank: 1, at: 0 }]));
        let why = "cannot count channel \"temp\": the channels are hum, p";
        assert_eq!(selection.check_found().unwrap_err().to_string(), why);
        let [temp, hum] = [(0, 0), (1, 1)].map(|(rank, at)| Found { rank, at });
        assert_eq!(selection.find_in(&second, false), Ok(vec![temp, hum]));
        assert_eq!(selection.check_found(), Ok(()));
    }

    #[test]
    fn what_is_neither_a_name_nor_a_number_is_refused() {
        let expected = "expected a channel's name, or its number from 1 to 1000";
        for wrong in ["", "0", "1001", "2x", " "] {
            assert_eq!(Wanted::parse(wrong).unwrap_err(), expected, "{wrong:?}");
        }
    }
}
