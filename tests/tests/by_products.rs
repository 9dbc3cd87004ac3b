//! The files that `report` keeps beside its report: none of them ends it, holds it up, or costs a sample.

use std::fs;
use std::path::Path;

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use wandler_tests::needs::{left_out, runs};
use wandler_tests::run::{Finished, Program, Running};

/// A pipeline whose report keeps this file.
fn keeping(option: &str, dir: &Path) -> Running {
    let conv = ["--conv", "--rate 1k", "--log", "run.log", "--report", option];
    let running = Program::new("launcher").args(conv).dir(dir).start();
    running.wait_for_lines(2);
    running
}

/// Stops it, and checks that what was sent is recorded and counted; what else it said.
fn stop(running: Running, dir: &Path) -> (Finished, Vec<String>) {
    running.signal(Signal::SIGTERM);
    let finished = running.finish();
    let lines = fs::read_to_string(dir.join("run.log")).unwrap().lines().count();
    let account = format!("launcher: {lines} samples sent, {lines} recorded, {lines} counted");
    let mut said: Vec<String> = finished.stderr.lines().map(str::to_owned).collect();
    let is_account = |line: String| line.starts_with(&account);
    assert!(said.pop().is_some_and(is_account), "{lines}\n{finished}");
    (finished, said)
}

#[test]
fn one_that_cannot_be_written_is_reported_once_and_the_recording_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    mkfifo(&dir.path().join("fifo"), Mode::S_IRWXU).unwrap();
    for (option, why) in [
        ("--textfile fifo", "it has no reader"),
        ("--svg fifo", "it has no reader"),
        ("--textfile /dev/full", "No space left on device"),
        ("--svg missing/x.svg", "No such file or directory"),
        ("--textfile /sys/x.prom", "Permission denied"),
    ] {
        let running = keeping(option, dir.path());
        running.wait_for_message("trying again");
        let before = running.lines();
        running.wait_for_lines(before + 15);
        let (finished, said) = stop(running, dir.path());
        let name = option.split_once(' ').unwrap().1;
        let told = format!("report: cannot write \"{name}\": {why}: trying again every second");
        assert_eq!(said, [told, "launcher: report ended with status 1".to_owned()], "{finished}");
        assert_eq!(finished.code(), 1, "{finished}");
        fs::remove_file(dir.path().join("run.log")).unwrap();
    }
}

#[test]
fn one_that_can_be_written_again_is_written_and_all_is_well() {
    let dir = tempfile::tempdir().unwrap();
    let running = keeping("--textfile later/x.prom --svg later/x.svg", dir.path());
    running.wait_for_message("later/x.prom");
    running.wait_for_message("later/x.svg");
    fs::create_dir(dir.path().join("later")).unwrap();
    running.wait_for_message("can write \"later/x.prom\" again");
    running.wait_for_message("can write \"later/x.svg\" again");
    let (finished, said) = stop(running, dir.path());
    assert_eq!((finished.code(), said.len()), (0, 4), "{finished}");
    assert!(fs::read_to_string(dir.path().join("later/x.prom")).unwrap().ends_with('\n'));
    assert!(fs::read_to_string(dir.path().join("later/x.svg")).unwrap().ends_with("</svg>\n"));
}

#[test]
fn one_that_is_mounted_by_itself_is_written_in_place_and_that_is_said_once() {
    if !runs("unshare --mount true 2> /dev/null") {
        left_out("only root can mount a file on another");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let samples = "1\n2\n3\n";
    fs::write(dir.path().join("outside"), "x".repeat(100_000)).unwrap();
    fs::write(dir.path().join("inside"), "").unwrap();
    let script = "mount --bind outside inside; stat --every 1 | report --textfile inside";
    let finished = Program::bash(script).wrapped(&["unshare", "--mount"]).dir(&dir).input(samples);
    let told = "cannot replace \"inside\": Device or resource busy: writing it in place";
    finished.finish().exits(0).says(&[format!("report: {told}")]);
    let text = fs::read_to_string(dir.path().join("outside")).unwrap();
    assert!(text.contains("\nwandler_samples_total 3\n") && !text.contains("xx"), "{text}");
}
