//! What becomes of the file that `log` writes: a torn tail; its name removed, moved, replaced, locked; a
//! directory, a FIFO or a link in its place; and `log` itself killed while it rotates.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{ChildStdin, Stdio};

use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use tempfile::TempDir;
use wandler_tests::recorded::{all_files, old_numbers, samples};
use wandler_tests::run::{Program, Running};
use wandler_tests::{proc, rounds};

#[test]
fn a_torn_tail_is_set_aside_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("run.log"), "1\n2\n34").unwrap();
    let told = "log: \"run.log\" ended in a torn line: 2 bytes set aside in \"run.log.torn\"";
    let log = || Program::new("log").args(["run.log"]).dir(&dir);
    log().input("5\n").finish().exits(0).says(&[told]);
    assert_eq!(all_files(dir.path()), "1\n2\n5\n");
    assert_eq!(fs::read_to_string(dir.path().join("run.log.torn")).unwrap(), "34\n");
}

/// A `log` with these options that has recorded the sample 1, fed by hand.
fn begun(words: &str, dir: &TempDir) -> (Running, ChildStdin) {
    let log = Program::new("log").words(words).words("--pass run.log").dir(dir);
    let mut running = log.stdin(Stdio::piped()).start();
    let mut stdin = running.stdin();
    stdin.write_all(b"1\n").unwrap();
    running.wait_for_lines(1);
    (running, stdin)
}

#[test]
fn a_file_that_is_removed_moved_or_replaced_is_noticed_and_recording_goes_on() {
    type Deed = fn(&Path);
    let deeds: [(&str, Deed, &str, Option<&str>); 3] = [
        (
            "was removed, and 1 sample of this recording is gone: going on in a new file of that \
             name",
            |path| fs::remove_file(path).unwrap(),
            "2\n",
            None,
        ),
        (
            "was moved: going on in a new file of that name",
            |path| fs::rename(path, path.with_extension("moved")).unwrap(),
            "2\n",
            Some("1\n"),
        ),
        (
            "was replaced: going on in the file that has that name now",
            |path| {
                let other = path.with_extension("other");
                fs::write(&other, "7\n").unwrap();
                fs::hard_link(path, path.with_extension("moved")).unwrap();
                fs::rename(other, path).unwrap();
            },
            "7\n2\n",
            Some("1\n"),
        ),
    ];
    for (told, deed, expected, moved) in deeds {
        let dir = tempfile::tempdir().unwrap();
        let (running, mut stdin) = begun("", &dir);
        deed(&dir.path().join("run.log"));
        let told = format!("log: \"run.log\" {told}");
        // Even while nothing comes.
        running.wait_for_message(&told);
        stdin.write_all(b"2\n").unwrap();
        drop(stdin);
        running.finish().exits(0).writes("1\n2\n").says(&[&told]);
        assert_eq!(all_files(dir.path()), expected);
        let old = fs::read_to_string(dir.path().join("run.moved")).ok();
        assert_eq!(old.as_deref(), moved);
    }
}

#[test]
fn a_file_that_somebody_empties_is_noticed_and_recording_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (running, mut stdin) = begun("", &dir);
    File::create(dir.path().join("run.log")).unwrap();
    let told = "log: \"run.log\" was cut off, 2 bytes are gone, and a line may be damaged: going on at its end";
    // Even while nothing comes.
    running.wait_for_message(told);
    stdin.write_all(b"2\n").unwrap();
    running.wait_for_lines(2);
    assert_eq!(all_files(dir.path()), "2\n");
    File::create(dir.path().join("run.log")).unwrap();
    drop(stdin);
    // Even just before the end.
    running.finish().exits(0).says(&[told, told]);
}

