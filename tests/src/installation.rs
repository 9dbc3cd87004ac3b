//! Installing from a checkout, and what must hold of an installation, whichever way it came:
//! `scripts/install`, an archive, a package.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::programs::{root, with_pages};
use crate::run::Program;

/// `scripts/install`, with the programs of the tests.
pub fn install(options: &[&str]) -> Program {
    let script = Program::other(root().join("scripts/install")).args(options);
    script.env("WANDLER_PROGRAMS", with_pages())
}

/// The options that name a prefix.
pub fn in_prefix(prefix: &Path) -> [&str; 2] {
    ["--prefix", prefix.to_str().expect("a path in UTF-8")]
}

/// A prefix in which wandler is installed.
pub fn installed() -> TempDir {
    let prefix = tempfile::tempdir().expect("a temporary directory");
    install(&in_prefix(prefix.path())).finish().exits(0).says(&[""; 0]);
    prefix
}

/// Removes what was installed below a prefix.
pub fn uninstall(prefix: &Path) -> Program {
    let [option, prefix] = in_prefix(prefix);
    install(&[option, prefix, "--uninstall"])
}

/// All files and directories below a directory, by their path below it, each with its mode.
pub fn contents(directory: &Path) -> BTreeMap<PathBuf, u32> {
    let mut found = BTreeMap::new();
    let mut ahead = vec![directory.to_owned()];
    while let Some(next) = ahead.pop() {
        for entry in fs::read_dir(&next).expect("a directory that can be read") {
            let path = entry.expect("an entry").path();
            let kind = path.symlink_metadata().expect("an entry that stays");
            let below = path.strip_prefix(directory).expect("it lies below the directory");
            found.insert(below.to_owned(), kind.permissions().mode());
            if kind.is_dir() {
                ahead.push(path);
            }
        }
    }
    found
}

/// Checks that everything below a prefix can be read by all and written by nobody else.
pub fn has_the_right_modes(prefix: &Path) {
    for (path, mode) in contents(prefix) {
        let is_program = path.parent() == Some(Path::new("lib/wandler"));
        let expected = match mode & 0o170_000 {
            0o120_000 => continue,
            0o040_000 => 0o755,
            _ if is_program && !path.ends_with("installed") => 0o755,
            _ => 0o644,
        };
        assert_eq!(mode & 0o7777, expected, "{}", path.display());
    }
}

/// A bash that finds what is installed, and what the machine has.
pub fn bash(prefix: &Path, script: &str) -> Program {
    let path = format!("{}/bin:/usr/bin:/bin", prefix.display());
    Program::other("bash").args(["-c", script]).env("PATH", path)
}

/// Checks that wandler works from anywhere, as one command and stage by stage, and that `stat` is
/// still coreutils'.
pub fn works_beside_coreutils(prefix: &Path) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let run = |script| bash(prefix, script).dir(&dir).finish().exits(0);
    let pipeline = "wandler --quiet --conv '--rate max --count 3 --range 2..2'; cat samples.log";
    let account = "launcher: 3 samples sent, 3 recorded, 3 counted, 0 rejected";
    run(pipeline).writes("2\n2\n2\n").says(&[account]);
    let record = run("wandler stat < samples.log");
    assert!(record.stdout.starts_with("{\"n\":3,\"rejected\":0,\"last\":2,\"sum\":6,"), "{record}");
    let shown = "cat samples.log | wandler-stat | wandler report --format json | tail -n 1";
    run(shown).writes(&record.stdout);
    run("stat --format %s samples.log").writes("6\n");
    let hidden = run("type -P conv log report launcher stat wandler; true");
    let found: Vec<&str> = hidden.stdout.lines().collect();
    let [stat, wandler] = found[..] else { panic!("{hidden}") };
    assert!(stat.ends_with("/bin/stat") && !Path::new(stat).starts_with(prefix), "{hidden}");
    assert_eq!(Path::new(wandler), prefix.join("bin/wandler"));
}
