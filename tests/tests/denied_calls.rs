//! What an outer sandbox does not let the programs do, or an old kernel cannot: they do without, or say in
//! one line why they cannot. (Random numbers are in `sandbox::denied`.)

use std::fs;
use std::path::Path;

use stage::process::sandbox::obstacle;
use wandler_tests::needs::left_out;
use wandler_tests::proc;
use wandler_tests::record::RECORD;
use wandler_tests::recorded::{all_files, samples};
use wandler_tests::run::{Finished, Program};
use wandler_tests::via::{launcher, turn};

wandler_tests::over_every_transport!(
    dockers_default_profile_is_no_obstacle,
    without_calls_that_are_not_everywhere_everything_is_recorded,
);

/// The same program, to which these calls answer `errno`.
fn denying(errno: &str, calls: &str, program: Program) -> Program {
    program.wrapped(&[env!("CARGO_BIN_EXE_denying"), errno, calls])
}

/// Whether calls can be denied here; says so if not.
fn can_deny() -> bool {
    if let Some(why) = obstacle() {
        left_out(&why);
    }
    obstacle().is_none()
}

/// A pipeline of all that writes files.
fn pipeline(via: &str, dir: &Path) -> Program {
    let log = "--rotate 1K --keep 99 --timestamps iso run.log";
    let report = "--svg x.svg --textfile x.prom --fail-if mean>1e9";
    launcher(via)
        .args(["-v", "--conv", "--rate max --count 3000", "--log", log, "--report", report])
        .dir(dir)
}

/// Checks that all was recorded, and that nobody complained.
#[track_caller]
fn is_well(finished: &Finished, dir: &Path) {
    assert_eq!(finished.code(), 0, "{finished}");
    let account = "launcher: 3000 samples sent, 3000 recorded, 3000 counted, 0 rejected";
    assert_eq!(finished.stderr.lines().last(), Some(account), "{finished}");
    let is_own = |line: &str| line.starts_with("launcher: ") || line.starts_with(' ');
    assert!(finished.stderr.lines().all(is_own), "{finished}");
    // Each file has its header.
    let rows = all_files(dir).lines().filter(|line| !line.starts_with("time")).count();
    assert_eq!(rows, 3000, "{finished}");
}

/// A program in Docker's default sandbox: it may make the calls that `denying` lists; all others are
/// refused, and `clone3` is unknown.
fn in_docker(program: Program) -> Program {
    denying("EPERM", "others", denying("ENOSYS", "clone3", program))
}

fn dockers_default_profile_is_no_obstacle(via: &str) {
    if !can_deny() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let finished = in_docker(pipeline(via, dir.path())).finish();
    is_well(&finished, dir.path());
    let given_up = "each stage gives up the system calls that it does not need (seccomp)";
    assert!(finished.stderr.contains(given_up), "{finished}");
}

#[test]
fn in_dockers_default_sandbox_a_stage_does_what_it_does_outside() {
    if !can_deny() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("data"), samples(100_000)).unwrap();
    fs::write(dir.path().join("value"), "7\n").unwrap();
    for (command, input) in [
        ("conv --signal walk,sine --count 3 --rate max --seed 7", ""),
        ("conv --from data --columns 1", ""),
        ("conv --poll value --count 2 --rate max", ""),
        ("log --truncate --pass --rotate 4 --name-by time run.log", "1\n2\n3\n4\n"),
        ("log --check data", ""),
        ("log --cat data", ""),
        ("stat --window 2 --histogram 9 --course 9 --more", "1\n2\n3\n"),
        ("stat --jobs 2 data", ""),
        ("report --svg x.svg --textfile x.prom", RECORD),
        ("report --format openmetrics", RECORD),
    ] {
        let (program, words) = command.split_once(' ').unwrap();
        let run = || Program::new(program).words(words).dir(&dir).input(input);
        let (expected, finished) = (run().finish(), in_docker(run()).finish());
        assert_eq!(finished.code(), expected.code(), "{finished}\n{expected}");
        assert_eq!(finished.stdout, expected.stdout, "{finished}\n{expected}");
        assert_eq!(finished.stderr, expected.stderr, "{finished}\n{expected}");
    }
}

/// Calls that came late to Linux, or are not in every sandbox, and need not be there.
const NEEDLESS: [&str; 12] = [
    "seccomp",
    "landlock_create_ruleset",
    "getrandom",
    "close_range",
    "tee",
    "splice",
    "statx",
    "rseq",
    "faccessat2",
    "copy_file_range",
    "sched_getaffinity",
    "mremap",
];

fn without_calls_that_are_not_everywhere_everything_is_recorded(via: &str) {
    if !can_deny() {
        return;
    }
    // One of these hides that the other is missing.
    let but_tee = NEEDLESS.into_iter().filter(|call| *call != "tee").collect::<Vec<_>>();
    for calls in [NEEDLESS.join(","), but_tee.join(",")] {
        // (Where it is forbidden to rename, a rotation is refused: see `refused_rotation`.)
        for (errno, more) in [("EPERM", ""), ("ENOSYS", ",renameat2")] {
            let calls = calls.clone() + more;
            let dir = tempfile::tempdir().unwrap();
            let finished = denying(errno, &calls, pipeline(via, dir.path())).finish();
            is_well(&finished, dir.path());
        }
    }
}

