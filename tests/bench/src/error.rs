//! What keeps the benchmark from measuring: one variant for each action that failed.

use std::io;
use std::path::PathBuf;

use nix::errno::Errno;
use thiserror::Error;
use wandler_launcher::ending::ProcessEnding;

/// Why there is no measurement.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// The benchmark cannot find its own executable, and so not the programs beside it.
    #[error("cannot find the programs' directory")]
    Directory(#[source] io::Error),
    /// One of our programs is not there.
    #[error("cannot find {} beside this program (scripts/bench builds it)", .0.display())]
    Program(PathBuf),
    /// Stop requests cannot be received.
    #[error("cannot install the signal handler")]
    Handler(#[source] ctrlc::Error),
    /// The disposition of a signal could not be read or set.
    #[error("cannot set what signals do")]
    Disposition(#[source] Errno),
    /// There is no place for the inputs.
    #[error("cannot make a temporary directory")]
    Scratch(#[source] io::Error),
    /// The README could not be read.
    #[error("cannot read {}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The README has no marks to put the table between.
    #[error("cannot find the place for the table in {}", .0.display())]
    NoPlace(PathBuf),
    /// A file, an input or the README, could not be written.
    #[error("cannot write {}", .path.display())]
    Input {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A command could not be started, or not waited for.
    #[error("cannot run '{command}'")]
    Run {
        /// As one would type it.
        command: String,
        /// Why.
        source: io::Error,
    },
    /// A command ran and failed, so that its time means nothing.
    #[error("cannot measure '{command}': it {ending}{said}")]
    Failed {
        /// As one would type it.
        command: String,
        /// How it ended.
        ending: ProcessEnding,
        /// What it said last, after a colon; or nothing.
        said: String,
    },
    /// A pipe to a program could not be made, shrunk, filled or read.
    #[error("cannot use a pipe to {program}")]
    Pipe {
        /// Which program.
        program: &'static str,
        /// Why.
        source: io::Error,
    },
    /// A pseudo-terminal could not be opened.
    #[error("cannot make a pseudo-terminal")]
    Terminal(#[source] Errno),
    /// What the kernel shows of a process could not be read.
    #[error("cannot read {}", .path.display())]
    Kernel {
        /// The file under `/proc`.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The launcher did not get all of its children to run.
    #[error("cannot find the launcher's five children; there are: {0}")]
    Children(String),
    /// The tables could not be written.
    #[error("cannot write standard output")]
    Print(#[source] io::Error),
    /// Somebody pressed Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}
