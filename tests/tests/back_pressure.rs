//! A slow or stopped reader loses nothing: the pipeline waits, and goes on.

use std::fs;
use std::io::{PipeReader, Read, Write};
use std::os::fd::AsFd;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::signal::{Signal, kill};
use wandler_tests::abuse::{full_pipe, narrow_pipe, read_some};
use wandler_tests::run::{Program, Running};
use wandler_tests::turns::FULL_SPEED;
use wandler_tests::via::launcher;
use wandler_tests::{over_every_transport, proc};

over_every_transport!(
    a_stopped_log_or_stat_or_report_makes_the_pipeline_wait_and_loses_nothing,
    in_the_launcher_missed_ticks_are_reported_in_the_account
);

fn a_stopped_log_or_stat_or_report_makes_the_pipeline_wait_and_loses_nothing(via: &str) {
    for name in ["log", "stat", "report"] {
        let (_turn, dir) = (FULL_SPEED.take(), tempfile::tempdir().unwrap());
        // Records come often, so that a stopped report is felt, too.
        let running = launcher(via)
            .args(["--conv", "--rate max", "--log", "run.log", "--stat", "--every 100"])
            .dir(&dir)
            .start();
        running.wait_for_lines(1);
        let pid = proc::children(running.pid())[name];
        running.stop(pid);
        running.wait_until_blocked(proc::children(running.pid())["conv"]);
        kill(pid, Signal::SIGCONT).unwrap();
        running.wait_for_lines(10);
        running.signal_group(Signal::SIGINT);
        let finished = running.finish().exits(0);
        let log = fs::read(dir.path().join("run.log")).unwrap();
        let lines = log.iter().filter(|&&byte| byte == b'\n').count();
        finished.says(&[format!(
            "launcher: {lines} samples sent, {lines} recorded, {lines} counted, 0 rejected"
        )]);
    }
}

#[test]
fn conv_reports_the_ticks_it_missed_and_stays_on_the_grid() {
    let (mut reader, writer) = narrow_pipe();
    let arguments = ["--rate", "10k", "--duration", "2s", "--range", "100..100"];
    let running = Program::new("conv").args(arguments).stdout(writer).start();
    // A page of samples of four bytes is 0.1 s long; then conv is blocked.
    read_some(&mut reader, 4);
    thread::sleep(Duration::from_millis(500));
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).unwrap();
    let finished = running.finish().exits(0);
    let sent = (4 + rest.len()) / 4;
    let words: Vec<&str> = finished.stderr.split_whitespace().collect();
    let told = |at: usize| words[at].parse::<usize>().unwrap_or_else(|_| panic!("{finished}"));
    assert_eq!(told(1), sent, "{finished}");
    let missed = told(6);
    assert_eq!(sent + missed, 20_000, "every tick is sent or missed\n{finished}");
    assert!(missed > 1000, "the pause was felt\n{finished}");
}

fn in_the_launcher_missed_ticks_are_reported_in_the_account(via: &str) {
    let (_turn, dir) = (FULL_SPEED.take(), tempfile::tempdir().unwrap());
    let running = launcher(via)
        .args(["--conv", "--rate 1M", "--log", "--truncate run.log"])
        .dir(&dir)
        .start();
    running.wait_for_lines(1);
    let log = proc::children(running.pid())["log"];
    running.stop(log);
    running.wait_until_blocked(proc::children(running.pid())["conv"]);
    kill(log, Signal::SIGCONT).unwrap();
    running.signal_group(Signal::SIGINT);
    let finished = running.finish().exits(0);
    let account = finished.stderr.lines().last().unwrap();
    assert!(account.contains(" ticks missed") && !account.contains("not settled"), "{finished}");
}

