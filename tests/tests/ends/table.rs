//! What is expected of each program in each cell of the table, over whatever kind of input.

use std::fs;
use std::path::Path;

use wandler_tests::run::{Finished, Program};

/// The program that reads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reader {
    ConvText,
    ConvWords,
    Stat,
    Log,
}

const READERS: [Reader; 4] = [Reader::ConvText, Reader::ConvWords, Reader::Stat, Reader::Log];

/// What came last, after the reading 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Last {
    /// Nothing, not even that reading.
    Nothing,
    Whole,
    Half,
}

pub(crate) const LASTS: [Last; 3] = [Last::Nothing, Last::Whole, Last::Half];

/// How the input ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    Clean,
    HungUp,
    Error,
    Stop,
    Deadline,
}

impl Reader {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Reader::ConvText | Reader::ConvWords => "conv",
            Reader::Stat => "stat",
            Reader::Log => "log",
        }
    }

    /// Reads standard input; `log` records in `run.log`.
    pub(crate) fn program(self, dir: &Path, end: End) -> Program {
        let words = match self {
            Reader::ConvText => "--from -",
            Reader::ConvWords => "--from - --format u16le",
            Reader::Stat => "--every 1",
            Reader::Log => "run.log",
        };
        let duration = if end == End::Deadline { "--duration 500ms" } else { "" };
        Program::new(self.name()).words(words).words(duration).dir(dir)
    }

    pub(crate) fn input(self, last: Last) -> &'static [u8] {
        match (self, last) {
            (_, Last::Nothing) => b"",
            (Reader::ConvWords, Last::Whole) => b"\x01\0\x65\0",
            (Reader::ConvWords, Last::Half) => b"\x01\0\x65",
            (_, Last::Whole) => b"1\n101\n",
            (_, Last::Half) => b"1\n101",
        }
    }

    /// The samples that it accepted.
    fn samples(self, dir: &Path, finished: &Finished) -> Vec<String> {
        let lines = |text: &str| text.lines().map(str::to_owned).collect();
        match self {
            Reader::ConvText | Reader::ConvWords => lines(&finished.stdout),
            Reader::Log => lines(&fs::read_to_string(dir.join("run.log")).unwrap_or_default()),
            // The newest sample of each record that counts one more.
            Reader::Stat => {
                let mut samples = Vec::new();
                for record in finished.stdout.lines() {
                    let field = |name: &str| {
                        let (_, rest) = record.split_once(&format!("\"{name}\":")).unwrap();
                        rest.split([',', '}']).next().unwrap().to_owned()
                    };
                    if field("n") != samples.len().to_string() {
                        samples.push(field("last"));
                    }
                }
                samples
            }
        }
    }

    /// What became of the input: the samples, the messages, and the status.
    fn expected(self, end: End, last: Last) -> (Vec<String>, Vec<String>, i32) {
        let (what, bytes, quote) = match self {
            Reader::ConvWords => ("word 2", "1 byte", ""),
            _ => ("line 2", "3 bytes", ": \"101\""),
        };
        let is_torn_word = self == Reader::ConvWords && end == End::Clean && last == Last::Half;
        let is_sample = last == Last::Whole
            || last == Last::Half && end == End::Clean && self != Reader::ConvWords;
        let count = if last == Last::Nothing { 0 } else { 1 + usize::from(is_sample) };
        let by = match end {
            End::Clean => "",
            End::HungUp => "a hang-up",
            End::Error => "an error",
            End::Stop => "the stop",
            End::Deadline => "the end of the time",
        };
        let mut said = Vec::new();
        if is_torn_word {
            said.push(format!("{what}: torn: the stream ends after 1 of 2 bytes"));
        } else if last == Last::Half && !is_sample {
            said.push(format!("{what}: cut off by {by}: {bytes} dropped{quote}"));
        }
        match end {
            End::HungUp => said.push("standard input hung up".to_owned()),
            End::Error => {
                said.push("cannot read standard input: Connection reset by peer".to_owned());
            }
            End::Clean | End::Stop | End::Deadline => {}
        }
        let failed = matches!(end, End::HungUp | End::Error);
        let rejected = u8::from(is_torn_word);
        // A program that failed before it did anything has no more to report.
        if !(failed && count == 0) {
            match self {
                Reader::ConvText | Reader::ConvWords => {
                    said.push(format!("{count} samples sent, {rejected} rejected, 0 ticks missed"));
                }
                Reader::Stat if count == 0 => said.push("no samples came".to_owned()),
                Reader::Stat | Reader::Log => {}
            }
        }
        let said = said.iter().map(|line| format!("{}: {line}", self.name())).collect();
        let status = if failed { 1 } else { 3 * i32::from(rejected) };
        (["1", "101"].into_iter().take(count).map(str::to_owned).collect(), said, status)
    }

    /// Checks one cell of the table.
    pub(crate) fn check(self, end: End, last: Last, over: &str, dir: &Path, finished: &Finished) {
        self.check_after(end, last, over, dir, finished, &[]);
    }

    /// The same, where these messages came before.
    pub(crate) fn check_after(
        self,
        end: End,
        last: Last,
        over: &str,
        dir: &Path,
        finished: &Finished,
        before: &[String],
    ) {
        let cell = format!("{self:?}, {end:?} over {over}, last {last:?}\n{finished}");
        let (samples, said, status) = self.expected(end, last);
        let said = [before.to_vec(), said].concat();
        assert_eq!(self.samples(dir, finished), samples, "{cell}");
        assert_eq!(finished.stderr.lines().collect::<Vec<_>>(), said, "{cell}");
        assert_eq!(finished.code(), status, "{cell}");
    }
}

/// Every reader, with everything that may come last.
pub(crate) fn each(check: impl Fn(Reader, Last, &Path)) {
    for reader in READERS {
        for last in LASTS {
            check(reader, last, tempfile::tempdir().unwrap().path());
        }
    }
}
