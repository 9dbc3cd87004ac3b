//! Rotations that are refused: recording goes on in the same file, beyond its size.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};

use wandler_tests::faults::FailingDisk;
use wandler_tests::needs::{has, left_out, runs};
use wandler_tests::recorded::{all_files, samples};
use wandler_tests::run::{Program, Running};

/// What is said of a rotation that fails like this.
fn refused(failed: &str) -> String {
    format!("log: cannot {failed}: going on in the same file, and trying again every second")
}

const CANNOT_RENAME: &str = "rename \"run.log\" to \"run.log.1\"";

const AGAIN: &str = "log: can rotate \"run.log\" again";

/// A `log` in `dir` that has not more rights than its user's, even if that is root.
fn without_privileges(words: &str, dir: &Path) -> Option<Program> {
    let log = Program::new("log").words(words);
    let log = match runs("test $(id -u) = 0") {
        false => log,
        true if has("setpriv", "apt-get install util-linux") => {
            log.wrapped(&["setpriv", "--bounding-set=-all", "--inh-caps=-all"])
        }
        true => return None,
    };
    Some(log.dir(dir))
}

/// Sends samples until the file has been rotated; returns how many.
fn feed_until_rotated(running: &Running, stdin: &mut ChildStdin, mut sent: usize) -> usize {
    running.wait_until("it has rotated", || {
        sent += 1;
        stdin.write_all(format!("{sent}\n").as_bytes()).unwrap();
        running.wait_for_lines(sent);
        running.has_said(AGAIN)
    });
    sent
}

#[test]
fn in_a_directory_that_may_not_be_written_until_it_may() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("run.log"), "").unwrap();
    let set_mode = |mode| fs::set_permissions(&dir, Permissions::from_mode(mode)).unwrap();
    set_mode(0o555);
    let Some(log) = without_privileges("--rotate 16 --pass run.log", dir.path()) else { return };
    let mut running = log.stdin(Stdio::piped()).start();
    let mut stdin = running.stdin();
    stdin.write_all(samples(30).as_bytes()).unwrap();
    running.wait_for_lines(30);
    assert_eq!(fs::read_to_string(dir.path().join("run.log")).unwrap(), samples(30));
    set_mode(0o755);
    let sent = feed_until_rotated(&running, &mut stdin, 30);
    drop(stdin);
    let told = refused(&format!("{CANNOT_RENAME}: Permission denied"));
    running.finish().exits(0).says(&[&*told, AGAIN]);
    assert_eq!(all_files(dir.path()), samples(sent));
}

#[test]
fn a_file_that_may_only_be_appended_to() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.log");
    fs::write(&path, "").unwrap();
    let change = |flag| Command::new("chattr").arg(flag).arg(&path).output();
    if !change("+a").is_ok_and(|output| output.status.success()) {
        return left_out("a file must be made append-only, which this user may not, or not here");
    }
    let log = Program::new("log").words("--rotate 16 run.log").dir(&dir).input(samples(30));
    let finished = log.finish();
    change("-a").unwrap();
    finished.exits(0).says(&[refused(&format!("{CANNOT_RENAME}: Operation not permitted"))]);
    assert_eq!(all_files(dir.path()), samples(30));
}

#[test]
fn a_file_that_is_a_mount_point() {
    if !runs("unshare -m true") {
        return left_out("a mount namespace of its own is needed, which this user may not have");
    }
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("run.log"), "").unwrap();
    fs::write(dir.path().join("elsewhere"), "").unwrap();
    let script = "mount --bind elsewhere run.log && exec log --rotate 16 run.log";
    let log = Program::bash(script).wrapped(&["unshare", "-m"]).dir(&dir).input(samples(30));
    let told = refused(&format!("{CANNOT_RENAME}: Device or resource busy"));
    log.finish().exits(0).says(&[told]);
    assert_eq!(fs::read_to_string(dir.path().join("elsewhere")).unwrap(), samples(30));
    assert!(!dir.path().join("run.log.1").exists());
}

#[test]
fn an_old_file_of_somebody_else_in_a_sticky_directory() {
    let dir = tempfile::tempdir().unwrap();
    let old = dir.path().join("run.log.1");
    fs::write(&old, "0\n").unwrap();
    fs::write(dir.path().join("run.log"), "").unwrap();
    fs::set_permissions(&dir, Permissions::from_mode(0o1777)).unwrap();
    let nobody = Some(65534);
    if [dir.path(), &old].into_iter().any(|path| chown(path, nobody, None).is_err()) {
        return left_out("a file must be given to another user, which this user may not");
    }
    let Some(log) = without_privileges("--rotate 16 run.log", dir.path()) else { return };
    let told = refused("rename \"run.log.1\" to \"run.log.2\": Operation not permitted");
    log.input(samples(30)).finish().exits(0).says(&[told]);
    assert_eq!(all_files(dir.path()), format!("0\n{}", samples(30)));
}

