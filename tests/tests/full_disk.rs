//! What `log` does while the disk is full (at the first byte, in the middle, while rotating) or
//! read-only. The means are real: limits on the size of files, `/dev/full`, and file systems in
//! memory where they may be mounted. (Faults that cannot be produced that way are in `disk_faults`.)

use std::fs;
use std::path::Path;

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use wandler_tests::proc;
use wandler_tests::recorded::{all_files, samples};
use wandler_tests::run::{Program, Running};
use wandler_tests::small_disk::{SmallDisk, raise_file_size};
use wandler_tests::via::launcher;

/// Reported once when a disk is full.
const FULL: &str =
    "log: cannot write \"run.log\": No space left on device: trying again every second";
const TOO_LARGE: &str = "log: cannot write \"run.log\": File too large: trying again every second";
const AGAIN: &str = "log: can write \"run.log\" again";

const NOT_RECORDED: &str = "log: what comes from here on is counted, and not recorded";

/// `log` in `dir`, where no file may have more than this many KiB.
fn limited(dir: &Path, kib: u32, words: &str) -> Program {
    Program::bash(&format!("ulimit -S -f {kib}; exec log {words} run.log")).dir(dir)
}

#[test]
fn a_disk_that_is_full_at_the_first_byte_is_reported_once_and_a_stop_says_what_is_missing() {
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
    assert!(after <= before + 1024, "log held {before} KiB, and then {after}");
    let sent = Program::new("conv").words("--rate max --count 3000000 --seed 1").finish();
    assert!(sent.stdout == all_files(disk.path()), "not the same lines");
}

/// KiB of memory that a process holds.
fn resident(pid: Pid) -> u64 {
    let size = proc::status(pid, "VmRSS");
    size.trim().trim_end_matches(" kB").parse().unwrap_or_else(|_| panic!("VmRSS: {size:?}"))
}

/// A pipeline at full speed whose `log` waits for room.
fn full_at_full_speed(dir: &Path, words: &str) -> Running {
    let launcher = format!("launcher {words} --conv '--rate max' --log run.log");
    let running = Program::bash(&format!("ulimit -S -f 64; exec {launcher}")).dir(dir).start();
    running.wait_for_message(TOO_LARGE);
    running
}

#[test]
fn ctrl_c_while_the_disk_is_full_ends_the_pipeline_and_the_account_says_what_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let running = full_at_full_speed(dir.path(), "");
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
    let running = full_at_full_speed(dir.path(), "--grace 1s");
    running.signal(Signal::SIGTERM);
    let finished = running.finish().exits(1);
    assert!(finished.stderr.contains("log: cannot record "), "{finished}");
    assert!(!finished.stderr.contains("killed"), "{finished}");
}

#[test]
fn a_disk_without_room_for_a_new_file_makes_a_rotation_wait() {
    // Room for the directory, run.log, and no more.
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
fn a_read_only_disk_is_reported_at_the_start() {
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
