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
    if shell != Shell::Bash {
        generate(shell, &mut command, name, &mut script);
    }
    let script = String::from_utf8_lossy(&script);
    let script = match shell {
        Shell::Bash => bash::script(command, name),
        Shell::Zsh => zsh_with_stages_first(&script, name),
        Shell::Fish => fish_with_stages_first(&fish_with_values(&script), name),
        _ => script.into_owned(),
    };
    script.into_bytes()
}

/// The same script for fish, with an option's values offered before any stage is named: until then
/// clap_complete's script takes the options for wrong and offers nothing.
fn fish_with_values(script: &str) -> String {
    script.replace("2>/dev/null\n    or return\n", "2>/dev/null\n    or return 0\n")
}

/// The same script for fish, with stages offered as the first word only, and no files in their place.
/// (clap_complete's offers them behind options, too, where the launcher refuses them.)
fn fish_with_stages_first(script: &str, name: &str) -> String {
    let before_a_stage = format!("complete -c {name} -n \"__fish_{name}_needs_command");
    let stage = format!("{before_a_stage}\" -f -a ");
    if !script.contains(&stage) {
        return script.to_owned();
    }
    let first = format!("{before_a_stage}; and test (count (commandline -opc)) -eq 1\" -f -a ");
    script.replace(&stage, &first) + &format!("{before_a_stage}\" -f\n")
}

/// The same for zsh, which counts anew in the functions that `_arguments` calls.
fn zsh_with_stages_first(script: &str, name: &str) -> String {
    let [all, stages] = ["", "_commands"].map(|part| format!("\n_{name}{part}() {{\n"));
    let script = script.replace(&all, &format!("{all}    local at=$CURRENT\n"));
    script.replace(&stages, &format!("{stages}    (( at == 2 )) || return 1\n"))
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
