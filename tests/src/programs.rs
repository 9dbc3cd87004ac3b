//! Building the programs, and where they lie.
//!
//! `CARGO_BIN_EXE_…` exists only for tests of the same package, so the harness builds the programs
//! itself, once per process, in the profile and directory of the tests. That also ensures that they
//! are current.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The programs' packages.
const PACKAGES: [&str; 5] =
    ["wandler-conv", "wandler-log", "wandler-stat", "wandler-report", "wandler-launcher"];

/// The directory with the programs in it.
pub fn directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(build)
}

/// One of the programs.
pub fn program(name: &str) -> PathBuf {
    directory().join(name)
}

/// The directory with the programs and, beside them, what makes manual pages and completions.
pub fn with_pages() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| match std::env::var_os(VARIABLE) {
        Some(directory) => directory.into(),
        None => {
            directory();
            cargo_build(["--bins", "--package", "wandler-packaging"], "the manual pages")
        }
    })
}

/// The root of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the workspace")
}

/// The environment variable that names a directory with programs to test, such as the static ones,
/// instead of those of this workspace.
const VARIABLE: &str = "WANDLER_PROGRAMS";

fn build() -> PathBuf {
    if let Some(directory) = std::env::var_os(VARIABLE) {
        return directory.into();
    }
    let packages = PACKAGES.iter().flat_map(|package| ["--package", package]);
    cargo_build(["--bins"].into_iter().chain(packages), "the programs")
}

/// Builds `what` in the profile and directory of the tests; returns the directory that it is in.
pub(crate) fn cargo_build<'a>(arguments: impl IntoIterator<Item = &'a str>, what: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it lies");
    // …/target/PROFILE/deps/TEST, or …/target/PROFILE/soak
    let directory = test.parent().expect("below the target directory");
    let directory = match directory.ends_with("deps") {
        true => directory.parent().expect("below the target directory"),
        false => directory,
    };
    let target = directory.parent().expect("the target directory");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet"]).args(arguments).current_dir(root());
    command.arg("--target-dir").arg(target);
    if directory.ends_with("release") {
        command.arg("--release");
    }
    let output = command.output().expect("cargo can be run");
    assert!(
        output.status.success(),
        "cannot build {what}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    directory.to_owned()
}