#[test]
fn a_reader_that_hangs_and_then_leaves_ends_conv_quietly() {
    let (mut reader, writer) = narrow_pipe();
    let running = Program::new("conv").words("--rate max --range 100..100").stdout(writer).start();
    read_some(&mut reader, 4);
    drop(reader);
    let finished = running.finish().exits(0);
    // At least the one sample that was read, and at most all that the pipe held as well.
    let sent: usize = finished.stderr.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!((1..=2048).contains(&sent), "{finished}");
    finished.says(&[format!("conv: {sent} samples sent, 0 rejected, 0 ticks missed")]);
}

/// What comes out of the pipe, without what it was filled with.
fn rest_of(mut reader: PipeReader) -> Vec<String> {
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn a_standard_error_that_hangs_holds_no_stage_up_and_gets_its_messages_later() {
    let records = Program::new("stat").input("1\n").finish().exits(0).stdout;
    let record = records.lines().last().map(|line| format!("{line}\n")).unwrap();
    for (program, words, good) in
        [("conv", "--from -", "1\n"), ("stat", "--every 1", "1\n"), ("report", "", &record)]
    {
        let (reader, writer) = full_pipe();
        let run = Program::new(program).words(words).stdin(Stdio::piped()).stderr(writer);
        let mut running = run.start();
        let mut input = running.stdin();
        input.write_all(format!("x\ny\n{good}").as_bytes()).unwrap();
        running.wait_for_lines(1);
        input.write_all(b"z\n").unwrap();
        input.write_all(good.as_bytes()).unwrap();
        running.wait_for_lines(2);
        drop(input);
        let said = thread::spawn(|| rest_of(reader));
        running.finish().exits(3);
        let said = said.join().unwrap();
        for (line, text) in [1, 2, 4].into_iter().zip(&said) {
            assert!(text.starts_with(&format!("{program}: line {line}: not a ")), "{said:?}");
        }
        assert_eq!(said.len(), if program == "conv" { 4 } else { 3 }, "{said:?}");
    }
}

#[test]
fn a_standard_error_that_hangs_keeps_nothing_from_being_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let (reader, writer) = full_pipe();
    let run = Program::new("launcher").args(["--conv", "--from -", "--log", "run.log"]);
    let mut running = run.stdin(Stdio::piped()).stderr(writer).dir(&dir).start();
    let mut input = running.stdin();
    for line in 0..1000 {
        input.write_all(format!("x\n{line}\n").as_bytes()).unwrap();
    }
    let recorded = || fs::read_to_string(dir.path().join("run.log")).unwrap_or_default();
    running.wait_until("all is recorded", || recorded().lines().count() == 1000);
    drop(input);
    let said = thread::spawn(|| rest_of(reader));
    running.finish().exits(3);
    let said = said.join().unwrap();
    let account = "launcher: 1000 samples sent, 1000 recorded, 1000 counted, 1000 rejected";
    assert_eq!(
        (said[0].as_str(), said.last().unwrap().as_str()),
        ("conv: line 1: not a number: \"x\"", account)
    );
}

/// Bytes of room in a pipe whose other end this program has, once it waits for something.
fn room(running: &Running, pipe: impl AsFd) -> i32 {
    running.wait_until_blocked(running.pid());
    fcntl(&pipe, FcntlArg::F_GETPIPE_SZ).unwrap()
}

#[test]
fn a_shells_pipes_get_as_much_room_for_samples_as_the_launchers() {
    let [shells, launchers] = [64 << 10, 1 << 20];
    let dir = tempfile::tempdir().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    let conv = Program::new("conv").words("--period 1h").stdout(writer).start();
    assert_eq!(room(&conv, &reader), launchers, "{conv}");
    // For records there need not be more: those in a pipe are old ones.
    for (program, expected) in [("log", launchers), ("stat", launchers), ("report", shells)] {
        let mut running = Program::new(program).dir(&dir).stdin(Stdio::piped()).start();
        let stdin = running.stdin();
        assert_eq!(room(&running, &stdin), expected, "{running}");
    }
}
