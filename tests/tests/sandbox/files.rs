//! Which files a running stage can still reach: what it needs for its work, also when directories are made
//! and file systems mounted anew, and nothing else.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::process::Stdio;

use wandler_tests::recorded::all_files;
use wandler_tests::small_disk::SmallDisk;

use super::denied::denying;
use super::*;

/// Whether stages give up files here; says so if not.
fn gives_up_files() -> bool {
    if let Err(why) = landlock() {
        left_out(&why);
    }
    landlock().is_ok()
}

const DONE: &str = "deed: done";
const REFUSED: &str = "deed: Permission denied (os error 13)";

/// A stage that works in `here`, below a directory of its own, and what it says of a deed in between.
/// `PLACE` in the command and the deed is that directory, and `ELSEWHERE` another one, its user's home.
fn told(command: &str, deed: &str, around: impl FnOnce(Program) -> Program) -> Option<String> {
    let library = preloaded()?;
    let (place, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let here = place.path().join("here");
    fs::create_dir(&here).unwrap();
    for file in ["data", "beside", "../above"].map(|name| here.join(name)) {
        fs::write(file, "1\n").unwrap();
    }
    fs::write(elsewhere.path().join("own"), "1\n").unwrap();
    symlink("/dev/zero", here.join("device")).unwrap();
    let filled_in = |text: &str| {
        let text = text.replace("PLACE", place.path().to_str().unwrap());
        text.replace("ELSEWHERE", elsewhere.path().to_str().unwrap())
    };
    let (command, deed) = (filled_in(command), filled_in(deed));
    let (program, words) = command.split_once(' ').unwrap_or((&command, ""));
    let input = if program == "report" { RECORD } else { "1\n2\n" };
    let run = Program::new(program).words(words).input(input);
    let run = with_deed(run.env("HOME", elsewhere.path()), library, program, &deed);
    let finished = around(run).dir(&here).finish();
    assert_eq!(finished.code(), 0, "{command}: {deed}: {finished}");
    let told = finished.stderr.lines().find(|line| line.starts_with("deed: "));
    Some(told.unwrap_or_else(|| panic!("{deed}: {finished}")).to_owned())
}

/// Checks what a stage can do with files: these deeds with all of its sandbox, and those not even if it
/// keeps all system calls.
#[track_caller]
fn reaches(command: &str, done: &[&str], refused: &[&str]) {
    if !gives_up_files() {
        return;
    }
    for deed in done {
        let Some(told) = told(command, deed, |run| run) else { return };
        assert_eq!(told, DONE, "{command}: {deed}");
    }
    for deed in refused {
        let Some(told) = told(command, deed, with_all_calls) else { return };
        assert_eq!(told, REFUSED, "{command}: {deed}");
    }
}

/// The same program, which keeps all system calls.
fn with_all_calls(program: Program) -> Program {
    // Where there is no seccomp, it does anyway.
    if obstacle().is_none() { denying("EPERM", "seccomp", program) } else { program }
}

#[test]
fn a_stage_that_keeps_a_file_reaches_its_directory_and_the_one_above_and_nothing_else() {
    for command in [
        "log run.log",
        "log --rotate 1K PLACE/here/run.log",
        "report --svg picture.svg",
        "report --textfile record.prom",
    ] {
        let done =
            ["open beside", "write beside", "make new", "open PLACE/above", "make PLACE/new"];
        let refused = [
            "open /etc/passwd",
            "open /",
            "open ELSEWHERE/own",
            "make ELSEWHERE/new",
            "open /proc/self/mem",
            "write /proc/self/mem",
            "write /dev/null",
        ];
        reaches(command, &done, &refused);
    }
}

#[test]
fn a_stage_that_keeps_a_device_writes_to_it_and_to_nothing_else() {
    let refused =
        ["open /dev/null", "write /dev/full", "write data", "make new", "open .", "open /"];
    for command in ["log /dev/null", "report --textfile /dev/null"] {
        reaches(command, &["write /dev/null"], &refused);
    }
}

#[test]
fn a_report_that_keeps_two_files_reaches_the_directories_of_both() {
    let done = ["make new", "make ELSEWHERE/new"];
    let refused = ["open /etc/passwd", "open /", "write /dev/null"];
    for both in [
        "--svg picture.svg --textfile ELSEWHERE/record.prom",
        "--svg ELSEWHERE/picture.svg --textfile record.prom",
    ] {
        reaches(&format!("report {both}"), &done, &refused);
    }
}

#[test]
fn a_stage_without_files_to_open_reaches_none() {
    let refused = [
        "open data",
        "open .",
        "make new",
        "open PLACE/above",
        "open ELSEWHERE/own",
        "open /etc/passwd",
        "open /dev/null",
        "open /proc/self/mem",
    ];
    for command in
        ["conv --from -", "conv --from data", "stat", "report", "report --fail-if mean>9"]
    {
        reaches(command, &[], &refused);
    }
}

#[test]
fn the_fan_out_reaches_no_file() {
    let Some(library) = preloaded().filter(|_| gives_up_files()) else { return };
    for deed in ["open own", "open .", "make new", "open /etc/passwd"] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("own"), "1\n").unwrap();
        let run = launcher("pipe").args(["--conv", "--count 3 --rate max", "--log", "run.log"]);
        let run = with_deed(run.env("HOME", dir.path()), library, "tee", deed);
        let finished = with_all_calls(run).dir(&dir).finish().exits(0);
        let told: Vec<_> =
            finished.stderr.lines().filter(|line| line.starts_with("deed: ")).collect();
        assert_eq!(told, [REFUSED], "{deed}: {finished}");
    }
}

