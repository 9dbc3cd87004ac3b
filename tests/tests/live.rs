//! The live view on a real terminal. (How it leaves the terminal is in `end`.)

mod closed;
mod end;
mod paused;
mod suspended;

use std::fs;
use std::path::Path;

use nix::unistd::Pid;
use tempfile::TempDir;
use wandler_tests::proc;
use wandler_tests::run::Running;
use wandler_tests::terminal::Terminal;

/// Records whose numbers are known, in a file.
fn records() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let record = |n: u64| {
        let samples = 411_522 * n;
        let sum = 50 * samples;
        format!(
            "{{\"n\":{samples},\"rejected\":0,\"last\":{},\"sum\":{sum},\"mean\":50.123456789,\
             \"sd\":29.1555,\"min\":0,\"max\":100,\"p50\":50,\"p90\":90,\"p99\":99,\
             \"quantiles\":\"exact\",\"histogram\":[[0,20,10],[20,40,20],[40,60,40],[60,80,20],[80,100,10]]}}\n",
            n * 10
        )
    };
    fs::write(dir.path().join("records"), (1..=3).map(record).collect::<String>()).unwrap();
    dir
}

/// The rows, with what depends on the machine's speed left out: the rate and the time.
fn steady(rows: &[String]) -> Vec<String> {
    let without = |row: &String, label: &str| match row.split_once(label) {
        None => row.clone(),
        Some((before, after)) => {
            let value = after.trim_start().split("  ").next().unwrap_or_default();
            let room = " ".repeat(after.len() - after.trim_start().len() + value.chars().count());
            let rest = &after[room.len().min(after.len())..];
            format!("{before}{label}{room}{rest}").trim_end().to_owned()
        }
    };
    rows.iter().map(|row| without(&without(row, "rate"), "elapsed")).collect()
}

#[track_caller]
fn shows(columns: u16, expected: &[&str]) {
    let (dir, terminal) = (records(), Terminal::new(columns, 24));
    terminal.bash("report < records; echo done", dir.path(), &[]).finish().exits(0);
    terminal.wait_for("done");
    let rows = steady(&terminal.rows());
    let expected = [expected, &["done"]].concat();
    assert!(rows == expected, "the screen is\n{}", rows.join("\n"));
}

#[test]
fn at_20_columns() {
    shows(
        20,
        &[
            "samples    1,234,566",
            "rate",
            "mean         50.1235",
            "sd           29.1555",
            "last              30",
            "min                0",
            "max              100",
            "p50               50",
            "p90               90",
            "p99               99",
            "elapsed",
            "rejected           0",
            "histogram  0 … 100",
            "        ████",
            "        ████",
            "    ████████████",
            "████████████████████",
        ],
    );
}

#[test]
fn at_80_columns() {
    shows(
        80,
        &[
            "samples         1,234,566  rate                       mean              50.1235",
            "sd                29.1555  last                   30  min                     0",
            "max                   100  p50                    50  p90                    90",
            "p99                    99  elapsed                    rejected                0",
            "histogram  0 … 100                       last 1 s  10 … 30",
            "                ████████                   █",
            "                ████████                  ▁█",
            "        ████████████████████████          ██",
            "███████████████████████████████████████  ▁██",
        ],
    );
}

#[test]
fn at_200_columns() {
    let picture = |left: &str, right: &str| format!("{left:<101}{right}");
    let [upper, lower] = [40, 20].map(|blanks| " ".repeat(blanks));
    shows(
        200,
        &[
            "samples    1,234,566  rate                  mean         50.1235  sd           29.1555  last              30  min                0  max              100  p50               50  p90               90",
            "p99               99  elapsed               rejected           0",
            &picture("histogram  0 … 100", "last 1 s  10 … 30"),
            &picture(&(upper.clone() + &"█".repeat(20)), "  █"),
            &picture(&(upper + &"█".repeat(20)), " ▁█"),
            &picture(&(lower + &"█".repeat(60)), " ██"),
            &picture(&"█".repeat(99), "▁██"),
        ],
    );
}

#[test]
fn without_unicode_without_colours_and_on_a_dumb_terminal() {
    let dir = records();
    let terminal = Terminal::new(80, 24);
    terminal.bash("report < records; echo done", dir.path(), &[("LC_ALL", "C")]).finish().exits(0);
    terminal.wait_for("done");
    assert!(terminal.rows().iter().all(|row| row.is_ascii()) && terminal.has_colours());
    let terminal = Terminal::new(80, 24);
    terminal
        .bash("report < records; echo done", dir.path(), &[("NO_COLOR", "1")])
        .finish()
        .exits(0);
    terminal.wait_for("done");
    assert!(!terminal.has_colours());
    let terminal = Terminal::new(120, 24);
    terminal.bash("report < records; echo done", dir.path(), &[("TERM", "dumb")]).finish().exits(0);
    terminal.wait_for("done");
    let rows = terminal.rows();
    assert_eq!(rows.len(), 4, "{rows:?}");
    assert!(rows[..3].iter().all(|row| row.starts_with("n ")), "{rows:?}");
}

