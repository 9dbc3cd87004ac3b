//! What `log` does about the disk: full at the first byte, in the middle, and while rotating;
//! read-only; a torn tail; the file removed, moved, replaced, locked; a directory or a FIFO in its
//! place. By real means: limits on the size of files, `/dev/full`, and file systems in memory where
//! they may be mounted. (Faults that cannot be had so are in `disk_faults`.)

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Stdio};

use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::Pid;
use tempfile::TempDir;
use wandler_tests::run::{Program, Running};
use wandler_tests::small_disk::{SmallDisk, raise_file_size};
use wandler_tests::via::launcher;
use wandler_tests::{proc, rounds};

/// Said once when a disk is full.
const FULL: &str =
    "log: cannot write \"run.log\": No space left on device: trying again every second";
const TOO_LARGE: &str = "log: cannot write \"run.log\": File too large: trying again every second";
const AGAIN: &str = "log: can write \"run.log\" again";

const NOT_RECORDED: &str = "log: what comes from here on is counted, and not recorded";

/// As many samples as given, all different, one a line.
fn samples(count: usize) -> String {
    (1..=count).map(|number| format!("{number}\n")).collect()
}

/// What `FILE.n` down to `FILE` hold together. (`log` was killed, perhaps, when a number was free.)
fn all_files(dir: &Path) -> String {
    let mut paths: Vec<(u64, PathBuf)> = fs::read_dir(dir)
        .unwrap()
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let end = path.file_name()?.to_str()?.strip_prefix("run.log")?;
            let number = if end.is_empty() { "0" } else { end.strip_prefix('.')? };
            Some((number.parse().ok()?, path))
        })
        .collect();
    paths.sort_unstable_by(|a, b| b.cmp(a));
    paths.iter().map(|(_, path)| fs::read_to_string(path).unwrap()).collect()
}

/// `log` in `dir`, in which no file may have more than so many KiB.
fn limited(dir: &Path, kib: u32, words: &str) -> Program {
    Program::bash(&format!("ulimit -S -f {kib}; exec log {words} run.log")).dir(dir)
}

#[test]
fn a_disk_that_is_full_at_the_first_byte_is_told_once_and_a_stop_says_what_is_missing() {
    for words in ["", "--timestamps unix", "--truncate --sync always"] {
        let running = Program::new("log").words(words).args(["/dev/full"]).input("1\n2\n3").start();
        running.wait_for_message("trying again every second");
        running.signal(Signal::SIGTERM);
        running.finish().exits(1).writes("").says(&[
            "log: cannot write \"/dev/full\": No space left on device: trying again every second",
            NOT_RECORDED,
            "log: cannot record 3 samples: cannot write \"/dev/full\": No space left on device",
        ]);
    }
}

#[test]
fn a_disk_that_becomes_full_is_waited_for_and_written_from_the_exact_byte() {
    let dir = tempfile::tempdir().unwrap();
    let text = samples(10_000);
    for (words, kib) in [("--truncate", 0), ("--truncate --sync always", 7), ("--truncate", 40)] {
        let running = limited(dir.path(), kib, words).input(text.clone()).start();
        running.wait_for_message(TOO_LARGE);
        let written = fs::read_to_string(dir.path().join("run.log")).unwrap();
        assert_eq!(
            (written.len(), written.as_str()),
            (kib as usize * 1024, &text[..written.len()])
        );
        raise_file_size(running.pid());
        running.finish().exits(0).writes("").says(&[TOO_LARGE, AGAIN]);
        assert_eq!(all_files(dir.path()), text);
    }
}

#[test]
fn asked_to_stop_while_the_disk_is_full_it_leaves_whole_lines_and_counts_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let running = limited(dir.path(), 1, "").input(samples(1000)).start();
    running.wait_for_message(TOO_LARGE);
    running.signal(Signal::SIGTERM);
    let finished = running.finish().exits(1);
    let log = all_files(dir.path());
    let lines = log.lines().count();
    assert_eq!(log, samples(lines), "{finished}");
    let missing = 1000 - lines;
    assert!(log.len() <= 1024 && log.len() > 1020);
    let reason =
        format!("log: cannot record {missing} samples: cannot write \"run.log\": File too large");
    finished.says(&[TOO_LARGE, NOT_RECORDED, &reason]);
}

