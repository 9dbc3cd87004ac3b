//! What `log` does when its disk fails, is full, or writes only part of what it is given.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

use nix::sys::signal::Signal;
use tempfile::TempDir;
use wandler_tests::disk::Call;
use wandler_tests::faults::{self, FAULTS, Library, TRACE, WHILE};
use wandler_tests::recorded::{all_files, samples};
use wandler_tests::run::{Program, Running};

/// A directory to record in, and a disk under it that fails.
struct Bench {
    library: &'static Library,
    dir: TempDir,
    /// Holds the trace and the switch, which are not on the failing disk.
    beside: TempDir,
}

impl Bench {
    fn new() -> Option<Bench> {
        let dir = || tempfile::tempdir().unwrap();
        Some(Bench { library: Library::built()?, dir: dir(), beside: dir() })
    }

    /// A `log` on this disk, which fails like this while the switch is there.
    fn log(&self, faults: &str, words: &str) -> Program {
        fs::write(self.switch(), "").unwrap();
        let log = Program::new("log").words(words).args(["run.log"]).dir(&self.dir);
        let log = self.library.preloaded(log).env(FAULTS, faults);
        log.env(WHILE, self.switch()).env(TRACE, self.trace())
    }

    fn switch(&self) -> PathBuf {
        self.beside.path().join("switch")
    }

