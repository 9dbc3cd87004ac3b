//! What a shell completes: `wandler st`, the options behind it, and those of `wandler-stat`.

use std::path::PathBuf;

use clap::Command;
use clap_complete::Shell;
use clap_complete::generate;

use crate::bash;
use crate::programs::Program;
use crate::values::for_completion;

/// Where each shell looks for them.
const SHELLS: [(Shell, &str); 3] = [
    (Shell::Bash, "share/bash-completion/completions"),
    (Shell::Zsh, "share/zsh/site-functions"),
    (Shell::Fish, "share/fish/vendor_completions.d"),
];

/// The scripts for `program`, each with its path.
pub(crate) fn of(program: &Program) -> impl Iterator<Item = (PathBuf, Vec<u8>)> {
    let name = &program.name;
    SHELLS.into_iter().map(move |(shell, directory)| {
        let file = match shell {
            Shell::Zsh => format!("_{name}"),
            Shell::Fish => format!("{name}.fish"),
            _ => name.clone(),
        };
        (PathBuf::from(directory).join(file), script(shell, command(program), name))
    })
}

fn script(shell: Shell, mut command: Command, name: &str) -> Vec<u8> {
    let mut script = Vec::new();
    match shell {
        Shell::Bash => return bash::script(command, name).into_bytes(),
        _ => generate(shell, &mut command, name, &mut script),
    }
    if shell == Shell::Fish { with_values(&script) } else { script }
}

/// The same script for fish, with an option's values offered before any stage is named: until then
/// clap_complete's script takes the options for wrong and offers nothing.
fn with_values(script: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(script);
    text.replace("2>/dev/null\n    or return\n", "2>/dev/null\n    or return 0\n").into_bytes()
}

/// The command line with everything that can be completed in it.
fn command(program: &Program) -> Command {
    let command = for_completion(program.command.clone());
    if program.stages.is_empty() {
        return command;
    }
    let stages = program.stages.iter().map(|stage| for_completion(stage.command.clone()));
    command.disable_help_subcommand(true).subcommands(stages).subcommand(help(&program.stages))
}

/// `help stat`, which clap does not know of. (As subcommands: fish would not offer an argument's
/// values.)
fn help(stages: &[Program]) -> Command {
    let about = |stage: &Program| stage.command.get_about().cloned().unwrap_or_default();
    let stages = stages.iter().map(|stage| Command::new(stage.own_name).about(about(stage)));
    let help = Command::new("help").about("Show the options of a stage, or of the launcher");
    help.disable_help_subcommand(true).disable_help_flag(true).subcommands(stages)
}
