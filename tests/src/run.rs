//! Starting a program, waiting for its output and its end, and printing all that is known of it.

use std::ffi::OsStr;
use std::fmt;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use stage::process::kernel::restore_default;

pub use crate::finished::Finished;
use crate::finished::Shortened;
use crate::kept::Kept;
use crate::{PATIENCE, proc, programs};

/// How long a process that has work to do must stand still to count as blocked: many turns of the
/// scheduler.
const UNMOVED: Duration = Duration::from_millis(50);

/// A program to be started, in a process group of its own.
pub struct Program {
    command: Command,
    input: Option<Vec<u8>>,
}

impl Program {
    /// One of ours.
    pub fn new(name: &str) -> Program {
        Program::other(programs::program(name))
    }

    /// Any other, such as a shell.
    pub fn other(path: impl AsRef<OsStr>) -> Program {
        hear_interrupts();
        let mut command = Command::new(path);
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env_remove("WANDLER_LEDGER");
        Program { command, input: None }
    }

    /// A bash command that finds our programs by name.
    pub fn bash(script: &str) -> Program {
        let directory = programs::directory().to_str().expect("a path in UTF-8");
        let path = std::env::var("PATH").unwrap_or_default();
        let mut program = Program::other("bash");
        program.command.env("PATH", format!("{directory}:{path}"));
        program.args(["-c", script])
    }

    /// The same, run by another program, given with its first arguments. (Standard streams come afterwards.)
    pub fn wrapped(self, by: &[&str]) -> Program {
        let mut program = Program::other(by[0]).args(&by[1..]);
        program.command.arg(self.command.get_program()).args(self.command.get_args());
        let variables = self.command.get_envs();
        program.command.envs(variables.filter_map(|(name, value)| Some((name, value?))));
        if let Some(dir) = self.command.get_current_dir() {
            program.command.current_dir(dir);
        }
        match self.input {
            Some(bytes) => program.input(bytes),
            None => program,
        }
    }

    /// More arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Program {
        self.command.args(arguments);
        self
    }

    /// More arguments, separated by white space.
    pub fn words(self, words: &str) -> Program {
        self.args(words.split_whitespace())
    }

    /// The working directory.
    pub fn dir(mut self, dir: impl AsRef<Path>) -> Program {
        self.command.current_dir(dir);
        self
    }

    /// An environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Program {
        self.command.env(name, value);
        self
    }

    /// What is written to its standard input, followed by an end of file.
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Program {
        self.command.stdin(Stdio::piped());
        self.input = Some(bytes.into());
        self
    }

    /// What its standard input is.
    pub fn stdin(mut self, stdin: impl Into<Stdio>) -> Program {
        self.command.stdin(stdin);
        self
    }

    /// What its standard output is, instead of being kept.
    pub fn stdout(mut self, stdout: impl Into<Stdio>) -> Program {
        self.command.stdout(stdout);
        self
    }

    /// What its standard error is, instead of being kept.
    pub fn stderr(mut self, stderr: impl Into<Stdio>) -> Program {
        self.command.stderr(stderr);
        self
    }

    /// Starts it.
    pub fn start(mut self) -> Running {
        let name = format!("{:?}", self.command);
        let mut child = self.command.spawn().unwrap_or_else(|error| panic!("{name}: {error}"));
        let feeder = self.input.take().and_then(|bytes| {
            let mut stdin = child.stdin.take()?;
            // The program may leave before it has read everything.
            Some(thread::spawn(move || drop(stdin.write_all(&bytes))))
        });
        Running {
            name,
            stdout: Kept::of(child.stdout.take()),
            stderr: Kept::of(child.stderr.take()),
            child,
            feeder,
        }
    }

    /// Runs it to its end.
    pub fn finish(self) -> Finished {
        self.start().finish()
    }
}

/// Lets this process, and so what it starts, hear what a terminal sends: a script that runs the tests in the
/// background (`&`), or nohup, leaves such signals ignored.
fn hear_interrupts() {
    for signal in [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT] {
        restore_default(signal).unwrap_or_else(|error| panic!("{signal}: {error}"));
    }
}

/// A program that runs.
pub struct Running {
    name: String,
    child: Child,
    stdout: Kept,
    stderr: Kept,
    feeder: Option<JoinHandle<()>>,
}

