//! Least privilege: each running stage has given up what it does not need, can do its work, and is
//! killed if it makes any other call. (Which files it has given up is in `files`.)

mod denied;
mod files;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use nix::sys::signal::Signal;
use nix::unistd::{Pid, getpid};
use stage::process::sandbox::{landlock, obstacle};
use tempfile::TempDir;
use wandler_tests::needs::left_out;
use wandler_tests::proc;
use wandler_tests::programs::root;
use wandler_tests::record::RECORD;
use wandler_tests::run::{Program, Running};
use wandler_tests::via::launcher;

wandler_tests::over_every_transport!(every_stage_of_a_running_pipeline_has_given_up_calls);

/// Whether stages are sandboxed here; says so if not.
fn is_sandboxed() -> bool {
    if let Some(why) = obstacle() {
        left_out(&why);
    }
    obstacle().is_none()
}

/// Which of its system calls and privileges a process has given up.
fn given_up(pid: Pid) -> [String; 2] {
    ["Seccomp", "NoNewPrivs"].map(|field| proc::status(pid, field))
}

/// What a process has given up within the sandbox.
fn sandboxed() -> [String; 2] {
    ["2", "1"].map(str::to_owned)
}

/// A pipeline that runs until it is stopped, with all stages at their work.
fn pipeline(via: &str, words: &[&str], dir: &TempDir) -> Running {
    let recorded = dir.path().join("run.log");
    let length = || std::fs::metadata(&recorded).map_or(0, |file| file.len());
    let before = length();
    let conv = ["--conv", "--period 1ms", "--log", "run.log"];
    let running = launcher(via).args(conv).args(words).dir(dir).start();
    running.wait_for_lines(1);
    running.wait_until("something is recorded", || length() > before);
    running
}

fn stop(running: Running) {
    running.signal(Signal::SIGTERM);
    running.finish().exits(0);
}

fn every_stage_of_a_running_pipeline_has_given_up_calls(via: &str) {
    if !is_sandboxed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let running = pipeline(via, &[], &dir);
    let stages = proc::children(running.pid());
    assert_eq!(stages.len(), 5, "{running}");
    for (stage, pid) in stages {
        assert_eq!(given_up(pid), sandboxed(), "{stage}\n{running}");
    }
    stop(running);
}

#[test]
fn a_sandbox_that_is_switched_off_is_off_for_all_or_for_one() {
    let dir = tempfile::tempdir().unwrap();
    let ours = given_up(getpid());
    let running = pipeline("pipe", &["--no-sandbox"], &dir);
    for (stage, pid) in proc::children(running.pid()) {
        assert_eq!(given_up(pid), ours, "{stage}\n{running}");
    }
    stop(running);
    let running = pipeline("pipe", &["--stat", "--no-sandbox"], &dir);
    for (stage, pid) in proc::children(running.pid()) {
        let expected = if stage == "stat" || !is_sandboxed() { ours.clone() } else { sandboxed() };
        assert_eq!(given_up(pid), expected, "{stage}\n{running}");
    }
    stop(running);
}

#[test]
fn the_launcher_says_what_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let told = |words: &str| {
        let run = launcher("pipe").words("-v --conv").args(["--count 1 --rate max"]).words(words);
        run.dir(&dir).finish().exits(0)
    };
    if is_sandboxed() {
        let given_up = "each stage gives up the system calls that it does not need (seccomp)";
        told("").mentions(&format!("launcher: {given_up}"));
    }
    if let Ok(version) = landlock() {
        let given_up = "each stage gives up the files that it does not need";
        told("").mentions(&format!("launcher: {given_up} (Landlock ABI {version})"));
    }
    for kind in ["system call", "file"] {
        let told = told("--no-sandbox");
        told.mentions(&format!("launcher: no stage gives up a {kind}: --no-sandbox"));
    }
}