#[test]
fn at_any_step_whatever_the_reason() {
    for (fault, failed) in [
        ("rename:1-:EIO", "rename \"run.log\" to \"run.log.1\": Input/output error"),
        ("rename:2-:EROFS", "rename \"run.log.1\" to \"run.log.2\": Read-only file system"),
        ("rename:3-:EIO", "rename \"run.log\" to \"run.log.1\": Input/output error"),
        ("open:3-:EMFILE", "open \"run.log\": Too many open files"),
    ] {
        let Some(disk) = FailingDisk::new() else { return };
        let mut running = disk.log(fault, "--rotate 16 --pass").stdin(Stdio::piped()).start();
        let mut stdin = running.stdin();
        stdin.write_all(samples(30).as_bytes()).unwrap();
        running.wait_for_lines(30);
        disk.mend();
        let sent = feed_until_rotated(&running, &mut stdin, 30);
        drop(stdin);
        running.finish().exits(0).says(&[&*refused(failed), AGAIN]);
        assert_eq!(all_files(disk.dir()), samples(sent), "{fault}");
    }
}

#[test]
fn an_old_file_that_cannot_be_removed() {
    let Some(disk) = FailingDisk::new() else { return };
    for number in 1..=3 {
        fs::write(disk.path(&format!("run.log.{number}")), "old\n").unwrap();
    }
    let log = disk.log("unlink:1-:EROFS", "--rotate 16 --keep 1 --pass");
    let mut running = log.stdin(Stdio::piped()).start();
    let mut stdin = running.stdin();
    stdin.write_all(samples(30).as_bytes()).unwrap();
    running.wait_for_lines(30);
    assert_eq!(disk.text("run.log"), samples(30));
    disk.mend();
    let sent = feed_until_rotated(&running, &mut stdin, 30);
    drop(stdin);
    let told = refused("remove \"run.log.3\": Read-only file system");
    running.finish().exits(0).says(&[&*told, AGAIN]);
    // It may have been rotated again before that was seen, and only one old file is kept.
    let kept = all_files(disk.dir());
    assert!(!kept.is_empty() && samples(sent).ends_with(&kept), "{sent} sent, kept: {kept:?}");
}

#[test]
fn a_file_that_somebody_else_puts_in_the_place_of_the_next_is_not_recorded_in() {
    let Some(disk) = FailingDisk::new() else { return };
    let log = disk.log("open:2-:ENOSPC", "--rotate 16 --pass");
    let mut running = log.stdin(Stdio::piped()).start();
    let mut stdin = running.stdin();
    stdin.write_all(samples(30).as_bytes()).unwrap();
    // Now it has renamed the file, and its name is free.
    running.wait_for_message("trying again");
    fs::write(disk.path("precious"), "7\n").unwrap();
    fs::hard_link(disk.path("precious"), disk.path("run.log")).unwrap();
    disk.mend();
    running.wait_for_lines(30);
    assert_eq!((disk.text("precious"), disk.text("run.log.1")), ("7\n".to_owned(), samples(30)));
    fs::remove_file(disk.path("run.log")).unwrap();
    let sent = feed_until_rotated(&running, &mut stdin, 30);
    drop(stdin);
    running.finish().exits(0).says(&[
        "log: cannot open \"run.log\": No space left on device: trying again every second",
        &refused("open \"run.log\": somebody else has put a file in its place"),
        "log: can write \"run.log\" again",
        AGAIN,
    ]);
    assert_eq!(all_files(disk.dir()), samples(sent));
}

#[test]
fn a_name_that_is_too_long_for_old_files_is_refused_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let name = "7".repeat(253);
    let log = Program::new("log").args(["--rotate", "1K", &name]).dir(&dir).input("1\n");
    let told = format!("log: cannot rename \"{name}\" to \"{name}.10\": File name too long");
    log.finish().exits(1).says(&[told]);
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 0, "nothing was made");
    let log = Program::new("log").args(["--rotate", "1K", "--keep", "9", &name]).dir(&dir);
    log.input("1\n").finish().exits(0);
}
