//! Stopping: by every signal, of every process, at full speed, at any moment.
//!
//! Each test runs a few rounds at random moments; `WANDLER_ROUNDS=100` runs a hundred.

use std::collections::BTreeSet;
use std::fs;
use std::io::PipeWriter;
use std::path::Path;
use std::time::{Duration, SystemTime};

use nix::sys::signal::{Signal, kill};
use wandler_tests::abuse::{is_full, narrow_pipe, read_some};
use wandler_tests::account::count;
use wandler_tests::run::{Finished, Program, Running};
use wandler_tests::turns::{FULL_SPEED, Turn};
use wandler_tests::via::{has_left_a_queue, launcher};
use wandler_tests::{over_every_transport, proc, rounds};

over_every_transport!(
    ctrl_c_loses_nothing,
    a_signal_to_the_launcher_alone_loses_nothing,
    a_stage_that_is_killed_is_named_and_the_log_agrees_with_the_account,
    when_the_launcher_is_killed_the_stages_end_and_what_was_sent_is_recorded,
    when_the_launcher_and_a_stage_are_killed_at_once_the_rest_ends,
    a_stage_that_dies_while_the_launcher_cannot_tell_is_noticed,
    ctrl_c_right_after_the_start_ends_it_in_order,
    a_stopped_stage_goes_on_after_the_grace_and_loses_nothing,
    a_report_that_hangs_is_killed_after_the_grace_and_the_log_keeps_everything,
    a_reader_of_everything_that_hangs_does_not_keep_the_launcher,
    a_second_ctrl_c_or_a_quit_kills_at_once,
    an_ignored_interrupt_stays_ignored_and_sigterm_still_ends_it,
    an_ignored_sigterm_keeps_neither_ctrl_c_nor_the_launchers_death_from_the_stages,
);

/// A pipeline at full speed that has begun to record in `dir`, and the turn that it takes.
fn at_full_speed(via: &str, dir: &Path) -> (Running, Turn) {
    let turn = FULL_SPEED.take();
    let arguments = ["--conv", "--rate max --range 100000..999999", "--log", "--sync 50ms run.log"];
    // Leftovers in the directory of temporary files are found by the same search.
    let running = launcher(via).args(arguments).dir(dir).env("TMPDIR", dir).start();
    running.wait_for_lines(1);
    (running, turn)
}

/// Waits for a random part of a fifth of a second: not for something to happen, but so that what
/// happens next may come at any moment.
fn random_pause() {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    std::thread::sleep(Duration::from_micros(u64::from(now.subsec_nanos()) % 200_000));
}

/// What is found in the places where inter-process communication leaves things behind.
fn traces() -> BTreeSet<String> {
    let mut traces = BTreeSet::new();
    let entries = fs::read_dir("/dev/shm").into_iter().flatten().flatten();
    traces.extend(entries.map(|entry| entry.path().display().to_string()));
    for kind in ["msg", "sem", "shm"] {
        // A line for each System V object, below a header.
        let text = fs::read_to_string(format!("/proc/sysvipc/{kind}")).unwrap_or_default();
        traces.extend(text.lines().skip(1).map(|line| format!("{kind} {line}")));
    }
    // Except where the benchmark works, in case it runs at the same time.
    traces.retain(|trace| !trace.starts_with("/dev/shm/wandler-bench-"));
    traces
}

/// Checks what holds however the pipeline was stopped: the log agrees with the account, every
/// line of it is whole (but the last, if `log` itself was killed), and nothing is left behind.
fn check(
    via: &str,
    dir: &Path,
    finished: &Finished,
    group: nix::unistd::Pid,
    before: &BTreeSet<String>,
) {
    let carries_whole_lines = matches!(via, "mqueue" | "shm");
    let log = fs::read(dir.join("run.log")).unwrap();
    let log_lives = !finished.stderr.contains("launcher: log was killed");
    assert!(!log_lives || log.ends_with(b"\n"), "a torn line\n{finished}");
    let lines = log.iter().filter(|&&byte| byte == b'\n').count() as u64;
    if let Some(recorded) = count(finished, "recorded") {
        assert_eq!(recorded, lines, "{finished}");
    }
    // All samples have six digits. A process that is killed while writing may cut the last one short;
    // where transports carry whole lines, only log itself can.
    let writers = if carries_whole_lines { &["log"][..] } else { &["conv", "tee", "log"] };
    let writer_killed = writers
        .iter()
        .any(|name| finished.stderr.contains(&format!("launcher: {name} was killed")));
    let mut words: Vec<&[u8]> = log.split(|&byte| byte == b'\n').collect();
    words.pop_if(|word| word.is_empty() || !log_lives);
    words.pop_if(|_| writer_killed);
    for word in words {
        let whole = word.len() == 6 && word.iter().all(u8::is_ascii_digit);
        assert!(whole, "{:?}\n{finished}", String::from_utf8_lossy(word));
    }
    assert_eq!(proc::alive(group), [], "left behind\n{finished}");
    let files: Vec<_> = fs::read_dir(dir).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(files, ["run.log"], "{finished}");
    assert_eq!(&traces(), before, "{finished}");
    assert!(!has_left_a_queue(group), "{finished}");
}

