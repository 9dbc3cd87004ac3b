//! Hostile surroundings: links and other people's files in place of the log, and a system that has
//! nothing left: no descriptors, no memory, no processes, an environment that fills all the room there
//! is. (Without `/proc`: `container`.) Either it works or there is a message; it never hangs, and never
//! leaves half a pipeline behind.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use wandler_tests::needs::left_out;
use wandler_tests::peak::peak;
use wandler_tests::proc;
use wandler_tests::programs::program;
use wandler_tests::run::{Finished, Program};

/// A pipeline that ends by itself.
const PIPELINE: &str =
    "launcher --conv '--rate max --count 1000 --seed 1' --log '--truncate run.log'";

/// Runs the pipeline in bash after `before`; checks that it either works or says why not, and leaves
/// nothing behind.
#[track_caller]
fn works_or_says_why(before: &str, dir: &Path) -> Finished {
    let running = Program::bash(&format!("{before}; exec {PIPELINE}")).dir(dir).start();
    let group = running.pid();
    let finished = running.finish();
    match finished.code() {
        0 => {
            let log = fs::read_to_string(dir.join("run.log")).unwrap();
            assert_eq!(log.lines().count(), 1000, "{finished}");
        }
        // 127: not even the launcher's own libraries could be loaded, as the loader reports.
        1 | 127 => assert!(!finished.stderr.is_empty(), "{finished}"),
        _ => panic!("{finished}"),
    }
    assert_eq!(proc::alive(group), [], "{finished}");
    finished
}

#[test]
fn without_descriptors_it_says_so() {
    let dir = tempfile::tempdir().unwrap();
    for number in 4..32 {
        let finished = works_or_says_why(&format!("ulimit -n {number}"), dir.path());
        assert!(finished.code() == 0 || finished.stderr.contains("open files"), "{finished}");
    }
    works_or_says_why("ulimit -n 8", dir.path())
        .exits(1)
        .says(&["launcher: cannot make the transports: a pipe: Too many open files"]);
    works_or_says_why("ulimit -n 64", dir.path()).exits(0);
}

#[test]
fn every_stage_needs_few_descriptors() {
    let dir = tempfile::tempdir().unwrap();
    for script in [
        "ulimit -n 8; conv --rate max --count 3 > data",
        "ulimit -n 8; log --rotate 4 run.log < data",
        "ulimit -n 8; stat < data > records",
        "ulimit -n 8; report --svg x.svg < records",
    ] {
        Program::bash(script).dir(&dir).finish().exits(0);
    }
}

#[test]
fn without_memory_it_says_so() {
    let dir = tempfile::tempdir().unwrap();
    // (With less than a debug build's own size, the loader dies before the program begins.)
    for kib in [5_000, 6_000, 8_000, 10_000, 15_000, 30_000, 100_000] {
        works_or_says_why(&format!("ulimit -v {kib}"), dir.path());
    }
}

#[test]
fn without_processes_it_says_so() {
    // A limit counts all of a user's processes, so it must be a user without any; and not root.
    let as_nobody = ["setpriv", "--reuid=1000000007", "--clear-groups"];
    if Program::other("true").wrapped(&as_nobody).finish().code() != 0 {
        return left_out("another user is needed, which this one cannot become");
    }
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
    // By a process of its own: a copy that a child of another test still has open for writing could
    // not be executed.
    let copies = ["conv", "log", "stat", "report", "launcher"].map(program);
    Program::other("cp").args(copies).args([dir.path()]).finish().exits(0);
    for processes in 1..16 {
        let script = format!("ulimit -u {processes}; exec ./{PIPELINE}");
        let running = Program::other("bash").args(["-c", &script]).wrapped(&as_nobody).dir(&dir);
        let running = running.start();
        let group = running.pid();
        let finished = running.finish();
        assert!(matches!(finished.code(), 0 | 1), "{finished}");
        assert!(!finished.stderr.is_empty(), "{finished}");
        assert_eq!(proc::alive(group), [], "{finished}");
    }
}

