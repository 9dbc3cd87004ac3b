//! The whole pipeline, by the launcher and by the shell.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use nix::sys::signal::Signal;
use wandler_tests::programs::{directory, program, root};
use wandler_tests::run::{Finished, Program};
use wandler_tests::{proc, rounds};

/// The sum of the integers in a file, by an independent program.
fn awk_sum(path: &Path) -> String {
    let done =
        Program::other("awk").args(["{ sum += $1 } END { print sum }"]).args([path]).finish();
    done.exits(0).stdout.trim().to_owned()
}

fn last_line(finished: &Finished) -> &str {
    finished.stdout.lines().last().unwrap_or_default()
}

#[test]
fn the_classic_system_shows_and_records_each_sample_until_ctrl_c() {
    let dir = tempfile::tempdir().unwrap();
    let running = Program::new("launcher").dir(&dir).start();
    running.wait_for_lines(3);
    running.signal_group(Signal::SIGINT);
    let finished = running.finish().exits(0);

    let log = fs::read_to_string(dir.path().join("samples.log")).unwrap();
    let count = log.lines().count();
    assert_eq!(count, 3, "{finished}");
    let sum: i64 = log.lines().map(|line| line.parse::<i64>().unwrap()).sum();
    assert!(log.lines().all(|line| (0..=100).contains(&line.parse::<i64>().unwrap())), "{log}");
    let shown = last_line(&finished).to_owned();
    assert!(shown.starts_with(&format!("n {count}  sum {sum}  mean ")), "{finished}");
    // A line for each sample, and the last record, which is always shown.
    assert_eq!(finished.stdout.lines().count(), count + 1);
    finished.says(&[format!(
        "launcher: {count} samples sent, {count} recorded, {count} counted, 0 rejected"
    )]);
}

#[test]
fn five_million_samples_are_recorded_and_counted_and_the_shell_form_gives_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let conv = "--rate max --count 5000000 --seed 1";
    let launched = Program::new("launcher")
        .args(["--conv", conv, "--log", "--truncate run.log", "--report", "--format json"])
        .dir(&dir)
        .finish()
        .exits(0)
        .says(&["launcher: 5000000 samples sent, 5000000 recorded, 5000000 counted, 0 rejected"]);
    let log = fs::read(dir.path().join("run.log")).unwrap();
    assert_eq!(log.iter().filter(|&&byte| byte == b'\n').count(), 5_000_000);
    let sum = awk_sum(&dir.path().join("run.log"));
    let expected = "{\"n\":5000000,\"rejected\":0,\"last\":";
    assert!(last_line(&launched).starts_with(expected), "{launched}");
    assert!(last_line(&launched).contains(&format!("\"sum\":{sum},")), "{sum} {launched}");

    let piped = Program::other(root().join("scripts/pipeline"))
        .env("WANDLER_PROGRAMS", directory())
        .args(["--conv", conv, "--log", "--truncate shell.log", "--report", "--format json"])
        .dir(&dir)
        .finish()
        .exits(0);
    assert!(fs::read(dir.path().join("shell.log")).unwrap() == log, "{piped}");
    assert_eq!(last_line(&piped), last_line(&launched));
}

#[test]
fn the_printed_shell_form_does_what_the_launcher_does() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["--conv", "--rate max --count 1000 --seed 7", "--log", "'my run.log'"];
    let printed = Program::new("launcher").args(arguments).args(["--print"]).finish().exits(0);
    assert!(!dir.path().join("my run.log").exists(), "nothing is run");
    let by_shell = Program::bash(&printed.stdout).dir(&dir).finish().exits(0);
    let recorded = fs::read(dir.path().join("my run.log")).unwrap();
    fs::remove_file(dir.path().join("my run.log")).unwrap();
    let launched = Program::new("launcher").args(arguments).dir(&dir).finish().exits(0);
    assert!(fs::read(dir.path().join("my run.log")).unwrap() == recorded);
    assert_eq!(last_line(&launched), last_line(&by_shell));
}