#[test]
fn with_a_megabyte_of_disk_and_a_producer_at_full_speed_nothing_is_lost() {
    let Some(disk) = SmallDisk::new("size=1M") else { return };
    let running = launcher("pipe")
        .args(["--conv", "--rate max --count 3000000 --seed 1", "--log", "run.log"])
        .dir(disk.path())
        .start();
    running.wait_for_message(FULL);
    let log = proc::children(running.pid())["log"];
    let before = resident(log);
    let conv = proc::children(running.pid())["conv"];
    running.wait_until_blocked(conv);
    let after = resident(log);
    disk.remount("size=64M");
    running.wait_for_message(AGAIN);
    let finished = running.finish().exits(0);
    finished
        .mentions("launcher: 3000000 samples sent, 3000000 recorded, 3000000 counted, 0 rejected");
    assert!(after <= before + (1 << 20), "log held {before} bytes, and then {after}");
    let sent = Program::new("conv").words("--rate max --count 3000000 --seed 1").finish();
    assert!(sent.stdout == all_files(disk.path()), "not the same lines");
}

/// Bytes of memory that a process holds.
fn resident(pid: Pid) -> u64 {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

#[test]
fn ctrl_c_while_the_disk_is_full_ends_the_pipeline_and_the_account_says_what_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let script = "ulimit -S -f 64; exec launcher --conv '--rate max' --log run.log";
    let running = Program::bash(script).dir(&dir).start();
    running.wait_for_message(TOO_LARGE);
    running.signal_group(Signal::SIGINT);
    let finished = running.finish().exits(1);
    let lines = all_files(dir.path()).lines().count();
    let account = finished.stderr.lines().find(|line| line.contains(" samples sent, ")).unwrap();
    assert!(account.contains(&format!(", {lines} recorded, ")), "{finished}");
    assert!(finished.stderr.contains("log: cannot record "), "{finished}");
}

#[test]
fn sigterm_to_the_launcher_alone_while_the_disk_is_full_ends_it_after_the_grace() {
    let dir = tempfile::tempdir().unwrap();
    let script = "ulimit -S -f 64; exec launcher --grace 1s --conv '--rate max' --log run.log";
    let running = Program::bash(script).dir(&dir).start();
    running.wait_for_message(TOO_LARGE);
    running.signal(Signal::SIGTERM);
    let finished = running.finish().exits(1);
    assert!(finished.stderr.contains("log: cannot record "), "{finished}");
    assert!(!finished.stderr.contains("killed"), "{finished}");
}

#[test]
fn a_disk_without_room_for_a_new_file_makes_a_rotation_wait() {
    // The directory, run.log, and no more.
    let Some(disk) = SmallDisk::new("size=1M,nr_inodes=2") else { return };
    let text = samples(1000);
    let running = Program::new("log")
        .words("--rotate 1K run.log")
        .dir(disk.path())
        .input(text.clone())
        .start();
    let reason = "log: cannot open \"run.log\": No space left on device: trying again every second";
    running.wait_for_message(reason);
    assert!(disk.path().join("run.log.1").exists() && !disk.path().join("run.log").exists());
    disk.remount("size=1M,nr_inodes=100");
    running.finish().exits(0).says(&[reason, AGAIN]);
    assert_eq!(all_files(disk.path()), text);
}

#[test]
fn a_read_only_disk_is_told_at_the_start() {
    let Some(disk) = SmallDisk::new("size=1M") else { return };
    disk.remount("ro");
    Program::new("log")
        .args(["run.log"])
        .dir(disk.path())
        .input("1\n")
        .finish()
        .exits(1)
        .says(&["log: cannot open \"run.log\": Read-only file system"]);
}

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

/// A `log` that has recorded the sample 1, fed by hand.
fn begun(dir: &TempDir) -> (Running, ChildStdin) {
    let log = Program::new("log").words("--pass run.log").dir(dir);
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
            "was removed, and 1 samples of this recording are gone: going on in a new file of that \
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
        let (running, mut stdin) = begun(&dir);
        deed(&dir.path().join("run.log"));
        let told = format!("log: \"run.log\" {told}");
        // Also while nothing comes.
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
    let (running, mut stdin) = begun(&dir);
    File::create(dir.path().join("run.log")).unwrap();
    let told = "log: \"run.log\" was cut off, and 2 bytes are gone: going on at its end";
    // Also while nothing comes.
    running.wait_for_message(told);
    stdin.write_all(b"2\n").unwrap();
    running.wait_for_lines(2);
    File::create(dir.path().join("run.log")).unwrap();
    drop(stdin);
    // Also just before the end.
    running.finish().exits(0).says(&[told, told]);
}

