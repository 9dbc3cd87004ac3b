//! `log --rotate` with old files that are named by time.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use wandler_tests::recorded::samples;
use wandler_tests::run::Program;

/// The files in a directory, in the order of their names.
fn names(dir: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string();
    let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|it| name(it).unwrap()).collect();
    names.sort();
    names
}

/// Whether this is the name of an old file of `run.log`.
fn is_by_time(name: &str) -> bool {
    let middle = name.strip_prefix("run.").and_then(|rest| rest.strip_suffix(".log"));
    let shape = |char: char| if char.is_ascii_digit() { '0' } else { char };
    middle
        .is_some_and(|it| it.chars().map(shape).collect::<String>().starts_with("00000000T000000Z"))
}

fn log(words: &str, dir: &Path) -> Program {
    Program::new("log").words(words).dir(dir)
}

#[test]
fn by_size_each_file_keeps_its_name_for_good_and_all_are_read_in_their_order() {
    let dir = tempfile::tempdir().unwrap();
    let mut seen: Vec<(String, String)> = Vec::new();
    for run in 0..3 {
        let text: String = (0..40).map(|at| format!("{}\n", 1000 + 40 * run + at)).collect();
        let log = log("--rotate 64 --name-by time --keep 99 run.log", dir.path());
        log.input(text).finish().exits(0).says(&[""; 0]);
        for (name, text) in &seen {
            assert_eq!(&fs::read_to_string(dir.path().join(name)).unwrap(), text, "{name}");
        }
        let old = names(dir.path()).into_iter().filter(|name| is_by_time(name));
        seen =
            old.map(|it| (it.clone(), fs::read_to_string(dir.path().join(it)).unwrap())).collect();
    }
    assert!(seen.len() >= 9, "{seen:?}");
    let all: String = (1000..1120).map(|sample| format!("{sample}\n")).collect();
    log("--cat run.log", dir.path()).finish().exits(0).writes(&all).says(&[""; 0]);
    let checked = log("--check run.log", dir.path()).finish().exits(0).says(&[""; 0]);
    let files = seen.len() + 1;
    assert!(checked.stdout.ends_with(&format!("\n{files} files: 120 samples\n")), "{checked}");
}

#[test]
fn only_the_newest_are_kept_and_compressed_ones_are_left_alone_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let zipped = "run.20200101T000000Z.log.gz";
    fs::write(dir.path().join(zipped), "").unwrap();
    let words = "--rotate 16 --name-by time --keep 2 run.log";
    log(words, dir.path()).input(samples(30)).finish().exits(0).says(&[""; 0]);
    let names = names(dir.path());
    assert_eq!(names.len(), 4, "{names:?}");
    assert_eq!((names[0].as_str(), names[3].as_str()), (zipped, "run.log"));
    let told = format!("log: \"{zipped}\" is not read: it is compressed");
    let printed = log("--cat run.log", dir.path()).finish().exits(0).says(&[told]);
    assert!(samples(30).ends_with(&printed.stdout) && printed.stdout.len() > 16, "{printed}");
}

#[test]
fn by_time_a_file_of_an_earlier_period_is_rotated_with_the_first_line_and_has_its_time() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.log");
    fs::write(&path, "1\n").unwrap();
    // 2020-11-25 18:20:00 UTC.
    let written = SystemTime::UNIX_EPOCH + Duration::from_secs(1_606_328_400);
    let set_time = |time| File::options().append(true).open(&path).unwrap().set_modified(time);
    set_time(written - Duration::from_secs(86_400)).unwrap();
    log("--rotate 1h run.log", dir.path()).finish().exits(0).says(&[""; 0]);
    assert_eq!(names(dir.path()), ["run.log"], "there was no line");
    log("--rotate 1h run.log", dir.path()).input("2\n").finish().exits(0).says(&[""; 0]);
    assert_eq!(names(dir.path()), ["run.20201124T180000Z.log", "run.log"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "2\n");
    set_time(written).unwrap();
    log("--rotate 1d run.log", dir.path()).input("3\n").finish().exits(0).says(&[""; 0]);
    let old = ["run.20201124T180000Z.log", "run.20201125T000000Z.log"];
    assert_eq!(names(dir.path())[..2], old);
    log("--cat run.log", dir.path()).finish().exits(0).writes("1\n2\n3\n");
}

#[test]
fn while_it_records_a_new_file_begins_with_the_first_line_of_the_next_period() {
    let dir = tempfile::tempdir().unwrap();
    let mut running = log("--rotate 1s --pass run.log", dir.path()).stdin(Stdio::piped()).start();
    let mut stdin = running.stdin();
    let mut sent = 0;
    running.wait_until("there are three old files", || {
        sent += 1;
        stdin.write_all(format!("{sent}\n").as_bytes()).unwrap();
        running.wait_for_lines(sent);
        names(dir.path()).len() >= 4
    });
    drop(stdin);
    running.finish().exits(0).says(&[""; 0]);
    let times: Vec<String> = names(dir.path()).into_iter().filter(|it| is_by_time(it)).collect();
    assert!(times.iter().all(|name| name.len() == "run.20261125T180000Z.log".len()), "{times:?}");
    log("--cat run.log", dir.path()).finish().exits(0).writes(&samples(sent));
}

#[test]
fn a_name_that_is_too_long_with_a_time_is_refused_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let name = format!("{}.log", "7".repeat(232));
    let finished = Program::new("log").args(["--rotate", "1d", &name]).dir(&dir).finish().exits(1);
    let to = name.replace(".log", ".19700101T000000Z0001.log");
    finished.says(&[format!("log: cannot rename \"{name}\" to \"{to}\": File name too long")]);
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 0, "nothing was made");
}

#[test]
fn old_files_of_both_kinds_are_read_in_the_order_in_which_they_were_written() {
    let dir = tempfile::tempdir().unwrap();
    for (kind, input) in
        [("number", "1\n2\n3\n4\n5\n"), ("time", "6\n7\n8\n"), ("number", "9\n10\n")]
    {
        let words = format!("--rotate 4 --name-by {kind} run.log");
        log(&words, dir.path()).input(input).finish().exits(0);
        // The clock of a file system may stand still for some milliseconds.
        for (age, name) in (1..).zip(written(dir.path())) {
            let file = File::options().append(true).open(dir.path().join(name)).unwrap();
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000 + age);
            file.set_modified(time).unwrap();
        }
    }
    log("--cat run.log", dir.path()).finish().exits(0).writes(&samples(10));
    log("--check run.log", dir.path()).finish().exits(0);
}

/// The old files and the file, in the order in which their samples were written.
fn written(dir: &Path) -> Vec<String> {
    let first = |name: &String| -> u32 {
        let text = fs::read_to_string(dir.join(name)).unwrap();
        text.lines().next().map_or(u32::MAX, |line| line.parse().unwrap())
    };
    let mut names = names(dir);
    names.sort_by_key(first);
    names
}
