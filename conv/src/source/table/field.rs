//! What stands in the fields of a line.

use stage::format::row::{NotARow, spaces_trimmed};
use stage::format::time::{Form, Time};

/// The field at `at`, from 0, of a line whose fields end there.
#[inline]
pub(super) fn text_of<'l>(ends: &[usize], line: &'l [u8], at: usize) -> &'l [u8] {
    let start = match at.checked_sub(1) {
        Some(before) => ends.get(before).map_or(0, |end| end + 1),
        None => 0,
    };
    let end = ends.get(at).copied().unwrap_or(line.len());
    spaces_trimmed(line.get(start..end).unwrap_or_default())
}

/// The time in a field, of the form that the times before it had.
pub(super) fn read_time(form: &mut Option<Form>, text: &[u8]) -> Result<Time, NotARow> {
    let forms = match form {
        Some(form) => std::slice::from_ref(form),
        None => &[Form::Iso, Form::Unix],
    };
    let read = forms.iter().find_map(|form| Some((*form, form.read(text)?)));
    let (found, time) = read.ok_or(NotARow::NotATime(*form))?;
    *form = Some(found);
    Ok(time)
}
