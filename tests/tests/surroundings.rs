//! Unsuitable surroundings: missing files, closed or full standard streams, directories, readers that
//! leave, an invalid ledger. Each gives one clear line, the right status, and no panic.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::mqueue::{MQ_OFlag, MqAttr, mq_open, mq_send, mq_unlink};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::stat::Mode;
use tempfile::TempDir;
use wandler_tests::abuse::{left_pipe, narrow_pipe, with_closed};
use wandler_tests::needs::left_out;
use wandler_tests::record::RECORD;
use wandler_tests::run::Program;
use wandler_tests::via::{has_left_a_queue, turn};

/// Checks that a program fails for this reason.
#[track_caller]
fn fails(program: Program, reason: &str) {
    program.finish().exits(1).writes("").says(&[reason]);
}

/// A directory with the file `data` in it, which holds one sample.
fn workplace() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("data"), "1\n").unwrap();
    dir
}

#[test]
fn a_file_that_is_not_there_is_reported() {
    let dir = workplace();
    for (command, reason) in [
        ("conv --from missing", "cannot open \"missing\": No such file or directory"),
        ("conv --poll missing", "cannot open \"missing\": No such file or directory"),
        ("conv --from data/below", "cannot open \"data/below\": Not a directory"),
        ("log missing/run.log", "cannot open \"missing/run.log\": No such file or directory"),
        ("log data/below", "cannot open \"data/below\": Not a directory"),
        ("log /proc/run.log", "cannot open \"/proc/run.log\": No such file or directory"),
    ] {
        let (program, words) = command.split_once(' ').unwrap();
        let reason = format!("{program}: {reason}");
        fails(Program::new(program).words(words).dir(&dir), &reason);
    }
    fails(
        Program::new("conv").args(["--from", "two\nlines \u{1b}"]),
        "conv: cannot open \"two\\nlines \\u{1b}\": No such file or directory",
    );
}

#[test]
fn a_directory_in_the_place_of_a_file_is_reported() {
    let dir = workplace();
    for (command, verb) in [("conv --from .", "read"), ("conv --poll .", "read"), ("log .", "open")]
    {
        let (program, words) = command.split_once(' ').unwrap();
        let reason = format!("{program}: cannot {verb} \".\": Is a directory");
        fails(Program::new(program).words(words).dir(&dir), &reason);
    }
    for (program, words) in [("conv", "--from -"), ("log", "run.log"), ("stat", ""), ("report", "")]
    {
        let reason = format!("{program}: cannot read standard input: Is a directory");
        let input = File::open(&dir).unwrap();
        fails(Program::new(program).words(words).dir(&dir).stdin(input), &reason);
    }
}

#[test]
fn a_file_that_may_not_be_used_is_reported() {
    let dir = workplace();
    let path = dir.path().join("data");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if File::open(&path).is_ok() {
        return left_out("permissions do not apply to the user who runs this test");
    }
    for (program, words) in [("conv", "--from data"), ("conv", "--poll data"), ("log", "data")] {
        let reason = format!("{program}: cannot open \"data\": Permission denied");
        fails(Program::new(program).words(words).dir(&dir), &reason);
    }
}

#[test]
fn a_recording_that_cannot_begin_stops_the_pipeline_with_a_reason() {
    let dir = workplace();
    Program::new("launcher")
        .args(["--log", "missing/run.log"])
        .dir(&dir)
        .finish()
        .exits(1)
        .mentions("log: cannot open \"missing/run.log\": No such file or directory")
        .mentions("launcher: log ended with status 1");
}

#[test]
fn transports_that_cannot_be_made_are_reported_and_nothing_is_started() {
    let dir = workplace();
    let fails = |script: &str, reason: &str| {
        let finished = Program::bash(script).dir(&dir).finish().exits(1).writes("");
        finished.says(&[format!("launcher: cannot make the transports: {reason}")]);
    };
    fails(
        "ulimit -q 500; exec launcher --via mqueue",
        "message queues: RLIMIT_MSGQUEUE, 500 bytes for all of a user's, leaves no room",
    );
    for (via, what) in [
        ("pipe", "a pipe"),
        ("socket", "a pair of sockets"),
        ("mqueue", "a message queue"),
        ("shm", "shared memory"),
    ] {
        let _turn = turn(via);
        let script = format!("ulimit -n 5; exec launcher --via {via}");
        fails(&script, &format!("{what}: Too many open files"));
    }
    fails(
        "TMPDIR=$PWD/missing exec launcher --via fifo",
        &format!("a named pipe in \"{}/missing\": No such file or directory", dir.path().display()),
    );
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 1, "nothing was recorded");
}

#[test]
fn transports_that_can_be_made_in_part_leave_nothing_behind() {
    for via in ["fifo", "mqueue"] {
        let _turn = turn(via);
        // From too few descriptors for the first transport to enough for all.
        for descriptors in 4..40 {
            let dir = tempfile::tempdir().unwrap();
            let script = format!(
                "ulimit -n {descriptors}; exec launcher --via {via} --conv '--rate max --count 1'"
            );
            let running = Program::bash(&script).dir(&dir).env("TMPDIR", dir.path()).start();
            let pid = running.pid();
            let finished = running.finish();
            assert!(!has_left_a_queue(pid), "{finished}");
            let left: Vec<_> =
                fs::read_dir(&dir).unwrap().map(|it| it.unwrap().file_name()).collect();
            assert!(left.iter().all(|name| name == "samples.log"), "{left:?}\n{finished}");
        }
    }
}