#[test]
fn a_pipeline_that_cannot_be_made_says_why_in_one_line_and_leaves_nothing() {
    if !can_deny() {
        return;
    }
    for (via, calls, errno, told) in [
        ("pipe", "pipe2", "ENOSYS", "make the transports: a pipe"),
        ("socket", "socketpair", "ENOSYS", "make the transports: a pair of sockets"),
        ("pipe", "socketpair", "EPERM", "make the stages wait for each other"),
        ("pipe", "eventfd2", "ENOSYS", "make the count of rejections"),
        ("pipe", "signalfd4", "ENOSYS", "watch the stages"),
        ("pipe", "ppoll", "ENOSYS", "watch the stages"),
        ("mqueue", "mq_open", "EPERM", "make the transports: a message queue"),
        ("shm", "memfd_create", "ENOSYS", "make the transports: shared memory"),
        ("shm", "madvise", "ENOSYS", "make the transports: shared memory"),
    ] {
        let _turn = turn(via);
        let dir = tempfile::tempdir().unwrap();
        let running = denying(errno, calls, pipeline(via, dir.path())).start();
        let group = running.pid();
        let finished = running.finish().exits(1).writes("");
        let why = match errno {
            "EPERM" => "Operation not permitted",
            _ => "Function not implemented",
        };
        let mut lines = finished.stderr.lines();
        let told = format!("launcher: cannot {told}: {why}");
        assert_eq!(lines.rfind(|line| line.starts_with("launcher: ")), Some(&*told), "{finished}");
        proc::wait_until_gone(group);
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 0, "{finished}");
    }
    let _turn = turn("mqueue");
    let run = denying("ENOSYS", "mq_open", launcher("mqueue"));
    let told = "make the transports: a message queue: the kernel has none of POSIX's";
    run.finish().exits(1).writes("").says(&[format!("launcher: cannot {told}")]);
}

/// Calls without which a program cannot even begin, or not even end: its loader, the C library or Rust's
/// would stop it there, as they would any program; and those that never fail.
const BASIC: &str = "execve read write close fstat mmap mprotect munmap brk rt_sigaction openat pread64 newfstatat \
                     exit exit_group arch_prctl poll set_tid_address futex rt_sigreturn getpid getppid \
                     gettid getpgrp";

/// All calls that the programs make, from `denying`'s own list.
fn all_calls() -> impl Iterator<Item = &'static str> {
    let list = include_str!("../src/bin/denying/calls.rs");
    let is_part = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let calls = list.split(move |char| !is_part(char)).filter_map(|it| it.strip_prefix("SYS_"));
    calls.filter(|call| !BASIC.split_whitespace().any(|basic| basic == *call))
}

/// Denies each call to this program: it works all the same, or says why it does not.
fn works_or_says_why(errno: &str, command: &str, input: &str) {
    if !can_deny() {
        return;
    }
    assert!(all_calls().count() > 50);
    let (program, words) = command.split_once(' ').unwrap();
    for call in all_calls() {
        let dir = tempfile::tempdir().unwrap();
        let run = Program::new(program).words(words).dir(&dir).input(input);
        let finished = denying(errno, call, run).finish();
        let says_why = match finished.code() {
            0 => true,
            1 => !finished.stderr.is_empty(),
            _ => false,
        };
        let is_own = |line: &str| {
            let name = line.split_once(": ").map(|(name, _)| name);
            ["conv", "log", "stat", "report", "tee", "launcher"].map(Some).contains(&name)
        };
        let is_told = finished.stderr.lines().all(is_own);
        assert!(says_why && is_told, "{errno} for {call}: {finished}");
    }
}

#[test]
fn whatever_call_is_denied_a_stage_works_or_says_why_it_does_not() {
    for errno in ["EPERM", "ENOSYS"] {
        works_or_says_why(errno, "conv --signal walk,sine --count 3 --rate max", "");
        works_or_says_why(errno, "log --rotate 4 --pass run.log", "1\n2\n3\n4\n");
        works_or_says_why(errno, "stat --histogram 9", "1\n2\n");
        works_or_says_why(errno, "report --svg x.svg --textfile x.prom", RECORD);
    }
}

#[test]
fn whatever_call_is_denied_the_launcher_works_or_says_why_it_does_not() {
    works_or_says_why("ENOSYS", "launcher --conv=--count=1 --log run.log", "");
}

#[test]
fn no_process_inherits_what_is_not_its_own_whatever_its_number_with_or_without_close_range() {
    let script = "ulimit -n 2000; exec 100< /dev/null 1500< /dev/null; \
                  exec \"$0\" \"$@\" launcher --conv '--period 1ms' --log run.log";
    for calls in ["close_range", "rseq"] {
        if !can_deny() {
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let program = Program::bash(script).args([env!("CARGO_BIN_EXE_denying"), "ENOSYS", calls]);
        let running = program.dir(&dir).start();
        running.wait_for_lines(1);
        let children = proc::children(running.pid());
        assert_eq!(children.len(), 5, "{running}");
        for (name, pid) in children.into_iter().chain([("launcher".to_owned(), running.pid())]) {
            let open = proc::descriptors(pid);
            assert!(!open.contains_key(&100) && !open.contains_key(&1500), "{name}: {open:?}");
        }
        running.signal(nix::sys::signal::Signal::SIGTERM);
        running.finish().exits(0);
    }
}