#[test]
fn a_stage_that_polls_a_file_reads_what_lies_in_its_directory_and_the_one_above() {
    let done = ["open data", "open beside", "open PLACE/above"];
    let refused = [
        "open /etc/passwd",
        "open .",
        "open ELSEWHERE/own",
        "write data",
        "make new",
        "open /dev/null",
        "open /proc/self/mem",
    ];
    reaches("conv --poll data --count 2 --rate max", &done, &refused);
    let both = "--poll data --poll ELSEWHERE/own";
    let done = ["open beside", "open ELSEWHERE/own"];
    reaches(&format!("conv {both} --count 2 --rate max"), &done, &["open /dev/null"]);
}

#[test]
fn a_stage_that_waits_for_a_device_to_return_reads_devices_and_what_lies_around_its_name() {
    let done = ["open device", "open beside", "open PLACE/above", "open /dev/null"];
    let refused = [
        "open .",
        "open /dev",
        "write /dev/null",
        "write beside",
        "make new",
        "open ELSEWHERE/own",
        "open /etc/passwd",
        "open /proc/self/mem",
    ];
    // So many that they are not read at once.
    let count = "--count 100000";
    reaches(&format!("conv --from device --reconnect --format f64le {count}"), &done, &refused);
}

#[test]
fn a_stage_that_reads_what_was_recorded_finds_what_lies_beside_it() {
    let refused = [
        "open PLACE/above",
        "write beside",
        "make new",
        "open ELSEWHERE/own",
        "open /etc/passwd",
        "open /dev/null",
        "open /proc/self/mem",
    ];
    for command in ["log --check data", "log --cat data"] {
        reaches(command, &["open beside", "open ."], &refused);
    }
    let both = ["open beside", "open ELSEWHERE"];
    reaches("log --check data ELSEWHERE/own", &both, &["open PLACE/above"]);
}

#[test]
fn statistics_of_files_reach_these_and_no_others() {
    let refused = [
        "open device",
        "open .",
        "open PLACE/above",
        "write data",
        "make new",
        "open ELSEWHERE/own",
        "open /etc/passwd",
    ];
    reaches("stat data beside", &["open data", "open beside"], &refused);
}

#[test]
fn a_helper_reaches_no_other_files_than_its_stage() {
    let Some(library) = preloaded().filter(|_| gives_up_files()) else { return };
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("data"), "1\n".repeat(1 << 20)).unwrap();
    for (deed, expected) in [("open data", DONE), ("open /etc/passwd", REFUSED)] {
        let run = Program::new("stat").words("--jobs 2 data").dir(&dir);
        let finished = with_all_calls(with_deed(run, library, "helper", deed)).finish().exits(0);
        let told: Vec<_> =
            finished.stderr.lines().filter(|line| line.starts_with("deed: ")).collect();
        assert_eq!(told, [expected], "{deed}: {finished}");
    }
}