#[test]
fn a_message_queue_of_somebody_else_is_read_up_to_its_empty_message() {
    let name = format!("/wandler-test-{}", std::process::id());
    let flags = MQ_OFlag::O_CREAT | MQ_OFlag::O_EXCL | MQ_OFlag::O_RDWR | MQ_OFlag::O_CLOEXEC;
    let attributes = MqAttr::new(0, 4, 2048, 0); // without any, nix does not hand on the mode either
    let mode = Mode::S_IRUSR | Mode::S_IWUSR;
    let queue = mq_open(name.as_str(), flags, mode, Some(&attributes)).unwrap();
    mq_unlink(name.as_str()).unwrap();
    let stat = Program::new("stat").words("--every 100");
    let running = stat.stdin(queue.as_fd().try_clone_to_owned().unwrap()).start();
    for message in ["1", "\n2\n", ""] {
        mq_send(&queue, message.as_bytes(), 0).unwrap();
    }
    let finished = running.finish().exits(0);
    assert!(finished.stdout.contains("\"n\":2,"), "{finished}");
}

#[test]
fn a_ring_that_is_damaged_is_reported() {
    let memory = memfd_create("ring", MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING).unwrap();
    nix::unistd::write(&memory, b"wandler ring 1\n\0").unwrap();
    for (program, words) in [("stat", ""), ("log", "run.log"), ("report", ""), ("conv", "--from -")]
    {
        let dir = workplace();
        let run = Program::new(program).words(words).dir(&dir).stdin(memory.try_clone().unwrap());
        let reason = "the ring in shared memory is not sealed";
        fails(run, &format!("{program}: cannot read standard input: {reason}"));
    }
    let run = Program::new("stat").input("1\n").stdout(memory);
    let reason = "stat: cannot write standard output: the ring in shared memory is not sealed";
    run.finish().exits(1).says(&[reason]);
}

#[test]
fn strict_statistics_end_at_the_first_line_that_is_not_a_sample() {
    fails(
        Program::new("stat").words("--strict").input("1\n12abc\n3\n"),
        "stat: line 2: not a number: \"12abc\"",
    );
}

#[test]
fn a_standard_stream_that_is_closed_is_reported_and_nothing_is_written_in_its_place() {
    for (program, arguments) in [
        ("conv", &["--from", "data"][..]),
        ("log", &["run.log"]),
        ("stat", &[]),
        ("report", &[]),
        ("launcher", &["--log", "run.log"]),
    ] {
        for (stream, name) in [("<&-", "input"), (">&-", "output"), ("2>&-", "error")] {
            let dir = workplace();
            let finished = with_closed(stream, program, arguments).dir(&dir).finish();
            let told = format!("{program}: cannot use standard {name}: it is closed");
            let told = if name == "error" { vec![] } else { vec![told] };
            finished.exits(1).writes("").says(&told);
            let files: Vec<_> =
                fs::read_dir(&dir).unwrap().map(|it| it.unwrap().file_name()).collect();
            assert_eq!(files, ["data"], "{program} {stream}");
            assert_eq!(fs::read(dir.path().join("data")).unwrap(), b"1\n", "{program} {stream}");
        }
    }
}

#[test]
fn a_full_standard_output_is_reported() {
    let dir = workplace();
    for (program, words, input) in [
        ("conv", "--rate max", ""),
        ("conv", "--from data", ""),
        ("conv", "--help", ""),
        ("log", "--pass run.log", "1\n"),
        ("log", "--version", ""),
        ("stat", "", "1\n"),
        ("stat", "--help", ""),
        ("report", "", RECORD),
        ("report", "--format json", RECORD),
        ("report", "--help", ""),
        ("launcher", "--print", ""),
        ("launcher", "--help", ""),
    ] {
        let full = File::create("/dev/full").unwrap();
        let run = Program::new(program).words(words).dir(&dir).input(input).stdout(full);
        fails(run, &format!("{program}: cannot write standard output: No space left on device"));
    }
    assert_eq!(fs::read(dir.path().join("run.log")).unwrap(), b"1\n");
}

#[test]
fn a_standard_error_that_cannot_be_written_is_no_reason_to_fail() {
    let script = "conv --from - 2>/dev/full";
    Program::bash(script).input("1\ntwo\n3\n").finish().exits(3).writes("1\n3\n");
}

