//! Which columns a stream has, by its first row or header.

use super::field::single;
use super::reason::NotARow;
use super::text::{fields, without_end};
use crate::format::columns::{Columns, MAX_COLUMNS};
use crate::format::sample::Sample;
use crate::format::time::{Form, arrival};

/// What is known of the columns before they are seen.
#[derive(Clone, Debug, Default)]
pub(super) enum Expected {
    /// Nothing.
    #[default]
    Anything,
    /// The stream before had these.
    Same(Columns),
    /// The user has named them.
    Named(Columns),
    /// The first line names them.
    Header,
    /// They may differ from line to line.
    Recorded,
}

/// What the first row shows.
#[derive(Debug)]
pub(super) struct Shape {
    pub columns: Columns,
    /// The form of the times, if there are any and it is known.
    pub form: Option<Form>,
    /// Whether all further rows have the same columns.
    pub is_decided: bool,
}

impl Expected {
    /// Notes that a stream with these columns has ended.
    pub(super) fn after(&mut self, columns: Columns) {
        if let Expected::Anything | Expected::Same(_) = self {
            *self = Expected::Same(columns);
        }
    }

    /// The columns that a header, given without its line end, begins; `None` if the line is not one.
    pub(super) fn of_header(
        &self,
        line: &[u8],
        is_first: bool,
    ) -> Option<Result<Columns, NotARow>> {
        match self {
            Expected::Header if is_first => Some(called(line)),
            // The same line once more.
            Expected::Header => Columns::of_header(line).map(Ok),
            Expected::Named(named) => Some(named_as(named, &Columns::of_header(line)?)),
            Expected::Anything | Expected::Same(_) | Expected::Recorded => {
                Columns::of_header(line).map(Ok)
            }
        }
    }

    /// What `line`, which is not a header, shows if it is a row.
    pub(super) fn of_row(&self, line: &[u8]) -> Result<Shape, NotARow> {
        let text = without_end(line);
        if let Expected::Named(named) = self {
            let columns =
                if begins_with_time(text) { named.clone().with_time() } else { named.clone() };
            return Ok(Shape { columns, form: None, is_decided: has_samples(text) });
        }
        let Shape { columns, form, is_decided } = shape(line, matches!(self, Expected::Recorded))?;
        let is_alike = |before: &Columns| {
            (before.width(), before.have_time()) == (columns.width(), columns.have_time())
        };
        match self {
            Expected::Same(before) if is_alike(before) => {
                Ok(Shape { columns: before.clone(), form, is_decided })
            }
            _ => Ok(Shape { columns, form, is_decided }),
        }
    }
}

/// What a row shows, without any names.
pub(super) fn shape(line: &[u8], is_recorded: bool) -> Result<Shape, NotARow> {
    let text = without_end(line);
    let Err(why) = single(line) else {
        return Ok(Shape { columns: Columns::CLASSIC, form: None, is_decided: !is_recorded });
    };
    let width = fields(text).count();
    if width > MAX_COLUMNS {
        return Err(NotARow::TooManyColumns);
    }
    if begins_with_time(text) {
        let columns = Columns::numbered(true, width - 1);
        let is_decided = !is_recorded || width > 2;
        return Ok(Shape { columns, form: Some(Form::Iso), is_decided });
    }
    if is_recorded && width == 2 && fields(text).next().and_then(arrival).is_some() {
        return Ok(Shape { columns: Columns::TIMED, form: Some(Form::Unix), is_decided: false });
    }
    match width {
        2.. if has_samples(text) => {
            let columns = Columns::numbered(false, width);
            Ok(Shape { columns, form: None, is_decided: true })
        }
        _ => Err(why),
    }
}

/// Columns of the names that are made of a line's fields.
fn called(line: &[u8]) -> Result<Columns, NotARow> {
    let texts: Vec<_> = fields(line).take(MAX_COLUMNS + 1).map(String::from_utf8_lossy).collect();
    if texts.len() > MAX_COLUMNS {
        return Err(NotARow::TooManyColumns);
    }
    Ok(Columns::fitted(texts.iter().map(AsRef::as_ref)))
}

/// The columns that the user has `named`, in a stream with this header.
fn named_as(named: &Columns, header: &Columns) -> Result<Columns, NotARow> {
    let columns = match header.have_time() {
        true => named.clone().with_time(),
        false => named.clone(),
    };
    match header.width() == columns.width() {
        true => Ok(columns),
        false => Err(NotARow::Header { found: header.width(), expected: columns.width() }),
    }
}

/// Whether the first of several fields is a time in RFC 3339.
fn begins_with_time(line: &[u8]) -> bool {
    let mut fields = fields(line);
    let time = fields.next().and_then(|first| Form::Iso.read(first));
    time.is_some() && fields.next().is_some()
}

/// Whether any field is a sample.
fn has_samples(line: &[u8]) -> bool {
    fields(line).any(|field| Sample::parse(field).is_ok())
}
