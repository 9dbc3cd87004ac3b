//! Tests that cargo never runs: for its builds to be small, the manifests leave out programs without
//! tests and examples in documentation, and a folder of tests is one program.

use std::fs;
use std::path::{Path, PathBuf};

use super::sources::entries;

/// What is never run of one of the workspace's members.
pub(crate) fn of(member: &Path) -> Vec<String> {
    let manifest = fs::read_to_string(member.join("Cargo.toml")).unwrap();
    let mut found = Vec::new();
    if manifest.contains("\nautotests = false") {
        found.extend(not_in_the_program(&member.join("tests")));
    }
    for program in manifest.split("\n[[bin]]\n").skip(1) {
        let section = program.split("\n[").next().unwrap();
        if section.lines().any(|line| line == "test = false") {
            let files = files_at(&program_at(member, section));
            found.extend(with("a test", files, |text| text.contains("#[test]")));
        }
    }
    if manifest.contains("\ndoctest = false") {
        found.extend(with("an example", files_at(&member.join("src")), has_an_example));
    }
    found
}

/// The files that `main.rs` does not name.
fn not_in_the_program(folder: &Path) -> Vec<String> {
    let main = fs::read_to_string(folder.join("main.rs")).unwrap();
    let is_named = |path: &PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap();
        name == "main" || main.lines().any(|line| line == format!("mod {name};"))
    };
    let files =
        entries(folder).into_iter().filter(|path| path.extension().is_some_and(|it| it == "rs"));
    files.filter(|path| !is_named(path)).map(|path| format!("{}", path.display())).collect()
}

/// The file or folder of a program, from its section in the manifest.
fn program_at(member: &Path, section: &str) -> PathBuf {
    let value =
        |key| section.lines().find_map(|line: &str| line.strip_prefix(key)?.strip_suffix('"'));
    if let Some(path) = value("path = \"") {
        return member.join(path);
    }
    let name = value("name = \"").unwrap();
    let folder = member.join("src/bin").join(name);
    if folder.is_dir() { folder } else { folder.with_extension("rs") }
}

fn files_at(path: &Path) -> Vec<PathBuf> {
    match path.is_dir() {
        true => entries(path).iter().flat_map(|path| files_at(path)).collect(),
        false => vec![path.to_owned()],
    }
}

fn with(what: &str, files: Vec<PathBuf>, has_it: impl Fn(&str) -> bool) -> Vec<String> {
    let has_it = |path: &PathBuf| has_it(&fs::read_to_string(path).unwrap());
    let files = files.into_iter().filter(has_it);
    files.map(|path| format!("{what} in {}", path.display())).collect()
}

/// Whether a comment has a block of code in it that is not marked as text.
fn has_an_example(source: &str) -> bool {
    let comments = source.lines().map(str::trim_start);
    let comments =
        comments.filter_map(|line| line.strip_prefix("//!").or(line.strip_prefix("///")));
    // Every second fence closes a block.
    comments
        .filter_map(|line| line.trim().strip_prefix("```"))
        .step_by(2)
        .any(|kind| kind != "text")
}

#[test]
fn an_example_is_found_and_text_is_not() {
    assert!(has_an_example("/// So:\n///\n/// ```\n/// f();\n/// ```\nfn f() {}"));
    assert!(has_an_example("//! ```text\n//! a\n//! ```\n    /// ```rust\n    /// ```"));
    assert!(!has_an_example("//! ```text\n//! a\n//! ```\nlet a = \"```\";"));
}