#[test]
fn a_huge_environment_is_handed_on_or_refused() {
    // Strings may have 128 KiB each, and all of them 2 MiB where the stack may have 8.
    let string = "x".repeat(100_000);
    for strings in [1, 10, 19, 20] {
        let dir = tempfile::tempdir().unwrap();
        let exports: String =
            (0..strings).map(|number| format!("export X{number}=$(cat big); ")).collect();
        fs::write(dir.path().join("big"), &string).unwrap();
        let script = format!("{exports} {PIPELINE}");
        let finished = Program::bash(&script).dir(&dir).finish();
        // 126: bash could not execute the launcher.
        assert!(matches!(finished.code(), 0 | 1 | 126), "{finished}");
        assert!(!finished.stderr.is_empty(), "{finished}");
    }
}

#[test]
fn a_link_in_place_of_the_log_is_reported_and_one_in_place_of_what_log_makes_is_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    let precious = dir.path().join("precious");
    fs::write(&precious, "1\n2").unwrap();
    symlink(&precious, dir.path().join("run.log.torn")).unwrap();
    fs::write(dir.path().join("run.log"), "1\n2").unwrap();
    let log = |words: &str| Program::new("log").words(words).dir(&dir).input("3\n4\n5\n");
    let reason = "log: cannot open \"run.log.torn\": Too many levels of symbolic links";
    log("run.log").finish().exits(1).says(&[reason]);
    assert_eq!(fs::read_to_string(dir.path().join("run.log")).unwrap(), "1\n2");

    fs::remove_file(dir.path().join("run.log.torn")).unwrap();
    symlink(&precious, dir.path().join("run.log.1")).unwrap();
    fs::write(dir.path().join("run.log"), "").unwrap();
    log("--rotate 4 run.log").finish().exits(0);
    assert!(dir.path().join("run.log.2").is_symlink());
    assert_eq!(fs::read_to_string(&precious).unwrap(), "1\n2");

    symlink("precious", dir.path().join("link")).unwrap();
    let real = precious.canonicalize().unwrap();
    let told = format!("log: \"link\" is a symbolic link: recording in {real:?}");
    log("link").finish().exits(0).mentions(&told);
}

#[test]
fn what_is_recorded_may_only_be_written_by_its_owner() {
    let dir = tempfile::tempdir().unwrap();
    for (umask, mode) in [("000", 0o644), ("077", 0o600)] {
        let script = format!(
            "umask {umask}; rm -f run.*; printf '1\n2' | log run.log; \
                              printf 3 >> run.log; printf '4\n5\n' | log --rotate 4 run.log"
        );
        Program::bash(&script).dir(&dir).finish().exits(0);
        for name in ["run.log", "run.log.1", "run.log.torn"] {
            let found = fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
            assert_eq!(found, mode, "{name} has {found:o}");
        }
    }
}

#[test]
fn the_longest_records_take_little_memory() {
    let (dir, most) = (tempfile::tempdir().unwrap(), (64 << 20) - 1000);
    let record = |field: &str| {
        format!(
            "{{{field},\"n\":1,\"rejected\":0,\"last\":1,\"sum\":1,\"mean\":1,\"sd\":null,\"min\":1,\"max\":1}}\n"
        )
    };
    let list = |entry: &str| vec![entry; most / (entry.len() + 1)].join(",");
    let long = "x".repeat(most);
    let entries = "more than 10000 entries";
    for (field, why) in [
        (format!("\"histogram\":[{}]", list("[0,1,1]")), entries),
        (format!("\"course\":[{}]", list("[1,0,1,1]")), entries),
        (format!("\"labels\":{{\"a\":\"{long}\"}}"), "a name of over 1024 bytes"),
        (format!("\"channel\":\"{long}\""), "a name of over 1024 bytes"),
        (format!("\"state\":\"{long}\""), ""),
    ] {
        fs::write(dir.path().join("record"), record(&field)).unwrap();
        let words = "cd \"$1\"; exec \"$0\" --svg x.svg --textfile x.prom < record";
        let report = Program::other("sh").args(["-c", words]).args([program("report")]);
        let (finished, peak) = peak(report.args([dir.path()]));
        let finished = finished.exits(if why.is_empty() { 0 } else { 3 });
        assert_eq!(finished.stderr.contains(&format!("not a record: {why}: ")), !why.is_empty());
        assert!(peak < 150_000, "{peak} KiB\n{finished}");
    }
}
