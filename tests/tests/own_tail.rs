//! No program eats its own tail: a file that would be fed with what comes out of it, or overwritten
//! with what is reported of it, is refused before anything is opened for writing.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::symlink;
use std::path::Path;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tempfile::TempDir;
use wandler_tests::run::Program;

const SAMPLES: &str = "1\n2\n";

/// A directory with a recording in it that has many names, and a FIFO.
fn workplace() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::write(path("samples.log"), SAMPLES).unwrap();
    fs::hard_link(path("samples.log"), path("hard")).unwrap();
    symlink("samples.log", path("soft")).unwrap();
    mkfifo(&path("fifo"), Mode::S_IRWXU).unwrap();
    dir
}

/// Checks that `program` refuses, and that the recording is as it was.
#[track_caller]
fn refuses(program: Program, dir: &Path, message: &str) {
    program.dir(dir).finish().exits(1).writes("").says(&[message]);
    assert_eq!(fs::read_to_string(dir.join("samples.log")).unwrap(), SAMPLES);
    assert_eq!(fs::read_dir(dir).unwrap().count(), 4, "nothing was made");
}

fn open(dir: &TempDir, name: &str) -> File {
    let path = dir.path().join(name);
    // Opening a FIFO for both reading and writing does not block.
    OpenOptions::new().read(true).append(true).open(path).unwrap()
}

#[test]
fn the_launcher_refuses_to_record_in_the_file_that_conv_reads() {
    let dir = workplace();
    for (from, log) in [
        ("samples.log", "samples.log"),
        ("./samples.log", ""),
        ("hard", "soft"),
        ("soft", "--truncate hard"),
        ("samples.log", "--rotate 1K soft"),
        ("fifo", "fifo"),
    ] {
        // A FIFO cannot be polled.
        for option in ["--from", "--poll"].into_iter().take(if from == "fifo" { 1 } else { 2 }) {
            let file =
                log.split(' ').next_back().filter(|it| !it.is_empty()).unwrap_or("samples.log");
            let run = Program::new("launcher").args(["--conv", &format!("{option} {from}")]);
            let run = run.args(["--log", log]);
            let message = format!("launcher: cannot let log write \"{file}\": conv reads it");
            refuses(run, dir.path(), &message);
        }
    }
}

#[test]
fn the_launcher_refuses_to_rotate_away_what_conv_reads_or_report_draws() {
    let dir = workplace();
    fs::remove_file(dir.path().join("hard")).unwrap();
    let by_time = "run.20261125T180000Z.log";
    fs::remove_file(dir.path().join("soft")).unwrap();
    for name in ["run.log.1", by_time] {
        fs::write(dir.path().join(name), "1\n2\n").unwrap();
    }
    let run = Program::new("launcher").args(["--conv", &format!("--from {by_time}")]);
    let run = run.args(["--log", "--rotate 1d run.log"]);
    let message = format!("launcher: cannot let log write \"{by_time}\": conv reads it");
    refuses(run, dir.path(), &message);
    for (options, message) in [
        (["--conv", "--from run.log.1"], "\"run.log.1\": conv reads it"),
        (["--report", "--svg run.log.2"], "\"run.log.2\": report does, too"),
        (["--report", "--svg run.log.9"], "\"run.log.9\": report does, too"),
    ] {
        let run = Program::new("launcher").args(options).args(["--log", "--rotate 1K run.log"]);
        refuses(run, dir.path(), &format!("launcher: cannot let log write {message}"));
    }
}

#[test]
fn the_launcher_refuses_to_record_in_its_own_streams() {
    let dir = workplace();
    for name in ["samples.log", "hard", "fifo"] {
        let launcher = || Program::new("launcher").args(["--log", &format!("--truncate {name}")]);
        let message = |what| {
            format!("launcher: cannot let log write \"{name}\": it is standard {what} as well")
        };
        let run = launcher().args(["--conv", "--from -"]).stdin(open(&dir, name));
        refuses(run, dir.path(), &message("input"));
        let run = launcher().args(["--conv", "--from /dev/stdin"]).stdin(open(&dir, name));
        refuses(run, dir.path(), &message("input"));
        refuses(launcher().stdout(open(&dir, name)), dir.path(), &message("output"));
    }
    let run = Program::new("launcher").stderr(open(&dir, "soft")).dir(&dir);
    run.finish().exits(1).writes("");
    let message = "launcher: cannot let log write \"samples.log\": it is standard error as well\n";
    let left = fs::read_to_string(dir.path().join("samples.log")).unwrap();
    assert_eq!(left, format!("{SAMPLES}{message}"));
}

#[test]
fn the_launcher_refuses_a_picture_in_the_place_of_the_recording() {
    let dir = workplace();
    for option in ["--svg", "--textfile"] {
        for (log, file) in [("samples.log", "hard"), ("new.log", "./new.log")] {
            let run = Program::new("launcher").args(["--report", &format!("{option} {file}")]);
            let run = run.args(["--log", log]);
            let message = format!("launcher: cannot let log write \"{log}\": report does, too");
            refuses(run, dir.path(), &message);
        }
    }
    fs::remove_file(dir.path().join("hard")).unwrap();
    symlink("new.log", dir.path().join("to-new")).unwrap();
    let run = Program::new("launcher").args(["--log", "to-new", "--report", "--svg new.log"]);
    let message = "launcher: cannot let log write \"to-new\": report does, too";
    refuses(run, dir.path(), message);
}

