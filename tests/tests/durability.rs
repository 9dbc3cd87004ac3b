//! What `log` promises of the disk, seen in the system calls it makes.

use std::fs;
use std::path::Path;

use wandler_tests::needs::left_out;
use wandler_tests::programs::program;
use wandler_tests::run::Program;

/// Runs `log` in `dir` under strace; returns its calls that touch the disk, each as `name what`, with
/// the results that matter. `None` if strace is not there or not allowed to trace.
fn calls(dir: &Path, arguments: &[&str], input: &str) -> Option<Vec<String>> {
    let trace = dir.join("trace");
    let filter = "trace=openat,fcntl,fsync,fdatasync,write,ftruncate,exit_group";
    let possible = std::process::Command::new("strace").args(["-o", "/dev/null", "true"]).status();
    if !possible.is_ok_and(|status| status.success()) {
        left_out("strace is missing, or must not trace (apt-get install strace)");
        return None;
    }
    Program::other("strace")
        .args(["-f", "-y", "-e", filter, "-o"])
        .args([&trace])
        .args([program("log")])
        .args(arguments)
        .input(input)
        .dir(dir)
        .finish()
        .exits(0);
    let text = fs::read_to_string(&trace).unwrap();
    let name = |line: &str| {
        // PID call(3</path/to/file>, …
        let (_, call) = line.split_once(' ')?;
        let (call, rest) = call.trim_start().split_once('(')?;
        let path = rest.split_once('<').map_or("", |(_, path)| path.split('>').next().unwrap());
        let file = path.strip_prefix(dir.canonicalize().ok()?.to_str()?)?;
        let call = match call {
            "fcntl" if rest.contains("F_OFD_SETLK, {l_type=F_WRLCK") => "lock",
            "openat" | "fcntl" => return None,
            call => call,
        };
        Some(format!("{call} {}", file.trim_start_matches('/')))
    };
    Some(text.lines().filter_map(name).map(|it| it.trim_end().to_owned()).collect())
}

#[test]
fn a_new_file_is_locked_its_name_synced_and_its_lines_synced_before_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let Some(calls) = calls(dir.path(), &["--sync", "never", "run.log"], "1\n2") else { return };
    assert_eq!(
        calls,
        [
            "lock run.log",
            "fsync",
            // The whole line; the last one, which has no line feed; and a line feed.
            "write run.log",
            "write run.log",
            "write run.log",
            "fdatasync run.log",
        ]
    );
}

#[test]
fn a_torn_line_is_safe_elsewhere_before_it_is_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("run.log"), "1\n2").unwrap();
    let Some(calls) = calls(dir.path(), &["run.log"], "") else { return };
    assert_eq!(
        calls,
        [
            "lock run.log",
            "fsync",
            "write run.log.torn",
            "write run.log.torn",
            "fsync run.log.torn",
            "fsync",
            "ftruncate run.log",
            "fsync run.log",
            "fdatasync run.log",
        ]
    );
}

#[test]
fn always_syncs_each_batch_before_the_next_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let input = "1\n".repeat(200_000);
    let Some(calls) = calls(dir.path(), &["--sync", "always", "run.log"], &input) else { return };
    let (start, batches) = calls.split_at(2);
    assert_eq!(start, ["lock run.log", "fsync"]);
    assert!(batches.len() > 4, "more than one batch: {calls:?}");
    for pair in batches.chunks(2).take((batches.len() - 1) / 2) {
        assert_eq!(pair, ["write run.log", "fdatasync run.log"], "{calls:?}");
    }
}
