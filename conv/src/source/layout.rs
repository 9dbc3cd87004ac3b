//! What a stream consists of.

use stage::format::columns::Columns;
use stage::format::name::Name;

use super::choice::{Choice, Column, Selection};
use super::word::Format;

/// What a stream consists of, and what is taken of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The format of a word.
    pub format: Format,
    /// Words in a frame.
    pub channels: usize,
    /// What is taken.
    pub choice: Choice,
}

impl Layout {
    /// Words of a single channel, or lines of text, all of which are taken.
    pub fn of(format: Format) -> Layout {
        Layout { format, channels: 1, choice: Choice::default() }
    }

    /// Which words of a frame are taken, from 0: by default the first.
    pub fn taken(&self) -> Result<Vec<usize>, String> {
        let columns = match &self.choice.columns {
            None => return Ok(vec![0]),
            Some(Selection::All) => return Ok((0..self.channels).collect()),
            Some(Selection::These(columns)) => columns,
        };
        let index = |column: &Column| match column {
            Column::Number(number) if *number <= self.channels => Ok(number - 1),
            Column::Number(number) => {
                Err(format!("there is no channel {number} of {}", self.channels))
            }
            Column::Name(name) => Err(format!(
                "--columns of raw words are numbers, since nothing names them: {name:?}"
            )),
        };
        columns.iter().map(index).collect()
    }

    /// What the words taken are sent as.
    pub fn sent(&self) -> Result<Columns, String> {
        let names = self.taken()?.into_iter().map(|index| Name::numbered(index + 1)).collect();
        self.choice.sent(self.choice.is_stamped, names, false)
    }
}
