//! A stage's options as the launcher takes them: one word, split as a shell splits words.
//!
//! Only `~` is expanded: a shell expands it only at a word's start, and inside the launcher's word it
//! no longer stands at one. A `#` at a word's start would begin a comment and silently drop the rest,
//! so it is refused.

use std::ffi::{OsStr, OsString};
use std::os::fd::RawFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use stage::process::message::quoted;

/// Directories that list a process's descriptors.
const DESCRIPTORS: [&str; 2] = ["/dev/fd/", "/proc/self/fd/"];

/// A stage's options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words(Vec<String>);

impl Words {
    /// Splits `text`.
    pub(crate) fn split(text: &str) -> Result<Words, String> {
        let home = std::env::var("HOME").ok();
        Words::split_with(text, home.as_deref())
    }

    fn split_with(text: &str, home: Option<&str>) -> Result<Words, String> {
        let text = with_home(text, home)?;
        shell_words::split(&text).map(Words).map_err(|_| "a quote is not closed".to_owned())
    }

    /// The words.
    pub(crate) fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// Whether an option of this name is among them, with or without a value.
    pub(crate) fn have(&self, option: &str) -> bool {
        self.0.iter().any(|word| word.split('=').next() == Some(option))
    }

    /// The value of the option of this name, as `--names temp` or `--names=temp`.
    pub(crate) fn value(&self, option: &str) -> Option<&str> {
        let at = self.0.iter().position(|word| word.split('=').next() == Some(option))?;
        match self.0[at].split_once('=') {
            Some((_, value)) => Some(value),
            None => self.0.get(at + 1).map(String::as_str),
        }
    }

    /// Inserts words before these.
    pub(crate) fn prepend(&mut self, words: [&str; 2]) {
        self.0.splice(0..0, words.map(str::to_owned));
    }

    /// Descriptors that the words name as files, as bash's `>(…)` and `<(…)` do, except the standard
    /// streams.
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = RawFd> {
        self.0.iter().flat_map(|word| DESCRIPTORS.iter().filter_map(|it| descriptor(word, it)))
    }
}

fn descriptor(word: &str, directory: &str) -> Option<RawFd> {
    let (_, number) = word.split_once(directory)?;
    number.parse().ok().filter(|number| *number > libc::STDERR_FILENO)
}

/// `text`, with the home directory in place of each `~` that a shell would expand to it.
fn with_home(text: &str, home: Option<&str>) -> Result<String, String> {
    let mut expanded = String::new();
    let mut copied = 0;
    for at in word_starts(text) {
        let word = text[at..].split_whitespace().next().unwrap_or_default();
        let name = || quoted(word.as_bytes());
        if word.starts_with('#') {
            return Err(format!("{} would be a comment: quote it, too", name()));
        }
        let Some(rest) = word.strip_prefix('~') else { continue };
        let home = home.filter(|_| rest.is_empty() || rest.starts_with('/'));
        let home = home.ok_or_else(|| {
            format!("{} cannot be expanded here: write the directory out", name())
        })?;
        expanded.push_str(&text[copied..at]);
        expanded.push_str(&shell_words::quote(home));
        copied = at + 1;
    }
    Ok(expanded + &text[copied..])
}

/// Where words begin, except those that begin with a quote or backslash.
fn word_starts(text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let (mut quote, mut is_escaped, mut is_in_word) = (None, false, false);
    for (at, char) in text.char_indices() {
        let is_blank = quote.is_none() && !is_escaped && matches!(char, ' ' | '\t' | '\n');
        if !is_in_word && !is_blank && !matches!(char, '\'' | '"' | '\\') {
            starts.push(at);
        }
        is_in_word = !is_blank;
        match (quote, char) {
            _ if is_escaped => is_escaped = false,
            (Some(open), char) if open == char => quote = None,
            (None, '\'' | '"') => quote = Some(char),
            (None | Some('"'), '\\') => is_escaped = true,
            _ => {}
        }
    }
    starts
}

/// A word, quoted for a shell. The characters that are special outside quotes (braces, `!`, `~`, `=` in
/// zsh, …) cannot be listed with confidence, so everything not known to be plain is quoted.
pub fn for_a_shell(word: &OsStr) -> OsString {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./:@%+".contains(byte);
    if !word.is_empty() && word.as_bytes().iter().all(is_plain) {
        return word.to_owned();
    }
    let mut quoted = vec![b'\''];
    for byte in word.as_bytes() {
        match byte {
            // Between single quotes only the closing quote is special.
            b'\'' => quoted.extend(b"'\\''"),
            // At the start of a line, an interactive bash takes ^a^b for a substitution in the previous
            // line, even within quotes.
            b'\n' => quoted.extend(b"'$'\\n''"),
            _ => quoted.push(*byte),
        }
    }
    quoted.push(b'\'');
    OsString::from_vec(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Result<Vec<String>, String> {
        Words::split_with(text, Some("/home/my self")).map(|words| words.0)
    }

    #[test]
    fn a_line_end_within_a_word_does_not_begin_a_line_of_the_shell() {
        let quoted = |word: &str| for_a_shell(word.as_ref()).into_string().unwrap();
        assert_eq!(quoted("\n^a^b^"), "''$'\\n''^a^b^'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }

    #[test]
    fn words_are_split_as_a_shell_does_it() {
        assert_eq!(
            split("'my run.log' --sync always").unwrap(),
            ["my run.log", "--sync", "always"]
        );
        assert_eq!(split("").unwrap(), [""; 0]);
        assert_eq!(split("'x").unwrap_err(), "a quote is not closed");
    }

    #[test]
    fn a_tilde_at_a_words_start_is_the_home_directory() {
        assert_eq!(split("~/x.log").unwrap(), ["/home/my self/x.log"]);
        assert_eq!(split("--truncate ~").unwrap(), ["--truncate", "/home/my self"]);
        for literal in ["'~/x'", "\"~/x\"", "\\~/x"] {
            assert_eq!(split(literal).unwrap(), ["~/x"]);
        }
        assert_eq!(split("a~/b --svg=~/c").unwrap(), ["a~/b", "--svg=~/c"]);
        assert_eq!(
            split("~you/x").unwrap_err(),
            "\"~you/x\" cannot be expanded here: write the directory out"
        );
        Words::split_with("~/x", None).unwrap_err();
    }

    #[test]
    fn what_would_be_a_comment_is_refused() {
        let reason = "\"#1.log\" would be a comment: quote it, too";
        assert_eq!(split("--truncate #1.log").unwrap_err(), reason);
        assert_eq!(split("'#1.log' 2#.log").unwrap(), ["#1.log", "2#.log"]);
    }

    #[test]
    fn an_option_may_have_its_value_in_the_same_word() {
        let words = |text| Words::split(text).unwrap();
        for (text, value) in [
            ("--rate 1 --names temp", "temp"),
            ("--names='a=b [°C]' x", "a=b [°C]"),
            ("--names=", ""),
        ] {
            assert_eq!(words(text).value("--names"), Some(value));
            assert!(words(text).have("--names"));
        }
        assert_eq!(words("--name x --names").value("--names"), None);
        assert!(!words("--names-too x").have("--names"));
    }

    #[test]
    fn descriptors_that_are_named_are_found() {
        let of = |text| Words::split(text).unwrap().descriptors().collect::<Vec<_>>();
        assert_eq!(of("--sync never /dev/fd/63"), [63]);
        assert_eq!(of("--svg=/proc/self/fd/5 /dev/fd/63"), [5, 63]);
        assert_eq!(of("/dev/fd/1 /dev/fd/x run.log"), [0; 0]);
    }
}
