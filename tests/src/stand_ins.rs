//! Scripts that stand in for commands of the machine, such as one that fails at a given moment.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::run::Program;

/// A directory for the PATH, with these bash scripts in it. (Another process makes them executable files:
/// one that this process had written might still be open in a child that another test forks.)
pub fn commands<const N: usize>(scripts: [(&str, &str); N]) -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for (name, script) in scripts {
        let text = directory.path().join(format!("{name}.text"));
        fs::write(&text, format!("#!/bin/bash\n{script}\n")).expect("a file of its own");
        let copy = Program::other("install").args(["-m", "755"]).args([&text]);
        copy.args([directory.path().join(name)]).finish().exits(0);
    }
    directory
}

/// The PATH with `directory` in front.
pub fn path_with(directory: &Path) -> String {
    format!("{}:{}", directory.display(), std::env::var("PATH").unwrap_or_default())
}
