//! A live view whose terminal is paused: it slows nothing down.

use wandler_tests::turns::FULL_SPEED;

use super::*;

/// Samples that are taken while the terminal is paused: one second of them, or `WANDLER_PAUSE` seconds.
fn samples() -> (usize, bool) {
    let seconds = std::env::var("WANDLER_PAUSE").ok().map(|it| it.parse().expect("a number"));
    (100_000 * seconds.unwrap_or(1), seconds.is_some())
}

/// Runs the live view in this way, pauses it, and lets it go on.
fn pauses(script: &str, ends: &[&str]) {
    let (dir, mut terminal) = (tempfile::tempdir().unwrap(), Terminal::new(120, 24));
    let _turn = FULL_SPEED.take();
    let script = format!("trap : INT; {script}; echo \"done $?\"");
    let running = terminal.bash(&script, dir.path(), &[]);
    terminal.wait_for("histogram");
    let log = dir.path().join("run.log");
    let length = || fs::metadata(&log).unwrap().len();
    // Ctrl-S.
    terminal.types("\x13");
    running.wait_until("the terminal is held", || terminal.is_held());
    let (before, (samples, is_quiet)) = (length(), samples());
    // All samples have one digit, and so two bytes.
    running.wait_until("much is recorded", || length() > before + 2 * samples as u64);
    let shown = terminal.received().len();
    // Ctrl-Q.
    terminal.types("\x11");
    running.wait_until("it is drawn again", || terminal.received().len() > shown);
    terminal.types("\x03");
    running.finish().exits(0);
    terminal.wait_for("done ");
    let rows = terminal.rows();
    assert_eq!(rows.last().unwrap(), "done 0", "{rows:?}");
    let told = rows.iter().find(|row| ends.iter().all(|it| row.contains(it)));
    let told = told.unwrap_or_else(|| panic!("{ends:?}: {rows:?}"));
    let missed = missed(told);
    // On a busy machine conv waits for a processor now and then, with or without a pipeline behind it; one
    // that waits for the terminal misses nearly all.
    let most = if is_quiet { 0 } else { samples / 2 };
    assert!(missed <= most, "{missed} ticks missed: {rows:?}");
}

/// How many ticks were missed, in a summary.
fn missed(summary: &str) -> usize {
    let number = |text: &str| text.split([' ', ',']).rfind(|it| !it.is_empty())?.parse().ok();
    summary.split_once(" ticks missed").and_then(|(before, _)| number(before)).unwrap_or(0)
}

#[test]
fn in_the_launcher_a_paused_terminal_costs_no_tick() {
    let stat = "--stat='--every 1ms'";
    let conv = "--conv='--rate 100k --range 0..9'";
    pauses(&format!("launcher {conv} {stat} --log run.log"), &["launcher: ", " recorded"]);
}

#[test]
fn in_a_shell_pipeline_a_paused_terminal_costs_no_tick() {
    let conv = "conv --rate 100k --range 0..9";
    let stat = "stat --every 1ms --histogram 9";
    pauses(&format!("{conv} | tee -i >(log run.log) | {stat} | report"), &["conv: "]);
}
