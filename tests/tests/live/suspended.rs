//! Ctrl-Z and `fg`: the shell gets a terminal without the panel, and the panel comes back whole.

use super::*;

/// Suspends what the script runs in the foreground, and continues it.
fn is_suspended_and_continued(script: &str) {
    let (dir, mut terminal) = (tempfile::tempdir().unwrap(), Terminal::new(120, 24));
    let script = format!(
        "trap : INT; set -m; {script}; echo stopped; read line; fg > /dev/null; echo \"done $?\""
    );
    let running = terminal.bash(&script, dir.path(), &[]);
    terminal.wait_for("histogram");
    // Ctrl-Z.
    terminal.types("\x1a");
    // The shell says which job is stopped, between two lines of ours.
    terminal.wait("it is stopped", |rows| rows.last().is_some_and(|row| row == "stopped"));
    let rows = terminal.rows();
    assert_eq!(rows.len(), 3, "nothing of the panel is left: {}", rows.join("\n"));
    assert!(rows[1].starts_with("[1]+  Stopped  "), "{}", rows.join("\n"));
    terminal.types("\n");
    terminal.wait_for("samples   ");
    terminal.types("\x03");
    running.finish().exits(0);
    terminal.wait_for("done 0");
    let rows = terminal.rows();
    assert_eq!(rows.iter().filter(|row| row.contains("samples   ")).count(), 1, "{rows:?}");
}

#[test]
fn in_the_launcher_the_panel_is_cleared_and_drawn_anew() {
    is_suspended_and_continued("launcher --conv '--rate 200' --log run.log");
}

#[test]
fn in_a_shell_pipeline_the_panel_is_cleared_and_drawn_anew() {
    is_suspended_and_continued("conv --rate 200 2> told | stat --histogram 9 | report");
}