#[test]
fn a_picture_replaces_neither_what_is_read_nor_a_standard_stream() {
    let dir = workplace();
    for option in ["--svg hard", "--textfile hard"] {
        let launcher = || Program::new("launcher").args(["--report", option, "--log", "new.log"]);
        let message = |why| format!("launcher: cannot let report write \"hard\": {why}");
        let run = launcher().args(["--conv", "--from soft"]);
        refuses(run, dir.path(), &message("conv reads it"));
        let run = launcher().stdout(open(&dir, "samples.log"));
        refuses(run, dir.path(), &message("it is standard output as well"));
        let report = || Program::new("report").words(option);
        let message =
            |what| format!("report: cannot write \"hard\": it is standard {what} as well");
        refuses(report().stdin(open(&dir, "soft")), dir.path(), &message("input"));
        refuses(report().stdout(open(&dir, "soft")), dir.path(), &message("output"));
    }
}

#[test]
fn log_refuses_its_own_streams() {
    let dir = workplace();
    for name in ["samples.log", "soft", "fifo"] {
        for words in ["", "--truncate ", "--rotate 1K ", "--pass "] {
            let log = || Program::new("log").words(&format!("{words}{name}"));
            let message =
                |what| format!("log: cannot write \"{name}\": it is standard {what} as well");
            refuses(log().stdin(open(&dir, name)), dir.path(), &message("input"));
            refuses(log().stdout(open(&dir, name)), dir.path(), &message("output"));
        }
    }
    let run = Program::new("log").words("/dev/stdin").stdin(open(&dir, "hard"));
    refuses(run, dir.path(), "log: cannot write \"/dev/stdin\": it is standard input as well");
    Program::new("log").stderr(open(&dir, "samples.log")).dir(&dir).finish().exits(1);
    let message = "log: cannot write \"samples.log\": it is standard error as well\n";
    let left = fs::read_to_string(dir.path().join("samples.log")).unwrap();
    assert_eq!(left, format!("{SAMPLES}{message}"));
}

#[test]
fn nobody_reads_what_goes_to_their_standard_output() {
    let dir = workplace();
    for (words, file) in [
        ("conv --from samples.log", "\"samples.log\""),
        ("conv --poll soft", "\"soft\""),
        ("conv --from -", "standard input"),
        ("log --pass new.log", "standard input"),
        ("log --check hard", "\"hard\""),
        ("stat", "standard input"),
        ("stat soft", "\"soft\""),
        ("report", "standard input"),
    ] {
        let program = words.split(' ').next().unwrap();
        let run = Program::new(program).args(words.split(' ').skip(1));
        let run = run.stdin(open(&dir, "hard")).stdout(open(&dir, "samples.log"));
        let message = format!("{program}: cannot read {file}: it is standard output as well");
        refuses(run, dir.path(), &message);
    }
}

#[test]
fn devices_and_other_files_may_be_shared() {
    let dir = workplace();
    let null = || OpenOptions::new().read(true).write(true).open("/dev/null").unwrap();
    let run = Program::new("log").words("/dev/null").dir(&dir).stdin(null()).stdout(null());
    run.finish().exits(0).says(&[""; 0]);
    Program::new("launcher")
        .args(["--conv", "--from samples.log", "--log", "copy.log"])
        .dir(&dir)
        .stdin(open(&dir, "hard"))
        .finish()
        .exits(0)
        .says(&["launcher: 2 samples sent, 2 recorded, 2 counted, 0 rejected"]);
    assert_eq!(fs::read_to_string(dir.path().join("copy.log")).unwrap(), SAMPLES);
    Program::new("log").words("--check samples.log").dir(&dir).stdin(open(&dir, "hard")).finish();
}

#[test]
fn the_launcher_refuses_a_standard_stream_of_the_stage_s_own() {
    let dir = workplace();
    symlink("/dev/stdin", dir.path().join("in")).unwrap();
    fs::remove_file(dir.path().join("hard")).unwrap();
    for (file, stream) in [
        ("/dev/stdin", "standard input"),
        ("/dev/fd/0", "standard input"),
        ("in", "standard input"),
        ("/dev/stdout", "standard output"),
        ("/dev/fd/1", "standard output"),
        ("/dev/stderr", "standard error"),
    ] {
        for via in ["pipe", "fifo", "socket", "mqueue", "shm"] {
            let run =
                Program::new("launcher").args(["--via", via, "--conv", "--count 3 --rate max"]);
            let run = run.args(["--log", &format!("--truncate {file}")]);
            let message =
                format!("launcher: cannot let log write \"{file}\": it is {stream} as well");
            refuses(run, dir.path(), &message);
        }
    }
}
