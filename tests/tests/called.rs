//! The names by which the programs are called: those of a build and, where they are installed,
//! `wandler`.

use std::fs;
use std::os::unix::fs::symlink;

use tempfile::TempDir;
use wandler_tests::abuse::with_closed;
use wandler_tests::proc;
use wandler_tests::programs::{directory, program};
use wandler_tests::run::Program;

const STAGES: [&str; 4] = ["conv", "log", "stat", "report"];

/// A directory with the names that a directory of the PATH has.
fn installed() -> TempDir {
    let bin = tempfile::tempdir().unwrap();
    symlink(program("launcher"), bin.path().join("wandler")).unwrap();
    for stage in STAGES {
        symlink(program(stage), bin.path().join(format!("wandler-{stage}"))).unwrap();
    }
    bin
}

/// A command line that calls what is installed in `bin`.
fn call(bin: &TempDir, line: &str) -> Program {
    let (name, words) = line.split_once(' ').unwrap_or((line, ""));
    Program::other(bin.path().join(name)).words(words).dir(bin)
}

#[test]
fn help_and_version_say_the_name_that_was_typed() {
    let (bin, version) = (installed(), env!("CARGO_PKG_VERSION"));
    for stage in STAGES {
        for name in [format!("wandler {stage}"), format!("wandler-{stage}")] {
            let finished = call(&bin, &format!("{name} --version")).finish().exits(0);
            finished.writes(&format!("{name} {version}\n"));
            let help = call(&bin, &format!("{name} --help")).finish().exits(0);
            assert!(help.stdout.contains(&format!("\nUsage: {name} [OPTIONS]")), "{help}");
            assert!(!help.stdout.contains(&format!("\n  {stage} ")), "an example's\n{help}");
            assert!(help.stdout.contains(&format!(" wandler {stage} ")), "an example's\n{help}");
        }
        let asked = call(&bin, &format!("wandler help {stage}")).finish().exits(0);
        let help = call(&bin, &format!("wandler {stage} --help")).finish().exits(0);
        asked.writes(&help.stdout);
    }
    for launcher in ["launcher", "w"] {
        let version = format!("{launcher} stat {version}\n");
        let call = Program::other("bash").args(["-c", "exec -a \"$0\" \"$@\"", launcher]);
        call.args([program("launcher")]).words("stat --version").finish().writes(&version);
    }
    call(&bin, "wandler --version").finish().exits(0).writes(&format!("wandler {version}\n"));
    let help = call(&bin, "wandler --help").finish().exits(0);
    let usage = "\nUsage: wandler [OPTIONS]\n       wandler STAGE [ARGUMENTS]\n       wandler help [STAGE]\n";
    assert!(help.stdout.contains(usage) && !help.stdout.contains("\n  launcher "), "{help}");
    call(&bin, "wandler help").finish().exits(0).writes(&help.stdout);
}

#[test]
fn a_stage_by_itself_is_the_one_beside_the_launcher() {
    let bin = installed();
    for name in ["wandler stat", "wandler-stat"] {
        let expected = Program::new("stat").words("--every 2").input("1\n2\n4\n").finish().exits(0);
        let ours = call(&bin, &format!("{name} --every 2")).input("1\n2\n4\n").finish();
        ours.exits(0).writes(&expected.stdout);
    }
    Program::new("launcher").words("stat").input("x\n").finish().exits(3);
    // It is the same process: there is no child whose signals and status would have to be passed on.
    let running = call(&bin, "wandler conv --rate 1k").start();
    running.wait_for_lines(1);
    assert_eq!(proc::status(running.pid(), "Name"), "conv", "{running}");
    running.signal(nix::sys::signal::Signal::SIGINT);
    running.finish().exits(0);
}

#[test]
fn messages_keep_the_programs_name_and_point_to_the_help_that_can_be_called() {
    let bin = installed();
    for (line, message) in [
        (
            "wandler conv --bogus",
            "conv: unexpected argument '--bogus' found; try 'wandler conv --help'",
        ),
        (
            "wandler-report -X",
            "report: unexpected argument '-X' found; try 'wandler-report --help'",
        ),
        (
            "wandler --bogus",
            "launcher: unexpected argument '--bogus' found; a stage's options go in one word, as in \
             --conv '--rate 1k'; try 'wandler --help'",
        ),
        (
            "wandler sta",
            "launcher: there is no stage \"sta\": the stages are conv, log, stat and report; try 'wandler --help'",
        ),
        (
            "wandler help tee",
            "launcher: there is no stage \"tee\": the stages are conv, log, stat and report; try 'wandler --help'",
        ),
        (
            "wandler help stat extra",
            "launcher: help takes one stage: the stages are conv, log, stat and report; try 'wandler --help'",
        ),
        (
            "wandler --quiet stat",
            "launcher: stat by itself must be the first word; try 'wandler --help'",
        ),
        (
            "wandler --conv --bogus",
            "conv: unexpected argument '--bogus' found; try 'wandler conv --help'",
        ),
        (
            "wandler --print --conv --bogus",
            "conv: unexpected argument '--bogus' found; try 'wandler conv --help'",
        ),
    ] {
        let finished = call(&bin, line).finish().exits(2).writes("");
        assert!(finished.stderr.lines().count() == 1, "{finished}");
        finished.says(&[message]);
    }
}

#[test]
fn a_closed_stream_is_found_closed_by_the_stage_as_well() {
    let finished = with_closed(">&-", "launcher", &["stat"]).finish();
    finished.exits(1).says(&["stat: cannot use standard output: it is closed"]);
}

#[test]
fn a_launcher_without_stages_says_how_to_install_them() {
    // On one file system, so that it can be linked: a copy might still be open for writing in a child
    // that another test forks, and could not be executed.
    let bin = tempfile::tempdir_in(directory()).unwrap();
    fs::hard_link(program("launcher"), bin.path().join("launcher")).unwrap();
    fs::hard_link(program("stat"), bin.path().join("stat")).unwrap();
    let path = bin.path().display();
    let hint = "(its programs stay together: copy all five, or install a package, or the sources with scripts/install)";
    let missing = format!(
        "launcher: cannot find conv, log, report beside the launcher, in \"{path}\" {hint}"
    );
    for line in ["launcher", "launcher --print"] {
        call(&bin, line).finish().exits(1).writes("").says(&[&missing]);
    }
    let missing = format!("log: cannot execute \"{path}/log\" {hint}: No such file or directory");
    call(&bin, "launcher log").finish().exits(1).writes("").says(&[&missing]);
    assert!(!bin.path().join("samples.log").exists(), "nothing was begun");
}
