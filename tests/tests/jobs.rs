//! `stat --jobs`: several threads over regular files have the same result as one, byte for byte.

use std::fs::{self, File};
use std::path::Path;

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use stage::process::sandbox::obstacle;
use tempfile::TempDir;
use wandler_tests::proc;
use wandler_tests::run::{Finished, Program, Running};

/// Bytes that make several pieces, and not a whole number of them.
const BYTES: usize = 1_200_000;

/// Lines made from numbers that look random.
fn lines(line: impl Fn(u64, u64) -> String) -> Vec<u8> {
    let mut text = String::new();
    for number in 0.. {
        if text.len() >= BYTES {
            break;
        }
        text += &line(number, number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20);
    }
    text.into_bytes()
}

fn integers() -> Vec<u8> {
    lines(|_, random| format!("{}\n", random % 101))
}

/// Files of all kinds, by their names.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let long =
        |text: Vec<u8>| [&text[..300_000], b"\n", &[b'7'; 400_000], b"\n1\n", &text].concat();
    vec![
        ("integers", integers()),
        ("pressure", lines(|_, random| format!("{}.{:02}\n", 990 + random % 50, random % 97))),
        ("codes", lines(|_, random| format!("{}\n", random % 16_777_216))),
        ("doubles", lines(|_, random| format!("{:?}\n", random as f64 / 1e12))),
        ("exponents", lines(|at, random| format!("{}e{}\n", random % 977, at % 40))),
        ("crlf", lines(|_, random| format!(" {}.5\t\r\n", random % 1000))),
        (
            "mixed",
            lines(|at, random| match at % 1000 {
                7 => "12abc\n".to_owned(),
                8 => "\n".to_owned(),
                _ => format!("{}\n", random % 5000),
            }),
        ),
        ("no numbers", lines(|_, _| "unplugged\n".to_owned())),
        ("long lines", long(integers())),
        ("a long end", [&integers()[..], &[b'7'; 600_000]].concat()),
        ("half a line", [&integers()[..], b"10"].concat()),
        (
            "times",
            lines(|at, random| {
                format!("2026-11-25T18:{:02}:{:02}Z\t{}\n", at / 60 % 60, at % 60, random % 50)
            }),
        ),
        ("header", [b"time\tvalue\n".to_vec(), lines(|at, _| format!("{at}.25\t{at}\n"))].concat()),
        ("small", b"1\n2\n3\n".to_vec()),
        ("empty", vec![]),
        ("framed", [b"RIFF\0\0\0\0WAVE".to_vec(), integers()].concat()),
    ]
}

fn stat(dir: &TempDir, words: &str, files: &[&str]) -> Finished {
    Program::new("stat").words(words).args(files).dir(dir).finish()
}

/// Runs `stat` with one thread and with several; the results must be the same. Returns them.
fn the_same(dir: &TempDir, words: &str, files: &[&str]) -> Finished {
    let one = stat(dir, &format!("{words} --jobs 1"), files);
    for jobs in [2, 5] {
        let several = stat(dir, &format!("{words} --jobs {jobs}"), files);
        let parts = |it: &Finished| (it.code(), it.stdout.clone(), it.stderr.clone());
        assert!(parts(&one) == parts(&several), "in one thread:\n{one}\nin {jobs}:\n{several}");
    }
    one
}

/// The same with the file as standard input.
fn the_same_of_standard_input(dir: &TempDir, words: &str, file: &str) {
    let run = |jobs: u32| {
        let input = File::open(dir.path().join(file)).unwrap();
        let stat = Program::new("stat").words(words).words(&format!("--jobs {jobs}"));
        let it = stat.stdin(input).finish();
        (it.code(), it.stdout, it.stderr)
    };
    assert_eq!(run(3), run(1), "{words} {file}");
}

