//! What a stage does for the first time long after it has given up system calls: each is driven through
//! the events that come late. One that made a call that it has not kept would be killed.
//!
//! Libraries make other calls in other versions and in other builds; so `packages` runs these tests with the
//! static programs as well.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use wandler_tests::abuse::{narrow_pipe, read_some};
use wandler_tests::needs::left_out;
use wandler_tests::proc;
use wandler_tests::record::RECORD;
use wandler_tests::recorded::samples;
use wandler_tests::run::Program;
use wandler_tests::small_disk::{lower_file_size, raise_file_size};
use wandler_tests::via::launcher;

wandler_tests::over_every_transport!(stages_that_were_suspended_at_any_call_go_on);

#[test]
fn log_rotates_follows_its_file_and_waits_for_the_disk() {
    for words in [
        "--rotate 64 --keep 2 --timestamps iso --sync always",
        "--rotate 64 --keep 2 --name-by time --sync 1ms",
        "--rotate 1h --keep 2",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let log = Program::new("log").words(words).args(["--pass", "run.log"]).dir(&dir);
        let mut running = log.stdin(Stdio::piped()).start();
        let mut stdin = running.stdin();
        let mut sent = 0;
        let mut send = |count| {
            for sample in 0..count {
                writeln!(stdin, "{sample}").unwrap();
                sent += 1;
                running.wait_for_lines(sent);
            }
        };
        send(30);
        fs::rename(dir.path().join("run.log"), dir.path().join("moved")).unwrap();
        running.wait_for_message("going on in");
        send(3);
        fs::write(dir.path().join("run.log"), "").unwrap();
        send(1);
        lower_file_size(running.pid());
        writeln!(stdin, "7").unwrap();
        running.wait_for_message("trying again every second");
        raise_file_size(running.pid());
        running.wait_for_message("can write \"run.log\" again");
        running.signal(Signal::SIGTERM);
        running.finish().exits(0);
    }
}

#[test]
fn stat_finds_windows_in_a_zone_whose_clocks_change() {
    const ZONE: &str = "Europe/Berlin";
    if !Path::new("/usr/share/zoneinfo").join(ZONE).exists() {
        return left_out("the time zones are missing (apt-get install tzdata)");
    }
    for window in ["10min", "1h", "1d", "1w"] {
        let stat =
            Program::new("stat").words("--time-zone local --late 1h --window").args([window]);
        let mut running = stat.env("TZ", ZONE).stdin(Stdio::piped()).start();
        let mut stdin = running.stdin();
        writeln!(stdin, "time\ta\tb").unwrap();
        for (month, day, record) in [(1, 1, 0), (2, 1, 2), (3, 28, 4), (3, 29, 4), (11, 1, 6)] {
            for hour in 0..24 {
                writeln!(stdin, "2026-{month:02}-{day:02}T{hour:02}:30:00Z\t{hour}\t").unwrap();
            }
            running.wait_for_lines(record);
        }
        drop(stdin);
        running.finish().exits(0);
    }
}

#[test]
fn stat_takes_and_gives_back_memory_for_whatever_comes() {
    let distinct: String =
        (0..200_000u64).map(|at| format!("{}.{:03}\n", at * 7919 % 1_000_003, at % 997)).collect();
    let header = (1..=300).map(|at| format!("c{at}")).collect::<Vec<_>>().join("\t");
    let row = (1..=300).map(|at| at.to_string()).collect::<Vec<_>>().join("\t");
    let wide = format!("{header}\n{}", format!("{row}\n").repeat(200));
    for (words, input, status) in [
        ("--histogram 50 --course 1000 --more", distinct.clone(), 0),
        ("--state", distinct, 0),
        ("--every 7 --histogram 50 --course 100", wide, 0),
        ("", "x\n".repeat(10_000) + &samples(10) + &"9".repeat(1 << 20), 3),
    ] {
        Program::new("stat").words(words).input(input).finish().exits(status);
    }
}

