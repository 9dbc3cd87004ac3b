//! What a file system does not have is no failure: recording goes on, and it is reported once which promise
//! does not hold there.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use wandler_tests::faults::FailingDisk;
use wandler_tests::needs::{has, runs};
use wandler_tests::recorded::{all_files, samples};
use wandler_tests::run::Program;

const NAMES: &str =
    "recording all the same, but a power failure may undo the making and renaming of files";
const ALONE: &str = "recording all the same, but another log would not be noticed";
const FOLLOWED: &str =
    "recording all the same, but a file that takes its name would not be noticed";

#[test]
fn directories_files_and_locks_that_a_file_system_does_not_have() {
    let directory = |reason| format!("sync the directory of \"run.log\": {reason}: {NAMES}");
    let lock = |reason| format!("lock \"run.log\": {reason}: {ALONE}");
    let data = "sync \"run.log\": Invalid argument: recording all the same, but a power failure may take \
                what was recorded";
    for (faults, told) in [
        ("syncdir:1-:EINVAL", vec![directory("Invalid argument")]),
        ("syncdir:1-:ENOSYS", vec![directory("Function not implemented")]),
        ("lock:1-:ENOLCK", vec![lock("No locks available")]),
        ("lock:1-:ENOSYS", vec![lock("Function not implemented")]),
        ("lock:1-:EOPNOTSUPP", vec![lock("Operation not supported")]),
        ("sync:1-:EINVAL", vec![data.to_owned()]),
        (
            "lock:1-:ENOLCK syncdir:1-:EINVAL",
            vec![lock("No locks available"), directory("Invalid argument")],
        ),
    ] {
        for words in ["--sync always", "--rotate 16", "--truncate"] {
            let Some(disk) = FailingDisk::new() else { return };
            let told: Vec<String> = told.iter().map(|it| format!("log: cannot {it}")).collect();
            disk.log(faults, words).input(samples(30)).finish().exits(0).says(&told);
            assert_eq!(all_files(disk.dir()), samples(30), "{faults}, {words}");
        }
    }
}

#[test]
fn what_fails_is_still_a_failure() {
    for (fault, failed) in [
        ("syncdir:1-:EIO", "sync the directory of \"run.log\": Input/output error"),
        ("lock:1-:EIO", "lock \"run.log\": Input/output error"),
        ("opendir:1-:EMFILE", "open \".\": Too many open files"),
    ] {
        let Some(disk) = FailingDisk::new() else { return };
        let finished = disk.log(fault, "").input("1\n").finish().exits(1);
        finished.mentions(&format!("log: cannot {failed}").replace("\".\"", &{
            let real = disk.dir().canonicalize().unwrap();
            format!("{real:?}")
        }));
    }
}

#[test]
fn a_directory_that_may_be_searched_but_not_read() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("run.log"), "1\n").unwrap();
    fs::set_permissions(&dir, Permissions::from_mode(0o111)).unwrap();
    let path = dir.path().join("run.log");
    let log = Program::new("log").args([&path]);
    let log = match runs("test $(id -u) = 0") {
        false => log,
        true if has("setpriv", "apt-get install util-linux") => {
            log.wrapped(&["setpriv", "--bounding-set=-all", "--inh-caps=-all"])
        }
        true => return,
    };
    let finished = log.input("2\n").finish();
    fs::set_permissions(&dir, Permissions::from_mode(0o755)).unwrap();
    let real = dir.path().canonicalize().unwrap();
    finished.exits(0).says(&[format!("log: cannot open {real:?}: Permission denied: {NAMES}")]);
    assert_eq!(all_files(dir.path()), "1\n2\n");
}

#[test]
fn numbers_of_files_that_are_others_each_time_or_change_with_the_name() {
    let told = format!(
        "log: cannot look at \"run.log\": its inode number is another one each time: {FOLLOWED}"
    );
    for (fault, told) in [("inode:1-:each-time", &[told][..]), ("inode:1-:by-name", &[])] {
        for words in ["", "--rotate 16", "--rotate 16 --keep 2"] {
            let Some(disk) = FailingDisk::new() else { return };
            let mut running =
                disk.log(fault, &format!("{words} --pass")).stdin(Stdio::piped()).start();
            let mut stdin = running.stdin();
            // Seen more than once.
            for sample in 1..=12 {
                stdin.write_all(format!("{sample}\n").as_bytes()).unwrap();
                running.wait_for_lines(sample);
            }
            drop(stdin);
            running.finish().exits(0).says(told);
            assert_eq!(all_files(disk.dir()), samples(12), "{fault} {words}");
        }
    }
}

#[test]
fn a_file_that_does_not_answer_is_followed_by_its_name() {
    // Its file system is gone once it is called this.
    let faults = "status@dead:1-:ENOTCONN write@dead:1-:ENOTCONN sync@dead:1-:ENOTCONN";
    let followed =
        "log: \"run.log\" cannot be looked at any more: going on in a new file of that name";
    let failed = "log: cannot sync \"run.log\": Transport endpoint is not connected";
    let may_be_gone = format!("{failed}: up to 1 sample may be gone");
    for (sync, status, told) in
        [("always", 0, &[followed][..]), ("never", 1, &[followed, &may_be_gone, failed])]
    {
        let Some(disk) = FailingDisk::new() else { return };
        let log = disk.log(faults, &format!("--sync {sync} --pass"));
        let mut running = log.stdin(Stdio::piped()).start();
        let mut stdin = running.stdin();
        stdin.write_all(b"1\n").unwrap();
        running.wait_for_lines(1);
        fs::rename(disk.path("run.log"), disk.path("dead")).unwrap();
        running.wait_for_message(followed);
        stdin.write_all(b"2\n").unwrap();
        drop(stdin);
        running.finish().exits(status).writes("1\n2\n").says(told);
        assert_eq!([disk.text("dead"), disk.text("run.log")], ["1\n", "2\n"]);
    }
}

#[test]
fn whoever_may_only_read_the_file_does_not_keep_it_from_being_recorded_in() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.log");
    fs::write(&path, "").unwrap();
    let reader = File::open(&path).unwrap();
    let log = || Program::new("log").args(["run.log"]).dir(&dir).input("1\n");
    reader.lock().unwrap();
    log().finish().exits(0).says(&[""; 0]);
    let lock = libc::flock {
        l_type: libc::F_RDLCK as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    };
    fcntl(&reader, FcntlArg::F_OFD_SETLK(&lock)).unwrap();
    let told =
        format!("log: cannot lock \"run.log\": somebody who reads it has locked it: {ALONE}");
    log().finish().exits(0).says(&[told]);
    assert_eq!(all_files(dir.path()), "1\n1\n");
}
