//! Reading a command line: the options, or why there are none, in one line.

use std::ffi::OsString;
use std::io::{self, IsTerminal};

use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::sandbox::Sandbox;

/// A program's options.
pub trait CommandLine: Parser {
    /// Options whose wrong values are not answered with a similar right one: it would mean something
    /// else, and be taken.
    const NOT_GUESSED: &'static [&'static str] = &[];

    /// Checks what the options' grammar cannot say; the error is one line for the user.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

/// A stage's options.
pub trait StageOptions: CommandLine {
    /// Which system calls the stage keeps while it works.
    fn sandbox(&self) -> Sandbox;
}

/// Reads a command line, the program's name first.
pub fn parse<O: CommandLine>(words: impl Iterator<Item = OsString>) -> Result<O, NoOptions> {
    let options = O::try_parse_from(words).map_err(|error| without_guess(error, O::NOT_GUESSED))?;
    options.check().map(|()| options).map_err(NoOptions::Wrong)
}

/// The same error, without a similar value if it is about one of `options`.
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
    /// Help or the version was asked for; here it is.
    Help(String),
    /// The command line is wrong, for this reason; one line.
    Wrong(String),
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
/// It leaves escape sequences out, but no control characters beyond ASCII (U+009B begins a sequence,
/// too): those are escaped.
fn one_line(explanation: &str) -> String {
    let reason = explanation.split("\n\n").next().unwrap_or_default();
    let reason = reason.strip_prefix("error: ").unwrap_or(reason);
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let tip = explanation.lines().find_map(|line| line.trim_start().strip_prefix("tip: "));
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
