//! What a test needs of the machine; where that is missing, the test is left out and says so.

use std::io::{Write, stderr};

use crate::run::Program;

/// Says why a test, or a part of it, does not run here. `scripts/test` repeats it in its last line.
pub fn left_out(reason: &str) {
    let line = format!("left out: {reason}\n");
    stderr().write_all(line.as_bytes()).expect("standard error takes a line");
}

/// Says that a test is left out for want of a program or a module, and how to get it.
pub fn missing(what: &str, how: &str) {
    left_out(&format!("{what} is missing ({how})"));
}

/// Whether a program is there; says so, and how to get it, if not.
pub fn has(program: &str, how: &str) -> bool {
    let found = runs(&format!("command -v {program}"));
    if !found {
        missing(program, how);
    }
    found
}

/// Whether a shell's command succeeds.
pub fn runs(command: &str) -> bool {
    Program::other("sh").args(["-c", command]).finish().code() == 0
}