/// Runs a pipeline that `stop` stops at a random moment.
fn stopped(via: &str, stop: impl Fn(&Running)) -> Finished {
    let dir = tempfile::tempdir().unwrap();
    let before = traces();
    let (running, _turn) = at_full_speed(via, dir.path());
    random_pause();
    stop(&running);
    let group = running.pid();
    let finished = running.finish();
    check(via, dir.path(), &finished, group, &before);
    finished
}

/// Everything went well, and the account is the only message.
fn settled(finished: &Finished) {
    assert_eq!(finished.code(), 0, "{finished}");
    let sent = count(finished, "samples sent").unwrap_or_else(|| panic!("{finished}"));
    let account =
        format!("launcher: {sent} samples sent, {sent} recorded, {sent} counted, 0 rejected\n");
    assert_eq!(finished.stderr, account, "{finished}");
    let last = finished.stdout.lines().last().unwrap_or_default();
    assert!(last.starts_with(&format!("n {sent}  ")), "the last record is shown\n{finished}");
}

fn ctrl_c_loses_nothing(via: &str) {
    for _ in 0..rounds() {
        settled(&stopped(via, |running| running.signal_group(Signal::SIGINT)));
    }
}

fn a_signal_to_the_launcher_alone_loses_nothing(via: &str) {
    for round in 0..rounds() {
        let signals = [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT];
        let signal = signals[round as usize % signals.len()];
        settled(&stopped(via, |running| running.signal(signal)));
    }
}

fn a_stage_that_is_killed_is_named_and_the_log_agrees_with_the_account(via: &str) {
    for _ in 0..rounds() {
        for name in ["conv", "tee", "log", "stat", "report"] {
            let finished = stopped(via, |running| {
                let pid = proc::children(running.pid())[name];
                kill(pid, Signal::SIGKILL).unwrap();
                if matches!(name, "stat" | "report") {
                    running.wait_for_message(&proc::told_of_killed(name));
                    running.signal(Signal::SIGTERM);
                }
            });
            let finished = finished.exits(1).mentions(&proc::told_of_killed(name));
            let (sent, recorded, counted) = (
                count(&finished, "samples sent"),
                count(&finished, "recorded"),
                count(&finished, "counted"),
            );
            match name {
                "conv" => assert!(sent.is_none() && recorded == counted, "{finished}"),
                "tee" => {
                    assert!(sent.is_some() && recorded.is_some() && counted.is_some(), "{finished}")
                }
                "log" => assert!(recorded.is_none() && sent == counted, "{finished}"),
                "stat" => assert!(counted.is_none() && sent == recorded, "{finished}"),
                _ => assert!(sent == recorded && sent == counted, "{finished}"),
            }
        }
    }
}

fn when_the_launcher_is_killed_the_stages_end_and_what_was_sent_is_recorded(via: &str) {
    for _ in 0..rounds() {
        let dir = tempfile::tempdir().unwrap();
        let before = traces();
        let (running, _turn) = at_full_speed(via, dir.path());
        random_pause();
        running.signal(Signal::SIGKILL);
        let group = running.pid();
        // This ends once no process holds the output any more, so all of them have ended.
        let finished = running.finish();
        assert_eq!(finished.code(), 128 + 9, "{finished}");
        assert_eq!(finished.stderr, "");
        proc::wait_until_gone(group);
        check(via, dir.path(), &finished, group, &before);
        let log = fs::read(dir.path().join("run.log")).unwrap();
        let lines = log.iter().filter(|&&byte| byte == b'\n').count();
        let last = finished.stdout.lines().last().unwrap_or_default();
        assert!(last.starts_with(&format!("n {lines}  ")), "{lines} lines\n{finished}");
    }
}

