//! Reading a command line: the options; otherwise the help, or one line that says what is wrong.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, Parser};

use crate::process::called::Called;
use crate::process::sandbox::Sandbox;

/// A program's options.
pub trait CommandLine: Parser {
    /// The options that do nothing unless another one is given.
    const NEEDS: &'static [Need] = &[];
    /// Options for whose wrong values no similar one is suggested: it would mean something else, and be
    /// accepted.
    const NOT_GUESSED: &'static [&'static str] = &[];
    /// Forms that its arguments may take besides options, for its usage.
    const OTHER_FORMS: &'static [&'static str] = &[];
    /// How options are given that this program doesn't know, because they are those of programs that it
    /// runs; a clause for the message about an unknown one.
    const OTHERS_OPTIONS: Option<&'static str> = None;

    /// Checks what the options' grammar cannot say; the error is one line for the user.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    /// What `words`, of which `unexpected` is not an option of this program, probably meant; one line
    /// for the user.
    fn likely_meant(_words: &[OsString], _unexpected: &str) -> Option<String> {
        None
    }
}

/// An option that does nothing unless one of others is given as well.
///
/// Clap's `requires` is similar, but is waived when a third option conflicts with the required one:
/// with `--rate`, `--format` would no longer need `--from`.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// The option, by its long name.
    pub option: &'static str,
    /// The options of which one must be given.
    pub one_of: &'static [&'static str],
}

impl Need {
    /// What is missing, if the option was given without any of the others.
    fn unmet_by(&self, given: &ArgMatches) -> Option<String> {
        let is_given =
            |option: &&str| given.value_source(&id(option)) == Some(ValueSource::CommandLine);
        let is_unmet = is_given(&self.option) && !self.one_of.iter().any(is_given);
        let others = || self.one_of.iter().map(|it| format!("--{it}")).collect::<Vec<_>>();
        is_unmet.then(|| format!("--{} needs {}", self.option, others().join(" or ")))
    }
}

/// Clap knows an option by the name of its field.
fn id(option: &str) -> String {
    option.replace('-', "_")
}

/// A stage's options.
pub trait StageOptions: CommandLine {
    /// Which system calls and files the stage keeps while it works.
    fn sandbox(&self) -> Sandbox;

    /// The files that it will read.
    fn reads(&self) -> Vec<&Path> {
        Vec::new()
    }

    /// Whether it will read its standard input.
    fn reads_standard_input(&self) -> bool {
        true
    }

    /// What it reads from standard input that is not samples, if that is so.
    fn reads_no_samples(&self) -> Option<&'static str> {
        None
    }

    /// How many threads it will work with besides its own.
    fn helpers(&self) -> usize {
        0
    }

    /// Whether it will draw on a terminal, which it has to clear before Ctrl-Z stops it.
    fn draws(&self) -> bool {
        false
    }

    /// The files that it will write.
    fn writes(&self) -> Vec<PathBuf> {
        Vec::new()
    }
}

/// Reads a command line, the program's name first.
pub fn parse<O: CommandLine>(words: impl IntoIterator<Item = OsString>) -> Result<O, NoOptions> {
    let words: Vec<OsString> = words.into_iter().collect();
    let command = O::command();
    let called = Called::by(words.first().map(OsString::as_os_str), command.get_name());
    let mut command = called.name_in(command, O::OTHER_FORMS);
    let mut matched = command.try_get_matches_from_mut(&words);
    if matched.as_ref().is_err_and(|error| error.kind() == ErrorKind::DisplayHelp) {
        command = called.name_in_help(command);
        matched = command.try_get_matches_from_mut(&words);
    }
    let matches = matched.map_err(|error| match likely_meant::<O>(&error, &words) {
        Some(meant) => NoOptions::Wrong(meant),
        None => explained::<O>(error),
    })?;
    if let Some(unmet) = O::NEEDS.iter().find_map(|need| need.unmet_by(&matches)) {
        return Err(NoOptions::Wrong(unmet));
    }
    let options = O::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    options.check().map(|()| options).map_err(NoOptions::Wrong)
}

/// What an unknown argument probably meant.
fn likely_meant<O: CommandLine>(error: &clap::Error, words: &[OsString]) -> Option<String> {
    O::likely_meant(words, unknown(error)?)
}

