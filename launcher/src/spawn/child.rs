//! A child, from the fork to its program: step 4 of the order of spawning, and what must be
//! ready before it.

use std::convert::Infallible;
use std::ffi::{CStr, CString, NulError, OsStr, OsString};
use std::io::{self, PipeWriter, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, dup2_stderr, dup2_stdin, dup2_stdout, execve, getppid};
use stage::process::exit::Status;
use stage::process::ledger::{self, Ledger};
use stage::process::message;
use stage::process::program;
use stage::process::sandbox::Sandbox;
use stage::process::surroundings::Host;
use stage::process::{rejections, start};

use crate::calls::Calls;
use crate::fan_out;
use crate::handed_on::HandedOn;
use crate::kernel;
use crate::process::Process;
use crate::watch::Watch;
use crate::wiring::Descriptors;

/// The exit status of a child that could not execute its program, as in a shell.
const NOT_EXECUTED: i32 = 127;

/// A child about to be forked.
pub(super) struct Child<'a> {
    process: Process,
    ends: Descriptors,
    handed_on: &'a HandedOn,
    inherited: &'a Inherited,
    program: Program,
}

/// What a child will execute, put together before the fork.
enum Program {
    /// The launcher's own code, in this sandbox.
    FanOut(Sandbox),
    /// A stage.
    Stage(Stage),
}

/// A stage's executable, its arguments, and its environment besides what it inherits.
struct Stage {
    path: CString,
    arguments: Vec<CString>,
    environment: Vec<CString>,
}

/// What every stage inherits of the launcher's environment: all but the variables that name
/// descriptors.
pub(super) struct Inherited(Vec<CString>);

impl Inherited {
    /// It is put together once, before the first fork.
    pub(super) fn now() -> Inherited {
        let is_ours = |variable: &OsString| VARIABLES.iter().any(|name| variable == name);
        let variables = std::env::vars_os().filter(|(variable, _)| !is_ours(variable));
        // None of those that the kernel handed over contains a zero byte.
        let entry = |(variable, value): (OsString, OsString)| entry(variable, &value).ok();
        Inherited(variables.filter_map(entry).collect())
    }
}

impl Inherited {
    /// Becomes the stage.
    fn execute(&self, stage: &Stage) -> Result<Infallible, Errno> {
        let environment = self.0.iter().chain(&stage.environment);
        let environment: Vec<&CStr> = environment.map(CString::as_c_str).collect();
        execve(&stage.path, &stage.arguments, &environment)
    }
}

/// A variable and its value, as the kernel wants it.
fn entry(mut variable: OsString, value: &OsStr) -> Result<CString, NulError> {
    variable.push("=");
    variable.push(value);
    c_string(variable)
}

impl Program {
    fn of(
        process: Process,
        ends: &Descriptors,
        directory: &Path,
        calls: &Calls,
    ) -> io::Result<Program> {
        if process == Process::Tee {
            return Ok(Program::FanOut(calls.sandbox_of_tee()));
        }
        let path = c_string(directory.join(process.name()))?;
        let words = calls.words(process).into_iter().map(OsString::from);
        let arguments = std::iter::once(OsString::from(calls.name(process))).chain(words);
        let named = ends.for_stage().into_iter().filter_map(|(name, fd)| {
            Some(entry(name.into(), fd?.as_raw_fd().to_string().as_ref()))
        });
        Ok(Program::Stage(Stage {
            path,
            arguments: arguments.map(c_string).collect::<Result<_, _>>()?,
            environment: named.collect::<Result<_, _>>()?,
        }))
    }
}

/// The variables that name what a stage inherits.
const VARIABLES: [&str; 4] =
    [ledger::VARIABLE, message::VARIABLE, rejections::VARIABLE, start::VARIABLE];

impl Descriptors {
    /// Puts those that are for the standard streams in their places.
    fn become_standard_streams(&mut self) -> Result<(), Errno> {
        if let Some(input) = self.input.take() {
            dup2_stdin(input)?;
        }
        if let Some(output) = self.output.take() {
            dup2_stdout(output)?;
        }
        if let Some(error) = self.error.take() {
            dup2_stderr(error)?;
        }
        Ok(())
    }

