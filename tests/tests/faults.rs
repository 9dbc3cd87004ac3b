//! The fault matrix of the processes: each of them × each signal × idle, at full speed, and at full speed
//! with rows of two channels, without times and with them. Checked are the disk, the counts, the messages
//! and the status. (The rows for the disk are in `full_disk`, `log_file` and `disk_faults`; SIGKILL over
//! every kind of transport, a hundred times if wanted, is in `stop`.)

use std::fs;
use std::path::Path;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use stage::format::time::Time;
use wandler_tests::account::count;
use wandler_tests::proc;
use wandler_tests::run::{Finished, Program, Running};
use wandler_tests::turns::{FULL_SPEED, Turn};

const PROCESSES: [&str; 6] = ["conv", "tee", "log", "stat", "report", "launcher"];

/// How busy the pipeline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Load {
    Idle,
    FullSpeed,
    Rows,
    TimedRows,
}

const LOADS: [Load; 4] = [Load::Idle, Load::FullSpeed, Load::Rows, Load::TimedRows];

impl Load {
    /// What is sent, in the account.
    fn sent(self) -> &'static str {
        match self {
            Load::Idle | Load::FullSpeed => "samples sent",
            Load::Rows | Load::TimedRows => "rows of 2 channels sent",
        }
    }

    /// What the recording begins with.
    fn header(self) -> &'static str {
        match self {
            Load::Idle | Load::FullSpeed => "",
            Load::Rows => "a\tb\n",
            Load::TimedRows => "time\ta\tb\n",
        }
    }

    /// What the last line of a report begins with.
    fn last(self) -> &'static str {
        match self {
            Load::Idle | Load::FullSpeed => "",
            Load::Rows | Load::TimedRows => "b  ",
        }
    }
}

/// A pipeline that has begun to record in `dir`, and the turn that it takes. All samples have six
/// digits.
fn pipeline(dir: &Path, load: Load) -> (Running, Option<Turn>) {
    let turn = (load != Load::Idle).then(|| FULL_SPEED.take());
    let rate = match load {
        Load::Idle => "--period 50ms",
        Load::FullSpeed => "--rate max",
        Load::Rows => "--rate max --signal uniform,walk --names a,b",
        Load::TimedRows => "--rate max --signal uniform,walk --names a,b --stamp",
    };
    let conv = format!("{rate} --range 100000..999999");
    let log = "--sync 50ms run.log";
    let running = Program::new("launcher").args(["--conv", &conv, "--log", log]).dir(dir).start();
    running.wait_for_lines(2);
    (running, turn)
}

fn pid_of(running: &Running, process: &str) -> Pid {
    match process {
        "launcher" => running.pid(),
        stage => proc::children(running.pid())[stage],
    }
}

/// The lines that are recorded, each of them a whole row, except the last if it may be torn.
#[track_caller]
fn recorded(dir: &Path, load: Load, may_be_torn: bool) -> u64 {
    let log = fs::read_to_string(dir.join("run.log")).unwrap();
    let rows = log.strip_prefix(load.header()).unwrap_or_else(|| panic!("no header: {log:.40}"));
    let mut lines: Vec<&str> = rows.split('\n').collect();
    let rest = lines.pop().unwrap();
    assert!(may_be_torn || rest.is_empty(), "torn: {rest:?}");
    let count = lines.len() as u64;
    if may_be_torn {
        lines.pop();
    }
    let names: Vec<&str> = load.header().trim_end().split('\t').collect();
    let is_cell = |(name, text): (&&str, &str)| match *name {
        "time" => Time::parse(text.as_bytes()).is_some(),
        _ => text.len() == 6 && text.parse::<u32>().is_ok(),
    };
    let is_row = |line: &str| {
        let cells = || line.split('\t');
        cells().count() == names.len() && names.iter().zip(cells()).all(is_cell)
    };
    let odd = lines.iter().find(|line| !is_row(line));
    assert_eq!(odd, None, "of {count} lines");
    count
}