#[test]
fn a_file_that_somebody_else_writes_to_is_noticed_and_no_line_is_joined_to_half_a_foreign_one() {
    let dir = tempfile::tempdir().unwrap();
    let (running, mut stdin) = begun("", &dir);
    let path = dir.path().join("run.log");
    File::options().append(true).open(path).unwrap().write_all(b"9").unwrap();
    let torn = "log: \"run.log\" ended in a torn line: 1 bytes set aside in \"run.log.torn\"";
    let told = "log: \"run.log\" was written by somebody else, has 1 bytes more, and may have lost or \
                damaged lines: going on at its end";
    running.wait_for_message(told);
    stdin.write_all(b"2\n").unwrap();
    drop(stdin);
    running.finish().exits(0).says(&[torn, told]);
    assert_eq!(all_files(dir.path()), "1\n2\n");
}

#[test]
fn a_directory_that_is_removed_is_reported_and_once_there_is_one_again_recording_goes_on() {
    let told = "log: \"d/run.log\" was removed, and 1 sample of this recording is gone: going on in a \
                new file of that name";
    type Deed = fn(&Path);
    let deeds: [(Deed, &str); 2] = [
        (|_| {}, "No such file or directory"),
        (|path| fs::write(path, "").unwrap(), "Not a directory"),
    ];
    for (in_place, reason) in deeds {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("d");
        fs::create_dir(&inner).unwrap();
        let log = Program::new("log").words("--pass d/run.log").dir(&dir);
        let mut running = log.stdin(Stdio::piped()).start();
        let mut stdin = running.stdin();
        stdin.write_all(b"1\n").unwrap();
        running.wait_for_lines(1);
        running.stop(running.pid());
        fs::remove_dir_all(&inner).unwrap();
        in_place(&inner);
        running.signal(Signal::SIGCONT);
        let cannot = format!("log: cannot open \"d/run.log\": {reason}: trying again every second");
        running.wait_for_message(&cannot);
        running.stop(running.pid());
        let _ = fs::remove_file(&inner);
        fs::create_dir(&inner).unwrap();
        running.signal(Signal::SIGCONT);
        stdin.write_all(b"2\n").unwrap();
        drop(stdin);
        let can = "log: can write \"d/run.log\" again";
        running.finish().exits(0).says(&[told, &cannot, can]);
        assert_eq!(all_files(&inner), "2\n");
    }
}

#[test]
fn a_rotation_that_is_refused_does_not_hide_a_removal() {
    let cannot = "log: cannot rename \"run.log\" to \"run.log.1\": Is a directory: going on in the same \
                  file, and trying again every second";
    let removed = "log: \"run.log\" was removed, and 2 samples of this recording are gone: going on in a \
                   new file of that name";
    let dir = tempfile::tempdir().unwrap();
    let (running, mut stdin) = begun("--rotate 2 --keep 1", &dir);
    let [path, old] = ["run.log", "run.log.1"].map(|name| dir.path().join(name));
    fs::create_dir(&old).unwrap();
    stdin.write_all(b"2\n").unwrap();
    running.wait_for_message(cannot);
    running.wait_for_lines(2);
    assert_eq!(fs::read_to_string(&path).unwrap(), "1\n2\n");
    fs::remove_file(&path).unwrap();
    running.wait_for_message(removed);
    stdin.write_all(b"3\n").unwrap();
    drop(stdin);
    running.finish().exits(0).says(&[cannot, removed]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "3\n");
}

#[test]
fn a_file_that_is_moved_back_is_continued() {
    let dir = tempfile::tempdir().unwrap();
    let (running, mut stdin) = begun("", &dir);
    let [path, moved] = ["run.log", "moved"].map(|name| dir.path().join(name));
    running.stop(running.pid());
    fs::rename(&path, &moved).unwrap();
    fs::create_dir(&path).unwrap();
    stdin.write_all(b"2\n").unwrap();
    running.signal(Signal::SIGCONT);
    let told = "log: \"run.log\" was replaced: going on in the file that has that name now";
    let cannot = "log: cannot open \"run.log\": Is a directory: trying again every second";
    running.wait_for_message(cannot);
    running.stop(running.pid());
    fs::remove_dir(&path).unwrap();
    fs::rename(&moved, &path).unwrap();
    running.signal(Signal::SIGCONT);
    running.wait_for_lines(2);
    drop(stdin);
    running.finish().exits(0).says(&[told, cannot, "log: can write \"run.log\" again"]);
    assert_eq!(all_files(dir.path()), "1\n2\n");
}

