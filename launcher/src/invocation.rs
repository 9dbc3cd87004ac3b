//! What the first words of the command line ask for: the pipeline, or a single stage.
//!
//! `wandler stat --more` runs the `stat` beside the launcher with `--more`, as `git log` runs one of
//! git's programs: only `wandler` needs to be in the PATH. The stage replaces this process, so that its
//! caller gets its status, signals it directly, and knows its process id.

use std::convert::Infallible;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use stage::process::called::Called;
use stage::process::message::quoted_path;
use thiserror::Error;

use crate::process::Process;
use crate::programs::{self, NOT_INSTALLED};

/// The forms that the launcher's arguments may take besides options.
pub(crate) const OTHER_FORMS: &[&str] = &["STAGE [ARGUMENTS]", "help [STAGE]"];

/// The first word that asks for help.
pub(crate) const HELP: &str = "help";

/// How many words `launcher help stat` has.
const HELP_OF_A_STAGE: usize = 3;

/// What a command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Invocation {
    /// The launcher's own work, with these words.
    Launcher(Vec<OsString>),
    /// A single stage.
    Stage(SingleStage),
}

/// A single stage, with the words after its name.
#[derive(Debug, PartialEq, Eq)]
pub struct SingleStage {
    stage: Process,
    words: Vec<OsString>,
}

/// Why a single stage does not run.
#[derive(Debug, Error)]
pub enum Error {
    /// The launcher does not know its own directory.
    #[error("cannot find the stages' directory")]
    Directory(#[source] io::Error),
    /// Its program cannot be executed.
    #[error("cannot execute {path}{}", hint(.cause))]
    Execute {
        /// Its path, quoted.
        path: String,
        /// Why not.
        #[source]
        cause: io::Error,
    },
}

fn hint(cause: &io::Error) -> &'static str {
    if cause.kind() == io::ErrorKind::NotFound { NOT_INSTALLED } else { "" }
}

fn stage(name: &OsString) -> Option<Process> {
    Process::STAGES.into_iter().find(|stage| name == stage.name())
}

impl Invocation {
    /// What `words` ask for, the program's name first. `help` stands for `--help`. (With more than a
    /// stage behind it, the launcher refuses it.)
    pub fn of(words: impl IntoIterator<Item = OsString>) -> Invocation {
        let mut words: Vec<OsString> = words.into_iter().collect();
        let asks_for_help = words.get(1).is_some_and(|word| word == HELP);
        if asks_for_help && words.len() > HELP_OF_A_STAGE {
            return Invocation::Launcher(words);
        }
        if asks_for_help {
            words.remove(1);
            words.push("--help".into());
        }
        let Some(stage) = words.get(1).and_then(stage) else {
            return Invocation::Launcher(words);
        };
        Invocation::Stage(SingleStage { stage, words: words.split_off(2) })
    }
}

impl SingleStage {
    /// The stage's name.
    pub fn name(&self) -> &'static str {
        self.stage.name()
    }

    /// Replaces this process with the stage.
    pub fn execute(self) -> Result<Infallible, Error> {
        let name = self.name();
        let path = programs::directory().map_err(Error::Directory)?.join(name);
        let called = Called::now("launcher");
        let typed = format!("{} {name}", called.name());
        let cause = Command::new(&path).arg0(typed).args(self.words).exec();
        Err(Error::Execute { path: quoted_path(&path), cause })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invocation(line: &str) -> Invocation {
        Invocation::of(line.split(' ').map(OsString::from))
    }

    fn alone(stage: Process, words: &str) -> Invocation {
        let words = words.split_whitespace().map(OsString::from).collect();
        Invocation::Stage(SingleStage { stage, words })
    }

    fn launcher(line: &str) -> Invocation {
        Invocation::Launcher(line.split(' ').map(OsString::from).collect())
    }

    #[test]
    fn a_single_stage_gets_the_words_after_its_name() {
        assert_eq!(invocation("wandler stat"), alone(Process::Stat, ""));
        assert_eq!(invocation("wandler log --check a.log"), alone(Process::Log, "--check a.log"));
        assert_eq!(invocation("wandler stat help"), alone(Process::Stat, "help"));
    }

    #[test]
    fn everything_else_is_the_launchers() {
        for line in ["wandler", "wandler --via shm", "wandler --stat stat", "wandler tee"] {
            assert_eq!(invocation(line), launcher(line));
        }
    }

    #[test]
    fn help_is_that_of_the_launcher_or_of_a_stage() {
        assert_eq!(invocation("wandler help"), launcher("wandler --help"));
        assert_eq!(invocation("wandler help stat"), alone(Process::Stat, "--help"));
        assert_eq!(invocation("wandler help tee"), launcher("wandler tee --help"));
        assert_eq!(invocation("wandler help stat log"), launcher("wandler help stat log"));
    }
}
