//! The pipeline that a fault happens to: started, watched, and stopped.

use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use wandler_tests::proc;
use wandler_tests::recorded::all_files;
use wandler_tests::run::{Program, Running};

use super::ended::Ended;

/// What is asked of the launcher.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// Of `conv`, besides its rate.
    pub conv: &'static str,
    pub rate: &'a str,
    pub log: &'a str,
    pub stat: &'a str,
    pub report: &'a str,
    /// Time to end in order. Where somebody hangs, it is waited for.
    pub grace: &'a str,
}

/// Samples of seven bytes, the same in each run.
pub(super) const SAMPLES: &str = "--range 100000..999999 --seed 1";

/// How much more is recorded when it is said to go on: more than anything but samples could be.
const MORE: u64 = 5000;

impl Asked<'static> {
    /// What is asked unless there is a reason to ask for something else.
    pub(super) const USUAL: Asked<'static> = Asked {
        conv: SAMPLES,
        rate: "10k",
        log: "--sync 50ms run.log",
        stat: "",
        report: "",
        grace: "10s",
    };
}

impl Asked<'_> {
    /// The launcher's options.
    pub(super) fn options(&self) -> Vec<String> {
        let conv = format!("--rate {} {}", self.rate, self.conv);
        let Asked { log, stat, report, grace, .. } = *self;
        [("grace", grace), ("conv", &conv), ("log", log), ("stat", stat), ("report", report)]
            .map(|(option, value)| format!("--{option}={value}"))
            .to_vec()
    }
}

/// A pipeline that has begun to record.
pub(super) struct Pipeline {
    pub running: Running,
    pub launcher: Pid,
    dir: PathBuf,
    conv: &'static str,
    log: Pid,
}

impl Pipeline {
    /// Begins one in `dir`.
    pub(super) fn begin(asked: Asked<'_>, dir: &Path) -> Pipeline {
        Pipeline::begin_as(asked, dir, |launcher| launcher)
    }

    /// The same, where something is done to the launcher's program before.
    pub(super) fn begin_as(
        asked: Asked<'_>,
        dir: &Path,
        change: impl FnOnce(Program) -> Program,
    ) -> Pipeline {
        let launcher = Program::new("launcher").args(asked.options()).dir(dir);
        Pipeline::of(change(launcher).start(), asked, dir)
    }

    /// The one that was started in this process, or in one below it.
    pub(super) fn of(running: Running, asked: Asked<'_>, dir: &Path) -> Pipeline {
        // (A rotating file begins anew, but not before that.)
        let file = dir.join(asked.log.rsplit(' ').next().unwrap());
        running
            .wait_until("it records", || fs::metadata(&file).is_ok_and(|file| file.len() > MORE));
        let launcher = proc::below(running.pid(), "launcher").unwrap();
        let log = proc::children(launcher)["log"];
        Pipeline { running, launcher, dir: dir.to_owned(), conv: asked.conv, log }
    }

    /// The process of a stage.
    pub(super) fn stage(&self, name: &str) -> Pid {
        proc::children(self.launcher)[name]
    }

    /// Waits until more is recorded than now.
    pub(super) fn goes_on(&self) {
        let before = proc::bytes_written(self.log);
        self.running
            .wait_until("the recording goes on", || proc::bytes_written(self.log) > before + MORE);
    }

    /// Stops it.
    pub(super) fn stop(self) -> Ended {
        nix::sys::signal::kill(self.launcher, Signal::SIGTERM).unwrap();
        self.end()
    }

    /// Waits for its end.
    pub(super) fn end(self) -> Ended {
        let finished = self.running.finish();
        Ended {
            code: finished.code(),
            said: Some(finished.stderr.clone()),
            shown: Some(finished.stdout.clone()).filter(|shown| !shown.is_empty()),
            recorded: all_files(&self.dir),
            conv: self.conv,
            all: finished.to_string(),
        }
    }
}
