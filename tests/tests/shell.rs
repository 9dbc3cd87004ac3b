//! The pipeline as a shell composes it: `scripts/pipeline`, and the forms of the README.

use std::fs;
use std::path::Path;

use nix::sys::signal::Signal;
use wandler_tests::programs::{directory, root};
use wandler_tests::rounds;
use wandler_tests::run::Program;
use wandler_tests::turns::FULL_SPEED;

/// `scripts/pipeline` with these arguments, in `dir`, with the programs under test.
fn pipeline(dir: &Path, arguments: &[&str]) -> Program {
    let script = Program::other(root().join("scripts/pipeline"));
    script.env("WANDLER_PROGRAMS", directory()).args(arguments).dir(dir)
}

#[test]
fn ctrl_c_in_the_shell_form_loses_nothing_either() {
    for _ in 0..rounds() {
        let (_turn, dir) = (FULL_SPEED.take(), tempfile::tempdir().unwrap());
        let arguments = ["--conv", "--rate max", "--log", "run.log"];
        let running = pipeline(dir.path(), &arguments).start();
        running.wait_for_lines(2);
        running.signal_group(Signal::SIGINT);
        let finished = running.finish().exits(0);
        let log = fs::read(dir.path().join("run.log")).unwrap();
        let lines = log.iter().filter(|&&byte| byte == b'\n').count();
        let last = finished.stdout.lines().last().unwrap();
        assert!(last.starts_with(&format!("n {lines}  ")), "{lines} lines\n{finished}");
        finished.says(&[format!("conv: {lines} samples sent, 0 rejected, 0 ticks missed")]);
    }
}

#[test]
fn the_status_of_log_is_known() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["--conv", "--rate max --count 10", "--log", "/no/such/file"];
    let finished = pipeline(dir.path(), &arguments).finish().exits(1);
    finished.mentions("log: cannot open \"/no/such/file\": No such file or directory");
}

#[test]
fn rejected_input_makes_status_3() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["--conv", "--from -"];
    pipeline(dir.path(), &arguments).input("1\nx\n").finish().exits(3);
}

#[test]
fn wrong_usage_makes_status_2_and_help_tells_how() {
    let dir = tempfile::tempdir().unwrap();
    pipeline(dir.path(), &["--cnv"])
        .finish()
        .exits(2)
        .says(&["pipeline: unexpected argument '--cnv'; try 'pipeline --help'"]);
    pipeline(dir.path(), &["--conv"])
        .finish()
        .exits(2)
        .says(&["pipeline: --conv needs an argument"]);
    let help = pipeline(dir.path(), &["--help"]).finish().exits(0).stdout;
    assert!(help.starts_with("The pipeline as a shell composes it: conv | tee"), "{help}");
}

#[test]
fn a_reader_that_leaves_is_a_normal_end() {
    let dir = tempfile::tempdir().unwrap();
    let script = format!(
        "{} --conv '--rate max' | head -n 1; exit ${{PIPESTATUS[0]}}",
        root().join("scripts/pipeline").display()
    );
    let head = Program::bash(&script).env("WANDLER_PROGRAMS", directory()).dir(&dir);
    assert_eq!(head.finish().exits(0).stdout.lines().count(), 1);
}

#[test]
fn the_linear_form_records_and_counts_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let script = "set -o pipefail; \
                  conv --rate max --count 100000 --seed 3 | log --pass run.log | stat | report";
    let finished = Program::bash(script).dir(&dir).finish().exits(0);
    let last = finished.stdout.lines().last().unwrap();
    assert!(last.starts_with("n 100000  "), "{finished}");
    let log = fs::read(dir.path().join("run.log")).unwrap();
    assert_eq!(log.iter().filter(|&&byte| byte == b'\n').count(), 100_000);
}
