//! Scripts that stand in for commands of the machine, such as one that fails at a given moment, or for a
//! stage.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use tempfile::TempDir;

use crate::programs::program;
use crate::run::Program;

/// How a script that stands in for a stage begins together with the others.
pub const BEGINS: &str = "printf '{}' >&$WANDLER_START; read -r -N 1 -u $WANDLER_START || exit 1;";

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

/// A directory with a launcher and its stages, one of which is this script, or a copy of its own.
pub fn launcher_with(stage: &str, script: Option<&str>) -> TempDir {
    let directory = match script {
        Some(script) => commands([(stage, script)]),
        None => tempfile::tempdir().expect("a temporary directory"),
    };
    // Another process writes them: while a file is open for writing, it cannot be executed.
    let copy = |name: &str| {
        Program::other("cp").args([program(name)]).args([directory.path()]).finish().exits(0);
    };
    copy("launcher");
    for name in ["conv", "log", "stat", "report"] {
        match name == stage {
            false => symlink(program(name), directory.path().join(name)).expect("a link"),
            true if script.is_none() => copy(name),
            true => {}
        }
    }
    directory
}

/// The PATH with `directory` in front.
pub fn path_with(directory: &Path) -> String {
    format!("{}:{}", directory.display(), std::env::var("PATH").unwrap_or_default())
}
