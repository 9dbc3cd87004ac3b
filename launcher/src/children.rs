//! The launcher's children, each under its process id for as long as that is its own: it is forgotten as
//! the child is reaped, since the kernel may give it to another process from then on.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use stage::process::message::quoted_path;

use crate::ending::ProcessEnding;
use crate::process::{ByProcess, Process};

/// What was forked, and has not been reaped.
#[derive(Debug, Default)]
pub(crate) struct Children(ByProcess<Option<Child>>);

/// What was started, and what was not.
#[derive(Debug)]
pub(crate) struct Spawned {
    /// What was forked.
    pub(crate) children: Children,
    /// How the others ended.
    pub(crate) not_forked: ByProcess<Option<ProcessEnding>>,
}

/// A forked child, which may not have executed its program yet.
#[derive(Debug)]
pub(crate) struct Child {
    pid: Pid,
    program: PathBuf,
    /// Brings an error number, or an end of file once the program is executed.
    exec_error: File,
}

impl Child {
    /// The child `pid`, which executes `program` or sends the reason why it cannot.
    pub(crate) fn new(pid: Pid, program: PathBuf, exec_error: OwnedFd) -> Child {
        Child { pid, program, exec_error: exec_error.into() }
    }

    /// How it ended, given what the kernel says of that. By now nobody writes to the pipe any more.
    fn ended(mut self, ending: ProcessEnding) -> ProcessEnding {
        let mut number = [0; 4];
        match self.exec_error.read_exact(&mut number) {
            // An end of file: `exec` closed the other end, or it died before.
            Err(_) => ending,
            Ok(()) => {
                let reason = Errno::from_raw(i32::from_ne_bytes(number)).desc();
                let path = quoted_path(&self.program);
                ProcessEnding::NotStarted(format!("cannot execute {path}: {reason}"))
            }
        }
    }
}

impl Children {
    /// Adds the child that is `process`.
    pub(crate) fn add(&mut self, process: Process, child: Child) {
        self.0[process] = Some(child);
    }

    /// The process id, until it is reaped.
    pub(crate) fn pid(&self, process: Process) -> Option<Pid> {
        self.0[process].as_ref().map(|child| child.pid)
    }

    /// Signals a child, unless it was reaped. (At worst it has just ended.)
    pub(crate) fn signal(&self, process: Process, signal: Signal) {
        if let Some(pid) = self.pid(process) {
            let _ = kill(pid, signal);
        }
    }

    /// Forgets the child with this id, which was reaped; returns which it was, and how it ended. (A
    /// shell may have left the launcher other children.)
    pub(crate) fn reaped(
        &mut self,
        pid: Pid,
        ending: ProcessEnding,
    ) -> Option<(Process, ProcessEnding)> {
        let process = Process::ALL.into_iter().find(|&process| self.pid(process) == Some(pid))?;
        Some((process, self.0[process].take()?.ended(ending)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Write, pipe};
    use std::path::Path;

    /// The child that is `log`, and the end of its pipe.
    fn log() -> (Children, Pid, std::io::PipeWriter) {
        let (reader, writer) = pipe().unwrap();
        let (mut children, pid) = (Children::default(), Pid::from_raw(7));
        children.add(Process::Log, Child::new(pid, Path::new("/x/log").into(), reader.into()));
        (children, pid, writer)
    }

    #[test]
    fn a_child_has_its_id_until_it_is_reaped() {
        let (mut children, pid, _) = log();
        assert_eq!(children.pid(Process::Log), Some(pid));
        let ending = ProcessEnding::Killed(9);
        assert_eq!(children.reaped(Pid::from_raw(8), ending.clone()), None);
        assert_eq!(children.reaped(pid, ending.clone()), Some((Process::Log, ending.clone())));
        assert_eq!((children.pid(Process::Log), children.reaped(pid, ending)), (None, None));
    }

    #[test]
    fn a_program_that_cannot_be_executed_is_the_reason_of_its_childs_end() {
        let (mut children, pid, mut writer) = log();
        writer.write_all(&(Errno::EACCES as i32).to_ne_bytes()).unwrap();
        let reason = "cannot execute \"/x/log\": Permission denied".to_owned();
        let ended = children.reaped(pid, ProcessEnding::Exited(127));
        assert_eq!(ended, Some((Process::Log, ProcessEnding::NotStarted(reason))));
    }
}