    /// Repairs the disk.
    fn mend(&self) {
        fs::remove_file(self.switch()).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn trace(&self) -> PathBuf {
        self.beside.path().join("trace")
    }

    fn calls(&self) -> Vec<Call> {
        faults::trace(&self.trace(), self.dir.path())
    }
}

/// Waits until the file holds this text.
fn wait_for_text(running: &Running, bench: &Bench, text: &str) {
    let path = bench.path("run.log");
    running.wait_until(&format!("the file holds {text:?}"), || {
        fs::read(&path).is_ok_and(|bytes| bytes == text.as_bytes())
    });
}

#[test]
fn a_failed_sync_is_final() {
    let Some(bench) = Bench::new() else { return };
    let log = bench.log("sync:2:EIO", "--sync always");
    let mut running = log.stdin(Stdio::piped()).start();
    let mut input = running.stdin();
    input.write_all(b"1\n").unwrap();
    running.wait_until("the first line is synced", || {
        fs::read_to_string(bench.trace()).is_ok_and(|calls| calls.contains("\nsync "))
    });
    input.write_all(b"2\n").unwrap();
    running.finish().exits(1).says(&["log: cannot sync \"run.log\": Input/output error"]);
    // Another sync would have succeeded, without the data.
    let calls = bench.calls();
    assert!(matches!(calls.last(), Some(Call::Write { .. })), "{calls:?}");
}

#[test]
fn a_sync_that_fails_only_at_the_end_is_a_failure_too() {
    for sync in ["never", "1min"] {
        let Some(bench) = Bench::new() else { return };
        let log = bench.log("sync:1:EDQUOT", &format!("--sync {sync}")).input("1\n");
        log.finish().exits(1).says(&["log: cannot sync \"run.log\": Disk quota exceeded"]);
    }
}

#[test]
fn a_write_that_fails_in_a_line_goes_on_from_the_exact_byte() {
    let Some(bench) = Bench::new() else { return };
    let log = bench.log("write:2:short=4 write:3-:EIO", "");
    let mut running = log.stdin(Stdio::piped()).start();
    let mut input = running.stdin();
    input.write_all(b"1\n").unwrap();
    wait_for_text(&running, &bench, "1\n");
    input.write_all(b"22222222\n33\n").unwrap();
    running.wait_for_message("trying again");
    input.write_all(b"44\n").unwrap();
    wait_for_text(&running, &bench, "1\n2222");
    bench.mend();
    running.wait_for_message("can write");
    drop(input);
    running.finish().exits(0).says(&[
        "log: cannot write \"run.log\": Input/output error: trying again every second",
        "log: can write \"run.log\" again",
    ]);
    assert_eq!(bench.text("run.log"), "1\n22222222\n33\n44\n");
}

#[test]
fn asked_to_stop_while_the_disk_is_full_log_says_how_many_lines_are_not_on_it() {
    let Some(bench) = Bench::new() else { return };
    let log = bench.log("write:2:short=4 write:3-:ENOSPC", "");
    let mut running = log.stdin(Stdio::piped()).start();
    let mut input = running.stdin();
    input.write_all(b"1\n").unwrap();
    wait_for_text(&running, &bench, "1\n");
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
    assert_eq!(bench.text("run.log"), "1\n");
}

#[test]
fn short_and_interrupted_writes_lose_nothing() {
    for faults in ["write:1-:short=1", "write:1-3:EINTR write:5:EINTR write:4-:short=2"] {
        for words in ["", "--sync always", "--rotate 256"] {
            let Some(bench) = Bench::new() else { return };
            let log = bench.log(faults, words).input(samples(400));
            log.finish().exits(0).says(&[""; 0]);
            assert_eq!(all_files(bench.dir.path()), samples(400), "{faults}, {words}");
            let files = fs::read_dir(&bench.dir).unwrap().map(|it| it.unwrap().path());
            let is_whole = |path: &PathBuf| fs::read_to_string(path).unwrap().ends_with('\n');
            assert!(files.into_iter().all(|path| is_whole(&path)), "{faults}, {words}");
        }
    }
}

#[test]
fn a_step_of_a_rotation_that_fails_is_tried_again() {
    let steps = [
        ("rename:1-:EIO", "rename \"run.log\" to \"run.log.1\": Input/output error"),
        ("rename:2-:EROFS", "rename \"run.log.1\" to \"run.log.2\": Read-only file system"),
        ("rename:3-:EIO", "rename \"run.log\" to \"run.log.1\": Input/output error"),
        ("open:2-:ENOSPC", "open \"run.log\": No space left on device"),
        ("open:3-:EMFILE", "open \"run.log\": Too many open files"),
    ];
    for (fault, failed) in steps {
        let Some(bench) = Bench::new() else { return };
        let log = bench.log(fault, "--rotate 16").input(samples(30));
        let running = log.start();
        running.wait_for_message("trying again");
        bench.mend();
        running.finish().exits(0).says(&[
            &*format!("log: cannot {failed}: trying again every second"),
            "log: can write \"run.log\" again",
        ]);
        assert_eq!(all_files(bench.dir.path()), samples(30), "{fault}");
    }
}

#[test]
fn an_old_file_that_cannot_be_removed_is_tried_again() {
    let Some(bench) = Bench::new() else { return };
    for number in 1..=3 {
        fs::write(bench.path(&format!("run.log.{number}")), "old\n").unwrap();
    }
    let running = bench.log("unlink:1-:EROFS", "--rotate 16 --keep 1").input(samples(30)).start();
    running.wait_for_message("trying again");
    bench.mend();
    running.finish().exits(0).says(&[
        "log: cannot remove \"run.log.3\": Read-only file system: trying again every second",
        "log: can write \"run.log\" again",
    ]);
    assert_eq!(all_files(bench.dir.path()), "24\n25\n26\n27\n28\n29\n30\n");
}

#[test]
fn a_sync_that_fails_in_a_rotation_is_final() {
    let failures = [
        ("sync:1:EIO", "sync \"run.log\""),
        ("syncdir:2:EIO", "sync the directory of \"run.log.1\""),
    ];
    for (fault, failed) in failures {
        let Some(bench) = Bench::new() else { return };
        let log = bench.log(fault, "--rotate 16 --sync never").input(samples(30));
        let told = format!("log: cannot {failed}: Input/output error");
        log.finish().exits(1).says(&[told]);
        assert_eq!(all_files(bench.dir.path()), samples(8), "{fault}");
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
        let Some(bench) = Bench::new() else { return };
        fs::write(bench.path("run.log"), "1\n2").unwrap();
        let log = bench.log(fault, "").input("3\n");
        log.finish().exits(1).says(&[format!("log: cannot {failed}")]);
        assert_eq!(bench.text("run.log"), "1\n2", "{fault}");
    }
}
