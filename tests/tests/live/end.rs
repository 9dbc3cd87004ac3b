//! The end of the live view: the terminal is as it was, however that comes about.

use nix::sys::signal::{Signal, kill};
use wandler_tests::turns::FULL_SPEED;

use super::*;

/// Runs the live view to the end that `end` brings about, and checks that the terminal is as it was.
fn ends(status: i32, told: &str, end: impl FnOnce(&mut Terminal, Pid)) {
    let dir = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::new(120, 24);
    let before = terminal.modes();
    let running = launched(&terminal, dir.path(), "--conv '--rate 200'");
    terminal.wait_for("histogram");
    end(&mut terminal, launcher(&running));
    running.finish().exits(0);
    terminal.wait_for("done ");
    let rows = terminal.rows();
    assert_eq!(rows.last().unwrap(), &format!("done {status}"), "{}", rows.join("\n"));
    assert!(rows.iter().any(|row| row == told || told.is_empty()), "{}", rows.join("\n"));
    assert!(rows[rows.len() - 2].starts_with("launcher: "), "{}", rows.join("\n"));
    assert_eq!(terminal.cursor(), Some((rows.len() as u16, 0)), "it is shown, below everything");
    assert_eq!(terminal.modes(), before);
    // The last state remains, exactly once; if report was killed, the launcher clears it away.
    let panels = rows.iter().filter(|row| row.contains("samples   ")).count();
    assert_eq!(panels, usize::from(!told.contains("report was killed")), "{rows:?}");
}

#[test]
fn ctrl_c_leaves_the_terminal_as_it_was() {
    ends(0, "", |terminal, _| terminal.types("\x03"));
}

#[test]
fn a_signal_to_the_launcher_leaves_the_terminal_as_it_was() {
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        ends(0, "", |_, launcher| kill(launcher, signal).unwrap());
    }
}

#[test]
fn any_stage_that_is_killed_leaves_the_terminal_as_it_was() {
    for name in ["conv", "tee", "log", "stat", "report"] {
        let told = proc::told_of_killed(name);
        ends(1, &told, |terminal, launcher| {
            kill(proc::children(launcher)[name], Signal::SIGKILL).unwrap();
            if matches!(name, "stat" | "report") {
                terminal.wait_for(&told);
                kill(launcher, Signal::SIGTERM).unwrap();
            }
        });
    }
}

#[test]
fn ctrl_c_in_a_shell_pipeline_leaves_messages_and_the_last_state_whole() {
    let dir = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::new(120, 24);
    let before = terminal.modes();
    let script = "trap : INT; conv --rate 200 | stat --histogram 9 | report; echo \"done $?\"";
    let running = terminal.bash(script, dir.path(), &[]);
    terminal.wait_for("histogram");
    terminal.types("\x03");
    running.finish().exits(0);
    terminal.wait_for("done ");
    let rows = terminal.rows();
    let told = |row: &&String| row.contains("conv: ") && row.ends_with(" ticks missed");
    assert_eq!(rows.iter().filter(told).count(), 1, "{}", rows.join("\n"));
    assert_eq!(rows.iter().filter(|row| row.contains("samples   ")).count(), 1, "{rows:?}");
    assert_eq!(rows.last().unwrap(), "done 0");
    assert_eq!(terminal.modes(), before);
}

#[test]
fn the_end_of_the_input_leaves_the_terminal_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let terminal = Terminal::new(80, 24);
    let before = terminal.modes();
    let script = "conv --rate max --count 1000 2> /dev/null | stat | report; echo \"done $?\"";
    terminal.bash(script, dir.path(), &[]).finish().exits(0);
    terminal.wait_for("done ");
    let rows = terminal.rows();
    assert_eq!(rows.last().unwrap(), "done 0");
    assert_eq!(terminal.cursor(), Some((rows.len() as u16, 0)));
    assert_eq!(terminal.modes(), before);
}

#[test]
fn a_terminal_that_is_held_keeps_neither_the_log_nor_the_launcher_nor_what_is_said_elsewhere() {
    for elsewhere in ["", "2> told"] {
        let (dir, mut terminal) = (tempfile::tempdir().unwrap(), Terminal::new(80, 24));
        let _turn = FULL_SPEED.take();
        let launcher_line =
            "launcher --grace 1s --conv '--rate max' --stat '--every 10ms' --log run.log";
        let script = format!("{launcher_line} {elsewhere}; echo $? > status");
        let running = terminal.bash(&script, dir.path(), &[]);
        terminal.wait_for("samples");
        let launcher = launcher(&running);
        // Ctrl-S.
        terminal.types("\x13");
        running.wait_until("the terminal is held", || terminal.is_held());
        kill(launcher, Signal::SIGTERM).unwrap();
        let file = |name| fs::read_to_string(dir.path().join(name)).unwrap_or_default();
        running.wait_until("the launcher has ended", || file("status").ends_with('\n'));
        // Ctrl-Q.
        terminal.types("\x11");
        running.finish().exits(0);
        assert_eq!(file("status"), "1\n");
        let lines = file("run.log").lines().count();
        if !elsewhere.is_empty() {
            let killed = "launcher: report did not end within 1s, and was killed\n";
            let account = format!("launcher: {lines} samples sent, {lines} recorded, ");
            let told = file("told");
            assert!(told.starts_with(killed) && told.contains(&account), "{lines} lines\n{told}");
        }
    }
}