#[test]
fn report_keeps_its_files_while_their_directory_comes_and_goes() {
    let dir = tempfile::tempdir().unwrap();
    let [here, away] = ["here", "away"].map(|name| dir.path().join(name));
    fs::create_dir(&here).unwrap();
    let words = "--textfile here/x.prom --svg here/x.svg --fail-if mean>0";
    let report = Program::new("report").words(words).dir(&dir);
    let mut running = report.stdin(Stdio::piped()).start();
    let mut stdin = running.stdin();
    writeln!(stdin, "{RECORD}").unwrap();
    running.wait_for_lines(1);
    let is_there = |name: &&str| here.join(name).exists();
    running.wait_until("both are there", || ["x.prom", "x.svg"].iter().all(is_there));
    fs::rename(&here, &away).unwrap();
    writeln!(stdin, "{RECORD}").unwrap();
    running.wait_for_message("x.prom\": No such file or directory: trying again every second");
    fs::rename(&away, &here).unwrap();
    writeln!(stdin, "{RECORD}\n{{\"n\":1}}").unwrap();
    running.wait_for_message("x.prom\" again");
    drop(stdin);
    // The condition holds.
    running.finish().exits(1);
}

#[test]
fn conv_polls_a_file_that_comes_and_goes() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    for name in ["a", "b"] {
        fs::write(path(name), "7\n").unwrap();
    }
    let words = "--poll a --poll b --stamp --period 1ms --plausible 0..9";
    let running = Program::new("conv").words(words).dir(&dir).start();
    running.wait_for_lines(3);
    fs::remove_file(path("a")).unwrap();
    fs::write(path("b"), "x\n").unwrap();
    running.wait_for_message("conv: ");
    fs::write(path("new"), "8\n").unwrap();
    fs::rename(path("new"), path("a")).unwrap();
    fs::write(path("b"), "7\n").unwrap();
    let before = running.lines();
    running.wait_for_lines(before + 3);
    running.signal(Signal::SIGINT);
    running.finish().exits(3);
}

/// Bytes for which a narrow pipe has room.
const ROOM: usize = 4096;

#[test]
fn messages_that_nobody_takes_for_a_while_are_said_later() {
    for (program, words, bad, good) in [
        ("conv", "--from -", "x", "1"),
        ("stat", "--every 1", "x", "1"),
        ("report", "", "x", RECORD),
    ] {
        let (mut reader, mut writer) = narrow_pipe();
        writer.write_all(&[b'\n'; ROOM]).unwrap();
        let program = Program::new(program).words(words).stderr(writer);
        let mut running = program.stdin(Stdio::piped()).start();
        let mut stdin = running.stdin();
        writeln!(stdin, "{bad}\n{good}").unwrap();
        running.wait_for_lines(1);
        read_some(&mut reader, ROOM);
        let reader = thread::spawn(|| std::io::read_to_string(reader).unwrap());
        drop(stdin);
        running.finish().exits(3);
        let said = reader.join().unwrap();
        assert!(said.contains("line 1: "), "{said}");
    }
}

fn stages_that_were_suspended_at_any_call_go_on(via: &str) {
    let dir = tempfile::tempdir().unwrap();
    let conv = ["--conv", "--period 20ms", "--stat", "--every 1", "--log", "--sync 10ms run.log"];
    let running = launcher(via).args(conv).dir(&dir).start();
    running.wait_for_lines(1);
    let children = proc::children(running.pid());
    assert_eq!(children.len(), 5, "{running}");
    let each = |signal| {
        let signal = |pid: &Pid| kill(*pid, signal).unwrap();
        children.values().for_each(signal);
    };
    for _ in 0..20 {
        each(Signal::SIGSTOP);
        let is_stopped = |pid: &Pid| proc::status(*pid, "State").starts_with('T');
        running.wait_until("all are stopped", || children.values().all(is_stopped));
        let before = running.lines();
        each(Signal::SIGCONT);
        running.wait_for_lines(before + 1);
    }
    running.signal(Signal::SIGTERM);
    running.finish().exits(0);
}
