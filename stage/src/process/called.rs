//! The name by which a program was called, and the names that its help uses.
//!
//! In the directory of a build the programs are `conv`, `log`, `stat`, `report` and `launcher`. Installed,
//! none of these names is in the PATH, where `stat` is coreutils': the launcher is `wandler`, a stage is
//! `wandler stat` or `wandler-stat`. There, help that spoke of `stat` would show commands that run
//! another program. Messages keep the program's own name, whatever name it was called by.

use std::ffi::OsStr;
use std::path::Path;

use clap::Command;

/// The launcher's installed name, and the prefix of a stage's.
const INSTALLED: &str = "wandler";

/// The launcher's own name.
const LAUNCHER: &str = "launcher";

/// The programs that an example may call.
const PROGRAMS: [&str; 5] = ["conv", "log", "stat", "report", LAUNCHER];

/// What precedes a command that does not begin its line.
const BEFORE_A_COMMAND: [&str; 3] = ["| ", "; ", ">("];

/// How a program was called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    name: String,
    is_installed: bool,
}

impl Called {
    /// The name that `program` was called by, given its argument 0.
    pub fn by(argument: Option<&OsStr>, program: &str) -> Called {
        let name = argument.and_then(|path| Path::new(path).file_name()?.to_str());
        let is_fit = |name: &&str| !name.contains(char::is_control);
        let name = name.filter(is_fit).unwrap_or(program);
        let rest = name.strip_prefix(INSTALLED);
        let is_installed = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', ' ']));
        Called { name: name.to_owned(), is_installed }
    }

    /// The name that this process, which runs `program`, was called by.
    pub fn now(program: &str) -> Called {
        Called::by(std::env::args_os().next().as_deref(), program)
    }

    /// How `program` is called where it is installed.
    pub fn installed(program: &str) -> Called {
        Called { name: installed(program), is_installed: true }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What `program` is called by a user who calls this one by its name.
    pub fn other(&self, program: &str) -> String {
        if self.is_installed { installed(program) } else { program.to_owned() }
    }

    /// The same command, with this name in its usage and version. `arguments` are forms that its
    /// arguments may take besides options.
    pub fn name_in(&self, command: Command, arguments: &[&str]) -> Command {
        let name = self.name();
        let command = command.bin_name(name).display_name(name);
        if arguments.is_empty() {
            return command;
        }
        let forms = ["[OPTIONS]"].iter().chain(arguments).map(|form| format!("{name} {form}"));
        command.override_usage(forms.collect::<Vec<_>>().join("\n       "))
    }

    /// The same command, with the programs in its help's examples under names that the caller can use.
    /// Worth its time only if the help is about to be shown.
    pub fn name_in_help(&self, command: Command) -> Command {
        let help = command.get_after_help().map(|help| self.examples_in(&help.to_string()));
        command.after_help(help.unwrap_or_default())
    }

    /// `help`, with the programs in its examples under names that the caller can use.
    fn examples_in(&self, help: &str) -> String {
        let (examples, rest) = match help.split_once("\n\n") {
            Some((examples, rest)) if self.is_installed => (examples, rest),
            _ => return help.to_owned(),
        };
        let lines: Vec<(String, &str)> = examples.lines().map(renamed).collect();
        let explained = lines.iter().filter(|(_, purpose)| !purpose.is_empty());
        let width = explained.map(|(command, _)| command.chars().count()).max().unwrap_or_default();
        let line = |(command, purpose): &(String, &str)| match purpose.is_empty() {
            true => format!("{command}\n"),
            false => format!("{command:width$}  {purpose}\n"),
        };
        let examples: String = lines.iter().map(line).collect();
        format!("{examples}\n{rest}")
    }
}

fn installed(program: &str) -> String {
    match program {
        LAUNCHER => INSTALLED.to_owned(),
        stage => format!("{INSTALLED} {stage}"),
    }
}

/// An example's line: its command, with the names of installed programs, and, after at least two
/// blanks, its purpose.
fn renamed(line: &str) -> (String, &str) {
    let command = line.trim_start();
    let indent = &line[..line.len() - command.len()];
    let (command, purpose) = command.split_once("  ").unwrap_or((command, ""));
    let mut text = indent.to_owned();
    let mut rest = command;
    loop {
        let word = rest.split_whitespace().next().unwrap_or_default();
        if PROGRAMS.contains(&word) {
            text.push_str(&installed(word));
            rest = &rest[word.len()..];
        }
        let next = BEFORE_A_COMMAND.iter().filter_map(|it| Some(rest.find(it)? + it.len())).min();
        let Some(next) = next else { break };
        text.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    text.push_str(rest);
    (text, purpose.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(argument: &str) -> Called {
        Called::by(Some(OsStr::new(argument)), "stat")
    }

    #[test]
    fn the_name_is_the_one_that_was_typed() {
        for (argument, name, log) in [
            ("target/release/stat", "stat", "log"),
            ("wandler stat", "wandler stat", "wandler log"),
            ("/usr/bin/wandler-stat", "wandler-stat", "wandler log"),
            ("wandlers", "wandlers", "log"),
            ("", "stat", "log"),
            ("\u{1b}[2J", "stat", "log"),
        ] {
            let called = called(argument);
            assert_eq!((called.name(), called.other("log").as_str()), (name, log), "{argument}");
        }
        assert_eq!(called("wandler-stat").other("launcher"), "wandler");
        assert_eq!(Called::by(None, "stat"), called("stat"));
    }

    #[test]
    fn examples_call_what_is_installed() {
        let help = "Examples:\n  conv | stat          each\n  launcher --log \"log\"\n  \
                    arecord | conv --from - | tee >(log stat)\n  stat a.log   all of it\n\nstat: x";
        let installed = "Examples:\n  wandler conv | wandler stat  each\n  wandler --log \"log\"\n  \
                         arecord | wandler conv --from - | tee >(log stat)\n  \
                         wandler stat a.log           all of it\n\nstat: x";
        assert_eq!(called("stat").examples_in(help), help);
        let log = installed.replace(">(log", ">(wandler log");
        assert_eq!(called("wandler stat").examples_in(help), log);
    }
}
