//! A part of a table: lines of the same columns, and which of these are taken. It begins with a
//! header, or else with the first row.

use stage::format::columns::{Columns, MAX_COLUMNS};
use stage::format::name::Name;
use stage::format::row::{NotARow, fields, single};
use stage::format::sample::Sample;
use stage::format::time::{Form, Time};
use stage::process::message::quoted;

use super::super::choice::{Choice, Column, Selection};
use super::header::Header;

/// What the two columns of a recording of the classic stream are called.
const TIME: &str = "time";
const VALUE: &str = "value";

/// Lines of the same columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Fields of a line.
    pub width: usize,
    /// Which field is the time, and its form once it is known; `None` if the time is not wanted.
    pub time: Option<usize>,
    pub form: Option<Form>,
    /// The field of each channel; `None` where the part has none.
    pub taken: Vec<Option<usize>>,
    /// What the rows are sent as.
    pub columns: Columns,
}

/// Why a line begins no part.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoPart {
    /// It is rejected.
    Rejected(NotARow),
    /// The table lacks what is asked for.
    Lacking(String),
}

impl From<NotARow> for NoPart {
    fn from(why: NotARow) -> NoPart {
        NoPart::Rejected(why)
    }
}

impl Part {
    /// Lines behind `header`. Of a recording of the classic stream, the times are dropped unless they
    /// are asked for, or a table went before.
    pub(super) fn behind(header: &Header, choice: &Choice, is_table: bool) -> Result<Part, String> {
        let width = header.width();
        let is_classic =
            (header.text(0), header.text(1)) == (Some(TIME), Some(VALUE)) && width == 2;
        let find = |column: &Column| header.find(column).ok_or_else(|| lacking(column, header));
        let in_front = (header.text(0) == Some(TIME) && width > 1).then_some(0);
        let time = match &choice.time {
            Some(column) => Some(find(column)?),
            None => in_front,
        };
        let (taken, is_plain) = match &choice.columns {
            Some(Selection::These(columns)) => {
                let taken = columns.iter().map(find).collect::<Result<Vec<_>, _>>()?;
                check_taken_once(&taken, header)?;
                check_no_time(&taken, time, header)?;
                (taken, false)
            }
            _ => ((0..width).filter(|at| Some(*at) != time).collect(), true),
        };
        let passes_time = is_plain && time.is_some() && (is_table || !is_classic);
        let has_time = choice.is_stamped || choice.time.is_some() || passes_time;
        let names = taken.iter().filter_map(|at| header.name(*at).cloned()).collect();
        let is_named = !(is_classic && taken == [1]);
        let columns = choice.sent(has_time, names, is_named)?;
        let is_checked = passes_time || choice.time.is_some() || is_classic && is_plain;
        let time = time.filter(|_| is_checked && !choice.is_stamped);
        let taken = taken.into_iter().map(Some).collect();
        Ok(Part { width, time, form: None, taken, columns })
    }

    /// Lines behind another header, of which the same is sent as of those before.
    pub(super) fn like(&self, header: &Header, choice: &Choice) -> Part {
        let find = |column: &Column| header.find(column);
        let time = match &choice.time {
            // Beyond the last field no row has a time, so that all are rejected.
            Some(column) => find(column).or(Some(header.width())),
            None => self.time,
        };
        let taken = match &choice.columns {
            Some(Selection::These(columns)) => columns.iter().map(find).collect(),
            _ => self.taken.clone(),
        };
        let columns = self.columns.clone();
        Part { width: header.width(), time, form: None, taken, columns }
    }

    /// Lines like `line`, which is the first row.
    pub(super) fn of_row(line: &[u8], choice: &Choice) -> Result<Part, NoPart> {
        if choice.time.is_none() && !matches!(choice.columns, Some(Selection::These(_))) {
            return Part::of_plain_row(line, choice);
        }
        let width = fields(line).count();
        if !fields(line).any(|field| Sample::parse(field).is_ok()) {
            return Err(single(line).err().unwrap_or(NotARow::Empty).into());
        }
        let index = |column: &Column| match column {
            Column::Number(number) if *number <= width => Ok(number - 1),
            Column::Number(number) => {
                Err(NoPart::Rejected(NotARow::Width { found: width, expected: *number }))
            }
            Column::Name(name) => Err(NoPart::Lacking(format!(
                "nothing names {name:?}, since the first row is no header: {}",
                quoted(line)
            ))),
        };
        let time = choice.time.as_ref().map(index).transpose()?;
        let (taken, names): (Vec<usize>, Vec<Name>) = match &choice.columns {
            Some(Selection::These(columns)) => {
                let taken = columns.iter().map(index).collect::<Result<Vec<_>, _>>()?;
                let names = taken.iter().map(|at| Name::numbered(at + 1)).collect();
                (taken, names)
            }
            _ => ((0..width).filter(|at| Some(*at) != time).zip(1..))
                .map(|(at, number)| (at, Name::numbered(number)))
                .unzip(),
        };
        check_no_time_in(line, &taken)?;
        let form = match time.and_then(|at| fields(line).nth(at)) {
            Some(text) => Some(form_of(text).ok_or(NotARow::NotATime(None))?),
            None => None,
        };
        let has_time = choice.is_stamped || time.is_some();
        let columns = choice.sent(has_time, names, false).map_err(NoPart::Lacking)?;
        let taken = taken.into_iter().map(Some).collect();
        Ok(Part { width, time, form, taken, columns })
    }

