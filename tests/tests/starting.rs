//! The start of a pipeline in which a stage fails, dies or hangs before it begins: it ends, says why, and
//! leaves nothing, neither a process nor a file.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use tempfile::TempDir;
use wandler_tests::lease::Lease;
use wandler_tests::proc;
use wandler_tests::run::{Finished, Program, Running};
use wandler_tests::stand_ins::launcher_with;

const STAGES: [&str; 4] = ["conv", "log", "stat", "report"];

/// Longer than the launcher takes two interrupts for one.
const TWICE: Duration = Duration::from_millis(150);

/// A launcher, in a directory of its own, with something in the place of a stage.
struct Pipeline {
    programs: TempDir,
    dir: TempDir,
}

impl Pipeline {
    fn with(stage: &str, script: Option<&str>) -> Pipeline {
        Pipeline { programs: launcher_with(stage, script), dir: tempfile::tempdir().unwrap() }
    }

    fn start(&self) -> Running {
        let program = Program::other(self.programs.path().join("launcher"));
        program.args(["--grace", "1s", "--log", "run.log"]).dir(&self.dir).start()
    }

    /// Waits for the end, and checks that nothing is left.
    fn finish(&self, running: Running) -> Finished {
        let group = running.pid();
        let finished = running.finish().writes("");
        proc::wait_until_gone(group);
        assert_eq!(files(self.dir.path()), [""; 0], "{finished}");
        finished
    }
}

fn files(dir: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    fs::read_dir(dir).unwrap().map(|it| name(it).into_string().unwrap()).collect()
}

/// Whether all children are there, the one that hangs under this name.
fn all_are_there(running: &Running, hung: &str) -> bool {
    let children = proc::children(running.pid());
    children.contains_key(hung) && children.len() == 5
}

/// What the launcher says, in any order.
fn said(finished: &Finished) -> BTreeSet<String> {
    finished.stderr.lines().map(str::to_owned).collect()
}

#[test]
fn a_stage_that_fails_before_it_begins_lets_none_begin() {
    for (script, told, status) in [
        // These say themselves why.
        ("exit 1", "", 1),
        ("exit 2", "", 2),
        ("exit 0", "STAGE ended", 1),
        ("exit 3", "STAGE ended with status 3", 1),
        ("kill -SEGV $$", "STAGE was killed by SIGSEGV", 1),
        (
            "printf ready >&$WANDLER_START; read -r -N 1 -u $WANDLER_START",
            "cannot let STAGE begin: what it says of itself cannot be read",
            1,
        ),
        // What it announces makes it unfit.
        (
            "printf '{\"streams\":[[\"x\",\"y\"]]}' >&$WANDLER_START; read -r -N 1 -u $WANDLER_START",
            "cannot let STAGE write x: it is y as well",
            1,
        ),
    ] {
        for stage in STAGES {
            let pipeline = Pipeline::with(stage, Some(script));
            let finished = pipeline.finish(pipeline.start()).exits(status);
            let told = told.replace("STAGE", stage);
            let told = (!told.is_empty()).then(|| format!("launcher: {told}"));
            finished.says(told.as_slice());
        }
    }
}

#[test]
fn a_program_that_cannot_be_executed_lets_none_begin() {
    for stage in STAGES {
        let pipeline = Pipeline::with(stage, Some("exit 0"));
        let program = pipeline.programs.path().canonicalize().unwrap().join(stage);
        fs::set_permissions(&program, Permissions::from_mode(0o644)).unwrap();
        let told = format!("launcher: cannot execute {program:?}: Permission denied");
        pipeline.finish(pipeline.start()).exits(1).says(&[told]);
    }
}

#[test]
fn a_stage_that_hangs_before_it_is_ready_is_waited_for_until_the_user_has_had_enough() {
    thread::scope(|scope| {
        for stage in STAGES {
            scope.spawn(move || {
                let pipeline = Pipeline::with(stage, Some("exec sleep 1000"));
                let running = pipeline.start();
                running.wait_until("all are there", || all_are_there(&running, "sleep"));
                running.signal(Signal::SIGTERM);
                let finished = pipeline.finish(running).exits(1);
                let given_up = "launcher: not every stage became ready in time: none has begun";
                let killed = format!("launcher: {stage} did not end within 1s, and was killed");
                finished.says(&[given_up, &killed]);
            });
        }
    });
}

#[test]
fn whoever_has_no_patience_ends_a_start_that_hangs_at_once() {
    for stage in STAGES {
        for (signal, when) in [(Signal::SIGQUIT, "SIGQUIT"), (Signal::SIGINT, "the second Ctrl-C")]
        {
            let pipeline = Pipeline::with(stage, Some("exec sleep 1000"));
            let running = pipeline.start();
            running.wait_until("all are there", || all_are_there(&running, "sleep"));
            running.signal(signal);
            if signal == Signal::SIGINT {
                thread::sleep(TWICE);
                running.signal(signal);
            }
            let finished = pipeline.finish(running).exits(1);
            let killed = |name| format!("launcher: {name} was killed at {when}");
            let mut said = said(&finished);
            // It may have read the end of what conv sends before it could be killed.
            said.remove(&killed("tee"));
            assert_eq!(said, STAGES.map(killed).into(), "{finished}");
        }
    }
}

#[test]
fn when_the_launcher_is_killed_while_a_program_hangs_in_its_execution_the_others_end() {
    for stage in STAGES {
        let pipeline = Pipeline::with(stage, None);
        let lease = Lease::on(&pipeline.programs.path().join(stage));
        let running = pipeline.start();
        // What was not executed yet is called as its parent.
        let all = || lease.is_awaited() && all_are_there(&running, "launcher");
        running.wait_until("all are there", all);
        running.signal(Signal::SIGKILL);
        let group = running.pid();
        let left = || proc::alive(group).into_iter().map(|it| it.name).collect::<Vec<_>>();
        running.wait_until("only the one that hangs is left", || left() == ["launcher"]);
        drop(lease);
        pipeline.finish(running).exits(128 + Signal::SIGKILL as i32).says(&[""; 0]);
    }
}
