//! The completion script for bash.
//!
//! clap_complete's offers options where a file belongs, so that TAB inserts a lone `-`; does not know
//! `--format=json`, of which bash makes three words; and offers stages where none can be. So this one is
//! written here. Where a file belongs it offers nothing, and bash does as it does for every command.

use clap::{Arg, Command, ValueHint};

/// Finds the word to complete, the option whose value it may be, and the stage, if there are stages.
const BEGIN: &str = r#"    local word=$2 option=$3 stage='' words='' glued=''
    [[ $option != = ]] || option=${COMP_WORDS[COMP_CWORD-2]}
    # Where COMP_WORDBREAKS has no =, an option and its value are one word.
    [[ $word != --*=* ]] || { option=${word%%=*} glued=${word%%=*}= word=${word#*=}; }
    ((COMP_CWORD < 2)) || stage=${COMP_WORDS[1]}
"#;

/// Offers the words, and no files.
const END: &str = r#"    compopt +o bashdefault +o default
    COMPREPLY=($(compgen -P "$glued" -W "$words" -- "$word"))
"#;

/// The script for a command that is called by `name`.
pub(crate) fn script(mut command: Command, name: &str) -> String {
    command.build();
    let function = format!("_{}", name.replace('-', "_"));
    let cases: String = cases(&command).iter().map(|case| format!("        {case} ;;\n")).collect();
    format!(
        "# Completes {name} in bash.\n{function}() {{\n{BEGIN}    case $stage,$option in\n{cases}    \
         esac\n{END}}}\ncomplete -o bashdefault -o default -F {function} {name}\n"
    )
}

/// What can be offered behind which stage and option, the first that applies.
fn cases(command: &Command) -> Vec<String> {
    let stages: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    let mut cases: Vec<String> = command.get_subcommands().flat_map(behind).collect();
    cases.extend(values(command, "*"));
    if !stages.is_empty() {
        cases.push(format!(",*) words='{} {}'", stages.join(" "), options(command)));
    }
    cases.push(otherwise(command, "*"));
    cases
}

/// The same behind a word that names a stage, or behind `help`.
fn behind(command: &Command) -> Vec<String> {
    let name = command.get_name();
    let stages: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    if !stages.is_empty() {
        let words = format!("{name},{name}) words='{}'", stages.join(" "));
        return vec![words, format!("{name},*)")];
    }
    values(command, name).chain([otherwise(command, name)]).collect()
}

/// The values of each option that has some.
fn values(command: &Command, stage: &str) -> impl Iterator<Item = String> {
    let takes_values = |it: &&Arg| !it.is_positional() && it.get_action().takes_values();
    command.get_arguments().filter(takes_values).map(move |option| {
        let long = option.get_long().map(|long| format!("{stage},--{long}"));
        let short = option.get_short().map(|short| format!("{stage},-{short}"));
        let names: Vec<String> = long.into_iter().chain(short).collect();
        let possible = option.get_possible_values();
        let words: Vec<&str> = possible.iter().map(|value| value.get_name()).collect();
        let offer = match option.get_value_hint() {
            ValueHint::FilePath => "return".to_owned(),
            _ => format!("words='{}'", words.join(" ")),
        };
        format!("{}) {offer}", names.join(" | "))
    })
}

/// What can be offered where no option wants a value: options, and files where they may stand.
fn otherwise(command: &Command, stage: &str) -> String {
    let takes_files = command.get_positionals().next().is_some();
    let files = if takes_files { "[[ $word == -* ]] || return; " } else { "" };
    format!("{stage},*) {files}words='{}'", options(command))
}

/// The long names of all options.
fn options(command: &Command) -> String {
    let names = command.get_arguments().filter_map(Arg::get_long);
    names.map(|name| format!("--{name}")).collect::<Vec<_>>().join(" ")
}
