//! What `log --timestamps` writes: a header at the beginning of each new file, and a time in front of
//! each line. Neither is counted or passed on.

use std::fs;
use std::path::Path;

use nix::sys::signal::Signal;
use tempfile::TempDir;
use wandler_tests::faults::{FAULTS, Library};
use wandler_tests::recorded::{all_files, old_numbers, samples};
use wandler_tests::run::{Finished, Program};
use wandler_tests::via::launcher;

const HEADER: &str = "time\tvalue\n";

/// A line of a file from before there was a header.
const OLD: &str = "1000000000.000000\t7\n";

/// Records `input` in `run.log`.
fn log(words: &str, input: &str, dir: &TempDir) -> Finished {
    Program::new("log").words(words).words("run.log").dir(dir).input(input).finish().exits(0)
}

/// Checks that `run.log` holds this many samples, with times.
fn check(dir: &TempDir, samples: u64) {
    let checked = Program::new("log").words("--check run.log").dir(dir).finish().exits(0);
    let start = format!("run.log: {samples} samples, from ");
    assert!(checked.stdout.starts_with(&start) && checked.stdout.lines().count() == 1, "{checked}");
}

fn read(dir: &TempDir) -> String {
    fs::read_to_string(dir.path().join("run.log")).unwrap()
}

/// The values of a file that must begin with the header, and have it nowhere else.
fn values(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let rows = text.strip_prefix(HEADER).unwrap_or_else(|| panic!("no header: {text:?}"));
    rows.lines().map(|row| row.split_once('\t').unwrap().1.to_owned() + "\n").collect()
}

#[test]
fn a_new_file_begins_with_the_header_and_another_recording_goes_on_behind_its_lines() {
    for form in ["unix", "iso"] {
        let dir = tempfile::tempdir().unwrap();
        let words = format!("--pass --timestamps {form}");
        log(&words, "1\n2\n", &dir).writes("1\n2\n").says(&[""; 0]);
        log(&words, "3\n4", &dir).writes("3\n4").says(&[""; 0]);
        assert_eq!(values(&dir.path().join("run.log")), "1\n2\n3\n4\n");
        check(&dir, 4);
        log(&format!("--truncate {words}"), "5\n", &dir);
        assert_eq!(values(&dir.path().join("run.log")), "5\n");
    }
}

#[test]
fn each_file_of_a_rotation_has_the_header_and_keeps_its_size() {
    for (form, size) in [("unix", 64), ("iso", 128), ("iso", 1)] {
        let dir = tempfile::tempdir().unwrap();
        log(&format!("--timestamps {form} --rotate {size} --keep 99"), &samples(30), &dir);
        let old =
            old_numbers(dir.path()).into_iter().rev().map(|number| format!("run.log.{number}"));
        let paths: Vec<_> =
            old.chain(["run.log".to_owned()]).map(|name| dir.path().join(name)).collect();
        let all: String = paths.iter().map(|path| values(path)).collect();
        assert_eq!(all, samples(30), "{form}, {size}");
        for path in &paths {
            let length = fs::metadata(path).unwrap().len();
            assert!(length <= size || values(path).lines().count() == 1, "{path:?}: {length}");
        }
        assert!(paths.len() > 5, "{paths:?}");
        let checked = Program::new("log").words("--check run.log").dir(&dir).finish().exits(0);
        let sum = format!("{} files: 30 samples, from ", paths.len());
        assert!(checked.stdout.lines().last().unwrap().starts_with(&sum), "{checked}");
    }
}

#[test]
fn a_file_without_a_header_goes_on_as_it_is_and_the_next_one_begins_with_it() {
    for (old, words) in [(OLD, "unix"), ("2001-09-09T01:46:40.000000Z\t7\n", "iso")] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("run.log"), old).unwrap();
        log(&format!("--timestamps {words}"), "1\n", &dir);
        let text = read(&dir);
        assert!(
            text.starts_with(old) && text.ends_with("\t1\n") && !text.contains("time"),
            "{text}"
        );
        check(&dir, 2);
        log(&format!("--timestamps {words} --rotate 64"), "2\n3\n", &dir);
        assert!(read(&dir).starts_with(HEADER));
        assert_eq!(all_files(dir.path()).matches(HEADER).count(), old_numbers(dir.path()).len());
    }
}

#[test]
fn a_torn_header_is_set_aside_and_written_again() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("run.log"), "time\tva").unwrap();
    let told = "log: \"run.log\" ended in a torn line: 7 bytes set aside in \"run.log.torn\"";
    log("--timestamps iso", "1\n", &dir).says(&[told]);
    assert_eq!(values(&dir.path().join("run.log")), "1\n");
    assert_eq!(fs::read_to_string(dir.path().join("run.log.torn")).unwrap(), "time\tva\n");
}

#[test]
fn a_header_without_lines_is_continued() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("run.log"), HEADER).unwrap();
    let checked = Program::new("log").words("--check run.log").dir(&dir).finish().exits(0);
    checked.writes("run.log: 0 samples\n");
    log("--timestamps unix", "1\n", &dir).says(&[""; 0]);
    assert_eq!(values(&dir.path().join("run.log")), "1\n");
}

#[test]
fn without_a_line_nothing_is_written() {
    let dir = tempfile::tempdir().unwrap();
    log("--timestamps iso", "", &dir);
    assert_eq!(read(&dir), "");
}

#[test]
fn files_that_were_put_together_are_judged_as_one() {
    let dir = tempfile::tempdir().unwrap();
    log("--timestamps iso", "1\n", &dir);
    let text = format!("{OLD}{}{}x\n", read(&dir), read(&dir));
    fs::write(dir.path().join("run.log"), text).unwrap();
    let checked = Program::new("log").words("--check run.log").dir(&dir).finish().exits(3);
    assert!(
        checked.stdout.starts_with("run.log: 3 samples, from 2001-09-09T01:46:40Z to 20"),
        "{checked}"
    );
    checked.says(&["log: \"run.log\": line 6: 1 column instead of 2: \"x\""]);
}

#[test]
fn the_header_is_not_in_the_account() {
    let dir = tempfile::tempdir().unwrap();
    let log = "run.log --timestamps unix --rotate 4K --keep 99";
    let launcher =
        launcher("pipe").args(["--conv", "--rate max --count 1000 --seed 1", "--log", log]);
    let account = "launcher: 1000 samples sent, 1000 recorded, 1000 counted, 0 rejected";
    launcher.dir(&dir).finish().exits(0).mentions(account);
}

#[test]
fn a_disk_that_is_full_within_the_header_gets_the_rest_of_it_or_is_left_without_it() {
    let Some(library) = Library::built() else { return };
    for is_stopped in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let program = Program::new("log").words("--timestamps unix run.log").dir(&dir);
        let faults = if is_stopped {
            "write:1:short=4 write:2-:ENOSPC"
        } else {
            "write:1:short=4 write:2:ENOSPC"
        };
        let program = library.preloaded(program).env(FAULTS, faults);
        let running = program.input("1\n2\n").start();
        running.wait_for_message("trying again");
        if is_stopped {
            running.signal(Signal::SIGTERM);
            let cannot = "log: cannot write \"run.log\": No space left on device";
            running.finish().exits(1).says(&[
                &*format!("{cannot}: trying again every second"),
                "log: what comes from here on is counted, and not recorded",
                "log: cannot record 2 samples: cannot write \"run.log\": No space left on device",
            ]);
            assert_eq!(read(&dir), "");
        } else {
            running.finish().exits(0);
            assert_eq!(values(&dir.path().join("run.log")), "1\n2\n");
        }
    }
}