/// The argument that the error is about, if the program doesn't know it.
fn unknown(error: &clap::Error) -> Option<&str> {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(unexpected)) if error.kind() == ErrorKind::UnknownArgument => {
            Some(unexpected)
        }
        _ => None,
    }
}

/// The error in a line, with what may be meant besides.
fn explained<O: CommandLine>(error: clap::Error) -> NoOptions {
    let is_unknown_option = unknown(&error).is_some_and(|it| it.starts_with('-'));
    match O::OTHERS_OPTIONS.filter(|_| is_unknown_option) {
        Some(others) => {
            let why = one_line(&without_far_guess(error).to_string());
            NoOptions::Wrong(format!("{why}; {others}"))
        }
        None => without_guess(error, O::NOT_GUESSED).into(),
    }
}

/// The same error, without a suggestion that begins with another letter than the unknown option: that is
/// seldom a slip, and often another program's option.
fn without_far_guess(mut error: clap::Error) -> clap::Error {
    let letter = |option: &str| option.trim_start_matches('-').chars().next();
    let unknown = unknown(&error).and_then(letter);
    if let Some(ContextValue::String(near)) = error.get(ContextKind::SuggestedArg)
        && letter(near) != unknown
    {
        error.remove(ContextKind::SuggestedArg);
    }
    error
}

/// The same error, without a suggestion if it is about one of `options`.
fn without_guess(mut error: clap::Error, options: &[&str]) -> clap::Error {
    let is_about =
        |argument: &str| options.contains(&argument.split(' ').next().unwrap_or(argument));
    if let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg)
        && is_about(argument)
    {
        error.remove(ContextKind::SuggestedValue);
    }
    error
}

/// Why there are no options to run with.
#[derive(Debug)]
pub enum NoOptions {
    /// Help or the version was asked for: its text.
    Help(String),
    /// The command line is wrong, for this reason; one line.
    Wrong(String),
}

impl NoOptions {
    /// The message of a program called by `name` in a pipeline, where standard output is for samples.
    pub fn in_a_pipeline(self, name: &str) -> String {
        let reason = match self {
            NoOptions::Help(_) => "a pipeline cannot show a stage's help or version".to_owned(),
            NoOptions::Wrong(reason) => reason,
        };
        format!("{reason}; try '{name} --help'")
    }
}

impl From<clap::Error> for NoOptions {
    fn from(error: clap::Error) -> NoOptions {
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                let text = error.render();
                let styled = io::stdout().is_terminal();
                NoOptions::Help(if styled { text.ansi().to_string() } else { text.to_string() })
            }
            _ => NoOptions::Wrong(one_line(&error.to_string())),
        }
    }
}

/// Clap explains over several lines; a message has one: the reason, and the tip if there is one.
/// Clap drops escape sequences, but not control characters beyond ASCII (U+009B begins a sequence,
/// too): those are escaped here.
fn one_line(explanation: &str) -> String {
    let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut paragraphs = explanation.split("\n\n");
    let reason = paragraphs.next().unwrap_or_default();
    let reason = joined(reason.strip_prefix("error: ").unwrap_or(reason));
    // A tip may quote an argument that contains line feeds.
    let tip = paragraphs.find_map(|text| text.trim_start().strip_prefix("tip: "));
    let tip = tip.and_then(|text| text.split("\n  tip: ").next()).map(joined);
    let line = match tip {
        Some(tip) => format!("{reason} ({tip})"),
        None => reason,
    };
    let escaped = |char: char| match char.is_control() {
        true => char.escape_debug().to_string(),
        false => char.to_string(),
    };
    line.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_of_several_lines_becomes_one() {
        let explanation = "error: unexpected argument '--rat' found\n\n  \
                           tip: a similar argument exists: '--rate'\n\nUsage: conv\n";
        assert_eq!(
            one_line(explanation),
            "unexpected argument '--rat' found (a similar argument exists: '--rate')"
        );
        let explanation = "error: invalid value 'x' for '--format <F>'\n  \
                           [possible values: plain, json]\n\nFor more information, try '--help'.\n";
        assert_eq!(
            one_line(explanation),
            "invalid value 'x' for '--format <F>' [possible values: plain, json]"
        );
        let explanation = "error: unexpected argument '\u{1b}[2J\u{9b}\r' found\n";
        assert_eq!(one_line(explanation), r"unexpected argument '\u{1b}[2J\u{9b} ' found");
    }
}
