//! The table in the README: short, since one line stands for all sets of samples that have the same
//! target, and put between two marks, so that everything around it stays as somebody wrote it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::table::{Side, Style, Table};
use crate::targets::need::ROOT;
use crate::targets::result::{self, Entry, Outcome};

/// The line before the table.
const BEGIN: &str = "<!-- From here on written by scripts/bench --write. -->\n";
/// The line behind it.
const END: &str = "<!-- Up to here. -->\n";

/// The README as it is.
pub(crate) struct Readme {
    path: PathBuf,
    before: String,
    after: String,
}

impl Readme {
    /// Reads it, and finds the place of the table.
    pub(crate) fn read() -> Result<Readme, Error> {
        let path = Path::new(ROOT).join("README.md");
        Readme::at(path.canonicalize().unwrap_or(path))
    }

    fn at(path: PathBuf) -> Result<Readme, Error> {
        let text = fs::read_to_string(&path)
            .map_err(|source| Error::Read { path: path.clone(), source })?;
        match parts(&text) {
            Some((before, after)) => {
                Ok(Readme { before: before.to_owned(), after: after.to_owned(), path })
            }
            None => Err(Error::NoPlace(path)),
        }
    }

    /// Writes it with these entries.
    pub(crate) fn write(self, machine: &str, entries: &[Entry]) -> Result<(), Error> {
        let Readme { path, before, after } = self;
        let text = format!("{before}{}{after}", block(machine, entries));
        fs::write(&path, text).map_err(|source| Error::Input { path, source })
    }
}

/// What stands up to the first mark and from the last on, both included.
fn parts(text: &str) -> Option<(&str, &str)> {
    let begin = text.find(BEGIN)? + BEGIN.len();
    let end = begin + text[begin..].find(END)?;
    Some((&text[..begin], &text[end..]))
}

/// What stands between the marks.
fn block(machine: &str, entries: &[Entry]) -> String {
    let table = table(entries).render(Style::Markdown);
    let absent = entries.iter().filter_map(|entry| match &entry.outcome {
        Outcome::NotMeasured(reason) => Some(reason.as_str()),
        Outcome::Measured(_) => None,
    });
    let mut reasons: Vec<&str> = absent.collect();
    reasons.sort_unstable();
    reasons.dedup();
    let reasons = match reasons.is_empty() {
        true => String::new(),
        false => format!(" ({})", reasons.join("; ")),
    };
    let count = result::count(entries);
    format!("\n{machine} {count}{reasons}; what is missed is bold.\n\n{table}\n")
}

fn table(entries: &[Entry]) -> Table<5> {
    let mut table = Table::new([
        ("ours", Side::Left),
        ("of", Side::Left),
        ("beside", Side::Left),
        ("is to be", Side::Left),
        ("is", Side::Left),
    ]);
    let shared =
        |entry: &Entry| (entry.row, entry.ours.clone(), entry.against.clone(), entry.target.text());
    // Entries that share a line need not be neighbours: several figures may come of one measure.
    let mut lines: Vec<Vec<&Entry>> = Vec::new();
    for entry in entries {
        match lines.iter_mut().find(|line| shared(line[0]) == shared(entry)) {
            Some(line) => line.push(entry),
            None => lines.push(vec![entry]),
        }
    }
    lines.iter().for_each(|line| table.row(row(line)));
    table
}

fn row(line: &[&Entry]) -> [String; 5] {
    let first = line[0];
    let join = |cell: fn(&Entry) -> String| {
        line.iter().map(|entry| cell(entry)).collect::<Vec<_>>().join("; ")
    };
    [
        first.ours.clone(),
        join(|entry| entry.data.to_owned()),
        first.against.clone(),
        first.target.text(),
        join(figure),
    ]
}

fn figure(entry: &Entry) -> String {
    match &entry.outcome {
        Outcome::NotMeasured(_) => "not measured".to_owned(),
        Outcome::Measured(figure) => {
            let text = entry.target.figure(figure.value);
            if entry.is_missed() { format!("**{text}**") } else { text }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::result::tests::{entry, measured};
    use crate::targets::target::Target;

    #[test]
    fn the_table_is_put_between_the_marks_again_and_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("README.md");
        fs::write(&path, format!("# Speed\n\n{BEGIN}old\n{END}\nMore.\n")).unwrap();
        let entries = [entry("integers", Target::times(2.0), measured(1.5))];
        for machine in ["This one.", "That one."] {
            Readme::at(path.clone()).unwrap().write(machine, &entries).unwrap();
            let block = block(machine, &entries);
            let expected = format!("# Speed\n\n{BEGIN}{block}{END}\nMore.\n");
            assert_eq!(fs::read_to_string(&path).unwrap(), expected);
        }
    }

    #[test]
    fn a_readme_without_both_marks_in_order_has_no_place() {
        assert_eq!(parts("# Speed\n"), None);
        assert_eq!(parts(BEGIN), None);
        assert_eq!(parts(&format!("{END}{BEGIN}")), None);
    }

    #[test]
    fn this_repositorys_readme_has_a_place() {
        assert!(Readme::read().is_ok());
    }

    #[test]
    fn one_line_stands_for_all_samples_with_the_same_target() {
        let reason = Outcome::NotMeasured("this stat has no --jobs".to_owned());
        let entries = [
            entry("integers", Target::times(2.0), measured(1.5)),
            entry("codes", Target::times(3.0), measured(2.0)),
            entry("floats", Target::times(2.0), measured(2.5)),
            entry("%e", Target::times(2.0), reason),
        ];
        let expected = "
A machine. Of 4 targets, 2 held and 1 missed; 1 not measured (this stat has no --jobs); what is missed is bold.

| ours | of | beside | is to be | is |
| --- | --- | --- | --- | --- |
| `stat --jobs 2 FILE` | integers; floats; %e | `wc -l` | at most 2 × | 1.50 ×; **2.50 ×**; not measured |
| `stat --jobs 2 FILE` | codes | `wc -l` | at most 3 × | 2.00 × |

";
        assert_eq!(block("A machine.", &entries), expected);
    }
}
