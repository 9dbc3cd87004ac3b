//! Which columns of an input are taken, and what they are sent as.

use std::str::FromStr;

use stage::format::columns::{Channels, Columns, MAX_COLUMNS, NotColumns};
use stage::format::name::Name;
use stage::process::message::counted;

/// The word for every column.
const ALL: &str = "all";

/// A column of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// Counted from 1, and never 0.
    Number(usize),
    /// By what the input's header calls it.
    Name(String),
}

impl FromStr for Column {
    type Err = String;

    fn from_str(text: &str) -> Result<Column, String> {
        match text.trim() {
            "" => Err("a column is a number or a name".to_owned()),
            text => match text.parse::<usize>() {
                Ok(0) => Err("columns are counted from 1".to_owned()),
                Ok(number) => Ok(Column::Number(number)),
                Err(_) => Ok(Column::Name(text.to_owned())),
            },
        }
    }
}

/// Columns of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Every one, in its order.
    All,
    /// These, in this order.
    These(Vec<Column>),
}

impl FromStr for Selection {
    type Err = String;

    fn from_str(text: &str) -> Result<Selection, String> {
        if text == ALL {
            return Ok(Selection::All);
        }
        let columns: Vec<Column> = text.split(',').map(str::parse).collect::<Result<_, _>>()?;
        for (at, column) in columns.iter().enumerate() {
            if columns[..at].contains(column) {
                let text = match column {
                    Column::Number(number) => number.to_string(),
                    Column::Name(name) => name.clone(),
                };
                return Err(format!("column {text} is taken twice"));
            }
        }
        Ok(Selection::These(columns))
    }
}

/// What is taken of an input, and what it is sent as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Which columns; `None` if that was not said.
    pub columns: Option<Selection>,
    /// The column of times.
    pub time: Option<Column>,
    /// What the columns taken are called.
    pub names: Option<Columns>,
    /// Whether each row gets the time of its reading.
    pub is_stamped: bool,
    /// Whether checks use the times in front of rows, even if they are not sent.
    pub uses_times: bool,
}

impl Choice {
    /// What channels are sent as, with or without times: under the names chosen by the user, or else
    /// these. A single one has no name of its own, unless it `has_name`.
    pub fn sent(
        &self,
        has_time: bool,
        names: Vec<Name>,
        has_name: bool,
    ) -> Result<Columns, String> {
        let channels = match &self.names {
            Some(chosen) if chosen.count() != names.len() => {
                return Err(wrong_number(chosen.count(), names.len()));
            }
            Some(chosen) => chosen.channels().clone(),
            None if names.len() == 1 && !has_name => Channels::Unnamed,
            None => Channels::Named(names),
        };
        let columns = Columns::new(has_time, channels);
        match columns.width() > MAX_COLUMNS {
            true => Err(NotColumns::TooMany.to_string()),
            false => Ok(columns),
        }
    }
}

fn wrong_number(names: usize, channels: usize) -> String {
    let (names, channels) = (names as u64, channels as u64);
    format!("--names has {} for {}", counted(names, "name"), counted(channels, "channel"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_numbers_or_names() {
        let these = |text: &str| text.parse::<Selection>();
        assert_eq!(these("all"), Ok(Selection::All));
        let three = vec![Column::Number(3), Column::Name("temp [C]".to_owned())];
        assert_eq!(these("3,temp [C]"), Ok(Selection::These(three)));
        for (text, why) in [
            ("", "a column is a number or a name"),
            ("1,", "a column is a number or a name"),
            ("0", "columns are counted from 1"),
            ("00", "columns are counted from 1"),
            ("2,+0", "columns are counted from 1"),
            ("1,2,1", "column 1 is taken twice"),
            ("a,a", "column a is taken twice"),
        ] {
            assert_eq!(these(text).unwrap_err(), why, "{text:?}");
        }
    }

    #[test]
    fn only_several_channels_have_names_by_themselves() {
        let sent = |names: Option<&str>, count| {
            let names = names.map(|names| Columns::named(names.split(',')).unwrap());
            let choice = Choice { names, ..Choice::default() };
            choice.sent(true, (1..=count).map(Name::numbered).collect(), false)
        };
        let named = |names: &[&str]| Columns::named(names.iter().copied());
        assert_eq!(sent(None, 1), Ok(Columns::TIMED));
        assert_eq!(sent(None, 2).ok(), named(&["time", "ch1", "ch2"]).ok());
        assert_eq!(sent(Some("a,b"), 2).ok(), named(&["time", "a", "b"]).ok());
        assert_eq!(sent(Some("a"), 1).ok(), named(&["time", "a"]).ok());
        assert_eq!(sent(Some("a"), 2).unwrap_err(), "--names has 1 name for 2 channels");
        assert!(sent(None, 999).is_ok());
        assert_eq!(
            sent(None, 1000).unwrap_err(),
            "a stream has at most 1000 columns",
            "and a time"
        );
    }
}
