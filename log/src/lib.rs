//! Records every sample in a file.
//!
//! In layers, each of which knows only those below it. What happens in the lower ones is returned,
//! and reported by the loop.
//!
//! | module | owns |
//! |---|---|
//! | `options` | the command line |
//! | `recording` | the main loop, and what it does while the disk takes nothing |
//! | `head` | the stream's columns: its first line, and headers |
//! | `timestamps` | arrival times in front of lines |
//! | `recorder` | writing lines, counting those written and those on the disk, following the file |
//! | `schedule` | when a new file is begun |
//! | `sync` | when what was written must be on the disk: **the sync policies** |
//! | `batch` | the lines in hand, and how far they are written |
//! | `file` | the file under its name: opening it, **the order of a rotation**, torn ends |
//! | `file::storage` | the open file below the name |
//! | `notice` | what happened to the file, as it is reported |
//! | `error` | what can go wrong with the file |
//! | `recorded` | what was recorded: which files there are, and reading them |
//! | `check` | `--check`: judging it |
//! | `cat` | `--cat`: printing it |
//! | `when` | points in time, as people give them |

#![forbid(unsafe_code)]

mod batch;
mod cat;
mod check;
mod error;
mod file;
mod head;
mod notice;
mod options;
mod recorded;
mod recorder;
mod recording;
mod schedule;
mod sync;
mod timestamps;
mod when;

use std::io::{self, Write};

use stage::process::clock::Timer;
use stage::process::exit::Status;
use stage::process::ledger::Entry;
use stage::process::message::counted;
use stage::process::program::Ended;
use stage::process::surroundings::Surroundings;
use stage::stream::ending::Unread;
use stage::stream::input::Input;
use stage::stream::output::Unwritable;
use thiserror::Error;

use crate::file::LogFile;
use crate::head::Head;
pub use crate::options::Options;
use crate::recorder::Recorder;
use crate::recording::{Recording, report};
use crate::timestamps::Stamper;

/// Why recording ended early.
#[derive(Debug, Error)]
pub enum Error {
    /// The file could not be made ready, does not take what it is given, or cannot be read.
    #[error(transparent)]
    File(#[from] error::Error),
    /// A stop was requested while the file took nothing.
    #[error("cannot record {}", counted(*.lines, "sample"))]
    GivenUp {
        /// Lines received that are not in the file, including those that came after the stop.
        lines: u64,
        /// Why.
        source: error::Error,
    },
    /// Waiting for a stop, or asking for one, failed.
    #[error("cannot wait")]
    Wait(#[source] io::Error),
    /// The samples could not be read.
    #[error(transparent)]
    Read(#[from] Unread),
    /// With `--pass`: a sample could not be passed on. With `--check` and `--cat`: what was found could
    /// not be written.
    #[error(transparent)]
    Output(#[from] Unwritable),
    /// With `--check` and `--cat`: a stop was requested.
    #[error("stopped before the end")]
    Stopped,
}

/// Records `input` to its end; `output` is written to only with `--pass`. Or, with `--check` or `--cat`,
/// reads what was recorded.
pub fn run(
    options: &Options,
    around: Surroundings<'_, impl Input, impl Write, impl Timer>,
) -> Ended<Error> {
    let Surroundings { input, output, clock: mut timer, messages, progress, .. } = around;
    let nothing = Entry::Log { recorded: 0, durable: 0 };
    if options.check {
        return Ended {
            entry: nothing,
            result: check::run(&options.files, output, &mut timer, messages, &progress),
        };
    }
    if options.cat {
        let result = cat::run(options.file(), options.range(), output, &mut timer, messages);
        return Ended { entry: nothing, result };
    }
    progress.expect_rest_of(|| input.file());
    let (file, begun) = match LogFile::open(options.file(), options.truncate, options.keeping()) {
        Ok(opened) => opened,
        Err(error) => return Ended { entry: nothing, result: Err(error.into()) },
    };
    let mut recorder = Recorder::new(file, begun.length, options.sync, options.size());
    recorder.note(begun.notices);
    recorder.set_period(options.period(), begun.written);
    report(recorder.take_notices(), messages);
    let head = Head::new(options.timestamps);
    let stamper = Stamper::new(options.timestamps);
    let mut recording = Recording { recorder, head, stamper, timer: &mut timer, messages };
    let result = recording.run(input, options.pass, output);
    let mut recorder = recording.recorder;
    if let Err(Error::Read(_) | Error::Output(_)) = result {
        // What was written is worth keeping; the reason to end is reported.
        let _ = recorder.sync();
    }
    let entry = Entry::Log { recorded: recorder.recorded(), durable: recorder.durable() };
    Ended { entry, result: result.map(|()| Status::Done) }
}

#[cfg(test)]
mod fake;
