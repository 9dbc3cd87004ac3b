//! What a first row shows of the rows that follow, where no header names their columns.

use stage::format::columns::{Columns, MAX_COLUMNS};
use stage::format::name::Name;
use stage::format::row::{NotARow, single};
use stage::process::message::quoted;

use super::super::choice::{Choice, Column, Selection};
use super::super::dialect::Dialect;
use super::super::timing::TimeReader;
use super::part::Part;
use crate::missing::Missing;
use crate::reading::NoRow;

/// Why a line begins no part.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoPart {
    /// It is rejected.
    Rejected(NoRow),
    /// The table lacks what is asked for.
    Lacking(String),
}

impl From<NotARow> for NoPart {
    fn from(why: NotARow) -> NoPart {
        NoPart::Rejected(why.into())
    }
}

/// A line that may be the first row.
pub(super) struct FirstRow<'a> {
    /// The line.
    pub line: &'a [u8],
    /// Its fields.
    pub texts: &'a [&'a [u8]],
    /// What its numbers look like.
    pub dialect: &'a Dialect,
    /// What its times look like.
    pub times: &'a TimeReader,
    /// What is taken of it.
    pub choice: &'a Choice,
    /// What stands for no sample.
    pub missing: &'a Missing,
}

impl FirstRow<'_> {
    /// The part that it begins.
    pub(super) fn part(&self) -> Result<Part, NoPart> {
        let choice = self.choice;
        if choice.time.is_none() && !matches!(choice.columns, Some(Selection::These(_))) {
            return self.plain_part();
        }
        let width = self.texts.len();
        if !self.has_samples() {
            return Err(single(self.line).err().unwrap_or(NotARow::Empty).into());
        }
        let time = choice.time.as_ref().map(|column| self.index(column)).transpose()?;
        let (taken, names): (Vec<usize>, Vec<Name>) = match &choice.columns {
            Some(Selection::These(columns)) => {
                let taken = columns.iter().map(|column| self.index(column));
                let taken = taken.collect::<Result<Vec<_>, _>>()?;
                let names = taken.iter().map(|at| Name::numbered(at + 1)).collect();
                (taken, names)
            }
            _ => ((0..width).filter(|at| Some(*at) != time).zip(1..))
                .map(|(at, number)| (at, Name::numbered(number)))
                .unzip(),
        };
        self.check_no_time(&taken)?;
        if taken.is_empty() {
            return Err(NoPart::Lacking("there is no column beside that of the time".to_owned()));
        }
        if let Some(why) = time.and_then(|at| self.times.refusal(self.texts[at])) {
            return Err(NoPart::Rejected(why));
        }
        let has_time = choice.is_stamped || time.is_some();
        let columns = choice.sent(has_time, names, false).map_err(NoPart::Lacking)?;
        let taken = taken.into_iter().map(Some).collect();
        Ok(Part { width, time, is_time_guessed: false, end_delimited: None, taken, columns })
    }

    /// The same where all columns are taken, and times are recognised in front.
    fn plain_part(&self) -> Result<Part, NoPart> {
        let choice = self.choice;
        let begins_with_time = self.texts.len() > 1 && self.times.is_iso(self.texts[0]);
        let named_time = choice.names.as_ref().is_some_and(Columns::have_time);
        let has_time = begins_with_time || named_time;
        let channels = match &choice.names {
            Some(names) => names.count(),
            None => self.channels(has_time)?,
        };
        let sends_time = choice.is_stamped || has_time && channels > 1;
        let names = (1..=channels).map(Name::numbered).collect();
        let columns = choice.sent(sends_time, names, false).map_err(NoPart::Lacking)?;
        let first = usize::from(has_time);
        Ok(Part {
            width: channels + first,
            time: (has_time && !choice.is_stamped).then_some(0),
            is_time_guessed: false,
            end_delimited: None,
            taken: (first..first + channels).map(Some).collect(),
            columns,
        })
    }

    /// How many channels there are, behind the time if there is one.
    fn channels(&self, has_time: bool) -> Result<usize, NotARow> {
        let Err(why) = single(self.line) else { return Ok(1) };
        match self.texts.len() {
            width if width > MAX_COLUMNS => Err(NotARow::TooManyColumns),
            width @ 2.. if has_time => Ok(width - 1),
            width if self.has_samples() => Ok(width),
            _ => Err(why),
        }
    }

    /// Whether any field is a sample, or stands for none.
    pub(super) fn has_samples(&self) -> bool {
        self.texts.iter().any(|text| self.is_sample(text))
    }

    /// Whether every field that is not empty is a sample or a time.
    pub(super) fn is_all_data(&self) -> bool {
        let is_data =
            |text: &&[u8]| text.is_empty() || self.is_sample(text) || self.times.is_time(text);
        self.texts.iter().all(is_data)
    }

    pub(super) fn is_sample(&self, text: &[u8]) -> bool {
        let is_none = !text.is_empty() || self.texts.len() == 1;
        self.dialect.number(text).is_ok() || is_none && self.missing.has_word(text)
    }

    /// The index of a column, from 0.
    fn index(&self, column: &Column) -> Result<usize, NoPart> {
        let width = self.texts.len();
        match column {
            Column::Number(number) if *number <= width => Ok(number - 1),
            Column::Number(number) => {
                Err(NotARow::Width { found: width, expected: *number }.into())
            }
            Column::Name(name) => Err(NoPart::Lacking(format!(
                "nothing names {name:?}, since the first row is no header: {}",
                quoted(self.line)
            ))),
        }
    }

    /// Fails if a time is asked for as if it were a channel's sample.
    fn check_no_time(&self, taken: &[usize]) -> Result<(), NoPart> {
        let is_time =
            |at: &&usize| self.texts.get(**at).is_some_and(|text| self.times.is_iso(text));
        match taken.iter().min_by_key(|at| (!is_time(at), **at)).filter(is_time) {
            None => Ok(()),
            Some(at) => Err(NoPart::Lacking(format!("column {} is the time: see --time", at + 1))),
        }
    }
}
