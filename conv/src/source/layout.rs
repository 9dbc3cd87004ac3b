//! What a stream consists of.

use stage::format::columns::Columns;
use stage::format::name::Name;

use super::choice::{Choice, Column, Selection};
use super::dialect::Dialect;
use super::format::{Format, Labelling};
use super::timing::InputTime;
use super::word::Word;
use crate::missing::MissingOptions;

/// Bytes that a frame of words may have. (A megabyte holds 64 channels of 2048 words of 64 bits.)
pub(super) const MAX_FRAME: usize = 1 << 20;

/// What a stream consists of, and what is taken of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Text or words.
    pub format: Format,
    /// Channels in a frame of words.
    pub channels: usize,
    /// What is taken.
    pub choice: Choice,
    /// Whether nobody said that it is text, so that it is read as WAV if it begins like that.
    pub may_be_wav: bool,
    /// How text is written.
    pub dialect: Dialect,
    /// What its times look like.
    pub times: InputTime,
    /// Lines of text, or bytes of words, at the beginning that are left out.
    pub skip: u64,
    /// What stands for no reading.
    pub missing: MissingOptions,
}

impl Layout {
    /// Words of a single channel, or lines of text, all of which are taken.
    pub fn of(format: Format) -> Layout {
        Layout {
            format,
            channels: 1,
            choice: Choice::default(),
            dialect: Dialect::default(),
            times: InputTime::default(),
            skip: 0,
            missing: MissingOptions::default(),
            may_be_wav: false,
        }
    }

    /// Checks what the options' grammar cannot say.
    pub(crate) fn check(&self) -> Result<(), String> {
        if !self.format.is_text() && self.times.time.is_some() {
            return Err("--time is a column of text; --stamp puts the time in front".to_owned());
        }
        if self.format == Format::Wav && self.skip > 0 {
            return Err(
                "--skip is for text and raw words: WAV says where its data begin".to_owned()
            );
        }
        if !self.format.is_text() && !self.dialect.is_own() {
            return Err("--delimiter, --decimal and --comment are for text".to_owned());
        }
        self.check_frame()?;
        self.check_labels()?;
        self.dialect.check()?;
        self.times.check()
    }

    /// Checks that a frame of words is not too large to be held.
    fn check_frame(&self) -> Result<(), String> {
        let frame =
            self.format.word().map_or(0, |word| self.words(word).saturating_mul(word.width()));
        match frame > MAX_FRAME {
            true => Err(format!("a frame of raw words has at most {MAX_FRAME} bytes, not {frame}")),
            false => Ok(()),
        }
    }

    /// Checks what is said of text whose fields carry labels.
    fn check_labels(&self) -> Result<(), String> {
        let Some(labelling) = self.format.labelling() else { return Ok(()) };
        let is_number = |column: &Column| matches!(column, Column::Number(_));
        let columns = match &self.choice.columns {
            Some(Selection::These(columns)) => columns.as_slice(),
            _ => &[],
        };
        if columns.iter().chain(&self.times.time).any(is_number) {
            return Err("--columns and --time take labels here, not numbers".to_owned());
        }
        let Dialect { delimiter, decimal, .. } = &self.dialect;
        match labelling {
            _ if delimiter.is_some() => Err("--delimiter is for fields without labels".to_owned()),
            Labelling::Json if decimal.is_some() => {
                Err("--decimal is not for JSON, which has points".to_owned())
            }
            Labelling::Labels | Labelling::Json => Ok(()),
        }
    }

    /// How many words like this a frame has.
    pub fn words(&self, word: Word) -> usize {
        self.channels * word.repeat()
    }

    /// Which words of a frame are taken, from 0: by default those of the first channel.
    pub fn taken(&self, word: Word) -> Result<Vec<usize>, String> {
        let words = self.words(word);
        let columns = match &self.choice.columns {
            None => return Ok((0..word.repeat()).collect()),
            Some(Selection::All) => return Ok((0..words).collect()),
            Some(Selection::These(columns)) => columns,
        };
        let index = |column: &Column| match column {
            Column::Number(number) if *number <= words => Ok(number - 1),
            Column::Number(number) => Err(format!("there is no channel {number} of {words}")),
            Column::Name(name) => Err(format!(
                "--columns of raw words are numbers, since nothing names them: {name:?}"
            )),
        };
        columns.iter().map(index).collect()
    }

    /// What the words taken are sent as.
    pub fn sent_words(&self, word: Word) -> Result<Columns, String> {
        let names = self.taken(word)?.into_iter().map(|index| Name::numbered(index + 1)).collect();
        self.choice.sent(self.choice.is_stamped, names, false)
    }
}
