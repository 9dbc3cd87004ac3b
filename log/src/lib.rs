//! Records every sample in a file.
//!
//! | module | owns |
//! |---|---|
//! | [`options`] | the command line |
//! | `file` | opening the file: lock, truncation, the directory's entry |
//! | [`torn`] | setting aside the torn line that a crash left |
//! | [`whole`] | the input in whole lines |
//! | [`recorder`] | writing lines, and counting those written and those on the disk |
//! | [`sync`] | when what was written must be on the disk: **the sync policies** |
//! | [`timestamps`] | the form of arrival times |

#![forbid(unsafe_code)]

pub mod file;
pub mod options;
pub mod recorder;
pub mod sync;
pub mod timestamps;
pub mod torn;
pub mod whole;

use std::io::{self, Write};
use std::path::Path;

use stage::clock::Clock;
use stage::exit::Status;
use stage::input::Input;
use stage::ledger::Entry;
use stage::message::{Messages, quoted_path};
use stage::output::reader_is_gone;
use stage::program::Ended;
use thiserror::Error;

pub use crate::options::Options;
use crate::recorder::{Disk, Failed, Recorder};
use crate::whole::{Block, WholeLines};

/// Why recording ended early.
#[derive(Debug, Error)]
pub enum Error {
    /// The file could not be made ready.
    #[error(transparent)]
    File(#[from] file::Error),
    /// The samples could not be read.
    #[error("cannot read standard input")]
    Read(#[source] io::Error),
    /// The file could not be written.
    #[error("cannot write {name}")]
    Write {
        /// The file, quoted.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// The file could not be synced.
    #[error("cannot sync {name}")]
    Sync {
        /// The file, quoted.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// With `--pass`: a sample could not be passed on.
    #[error("cannot write standard output")]
    Pass(#[source] io::Error),
}

/// Records `input` to its end; `output` is written to only with `--pass`.
pub fn run(
    options: &Options,
    input: impl Input,
    output: impl Write,
    clock: &impl Clock,
    messages: &mut dyn Messages,
) -> Ended<Error> {
    let file = match file::open(&options.file, options.truncate, messages) {
        Ok(file) => file,
        Err(error) => {
            let entry = Entry::Log { recorded: 0, durable: 0 };
            return Ended { entry, result: Err(error.into()) };
        }
    };
    let mut recorder = Recorder::new(file, options.sync, options.timestamps);
    let result = record(options, input, output, clock, &mut recorder);
    let entry = Entry::Log { recorded: recorder.recorded(), durable: recorder.durable() };
    Ended { entry, result: result.map(|()| Status::Done) }
}

fn record<D: Disk>(
    options: &Options,
    input: impl Input,
    mut output: impl Write,
    clock: &impl Clock,
    recorder: &mut Recorder<D>,
) -> Result<(), Error> {
    let name_it = |failed| Error::of(&options.file, failed);
    let mut lines = WholeLines::new(input);
    loop {
        let (bytes, ended) = match lines.next(recorder.deadline()).map_err(Error::Read)? {
            Block::Lines(lines) => (lines, false),
            Block::Deadline => (&[][..], false),
            Block::End(rest) => (rest, true),
        };
        recorder.write(bytes, clock).map_err(name_it)?;
        if options.pass {
            match output.write_all(bytes) {
                // What is not a whole line yet was neither recorded nor passed on.
                Err(error) if reader_is_gone(&error) => break,
                result => result.map_err(Error::Pass)?,
            }
        }
        if ended {
            break;
        }
        recorder.sync_if_due(clock.now()).map_err(name_it)?;
    }
    recorder.finish().map_err(name_it)
}

impl Error {
    fn of(file: &Path, failed: Failed) -> Error {
        let name = quoted_path(file);
        match failed {
            Failed::Write(source) => Error::Write { name, source },
            Failed::Sync(source) => Error::Sync { name, source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use stage::fake::{Chunks, FakeClock, Gone};
    use std::time::Duration;

    /// Records `input` in `path`; what was passed on, told, and how it ended.
    fn log(words: &str, path: &Path, input: impl Input) -> (String, Vec<String>, Ended<Error>) {
        let words = ["log"].into_iter().chain(words.split_whitespace());
        let words = words.chain([path.to_str().unwrap()]);
        let options = Options::try_parse_from(words).unwrap();
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let ended = run(&options, input, &mut output, &FakeClock::new(), &mut messages);
        (String::from_utf8(output).unwrap(), messages, ended)
    }

    fn entry(recorded: u64) -> Entry {
        Entry::Log { recorded, durable: recorded }
    }

    #[test]
    fn lines_are_appended_byte_for_byte_and_the_last_gets_its_line_feed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.log");
        let (output, messages, ended) = log("", &path, &b"1\r\n not a number\n"[..]);
        assert_eq!((output.as_str(), messages), ("", vec![]));
        assert_eq!((ended.entry, ended.result.unwrap()), (entry(2), Status::Done));
        let (_, _, ended) = log("", &path, &b"2\n3"[..]);
        assert_eq!(ended.entry, entry(2));
        assert_eq!(std::fs::read(&path).unwrap(), b"1\r\n not a number\n2\n3\n");
    }

    #[test]
    fn truncate_starts_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.log");
        std::fs::write(&path, "1\n2").unwrap();
        let (_, messages, _) = log("--truncate", &path, &b"3\n"[..]);
        assert!(messages.is_empty());
        assert_eq!(std::fs::read(&path).unwrap(), b"3\n");
    }

    #[test]
    fn pass_hands_on_what_was_recorded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.log");
        let (output, _, _) = log("--pass --timestamps unix", &path, Chunks::of(b"1\n22\n3", 2));
        assert_eq!(output, "1\n22\n3");
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "1000000000.000000\t1\n1000000000.000000\t22\n1000000000.000000\t3\n"
        );
    }

    #[test]
    fn when_the_reader_leaves_no_half_line_is_recorded() {
        let options = Options::try_parse_from(["log", "--pass"]).unwrap();
        let clock = FakeClock::new();
        let memory = recorder::fake::Memory::new(&clock);
        let mut recorder = Recorder::new(memory, options.sync, None);
        record(&options, &b"1\n23"[..], Gone, &clock, &mut recorder).unwrap();
        assert_eq!(recorder.disk().bytes, b"1\n");
    }

    #[test]
    fn a_file_that_another_log_writes_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.log");
        let _held = file::open(&path, false, &mut Vec::new()).unwrap();
        let (_, _, ended) = log("--truncate", &path, &b"1\n"[..]);
        let told = stage::message::chain(&ended.result.unwrap_err());
        assert_eq!(told, format!("cannot lock \"{}\": another log is writing it", path.display()));
    }

    #[test]
    fn a_failed_write_is_told_with_the_file_and_the_reason() {
        let (_, _, ended) = log("", Path::new("/dev/full"), &b"1\n"[..]);
        let told = stage::message::chain(&ended.result.unwrap_err());
        assert_eq!(told, "cannot write \"/dev/full\": No space left on device");
        assert_eq!(ended.entry, entry(0));
    }

    #[test]
    fn what_was_received_is_synced_in_time_also_if_nothing_more_comes() {
        let clock = FakeClock::new();
        let seconds = Duration::from_secs;
        let input = Chunks::timed(&clock, &[(seconds(0), "1\n"), (seconds(10), "2\n")]);
        let options = Options::try_parse_from(["log", "--sync", "3s"]).unwrap();
        let mut recorder = Recorder::new(recorder::fake::Memory::new(&clock), options.sync, None);
        record(&options, input, io::sink(), &clock, &mut recorder).unwrap();
        assert_eq!(recorder.disk().syncs(), [seconds(3), seconds(10)]);
    }
}
