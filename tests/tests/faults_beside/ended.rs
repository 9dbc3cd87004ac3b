//! How a pipeline ended, and whether that is what the table says.

use std::fmt;

use wandler_tests::abuse::Reader;
use wandler_tests::account::count_in;
use wandler_tests::run::Program;

use super::Account;

/// How a pipeline ended.
pub(super) struct Ended {
    pub code: i32,
    /// What was said, the account last, if anybody heard it.
    pub said: Option<String>,
    /// The report, if it is text that somebody saw.
    pub shown: Option<String>,
    /// All files, the oldest first.
    pub recorded: String,
    /// What was asked of `conv`, besides its rate.
    pub conv: &'static str,
    /// All that is known, for a message.
    pub all: String,
}

impl Ended {
    /// The same, where this reader saw the report.
    pub(super) fn showing(self, reader: Reader) -> Ended {
        Ended { shown: Some(reader.finish()), ..self }
    }

    /// The same, where this was heard.
    pub(super) fn saying(self, said: Option<String>) -> Ended {
        Ended { said, ..self }
    }

    /// Checks all that the table says.
    pub(super) fn check(&self, status: i32, account: Account, said: &[String]) {
        assert_eq!(self.code, status, "{self}");
        if let Account::Unheard = account {
            assert_eq!(self.last_shown(), Some(self.lines()), "{self}");
        } else {
            self.check_said(said);
            self.check_account(account);
        }
        self.check_samples(matches!(account, Account::Unknown));
    }

    /// The lines that were said. (Empty ones have filled a pipe before.)
    fn said(&self) -> Vec<&str> {
        let said = self.said.as_deref().unwrap_or_default();
        said.lines().filter(|line| !line.is_empty()).collect()
    }

    fn check_said(&self, expected: &[String]) {
        let said = self.said();
        let Some((account, said)) = said.split_last() else { panic!("no account\n{self}") };
        assert!(account.starts_with("launcher: ") && account.contains(" samples sent, "), "{self}");
        let is_expected = said.len() == expected.len()
            && said.iter().zip(expected).all(|(said, expected)| is_like(said, expected));
        assert!(is_expected, "expected to be said: {expected:#?}\n{self}");
    }

    fn check_account(&self, account: Account) {
        let known = |what| count_in(self.said.as_deref()?, what);
        let (sent, recorded) = (known("samples sent"), known("recorded"));
        let (counted, lines) = (known("counted"), Some(self.lines()));
        let is_settled = !self.said().concat().contains("not settled");
        let all_recorded = sent == lines && recorded == lines;
        let all_counted = sent.is_some() && counted == sent;
        let holds = match account {
            Account::All => is_settled && all_recorded && all_counted,
            Account::ReaderLeft => {
                is_settled && all_recorded && counted.is_some() && counted <= sent
            }
            Account::Uncounted => all_recorded && counted.is_none(),
            Account::InPart => all_counted && recorded == lines && recorded <= sent,
            Account::Unknown => all_counted && recorded.is_none() && lines <= sent,
            Account::Unheard => true,
        };
        assert!(holds, "{account:?} of {lines:?} lines\n{self}");
        if let (Account::All, Some(shown)) = (account, self.last_shown()) {
            assert_eq!(Some(shown), sent, "the last record is shown\n{self}");
        }
    }

    /// How many samples the last line of the report covers.
    fn last_shown(&self) -> Option<u64> {
        let line = self.shown.as_ref()?.lines().last()?;
        line.strip_prefix("n ")?.split_whitespace().next()?.parse().ok()
    }

    /// Lines that are recorded.
    fn lines(&self) -> u64 {
        self.recorded.bytes().filter(|&byte| byte == b'\n').count() as u64
    }

    /// What is recorded is what was sent, from the beginning on; the last line is whole, unless `log` was
    /// killed while it wrote it.
    fn check_samples(&self, may_be_torn: bool) {
        let count = (self.lines() + 1).to_string();
        let conv = Program::new("conv").words("--rate max --count").args([&count]).words(self.conv);
        let sent = conv.finish().stdout;
        assert!(sent.starts_with(&self.recorded), "other samples are recorded\n{self}");
        assert!(may_be_torn || self.recorded.ends_with('\n'), "a torn line\n{self}");
    }
}

/// Whether a line is this one, where `#` stands for a number.
fn is_like(line: &str, expected: &str) -> bool {
    let mut parts = expected.split('#');
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else {
        return false;
    };
    for part in parts {
        let behind = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
        let has_digits = behind.len() < rest.len();
        match behind.strip_prefix(part).filter(|_| has_digits) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    rest.is_empty()
}

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ended { all, said, .. } = self;
        write!(formatter, "{} lines recorded\n{all}\nsaid: {said:#?}", self.lines())
    }
}

#[test]
fn a_line_is_like_one_with_numbers_in_it() {
    let is_like = |line| is_like(line, "cannot record # of # samples");
    assert!(is_like("cannot record 7 of 90 samples"));
    for other in [
        "cannot record x of 90 samples",
        "cannot record  of 90 samples",
        "cannot record 7 of 90 samples.",
        "log: cannot record 7 of 90 samples",
        "cannot record 7 of 90",
    ] {
        assert!(!is_like(other), "{other}");
    }
}
