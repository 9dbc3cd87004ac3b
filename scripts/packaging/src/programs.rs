//! The programs as they are called where they are installed.

use clap::Command;
use stage::process::called::Called;
use stage::process::command_line::CommandLine;

/// A program.
pub(crate) struct Program {
    /// Its name in a directory of the PATH: `wandler`, `wandler-stat`.
    pub name: String,
    /// Its name in a build, and behind `wandler`.
    pub own_name: &'static str,
    /// Its command line, whose help calls it `wandler stat`.
    pub command: Command,
    /// Those that can be named as its first word.
    pub stages: Vec<Program>,
}

/// All of them, the launcher first.
pub(crate) fn all() -> Vec<Program> {
    let launcher = of::<wandler_launcher::Options>("launcher", stages());
    [launcher].into_iter().chain(stages()).collect()
}

fn stages() -> Vec<Program> {
    vec![
        of::<wandler_conv::Options>("conv", vec![]),
        of::<wandler_log::Options>("log", vec![]),
        of::<wandler_stat::Options>("stat", vec![]),
        of::<wandler_report::Options>("report", vec![]),
    ]
}

fn of<O: CommandLine>(own_name: &'static str, stages: Vec<Program>) -> Program {
    let called = Called::installed(own_name);
    let command = called.name_in_help(called.name_in(O::command(), O::OTHER_FORMS));
    Program { name: called.name().replace(' ', "-"), own_name, command, stages }
}