#[test]
fn a_file_that_is_removed_just_before_a_rotation_or_the_end_is_told_of() {
    let told = "log: \"run.log\" was removed, and 1 samples of this recording are gone: going on in a \
                new file of that name";
    for (more, expected) in [("", ""), ("2\n3\n", "2\n3\n")] {
        let dir = tempfile::tempdir().unwrap();
        let log = Program::new("log").words("--rotate 2 --pass run.log").dir(&dir);
        let mut running = log.stdin(Stdio::piped()).start();
        let mut stdin = running.stdin();
        stdin.write_all(b"1\n").unwrap();
        running.wait_for_lines(1);
        fs::remove_file(dir.path().join("run.log")).unwrap();
        stdin.write_all(more.as_bytes()).unwrap();
        drop(stdin);
        running.finish().exits(0).says(&[told]);
        assert_eq!(all_files(dir.path()), expected);
    }
}

#[test]
fn a_file_that_another_log_has_begun_under_the_same_name_is_not_rotated_away() {
    let dir = tempfile::tempdir().unwrap();
    let log = Program::new("log").words("--rotate 2 --pass run.log").dir(&dir);
    let mut running = log.stdin(Stdio::piped()).start();
    let mut stdin = running.stdin();
    stdin.write_all(b"1\n").unwrap();
    running.wait_for_lines(1);
    fs::rename(dir.path().join("run.log"), dir.path().join("moved")).unwrap();
    let (other, other_stdin) = begun(&dir);
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
fn a_full_file_may_be_removed_to_make_room_and_the_line_that_was_cut_goes_on_in_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let text = samples(400);
    let running = limited(dir.path(), 1, "--sync never").input(text.clone()).start();
    running.wait_for_message(TOO_LARGE);
    fs::rename(dir.path().join("run.log"), dir.path().join("run.log.1")).unwrap();
    let told = "log: \"run.log\" was moved: going on in a new file of that name";
    running.finish().exits(0).says(&[TOO_LARGE, told, AGAIN]);
    assert_eq!(all_files(dir.path()), text);
    assert!(fs::read(dir.path().join("run.log.1")).unwrap().ends_with(b"\n"));
}

#[test]
fn a_file_that_another_log_writes_is_left_alone_also_while_it_is_rotated() {
    let dir = tempfile::tempdir().unwrap();
    let (running, stdin) = begun(&dir);
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
fn a_directory_in_place_of_the_file_is_told() {
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
    // A program that another test is just starting may hold the reader's end for a moment.
    running.wait_until("it has ended", || {
        let _ = stdin.write_all(b"1\n");
        proc::alive(pid).is_empty()
    });
    running.finish().exits(1).says(&["log: cannot write \"run.log\": Broken pipe"]);
}

/// Opens a FIFO to read, whether or not somebody writes.
fn open_reader(path: &Path) -> File {
    File::options().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path).unwrap()
}

/// Kills `log` while it rotates at full speed, at any moment, and lets another go on.
#[test]
fn a_log_that_is_killed_while_it_rotates_loses_no_synced_line_and_tears_and_doubles_none() {
    for round in 0..rounds() {
        let dir = tempfile::tempdir().unwrap();
        let script =
            "seq 1000000 9999999 | log --rotate 1K --keep 1000 --sync always --pass run.log";
        let running = Program::bash(script).dir(&dir).start();
        running.wait_for_lines(500 + 1371 * round as usize % 5000);
        kill(proc::children(running.pid())["log"], Signal::SIGKILL).unwrap();
        let finished = running.finish();
        // What came out again had been recorded, and synced.
        let promised = finished.stdout.lines().count();
        let next = Program::new("log").words("--rotate 1K --keep 1000 run.log").dir(&dir);
        next.input(samples(300)).finish().exits(0);
        let all = all_files(dir.path());
        let first = all.strip_suffix(&samples(300)).unwrap_or_else(|| panic!("{finished}"));
        let count = first.lines().count();
        let sent: String = (1_000_000..).take(count).map(|number| format!("{number}\n")).collect();
        assert!(first == sent, "not a prefix of what was sent\n{finished}");
        assert!(count >= promised, "{count} recorded, {promised} promised");
        let names = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name());
        let old = |name: &std::ffi::OsString| {
            name.to_str()?.strip_prefix("run.log.")?.parse::<u64>().ok()
        };
        let mut numbers: Vec<u64> = names.filter_map(|name| old(&name)).collect();
        numbers.sort_unstable();
        assert!((1..).zip(&numbers).all(|(at, number)| at == *number), "{numbers:?} {finished}");
    }
}