/// Everything that was sent is recorded and counted, there are no other messages, and the status is 0.
#[track_caller]
fn is_settled(finished: &Finished, load: Load, dir: &Path) {
    let what = load.sent();
    let sent = count(finished, what).unwrap_or_else(|| panic!("{finished}"));
    let account = format!("launcher: {sent} {what}, {sent} recorded, {sent} counted");
    assert_eq!(finished.code(), 0, "{finished}");
    assert!(finished.stderr.starts_with(&account), "{finished}");
    assert_eq!(finished.stderr.lines().count(), 1, "{finished}");
    assert_eq!(recorded(dir, load, false), sent, "{finished}");
}

#[test]
fn a_process_that_is_killed_is_named_and_the_account_says_what_is_known() {
    for load in LOADS {
        for process in PROCESSES {
            let dir = tempfile::tempdir().unwrap();
            let (running, _turn) = pipeline(dir.path(), load);
            kill(pid_of(&running, process), Signal::SIGKILL).unwrap();
            let group = running.pid();
            if matches!(process, "stat" | "report") {
                running.wait_for_message(&proc::told_of_killed(process));
                let length = || fs::metadata(dir.path().join("run.log")).unwrap().len();
                let before = length();
                running.wait_until("recording goes on", || length() > before);
                running.signal(Signal::SIGTERM);
            }
            let finished = running.finish();
            let lines = recorded(dir.path(), load, matches!(process, "conv" | "tee" | "log"));
            if process == "launcher" {
                let finished = finished.exits(128 + 9).says(&[""; 0]);
                let last = finished.stdout.lines().last().unwrap_or_default();
                let counts_all = format!("  {last}").contains(&format!("  n {lines}  "));
                assert!(last.starts_with(load.last()) && counts_all, "{lines} lines\n{finished}");
                proc::wait_until_gone(group);
                continue;
            }
            let told = proc::told_of_killed(process);
            let finished = finished.exits(1).mentions(&told);
            let known = |what| count(&finished, what);
            let (sent, counted) = (known(load.sent()), known("counted"));
            assert_eq!(sent.is_some(), process != "conv", "{finished}");
            assert_eq!(known("recorded"), (process != "log").then_some(lines), "{finished}");
            assert_eq!(counted.is_some(), process != "stat", "{finished}");
            if !matches!(process, "conv" | "tee" | "log") {
                assert_eq!(sent, Some(lines), "{finished}");
            }
            if process == "report" {
                assert_eq!(counted, sent, "{finished}");
            }
        }
    }
}

#[test]
fn a_process_that_is_stopped_for_a_while_costs_nothing() {
    for load in LOADS {
        for process in PROCESSES {
            let dir = tempfile::tempdir().unwrap();
            let (running, _turn) = pipeline(dir.path(), load);
            let pid = pid_of(&running, process);
            running.stop(pid);
            match (load, process) {
                (Load::FullSpeed | Load::Rows | Load::TimedRows, "tee" | "log" | "stat") => {
                    running.wait_until_blocked(pid_of(&running, "conv"));
                }
                (_, "stat" | "report" | "launcher") => {
                    let length = || fs::metadata(dir.path().join("run.log")).unwrap().len();
                    let before = length();
                    running.wait_until("recording goes on", || length() > before);
                }
                // It leaves no trace.
                _ => {}
            }
            kill(pid, Signal::SIGCONT).unwrap();
            running.signal_group(Signal::SIGINT);
            is_settled(&running.finish(), load, dir.path());
        }
    }
}

#[test]
fn a_process_that_is_asked_to_stop_ends_the_pipeline_or_waits_for_its_end() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        for load in LOADS {
            for process in PROCESSES {
                let dir = tempfile::tempdir().unwrap();
                let (running, _turn) = pipeline(dir.path(), load);
                let pid = pid_of(&running, process);
                kill(pid, signal).unwrap();
                if !matches!(process, "conv" | "launcher") {
                    // It reads on until its input ends: a record that comes later shows it.
                    running.wait_for_lines(running.lines() + 2);
                    running.signal(Signal::SIGTERM);
                }
                is_settled(&running.finish(), load, dir.path());
            }
        }
    }
}
