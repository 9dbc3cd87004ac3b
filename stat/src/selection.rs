//! Which channels are counted: all, or those that the user names (`--columns`).

use std::fmt;

use stage::format::columns::{Channels, Columns, MAX_COLUMNS};
use stage::process::message::quoted;
use thiserror::Error;

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

/// A channel is wanted that does not exist, or wanted twice.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum Unknown {
    /// No channel is called so.
    #[error("cannot count channel {wanted}: {}", existing(.columns))]
    Nothing {
        /// What is wanted.
        wanted: Wanted,
        /// What there is.
        columns: Columns,
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

    /// The index of the wanted channel among those of `columns`.
    fn index_in(&self, columns: &Columns) -> Option<usize> {
        match (self, columns.channels()) {
            (Wanted::Number(number), _) => Some(number - 1).filter(|at| *at < columns.count()),
            (Wanted::Name(text), Channels::Named(names)) => {
                let whole = names.iter().position(|name| name.as_str() == text);
                whole.or_else(|| names.iter().position(|name| name.is_called(text)))
            }
            _ => None,
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

/// The channels that are wanted; all if none is named.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    wanted: Vec<Wanted>,
    /// Whether each has been found in an earlier part of the stream: then a later one may lack it.
    found: Vec<bool>,
}

impl Selection {
    /// These channels, in this order; all if there are none.
    pub(crate) fn of(wanted: &[Wanted]) -> Selection {
        Selection { wanted: wanted.to_vec(), found: vec![false; wanted.len()] }
    }

    /// The indices of the wanted channels among those of `columns`, with which a part of the stream
    /// begins.
    pub(crate) fn indices_in(&mut self, columns: &Columns) -> Result<Vec<usize>, Unknown> {
        if self.wanted.is_empty() {
            return Ok((0..columns.count()).collect());
        }
        let mut indices = Vec::new();
        for (wanted, found) in self.wanted.iter().zip(&mut self.found) {
            match wanted.index_in(columns) {
                Some(at) if indices.contains(&at) => {
                    let label = columns.label(at).unwrap_or_else(|| "1".to_owned());
                    return Err(Unknown::Twice { wanted: wanted.clone(), label });
                }
                Some(at) => {
                    *found = true;
                    indices.push(at);
                }
                None if *found => {}
                None => {
                    let (wanted, columns) = (wanted.clone(), columns.clone());
                    return Err(Unknown::Nothing { wanted, columns });
                }
            }
        }
        Ok(indices)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(wanted: &str, columns: &Columns) -> Result<Vec<usize>, String> {
        let wanted: Vec<_> = wanted.split(',').map(|it| Wanted::parse(it).unwrap()).collect();
        Selection::of(&wanted).indices_in(columns).map_err(|it| it.to_string())
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
        let all = Selection::default().indices_in(&columns);
        assert_eq!(all, Ok(vec![0, 1, 2]));
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
        assert_eq!(selection.indices_in(&first), Ok(vec![0]));
        assert_eq!(selection.indices_in(&second), Ok(vec![]));
    }

    #[test]
    fn what_is_neither_a_name_nor_a_number_is_refused() {
        let expected = "expected a channel's name, or its number from 1 to 1000";
        for wrong in ["", "0", "1001", "2x", " "] {
            assert_eq!(Wanted::parse(wrong).unwrap_err(), expected, "{wrong:?}");
        }
    }
}