#[test]
fn what_others_write_to_a_file_that_they_moved_is_theirs() {
    let dir = tempfile::tempdir().unwrap();
    let (running, mut stdin) = begun("", &dir);
    let [path, moved] = ["run.log", "moved"].map(|name| dir.path().join(name));
    // It could not be set aside.
    fs::create_dir(dir.path().join("run.log.torn")).unwrap();
    running.stop(running.pid());
    fs::rename(&path, &moved).unwrap();
    fs::write(&moved, "1\nhalf a line").unwrap();
    running.signal(Signal::SIGCONT);
    let told = "log: \"run.log\" was moved: going on in a new file of that name";
    running.wait_for_message(told);
    stdin.write_all(b"2\n").unwrap();
    drop(stdin);
    running.finish().exits(0).says(&[
        "log: \"run.log\" was written by somebody else, has 11 bytes more, and may have lost or damaged \
         lines",
        told,
    ]);
    assert_eq!(fs::read_to_string(&moved).unwrap(), "1\nhalf a line");
    assert_eq!(fs::read_to_string(&path).unwrap(), "2\n");
}

#[test]
fn a_file_that_is_removed_just_before_a_rotation_or_the_end_is_reported_of() {
    let told = "log: \"run.log\" was removed, and 1 sample of this recording is gone";
    let next_file = ": going on in a new file of that name";
    for more in ["", "2\n3\n"] {
        let dir = tempfile::tempdir().unwrap();
        let (running, mut stdin) = begun("--rotate 2", &dir);
        // It must not check in between.
        running.stop(running.pid());
        fs::remove_file(dir.path().join("run.log")).unwrap();
        stdin.write_all(more.as_bytes()).unwrap();
        drop(stdin);
        running.signal(Signal::SIGCONT);
        let finished = running.finish().exits(0);
        // On a busy machine it may have time to check once more before the end.
        match finished.stderr.contains(next_file) {
            false if more.is_empty() => {
                assert!(!dir.path().join("run.log").exists());
                finished.says(&[told]);
            }
            _ => {
                assert_eq!(all_files(dir.path()), more);
                finished.says(&[&format!("{told}{next_file}")]);
            }
        }
    }
}

#[test]
fn a_file_that_another_log_has_begun_under_the_same_name_is_not_rotated_away() {
    let dir = tempfile::tempdir().unwrap();
    let (running, mut stdin) = begun("--rotate 2", &dir);
    // Until the other has begun, it must not notice.
    running.stop(running.pid());
    fs::rename(dir.path().join("run.log"), dir.path().join("moved")).unwrap();
    let (other, other_stdin) = begun("", &dir);
    running.signal(Signal::SIGCONT);
    stdin.write_all(b"2\n3\n4\n").unwrap();
    running.wait_for_message("another log is writing it: trying again every second");
    drop(other_stdin);
    other.finish().exits(0);
    drop(stdin);
    running.finish().exits(0);
    // The other's sample first, and then those that waited for it.
    assert_eq!(all_files(dir.path()), "1\n2\n3\n4\n");
    assert_eq!(fs::read_to_string(dir.path().join("moved")).unwrap(), "1\n");
}

#[test]
fn a_link_that_leads_nowhere_yet_is_followed() {
    let dir = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("target", dir.path().join("link")).unwrap();
    Program::new("log").args(["link"]).dir(&dir).input("1\n").finish().exits(0);
    assert_eq!(fs::read_to_string(dir.path().join("target")).unwrap(), "1\n");
}

