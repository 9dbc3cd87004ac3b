//! In a container: as its first process, and without `/proc`. (Docker's own sandbox is in `denied_calls`.)

use std::fs;
use std::io::Write;
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use wandler_tests::needs::{left_out, runs};
use wandler_tests::proc;
use wandler_tests::programs::program;
use wandler_tests::record::RECORD;
use wandler_tests::recorded::all_files;
use wandler_tests::run::{Program, Running};
use wandler_tests::stand_ins::launcher_with;
use wandler_tests::via::launcher;

wandler_tests::over_every_transport!(
    a_launcher_that_is_the_first_process_hears_every_request_to_stop,
    without_proc_the_pipeline_runs_or_says_why_it_cannot,
);

/// The words that run a command in namespaces of its own; `None`, and a message, where this user may have
/// none.
fn unshared(namespaces: &str) -> Option<Vec<String>> {
    let mut ways = ["", " --map-root-user"].map(|user| format!("unshare{user} {namespaces}"));
    let way = ways.iter_mut().find(|way| runs(&format!("{way} true 2> /dev/null")));
    if way.is_none() {
        left_out("namespaces of its own are needed, which this user may not have");
    }
    Some(way?.split(' ').map(str::to_owned).collect())
}

/// The same program, run by these words.
fn run_by(words: &[String], program: Program) -> Program {
    program.wrapped(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The same program, as the first process of a namespace.
fn first(program: Program) -> Option<Program> {
    Some(run_by(&unshared("--pid --fork --kill-child")?, program))
}

/// The first process, as seen from outside.
fn first_of(running: &Running, name: &str) -> Pid {
    let found = || proc::children(running.pid()).get(name).copied();
    running.wait_until("it is there", || found().is_some());
    found().unwrap()
}

/// The same program, where `/proc` is empty.
fn without_proc(program: Program) -> Option<Program> {
    let hidden = "mount -t tmpfs none /proc && exec \"$0\" \"$@\"";
    let mut words = unshared("--mount")?;
    words.extend(["sh", "-c", hidden].map(str::to_owned));
    Some(run_by(&words, program))
}

fn a_launcher_that_is_the_first_process_hears_every_request_to_stop(via: &str) {
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let dir = tempfile::tempdir().unwrap();
        let program = launcher(via).args(["--conv", "--period 1ms", "--log", "run.log"]).dir(&dir);
        let Some(program) = first(program) else { return };
        let running = program.start();
        running.wait_for_lines(2);
        kill(first_of(&running, "launcher"), signal).unwrap();
        let finished = running.finish().exits(0);
        let lines = fs::read_to_string(dir.path().join("run.log")).unwrap().lines().count();
        let account = format!("launcher: {lines} samples sent, {lines} recorded, {lines} counted");
        assert!(finished.stderr.starts_with(&account), "{finished}");
        assert_eq!(finished.stderr.lines().count(), 1, "{finished}");
    }
}

#[test]
fn a_launcher_that_is_the_first_process_reaps_what_others_leave_behind() {
    let script = format!(
        "(sleep 1000 < /dev/null > /dev/null 2>&1 &); exec {} \"$@\"",
        program("report").display()
    );
    let (programs, dir) = (launcher_with("report", Some(&script)), tempfile::tempdir().unwrap());
    let program = Program::other(programs.path().join("launcher"));
    let program = program.args(["--conv", "--period 1ms", "--log", "run.log"]).dir(&dir);
    let Some(program) = first(program) else { return };
    let running = program.start();
    running.wait_for_lines(1);
    let launcher = first_of(&running, "launcher");
    let orphan = || proc::children(launcher).get("sleep").copied();
    running.wait_until("it is the launcher's", || orphan().is_some());
    kill(orphan().unwrap(), Signal::SIGKILL).unwrap();
    running.wait_until("it is reaped", || orphan().is_none());
    let before = running.lines();
    running.wait_for_lines(before + 1);
    kill(launcher, Signal::SIGTERM).unwrap();
    let finished = running.finish().exits(0);
    assert_eq!(finished.stderr.lines().count(), 1, "{finished}");
}

#[test]
fn a_quit_ends_a_launcher_that_is_the_first_process_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let program = launcher("pipe").args(["--conv", "--period 1ms"]).dir(&dir);
    let Some(program) = first(program) else { return };
    let running = program.start();
    running.wait_for_lines(1);
    kill(first_of(&running, "launcher"), Signal::SIGQUIT).unwrap();
    // The others may have read the end of what it sends before they could be killed.
    running.finish().exits(1).mentions("launcher: conv was killed at SIGQUIT");
}

#[test]
fn a_stage_that_is_the_first_process_hears_every_request_to_stop() {
    for (program, words, input) in [
        ("conv", "--from -", "1\n"),
        ("log", "--pass run.log", "1\n"),
        ("stat", "--every 1", "1\n"),
        ("report", "", RECORD),
    ] {
        for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
            let dir = tempfile::tempdir().unwrap();
            let run = Program::new(program).words(words).dir(&dir);
            let Some(run) = first(run) else { return };
            let mut running = run.stdin(Stdio::piped()).start();
            let mut stdin = running.stdin();
            writeln!(stdin, "{}", input.trim_end()).unwrap();
            running.wait_for_lines(1);
            kill(first_of(&running, program), signal).unwrap();
            running.finish().exits(0);
            drop(stdin);
        }
    }
}

fn without_proc_the_pipeline_runs_or_says_why_it_cannot(via: &str) {
    let dir = tempfile::tempdir().unwrap();
    let conv = ["--conv", "--rate max --count 1000", "--log", "--rotate 1K --keep 99 run.log"];
    let report = ["--report", "--svg x.svg --textfile x.prom"];
    let program = launcher(via).args(conv).args(report).dir(&dir);
    let Some(program) = without_proc(program) else { return };
    let finished = program.finish();
    if via == "shm" {
        let why = "shared memory, each end of which is opened by its name in /proc";
        let told =
            format!("launcher: cannot make the transports: {why}: No such file or directory");
        finished.exits(1).writes("").says(&[told]);
        return;
    }
    finished
        .exits(0)
        .says(&["launcher: 1000 samples sent, 1000 recorded, 1000 counted, 0 rejected"]);
    assert_eq!(all_files(dir.path()).lines().count(), 1000);
}

#[test]
fn without_proc_a_stage_does_what_it_does_with_it() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("data"), "1\n2\n".repeat(1 << 16)).unwrap();
    fs::write(dir.path().join("value"), "7\n").unwrap();
    for (command, input) in [
        ("conv --count 3 --rate max --seed 7", ""),
        ("conv --from - --columns 2", "1\t2\n3\t4\n"),
        ("conv --poll value --count 2 --rate max", ""),
        ("log --truncate --pass --rotate 4 run.log", "1\n2\n3\n4\n"),
        ("log --cat run.log", ""),
        ("stat", "1\n2\n"),
        ("stat --jobs 2 data", ""),
        ("report --svg x.svg --textfile x.prom --fail-if mean>1e9", RECORD),
        ("launcher --print", ""),
    ] {
        let (program, words) = command.split_once(' ').unwrap_or((command, ""));
        let run = || Program::new(program).words(words).dir(&dir).input(input);
        let expected = run().finish();
        let Some(hidden) = without_proc(run()) else { return };
        let finished = hidden.finish();
        assert_eq!(finished.code(), expected.code(), "{finished}\n{expected}");
        assert_eq!(finished.stdout, expected.stdout, "{finished}\n{expected}");
        assert_eq!(finished.stderr, expected.stderr, "{finished}\n{expected}");
    }
}