impl Running {
    /// Its process number, which is also its group's.
    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().expect("a process number"))
    }

    /// Its standard input, if that is a pipe that the test feeds.
    pub fn stdin(&mut self) -> std::process::ChildStdin {
        self.child.stdin.take().expect("standard input was asked to be a pipe")
    }

    /// Signals the process alone.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap_or_else(|error| panic!("{signal}: {error}\n{self}"));
    }

    /// Stops a process, and waits until it has stopped.
    pub fn stop(&self, pid: Pid) {
        kill(pid, Signal::SIGSTOP).unwrap_or_else(|error| panic!("{pid}: {error}\n{self}"));
        self.wait_until(&format!("{pid} is stopped"), || {
            proc::status(pid, "State").starts_with('T')
        });
    }

    /// Signals the whole group, as a terminal does.
    pub fn signal_group(&self, signal: Signal) {
        killpg(self.pid(), signal).unwrap_or_else(|error| panic!("{signal}: {error}\n{self}"));
    }

    /// Lines on standard output so far.
    pub fn lines(&self) -> usize {
        self.stdout.text().lines().count()
    }

    /// Waits until standard output has this many lines.
    pub fn wait_for_lines(&self, count: usize) {
        self.stdout.wait(self, |text| text.iter().filter(|&&byte| byte == b'\n').count() >= count);
    }

    /// Waits until standard output has this line.
    pub fn wait_for_line(&self, line: &str) {
        let line = format!("{line}\n");
        self.stdout.wait(self, |text| {
            text.split_inclusive(|&byte| byte == b'\n').any(|it| it == line.as_bytes())
        });
    }

    /// Waits until standard error contains `text`.
    pub fn wait_for_message(&self, text: &str) {
        self.stderr.wait(self, |bytes| String::from_utf8_lossy(bytes).contains(text));
    }

    /// Whether standard error contains `text` by now.
    pub fn has_said(&self, text: &str) -> bool {
        self.stderr.text().contains(text)
    }

    /// Waits until standard error contains `text` this many times.
    pub fn wait_for_messages(&self, text: &str, count: usize) {
        let found = |bytes: &[u8]| String::from_utf8_lossy(bytes).matches(text).count();
        self.stderr.wait(self, |bytes| found(bytes) >= count);
    }

    /// Waits until `event` is true, checking repeatedly.
    pub fn wait_until(&self, what: &str, mut event: impl FnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !event() {
            assert!(Instant::now() < deadline, "waited in vain until {what}\n{self}");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until a process that has work to do sleeps nevertheless, as it does when its output is
    /// full: it has not run since the last check, and is not waiting for a processor.
    pub fn wait_until_blocked(&self, pid: Pid) {
        let look = || {
            ["State", "voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"]
                .map(|field| proc::status(pid, field))
        };
        let mut last = look();
        self.wait_until(&format!("{pid} is blocked"), || {
            thread::sleep(UNMOVED);
            let now = look();
            now[0].starts_with('S') && std::mem::replace(&mut last, now.clone()) == now
        });
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child can be waited for").is_none()
    }

    /// Waits for its end and for the end of what it wrote.
    pub fn finish(mut self) -> Finished {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                break status;
            }
            if Instant::now() > deadline {
                let _ = killpg(self.pid(), Signal::SIGKILL);
                panic!("it does not end\n{self}");
            }
            thread::sleep(Duration::from_millis(1));
        };
        if let Some(feeder) = self.feeder.take() {
            let _ = feeder.join();
        }
        self.stdout.wait_for_end(&self);
        self.stderr.wait_for_end(&self);
        Finished {
            name: self.name.clone(),
            status,
            stdout: self.stdout.text(),
            stderr: self.stderr.text(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Even a failed test leaves nothing behind.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = killpg(self.pid(), Signal::SIGKILL);
            let _ = self.child.wait();
        }
    }
}

impl fmt::Display for Running {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (stdout, stderr) = (self.stdout.text(), self.stderr.text());
        write!(
            formatter,
            "{}\nrunning as {}, with\n{}\nso far standard output: {:?}\nstandard error: {stderr}",
            self.name,
            self.pid(),
            proc::group(self.pid()),
            Shortened(&stdout)
        )
    }
}