#[test]
fn ps_shows_the_launcher_and_its_five_children_with_nothing_but_their_streams_and_the_ledger() {
    let dir = tempfile::tempdir().unwrap();
    // Descriptor 7 is what a careless parent may leave open.
    let script = format!("exec {} 7</dev/null", program("launcher").display());
    let running = Program::bash(&script).dir(&dir).start();
    running.wait_for_lines(1);
    let children = proc::children(running.pid());
    let names: BTreeSet<&str> = children.keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(["conv", "log", "report", "stat", "tee"]), "{running}");
    let launcher = proc::all().into_iter().find(|it| it.pid == running.pid()).unwrap();
    assert_eq!(launcher.name, "launcher");
    let directory = dir.path().to_str().unwrap();
    for (name, pid) in children {
        // While log syncs the directory of its new file, it has that open as well.
        running.wait_until("log has synced its directory", || {
            !proc::descriptors(pid).values().any(|what| what == directory)
        });
        let mut open = proc::descriptors(pid);
        open.retain(|_, what| what != directory);
        let numbers: Vec<u32> = open.keys().copied().filter(|&number| number < 3).collect();
        assert_eq!(numbers, [0, 1, 2], "{name}: {open:#?}");
        let others: Vec<&String> =
            open.iter().filter(|(number, _)| **number > 2).map(|(_, what)| what).collect();
        let log = dir.path().join("samples.log").to_str().unwrap().to_owned();
        let (pipes, rest): (Vec<&String>, Vec<&String>) =
            others.into_iter().partition(|what| what.starts_with("pipe:"));
        // Besides the ledger: the second output of tee, and the file of log.
        assert_eq!(pipes.len(), if name == "tee" { 2 } else { 1 }, "{name}: {open:#?}");
        assert_eq!(rest, if name == "log" { vec![&log] } else { vec![] }, "{name}: {open:#?}");
    }
    running.signal(Signal::SIGTERM);
    running.finish().exits(0);
}

#[test]
fn the_verbose_tables_tell_the_wiring_and_the_endings() {
    let dir = tempfile::tempdir().unwrap();
    let finished = Program::new("launcher")
        .args(["-v", "--conv", "--rate max --count 10"])
        .dir(&dir)
        .finish()
        .exits(0);
    let lines: Vec<Vec<&str>> =
        finished.stderr.lines().map(|line| line.split_whitespace().skip(1).collect()).collect();
    assert_eq!(lines[0], ["PID", "STAGE", "INPUT", "OUTPUT"], "{finished}");
    let wiring: Vec<String> = lines[1..6].iter().map(|words| words[1..].join(" ")).collect();
    assert_eq!(
        wiring,
        [
            "conv standard input pipe to tee",
            "tee pipe from conv pipes to log and stat",
            "log pipe from tee its file",
            "stat pipe from tee pipe to report",
            "report pipe from stat standard output",
        ]
    );
    assert_eq!(lines[6], ["STAGE", "CPU", "PEAK", "ENDING"]);
    for (words, name) in lines[7..12].iter().zip(["conv", "tee", "log", "stat", "report"]) {
        assert_eq!((words[0], words[5]), (name, "ended"), "{finished}");
    }
    assert_eq!(lines.len(), 13, "{finished}");
}

#[test]
fn a_report_whose_reader_leaves_ends_the_pipeline_in_order() {
    for _ in 0..rounds() {
        let dir = tempfile::tempdir().unwrap();
        let script = "launcher --conv '--rate 1k' | head -n 1; exit ${PIPESTATUS[0]}";
        let finished = Program::bash(script).dir(&dir).finish().exits(0);
        assert_eq!(finished.stdout.lines().count(), 1, "{finished}");
        let log = fs::read_to_string(dir.path().join("samples.log")).unwrap();
        let recorded = log.lines().count();
        let told = finished.stderr.trim_end();
        let counts = format!("launcher: {recorded} samples sent, {recorded} recorded, ");
        assert!(told.starts_with(&counts) && !told.contains("not settled"), "{finished}");
    }
}

#[test]
fn a_stage_that_cannot_be_executed_is_named_and_the_rest_is_stopped() {
    for missing in ["conv", "log", "stat", "report"] {
        // Linked, not copied: a file that is being written cannot be executed, and a process
        // that another test forks just then may hold it open for writing.
        let dir = tempfile::tempdir_in(directory()).unwrap();
        for name in ["launcher", "conv", "log", "stat", "report"] {
            if name != missing {
                fs::hard_link(program(name), dir.path().join(name)).unwrap();
            }
        }
        let path = dir.path().join(missing);
        let finished = Program::other(dir.path().join("launcher")).dir(&dir).finish().exits(1);
        finished.mentions(&format!(
            "launcher: cannot execute \"{}\": No such file or directory",
            path.display()
        ));
    }
}

#[test]
fn a_stage_with_a_wrong_option_is_told_by_itself_and_by_the_launcher() {
    let dir = tempfile::tempdir().unwrap();
    Program::new("launcher")
        .args(["--stat", "--evry 5"])
        .dir(&dir)
        .finish()
        .exits(1)
        .mentions(
            "stat: unexpected argument '--evry' found (a similar argument exists: '--every'); \
             try 'stat --help'",
        )
        .mentions("launcher: stat ended with status 2");
}

#[test]
fn rejected_input_makes_status_3_and_is_in_the_account() {
    let dir = tempfile::tempdir().unwrap();
    Program::new("launcher")
        .args(["--conv", "--from -"])
        .input("1\ntwo\n3\n")
        .dir(&dir)
        .finish()
        .exits(3)
        .says(&[
            "conv: line 2: not a number: \"two\"",
            "launcher: 2 samples sent, 2 recorded, 2 counted, 1 rejected",
        ]);
}