fn ctrl_c_right_after_the_start_ends_it_in_order(via: &str) {
    for _ in 0..rounds() {
        let dir = tempfile::tempdir().unwrap();
        let running = launcher(via).args(["--log", "run.log"]).dir(&dir).start();
        // The first sign of it: from then on it may be at any point of its start.
        let pid = running.pid();
        running.wait_until("the launcher has begun to fork", || !proc::children(pid).is_empty());
        running.signal_group(Signal::SIGINT);
        let finished = running.finish().exits(0);
        assert!(!finished.stderr.contains("killed"), "{finished}");
        assert_eq!(proc::alive(pid), []);
    }
}

fn a_stopped_stage_goes_on_after_the_grace_and_loses_nothing(via: &str) {
    for name in ["conv", "tee", "log", "stat", "report"] {
        let dir = tempfile::tempdir().unwrap();
        let arguments = ["--grace", "1s", "--conv", "--period 10ms", "--log", "run.log"];
        let running = launcher(via).args(arguments).dir(&dir).start();
        running.wait_for_lines(1);
        running.stop(proc::children(running.pid())[name]);
        running.signal_group(Signal::SIGINT);
        let finished = running.finish().exits(0);
        let sent = count(&finished, "samples sent");
        assert!(sent.is_some() && count(&finished, "recorded") == sent, "{finished}");
        assert_eq!(finished.stderr.lines().count(), 1, "{finished}");
    }
}

fn a_report_that_hangs_is_killed_after_the_grace_and_the_log_keeps_everything(via: &str) {
    let dir = tempfile::tempdir().unwrap();
    let (_turn, (mut reader, writer)) = (FULL_SPEED.take(), narrow_pipe());
    // Records come often, so that the pipe to the reader is soon full.
    let arguments =
        ["--grace", "1s", "--conv", "--rate max", "--stat", "--every 100", "--log", "run.log"];
    let copy = writer.try_clone().unwrap();
    let running = launcher(via).args(arguments).dir(&dir).stdout(writer).start();
    read_some(&mut reader, 1);
    wait_until_held_up(&running, copy);
    running.signal(Signal::SIGTERM);
    let finished = running.finish().exits(1);
    let finished = finished.mentions("launcher: report did not end within 1s, and was killed");
    let sent = count(&finished, "samples sent");
    assert!(sent.is_some() && count(&finished, "recorded") == sent, "{finished}");
    assert_eq!(count(&finished, "counted"), sent, "{finished}");
    assert_eq!(finished.stderr.matches("killed").count(), 1, "{finished}");
}

/// Waits until `report` hangs, since `output`, which it writes to, is not read.
fn wait_until_held_up(running: &Running, output: PipeWriter) {
    running.wait_until("the pipe is full", || is_full(&output));
    running.wait_until_blocked(proc::children(running.pid())["report"]);
}

fn a_reader_of_everything_that_hangs_does_not_keep_the_launcher(via: &str) {
    let dir = tempfile::tempdir().unwrap();
    let (_turn, (mut reader, writer)) = (FULL_SPEED.take(), narrow_pipe());
    let [copy, stderr] = [(); 2].map(|()| writer.try_clone().unwrap());
    let arguments =
        ["--grace", "1s", "--conv", "--rate max", "--stat", "--every 100", "--log", "run.log"];
    let launcher = launcher(via).args(arguments).dir(&dir).stdout(writer).stderr(stderr);
    let running = launcher.start();
    read_some(&mut reader, 1);
    wait_until_held_up(&running, copy);
    running.signal(Signal::SIGTERM);
    let finished = running.finish().exits(1);
    let log = fs::read(dir.path().join("run.log")).unwrap();
    assert!(log.ends_with(b"\n"), "{} bytes\n{finished}", log.len());
}

fn a_second_ctrl_c_or_a_quit_kills_at_once(via: &str) {
    for (signal, at) in [(Signal::SIGINT, "the second Ctrl-C"), (Signal::SIGQUIT, "SIGQUIT")] {
        kills_at_once(via, signal, at);
    }
}