#[test]
fn a_last_record_without_samples_leaves_the_one_before_on_the_screen() {
    let dir = tempfile::tempdir().unwrap();
    let record = |covered: &str, value: &str, rest: &str| {
        format!(
            "{{{covered},\"last\":{value},\"sum\":{value},\"mean\":{value},\"sd\":null,\
             \"min\":{value},\"max\":{value}{rest}}}\n"
        )
    };
    let window = "\"n\":1,\"rejected\":0,\"from\":2,\"to\":2";
    let empty = "\"n\":0,\"rejected\":3,\"from\":null,\"to\":null";
    let records = [record(window, "25", ""), record(empty, "null", ",\"final\":true")].concat();
    fs::write(dir.path().join("records"), records).unwrap();
    let terminal = Terminal::new(80, 24);
    terminal.bash("report < records; echo done", dir.path(), &[]).finish().exits(0);
    terminal.wait_for("done");
    let rows = steady(&terminal.rows());
    assert_eq!(
        rows,
        [
            "samples                 1  in window               1  rate",
            "mean                   25  sd                      -  last                   25",
            "min                    25  max                    25  elapsed",
            "rejected                3",
            "done",
        ],
    );
}

#[test]
fn into_a_file_or_a_pager_it_is_plain_even_on_a_terminal() {
    let dir = records();
    let terminal = Terminal::new(120, 24);
    let script = "report < records > file; report < records | head -n 1; \
                  report < records | cat | tail -n 1; echo done";
    terminal.bash(script, dir.path(), &[]).finish().exits(0);
    terminal.wait_for("done");
    let file = fs::read_to_string(dir.path().join("file")).unwrap();
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(terminal.rows(), [lines[0], lines[2], "done"]);
}

/// The launcher with a live view, in a shell that prints `done` afterwards.
fn launched(terminal: &Terminal, dir: &Path, options: &str) -> Running {
    let script = format!("launcher --log run.log {options}; echo \"done $?\"");
    terminal.bash(&script, dir, &[])
}

/// The launcher below the shell that runs it.
fn launcher(running: &Running) -> Pid {
    proc::below(running.pid(), "launcher").unwrap()
}

#[test]
fn a_terminal_that_is_resized_shows_the_panel_in_its_new_size() {
    let dir = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::new(80, 24);
    let running = launched(&terminal, dir.path(), "--conv '--rate 100'");
    terminal.wait_for("histogram");
    let labels = [
        "samples", "rate", "mean", "sd", "last", "min", "max", "p50", "p90", "p99", "elapsed",
        "rejected",
    ];
    for columns in [20, 200, 80] {
        terminal.resize(columns, 24);
        let across = (usize::from(columns) + 2) / 22;
        let expected: Vec<&[&str]> = labels.chunks(across).collect();
        // The labels of every row of numbers, and no other row.
        terminal.wait("it has the new size", |rows| {
            let is_label = |word: &&str| labels.contains(word);
            let words =
                |row: &String| row.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let found: Vec<Vec<String>> = rows
                .iter()
                .filter(|row| !row.starts_with("histogram"))
                .map(|row| words(row).into_iter().filter(|it| is_label(&it.as_str())).collect())
                .filter(|labels: &Vec<String>| !labels.is_empty())
                .collect();
            found == expected
        });
    }
    terminal.types("\x03");
    running.finish().exits(0);
}

#[test]
fn a_stall_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::new(80, 24);
    let running = launched(&terminal, dir.path(), "--conv '--period 1h'");
    terminal.wait_for("no data");
    let rows = terminal.rows();
    assert!(rows[1].contains("samples                 1  no data           for "), "{rows:?}");
    terminal.types("\x03");
    running.finish().exits(0);
}

#[test]
fn what_other_stages_say_stands_above_the_panel() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("in"), "1\ntwo\n3\n").unwrap();
    let terminal = Terminal::new(80, 24);
    launched(&terminal, dir.path(), "--conv '--from in'").finish().exits(0);
    terminal.wait_for("done ");
    let rows = steady(&terminal.rows());
    assert_eq!(rows[0], "conv: line 2: not a number: \"two\"");
    assert!(rows[1].starts_with("samples                 2  rate"), "{rows:?}");
    let account = "launcher: 2 samples sent, 2 recorded, 2 counted, 1 rejected";
    assert_eq!(rows[rows.len() - 2..], [account, "done 3"]);
}

#[test]
fn standard_error_that_goes_elsewhere_is_not_shown_in_the_view() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("in"), "1\ntwo\n3\n").unwrap();
    let terminal = Terminal::new(120, 24);
    launched(&terminal, dir.path(), "--conv '--from in' 2> said").finish().exits(0);
    terminal.wait_for("done ");
    let rows = terminal.rows();
    assert!(
        rows.iter().all(|row| !row.contains("conv: ") && !row.contains("launcher: ")),
        "{rows:?}"
    );
    let said = fs::read_to_string(dir.path().join("said")).unwrap();
    let account = "launcher: 2 samples sent, 2 recorded, 2 counted, 1 rejected";
    assert_eq!(said.lines().collect::<Vec<_>>(), ["conv: line 2: not a number: \"two\"", account]);
}

#[test]
fn in_the_background_nothing_is_drawn() {
    let dir = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::new(80, 24);
    let script = "set -m; launcher --conv '--rate 200' --log run.log & echo started; \
                  read line; fg > /dev/null; echo \"done $?\"";
    let running = terminal.bash(script, dir.path(), &[]);
    terminal.wait_for("started");
    let log = dir.path().join("run.log");
    let lines = || fs::read_to_string(&log).map_or(0, |text| text.lines().count());
    running.wait_until("much was recorded", || lines() > 200);
    assert_eq!(terminal.rows(), ["started"]);
    terminal.types("\n");
    terminal.wait_for("histogram");
    terminal.types("\x03");
    running.finish().exits(0);
    terminal.wait_for("done 0");
}