fn directory_with(files: &[(&str, Vec<u8>)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

#[test]
fn every_kind_of_file_gives_the_same() {
    let files = files();
    let dir = directory_with(&files);
    for (name, _) in &files {
        the_same(&dir, "--state --first 1 --histogram 20", &[name]);
        the_same_of_standard_input(&dir, "", name);
    }
}

#[test]
fn what_depends_on_the_order_is_the_same() {
    let dir = directory_with(&[("a", integers()), ("b", lines(|_, it| format!("{}.5\n", it % 7)))]);
    let finished = the_same(&dir, "--more --state --first 5", &["a", "b"]).exits(0);
    assert!(finished.stdout.contains("\"autocorrelation\":0.43"), "{finished}");
    the_same(&dir, "--more", &["b", "a", "b"]).exits(0);
}

#[test]
fn several_files_are_one_stream() {
    let files = files();
    let dir = directory_with(&files);
    let names: Vec<&str> =
        files.iter().map(|(name, _)| *name).filter(|it| *it != "framed").collect();
    the_same(&dir, "--state --first 1", &names).exits(3);
}

#[test]
fn what_cannot_be_read_ends_it_the_same() {
    let dir = directory_with(&[("a", integers()), ("framed", b"RIFF\0\0\0\0WAVE".to_vec())]);
    fs::create_dir(dir.path().join("directory")).unwrap();
    for wrong in ["missing", "framed", "directory"] {
        the_same(&dir, "", &["a", wrong, "a"]).exits(1).writes("");
    }
}

#[test]
fn strict_names_the_first_rejected_line() {
    let text =
        lines(|at, _| if at >= 200_000 && at % 2 == 0 { "x\n".into() } else { "1\n".into() });
    let dir = directory_with(&[("a", text)]);
    let message = "stat: \"a\": line 200001: not a number: \"x\"";
    the_same(&dir, "--strict", &["a"]).exits(1).writes("").says(&[message]);
}

#[test]
fn standard_input_is_read_from_where_it_is_to_its_end() {
    let dir =
        directory_with(&[("a", [b"first\n".to_vec(), integers(), b"last".to_vec()].concat())]);
    let script = "(read -r line; echo $line; stat --jobs 3; cat) < a";
    let finished = Program::bash(script).dir(&dir).finish();
    let lines: Vec<&str> = finished.stdout.lines().collect();
    assert_eq!((lines.len(), lines[0]), (2, "first"), "{finished}");
    let line = integers().iter().filter(|byte| **byte == b'\n').count() + 1;
    finished.says(&[format!("stat: line {line}: not a number: \"last\"")]);
}

/// A file of numbers, and then of so many zero bytes that nobody comes to their end.
fn endless(dir: &Path) -> u64 {
    let text = integers();
    fs::write(dir.join("endless"), &text).unwrap();
    File::options().write(true).open(dir.join("endless")).unwrap().set_len(1 << 40).unwrap();
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// The threads of a process.
fn threads(running: &Running) -> Vec<Pid> {
    let tasks = fs::read_dir(format!("/proc/{}/task", running.pid())).unwrap();
    let number = |task: fs::DirEntry| task.file_name().to_str().unwrap().parse().unwrap();
    tasks.map(|task| Pid::from_raw(number(task.unwrap()))).collect()
}

/// Whether a process has begun to work.
fn is_at_work(running: &Running) -> bool {
    obstacle().is_some() || proc::status(running.pid(), "Seccomp") == "2"
}

#[test]
fn a_stop_ends_all_threads_and_what_came_before_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let lines = endless(dir.path());
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let running = Program::new("stat").words("--jobs 3 endless").dir(&dir).start();
        let has_read = || proc::bytes_read(running.pid()) > 100 << 20;
        running.wait_until("the lines are counted", has_read);
        running.signal(signal);
        let told =
            format!("stat: \"endless\": stopped after line {lines}: the rest is not counted");
        let finished = running.finish().exits(0).says(&[told]);
        assert!(finished.stdout.starts_with(&format!("{{\"n\":{lines},")), "{finished}");
    }
}

#[test]
fn a_file_that_becomes_shorter_is_the_same_error() {
    for length in [4, BYTES as u64] {
        let said = ["1", "2", "7"].map(|jobs| {
            let dir = tempfile::tempdir().unwrap();
            endless(dir.path());
            let running = Program::new("stat").args(["--jobs", jobs, "endless"]).dir(&dir).start();
            let has_read = || proc::bytes_read(running.pid()) > 100 << 20;
            running.wait_until("more is read than will be there", has_read);
            let file = File::options().write(true).open(dir.path().join("endless")).unwrap();
            file.set_len(length).unwrap();
            running.finish().exits(1).writes("").stderr
        });
        let last = "stat: cannot read \"endless\": it became shorter meanwhile\n";
        assert!(said[0].ends_with(last) && said.iter().all(|it| *it == said[0]), "{said:#?}");
    }
}

#[test]
fn the_threads_are_there_and_have_given_up_calls_as_well() {
    let dir = tempfile::tempdir().unwrap();
    endless(dir.path());
    // One more waits for stop requests.
    let processors = std::thread::available_parallelism().unwrap().get();
    for (words, expected) in
        [("--jobs 1", 1 + 1), ("--jobs 4", 4 + 1), ("", processors + 1), ("--course 9", 1 + 1)]
    {
        let running = Program::new("stat").words(words).words("endless").dir(&dir).start();
        running.wait_until("it works", || is_at_work(&running));
        assert_eq!(threads(&running).len(), expected, "{words}\n{running}");
        for thread in threads(&running).into_iter().filter(|_| obstacle().is_none()) {
            assert_eq!(proc::status(thread, "Seccomp"), "2", "{words}\n{running}");
        }
        running.signal(Signal::SIGKILL);
        running.finish();
    }
}

#[test]
fn threads_allocate_and_free_without_the_calls_that_they_have_given_up() {
    let dir = tempfile::tempdir().unwrap();
    endless(dir.path());
    // Of each piece of an endless line a thread hands over the start, which another frees.
    let input = File::open(dir.path().join("endless")).unwrap();
    let mut running = Program::new("stat").words("--jobs 4").stdin(input).start();
    while running.is_running() && proc::bytes_read(running.pid()) < 1 << 30 {
        std::thread::yield_now();
    }
    assert!(running.is_running(), "{}", running.finish());
    running.signal(Signal::SIGKILL);
}

#[test]
fn what_has_one_record_only_at_the_end_is_what_threads_can_do() {
    for (option, value) in
        [("every", " <N|DUR>"), ("window", " <N|DUR>"), ("course", " <N>"), ("merge", "")]
    {
        let words = format!("--jobs 2 --{option} {}", if value.is_empty() { "" } else { "5" });
        let refused = format!("cannot be used with '--{option}{value}'; try 'stat --help'");
        let message = format!("stat: the argument '--jobs <N>' {refused}");
        Program::new("stat").words(&words).finish().exits(2).says(&[message]);
    }
    let expected = "expected a number of threads from 1 to 256; try 'stat --help'";
    for wrong in ["0", "257", "two", "-1"] {
        let message = format!("stat: invalid value '{wrong}' for '--jobs <N>': {expected}");
        Program::new("stat").args(["--jobs", wrong]).finish().exits(2).says(&[message]);
    }
}
