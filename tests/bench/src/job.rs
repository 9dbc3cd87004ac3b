//! One command, run as whole processes and timed.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;
use wandler_launcher::ending::ProcessEnding;
use wandler_launcher::kernel::reap;

use crate::error::Error;
use crate::programs::{Build, Programs};
use crate::scratch::Scratch;

/// Where a command's standard error goes, to be shown if it fails.
const SAID: &str = "said";

/// A command whose output is discarded. It displays as one would type it.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    program: &'static str,
    arguments: Vec<String>,
    /// The file that is its standard input.
    input: Option<String>,
    /// The file that it writes.
    output: Option<&'static str>,
    /// Which of our programs it runs.
    build: Build,
    /// When the clock is stopped.
    until: Until,
}

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// Wall time.
    pub time: Duration,
    /// The processor time of its process and of those that this waited for, up to their end.
    pub cpu: Duration,
    /// The most memory, in bytes, that its process held, or the greatest of those it waited for.
    pub peak: u64,
}

/// What a job is timed up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    /// Its end.
    End,
    /// Its first line.
    FirstLine,
}

impl Job {
    /// A program with its arguments, started without a shell.
    pub(crate) fn program(program: &'static str, arguments: &[&str]) -> Job {
        let arguments = arguments.iter().map(ToString::to_string).collect();
        Job {
            program,
            arguments,
            input: None,
            output: None,
            build: Build::Usual,
            until: Until::End,
        }
    }

    /// A command that bash runs; the start of bash is part of it.
    pub(crate) fn shell(script: &str) -> Job {
        Job::program("bash", &["-o", "pipefail", "-c", script])
    }

    /// The same with a file of the scratch directory as its standard input.
    pub(crate) fn reading(self, input: impl Into<String>) -> Job {
        Job { input: Some(input.into()), ..self }
    }

    /// The same, writing this file of the scratch directory, which is removed before the start: giving
    /// the pages of a large file back takes a while, and has nothing to do with the job.
    pub(crate) fn writing(self, output: &'static str) -> Job {
        Job { output: Some(output), ..self }
    }

    /// The same by this build of our programs.
    pub(crate) fn of(self, build: Build) -> Job {
        Job { build, ..self }
    }

    /// The same, timed up to its first line of output instead of its end.
    pub(crate) fn until_its_first_line(self) -> Job {
        Job { until: Until::FirstLine, ..self }
    }

    /// Runs it in the scratch directory, timed from just before its start.
    pub(crate) fn run(&self, programs: &Programs, scratch: &Scratch) -> Result<Run, Error> {
        let failed = |source| Error::Run { command: self.to_string(), source };
        if let Some(output) = self.output {
            // On the first run it is not there.
            let _ = fs::remove_file(scratch.file(output));
        }
        let mut command = self.command(programs, scratch).map_err(failed)?;
        let (run, ending) = self.until.run(&mut command).map_err(failed)?;
        if ending == ProcessEnding::Killed(Signal::SIGINT as i32) {
            return Err(Error::Interrupted);
        }
        if ending != ProcessEnding::Exited(0) {
            let said = fs::read_to_string(scratch.file(SAID)).unwrap_or_default();
            let said = said.lines().last().map(|line| format!(": {line}")).unwrap_or_default();
            return Err(Error::Failed { command: self.to_string(), ending, said });
        }
        Ok(run)
    }

    fn command(&self, programs: &Programs, scratch: &Scratch) -> io::Result<Command> {
        let program = programs.find(self.program, self.build).ok_or(io::ErrorKind::NotFound)?;
        let input = match &self.input {
            Some(name) => Stdio::from(File::open(scratch.file(name))?),
            None => Stdio::null(),
        };
        let mut command = Command::new(program);
        command
            .args(&self.arguments)
            .current_dir(scratch.path())
            .env("PATH", programs.path(self.build))
            .stdin(input)
            .stdout(self.until.output())
            .stderr(File::create(scratch.file(SAID))?);
        Ok(command)
    }
}

impl Until {
    fn output(self) -> Stdio {
        match self {
            Until::End => Stdio::null(),
            Until::FirstLine => Stdio::piped(),
        }
    }

    /// Runs a command to its end, and times it up to here.
    fn run(self, command: &mut Command) -> io::Result<(Run, ProcessEnding)> {
        let start = Instant::now();
        let mut child = command.spawn()?;
        let mut time = None;
        if let Some(output) = child.stdout.take() {
            let mut output = BufReader::new(output);
            output.skip_until(b'\n')?;
            time = Some(start.elapsed());
            io::copy(&mut output, &mut io::sink())?;
        }
        let id = Id::Pid(Pid::from_raw(child.id().cast_signed()));
        waitid(id, WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT)?;
        let time = time.unwrap_or_else(|| start.elapsed());
        // There is no other child: commands run one after the other.
        let (_, ending, usage) = reap()?.ok_or(Errno::ECHILD)?;
        Ok((Run { time, cpu: usage.cpu, peak: usage.peak_kib * 1024 }, ending))
    }
}

impl fmt::Display for Job {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let ("bash", Some(script)) = (self.program, self.arguments.last()) {
            return formatter.write_str(script);
        }
        formatter.write_str(self.program)?;
        for argument in &self.arguments {
            match argument.contains([' ', '$']) {
                true => write!(formatter, " '{argument}'")?,
                false => write!(formatter, " {argument}")?,
            }
        }
        self.input.as_ref().map_or(Ok(()), |input| write!(formatter, " < {input}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_shown_as_one_would_type_it() {
        assert_eq!(Job::program("wc", &["-l"]).reading("x").to_string(), "wc -l < x");
        assert_eq!(Job::program("mawk", &["{ n++ }"]).to_string(), "mawk '{ n++ }'");
        assert_eq!(Job::shell("cat x | log").to_string(), "cat x | log");
    }
}
