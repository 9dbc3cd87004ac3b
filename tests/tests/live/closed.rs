//! The terminal goes: its window is closed, or its connection cut. It is a reader that left: everything
//! is recorded, and the status is 0.

use super::*;

/// Runs a script in a window, closes that, and checks that all is recorded, which the script says in
/// `said`, and its status, in `status`.
fn ends_well(script: &str) {
    let dir = tempfile::tempdir().unwrap();
    let terminal = Terminal::new(120, 24);
    let running = terminal.bash(&format!("{script} 2> said; echo $? > status"), dir.path(), &[]);
    terminal.wait_for("samples ");
    terminal.close();
    let file = |name| fs::read_to_string(dir.path().join(name)).unwrap_or_default();
    running.wait_until(&format!("{script} has ended"), || file("status").ends_with('\n'));
    drop(running);
    let (said, lines) = (file("said"), file("run.log").lines().count());
    let account =
        format!("launcher: {lines} samples sent, {lines} recorded, {lines} counted, 0 rej");
    assert!(said.starts_with(&account) && said.lines().count() == 1, "{script}: {said}");
    assert_eq!(file("status"), "0\n", "{script}: {said}");
}

/// What is run in the window.
const LAUNCHER: &str = "launcher --conv '--rate 1k' --log run.log";

#[test]
fn a_window_that_is_closed_ends_the_pipeline_in_order() {
    // The shell hears the hang-up, and goes on after the launcher, which hears it or not.
    for trap in [":", ""] {
        ends_well(&format!("trap '{trap}' HUP; {LAUNCHER}"));
    }
}

#[test]
fn a_window_that_is_closed_is_a_reader_that_left_for_another_session() {
    ends_well(&format!("trap '' HUP; setsid --wait {LAUNCHER}"));
}

#[test]
fn a_window_that_is_closed_ends_the_launcher_that_leads_its_session() {
    let (dir, terminal) = (tempfile::tempdir().unwrap(), Terminal::new(120, 24));
    let running = terminal.bash(&format!("exec {LAUNCHER} 2> said"), dir.path(), &[]);
    terminal.wait_for("samples ");
    terminal.close();
    running.finish().exits(0);
    let file = |name| fs::read_to_string(dir.path().join(name)).unwrap();
    let lines = file("run.log").lines().count();
    let account = format!("launcher: {lines} samples sent, {lines} recorded, {lines} counted");
    assert!(file("said").starts_with(&account), "{}", file("said"));
}

#[test]
fn what_has_nothing_to_do_with_the_window_goes_on_without_it() {
    for script in [
        format!("nohup {LAUNCHER} > out 2> said & echo $! > pid; wait"),
        format!("{LAUNCHER} > out 2> said < /dev/null & disown; echo $! > pid; sleep 1000"),
        format!(
            "setsid bash -c \"echo \\$\\$ > pid; exec {LAUNCHER} > out 2> said\" & wait; sleep 1000"
        ),
    ] {
        let (dir, terminal) = (tempfile::tempdir().unwrap(), Terminal::new(120, 24));
        // As an interactive shell does: each job has a group of its own.
        let running = terminal.bash(&format!("set -m; {script}"), dir.path(), &[]);
        let file = |name| fs::read_to_string(dir.path().join(name)).unwrap_or_default();
        running.wait_until("it has begun", || file("out").lines().count() > 1);
        terminal.close();
        let before = file("run.log").lines().count();
        running.wait_until("it goes on", || file("run.log").lines().count() > before + 1000);
        let pid = Pid::from_raw(file("pid").trim().parse().unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        running.wait_until("it has ended", || file("said").contains(" counted"));
        let lines = file("run.log").lines().count();
        let account =
            format!("{lines} samples sent, {lines} recorded, {lines} counted, 0 rejected");
        assert!(file("said").contains(&account), "{script}: {}", file("said"));
    }
}
