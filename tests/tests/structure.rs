//! The structure of the sources: no circles of imports, no long files, no long functions, no test that
//! is never run.
//!
//! `cargo test -p wandler-tests structure::` names what breaks a rule.

mod circles;
mod imports;
mod never_run;
mod sources;

use self::sources::{Source, members, workspace};

/// Lines of a file without its tests, at most.
const LONGEST_FILE: usize = 300;

/// The same for half of all files.
const MEDIAN_FILE: usize = 120;

/// Lines of a function, at most.
const LONGEST_FUNCTION: usize = 40;

#[test]
fn files_of_a_crate_do_not_import_each_other_in_a_circle() {
    let circles: Vec<String> = workspace()
        .iter()
        .flat_map(|part| circles::among(&imports::between(&part.sources)))
        .map(|circle| circle.join(" → "))
        .collect();
    assert!(circles.is_empty(), "circles:\n{}", circles.join("\n"));
}

#[test]
fn files_are_short() {
    let files: Vec<Source> = workspace().into_iter().flat_map(|part| part.sources).collect();
    let long: Vec<String> = files
        .iter()
        .filter(|source| source.lines() > LONGEST_FILE)
        .map(|source| format!("{}: {} lines without tests", source.name, source.lines()))
        .collect();
    assert!(long.is_empty(), "over {LONGEST_FILE} lines:\n{}", long.join("\n"));
    let mut lines: Vec<usize> = files.iter().map(Source::lines).collect();
    lines.sort_unstable();
    let median = lines[lines.len() / 2];
    assert!(median <= MEDIAN_FILE, "half of the files have more than {median} lines without tests");
}

#[test]
fn functions_are_short() {
    let long: Vec<String> = workspace()
        .iter()
        .flat_map(|part| &part.sources)
        .flat_map(|source| {
            let functions = source.functions().into_iter();
            functions
                .map(|(name, lines)| (lines, format!("{}: {name}: {lines} lines", source.name)))
        })
        .filter(|(lines, _)| *lines > LONGEST_FUNCTION)
        .map(|(_, text)| text)
        .collect();
    assert!(long.is_empty(), "over {LONGEST_FUNCTION} lines:\n{}", long.join("\n"));
}

#[test]
fn every_test_is_run() {
    let found: Vec<String> = members().iter().flat_map(|member| never_run::of(member)).collect();
    assert!(found.is_empty(), "never run:\n{}", found.join("\n"));
}