#[test]
fn a_file_that_another_log_writes_is_left_alone_even_while_it_is_rotated() {
    let dir = tempfile::tempdir().unwrap();
    let (running, stdin) = begun("", &dir);
    let second = Program::new("log").words("--rotate 1K run.log").dir(&dir).input("2\n");
    second.finish().exits(1).says(&["log: cannot lock \"run.log\": another log is writing it"]);
    drop(stdin);
    running.finish().exits(0);
    assert_eq!(all_files(dir.path()), "1\n");
}

#[test]
fn a_check_reads_files_alone_and_waits_for_nobody() {
    let dir = tempfile::tempdir().unwrap();
    nix::unistd::mkfifo(&dir.path().join("fifo"), Mode::S_IRWXU).unwrap();
    for name in ["fifo", "."] {
        let reason = format!("log: cannot read \"{name}\": it is not a regular file");
        Program::new("log").args(["--check", name]).dir(&dir).finish().exits(1).says(&[reason]);
    }
}

#[test]
fn a_directory_in_place_of_the_file_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("run.log")).unwrap();
    let log = Program::new("log").args(["run.log"]).dir(&dir).input("1\n");
    log.finish().exits(1).says(&["log: cannot open \"run.log\": Is a directory"]);
}

#[test]
fn a_fifo_is_written_to_while_it_has_a_reader() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.log");
    nix::unistd::mkfifo(&path, Mode::S_IRWXU).unwrap();
    let log = |input: &str| Program::new("log").args(["run.log"]).dir(&dir).input(input);
    log("1\n").finish().exits(1).says(&["log: cannot open \"run.log\": No such device or address"]);

    let mut reader = open_reader(&path);
    log("1\n2").finish().exits(0).says(&[""; 0]);
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text, "1\n2\n");
    drop(reader);

    let reader = open_reader(&path);
    let running = Program::new("log").args(["run.log"]).dir(&dir).stdin(Stdio::piped());
    let mut running = running.start();
    let mut stdin = running.stdin();
    running.wait_until("it has opened the FIFO", || {
        proc::descriptors(running.pid()).values().any(|what| what.ends_with("/run.log"))
    });
    drop(reader);
    let pid = running.pid();
    // A program that another test is just starting may have the reader's end open for a moment.
    running.wait_until("it has ended", || {
        let _ = stdin.write_all(b"1\n");
        proc::alive(pid).is_empty()
    });
    running.finish().exits(1).says(&["log: cannot write \"run.log\": Broken pipe"]);
}

/// Opens a FIFO for reading, whether or not it has a writer.
fn open_reader(path: &Path) -> File {
    File::options().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path).unwrap()
}

/// Kills `log` at any moment while it rotates at full speed, and lets another continue.
#[test]
fn a_log_that_is_killed_while_it_rotates_loses_no_synced_line_and_neither_tears_nor_repeats_any() {
    for round in 0..rounds() {
        let dir = tempfile::tempdir().unwrap();
        let script =
            "seq 1000000 9999999 | log --rotate 8K --keep 1000 --sync always --pass run.log";
        let running = Program::bash(script).dir(&dir).start();
        running.wait_for_lines(500 + 1371 * round as usize % 5000);
        kill(proc::children(running.pid())["log"], Signal::SIGKILL).unwrap();
        let finished = running.finish();
        // What was passed on had been recorded and synced.
        let promised = finished.stdout.lines().count();
        let next = Program::new("log").words("--rotate 8K --keep 1000 run.log").dir(&dir);
        next.input(samples(300)).finish().exits(0);
        let all = all_files(dir.path());
        let first = all.strip_suffix(&samples(300)).unwrap_or_else(|| panic!("{finished}"));
        let count = first.lines().count();
        let sent: String = (1_000_000..).take(count).map(|number| format!("{number}\n")).collect();
        assert!(first == sent, "not a prefix of what was sent\n{finished}");
        assert!(count >= promised, "{count} recorded, {promised} promised");
        let numbers = old_numbers(dir.path());
        assert!((1..).zip(&numbers).all(|(at, number)| at == *number), "{numbers:?} {finished}");
    }
}
