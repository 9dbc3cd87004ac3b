//! What `log` does when its disk fails, is full, or writes only part of what it is given.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

use nix::sys::signal::Signal;
use wandler_tests::disk::Call;
use wandler_tests::faults::FailingDisk;
use wandler_tests::recorded::{all_files, samples};
use wandler_tests::run::Running;

/// Waits until the file holds this text.
fn wait_for_text(running: &Running, disk: &FailingDisk, text: &str) {
    let path = disk.path("run.log");
    running.wait_until(&format!("the file holds {text:?}"), || {
        fs::read(&path).is_ok_and(|bytes| bytes == text.as_bytes())
    });
}

#[test]
fn a_failed_sync_is_final() {
    let Some(disk) = FailingDisk::new() else { return };
    let log = disk.log("sync:2:EIO", "--sync always");
    let mut running = log.stdin(Stdio::piped()).start();
    let mut input = running.stdin();
    input.write_all(b"1\n").unwrap();
    running.wait_until("the first line is synced", || {
        fs::read_to_string(disk.trace()).is_ok_and(|calls| calls.contains("\nsync "))
    });
    input.write_all(b"2\n").unwrap();
    running.finish().exits(1).says(&["log: cannot sync \"run.log\": Input/output error"]);
    // Another sync would have succeeded, without the data.
    let calls = disk.calls();
    assert!(matches!(calls.last(), Some(Call::Write { .. })), "{calls:?}");
}

#[test]
fn a_sync_that_fails_only_at_the_end_is_a_failure_too() {
    for sync in ["never", "1min"] {
        let Some(disk) = FailingDisk::new() else { return };
        let log = disk.log("sync:1:EDQUOT", &format!("--sync {sync}")).input("1\n");
        log.finish().exits(1).says(&["log: cannot sync \"run.log\": Disk quota exceeded"]);
    }
}

#[test]
fn a_write_that_fails_in_a_line_goes_on_from_the_exact_byte() {
    let Some(disk) = FailingDisk::new() else { return };
    let log = disk.log("write:2:short=4 write:3-:EIO", "");
    let mut running = log.stdin(Stdio::piped()).start();
    let mut input = running.stdin();
    input.write_all(b"1\n").unwrap();
    wait_for_text(&running, &disk, "1\n");
    input.write_all(b"22222222\n33\n").unwrap();
    running.wait_for_message("trying again");
    input.write_all(b"44\n").unwrap();
    wait_for_text(&running, &disk, "1\n2222");
    disk.mend();
    running.wait_for_message("can write");
    drop(input);
    running.finish().exits(0).says(&[
        "log: cannot write \"run.log\": Input/output error: trying again every second",
        "log: can write \"run.log\" again",
    ]);
    assert_eq!(disk.text("run.log"), "1\n22222222\n33\n44\n");
}

#[test]
fn asked_to_stop_while_the_disk_is_full_log_says_how_many_lines_are_not_on_it() {
    let Some(disk) = FailingDisk::new() else { return };
    let log = disk.log("write:2:short=4 write:3-:ENOSPC", "");
    let mut running = log.stdin(Stdio::piped()).start();
    let mut input = running.stdin();
    input.write_all(b"1\n").unwrap();
    wait_for_text(&running, &disk, "1\n");
    input.write_all(b"22222222\n33\n").unwrap();
    running.wait_for_message("trying again");
    input.write_all(b"44\n").unwrap();
    running.signal(Signal::SIGTERM);
    drop(input);
    running.finish().exits(1).says(&[
        "log: cannot write \"run.log\": No space left on device: trying again every second",
        "log: what comes from here on is counted, and not recorded",
        "log: cannot record 3 samples: cannot write \"run.log\": No space left on device",
    ]);
    // No half line is left.
    assert_eq!(disk.text("run.log"), "1\n");
}

#[test]
fn short_and_interrupted_writes_lose_nothing() {
    for faults in ["write:1-:short=1", "write:1-3:EINTR write:5:EINTR write:4-:short=2"] {
        for words in ["", "--sync always", "--rotate 256"] {
            let Some(disk) = FailingDisk::new() else { return };
            let log = disk.log(faults, words).input(samples(400));
            log.finish().exits(0).says(&[""; 0]);
            assert_eq!(all_files(disk.dir()), samples(400), "{faults}, {words}");
            let files = fs::read_dir(disk.dir()).unwrap().map(|it| it.unwrap().path());
            let is_whole = |path: &PathBuf| fs::read_to_string(path).unwrap().ends_with('\n');
            assert!(files.into_iter().all(|path| is_whole(&path)), "{faults}, {words}");
        }
    }
}

#[test]
fn a_rotation_waits_for_room_at_any_step() {
    let steps = [
        ("rename:1-:ENOSPC", "rename \"run.log\" to \"run.log.1\": No space left on device"),
        ("rename:2-:EDQUOT", "rename \"run.log.1\" to \"run.log.2\": Disk quota exceeded"),
        ("open:2-:ENOSPC", "open \"run.log\": No space left on device"),
    ];
    for (fault, failed) in steps {
        let Some(disk) = FailingDisk::new() else { return };
        let running = disk.log(fault, "--rotate 16").input(samples(30)).start();
        running.wait_for_message("trying again");
        disk.mend();
        running.finish().exits(0).says(&[
            &*format!("log: cannot {failed}: trying again every second"),
            "log: can write \"run.log\" again",
        ]);
        assert_eq!(all_files(disk.dir()), samples(30), "{fault}");
    }
}

#[test]
fn a_sync_that_fails_in_a_rotation_is_final() {
    let failures = [
        ("sync:1:EIO", "sync \"run.log\""),
        ("syncdir:2:EIO", "sync the directory of \"run.log.1\""),
    ];
    for (fault, failed) in failures {
        let Some(disk) = FailingDisk::new() else { return };
        let log = disk.log(fault, "--rotate 16 --sync never").input(samples(30));
        let told = format!("log: cannot {failed}: Input/output error");
        log.finish().exits(1).says(&[told]);
        assert_eq!(all_files(disk.dir()), samples(8), "{fault}");
    }
}

#[test]
fn a_file_that_cannot_be_made_ready_is_left_as_it_was() {
    let failures = [
        ("open:1:EROFS", "open \"run.log\": Read-only file system"),
        ("syncdir:1:EIO", "sync the directory of \"run.log\": Input/output error"),
        (
            "write@run.log.torn:1:ENOSPC",
            "set aside the torn end of \"run.log\": No space left on device",
        ),
        ("write@run.log.torn:2:EIO", "set aside the torn end of \"run.log\": Input/output error"),
        ("sync@run.log.torn:1:EIO", "sync \"run.log.torn\": Input/output error"),
        ("truncate:1:EIO", "set aside the torn end of \"run.log\": Input/output error"),
    ];
    for (fault, failed) in failures {
        let Some(disk) = FailingDisk::new() else { return };
        fs::write(disk.path("run.log"), "1\n2").unwrap();
        let log = disk.log(fault, "").input("3\n");
        log.finish().exits(1).says(&[format!("log: cannot {failed}")]);
        assert_eq!(disk.text("run.log"), "1\n2", "{fault}");
    }
}
