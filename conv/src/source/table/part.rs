//! A part of a table: lines of the same columns, and which of these are taken. It begins with a
//! header, or else with the first row.

use stage::format::columns::{Channels, Columns};
use stage::format::name::Name;
use stage::process::message::quoted;

use super::super::choice::{Choice, Column, Selection};
use super::header::Header;

/// What the two columns of a recording of the classic stream are called.
pub(super) const TIME: &str = "time";
const VALUE: &str = "value";

/// Lines of the same columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Fields of a line.
    pub width: usize,
    /// Which field is the time; `None` if the time is not wanted.
    pub time: Option<usize>,
    /// Whether only its name speaks for it, and checks would use it: the first row decides.
    pub is_time_guessed: bool,
    /// Whether its rows end with a delimiter, behind which there is no column; `None` before the first row.
    pub end_delimited: Option<bool>,
    /// The field of each channel; `None` where the part has none.
    pub taken: Vec<Option<usize>>,
    /// What the rows are sent as.
    pub columns: Columns,
}

impl Part {
    /// Lines behind `header`. Of a recording of the classic stream, the times are dropped unless they
    /// are asked for, or a table went before.
    pub(super) fn behind(header: &Header, choice: &Choice, is_table: bool) -> Result<Part, String> {
        let width = header.width();
        let is_classic =
            (header.text(0), header.text(1)) == (Some(TIME), Some(VALUE)) && width == 2;
        let find =
            |column: &Column| header.find(column).map_err(|why| header.lacking(column, &why));
        let time = match &choice.time {
            Some(column) => Some(find(column)?),
            None => in_front(header),
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
        let is_sure = passes_time || choice.time.is_some() || is_classic && is_plain;
        let time = time.filter(|_| (is_sure || choice.uses_times) && !choice.is_stamped);
        let taken = taken.into_iter().map(Some).collect();
        Ok(Part { width, time, is_time_guessed: !is_sure, end_delimited: None, taken, columns })
    }

    /// Lines behind another header, of which the same `columns` are taken. Those that it has are sent as what
    /// it calls them; the others stay empty, and so do those that several columns may be.
    pub(super) fn like(&self, header: &Header, columns: &[Column], choice: &Choice) -> Part {
        let in_front = in_front(header);
        let time = match &choice.time {
            // Beyond the last field no row has a time, so that all are rejected.
            Some(column) => header.find(column).ok().or(Some(header.width())),
            None => in_front.filter(|_| choice.uses_times && !choice.is_stamped),
        };
        let mut taken: Vec<Option<usize>> = Vec::new();
        for column in columns {
            let found = header.find(column).ok();
            let is_free =
                |at: &usize| ![time, in_front].contains(&Some(*at)) && !taken.contains(&Some(*at));
            taken.push(found.filter(is_free));
        }
        let columns = match self.columns.channels() {
            Channels::Named(before) if choice.names.is_none() => {
                let names = names(&taken, header, before);
                Columns::new(self.columns.have_time(), Channels::Named(names))
            }
            _ => self.columns.clone(),
        };
        let is_time_guessed = choice.time.is_none();
        Part { width: header.width(), time, is_time_guessed, end_delimited: None, taken, columns }
    }

    /// Whether lines are samples of the classic stream, to be sent as such.
    pub(super) fn is_classic(&self) -> bool {
        self.width == 1 && self.columns.width() == 1
    }
}

/// The field that is called the time.
fn in_front(header: &Header) -> Option<usize> {
    (header.text(0) == Some(TIME) && header.width() > 1).then_some(0)
}

/// What `header` calls the fields that are taken; those that it lacks are called as `before`, unless another
/// one has that name now.
fn names(taken: &[Option<usize>], header: &Header, before: &[Name]) -> Vec<Name> {
    let named = taken.iter().map(|at| header.name((*at)?)).zip(before).enumerate();
    let mut named: Vec<(usize, bool, &Name)> = named
        .map(|(index, (name, before))| (index, name.is_none(), name.unwrap_or(before)))
        .collect();
    named.sort_by_key(|(_, is_absent, _)| *is_absent);
    let fitted = Name::all_fitted(named.iter().map(|(.., name)| name.as_str()));
    let mut names: Vec<(usize, Name)> =
        named.iter().map(|(index, ..)| *index).zip(fitted).collect();
    names.sort_by_key(|(index, _)| *index);
    names.into_iter().map(|(_, name)| name).collect()
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
