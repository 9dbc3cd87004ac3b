//! What `conv` rejects in the launcher's pipeline is seen where everything else is: in every form of the
//! report, at once, even if no sample comes.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use wandler_tests::run::{Finished, Program};
use wandler_tests::terminal::Terminal;
use wandler_tests::via::launcher;

wandler_tests::over_every_transport!(
    a_rejection_sets_off_an_alarm_while_no_sample_comes,
    every_form_of_the_report_agrees_with_the_account
);

/// Two samples and three rejections, all of them by `conv`.
const READINGS: &str = "1\n99\nx\n2\n98\n";

/// A FIFO that `conv` reads, and its writer's end.
fn feed(dir: &Path) -> File {
    mkfifo(&dir.join("feed"), Mode::S_IRWXU).unwrap();
    // Opening it for both reading and writing does not block.
    OpenOptions::new().read(true).write(true).open(dir.join("feed")).unwrap()
}

/// The figure behind `rejected` in a panel.
fn rejected(rows: &[String]) -> Option<&str> {
    rows.iter().rev().find_map(|row| row.split_once("rejected ")?.1.split_whitespace().next())
}

#[test]
fn the_live_view_counts_rejections_while_no_sample_comes() {
    let (dir, mut terminal) = (tempfile::tempdir().unwrap(), Terminal::new(80, 24));
    let mut feed = feed(dir.path());
    let script = "launcher --conv '--from feed --plausible 0..10'; echo \"done $?\"";
    let running = terminal.bash(script, dir.path(), &[]);
    for (readings, count) in [("99\n", "1"), ("98\nx\n", "3"), ("1\n", "3"), ("97\n", "4")] {
        feed.write_all(readings.as_bytes()).unwrap();
        terminal.wait(&format!("{count} are rejected"), |rows| rejected(rows) == Some(count));
    }
    terminal.wait_for("samples                 1");
    terminal.types("\u{3}");
    terminal.wait_for("done 3");
    let rows = terminal.rows();
    let (panel, last) = rows.split_at(rows.len() - 2);
    let account = "launcher: 1 samples sent, 1 recorded, 1 counted, 4 rejected";
    assert_eq!((rejected(panel), last), (Some("4"), &[account, "done 3"].map(str::to_owned)[..]));
    running.finish().exits(0);
}

fn a_rejection_sets_off_an_alarm_while_no_sample_comes(via: &str) {
    let dir = tempfile::tempdir().unwrap();
    let mut feed = feed(dir.path());
    let words = ["--conv", "--from feed --plausible 0..10", "--report"];
    let report = "--format json --textfile x.prom --fail-if rejected>0";
    let running = launcher(via).args(words).args([report]).dir(&dir).start();
    feed.write_all(b"99\n").unwrap();
    running.wait_for_message("report: rejected>0 now holds: rejected is 1 (n 0)\n");
    let counts = |count| {
        let metrics = fs::read_to_string(dir.path().join("x.prom")).unwrap_or_default();
        metrics.contains(&format!("\nwandler_rejected_lines_total {count}\n"))
    };
    running.wait_until("the textfile has it", || counts(1));
    feed.write_all(b"98\n").unwrap();
    running.wait_until("the textfile has both", || counts(2));
    running.signal(Signal::SIGTERM);
    let finished = running.finish().exits(1);
    let last = finished.stdout.lines().last().unwrap();
    assert!(last.starts_with("{\"n\":0,\"rejected\":2,"), "{finished}");
    finished.mentions("launcher: 0 samples sent, 0 recorded, 0 counted, 2 rejected");
}

fn every_form_of_the_report_agrees_with_the_account(via: &str) {
    let dir = tempfile::tempdir().unwrap();
    let run = |report: &str| -> Finished {
        let conv = ["--conv", "--from - --plausible 0..10"];
        let finished = launcher(via).args(conv).args(["--report", report]).dir(&dir);
        let finished = finished.input(READINGS).finish();
        finished.mentions("launcher: 2 samples sent, 2 recorded, 2 counted, 3 rejected")
    };
    let last = |finished: &Finished| finished.stdout.lines().last().unwrap().to_owned();
    let plain = run("--format plain").exits(3);
    assert!(last(&plain).ends_with("  last 2  rejected 3"), "{plain}");
    let json = run("--format json").exits(3);
    assert!(last(&json).starts_with("{\"n\":2,\"rejected\":3,"), "{json}");
    let csv = run("--format csv").exits(3);
    assert!(last(&csv).starts_with("2,3,2,"), "{csv}");
    let metric = "\nwandler_rejected_lines_total 3\n";
    let metrics = run("--format openmetrics --textfile x.prom --svg x.svg").exits(3);
    assert!(metrics.stdout.contains(metric), "{metrics}");
    let file = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    assert!(file("x.prom").contains(metric));
    let picture = file("x.svg");
    assert!(picture.contains("\nrejected\n") && picture.contains("\n3\n"), "{picture}");
    run("--fail-if rejected!=3").exits(3);
    run("--fail-if rejected==3").exits(1);
}

#[test]
fn in_a_shell_records_count_what_stat_rejects() {
    let script = "conv --from - --plausible 0..10 | stat | report | tail -n 1";
    let finished = Program::bash(script).input(READINGS).finish().exits(0);
    assert!(finished.stdout.ends_with("  last 2\n"), "{finished}");
}