#[test]
fn a_reader_that_leaves_is_a_quiet_end() {
    let dir = workplace();
    for (program, words, input) in
        [("log", "--pass run.log", "1\n"), ("stat", "", "1\n"), ("report", "", RECORD)]
    {
        let run = Program::new(program).words(words).dir(&dir).input(input).stdout(left_pipe());
        run.finish().exits(0).says(&[""; 0]);
    }
    for words in ["", "--rate max", "--from /dev/zero --format u8"] {
        let finished = Program::new("conv").words(words).stdout(left_pipe()).finish().exits(0);
        // A program that another test is just starting may have the reader's end open for a moment.
        let (sent, rest) = finished.stderr.split_once(" samples sent, ").unwrap();
        assert!(sent.strip_prefix("conv: ").is_some_and(|it| it.parse::<u64>().is_ok()));
        assert_eq!(rest, "0 rejected, 0 ticks missed\n", "{finished}");
    }
}

#[test]
fn an_invalid_ledger_is_reported_before_anything_is_done() {
    for program in ["conv", "log", "stat", "report"] {
        for number in ["99", "-1", "0", "2"] {
            let dir = tempfile::tempdir().unwrap();
            let run = Program::new(program).dir(&dir).env("WANDLER_LEDGER", number);
            let reason = format!("cannot use WANDLER_LEDGER=\"{number}\": Bad file descriptor");
            fails(run, &format!("{program}: {reason}"));
            assert_eq!(fs::read_dir(&dir).unwrap().count(), 0);
        }
        for text in ["", "ledger", "1.5", "99999999999"] {
            let dir = tempfile::tempdir().unwrap();
            let run = Program::new(program).dir(&dir).env("WANDLER_LEDGER", text);
            let reason = format!("cannot use WANDLER_LEDGER=\"{text}\": Invalid argument");
            fails(run, &format!("{program}: {reason}"));
            assert_eq!(fs::read_dir(&dir).unwrap().count(), 0);
        }
    }
}

#[test]
fn an_invalid_gate_or_count_of_rejections_is_reported_before_anything_is_done() {
    for program in ["conv", "log", "stat", "report"] {
        for variable in ["WANDLER_START", "WANDLER_REJECTED"] {
            for (value, reason) in [("99", "Bad file descriptor"), ("x", "Invalid argument")] {
                let dir = tempfile::tempdir().unwrap();
                let run = Program::new(program).dir(&dir).env(variable, value);
                let reason = format!("cannot use {variable}=\"{value}\": {reason}");
                fails(run, &format!("{program}: {reason}"));
                assert_eq!(fs::read_dir(&dir).unwrap().count(), 0);
            }
        }
    }
}

#[test]
fn with_a_ledger_each_stage_leaves_one_line_there() {
    for (command, input, entry) in [
        ("conv --from -", "1\n2\n", r#"{"stage":"conv","sent":2,"rejected":0,"missed":0}"#),
        ("log run.log", "1\n2\n", r#"{"stage":"log","recorded":2,"durable":2}"#),
        ("stat", "1\n2\n", r#"{"stage":"stat","counted":2,"rejected":0}"#),
        ("report", RECORD, r#"{"stage":"report","shown":1}"#),
    ] {
        let dir = tempfile::tempdir().unwrap();
        Program::bash(&format!("{command} 5>ledger"))
            .env("WANDLER_LEDGER", "5")
            .dir(&dir)
            .input(input)
            .finish()
            .exits(0)
            .says(&[""; 0]);
        let ledger = fs::read_to_string(dir.path().join("ledger")).unwrap();
        assert_eq!(ledger, format!("{entry}\n"));
    }
}

#[test]
fn input_that_is_rejected_is_reported_and_makes_status_3() {
    let last = RECORD.replace("\"rejected\":0", "\"rejected\":2");
    Program::new("stat")
        .words("--every 100")
        .input("12abc\n1\n\n")
        .finish()
        .exits(3)
        .writes(&format!("{last}\n"))
        .says(&["stat: line 1: not a number: \"12abc\"", "stat: line 3: empty"]);
    let other = RECORD.replace("\"sum\":1,", "");
    Program::new("report")
        .words("--format json")
        .input(format!("{RECORD}\n{other}\n{RECORD}"))
        .finish()
        .exits(3)
        .writes(&format!("{RECORD}\n{RECORD}\n"))
        .says(&["report: line 2: not a record: missing field `sum`: \
                \"{\\\"n\\\":1,\\\"rejected\\\":0,\\\"last\\\":1,\\\"mean\\\":1,\\\"s…\""]);
}

#[test]
fn streams_that_do_not_block_are_waited_for() {
    for (program, words, sample) in
        [("conv", "--from -", "1\n"), ("stat", "--every 1", "1\n"), ("report", "", RECORD)]
    {
        let (input, mut feed) = io::pipe().unwrap();
        fcntl(&input, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
        let running = Program::new(program).words(words).stdin(input).start();
        for count in 1..=3 {
            writeln!(feed, "{}", sample.trim_end()).unwrap();
            running.wait_for_lines(count);
        }
        drop(feed);
        running.finish().exits(0);
    }
    let (mut reader, output) = narrow_pipe();
    fcntl(&output, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
    let arguments = "--rate max --range 100..100 --count 100000";
    let running = Program::new("conv").words(arguments).stdout(output).start();
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert!(text == "100\n".repeat(100_000), "{} bytes", text.len());
    running.finish().exits(0).says(&["conv: 100000 samples sent, 0 rejected, 0 ticks missed"]);
}