/// The library that makes a stage do what it must not, or `None` if it cannot be made.
fn preloaded() -> Option<&'static Path> {
    static LIBRARY: OnceLock<Option<(TempDir, PathBuf)>> = OnceLock::new();
    let made = LIBRARY.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let library = dir.path().join("preloaded.so");
        let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let compiled = Command::new(compiler)
            .args(["--edition", "2024", "--crate-type", "cdylib", "-o"])
            .args([&library, &root().join("tests/tests/sandbox/preloaded.rs")])
            .output();
        match compiled {
            Ok(output) if output.status.success() => Some((dir, library)),
            Ok(output) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => {
                left_out(&format!("cannot run rustc: {error}"));
                None
            }
        }
    });
    made.as_ref().map(|(_, library)| library.as_path())
}

/// The same program, in which a stage will do something.
fn with_deed(program: Program, library: &Path, victim: &str, deed: &str) -> Program {
    program.env("LD_PRELOAD", library).env("WANDLER_VICTIM", victim).env("WANDLER_DEED", deed)
}

#[test]
fn a_stage_can_do_what_it_was_told_to_and_nothing_else() {
    let Some(library) = preloaded().filter(|_| is_sandboxed()) else { return };
    let [open, make, rename] = ["open /etc/passwd", "make made", "rename"];
    let all = [open, make, rename, "run", "connect"];
    for (command, allowed) in [
        ("stat", &[][..]),
        ("report", &[]),
        ("report --fail-if mean>100", &[]),
        ("report --svg picture.svg", &[open, make, rename]),
        ("report --textfile record.prom", &[open, make, rename]),
        ("log run.log", &[open, make, rename]),
        ("conv --from -", &[]),
        ("conv --from data", &[]),
        ("conv --poll data --count 2 --rate max", &[open]),
        ("stat --no-sandbox", &all),
    ] {
        let (program, words) = command.split_once(' ').unwrap_or((command, ""));
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("data"), "1\n").unwrap();
        let input = if program == "report" { RECORD } else { "1\n2\n" };
        for deed in all {
            let run = Program::new(program).words(words).dir(&dir).input(input);
            let finished = with_deed(run, library, program, deed).finish();
            let killed = 128 + Signal::SIGSYS as i32;
            let expected = if allowed.contains(&deed) { 0 } else { killed };
            assert_eq!(finished.code(), expected, "{deed}: {finished}");
        }
    }
}

#[test]
fn the_fan_out_can_do_nothing_else() {
    let Some(library) = preloaded().filter(|_| is_sandboxed()) else { return };
    for deed in ["open /etc/passwd", "make made", "rename", "run", "connect"] {
        let dir = tempfile::tempdir().unwrap();
        let run = launcher("pipe").args(["--conv", "--count 3 --rate max", "--log", "run.log"]);
        let finished = with_deed(run, library, "tee", deed).dir(&dir).finish().exits(1);
        let told = "tee was killed by SIGSYS: it made a system call that it had given up";
        finished.mentions(&format!("launcher: {told}"));
    }
}

#[test]
fn a_stage_that_does_something_else_is_reported_and_what_was_sent_is_recorded() {
    let Some(library) = preloaded().filter(|_| is_sandboxed()) else { return };
    let dir = tempfile::tempdir().unwrap();
    let options = ["--stop-with", "stat", "--conv", "--period 1ms", "--log", "run.log"];
    let run = launcher("pipe").args(options).dir(&dir);
    let finished = with_deed(run, library, "stat", "open /etc/passwd").finish().exits(1);
    let told = "stat was killed by SIGSYS: it made a system call that it had given up";
    let finished = finished.mentions(&format!("launcher: {told}"));
    let account = finished.stderr.lines().last().unwrap();
    assert!(account.ends_with("; not settled: stat left no account"), "{finished}");
    let recorded = std::fs::read_to_string(dir.path().join("run.log")).unwrap().lines().count();
    assert!(
        account.contains(&format!("{recorded} samples sent, {recorded} recorded")),
        "{finished}"
    );
}