    /// The same where all columns are taken, and times are recognised in front.
    fn of_plain_row(line: &[u8], choice: &Choice) -> Result<Part, NoPart> {
        let begins_with_time = begins_with_time(line);
        let named_time = choice.names.as_ref().is_some_and(Columns::have_time);
        let has_time = begins_with_time || named_time;
        let channels = match &choice.names {
            Some(names) => names.count(),
            None => channels(line, has_time)?,
        };
        let sends_time = choice.is_stamped || has_time && channels > 1;
        let names = (1..=channels).map(Name::numbered).collect();
        let columns = choice.sent(sends_time, names, false).map_err(NoPart::Lacking)?;
        let first = usize::from(has_time);
        Ok(Part {
            width: channels + first,
            time: (has_time && !choice.is_stamped).then_some(0),
            form: (begins_with_time && !named_time).then_some(Form::Iso),
            taken: (first..first + channels).map(Some).collect(),
            columns,
        })
    }

    /// Whether lines are samples of the classic stream, to be sent as such.
    pub(super) fn is_classic(&self) -> bool {
        self.width == 1 && self.columns.width() == 1
    }
}

/// How many channels a first row has, behind its time if it has one.
fn channels(line: &[u8], has_time: bool) -> Result<usize, NotARow> {
    let Err(why) = single(line) else { return Ok(1) };
    let width = fields(line).count();
    match width {
        _ if width > MAX_COLUMNS => Err(NotARow::TooManyColumns),
        2.. if has_time => Ok(width - 1),
        2.. if fields(line).any(|field| Sample::parse(field).is_ok()) => Ok(width),
        _ => Err(why),
    }
}

/// Whether the first of several fields is a time.
fn begins_with_time(line: &[u8]) -> bool {
    let mut fields = fields(line);
    fields.next().is_some_and(is_time) && fields.next().is_some()
}

fn is_time(field: &[u8]) -> bool {
    Time::parse(field).is_some()
}

fn form_of(text: &[u8]) -> Option<Form> {
    [Form::Iso, Form::Unix].into_iter().find(|form| form.read(text).is_some())
}

/// Fails if a column is asked for twice, as by its number and by its name: a header cannot name two
/// columns alike.
fn check_taken_once(taken: &[usize], header: &Header) -> Result<(), String> {
    let mut places = taken.iter().enumerate();
    match places.find(|(place, at)| taken[..*place].contains(at)) {
        None => Ok(()),
        Some((_, at)) => {
            let name = quoted(header.text(*at).unwrap_or_default().as_bytes());
            Err(format!("column {}, {name}, is taken twice", at + 1))
        }
    }
}

/// Fails if the column of times is asked for as if it were a channel's.
fn check_no_time(taken: &[usize], time: Option<usize>, header: &Header) -> Result<(), String> {
    match time.filter(|at| taken.contains(at)) {
        None => Ok(()),
        Some(at) => {
            let name = quoted(header.text(at).unwrap_or_default().as_bytes());
            Err(format!("column {name} is the time: see --time"))
        }
    }
}

/// The same where only a row shows which column that is.
fn check_no_time_in(line: &[u8], taken: &[usize]) -> Result<(), NoPart> {
    match fields(line).enumerate().find(|(at, field)| is_time(field) && taken.contains(at)) {
        None => Ok(()),
        Some((at, _)) => Err(NoPart::Lacking(format!("column {} is the time: see --time", at + 1))),
    }
}

/// What is lacking where a column asked for does not exist.
fn lacking(column: &Column, header: &Header) -> String {
    match column {
        Column::Number(number) => {
            format!("there is no column {number} of {}: {}", header.width(), header.list())
        }
        Column::Name(name) => format!("none is called {name:?}: there are {}", header.list()),
    }
}
