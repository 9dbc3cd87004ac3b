//! What hangs, and what it holds up: a reading, a program that does not start, a report that cannot be
//! written, somebody who holds a descriptor open. Only what hangs pays.

use std::fs;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use wandler_tests::account::{closing, count};
use wandler_tests::lease::Lease;
use wandler_tests::programs::program;
use wandler_tests::run::Program;
use wandler_tests::stand_ins::{BEGINS, launcher_with};
use wandler_tests::via::launcher;
use wandler_tests::{over_every_transport, proc};

over_every_transport!(a_report_that_cannot_be_written_does_not_end_the_recording_unless_asked_to,);

/// A converter that sends two samples and hangs, whatever it is asked.
const HUNG: &str = "printf '7\\n8\\n'; trap '' TERM; exec sleep 1000";

#[test]
fn a_reading_that_hangs_ends_after_the_grace_and_the_rest_in_order() {
    let hung = format!("{BEGINS} {HUNG}");
    let programs = launcher_with("conv", Some(&hung));
    // (A script knows no other transports.)
    for via in ["pipe", "fifo", "socket"] {
        let dir = tempfile::tempdir().unwrap();
        let program = Program::other(programs.path().join("launcher"));
        let program = program.args(["--via", via, "--grace", "1s", "--log", "run.log"]).dir(&dir);
        let running = program.start();
        running.wait_for_lines(1);
        running.wait_until("both are recorded", || {
            fs::read_to_string(dir.path().join("run.log")).is_ok_and(|log| log == "7\n8\n")
        });
        running.signal_group(Signal::SIGINT);
        let account = "unknown sent, 2 recorded, 2 counted, unknown rejected";
        running.finish().exits(1).says(&[
            "launcher: conv did not end within 1s, and was killed".to_owned(),
            format!("launcher: {account}; not settled: conv left no account"),
        ]);
    }
}

#[test]
fn a_first_reading_that_fails_is_rejected_like_any_other() {
    // Address 0 of a process cannot be read: EIO.
    let finished =
        Program::new("conv").words("--poll /proc/self/mem --period 10ms --duration 15ms");
    let failed = "cannot read \"/proc/self/mem\": Input/output error";
    let told = |number| format!("conv: reading {number}: {failed}");
    let finished = finished.finish().exits(3).writes("");
    let rejected = finished.stderr.lines().count() - 1;
    let mut said: Vec<String> = (1..=rejected).map(told).collect();
    assert!(rejected > 0, "{finished}");
    // A busy machine may miss the second tick.
    match rejected {
        2 => said.push(closing(0, 2)),
        _ => said.extend(finished.stderr.lines().last().map(str::to_owned)),
    }
    finished.says(&said);
}

fn a_report_that_cannot_be_written_does_not_end_the_recording_unless_asked_to(via: &str) {
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let options = ["--conv", "--rate 10k", "--stat", "--every 1", "--log", "run.log"];
    for stop_with in [&["--stop-with", "stat,report"][..], &[]] {
        let dir = tempfile::tempdir().unwrap();
        let program = launcher(via).args(stop_with).args(options).dir(&dir).stdout(full());
        let running = program.start();
        let mut said = vec![
            "report: cannot write standard output: No space left on device".to_owned(),
            "launcher: report ended with status 1".to_owned(),
        ];
        if stop_with.is_empty() {
            said[1] += ": the recording goes on without it";
            running.wait_for_message(&said[1]);
            // The file may not have been made yet.
            let length = || fs::metadata(dir.path().join("run.log")).map_or(0, |file| file.len());
            let before = length();
            running.wait_until("recording goes on", || length() > before + 10_000);
            running.signal(Signal::SIGTERM);
        }
        let finished = running.finish().exits(1);
        let sent = count(&finished, "samples sent").unwrap_or_else(|| panic!("{finished}"));
        let account = format!("launcher: {sent} samples sent, {sent} recorded, {sent} counted");
        let last = finished.stderr.lines().last().unwrap_or_default();
        assert!(last.starts_with(&account), "{finished}");
        assert_eq!(finished.stderr.lines().take(2).collect::<Vec<_>>(), said, "{finished}");
        assert_eq!(finished.stderr.lines().count(), 3, "{finished}");
    }
}

#[test]
fn a_program_that_hangs_before_it_begins_leaves_the_launcher_its_ears() {
    let programs = launcher_with("log", None);
    let (log, dir) = (programs.path().join("log"), tempfile::tempdir().unwrap());
    let lease = Lease::on(&log);
    let program = Program::other(programs.path().join("launcher"));
    let options = ["--grace", "1s", "--log", "run.log"];
    let running = program.args(options).dir(&dir).start();
    running.wait_until("log hangs, and the others are there", || {
        let children = proc::children(running.pid());
        let others = ["conv", "stat", "report", "tee"];
        lease.is_awaited() && others.iter().all(|name| children.contains_key(*name))
    });
    running.signal(Signal::SIGTERM);
    let given_up = "launcher: not every stage became ready in time: none has begun";
    let killed = "launcher: log did not end within 1s, and was killed";
    running.finish().exits(1).writes("").says(&[given_up, killed]);
    assert!(!dir.path().join("run.log").exists());
}

#[test]
fn somebody_who_holds_a_ledger_open_does_not_keep_the_launcher() {
    let script = format!(
        "sleep 1000 < /dev/null > /dev/null 2>&1 & echo $! > holder; exec {} \"$@\"",
        program("report").display()
    );
    let (programs, dir) = (launcher_with("report", Some(&script)), tempfile::tempdir().unwrap());
    let program = Program::other(programs.path().join("launcher"));
    let finished = program.args(["--conv", "--rate max --count 5"]).dir(&dir).finish();
    let holder = fs::read_to_string(dir.path().join("holder")).unwrap();
    kill(Pid::from_raw(holder.trim().parse().unwrap()), Signal::SIGKILL).unwrap();
    finished.exits(0).says(&["launcher: 5 samples sent, 5 recorded, 5 counted, 0 rejected"]);
}
