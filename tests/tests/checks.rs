//! The last line of `scripts/test`, which is what most people read of it. Its cargo is a script here.

use std::fs;
use std::os::unix::fs::symlink;

use wandler_tests::programs::root;
use wandler_tests::run::{Finished, Program};
use wandler_tests::stand_ins::{commands, path_with};

/// A cargo that has every tool, and two test programs that pass 16 and 3 tests.
const CARGO: &str = r#"
case "$*" in
    $BROKEN*) exit 101 ;;
    test*)
        echo "left out: zsh is missing (apt-get install zsh)" >&2
        echo "test tests::it ... left out: zsh is missing (apt-get install zsh)" >&2
        echo "test result: ok. 16 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s"
        echo "test result: ${RESULT:-ok. 3 passed; 0 failed}; 1 ignored; 0 measured; 0 filtered out; finished in 1s"
        exit "${STATUS:-0}"
        ;;
esac
"#;

/// No call begins with this.
const NOTHING: &str = "nothing";

/// The oldest compiler that the manifests allow.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// What the tests of `CARGO` leave out.
const ZSH: &str = "zsh is missing (apt-get install zsh)";

/// Runs the checks with that cargo, whose calls that begin with `broken` fail. No file is left.
fn checks(broken: &str, variables: &[(&str, &str)]) -> Finished {
    let (tools, temporary) = (commands([("cargo", CARGO)]), tempfile::tempdir().unwrap());
    let script = Program::other(root().join("scripts/test"));
    let script = script.env("PATH", path_with(tools.path()));
    let script = script.env("BROKEN", broken).env("TMPDIR", temporary.path());
    let finished =
        variables.iter().fold(script, |script, (name, value)| script.env(name, value)).finish();
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0, "{finished}");
    finished
}

#[track_caller]
fn concludes(finished: &Finished, line: &str) {
    assert_eq!(finished.stdout.lines().last(), Some(line), "{finished}");
}

#[test]
fn what_passed_is_summed_up_and_what_was_left_out_is_named_once() {
    let finished = checks(NOTHING, &[]).exits(0);
    concludes(&finished, &format!("test: 19 tests passed, 0 failed; left out: {ZSH}"));
}

#[test]
fn tests_that_fail_are_counted() {
    let finished = checks(NOTHING, &[("RESULT", "FAILED. 1 passed; 2 failed"), ("STATUS", "101")]);
    let line = format!("test: 17 tests passed, 2 failed; failed: cargo test; left out: {ZSH}");
    concludes(&finished.exits(101), &line);
}

#[test]
fn a_step_that_fails_is_named_and_ends_the_checks() {
    for (broken, step) in [
        ("fmt", "cargo fmt --all -- --check"),
        ("clippy", "cargo clippy --locked --workspace --all-targets -- --deny warnings"),
        ("doc", "cargo doc --locked --workspace --no-deps --quiet"),
        (
            "deny --log-level",
            "cargo deny --log-level error --config .cargo/deny.toml check bans licenses sources",
        ),
        (
            &format!("+{OLDEST} check"),
            &format!("cargo +{OLDEST} check --locked --workspace --quiet"),
        ),
    ] {
        let finished = checks(broken, &[]).exits(101);
        concludes(&finished, &format!("test: 0 tests passed, 0 failed; failed: {step}"));
    }
}

#[test]
fn tools_that_are_missing_are_named_with_how_to_get_them() {
    let finished = checks("deny", &[]).exits(0);
    let deny = "the dependencies' licences: cargo-deny is missing (cargo install cargo-deny)";
    concludes(&finished, &format!("test: 19 tests passed, 0 failed; left out: {deny}; {ZSH}"));

    let finished = checks("+", &[]).exits(0);
    let compiler = format!(
        "the oldest compiler: Rust {OLDEST} is missing (rustup toolchain install {OLDEST})"
    );
    concludes(&finished, &format!("test: 19 tests passed, 0 failed; left out: {compiler}; {ZSH}"));
}

#[test]
fn without_python_nothing_begins() {
    let tools = commands([("cargo", CARGO)]);
    for tool in ["bash", "basename", "dirname", "realpath", "cc"] {
        let there = Program::other("sh").args(["-c", &format!("command -v {tool}")]).finish();
        symlink(there.stdout.trim_end(), tools.path().join(tool)).unwrap();
    }
    let reason = "test: python3 is missing: stat's figures are compared with its fractions \
                  (Debian and Ubuntu: apt-get install python3)";
    let script = Program::other(root().join("scripts/test")).env("PATH", tools.path());
    script.finish().exits(1).writes("").says(&[reason]);
}

#[test]
fn help_is_shown_and_a_wrong_argument_refused_before_anything_runs() {
    let script = |argument| Program::other(root().join("scripts/test")).args([argument]).finish();
    let help = script("--help").exits(0).says(&[""; 0]);
    assert!(help.stdout.starts_with("Runs every check. "), "{help}");
    let reason = "test: unexpected argument '--bogus'; try 'test --help'";
    script("--bogus").exits(2).writes("").says(&[reason]);
}

#[test]
fn scripts_may_be_called_through_links() {
    let dir = tempfile::tempdir().unwrap();
    for (name, said) in [
        ("fuzz", "fuzz: how many minutes? try 'fuzz --help'"),
        ("build-static", "build-static: cannot build for 'x', only for x86_64 and aarch64"),
    ] {
        let link = dir.path().join(name);
        symlink(root().join("scripts").join(name), &link).unwrap();
        Program::other(link).args(["x"]).finish().exits(2).writes("").says(&[said]);
    }
}