fn kills_at_once(via: &str, signal: Signal, at: &str) {
    let dir = tempfile::tempdir().unwrap();
    let running = launcher(via).args(["--grace", "1h", "--log", "run.log"]).dir(&dir).start();
    running.wait_for_lines(1);
    let children = proc::children(running.pid());
    running.stop(children["log"]);
    running.signal_group(Signal::SIGINT);
    let conv = children["conv"];
    running.wait_until("conv has ended", || {
        !proc::children(running.pid()).values().any(|&pid| pid == conv)
    });
    // Longer than the echo of one and the same key press.
    std::thread::sleep(Duration::from_millis(150));
    running.signal_group(signal);
    let finished = running.finish().exits(1);
    let finished = finished.mentions(&format!("launcher: log was killed at {at}"));
    assert_eq!(finished.stderr.matches("killed").count(), 1, "{finished}");
    let sent = count(&finished, "samples sent");
    assert!(sent.is_some() && count(&finished, "recorded").is_none(), "{finished}");
}

fn an_ignored_interrupt_stays_ignored_and_sigterm_still_ends_it(via: &str) {
    let dir = tempfile::tempdir().unwrap();
    let script =
        format!("trap '' INT HUP; exec launcher --via {via} --conv '--period 10ms' --log run.log");
    let running = Program::bash(&script).dir(&dir).start();
    running.wait_for_lines(1);
    running.signal_group(Signal::SIGINT);
    running.signal_group(Signal::SIGHUP);
    running.wait_for_lines(20);
    running.signal(Signal::SIGTERM);
    running.finish().exits(0);
}

fn a_stage_that_dies_while_the_launcher_cannot_tell_is_noticed(via: &str) {
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["--conv", "--period 1h", "--log", "run.log"];
    let running = launcher(via).args(arguments).dir(&dir).start();
    running.wait_for_lines(1);
    let (group, conv) = (running.pid(), proc::children(running.pid())["conv"]);
    running.stop(running.pid());
    kill(conv, Signal::SIGKILL).unwrap();
    running.wait_until("all but the launcher have ended", || proc::alive(group).len() == 1);
    running.signal(Signal::SIGCONT);
    running.finish().exits(1).mentions("launcher: conv was killed by SIGKILL");
}

fn when_the_launcher_and_a_stage_are_killed_at_once_the_rest_ends(via: &str) {
    for conv in ["--rate max", "--period 1h"] {
        for name in ["conv", "tee", "log", "stat", "report"] {
            let (_turn, dir) = (FULL_SPEED.take(), tempfile::tempdir().unwrap());
            let arguments = ["--conv", conv, "--log", "run.log"];
            let running = launcher(via).args(arguments).dir(&dir).start();
            running.wait_for_lines(1);
            random_pause();
            let (group, stage) = (running.pid(), proc::children(running.pid())[name]);
            // While it is stopped, the launcher cannot do anything for the stage.
            running.stop(running.pid());
            kill(stage, Signal::SIGKILL).unwrap();
            running.signal(Signal::SIGKILL);
            running.finish().exits(128 + 9);
            proc::wait_until_gone(group);
        }
    }
}

#[test]
fn a_flood_does_not_drown_a_stop_or_a_deadline() {
    let zeros = "--from /dev/zero --format u8";
    let conv = || Program::new("conv").words(zeros).stdout(std::process::Stdio::null());
    conv().words("--duration 100ms").finish().exits(0);
    let running = conv().start();
    let io = format!("/proc/{}/io", running.pid());
    // Written bytes show that the flood has begun.
    running.wait_until("it writes", || {
        let text = fs::read_to_string(&io).unwrap_or_default();
        text.lines().any(|line| line.starts_with("wchar: ") && line.len() > "wchar: 100000".len())
    });
    running.signal(Signal::SIGINT);
    running.finish().exits(0);
}

fn an_ignored_sigterm_keeps_neither_ctrl_c_nor_the_launchers_death_from_the_stages(via: &str) {
    for signal in [Signal::SIGINT, Signal::SIGKILL] {
        let dir = tempfile::tempdir().unwrap();
        let conv = "--conv '--period 10ms'";
        let script =
            format!("trap '' TERM; exec launcher --via {via} --grace 1h {conv} --log run.log");
        let running = Program::bash(&script).dir(&dir).start();
        running.wait_for_lines(2);
        running.signal(signal);
        let code = if signal == Signal::SIGINT { 0 } else { 128 + signal as i32 };
        running.finish().exits(code);
    }
}
