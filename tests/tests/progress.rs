//! How far along the work is, on a terminal: there while it lasts, and gone without a trace.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use wandler_tests::proc;
use wandler_tests::run::Running;
use wandler_tests::terminal::Terminal;

/// A directory with the file `endless`: two numbers, and then so many zero bytes that nobody comes to
/// their end.
fn endless() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("endless"), "1\n2\n").unwrap();
    set_length(dir.path(), 1 << 40);
    dir
}

fn set_length(dir: &Path, bytes: u64) {
    File::options().write(true).open(dir.join("endless")).unwrap().set_len(bytes).unwrap();
}

/// A command in a window.
struct Window {
    terminal: Terminal,
    running: Running,
    dir: TempDir,
}

impl Window {
    fn new(columns: u16, command: &str, set: &[(&str, &str)]) -> Window {
        let (terminal, dir) = (Terminal::new(columns, 24), endless());
        let running = terminal.bash(command, dir.path(), set);
        Window { terminal, running, dir }
    }

    /// The process that has the file open, once it has read of it.
    fn reader(&self) -> Pid {
        let path = self.dir.path().join("endless");
        // A process that has ended meanwhile has none.
        let descriptors = |pid| fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten();
        let reads = |pid| {
            let links = descriptors(pid).filter_map(|it| fs::read_link(it.ok()?.path()).ok());
            links.collect::<Vec<_>>().contains(&path)
        };
        let names = ["stat", "conv", "log"];
        let mut found = None;
        self.running.wait_until("somebody reads the file", || {
            let mut processes = proc::all().into_iter();
            let own = |name: &str| names.contains(&name);
            found = processes.find(|it| own(&it.name) && it.state != 'Z' && reads(it.pid));
            found.as_ref().is_some_and(|it| proc::bytes_read(it.pid) > 1 << 20)
        });
        found.unwrap().pid
    }

    /// The rows, once it has ended.
    fn rows_at_the_end(self) -> Vec<String> {
        let Window { terminal, running, dir } = self;
        running.finish();
        // What was written before this is seen before it.
        terminal.bash("echo the end", dir.path(), &[]).finish().exits(0);
        terminal.wait_for("the end");
        terminal.rows()
    }
}

/// Whether a row is the one that is redrawn.
fn is_progress(row: &str) -> bool {
    row.contains(" %, ") || row.contains(" B/s")
}

#[test]
fn it_is_one_row_while_work_lasts_and_gone_at_the_end() {
    let (file, standard_input) = ("cannot read \"endless\": ", "cannot read standard input: ");
    for (command, before, after) in [
        ("stat --jobs 1 endless", "stat: \"endless\": line 3: longer than", file),
        ("stat --jobs 1 < endless", "stat: line 3: longer than", standard_input),
        ("conv --from endless > samples", "conv: line 3: longer than", file),
        ("log --check endless", "log: \"endless\": line 3: longer than", file),
        ("log /dev/null < endless", "log: line 3: cut off by an error: ", standard_input),
    ] {
        let window = Window::new(110, &format!("exec {command}"), &[]);
        window.terminal.wait_for(" %, ");
        let name = command.split(' ').next().unwrap();
        window.terminal.wait("it is the last row", |rows| {
            let rows: Vec<&String> = rows.iter().filter(|row| is_progress(row)).collect();
            matches!(rows[..], [row] if row.starts_with(&format!("{name}: 0 %, ")))
        });
        // The file ends before what was read of it.
        set_length(window.dir.path(), 4);
        let rows = window.rows_at_the_end();
        assert!(!rows.iter().any(|row| is_progress(row)), "{rows:#?}");
        assert!(rows[0].starts_with(before), "{rows:#?}");
        let failed = format!("{name}: {after}it became shorter meanwhile");
        assert!(rows.contains(&failed), "{rows:#?}");
    }
}

/// The time left, as a row says it: `9 min 10 s left`.
fn seconds_left(rows: &[String]) -> u64 {
    let found = rows.iter().find_map(|row| row.strip_suffix(" left")?.split_once("/s, "));
    let (_, time) = found.unwrap_or_else(|| panic!("no time: {rows:#?}"));
    let words: Vec<&str> = time.split(' ').collect();
    let unit = |name| match name {
        "h" => 3600,
        "min" => 60,
        _ => 1,
    };
    words.chunks(2).map(|pair| pair[0].parse::<u64>().unwrap() * unit(pair[1])).sum()
}

#[test]
fn the_time_for_which_the_program_was_stopped_does_not_count() {
    const STOPPED: Duration = Duration::from_secs(3);
    let window = Window::new(100, "exec stat --jobs 1 endless", &[]);
    // Not before: the programs may have to be built first.
    let began = Instant::now();
    window.terminal.wait_for(" left");
    let reader = window.reader();
    window.running.stop(reader);
    // Not to wait for something: this is what is not to count.
    std::thread::sleep(STOPPED);
    let shown = window.terminal.received().len();
    kill(reader, Signal::SIGCONT).unwrap();
    window.terminal.wait("it is drawn again", |_| window.terminal.received().len() > shown);
    window.running.stop(reader);
    let (gone, rows) = (began.elapsed(), window.terminal.rows());
    // For how long it has been reading, by what it says.
    let (done, left) = (proc::bytes_read(reader) as f64, seconds_left(&rows) as f64);
    let read = Duration::from_secs_f64(done * left / ((1u64 << 40) as f64 - done));
    assert!(read + STOPPED * 2 / 3 < gone, "{read:?} of {gone:?}\n{rows:#?}");
    kill(reader, Signal::SIGKILL).unwrap();
}

#[test]
fn ctrl_c_leaves_no_trace_of_it() {
    let mut window = Window::new(100, "exec stat --jobs 3 endless", &[]);
    window.terminal.wait_for(" %, ");
    window.terminal.types("\x03");
    let rows = window.rows_at_the_end();
    let told = "stat: \"endless\": stopped after line 2: the rest is not counted";
    assert_eq!(rows[0], told, "{rows:#?}");
    assert!(rows[1].starts_with("{\"n\":2,"), "{rows:#?}");
}

#[test]
fn a_narrow_terminal_has_one_row_of_it_too() {
    let window = Window::new(16, "exec stat --jobs 3 endless", &[]);
    window.terminal.wait("it is shown", |rows| rows == ["stat: 0 %"]);
    kill(window.reader(), Signal::SIGKILL).unwrap();
}

#[test]
fn it_is_not_shown_where_it_would_be_in_the_way() {
    let silent = [
        ("exec stat --jobs 2 endless", [("TERM", "dumb")]),
        ("stat --jobs 2 endless | cat", [("TERM", "xterm")]),
        ("exec stat --jobs 2 endless 2> messages", [("TERM", "xterm")]),
        ("set -m; stat --jobs 2 endless & wait", [("TERM", "xterm")]),
        ("exec launcher --quiet --conv '--from endless'", [("TERM", "xterm")]),
    ];
    let silent = silent.map(|(command, set)| (command, Window::new(100, command, &set)));
    let readers = silent.each_ref().map(|(_, window)| window.reader());
    // By the time at which it is shown for one that began later, it would be shown for them.
    let shown = Window::new(100, "exec stat --jobs 2 endless", &[]);
    shown.terminal.wait_for(" %, ");
    kill(shown.reader(), Signal::SIGKILL).unwrap();
    for ((command, window), reader) in silent.into_iter().zip(readers) {
        let received = window.terminal.received();
        assert!(!received.contains(['%', '\x1b']), "{command}: {received:?}");
        kill(reader, Signal::SIGKILL).unwrap();
    }
}
