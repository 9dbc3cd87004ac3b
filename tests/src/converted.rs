//! What `conv` makes of text; and rows without the times of the run.

use std::fs;

use crate::run::{Finished, Program};

/// Runs `conv` on text with these options, separated by white space: see [`of_text_by`].
#[track_caller]
pub fn of_text(options: &str, text: &str) -> Finished {
    of_text_by(&options.split_whitespace().collect::<Vec<_>>(), text)
}

/// Runs `conv` on text, from a file and piped in; the results must be the same but for the name.
#[track_caller]
pub fn of_text_by(options: &[&str], text: &str) -> Finished {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("x"), text).unwrap();
    let from_file = Program::new("conv").words("--from x").args(options).dir(&dir).finish();
    let piped = Program::new("conv").words("--from -").args(options).input(text).finish();
    let same = (piped.code(), &piped.stdout, piped.stderr.replace("standard input", "\"x\""))
        == (from_file.code(), &from_file.stdout, from_file.stderr.clone());
    assert!(same, "from a file:\n{from_file}\npiped in:\n{piped}");
    piped
}

/// Rows whose times are those of this run: the time, which must be in UTC and not decrease, is taken
/// off, and so is the header.
#[track_caller]
pub fn without_stamps(finished: &Finished, header: &str) -> Vec<String> {
    let mut lines = finished.stdout.lines();
    assert_eq!(lines.next(), Some(header), "{finished}");
    let mut last = String::new();
    let row = |line: &str| {
        let (time, row) = line.split_once('\t').unwrap_or_else(|| panic!("{finished}"));
        let is_time = time.len() == "2026-11-25T18:26:05.597310Z".len() && time.ends_with('Z');
        assert!(is_time && *time >= *last, "{finished}");
        last = time.to_owned();
        row.to_owned()
    };
    lines.map(row).collect()
}
