//! A program that has ended: what it wrote, and checks of it.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// A program that has ended.
#[derive(Clone, Debug)]
pub struct Finished {
    pub(crate) name: String,
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl Finished {
    /// The exit status; 128 and the signal's number if a signal killed it.
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| 128 + self.status.signal().unwrap_or(0))
    }

    /// Checks the exit status; returns itself for more.
    #[track_caller]
    pub fn exits(self, code: i32) -> Finished {
        assert!(self.code() == code, "expected exit status {code}\n{self}");
        self
    }

    /// Checks standard output exactly.
    #[track_caller]
    pub fn writes(self, stdout: &str) -> Finished {
        assert!(self.stdout == stdout, "expected standard output {:?}\n{self}", Shortened(stdout));
        self
    }

    /// Checks standard error exactly, line by line.
    #[track_caller]
    pub fn says<S: AsRef<str>>(self, lines: &[S]) -> Finished {
        let expected: Vec<&str> = lines.iter().map(AsRef::as_ref).collect();
        let said: Vec<&str> = self.stderr.lines().collect();
        assert!(said == expected, "expected standard error {expected:#?}\n{self}");
        self
    }

    /// Checks that the last line on standard error is `conv`'s account, with as many samples sent as
    /// were written, and this many rejected. The number of missed ticks is up to the machine.
    #[track_caller]
    pub fn accounts_for(self, rejected: usize) -> Finished {
        let sent = self.stdout.lines().count();
        let account = format!("conv: {sent} samples sent, {rejected} rejected, ");
        let ticks = self.stderr.lines().last().and_then(|line| line.strip_prefix(&account));
        let missed = ticks.and_then(|ticks| ticks.strip_suffix(" ticks missed"));
        let is_number = missed.is_some_and(|missed| missed.parse::<u64>().is_ok());
        assert!(is_number, "expected {account:?} as the last line\n{self}");
        self
    }

    /// Checks that standard error has this line.
    #[track_caller]
    pub fn mentions(self, line: &str) -> Finished {
        assert!(self.stderr.lines().any(|said| said == line), "expected a line {line:?}\n{self}");
        self
    }
}

impl fmt::Display for Finished {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}\nended with {}\nstandard output: {:?}\nstandard error:\n{}",
            self.name,
            self.status,
            Shortened(&self.stdout),
            self.stderr
        )
    }
}

/// Text, without its middle if it is long.
pub(crate) struct Shortened<'a>(pub(crate) &'a str);

impl fmt::Debug for Shortened<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 2000;
        let Shortened(text) = self;
        if text.len() <= 2 * SHOWN || !text.is_ascii() {
            return write!(formatter, "{text:?}");
        }
        let (start, end) = (&text[..SHOWN], &text[text.len() - SHOWN..]);
        write!(formatter, "{start:?} … {} bytes … {end:?}", text.len() - 2 * SHOWN)
    }
}
