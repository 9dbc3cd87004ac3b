//! Command lines that are refused.

use std::fs;

use crate::run::Program;

/// Checks that a command line is refused for this reason, before anything is done.
#[track_caller]
pub fn refuses(program: &str, arguments: &[&str], reason: &str) {
    let dir = tempfile::tempdir().unwrap();
    Program::new(program)
        .args(arguments)
        .dir(&dir)
        .finish()
        .exits(2)
        .writes("")
        .says(&[format!("{program}: {reason}; try '{program} --help'")]);
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 0, "{program} {arguments:?} left a file");
}

/// Checks the same of many: each a program and its arguments, separated by white space.
#[track_caller]
pub fn refuses_all(cases: &[(&str, &str)]) {
    for (command, reason) in cases {
        let words: Vec<&str> = command.split_whitespace().collect();
        refuses(words[0], &words[1..], reason);
    }
}