#[test]
fn a_sandbox_that_is_switched_off_keeps_all_files() {
    for command in ["log --no-sandbox run.log", "stat --no-sandbox"] {
        let Some(told) = told(command, "open /etc/passwd", |run| run) else { return };
        assert_eq!(told, DONE, "{command}");
    }
}

#[test]
fn each_half_of_the_sandbox_works_without_the_other() {
    if !gives_up_files() || !is_sandboxed() {
        return;
    }
    // An outer sandbox, or a kernel without it, or one that does not know of all that is asked for.
    for errno in ["EPERM", "EACCES", "EINVAL", "ENOSYS", "EOPNOTSUPP"] {
        let without = |call| move |run| denying(errno, call, run);
        // (Ports are given up since version 4.)
        let port = ("stat", "connect", if landlock() < Ok(4) { DONE } else { REFUSED });
        for (command, deed, expected) in [
            ("log run.log", "open /etc/passwd", REFUSED),
            ("stat", "make new", REFUSED),
            ("stat", "run", REFUSED),
            port,
        ] {
            let Some(told) = told(command, deed, without("seccomp")) else { return };
            assert_eq!(told, expected, "{command}: {deed}");
        }
        let Some(told) =
            told("log run.log", "open /etc/passwd", without("landlock_create_ruleset"))
        else {
            return;
        };
        assert_eq!(told, DONE);
    }
}

#[test]
fn without_landlock_a_pipeline_works_and_says_what_it_lacks() {
    if !is_sandboxed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    for (errno, reason) in [
        ("EPERM", "Landlock is not to be had: Operation not permitted"),
        ("ENOSYS", "Landlock is not to be had: Function not implemented"),
        ("EOPNOTSUPP", "Landlock is not switched on"),
    ] {
        let run = launcher("pipe").args(["-v", "--conv", "--count 3 --rate max"]);
        let finished = denying(errno, "landlock_create_ruleset", run).dir(&dir).finish().exits(0);
        let none = format!("no stage gives up a file: {reason}");
        finished.mentions(&format!("launcher: {none}"));
    }
}

#[test]
fn a_polled_file_is_followed_when_it_or_its_directory_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let (inner, file) = (dir.path().join("d"), dir.path().join("d/data"));
    fs::create_dir(&inner).unwrap();
    fs::write(&file, "1\n").unwrap();
    let running = Program::new("conv").words("--poll d/data --period 5ms").dir(&dir).start();
    running.wait_for_lines(1);
    fs::write(inner.join("new"), "2\n").unwrap();
    fs::rename(inner.join("new"), &file).unwrap();
    running.wait_for_line("2");
    fs::remove_dir_all(&inner).unwrap();
    running.wait_for_message("cannot open \"d/data\": No such file or directory");
    fs::create_dir(&inner).unwrap();
    fs::write(&file, "3\n").unwrap();
    running.wait_for_line("3");
    running.signal(Signal::SIGTERM);
    running.finish().exits(3);
}

#[test]
fn a_file_system_that_is_mounted_anew_is_recorded_on() {
    for name in ["run.log", "deep/run.log"] {
        let Some(disk) = SmallDisk::new("size=1m") else { return };
        let path = disk.path().join(name);
        let make_directory = || fs::create_dir_all(path.parent().unwrap()).unwrap();
        make_directory();
        let log = Program::new("log").args(["--pass", path.to_str().unwrap()]).dir("/");
        let mut running = log.stdin(Stdio::piped()).start();
        let mut stdin = running.stdin();
        stdin.write_all(b"1\n").unwrap();
        running.wait_for_lines(1);
        running.stop(running.pid());
        disk.replace();
        make_directory();
        running.signal(Signal::SIGCONT);
        let told = format!("log: {path:?} was moved: going on in a new file of that name");
        running.wait_for_message(&told);
        stdin.write_all(b"2\n").unwrap();
        drop(stdin);
        running.finish().exits(0).says(&[told]);
        assert_eq!(all_files(path.parent().unwrap()), "2\n");
    }
}
