//! The launcher in a process group of its own, as a shell with job control starts it.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::Bench;
use crate::error::Error;
use crate::{figures, kernel};

const COMMAND: &str = "launcher";
/// The launcher's children, once each runs its own program.
const CHILDREN: [&str; 5] = ["conv", "tee", "log", "stat", "report"];
/// Where its standard error goes.
const SAID: &str = "launcher-said";
/// How long the children may take to start; much longer than they need on a busy machine.
const START: Duration = Duration::from_secs(10);
/// How long the pipeline may take to stop: the launcher's own grace of 5 s, and some more.
const STOP: Duration = Duration::from_secs(10);
/// The time between two checks.
const STEP: Duration = Duration::from_millis(5);

/// The running pipeline. It is killed if it is dropped before it was stopped.
pub(crate) struct Pipeline {
    launcher: Child,
    members: Vec<Member>,
}

/// A process of it.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// Its name.
    pub name: String,
    /// Its number.
    pub pid: u32,
    /// Whether it is one of the launcher's children, not the launcher.
    pub is_child: bool,
}

impl Pipeline {
    /// Starts it with these options, and waits until all of it is there.
    pub(crate) fn start(bench: &Bench, options: &[&str], stdout: Stdio) -> Result<Pipeline, Error> {
        let cannot_run = |source| Error::Run { command: COMMAND.to_owned(), source };
        let launcher = Command::new(bench.programs.ours(COMMAND))
            .args(options)
            .current_dir(bench.scratch.path())
            .env("TERM", "xterm-256color")
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(File::create(bench.scratch.file(SAID)).map_err(cannot_run)?)
            .spawn()
            .map_err(cannot_run)?;
        let mut pipeline = Pipeline { launcher, members: Vec::new() };
        pipeline.find_members(bench)?;
        Ok(pipeline)
    }

    fn find_members(&mut self, bench: &Bench) -> Result<(), Error> {
        let launcher = self.launcher.id();
        let start = Instant::now();
        let mut there = kernel::children(launcher)?;
        let find = |there: &[(u32, String)], name| there.iter().find(|(_, is)| is == name).cloned();
        while CHILDREN.iter().any(|name| find(&there, name).is_none()) {
            if start.elapsed() > START {
                let names = there.into_iter().map(|(_, name)| name).collect::<Vec<_>>();
                return Err(Error::Children(names.join(", ")));
            }
            bench.interrupt.wait(STEP)?;
            there = kernel::children(launcher)?;
        }
        let children = CHILDREN.iter().filter_map(|name| find(&there, name));
        self.members.push(Member { name: COMMAND.to_owned(), pid: launcher, is_child: false });
        self.members.extend(children.map(|(pid, name)| Member { name, pid, is_child: true }));
        Ok(())
    }

    /// The launcher and, in the pipeline's order, its children.
    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// Stops it as Ctrl-C would; returns a line on how it ended.
    pub(crate) fn stop(mut self, bench: &Bench) -> Result<String, Error> {
        // In the background of a script SIGINT is ignored, and the pipeline inherited that.
        let ignored =
            stage::process::kernel::is_ignored(Signal::SIGINT).map_err(Error::Disposition)?;
        let signal = if ignored { Signal::SIGTERM } else { Signal::SIGINT };
        self.signal(signal);
        let start = Instant::now();
        let ended = self.wait(bench)?;
        let time = figures::time(start.elapsed());
        let said = fs::read_to_string(bench.scratch.file(SAID)).unwrap_or_default();
        let said = said.lines().last().unwrap_or_default();
        Ok(match ended {
            Some(status) => format!(
                "{signal} to the process group ended it in {time}: {status} (0 is right); its last \
                 words:\n{said}"
            ),
            None => format!("{signal} to the process group did not end it in {time}"),
        })
    }

    fn wait(&mut self, bench: &Bench) -> Result<Option<ExitStatus>, Error> {
        let start = Instant::now();
        while start.elapsed() < STOP {
            let status = self.launcher.try_wait();
            let cannot_run = |source| Error::Run { command: COMMAND.to_owned(), source };
            if let Some(status) = status.map_err(cannot_run)? {
                return Ok(Some(status));
            }
            bench.interrupt.wait(STEP)?;
        }
        Ok(None)
    }

    /// At worst there is no such group any more.
    fn signal(&self, signal: Signal) {
        let _ = killpg(Pid::from_raw(self.launcher.id() as i32), signal);
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        // Until it was waited for, its number, and so the group's, is its own.
        if let Ok(None) = self.launcher.try_wait() {
            self.signal(Signal::SIGKILL);
            let _ = self.launcher.wait();
        }
    }
}