    /// What a stage inherits besides its streams, each with the variable that names it.
    fn for_stage(&self) -> [(&'static str, Option<&OwnedFd>); 4] {
        let [ledger, messages, rejections, gate] = VARIABLES;
        [
            (ledger, Some(&self.ledger)),
            (messages, self.messages.as_ref()),
            (rejections, self.rejections.as_ref()),
            (gate, self.gate.as_ref()),
        ]
    }
}

impl<'a> Child<'a> {
    /// Puts together what `process` needs.
    pub(super) fn new(
        process: Process,
        ends: Descriptors,
        handed_on: &'a HandedOn,
        inherited: &'a Inherited,
        directory: &Path,
        calls: &Calls,
    ) -> io::Result<Child<'a>> {
        let program = Program::of(process, &ends, directory, calls)?;
        Ok(Child { process, ends, handed_on, inherited, program })
    }

    /// Becomes the child, in the process that was forked for it. If its program cannot be executed,
    /// sends the error number `to_parent`.
    pub(super) fn begin(self, launcher: Pid, watch: &Watch, mut to_parent: PipeWriter) -> ! {
        let status = match self.work(launcher, watch, to_parent.as_fd()) {
            Ok(status) => status as i32,
            Err(error) => {
                let _ = to_parent.write_all(&(error as i32).to_ne_bytes());
                NOT_EXECUTED
            }
        };
        std::process::exit(status)
    }

    /// Returns only as `tee`, when its work is done, or with the reason for not executing.
    fn work(
        self,
        launcher: Pid,
        watch: &Watch,
        to_parent: BorrowedFd<'_>,
    ) -> Result<Status, Errno> {
        // The launcher stops its children by SIGTERM, even if it inherited it as ignored.
        stage::process::kernel::restore_default(Signal::SIGTERM)?;
        set_pdeathsig(Signal::SIGTERM)?;
        if getppid() != launcher {
            return Ok(Status::Failed);
        }
        watch.leave_to_child()?;
        self.handed_on.leave_to(self.process)?;
        let mut ends = self.ends;
        ends.become_standard_streams()?;
        match self.program {
            Program::FanOut(sandbox) => {
                let Descriptors { second_output, ledger, .. } = ends;
                Ok(second_output.map_or(Status::Failed, |to| tee(&to, ledger, &sandbox)))
            }
            Program::Stage(stage) => {
                for inherited in ends.for_stage().into_iter().filter_map(|(_, fd)| fd) {
                    fcntl(inherited, FcntlArg::F_SETFD(FdFlag::empty()))?;
                }
                let own = ends.for_stage().into_iter().filter_map(|(_, fd)| fd).map(AsFd::as_fd);
                let own: Vec<BorrowedFd<'_>> =
                    own.chain(self.handed_on.left_to(self.process)).chain([to_parent]).collect();
                #[allow(unsafe_code, reason = "only here is it known what else is used")]
                // SAFETY: what owns the parent's descriptors is neither used nor dropped in this process,
                // which executes a program, or ends without returning from `Child::begin`.
                unsafe {
                    kernel::close_all_but(&own);
                }
                match self.inherited.execute(&stage)? {}
            }
        }
    }
}

fn tee(second_output: &OwnedFd, ledger: OwnedFd, sandbox: &Sandbox) -> Status {
    // Nothing is executed, so close-on-exec closes nothing.
    #[allow(unsafe_code, reason = "only here is it known that nothing else is used any more")]
    // SAFETY: what owns the parent's descriptors is neither used nor dropped in this process, which
    // ends without returning from `Child::begin`.
    unsafe {
        kernel::close_all_but(&[second_output.as_fd(), ledger.as_fd()]);
    }
    proctitle::set_title(Process::Tee.name());
    let ledger = Some(Ledger::new(ledger));
    program::run_stage(Process::Tee.name(), ledger, sandbox, |host: &mut Host| {
        fan_out::run(host.input(), [&io::stdout(), second_output], &host.stop)
    })
}

fn c_string(text: impl Into<OsString>) -> Result<CString, NulError> {
    CString::new(text.into().into_vec())
}
