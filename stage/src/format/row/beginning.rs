//! What the first lines of a stream, or of a recorded file, show of its columns.

use memchr::memchr;

use super::shape::shape;
use super::text::{fields, without_end};
use crate::format::columns::Columns;
use crate::format::time::Form;

/// The columns that a first line shows, by a header or a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// The columns: of a row, without names.
    pub columns: Columns,
    /// Whether a header names them.
    pub is_header: bool,
    /// The form of the times, if there are any and a row has shown it.
    pub form: Option<Form>,
}

impl Beginning {
    /// That of a stream, by its first line; `None` if this is neither a header nor a row.
    pub fn of_stream(line: &[u8]) -> Option<Beginning> {
        Beginning::of(line, false)
    }

    /// That of a file that `log` has written, by its `start`, which has at least one whole line.
    pub fn of_file(start: &[u8]) -> Option<Beginning> {
        let first = memchr(b'\n', start).map_or(start.len(), |at| at + 1);
        let (first, rest) = start.split_at(first);
        let beginning = Beginning::of(first, true)?;
        let next =
            memchr(b'\n', rest).filter(|_| beginning.is_header && beginning.columns.have_time());
        let form = next.and_then(|end| form_of(&rest[..end])).or(beginning.form);
        Some(Beginning { form, ..beginning })
    }

    fn of(line: &[u8], is_recorded: bool) -> Option<Beginning> {
        if let Some(columns) = Columns::of_header(without_end(line)) {
            return Some(Beginning { columns, is_header: true, form: None });
        }
        let shape = shape(line, is_recorded).ok()?;
        Some(Beginning { columns: shape.columns, is_header: false, form: shape.form })
    }

    /// Whether rows of `other` may follow in the same file: those of the same columns, as far as both
    /// say what theirs are called, and with times of the same form.
    pub fn is_continued_by(&self, other: &Beginning) -> bool {
        let shape = |it: &Beginning| (it.columns.width(), it.columns.have_time());
        let are_same = match self.is_header && other.is_header {
            true => self.columns == other.columns,
            false => shape(self) == shape(other),
        };
        let forms = self.form.zip(other.form);
        are_same && forms.is_none_or(|(form, other)| form == other)
    }
}

/// The form of the time in front of a row.
fn form_of(line: &[u8]) -> Option<Form> {
    let first = fields(without_end(line)).next()?;
    [Form::Iso, Form::Unix].into_iter().find(|form| form.read(first).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISO: &str = "2023-11-14T22:13:20Z";

    fn named(text: &str) -> Columns {
        Columns::named(text.split(' ')).unwrap()
    }

    #[test]
    fn a_stream_shows_its_columns_by_a_header_or_a_row() {
        let of = |line: &str| Beginning::of_stream(line.as_bytes());
        let header = of("time\ttemp [°C]\n").unwrap();
        assert_eq!((header.columns.width(), header.is_header, header.form), (2, true, None));
        let row = of(&format!("{ISO}\t1\t\r\n")).unwrap();
        assert_eq!((row.columns, row.form), (Columns::numbered(true, 2), Some(Form::Iso)));
        assert_eq!(of(" 57 \t\n").unwrap().columns, Columns::CLASSIC);
        let unix = of("1700000000.5\t1\n").unwrap();
        assert_eq!(unix.columns, Columns::numbered(false, 2), "which needs a header");
        for line in ["", "\n", "temp\n", "x\t1y\n", "\t\n"] {
            assert_eq!(of(line), None, "{line:?}");
        }
    }

    #[test]
    fn a_file_also_shows_the_form_of_its_times() {
        let of = |start: &str| Beginning::of_file(start.as_bytes()).unwrap();
        assert_eq!(of("time\tvalue\n1700000000\t1\n").form, Some(Form::Unix));
        assert_eq!(of(&format!("time\ta\tb\n{ISO}\t1\t2\n")).form, Some(Form::Iso));
        assert_eq!(of("time\tvalue\n17000000").form, None, "the row is not whole");
        let old = of("1700000000.000050\t1\n");
        assert_eq!((old.columns, old.form), (Columns::TIMED, Some(Form::Unix)));
    }

    #[test]
    fn rows_follow_in_a_file_of_the_same_columns() {
        let header = |names: &str, form| Beginning { columns: named(names), is_header: true, form };
        let row = |has_time, count| Beginning {
            columns: Columns::numbered(has_time, count),
            is_header: false,
            form: has_time.then_some(Form::Iso),
        };
        let file = header("time a b", Some(Form::Iso));
        assert!(file.is_continued_by(&file) && file.is_continued_by(&row(true, 2)));
        assert!(file.is_continued_by(&header("time a b", None)), "no row has come");
        assert!(!file.is_continued_by(&header("time a b", Some(Form::Unix))));
        assert!(!file.is_continued_by(&header("time b a", None)));
        for other in [row(true, 1), row(true, 3), row(false, 3), row(false, 1)] {
            assert!(!file.is_continued_by(&other) && !other.is_continued_by(&file), "{other:?}");
        }
        assert!(row(false, 2).is_continued_by(&header("a b", None)));
    }
}
