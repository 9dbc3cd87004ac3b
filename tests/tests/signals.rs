//! Signals to a single stage, as in a shell pipeline: an orderly stop, whatever its input does.

use std::fs;
use std::io::Write;
use std::process::{ChildStdin, Stdio};

use nix::sys::signal::Signal;
use wandler_tests::run::{Program, Running};

/// Starts a stage on a pipe that stays open, and writes `text` there.
fn started(program: Program, text: &str) -> (Running, ChildStdin) {
    let mut running = program.stdin(Stdio::piped()).start();
    let mut input = running.stdin();
    input.write_all(text.as_bytes()).unwrap();
    (running, input)
}

/// Sends SIGINT and `text` so that the stage finds both at once.
fn interrupt_with(running: &Running, input: &mut ChildStdin, text: &str) {
    running.stop(running.pid());
    running.signal(Signal::SIGINT);
    input.write_all(text.as_bytes()).unwrap();
    running.signal(Signal::SIGCONT);
}

#[test]
fn each_request_to_stop_ends_conv_in_order() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let running = Program::new("conv").words("--period 10ms").start();
        running.wait_for_lines(3);
        running.signal(signal);
        let finished = running.finish().exits(0).accounts_for(0);
        assert_eq!(finished.stderr.lines().count(), 1, "{finished}");
    }
}

#[test]
fn a_stop_ends_conv_while_its_input_is_silent() {
    let (running, input) = started(Program::new("conv").words("--from -"), "1\n2\n");
    running.wait_for_lines(2);
    running.signal(Signal::SIGINT);
    running.finish().exits(0).writes("1\n2\n").accounts_for(0);
    drop(input);
}

#[test]
fn a_number_that_was_still_coming_when_conv_was_stopped_is_not_sent() {
    for (format, text) in [("text", "1\n2\n30"), ("u16be", "\0\x01\0\x02\0")] {
        let conv = Program::new("conv").words("--from - --format").args([format]);
        let (running, input) = started(conv, text);
        running.wait_for_lines(2);
        running.signal(Signal::SIGINT);
        running.finish().exits(0).writes("1\n2\n").accounts_for(0);
        drop(input);
    }
}

#[test]
fn signals_that_were_ignored_at_the_start_stay_ignored_and_the_others_end_it() {
    let running = Program::bash("trap '' INT HUP; exec conv --period 10ms").start();
    running.wait_for_lines(1);
    running.signal_group(Signal::SIGINT);
    running.signal_group(Signal::SIGHUP);
    // Enough of them for a stop to have come in between.
    running.wait_for_lines(30);
    running.signal(Signal::SIGTERM);
    running.finish().exits(0).accounts_for(0);
}

#[test]
fn after_ctrl_c_stat_counts_what_comes_and_ends_when_nothing_more_does() {
    let (running, mut input) = started(Program::new("stat").words("--every 1"), "1\n2\n");
    running.wait_for_lines(2);
    interrupt_with(&running, &mut input, "6\n");
    let finished = running.finish().exits(0).says(&[""; 0]);
    drop(input);
    let records: Vec<&str> = finished.stdout.lines().collect();
    let last = "{\"n\":3,\"rejected\":0,\"last\":6,\"sum\":9,\"mean\":3,";
    assert!(records[3].starts_with(last), "{finished}");
    assert!(records[3].ends_with("\"final\":true}"), "{finished}");
    assert_eq!(records.len(), 4, "{finished}");
}

#[test]
fn after_ctrl_c_log_records_what_comes_and_ends_when_nothing_more_does() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.log");
    let log = Program::new("log").words("--sync never run.log").dir(&dir);
    let (running, mut input) = started(log, "1\n2\n");
    running.wait_until("it has recorded", || fs::read(&path).is_ok_and(|text| text == b"1\n2\n"));
    interrupt_with(&running, &mut input, "3\n4");
    let cut = "log: line 4: cut off by the stop: 1 byte dropped: \"4\"";
    running.finish().exits(0).writes("").says(&[cut]);
    drop(input);
    assert_eq!(fs::read_to_string(&path).unwrap(), "1\n2\n3\n");
}

#[test]
fn after_ctrl_c_report_shows_what_comes_and_ends_when_nothing_more_does() {
    let record = "{\"n\":1,\"rejected\":0,\"last\":57,\"sum\":57,\"mean\":57,\"sd\":null,\"min\":57,\"max\":57}\n";
    let (running, mut input) = started(Program::new("report").words("--format json"), record);
    running.wait_for_lines(1);
    interrupt_with(&running, &mut input, record);
    running.finish().exits(0).writes(&record.repeat(2)).says(&[""; 0]);
    drop(input);
}
